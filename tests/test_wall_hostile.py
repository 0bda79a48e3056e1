"""A Thin Client that says what no sane device says: Home Assistant stays whole and quick, and the wall in use."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
import json
import logging
import sys
import time
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.json import json_bytes, prepare_save_json
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.viewwall import firmware
from custom_components.viewwall.names import Names
from custom_components.viewwall.thin_client import ThinClientProtocolError, calls
from custom_components.viewwall.thin_client.answers import parse_reply
from custom_components.viewwall.wall_runtime import ThinClientConfigEntry
from tests.conftest import Later, SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults
from tests.walls import GATE, POLL, SLOW_POLL, WIDE, YARD, act, choose, options, registered, state, value

LONE = "\ud83d"
"""Half of a character that takes a pair: valid in JSON's escapes, and in no UTF-8."""
MEGABYTE = 1_000_000


@pytest.fixture(name="wall")
async def _wall(socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device."""
    async with ThinClientSimulator() as wall:
        yield wall


def replies(data: list[dict[str, Any]]) -> bytes:
    """Return a reply with this list."""
    return json.dumps({"Links": [], "Version": "2.2.0.0", "Data": data}).encode()


async def set_up_again(hass: HomeAssistant, entry: ThinClientConfigEntry) -> None:
    """Set the entry up once more."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED


def _name_the_device(wall: ThinClientSimulator) -> None:
    wall.settings["DeviceName"] = f"Lobby {LONE}"


def _name_a_camera(wall: ThinClientSimulator) -> None:
    wall.camera(GATE).name = f"{LONE} Gate"


def _name_a_panel(wall: ThinClientSimulator) -> None:
    wall.panel(WIDE).name = f"Wide {LONE} view"


@pytest.mark.parametrize("spoil", [_name_the_device, _name_a_camera, _name_a_panel])
async def test_half_a_character(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    spoil: Callable[[ThinClientSimulator], None],
) -> None:
    """Let Home Assistant store and send all that it knows, whatever half a character the device has in a name."""
    spoil(wall)
    entry = await set_up_wall(wall)
    await later(POLL)
    stored = (
        hass.config_entries._data_to_save(),
        dr.async_get(hass)._data_to_save(),
        er.async_get(hass)._data_to_save(),
        *[hass_storage[key] for key in hass_storage if entry.entry_id in key],
    )
    for data in stored:
        prepare_save_json(data)
    assert json_bytes([each.as_dict() for each in hass.states.async_all()])
    assert any("? " in name or " ?" in name for name in (entry.title, *options(hass, wall, "full_screen"))) or any(
        "?" in name for name in options(hass, wall, "panel")
    )
    wide = next(name for name in options(hass, wall, "panel") if name.startswith("Wide"))
    await act(hass, "show_panel", wall, panel=wide, duration=30)
    assert wall.showing() == ("panel", WIDE)


def seconds_to_parse(body: bytes) -> float:
    """Return how long the parser takes with a broken reply, at best."""
    best = float("inf")
    for _ in range(5):
        start = time.thread_time()
        with pytest.raises(ThinClientProtocolError):
            parse_reply(body)
        best = min(best, time.thread_time() - start)
    return best


@pytest.mark.parametrize(
    "part", [b'\\"', b'"', b"\\", b",", b", ", b'",', b'"\\', b"[,", b'{"a": 1,}, "'], ids=lambda part: part.decode()
)
@pytest.mark.parametrize("start", [b'{"Data": "', b'{"Data": ', b'{"Data": [,'])
def test_broken_reply_takes_no_longer_than_its_length(start: bytes, part: bytes) -> None:
    """Read a broken reply of four times the length in about four times the time, not in sixteen times."""
    count = 24_000 // len(part)
    short, long = (seconds_to_parse(start + part * times) for times in (count, 4 * count))
    assert long < 9 * max(short, 0.0003)


def steps_to_name(names: list[str]) -> int:
    """Return how many lines of code run to make names unique."""
    steps = 0

    def _count(*_: object) -> None:
        nonlocal steps
        steps += 1

    monitoring, tool, code = sys.monitoring, 4, Names.__init__.__code__
    monitoring.use_tool_id(tool, "steps")
    try:
        monitoring.register_callback(tool, monitoring.events.LINE, _count)
        monitoring.set_local_events(tool, code, monitoring.events.LINE)
        made = Names((str(number), name) for number, name in enumerate(names))
    finally:
        monitoring.set_local_events(tool, code, 0)
        monitoring.register_callback(tool, monitoring.events.LINE, None)
        monitoring.free_tool_id(tool)
    assert len(set(made.options)) == len(names)
    return steps


@pytest.mark.parametrize("pattern", [("Gate",), ("Gate", "Gate (2)"), ("unknown", "Gate", "Gate ")])
def test_equal_names_take_no_longer_than_their_number(pattern: tuple[str, ...]) -> None:
    """Make four times as many equal names unique in about four times the steps."""
    few, many = (steps_to_name(list(pattern) * times) for times in (250, 1000))
    assert many < 6 * few


@pytest.mark.parametrize("name", ["Gate", "Camera {}"])
async def test_ten_thousand(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, name: str
) -> None:
    """Know as many cameras and panels as any wall may have, each by a name of its own, and no more."""
    entry = await set_up_wall(wall)
    cameras = [{"Id": f"c{number}", "Name": name.format(number)} for number in range(10_000)]
    wall.faults = Faults(garbage=replies(cameras), only={"list_cameras"})
    await set_up_again(hass, entry)
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    known = [each for each in entities if each.unique_id.startswith(f"{wall.serial}_camera_c")]
    assert 256 <= len(known) <= 1024
    assert len(options(hass, wall, "full_screen")) == len(known) + 1
    panels = [{"PanelGuid": f"p{number}", "PanelName": name.format(number)} for number in range(10_000)]
    wall.faults = Faults(garbage=replies(panels), only={"list_panels"})
    await later(POLL)
    assert 256 <= len(options(hass, wall, "panel")) <= 1024


async def test_names_of_a_megabyte(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Cut names of panels and cameras, and believe no id of that length."""
    entry = await set_up_wall(wall)
    long = "y" * MEGABYTE
    cameras = [{"Id": GATE, "Name": long}, {"Id": "../1/?x#", "Name": long}, {"Id": long, "Name": "Gate"}]
    wall.faults = Faults(garbage=replies(cameras), only={"list_cameras"})
    await later(SLOW_POLL)
    offered = options(hass, wall, "full_screen")
    assert len(offered) == 3
    cell = {"CoordX": "1e9", "CoordY": -5, "CameraId": long[:9999], "CameraName": long[:9999]}
    panels = [
        {
            "PanelGuid": panel,
            "PanelName": long,
            "PanelWidth": "4",
            "PanelHeight": "NaN",
            "Default": "1",
            "Cells": [cell],
        }
        for panel in (WIDE, "../../Settings", long)
    ]
    wall.faults = Faults(garbage=replies(panels), only={"list_panels"})
    await later(POLL)
    assert len(value(hass, wall, "panel")) <= 255
    assert max(map(len, (*offered, *options(hass, wall, "panel")))) <= 255
    assert len(options(hass, wall, "panel")) == 2
    for each in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        assert max(len(text) for text in (each.entity_id, each.unique_id, each.original_name or "")) <= 300
    for shown in hass.states.async_all():
        assert len(json_bytes(shown.as_dict())) < 5_000, shown.entity_id


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 500}, {"drop": True}, {"garbage": b"\xff"}])
async def test_presets_that_do_not_come(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, fault: dict[str, Any]
) -> None:
    """Set up, and keep running, a wall that tells everything but presets."""
    wall.faults = Faults(**fault, only={"list_presets"})
    entry = await set_up_wall(wall)
    assert entry.state is ConfigEntryState.LOADED
    await set_up_again(hass, entry)
    for seconds in (POLL, 3601, POLL, POLL, POLL, POLL):
        await later(seconds)
        assert value(hass, wall, "panel") == "Four view"
    await choose(hass, wall, "panel", "Wide view")
    assert wall.showing() == ("panel", WIDE)
    wall.faults = Faults()
    await later(3601)
    assert "Home" in options(hass, wall, "ptz_preset_2")


async def test_presets_that_hang(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set up, and keep running, a wall that never answers the question for presets."""
    monkeypatch.setattr(calls, "PTZ_PRESETS", replace(calls.PTZ_PRESETS, timeout=0.1))
    wall.faults = Faults(delay=30, only={"list_presets"})
    entry = await set_up_wall(wall)
    assert entry.state is ConfigEntryState.LOADED
    for polls in range(1, 6):
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=polls * POLL))
        await hass.async_block_till_done(wait_background_tasks=True)
        assert value(hass, wall, "panel") == "Four view"
    await choose(hass, wall, "panel", "Wide view")
    assert wall.showing() == ("panel", WIDE)
    assert sum(request.call == "list_presets" for request in wall.requests) <= 8


