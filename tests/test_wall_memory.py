"""What a wall remembers, found broken, out of date or from another time: the wall is set up and works."""

from collections.abc import AsyncIterator
import copy
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from tests.conftest import Later, SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.walls import (
    FOUR,
    POLL,
    WIDE,
    LateWall,
    act,
    choose,
    kill,
    later_in,
    started_again,
    state,
    value,
)


@pytest.fixture(name="wall")
async def _wall(socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device."""
    async with ThinClientSimulator() as wall:
        yield wall


async def works(hass: HomeAssistant, later: Later, wall: ThinClientSimulator) -> None:
    """Check that the wall can be steered, goes back, and remembers."""
    await choose(hass, wall, "panel", "Four view")
    assert value(hass, wall, "panel") == "Four view"
    await act(hass, "show_panel", wall, panel="Wide view", duration=20)
    assert wall.showing() == ("panel", WIDE)
    await later(POLL)
    await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    assert state(hass, wall, "update.firmware").attributes["in_progress"] is False


NO_TEXT: tuple[Any, ...] = (1, True, [], ["x"], {}, {"a": "b"}, [["x"]])
NO_NUMBER: tuple[Any, ...] = (
    None, "soon", "1e9", True, [], {}, -1, 1e18, -1e18, 10**400, float("nan"), float("inf"), float("-inf")
)  # fmt: skip
NO_OBJECT: tuple[Any, ...] = (1, True, "x", ["x"], [1, 2], {"surprise": 1})
BROKEN: list[tuple[tuple[str, ...], tuple[Any, ...]]] = [
    ((), ("x", 1, [1, 2], [], {}, {"screen": None, "added": {}, "update": None}, {"surprise": 1})),
    (("screen",), (None, *NO_OBJECT)),
    (("screen", "camera_id"), NO_TEXT),
    (("screen", "stopped"), (None, "x", [], {})),
    (("screen", "back"), NO_OBJECT),
    (("screen", "back", "at"), NO_NUMBER),
    (("screen", "back", "duration"), NO_NUMBER),
    (("screen", "back", "listed"), (1, "x", {}, [1], [["x"]])),
    (("screen", "back", "surprise"), (1,)),
    (("screen", "back", "screen"), (None, *NO_OBJECT)),
    (("screen", "back", "screen", "panel_id"), NO_TEXT),
    (("screen", "back", "screen", "camera_id"), NO_TEXT),
    (("screen", "back", "screen", "cells"), (None, 1, "x", {}, [1], [["x"]], ["x"] * 100_000)),
    (("screen", "back", "screen", "surprise"), (1,)),
    (("screen", "watch"), (None, *NO_OBJECT)),
    (("screen", "watch", "panel_id"), NO_TEXT),
    (("screen", "watch", "before"), (None, 1, "x", {}, [1], [["x"]], [{}])),
    (("screen", "watch", "late_until"), NO_NUMBER),
    (("screen", "watch", "cells"), (1, "x", {}, [1], [["x"]])),
    (("screen", "watch", "surprise"), (1,)),
    (("added",), (None, 1, "x", ["x"], {"a": None}, {"a": ["x"]})),
    (("update",), NO_OBJECT),
]


def replaced(data: Any, path: tuple[str, ...], value: Any) -> Any:
    """Return a copy of stored data with another value at a place."""
    if not path:
        return value
    changed = copy.deepcopy(data)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


@pytest.mark.parametrize(("path", "values"), BROKEN, ids=[".".join(path) or "all" for path, _ in BROKEN])
async def test_broken_memory(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    path: tuple[str, ...],
    values: tuple[Any, ...],
) -> None:
    """Set the wall up whatever is found in its file."""
    entry = await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Yard", duration=60)
    assert await hass.config_entries.async_unload(entry.entry_id)
    (key,) = [key for key in hass_storage if entry.entry_id in key]
    stored = hass_storage[key]["data"]
    for broken in values:
        hass_storage[key]["data"] = replaced(stored, path, broken)
        assert await hass.config_entries.async_setup(entry.entry_id), broken
        await hass.async_block_till_done(wait_background_tasks=True)
        assert value(hass, wall, "panel") != STATE_UNAVAILABLE
        await later(POLL)
        assert entry.state is ConfigEntryState.LOADED
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await works(hass, later, wall)


RUNNING = {"since": 1e9, "version": "1.0", "words": "Step 1 of 2"}


@pytest.mark.parametrize(
    ("key", "broken"),
    [
        *[("since", each) for each in NO_NUMBER],
        *[(key, each) for key in ("version", "words") for each in NO_TEXT],
        ("surprise", 1),
    ],
)
async def test_broken_memory_of_an_update(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    key: str,
    broken: Any,
) -> None:
    """Set the wall up whatever is found where a running update was remembered."""
    entry = await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Yard", duration=60)
    assert await hass.config_entries.async_unload(entry.entry_id)
    (file,) = [name for name in hass_storage if entry.entry_id in name]
    hass_storage[file]["data"]["update"] = RUNNING | {key: broken}
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert value(hass, wall, "full_screen") == "Yard"


@pytest.mark.parametrize("back", [timedelta(minutes=30), timedelta(days=20_000)])
async def test_clock_set_back(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    freezer: FrozenDateTimeFactory,
    wall: ThinClientSimulator,
    back: timedelta,
) -> None:
    """Wait after a start no longer for the return than it was to last, whatever the computer's clock says by then."""
    await set_up_wall(wall)
    await later(POLL)
    await act(hass, "show_panel", wall, panel="Wide view", duration=60)
    kill(hass)
    freezer.tick(-back)
    async with started_again() as again:
        time = later_in(again, freezer)
        await time(40)
        assert wall.showing() == ("panel", WIDE)
        for _ in range(3):
            await time(10)
        assert wall.showing() == ("panel", FOUR)


async def test_clock_set_back_and_a_device_that_does_not_follow(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, freezer: FrozenDateTimeFactory, socket_enabled: None
) -> None:
    """Believe after some minutes what the device lists, although by the clock it has years left to follow."""
    async with LateWall() as wall:
        wall.lateness = 1_000_000
        await set_up_wall(wall)
        await later(POLL)
        await act(hass, "show_panel", wall, panel="Wide view", duration=3600)
        assert value(hass, wall, "panel") == "Wide view"
        kill(hass)
        freezer.tick(-timedelta(days=1000))
        async with started_again() as again:
            time = later_in(again, freezer)
            before = dt_util.utcnow()
            assert value(again, wall, "panel") == "Wide view"
            for _ in range(30):
                await time(10)
            assert dt_util.utcnow() - before == timedelta(minutes=5)
            assert value(again, wall, "panel") == "Four view"
