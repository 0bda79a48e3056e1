"""What ends without being a failure: the sending that was switched off, polling alone, a restart that did not help."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall.viewtron.errors import ViewtronOtherDeviceError
from tests.choosing import choose, paths
from tests.conftest import Later, SetUp
from tests.provisioning import held, turn, writes
from tests.pushing import value
from tests.repairing import User
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.state import Faults

ARRIVE = "binary_sensor.event_push"
SWITCH = "switch.push_subscription"


async def wait(later: Later, seconds: int) -> None:
    """Let time pass as it does."""
    for _ in range(seconds // 5):
        await later(5)


@pytest.mark.parametrize("is_reloaded", [False, True])
async def test_last_heartbeat_after_the_end(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, is_reloaded: bool
) -> None:
    """Owe it to who has switched the sending off that the last message is the last one, whenever it comes."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        url, camera.push_url = camera.push_url, None
        await turn(hass, camera, on=True)
        for _ in range(4):
            await later(30)
            await camera.send_keepalive()
        await turn(hass, camera, on=False)
        if is_reloaded:
            await hass.config_entries.async_reload(entry.entry_id)
        # A camera that needs a restart goes on for a while.
        camera.push_url = url
        for _ in range(3):
            await camera.send_keepalive()
            await later(30)
        assert value(hass, camera, ARRIVE) == "on"
        camera.push_url = None
        for _ in range(90):
            await later(5)
            assert await user.trouble(entry) is None
        assert value(hass, camera, ARRIVE) == "unknown"


async def test_polling_alone_and_back(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Ask again after polling alone: nothing is written, but the repair comes and offers it."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.push_url = None
        await turn(hass, camera, on=True)
        await choose(hass, entry, push={"polling_alone": True})
        assert paths(camera) == []
        await later(16 * 60)
        assert await user.trouble(entry) is None
        await choose(hass, entry, push={"polling_alone": False})
        await later(16 * 60)
        assert paths(camera) == []
        assert await user.trouble(entry) == "push_never"
        dialog = await user.open(entry)
        assert dialog.fields == {"set_up"}


async def test_restart_that_did_not_help(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Ask for a restart once: afterwards something else is in the way."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.push_url, camera.reboot_seconds = None, 0
        camera.cut_push()
        await turn(hass, camera, on=True)
        await wait(later, 150)
        assert await user.trouble(entry) == "push_restart"
        camera.faults.refuse_connections = True
        await wait(later, 10)
        camera.faults.refuse_connections = False
        await wait(later, 150)
        # No camera restarts that fast.
        assert await user.trouble(entry) == "push_restart"
        camera.faults.refuse_connections = True
        await wait(later, 60)
        camera.faults.refuse_connections = False
        await camera.restart()
        await wait(later, 150)
        assert await user.trouble(entry) == "push_silent"


async def test_lost_answer(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Ask again after some minutes when one answer about the slots is lost, not after hours."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.push_url = None
        await turn(hass, camera, on=True)
        camera.empty_slots()
        camera.faults = Faults(status=500, only={"GetHttpPostConfig"})
        await hass.config_entries.async_reload(entry.entry_id)
        camera.faults = Faults()
        await wait(later, 290)
        assert held(camera) == []
        await wait(later, 30)
        assert len(held(camera)) == 1
        assert value(hass, camera, SWITCH) == "on"


@pytest.mark.parametrize("what", ["cannot be read", "refused"])
async def test_written_only_if_seen(hass: HomeAssistant, user: User, set_up: SetUp, what: str) -> None:
    """Say that the new address stands in the camera only if the camera says so, too."""
    await hass.config.async_update(internal_url="http://172.17.0.2:8123")
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.push_url = None
        hass.config_entries.async_update_entry(entry, options={"push_subscription": True})
        await hass.config_entries.async_reload(entry.entry_id)
        before = writes(camera)
        dialog = await (await user.open(entry)).choose("new_address")
        if what == "cannot be read":
            camera.faults = Faults(cut=True, only={"GetHttpPostConfig"})
        else:
            camera.http_post_read_only = True
        dialog = await dialog.submit(push_address=f"http://{user.server}")
        assert dialog.step == "by_hand"
        assert writes(camera) == before


@pytest.mark.parametrize("on", [True, False])
async def test_switch_proves_the_camera_first(hass: HomeAssistant, set_up: SetUp, on: bool) -> None:
    """Write nothing into a camera that has taken the place of another one since the last poll."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.push_url = None
        if not on:
            await turn(hass, camera, on=True)
        before = writes(camera)
        camera.mac, camera.serial = "58:5b:69:77:77:77", "I85B69777777"
        runtime: Any = entry.runtime_data
        with pytest.raises(ViewtronOtherDeviceError):
            await (runtime.provisioning.subscribe() if on else runtime.provisioning.unsubscribe())
        assert writes(camera) == before
