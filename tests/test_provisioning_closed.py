"""Nothing is written into a camera whose entry is gone, whoever was still at it; nothing is left of half a set-up."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.viewwall.provisioning import Provisioning
from custom_components.viewwall.push_watch import PushWatch
from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.provisioning import held, turn, writes
from tests.pushing import value
from tests.repairing import User
from tests.simulators.ipc import IpcV1Simulator
from tests.simulators.state import Faults


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV1Simulator]:
    async with IpcV1Simulator() as camera:
        yield camera


def provisioning(entry: ViewWallConfigEntry) -> Provisioning:
    """Return what writes into the camera of an entry."""
    runtime: Any = entry.runtime_data
    kept: Provisioning = runtime.provisioning
    return kept


@pytest.mark.parametrize("what", ["subscribe", "unsubscribe", "check"])
@pytest.mark.parametrize("end", ["removed", "unloaded"])
async def test_order_that_comes_too_late(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV1Simulator, what: str, end: str
) -> None:
    """Write nothing for an order that was still waiting for the camera's identity when the entry went."""
    entry = await set_up(camera)
    camera.push_url = None
    if what != "subscribe":
        await turn(hass, camera, on=True)
    kept = provisioning(entry)
    real, gate = kept._runtime.coordinator.prove, asyncio.Event()

    async def _prove() -> None:
        await gate.wait()
        await real()

    async def _look() -> None:
        await kept._runtime.coordinator.prove()
        await kept.check()

    with patch.object(kept._runtime.coordinator, "prove", _prove):
        order = asyncio.create_task(_look() if what == "check" else getattr(kept, what)())
        await asyncio.sleep(0)
        if end == "removed":
            await hass.config_entries.async_remove(entry.entry_id)
            assert held(camera) == []
        else:
            await hass.config_entries.async_unload(entry.entry_id)
            if what == "check":
                camera.empty_slots()
        before, options = writes(camera), dict(entry.options)
        gate.set()
        if what == "check":
            await order
        else:
            with pytest.raises(HomeAssistantError):
                await order
    assert (writes(camera), dict(entry.options)) == (before, options)


async def test_poll_that_goes_on(hass: HomeAssistant, set_up: SetUp, camera: IpcV1Simulator) -> None:
    """Claim nothing by a poll that somebody else had begun when the entry was removed."""
    entry = await set_up(camera)
    camera.push_url = None
    await turn(hass, camera, on=True)
    camera.empty_slots()
    runtime: Any = entry.runtime_data
    runtime.coordinator.doubt()
    camera.faults = Faults(delay=0.1)
    poll = asyncio.create_task(runtime.coordinator.async_refresh())
    await asyncio.sleep(0.05)
    await hass.config_entries.async_remove(entry.entry_id)
    camera.faults = Faults()
    await asyncio.wait([poll])
    assert held(camera) == []


async def test_entry_that_stays(hass: HomeAssistant, set_up: SetUp, camera: IpcV1Simulator) -> None:
    """Go on with an entry that could not be unloaded."""
    entry = await set_up(camera)
    camera.push_url = None
    with patch.object(hass.config_entries, "async_unload_platforms", return_value=False):
        assert not await hass.config_entries.async_unload(entry.entry_id)
    await provisioning(entry).subscribe()
    assert len(held(camera)) == 1
    runtime: Any = entry.runtime_data
    runtime.push_watch.stop()
    await runtime.push.stop()


async def test_set_up_that_fails_at_its_end(hass: HomeAssistant, set_up: SetUp, camera: IpcV1Simulator) -> None:
    """Leave no webhook behind that the next attempt would stumble over."""
    entry = await set_up(camera)
    url, camera.push_url = camera.push_url, None
    await hass.config_entries.async_unload(entry.entry_id)
    with patch.object(PushWatch, "start", side_effect=RuntimeError("broken")):
        await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.data["webhook_id"] not in hass.data["webhook"]
    camera.push_url = url


async def test_repair_of_an_entry_that_goes_meanwhile(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, camera: IpcV1Simulator
) -> None:
    """Say in the dialog that the device is not running any more."""
    entry = await set_up(camera)
    camera.push_url = None
    await later(15 * 60 + 1)
    dialog = await user.open(entry)
    kept = provisioning(entry)
    await kept.close()
    assert (await dialog.submit(set_up=True)).error == "not_running"
    assert writes(camera) == 0
    kept.reopen()
    assert (await dialog.submit(set_up=True)).step == "claimed"
    assert value(hass, camera, "switch.push_subscription") == "on"
