"""The way back where something comes in between: half-done returns, calls given up, changes, and chains of calls."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.conftest import Later
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape
from tests.walls import (
    DOOR,
    FOUR,
    GATE,
    ONLY,
    PARKING,
    POLL,
    WAREHOUSE,
    WIDE,
    YARD,
    SetUpWall,
    SilentWall,
    act,
    cells,
    choose,
    press,
    steering,
    until,
    value,
)

BOTH_ACTIONS = pytest.mark.parametrize(
    ("action", "data"), [("show_panel", {"panel": "Wide view"}), ("show_camera", {"camera": "Yard"})]
)
type Data = dict[str, Any]


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


# Half done.


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}, {"status": 500}])
@pytest.mark.parametrize("before", ["full screen", "stopped", "cells"])
@BOTH_ACTIONS
async def test_return_that_takes_two_calls_of_which_one_fails(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    action: str,
    data: Data,
    before: str,
    fault: Data,
) -> None:
    """Finish a return whose second half the device could not take at first."""
    wall.keeps_cells = False
    await set_up_wall(wall)
    match before:
        case "full screen":
            await choose(hass, wall, "full_screen", "Gate")
        case "stopped":
            await press(hass, wall, "stop_display")
        case "cells":
            await act(hass, "set_cell", wall, cell=1, camera="Warehouse")
            await act(hass, "set_cell", wall, cell=2)
    shown, filled = wall.showing(), cells(wall)
    await act(hass, action, wall, **data, duration=20)
    await later(15)
    wall.faults = Faults(only={"full_screen", "stop_display", "set_cell"}, **fault)
    await later(6)
    await later(6)
    wall.faults = Faults()
    for _ in range(6):
        await later(POLL)
    assert (wall.showing(), wall.active_panel) == (shown, FOUR)
    assert cells(wall) == filled
    sent = steering(wall)
    await later(60)
    assert steering(wall) == sent


@BOTH_ACTIONS
@pytest.mark.parametrize("when", ["before the answer", "after a reload"])
async def test_call_that_is_given_up(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    action: str,
    data: Data,
    when: str,
) -> None:
    """Return although the automation that called was stopped, or ViewWall reloaded, before the device answered."""
    entry = await set_up_wall(wall)
    wall.faults = Faults(delay=3, only={"show_panel", "full_screen"})
    call = asyncio.create_task(act(hass, action, wall, **data, duration=20))
    await until(lambda: bool(steering(wall)))
    if when == "before the answer":
        call.cancel()
    else:
        reload = asyncio.create_task(hass.config_entries.async_reload(entry.entry_id))
        await asyncio.sleep(0)
        await later(4)
        await reload
    await asyncio.gather(call, return_exceptions=True)
    wall.faults = Faults()
    assert wall.showing() != ("panel", FOUR)
    for _ in range(3):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)


@BOTH_ACTIONS
async def test_device_that_never_answers_the_call(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, action: str, data: Data
) -> None:
    """Return from what the device shows although it never said so."""
    await set_up_wall(wall)
    wall.faults = Faults(delay=25, only={"show_panel", "full_screen"})
    call = asyncio.create_task(act(hass, action, wall, **data, duration=20))
    await until(lambda: bool(steering(wall)))
    await later(11)
    with pytest.raises(HomeAssistantError):
        await call
    wall.faults = Faults()
    assert wall.showing() != ("panel", FOUR)
    for _ in range(4):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    assert (value(hass, wall, "panel"), value(hass, wall, "full_screen")) == ("Four view", "panel")


@pytest.mark.parametrize("before", ["panel", "full screen", "stopped"])
@BOTH_ACTIONS
async def test_device_that_names_no_panel_while_it_is_hidden(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    socket_enabled: None,
    action: str,
    data: Data,
    before: str,
) -> None:
    """Return to full screen and darkness on a device that lists no active panel during these."""
    async with SilentWall() as wall:
        await set_up_wall(wall)
        if before == "full screen":
            await choose(hass, wall, "full_screen", "Gate")
        elif before == "stopped":
            await press(hass, wall, "stop_display")
        await later(POLL)
        assert value(hass, wall, "panel") == ("unknown" if before == "stopped" else "Four view")
        shown = wall.showing()
        await act(hass, action, wall, **data, duration=20)
        for _ in range(3):
            await later(POLL)
        assert wall.showing() == shown


# Changes meanwhile.


@pytest.mark.parametrize("keeps_cells", [True, False])
async def test_camera_in_a_cell_from_before_is_deleted(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    caplog: pytest.LogCaptureFixture,
    keeps_cells: bool,
) -> None:
    """Return once, without the camera that is gone."""
    wall.keeps_cells = keeps_cells
    await set_up_wall(wall)
    await act(hass, "set_cell", wall, cell=3, camera="Warehouse")
    await act(hass, "show_panel", wall, panel="Wide view", duration=20)
    wall.remove_camera(wall.camera(DOOR))
    if saved := wall.panel(FOUR).saved:
        saved.pop(1)
    sent = len(steering(wall))
    for _ in range(10):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    assert cells(wall) == {0: GATE, 2: WAREHOUSE, 3: PARKING}
    assert steering(wall)[sent:].count("show_panel") == 1
    assert not [record for record in caplog.records if record.levelname == "WARNING" and "go back" in record.message]


async def test_panel_from_before_was_edited(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Never undo what another hand has changed in the stored panel meanwhile."""
    await set_up_wall(wall)
    await act(hass, "show_panel", wall, panel="Wide view", duration=20)
    await later(POLL)
    wall.panel(FOUR).cameras[0] = WAREHOUSE
    await later(POLL)
    await later(POLL)
    assert wall.panel(FOUR).cameras == {0: WAREHOUSE, 1: DOOR, 2: YARD, 3: PARKING}