async def test_panel_beyond_the_document(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Set up a wall whose active panel has more cells than the document allows, with cameras in the last ones."""
    four = wall.panel(wall.active_panel)
    four.width, four.height, four.cameras = 5, 4, {0: GATE, 16: YARD, 19: GATE}
    entry = await set_up_wall(wall)
    assert entry.state is ConfigEntryState.LOADED
    await set_up_again(hass, entry)
    await later(3601)
    assert value(hass, wall, "panel") == "Four view"
    await choose(hass, wall, "panel", "Wide view")
    assert wall.showing() == ("panel", WIDE)


@pytest.mark.parametrize(
    "words",
    ["Step " + "9" * 5000 + " of 10", "Step 1 of " + "9" * 5000, "9" * 5000 + "/" + "9" * 5000],
    ids=["first", "second", "both"],
)
async def test_percentage_of_many_digits(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
) -> None:
    """Follow an update to its end whose words hold no number that anybody could mean."""
    monkeypatch.setattr(firmware, "POLL", 0.02)
    wall.update_texts = (words, "Step 3 of 10", words)
    wall.firmware = "1.1.0.0"
    await set_up_wall(wall)
    target = {"entity_id": registered(hass, wall, "update.firmware").entity_id}
    await hass.services.async_call("update", "install", target, blocking=True)
    shown = state(hass, wall, "update.firmware").attributes
    assert (shown["installed_version"], shown["in_progress"]) == (wall.newest_firmware, False)


@pytest.mark.parametrize("newest", ["n/a", "none", "-", "up to date", " "])
async def test_newest_version_that_is_none(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, newest: str
) -> None:
    """Offer nothing where the device has words instead of a version."""
    wall.newest_firmware = newest
    await set_up_wall(wall)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert any(request.call == "newest_firmware" for request in wall.requests)
    shown = state(hass, wall, "update.firmware")
    assert shown.state not in (STATE_ON, STATE_UNAVAILABLE)
    assert shown.attributes["latest_version"] in (None, wall.firmware)


async def test_address_of_many_characters(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Show as much of a Mobile Bridge's address as a state can hold, and log no error."""
    await set_up_wall(wall)
    caplog.clear()
    wall.settings["SymphonyServer"] = "b" * 300
    for seconds in (SLOW_POLL, POLL, POLL):
        await later(seconds)
    assert state(hass, wall, "sensor.mobile_bridge_server").state == "b" * 255
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []
