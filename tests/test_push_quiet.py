"""Silent push costs neither the device nor the log: how much is asked, and what a user can read about it."""

from collections import Counter
import logging

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.conftest import Later, SetUp
from tests.pushing import post, state, value
from tests.repairing import User
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import Faults, SimChannel


@pytest.mark.parametrize("channels", [4, 64])
async def test_requests_while_push_is_silent(
    hass: HomeAssistant,
    user: User,
    set_up: SetUp,
    later: Later,
    caplog: pytest.LogCaptureFixture,
    channels: int,
) -> None:
    """Ask a silent recorder for its alarms every 5 s, with 64 channels as with 4, and log its silence once."""
    async with NvrV2Simulator() as recorder:
        recorder.channels = [SimChannel(id=number, name=f"Camera {number}") for number in range(1, channels + 1)]
        entry = await set_up(recorder)
        for _ in range(4):
            await later(30)
            await recorder.send_keepalive()
        # By then it has asked for what is asked of each channel once.
        for _ in range(20 + channels):
            await later(10)
        caplog.clear()
        assert await user.trouble(entry) == "push_silent"
        recorder.requests.clear()
        for _ in range(24):
            await later(5)
        asked = Counter(request.command for request in recorder.requests)
        assert 20 <= asked["GetAlarmStatus"] <= 25
        others = sum(asked.values()) - asked["GetAlarmStatus"]
        assert others <= 12, asked

        recorder.requests.clear()
        for _ in range(120):
            await later(5)
        loud = [record for record in caplog.records if record.levelno >= logging.INFO and "viewwall" in record.name]
        assert loud == []
        assert len(recorder.requests) <= 20 * 10


async def test_requests_while_push_works(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Ask once a minute while messages arrive."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        for _ in range(4):
            await later(30)
            await camera.send_keepalive()
        camera.requests.clear()
        for _ in range(20):
            await later(30)
            await camera.send_keepalive()
        asked = Counter(request.command for request in camera.requests)
    assert 9 <= asked["GetAlarmStatus"] <= 11


async def test_slots_are_not_read_again_and_again(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Look at the camera's addresses when the silence begins, not with every poll of it."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        for _ in range(4):
            await later(30)
            await camera.send_keepalive()
        camera.requests.clear()
        for _ in range(60):
            await later(5)
        assert await user.trouble(entry) == "push_silent"
        assert sum(request.command == "GetHttpPostConfig" for request in camera.requests) == 1


async def test_unknown_path_is_answered_and_dropped(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later
) -> None:
    """Home Assistant answers a wrong path with success, so that the camera sees nothing: the repair says it instead."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        right = camera.push_url
        assert right is not None
        camera.push_url = right[:-1] + ("0" if right[-1] != "0" else "1")
        assert (await camera.send_keepalive()).status == 200
        await later(901)
        assert await user.trouble(entry) == "push_never"
        camera.push_url = right.replace("/api/webhook/", "/api/webhoek/")
        assert (await camera.send_keepalive()).status == 404
        assert await user.trouble(entry) == "push_never"
        assert value(hass, camera, "binary_sensor.event_push") == "unknown"
        camera.push_url = right
        await camera.send_keepalive()
        await hass.async_block_till_done()
        assert await user.trouble(entry) is None


async def test_missing_right_is_said_in_the_dialog(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later
) -> None:
    """Say which right is missing where the user looks, and once."""
    async with IpcV2Simulator() as camera:
        camera.faults = Faults(error_code=4, only={"GetHttpPostConfig"})
        entry = await set_up(camera)
        await later(901)
        dialog = await (await user.open(entry)).submit()
        assert dialog.error == "no_permission"
        assert "right to configure" in dialog.errors["base"]


async def test_what_can_be_read_about_messages(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, user: User, set_up: SetUp, later: Later
) -> None:
    """Show when the last message came, how many, what was not understood, and from whom none was taken."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await camera.send_keepalive()
        await post(camera.push_url, b"<config><nonsense/></config>")
        await later(61)
        assert state(hass, camera, "sensor.last_message").state not in ("unknown", "unavailable")
        shown = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert entry.data["webhook_id"] not in repr(shown)
    push = shown["push"]
    assert (push["received"], push["unknown"]) == (2, 1)
