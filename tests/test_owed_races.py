"""What is owed stays right when orders cross, callers go away, or the disk is full."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.login_guard import guard_of
from custom_components.viewwall.moving import goto_preset, move
from custom_components.viewwall.runtime import ViewtronRuntime
from custom_components.viewwall.viewtron.ptz import PtzMove
from tests.conftest import Later, SetUp
from tests.owing import debts, order, orders, pulse, repair, shown
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.state import Faults
from tests.walls import until

OFF = (1, False)
ON = (1, True)
ORDER = {"ManualAlarmOut"}
WRITE = "_async_write_data"
"""Where a store puts its data on the disk."""


@pytest.fixture
async def camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Return a running camera."""
    async with IpcV2Simulator() as running:
        yield running


async def test_disk_is_full(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Switch nothing on whose off could be forgotten."""
    await set_up(camera)

    async def fail(self: Store[Any], data: object) -> None:
        raise WriteError("no space left")

    with patch.object(Store, WRITE, fail), pytest.raises(HomeAssistantError, match="cannot write to its disk"):
        await pulse(hass, camera, duration=0.1)
    assert camera.output_log == []
    await pulse(hass, camera, duration=0.1)
    assert camera.output_log == [ON, OFF]


async def test_pulse_behind_an_order(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, later: Later) -> None:
    """Give a pulse its whole time although a switch was ordered just before it."""
    await set_up(camera)
    ordered = asyncio.create_task(order(hass, camera, "turn_off"))
    pulsed = pulse(hass, camera, duration=20)
    await ordered
    await orders(camera, OFF, ON)
    await later(19)
    assert camera.output_log == [OFF, ON]
    await later(2)
    await pulsed
    assert camera.output_log == [OFF, ON, OFF]


async def test_off_that_fails(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, later: Later) -> None:
    """Bring the off of a pulse forward when somebody orders it, and try until the device takes it."""
    await set_up(camera)
    pulsed = pulse(hass, camera, duration=50)
    await orders(camera, ON)
    camera.faults = Faults(status=500, only=ORDER)
    with pytest.raises(HomeAssistantError, match="may still be on"):
        await order(hass, camera, "turn_off")
    with pytest.raises(HomeAssistantError, match="may still be on"):
        await pulsed
    camera.faults = Faults()
    await later(2)
    await orders(camera, ON, OFF)
    assert shown(hass, camera) == "off"


async def test_off_that_fails_once(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Say nothing of a failure that the owed off has made good."""
    await set_up(camera)
    carry_out = camera.commands["ManualAlarmOut"]
    pulsed = pulse(hass, camera, duration=50)
    await orders(camera, ON)
    camera.commands["ManualAlarmOut"] = lambda _request: camera.fail(7)
    ordered = asyncio.create_task(order(hass, camera, "turn_off"))
    seen = len(camera.requests)
    await until(lambda: any(request.command in ORDER for request in camera.requests[seen:]))
    camera.commands["ManualAlarmOut"] = carry_out
    await ordered
    await pulsed
    assert camera.output_log == [ON, OFF]


async def test_cancelled_on_stays_on(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, camera: IpcV2Simulator
) -> None:
    """Owe nothing any more after a switch was ordered on, even if who ordered it went away meanwhile."""
    entry = await set_up(camera)
    pulsed = pulse(hass, camera, duration=50)
    await orders(camera, ON)
    write, begun, go_on = getattr(Store, WRITE), asyncio.Event(), asyncio.Event()

    async def wait(self: Store[Any], data: object) -> None:
        begun.set()
        await go_on.wait()
        await write(self, data)

    with patch.object(Store, WRITE, wait):
        ordered = asyncio.create_task(order(hass, camera, "turn_on"))
        await begun.wait()
        ordered.cancel()
        go_on.set()
        await pulsed
        await hass.async_block_till_done()
    assert debts(hass_storage, entry.entry_id) == []
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert camera.output_log == [ON, ON]


async def test_preset_while_a_movement_begins(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Go to a preset after a movement that is about to begin, not before it."""
    camera.has_ptz = True
    runtime = (await set_up(camera)).runtime_data
    assert isinstance(runtime, ViewtronRuntime)
    # The movement has to find out first whether it is still the same camera.
    runtime.coordinator.doubt()
    moving = asyncio.create_task(move(runtime, 1, PtzMove.LEFT, 4, 10))
    await asyncio.sleep(0)
    await goto_preset(runtime, 1, 1)
    await moving
    assert camera.ptz_log == [(1, "Left", 4), (1, "Stop", 4), (1, "preset", 1)]


async def test_debt_that_cannot_be_read(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up: SetUp,
    camera: IpcV2Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Pay what can be read beside what cannot, and say so."""
    entry = await set_up(camera)
    assert await hass.config_entries.async_unload(entry.entry_id)
    key = f"{DOMAIN}.{entry.entry_id}"
    known = {"kind": "output_off", "number": 1, "speed": 1}
    data = {"debts": [{"kind": "siren", "number": 1, "speed": 1}, "?", known], "counts": []}
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": data}
    assert await hass.config_entries.async_setup(entry.entry_id)
    await orders(camera, OFF)
    assert caplog.text.count("cannot be read") == 2


async def test_owed_while_the_account_is_locked(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, camera: IpcV2Simulator
) -> None:
    """Tell that an output may be on although the device must not be asked for half an hour."""
    entry = await set_up(camera)
    assert await hass.config_entries.async_unload(entry.entry_id)
    key = f"{DOMAIN}.{entry.entry_id}"
    data = {"debts": [{"kind": "output_off", "number": 1, "speed": 1}], "counts": {}}
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": data}
    guard_of(hass, entry.entry_id).lock(hass.loop.time())
    seen = len(camera.requests)
    await hass.config_entries.async_setup(entry.entry_id)
    assert repair(hass, entry.entry_id) is not None
    assert camera.requests[seen:] == []
