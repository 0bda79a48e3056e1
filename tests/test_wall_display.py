"""What selects, buttons and actions put on a video wall, and what Home Assistant tells of its screen."""

import asyncio
from collections.abc import AsyncIterator
import json
from pathlib import Path
from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
import voluptuous as vol

from tests.conftest import Later
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape, made_id
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
    LateWall,
    SetUpWall,
    act,
    cells,
    choose,
    press,
    registered,
    steering,
    value,
)

BOTH_SHAPES = pytest.mark.parametrize("wall", list(Shape), indirect=True)
TEXTS = Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json"


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


def told(hass: HomeAssistant, wall: ThinClientSimulator) -> tuple[str, str]:
    """Return what Home Assistant says of panel and full screen."""
    return value(hass, wall, "panel"), value(hass, wall, "full_screen")


def assert_translated(error: HomeAssistantError) -> None:
    """Check that an error has words in the user's language."""
    assert error.translation_key is not None, error
    if error.translation_domain == "viewwall":
        assert error.translation_key in json.loads(TEXTS.read_text())["exceptions"]


# Selects and the button.


@BOTH_SHAPES
async def test_choose_panels(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Show the chosen panel, and say so at once and after the next poll, whatever the reply says of it."""
    await set_up_wall(wall)
    for name, panel in (("Gate only", ONLY), ("Wide view", WIDE), ("Four view", FOUR)):
        await choose(hass, wall, "panel", name)
        assert wall.showing() == ("panel", panel)
        assert told(hass, wall) == (name, "panel")
        await later(POLL)
        assert wall.showing() == ("panel", panel)
        assert told(hass, wall) == (name, "panel")


@BOTH_SHAPES
async def test_full_screen_and_back(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Keep naming the panel below a full screen, and return to it with `panel`."""
    await set_up_wall(wall)
    await choose(hass, wall, "panel", "Wide view")
    for name, camera in (("Yard", YARD), ("Gate", GATE)):
        await choose(hass, wall, "full_screen", name)
        assert wall.showing() == ("camera", camera)
        assert told(hass, wall) == ("Wide view", name)
        await later(POLL)
        assert told(hass, wall) == ("Wide view", name)
    await choose(hass, wall, "full_screen", "panel")
    assert wall.showing() == ("panel", WIDE)
    assert told(hass, wall) == ("Wide view", "panel")


async def test_panel_below_ends_the_full_screen(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Show the panel that is active already when it is chosen during a full screen."""
    await set_up_wall(wall)
    await choose(hass, wall, "full_screen", "Yard")
    await choose(hass, wall, "panel", "Four view")
    assert wall.showing() == ("panel", FOUR)
    assert told(hass, wall) == ("Four view", "panel")


@BOTH_SHAPES
async def test_stopped_display(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Know of no panel after the display was stopped, until one is chosen."""
    await set_up_wall(wall)
    await press(hass, wall, "stop_display")
    assert wall.showing() == ("stopped", None)
    assert value(hass, wall, "panel") == STATE_UNKNOWN
    await later(POLL)
    assert value(hass, wall, "panel") == STATE_UNKNOWN
    assert wall.showing() == ("stopped", None)
    await choose(hass, wall, "panel", "Four view")
    assert wall.showing() == ("panel", FOUR)
    assert told(hass, wall) == ("Four view", "panel")


async def test_stop_ends_the_full_screen(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Name no camera any more after the display was stopped."""
    await set_up_wall(wall)
    await choose(hass, wall, "full_screen", "Yard")
    await press(hass, wall, "stop_display")
    assert wall.showing() == ("stopped", None)
    panel, full_screen = told(hass, wall)
    assert panel == STATE_UNKNOWN
    assert full_screen != "Yard"


@BOTH_SHAPES
async def test_cells(hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator) -> None:
    """Put cameras and nothing into the cells of the active panel, and say so at once."""
    await set_up_wall(wall)
    await choose(hass, wall, "panel", "Wide view")
    await choose(hass, wall, "cell_3", "Gate")
    await choose(hass, wall, "cell_1", "blank")
    for _ in range(2):
        assert cells(wall) == {1: YARD, 2: GATE, 3: PARKING, 4: GATE}
        assert [value(hass, wall, f"cell_{cell}") for cell in range(1, 5)] == ["blank", "Yard", "Gate", "Parking lot"]
        await later(POLL)
    assert wall.panel(FOUR).cameras == {0: GATE, 1: DOOR, 2: YARD, 3: PARKING}


# Another hand, and what cannot be read back.


@BOTH_SHAPES
@pytest.mark.parametrize("before", ["panel", "full screen", "stopped"])
async def test_another_hand_shows_a_panel(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, before: str
) -> None:
    """Follow another client of the device within a poll, and forget full screen and stop."""
    await set_up_wall(wall)
    if before == "full screen":
        await choose(hass, wall, "full_screen", "Yard")
    elif before == "stopped":
        await press(hass, wall, "stop_display")
    wall.another_hand_shows(ONLY)
    await later(POLL)
    assert wall.showing() == ("panel", ONLY)
    assert told(hass, wall) == ("Gate only", "panel")
    assert value(hass, wall, "cell_1") == "Gate"


async def test_another_hand_sets_a_cell(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Follow a cell that another client of the device sets."""
    await set_up_wall(wall)
    wall.another_hand_sets(1, WAREHOUSE)
    wall.another_hand_sets(2, None)
    await later(POLL)
    assert [value(hass, wall, f"cell_{cell}") for cell in range(1, 4)] == ["Gate", "Warehouse", "blank"]


@pytest.mark.parametrize("by", ["button", "itself"])
@pytest.mark.parametrize("before", ["full screen", "stopped"])
async def test_restart_ends_full_screen_and_stop(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, before: str, by: str
) -> None:
    """Forget full screen and stop when the device has restarted, which then shows its panel."""
    wall.reboot_seconds = 45
    await set_up_wall(wall)
    if before == "full screen":
        await choose(hass, wall, "full_screen", "Yard")
    else:
        await press(hass, wall, "stop_display")
    if by == "button":
        await press(hass, wall, "restart")
    else:
        wall.restart()
    for _ in range(12):
        await later(POLL)
    assert wall.reboots == 1
    assert wall.showing() == ("panel", FOUR)
    assert told(hass, wall) == ("Four view", "panel")


async def test_camera_on_screen_is_deleted(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Never name a camera that is gone."""
    await set_up_wall(wall)
    await choose(hass, wall, "full_screen", "Warehouse")
    wall.remove_camera(wall.camera(WAREHOUSE))
    for _ in range(30):
        await later(POLL)
    assert value(hass, wall, "full_screen") in {"panel", STATE_UNKNOWN}
    assert value(hass, wall, "panel") == "Four view"


@pytest.mark.parametrize("before", ["full screen", "stopped"])
async def test_no_wrong_name_after_a_reload(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, before: str
) -> None:
    """Remember what cannot be read back, or call it unknown."""
    entry = await set_up_wall(wall)
    if before == "full screen":
        await choose(hass, wall, "full_screen", "Yard")
    else:
        await press(hass, wall, "stop_display")
    shown = wall.showing()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert wall.showing() == shown
    if before == "full screen":
        assert value(hass, wall, "full_screen") in {"Yard", STATE_UNKNOWN}
    else:
        assert value(hass, wall, "panel") == STATE_UNKNOWN


@pytest.mark.parametrize("lateness", [1, 2, 3])
async def test_device_that_is_late_to_name_its_panel(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, socket_enabled: None, lateness: int
) -> None:
    """Take the device's late word for our own panel, not for another hand that ends the full screen."""
    async with LateWall() as wall:
        wall.lateness = lateness
        await set_up_wall(wall)
        await act(hass, "show_panel", wall, panel="Wide view")
        await act(hass, "show_camera", wall, camera="Yard")
        for _ in range(lateness + 1):
            await later(POLL)
        assert wall.showing() == ("camera", YARD)
        assert told(hass, wall) == ("Wide view", "Yard")
        await choose(hass, wall, "full_screen", "panel")
        assert wall.showing() == ("panel", WIDE)


async def test_no_wrong_name_on_a_late_device(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, socket_enabled: None
) -> None:
    """Name the panel that we have shown or none, but not the one that a late device still lists, nor go back to it."""
    async with LateWall() as wall:
        wall.lateness = 3
        await set_up_wall(wall)
        await choose(hass, wall, "panel", "Wide view")
        assert value(hass, wall, "panel") in {"Wide view", STATE_UNKNOWN}
        await choose(hass, wall, "full_screen", "Yard")
        assert value(hass, wall, "panel") in {"Wide view", STATE_UNKNOWN}
        await choose(hass, wall, "full_screen", "panel")
        assert wall.showing() == ("panel", WIDE)


# Actions.


@BOTH_SHAPES
async def test_actions_take_names_and_ids(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Find panels and cameras by name, by id, and cameras by their entity too."""
    await set_up_wall(wall)
    for panel in ("Wide view", WIDE):
        await act(hass, "show_panel", wall, panel="Four view")
        await act(hass, "show_panel", wall, panel=panel)
        assert wall.showing() == ("panel", WIDE)
        assert told(hass, wall) == ("Wide view", "panel")
    entity = registered(hass, wall, f"camera.camera_{YARD}").entity_id
    for camera in ("Yard", YARD, entity):
        await act(hass, "show_camera", wall, camera="Gate")
        await act(hass, "show_camera", wall, camera=camera)
        assert wall.showing() == ("camera", YARD)
        assert told(hass, wall) == ("Wide view", "Yard")


async def test_action_takes_a_numbered_name(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Find the second panel of a name by the option that the select offers."""
    for panel in wall.panels:
        panel.name = "Lobby"
    await set_up_wall(wall)
    for name, panel_id in (("Lobby (2)", ONLY), ("Lobby (3)", WIDE), ("Lobby", FOUR)):
        await act(hass, "show_panel", wall, panel=name)
        assert wall.showing() == ("panel", panel_id)


@BOTH_SHAPES
async def test_set_cell(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Count cells from 1, and empty a cell without a camera."""
    await set_up_wall(wall)
    await act(hass, "set_cell", wall, cell=4, camera="Warehouse")
    await act(hass, "set_cell", wall, cell=1, camera=DOOR)
    await act(hass, "set_cell", wall, cell=2)
    assert cells(wall) == {0: DOOR, 2: YARD, 3: WAREHOUSE}
    assert [value(hass, wall, f"cell_{cell}") for cell in range(1, 5)] == ["Front door", "blank", "Yard", "Warehouse"]


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("show_panel", {"panel": "Cellar"}),
        ("show_panel", {"panel": made_id("nobody"), "duration": 20}),
        ("show_panel", {"panel": "Gate"}),
        ("show_panel", {"panel": ""}),
        ("show_camera", {"camera": "Cellar", "duration": 20}),
        ("show_camera", {"camera": "Four view"}),
        ("show_camera", {"camera": "camera.nobody"}),
        ("show_camera", {"camera": "Gate", "duration": -5}),
        ("show_camera", {"camera": "Gate", "duration": "soon"}),
        ("set_cell", {"cell": 5, "camera": "Gate"}),
        ("set_cell", {"cell": 0, "camera": "Gate"}),
        ("set_cell", {"cell": 17}),
        ("set_cell", {"cell": 1, "camera": "Cellar"}),
    ],
)
async def test_errors_before_the_device_is_touched(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, action: str, data: Any
) -> None:
    """Refuse what does not exist with words that a user understands, and leave the screen alone."""
    await set_up_wall(wall)
    with pytest.raises((HomeAssistantError, vol.Invalid)) as caught:
        await act(hass, action, wall, **data)
    if isinstance(caught.value, HomeAssistantError):
        assert_translated(caught.value)
    for _ in range(3):
        await later(POLL)
    assert steering(wall) == []
    assert wall.showing() == ("panel", FOUR)


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}, {"garbage": b"<html>", "status": 404}])
async def test_errors_of_the_device(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, fault: dict[str, Any]
) -> None:
    """Raise what the device refused, with words of ours."""
    await set_up_wall(wall)
    wall.faults = Faults(**fault)
    for action, data in (("show_panel", {"panel": "Wide view"}), ("set_cell", {"cell": 1, "camera": "Yard"})):
        with pytest.raises(HomeAssistantError) as caught:
            await act(hass, action, wall, **data)
        assert_translated(caught.value)


async def test_several_walls_at_once(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Show a panel on all walls that are named; each finds its own."""
    async with ThinClientSimulator(name="Office wall", serial="585b69770202") as other:
        other.panels[1].id = made_id("another wide view")
        other.panels[1].name, other.panels[2].name = "Wide view", "Gate only"
        await set_up_wall(wall)
        await set_up_wall(other)
        await act(hass, "show_panel", wall, other, panel="Wide view")
        assert wall.showing() == ("panel", WIDE)
        assert other.showing() == ("panel", made_id("another wide view"))
        await act(hass, "set_cell", wall, other, cell=1)
        assert cells(wall) == {1: YARD, 3: PARKING, 4: GATE}
        assert cells(other) == {}


async def test_calls_at_the_same_time(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Carry out what comes at once one after the other, and tell the truth in the end."""
    await set_up_wall(wall)
    await asyncio.gather(
        choose(hass, wall, "panel", "Wide view"),
        choose(hass, wall, "cell_1", "Front door"),
        act(hass, "show_camera", wall, camera="Yard"),
        act(hass, "show_camera", wall, camera="Gate"),
        choose(hass, wall, "cell_2", "Gate"),
    )
    names = {GATE: "Gate", YARD: "Yard", WIDE: "Wide view", FOUR: "Four view"}
    kind, shown = wall.showing()
    assert shown is not None
    assert value(hass, wall, "panel" if kind == "panel" else "full_screen") == names[shown]
    assert wall.active_panel == WIDE
    assert wall.most_sessions == 1
