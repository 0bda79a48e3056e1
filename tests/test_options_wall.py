"""The options of a Thin Client: what needs a password, since no action takes one."""

import asyncio
from collections.abc import Callable
import json
import logging
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.thin_client import ThinClient, ThinClientConnectionError, ThinClientError
from custom_components.viewwall.wall_runtime import ThinClientConfigEntry
from tests.acting import do
from tests.conftest import Later, SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape
from tests.walls import FOUR, GATE, ONLY, POLL

TEXTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json").read_text(encoding="utf-8")
)["options"]
OLD = "wall-Clock-5"
NEW = "new-Secret-9"
BRIDGE: dict[str, Any] = {
    "server": "192.0.2.80",
    "port": 8434,
    "ssl": False,
    "username": "wall",
    "password": "toll-Booth-4",
}
CAMERA: dict[str, Any] = {
    "name": "Back door",
    "address": "192.0.2.77",
    "username": "viewer",
    "password": "look-Only-6",
    "media_uri": "rtsp://192.0.2.77/profile1",
    "snapshot_uri": "http://192.0.2.77/GetSnapshot/1",
}
SHAPES = pytest.mark.parametrize("shape", list(Shape))


async def choose(hass: HomeAssistant, entry: ThinClientConfigEntry, step: str) -> ConfigFlowResult:
    """Open the options and choose from their menu."""
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert menu["type"] is FlowResultType.MENU
    return await hass.config_entries.options.async_configure(menu["flow_id"], {"next_step_id": step})


async def answer(hass: HomeAssistant, result: ConfigFlowResult, **typed: Any) -> ConfigFlowResult:
    """Fill in the form."""
    result = await hass.config_entries.options.async_configure(result["flow_id"], typed)
    await hass.async_block_till_done()
    return result


async def change_password(hass: HomeAssistant, result: ConfigFlowResult, new: str = NEW) -> ConfigFlowResult:
    """Type a new administrator password twice."""
    return await answer(hass, result, password=new, repeat=new)


async def try_bridge(hass: HomeAssistant, entry: ThinClientConfigEntry) -> ConfigFlowResult:
    """Type a Mobile Bridge and let the wall try it."""
    result = await answer(hass, await choose(hass, entry, "mobile_bridge"), **BRIDGE)
    assert result["step_id"] == "mobile_bridge_result", result
    return result


def assert_untouched(entry: ThinClientConfigEntry, wall: ThinClientSimulator) -> None:
    """Check that neither the wall nor the entry has taken anything of a Mobile Bridge."""
    assert "mobile_bridge_password" not in entry.options
    assert wall.direct
    assert wall.settings["SymphonyServer"] == "192.0.2.60"
    assert wall.bridge_password == "bridge-Toll-2"


def suggested(result: ConfigFlowResult) -> dict[str, Any]:
    """Return the fields of a form with what stands in them."""
    assert result["data_schema"] is not None
    return {str(key): (key.description or {}).get("suggested_value") for key in result["data_schema"].schema}


def assert_at_rest(entry: ThinClientConfigEntry, wall: ThinClientSimulator) -> None:
    """Check that the wall is polled within one session, which the entry remembers."""
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.coordinator.last_update_success
    assert wall.sessions == [entry.options["session_token"]]


# The menu.