async def test_another_hand_and_then_our_own_change(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Leave the wall to another hand although we made a panel before a poll could see it."""
    await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Yard", duration=20)
    await later(2)
    wall.another_hand_shows(ONLY)
    await act(hass, "create_panel", wall, name="Night", width=1, height=1, cells=["Gate"])
    for _ in range(4):
        await later(POLL)
    assert wall.showing() == ("panel", ONLY)


async def test_panel_from_before_has_another_grid(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Return to a panel that is smaller by now."""
    await set_up_wall(wall)
    await act(hass, "show_panel", wall, panel="Wide view", duration=20)
    panel = wall.panel(FOUR)
    panel.width, panel.height, panel.cameras = 1, 1, {0: YARD}
    for _ in range(4):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    assert cells(wall) == {0: YARD}


# Chains.


async def test_return_to_what_the_last_lasting_call_showed(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Return to what was shown for good between two calls with a duration."""
    await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Yard", duration=60)
    await later(5)
    await act(hass, "show_panel", wall, panel="Gate only")
    await later(5)
    await act(hass, "show_camera", wall, camera="Warehouse", duration=20)
    await later(21)
    assert wall.showing() == ("panel", ONLY)
    for _ in range(6):
        await later(POLL)
    assert wall.showing() == ("panel", ONLY)


async def test_return_to_what_another_hand_showed(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Return to another hand's panel when it came between two calls, even if no poll has seen it."""
    await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Yard", duration=60)
    await later(2)
    wall.another_hand_shows(ONLY)
    await act(hass, "show_panel", wall, panel="Wide view", duration=20)
    await later(5)
    assert wall.showing() == ("panel", WIDE)
    for _ in range(8):
        await later(POLL)
    assert wall.showing() == ("panel", ONLY)


async def test_three_calls_at_the_same_time(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Return to what stood before all of them."""
    await set_up_wall(wall)
    await asyncio.gather(
        act(hass, "show_camera", wall, camera="Yard", duration=50),
        act(hass, "show_panel", wall, panel="Wide view", duration=30),
        act(hass, "show_camera", wall, camera="Gate", duration=40),
    )
    assert wall.showing() != ("panel", FOUR)
    for _ in range(6):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)


async def test_many_calls_in_a_row(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Return after the last of many calls that each came in the time of the one before."""
    await set_up_wall(wall)
    await choose(hass, wall, "full_screen", "Warehouse")
    for camera in ("Yard", "Gate", "Front door") * 3:
        await act(hass, "show_camera", wall, camera=camera, duration=20)
        await later(15)
        assert wall.showing()[0] == "camera"
        assert value(hass, wall, "full_screen") == camera
    await later(6)
    assert wall.showing() == ("camera", WAREHOUSE)


async def test_slow_wall_holds_up_no_other(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Show on all walls at once, although one of them is slow."""
    async with ThinClientSimulator(name="Office wall", serial="585b69770202") as slow:
        await set_up_wall(wall)
        await set_up_wall(slow)
        slow.faults = Faults(delay=3, only={"full_screen"})
        call = asyncio.create_task(act(hass, "show_camera", slow, wall, camera="Yard", duration=20))
        await until(lambda: wall.showing() == ("camera", YARD))
        await later(4)
        await call
        assert slow.showing() == ("camera", YARD)
        slow.faults = Faults()
        for _ in range(4):
            await later(POLL)
        assert (wall.showing(), slow.showing()) == (("panel", FOUR),) * 2