async def test_menu(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Offer what needs a password."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await hass.config_entries.options.async_init(entry.entry_id)

        assert result["step_id"] == "init"
        assert result["menu_options"] == ["admin_password", "mobile_bridge", "add_camera"]
        assert set(TEXTS["step"]["init"]["menu_options"]) == {"admin_password", "mobile_bridge", "add_camera"}


async def test_wall_that_is_away_has_no_options(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Say that the wall is not connected, at the beginning and in the middle."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        begun = await choose(hass, entry, "admin_password")
        await hass.config_entries.async_unload(entry.entry_id)
        result = await hass.config_entries.options.async_init(entry.entry_id)
        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")
        result = await change_password(hass, begun)
        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")
        assert wall.password == OLD
    assert "not_loaded" in TEXTS["abort"]


# The administrator password.


@SHAPES
async def test_new_password_goes_to_the_wall_and_into_the_entry(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, shape: Shape, caplog: pytest.LogCaptureFixture
) -> None:
    """Take the new password over at once and go on with it, without a reload and without a second session."""
    caplog.set_level(logging.DEBUG)
    async with ThinClientSimulator(shape=shape) as wall:
        entry = await set_up_wall(wall)
        runtime, before = entry.runtime_data, dict(entry.data)
        result = await choose(hass, entry, "admin_password")
        assert list(suggested(result)) == ["password", "repeat"]
        result = await change_password(hass, result)

        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert wall.password == NEW
        assert entry.data == before | {"password": NEW}
        assert entry.runtime_data is runtime
        wall.expire_sessions()
        await later(10)
        assert_at_rest(entry, wall)
        assert wall.refused_logins == 0
        assert wall.most_sessions == 1

        # What is stored is what opens it after a restart.
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert_at_rest(entry, wall)
    assert NEW not in caplog.text
    assert OLD not in caplog.text


@pytest.mark.parametrize(
    ("password", "repeat", "errors"),
    [
        (NEW, "new-Secret-8", {"repeat": "password_mismatch"}),
        ("x" * 61, "x" * 61, {"password": "password_too_long"}),
        ("", "", {"password": "password_empty"}),
    ],
)
async def test_bad_password_is_told_before_it_is_sent(
    hass: HomeAssistant, set_up_wall: SetUpWall, password: str, repeat: str, errors: dict[str, str]
) -> None:
    """Send nothing, say what is wrong at its field, and take a better one in the same form."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await choose(hass, entry, "admin_password")
        result = await answer(hass, result, password=password, repeat=repeat)
        assert result["errors"] == errors
        assert set(errors.values()) <= TEXTS["error"].keys()
        assert not any(request.call == "update_settings" for request in wall.requests)
        assert suggested(result) == {"password": None, "repeat": None}
        assert (await change_password(hass, result))["type"] is FlowResultType.CREATE_ENTRY

        assert wall.password == NEW


async def test_given_up_flow_finishes_the_change(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Store the new password although the flow that sent it was cancelled meanwhile."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await choose(hass, entry, "admin_password")
        wall.faults = Faults(delay=0.2, only={"update_settings"})
        typed = {"password": NEW, "repeat": NEW}
        submitted = hass.async_create_task(hass.config_entries.options.async_configure(result["flow_id"], typed))
        while wall.password == OLD:
            await hass.async_add_executor_job(lambda: None)
        submitted.cancel()
        with pytest.raises(asyncio.CancelledError):
            await submitted
        await hass.async_block_till_done()
        assert entry.data["password"] == NEW
        # Without the frozen time, in which the delay would never end.
        await entry.runtime_data.coordinator.async_refresh()
        assert_at_rest(entry, wall)


async def test_longest_password(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Take 60 characters."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        await change_password(hass, await choose(hass, entry, "admin_password"), "é" * 60)

        assert wall.password == entry.data["password"] == "é" * 60


async def test_lost_answer_locks_nothing_out(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    """Store the new password although its answer was lost: the wall has it."""
    caplog.set_level(logging.DEBUG)
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        wall.faults = Faults(drop=True, only={"update_settings"})
        result = await change_password(hass, await choose(hass, entry, "admin_password"))
        assert result["errors"] == {"base": "cannot_connect"}
        assert wall.password == entry.data["password"] == NEW
        wall.faults = Faults()
        wall.expire_sessions()
        await later(10)
        assert_at_rest(entry, wall)
        assert wall.refused_logins == 0

        assert (await change_password(hass, result))["type"] is FlowResultType.CREATE_ENTRY
        assert_at_rest(entry, wall)
    assert NEW not in caplog.text


async def test_lost_connection_behind_the_change(hass: HomeAssistant, set_up_wall: SetUpWall, later: Later) -> None:
    """Store the new password although the wall fell silent right after it had taken it."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        wall.faults = Faults(drop=True, only={"create_session", "read_settings", "delete_session"})
        result = await change_password(hass, await choose(hass, entry, "admin_password"))
        assert result["errors"] == {"base": "cannot_connect"}
        assert wall.password == entry.data["password"] == NEW
        wall.faults = Faults()
        wall.expire_sessions()
        await later(10)
        assert_at_rest(entry, wall)


async def test_question_lost_on_its_way(hass: HomeAssistant, set_up_wall: SetUpWall, later: Later) -> None:
    """Get back to the old password where the wall has not heard of the new one, in the entry too."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        wall.faults = Faults(status=503, only={"update_settings"})
        result = await change_password(hass, await choose(hass, entry, "admin_password"))
        assert result["errors"] == {"base": "cannot_connect"}
        assert wall.password == OLD
        wall.faults = Faults()
        wall.expire_sessions()
        await later(10)
        assert_at_rest(entry, wall)
        assert wall.refused_logins == 1
        assert entry.data["password"] == OLD


async def test_wall_that_cannot_be_asked(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Keep the old password where the new one was not even sent."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await choose(hass, entry, "admin_password")
        wall.faults.refuse_connections = True
        result = await change_password(hass, result)
        assert result["errors"] == {"base": "cannot_connect"}
        assert entry.data["password"] == OLD
        wall.faults = Faults()
        assert (await change_password(hass, result))["type"] is FlowResultType.CREATE_ENTRY

        assert wall.password == entry.data["password"] == NEW


async def test_wall_that_does_not_take_it(hass: HomeAssistant, set_up_wall: SetUpWall, later: Later) -> None:
    """Keep the old password where the wall ignores the new one."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        with patch.object(wall, "write_settings"):
            result = await change_password(hass, await choose(hass, entry, "admin_password"))
        assert result["errors"] == {"base": "not_taken"}
        assert wall.password == entry.data["password"] == OLD
        await later(10)
        assert_at_rest(entry, wall)


@pytest.mark.parametrize(
    ("faults", "error"),
    [(Faults(status=500, only={"update_settings"}), "refused"), (Faults(status=404), "not_supported")],
)
async def test_refusal_is_told(hass: HomeAssistant, set_up_wall: SetUpWall, faults: Faults, error: str) -> None:
    """Keep the old password where the wall says no."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await choose(hass, entry, "admin_password")
        wall.faults = faults
        result = await change_password(hass, result)
        wall.faults = Faults()
        assert result["errors"] == {"base": error}
        assert error in TEXTS["error"]
        assert entry.data["password"] == OLD


async def test_password_that_another_hand_has_changed(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Say that the stored password is refused, after one login."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await choose(hass, entry, "admin_password")
        wall.password = "changed-On-Site-8"
        wall.expire_sessions()
        result = await change_password(hass, result)
        assert result["errors"] == {"base": "invalid_auth"}
        assert wall.refused_logins == 1
        assert entry.data["password"] == OLD


# The Mobile Bridge.


@SHAPES
async def test_mobile_bridge(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, shape: Shape, caplog: pytest.LogCaptureFixture
) -> None:
    """Suggest what the wall has, try what was typed, show the raw code, and only then write it all."""
    caplog.set_level(logging.DEBUG)
    async with ThinClientSimulator(shape=shape) as wall:
        entry = await set_up_wall(wall)
        runtime = entry.runtime_data
        result = await choose(hass, entry, "mobile_bridge")
        assert suggested(result) == {
            "server": "192.0.2.60",
            "port": 8433,
            "ssl": True,
            "username": "mb_user",
            "password": None,
        }
        wall.test_code = 17
        result = await answer(hass, result, **BRIDGE)
        assert result["step_id"] == "mobile_bridge_result"
        assert result["description_placeholders"] == {"device": "Lobby wall", "code": "17"}
        assert suggested(result) == {"show_cameras": False}
        typed = {
            "SymphonyServer": "192.0.2.80",
            "SymphonyUser": "wall",
            "SymphonyPort": "8434",
            "SymphonyHTTPS": "false",
        }
        assert wall.tested == [typed | {"SymphonyPwd": "toll-Booth-4"}]
        assert not any(request.call == "update_settings" for request in wall.requests)
        assert_untouched(entry, wall)

        result = await answer(hass, result, show_cameras=True)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert entry.options.keys() == {"mobile_bridge_password", "session_token"}
        assert entry.options["mobile_bridge_password"] == "toll-Booth-4"
        assert entry.runtime_data is runtime
        assert {name: wall.settings[name] for name in wall.settings if name.startswith("Symphony")} == typed
        assert wall.bridge_password == "toll-Booth-4"
        assert runtime.coordinator.data.video_source == "mobilebridge"
        assert runtime.coordinator.data.mobile_bridge_server == "192.0.2.80"
        assert [camera.name for camera in runtime.coordinator.data.cameras] == ["Loading dock", "Garage"]
        await later(10)
        assert_at_rest(entry, wall)
        assert wall.most_sessions == 1
    assert "toll-Booth-4" not in caplog.text


async def test_closed_after_the_try(hass: HomeAssistant, set_up_wall: SetUpWall, later: Later) -> None:
    """Leave everything as it is where the code is no good one: the cameras stay, the way back is open."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await try_bridge(hass, entry)
        hass.config_entries.options.async_abort(result["flow_id"])
        await later(301)

        assert_untouched(entry, wall)
        assert_at_rest(entry, wall)
        assert len(entry.runtime_data.coordinator.data.cameras) == len(wall.direct_cameras)


async def test_stored_password_is_never_shown(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Start the form with what the wall has by now, but without the password of last time."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        await answer(hass, await try_bridge(hass, entry), show_cameras=True)
        wall.settings["SymphonyServer"] = "192.0.2.99"
        result = await choose(hass, entry, "mobile_bridge")

        assert suggested(result)["server"] == "192.0.2.99"
        assert suggested(result)["password"] is None


async def test_bridge_without_its_cameras(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Leave the video source alone where it was not asked for, and say why the settings need it."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await answer(hass, await try_bridge(hass, entry), show_cameras=False)
        assert result["step_id"] == "mobile_bridge_result"
        assert result["errors"] == {"show_cameras": "bridge_not_used"}
        assert suggested(result) == {"show_cameras": False}
        assert_untouched(entry, wall)

        result = await answer(hass, result, show_cameras=True)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert wall.tested == [wall.tested[0]]
        assert entry.runtime_data.coordinator.data.video_source == "mobilebridge"


async def test_another_bridge(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Show the switch on where the wall shows a bridge's cameras already; off does not go back to its own."""
    async with ThinClientSimulator() as wall:
        wall.settings["VideoSource"] = "mobilebridge"
        entry = await set_up_wall(wall)
        result = await try_bridge(hass, entry)
        assert suggested(result) == {"show_cameras": True}
        result = await answer(hass, result, show_cameras=False)

        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert not wall.direct
        assert wall.settings["SymphonyServer"] == "192.0.2.80"
        assert entry.options["mobile_bridge_password"] == "toll-Booth-4"


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (Faults(status=500, only={"test_connection"}), "not_tested"),
        (Faults(drop=True, only={"test_connection"}), "not_tested"),
        (Faults(garbage=b"<html>", only={"test_connection"}), "not_tested"),
        (Faults(status=404, only={"test_connection"}), "not_supported"),
        (Faults(drop=True, only={"create_session"}), "cannot_connect"),
    ],
    ids=["500", "dropped", "garbage", "404", "no login"],
)
async def test_bridge_that_cannot_be_tried(
    hass: HomeAssistant, set_up_wall: SetUpWall, faults: Faults, error: str
) -> None:
    """Say that nothing is stored, and let the try be repeated in the same form."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await choose(hass, entry, "mobile_bridge")
        wall.faults = faults
        wall.expire_sessions()
        result = await answer(hass, result, **BRIDGE)
        assert result["step_id"] == "mobile_bridge"
        assert result["errors"] == {"base": error}
        assert error in TEXTS["error"]
        assert suggested(result)["server"] == "192.0.2.80"
        assert suggested(result)["password"] is None
        assert_untouched(entry, wall)
        wall.faults = Faults()
        result = await answer(hass, result, **BRIDGE)

        assert result["step_id"] == "mobile_bridge_result"


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (Faults(drop=True, only={"update_settings"}), "cannot_connect"),
        (Faults(status=500, only={"update_settings"}), "refused"),
        (Faults(garbage=b"<html>", only={"read_settings"}), "unknown"),
    ],
)
async def test_bridge_errors(hass: HomeAssistant, set_up_wall: SetUpWall, faults: Faults, error: str) -> None:
    """Say what went wrong while writing, keep no password, and let the same form succeed afterwards."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await try_bridge(hass, entry)
        wall.faults = faults
        result = await answer(hass, result, show_cameras=True)
        assert result["step_id"] == "mobile_bridge_result"
        assert result["errors"] == {"base": error}
        assert result["description_placeholders"] == {"device": "Lobby wall", "code": "2"}
        assert suggested(result) == {"show_cameras": True}
        assert error in TEXTS["error"]
        assert "mobile_bridge_password" not in entry.options
        wall.faults = Faults()
        result = await answer(hass, result, show_cameras=True)

        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert wall.bridge_password == entry.options["mobile_bridge_password"] == "toll-Booth-4"


async def test_given_up_flow_finishes_the_bridge(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Store the password that the wall has taken although the flow that sent it was cancelled meanwhile."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await try_bridge(hass, entry)
        wall.faults = Faults(delay=0.2, only={"update_settings"})
        submitted = hass.async_create_task(
            hass.config_entries.options.async_configure(result["flow_id"], {"show_cameras": True})
        )
        while wall.direct:
            await hass.async_add_executor_job(lambda: None)
        submitted.cancel()
        with pytest.raises(asyncio.CancelledError):
            await submitted
        await hass.async_block_till_done()

        assert entry.options["mobile_bridge_password"] == "toll-Booth-4"
        assert entry.runtime_data.coordinator.data.video_source == "mobilebridge"


async def test_bridge_is_no_other_hand(hass: HomeAssistant, set_up_wall: SetUpWall, later: Later) -> None:
    """Keep the way back while the source of the video changes, although other cameras are in the cells then."""
    async with ThinClientSimulator() as wall:
        await set_up_wall(wall)
        entry = hass.config_entries.async_entries("viewwall")[0]
        wall.panels[1].cameras = {0: GATE}
        await do(hass, "show_panel", wall, panel="Gate only", duration=60)
        result = await try_bridge(hass, entry)
        with patch.object(wall, "write_settings", side_effect=_emptying(wall)):
            result = await answer(hass, result, show_cameras=True)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        await later(POLL)
        assert wall.showing() == ("panel", ONLY)
        await later(60)
        assert wall.showing() == ("panel", FOUR)


def _emptying(wall: ThinClientSimulator) -> Callable[[list[tuple[str, object]]], None]:
    """Return how a device writes settings that takes the cameras of another source out of its cells."""
    write = wall.write_settings

    def _write(pairs: list[tuple[str, object]]) -> None:
        write(pairs)
        wall.panels[1].cameras = {}

    return _write


async def test_bridge_of_a_silent_wall(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Show the form with its defaults and the error where the settings cannot be read."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        wall.faults = Faults(drop=True, only={"read_settings"})
        result = await choose(hass, entry, "mobile_bridge")
        assert BRIDGE.keys() == suggested(result).keys()

        assert result["errors"] == {"base": "cannot_connect"}
        assert set(suggested(result).values()) == {None}


# A camera that ViewWall does not know.


@SHAPES
async def test_add_camera(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, shape: Shape, caplog: pytest.LogCaptureFixture
) -> None:
    """Try its picture, add it with all that was typed, and know it at once."""
    caplog.set_level(logging.DEBUG)
    async with ThinClientSimulator(shape=shape) as wall:
        entry = await set_up_wall(wall)
        runtime, options = entry.runtime_data, dict(entry.options)
        result = await choose(hass, entry, "add_camera")
        assert list(suggested(result)) == [*CAMERA, "try_picture"]
        wall.requests.clear()
        result = await answer(hass, result, **CAMERA)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert entry.options == options
        assert entry.runtime_data is runtime

        calls = [request.call for request in wall.requests]
        assert calls.index("preview_picture") < calls.index("create_camera")
        added = wall.direct_cameras[-1]
        assert (added.name, added.address, added.channel) == ("Back door", "192.0.2.77", 0)
        assert (added.username, added.password) == ("viewer", "look-Only-6")
        assert [stream["MediaUri"] for stream in added.streams] == ["rtsp://192.0.2.77/profile1"]
        assert [stream["SnapshotUri"] for stream in added.streams] == ["http://192.0.2.77/GetSnapshot/1"]
        assert runtime.coordinator.data.cameras[-1].id == added.id
        await later(10)
        assert_at_rest(entry, wall)
    assert "look-Only-6" not in caplog.text


async def test_camera_without_snapshot(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Ask for the address of the picture that is to be tried, and go without it by wish."""
    bare = {"name": "Back door", "address": "192.0.2.77", "media_uri": "rtsp://192.0.2.77/profile1"}
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await answer(hass, await choose(hass, entry, "add_camera"), **bare)
        assert result["errors"] == {"snapshot_uri": "snapshot_uri_needed"}
        result = await answer(hass, result, **bare, try_picture=False)

        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert not any(request.call == "preview_picture" for request in wall.requests)
        assert wall.direct_cameras[-1].name == "Back door"
        assert wall.direct_cameras[-1].password == ""


@pytest.mark.parametrize(
    "faults",
    [
        Faults(status=500, only={"preview_picture"}),
        Faults(status=404, only={"preview_picture"}),
        Faults(drop=True, only={"preview_picture"}),
        Faults(garbage=b'{"Links":[],"Data":"AAAA","Version":"2.2.0.0"}', only={"preview_picture"}),
        Faults(garbage=b"<html>", only={"preview_picture"}),
    ],
    ids=["500", "404", "dropped", "no jpeg", "garbage"],
)
async def test_camera_without_picture(hass: HomeAssistant, set_up_wall: SetUpWall, faults: Faults) -> None:
    """Add nothing where the wall gets no picture, unless that is wished."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        count = len(wall.direct_cameras)
        wall.faults = faults
        result = await answer(hass, await choose(hass, entry, "add_camera"), **CAMERA)
        assert result["errors"] == {"base": "no_picture"}
        assert len(wall.direct_cameras) == count
        shown = suggested(result)
        assert shown["media_uri"] == CAMERA["media_uri"]
        assert shown["password"] is None
        result = await answer(hass, result, **CAMERA, try_picture=False)

        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert len(wall.direct_cameras) == count + 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("address", " "),
        ("media_uri", "192.0.2.77/profile1"),
        ("media_uri", "file:///etc/passwd"),
        ("snapshot_uri", "GetSnapshot/1"),
    ],
)
async def test_camera_with_a_wrong_value(hass: HomeAssistant, set_up_wall: SetUpWall, field: str, value: str) -> None:
    """Say at its field that a value cannot be taken, and add nothing."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        count = len(wall.direct_cameras)
        result = await answer(hass, await choose(hass, entry, "add_camera"), **CAMERA | {field: value})

        assert result["errors"] == {field: "invalid_value"}
        assert len(wall.direct_cameras) == count


async def test_camera_is_added_once(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Add no second camera where the answer to the first try was lost, and take what was corrected meanwhile."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        count = len(wall.direct_cameras)
        wall.faults = Faults(drop=True, only={"create_camera"})
        result = await answer(hass, await choose(hass, entry, "add_camera"), **CAMERA)
        assert result["errors"] == {"base": "cannot_connect"}
        wall.faults = Faults()
        result = await answer(hass, result, **CAMERA | {"name": "Back yard"})

        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert len(wall.direct_cameras) == count + 1
        assert wall.direct_cameras[-1].name == "Back yard"


@pytest.mark.parametrize("is_noticed", [True, False])
async def test_wall_of_a_mobile_bridge_takes_no_camera(
    hass: HomeAssistant, set_up_wall: SetUpWall, is_noticed: bool
) -> None:
    """Say what to do where the cameras come from a Mobile Bridge, also when that is news."""
    async with ThinClientSimulator() as wall:
        if is_noticed:
            wall.settings["VideoSource"] = "mobilebridge"
        entry = await set_up_wall(wall)
        wall.settings["VideoSource"] = "mobilebridge"
        result = await choose(hass, entry, "add_camera")

        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_direct_connect")
        assert "VideoSource" in TEXTS["abort"]["not_direct_connect"]


@pytest.mark.parametrize(
    "error",
    [ThinClientConnectionError("Log in", "no connection in time"), ThinClientError("something new")],
)
async def test_every_error_has_a_text(hass: HomeAssistant, set_up_wall: SetUpWall, error: ThinClientError) -> None:
    """Show a text for whatever goes wrong."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        result = await choose(hass, entry, "add_camera")
        with patch.object(ThinClient, "preview", side_effect=error):
            result = await answer(hass, result, **CAMERA)

        assert result["errors"] is not None
        assert result["errors"]["base"] in TEXTS["error"]
        assert result["errors"]["base"] != "no_picture"


# What the frontend gets.


async def test_no_secret_reaches_the_browser(
    hass: HomeAssistant, set_up_wall: SetUpWall, hass_client: ClientSessionGenerator
) -> None:
    """Hand each form over HTTP as the frontend asks for it, without any secret."""
    for component in ("config", "repairs", "webhook"):
        assert await async_setup_component(hass, component, {})
    client = await hass_client()
    url = "/api/config/config_entries/options/flow"
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        for step, typed in (
            ("admin_password", {"password": NEW, "repeat": "something else"}),
            ("admin_password", {"password": NEW, "repeat": NEW}),
            ("add_camera", CAMERA),
            ("mobile_bridge", BRIDGE),
        ):
            menu = await (await client.post(url, json={"handler": entry.entry_id})).json()
            flow_url = f"{url}/{menu['flow_id']}"
            form = await (await client.post(flow_url, json={"next_step_id": step})).json()
            said = json.dumps([menu, form, await (await client.post(flow_url, json=typed)).json()])
            for secret in (OLD, NEW, CAMERA["password"], BRIDGE["password"], *wall.sessions):
                assert secret not in said
            await client.delete(flow_url)
