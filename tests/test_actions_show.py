"""Actions that change what a wall shows, and where its cameras look."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import probatio
import pytest

from tests.acting import ask, camera_entity, changing, do
from tests.conftest import Later, SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Preset, Shape, WallCamera, WallPanel
from tests.walls import DOOR, FOUR, GATE, ONLY, POLL, WAREHOUSE, WIDE, YARD, cells, value

BOTH_SHAPES = pytest.mark.parametrize("wall", list(Shape), indirect=True)


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


@BOTH_SHAPES
@pytest.mark.parametrize("text", ["Gate only", "gate ONLY", ONLY, f" {ONLY.upper()} "])
async def test_show_panel(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, text: str
) -> None:
    """Show a panel by name or id, for good; the select follows at once."""
    await set_up_wall(wall)
    assert await ask(hass, "show_panel", wall, panel=text) == {}
    assert wall.showing() == ("panel", ONLY)
    assert value(hass, wall, "panel") == "Gate only"
    await later(3600)
    assert wall.showing() == ("panel", ONLY)


@pytest.mark.parametrize("duration", [20, "20", "00:00:20", {"seconds": 20}, 20.0, timedelta(seconds=20)])
async def test_for_a_while(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, duration: Any
) -> None:
    """Go back after a time, in every form that Home Assistant knows for one."""
    await set_up_wall(wall)
    for action, data, shown in (
        ("show_panel", {"panel": "Gate only"}, ("panel", ONLY)),
        ("show_camera", {"camera": "Gate"}, ("camera", GATE)),
    ):
        await do(hass, action, wall, **data, duration=duration)
        assert wall.showing() == shown
        await later(18)
        assert wall.showing() == shown
        await later(3)
        assert wall.showing() == ("panel", FOUR)


@pytest.mark.parametrize("duration", [-1, "soon", "nan", {"parsecs": 2}, "-00:00:05"])
async def test_no_duration(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, duration: Any
) -> None:
    """Take no time that is none."""
    await set_up_wall(wall)
    for action, data in (("show_panel", {"panel": "Gate only"}), ("show_camera", {"camera": "Gate"})):
        with pytest.raises(probatio.Invalid):
            await do(hass, action, wall, **data, duration=duration)
    assert changing(wall) == []


@BOTH_SHAPES
async def test_show_camera(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Show a camera by name, id or its entity."""
    await set_up_wall(wall)
    for text, shown in (("Yard", YARD), (GATE, GATE), (camera_entity(hass, f"{wall.serial}_camera_{DOOR}"), DOOR)):
        assert await ask(hass, "show_camera", wall, camera=text) == {}
        assert wall.showing() == ("camera", shown)
    assert value(hass, wall, "full_screen") == "Front door"


@pytest.mark.parametrize(
    ("action", "data", "words"),
    [
        ("show_panel", {"panel": "Atrium"}, r"no panel “Atrium”. It has: Four view, Gate only, Wide view"),
        ("show_panel", {"panel": ""}, "no panel “”"),
        ("show_camera", {"camera": "Roof"}, r"no camera “Roof”. It has: Gate, Front door, Yard, Parking lot"),
        ("show_camera", {"camera": "camera.roof"}, "no camera “camera.roof”"),
        ("set_cell", {"cell": 1, "camera": "Roof"}, "no camera “Roof”"),
        ("set_cell", {"cell": 0, "camera": "Gate"}, "“Four view” of Lobby wall has no cell 0. Its cells are 1 to 4"),
        ("set_cell", {"cell": 5, "camera": "Gate"}, "no cell 5"),
        ("set_cell", {"cell": -1}, "no cell -1"),
        ("wall_ptz_move", {"cell": 5, "pan": 1}, "no cell 5"),
        ("wall_ptz_move", {"cell": 3}, "pan, tilt or zoom"),
        ("wall_ptz_move", {"cell": 3, "pan": "inf"}, "must be a number"),
        ("wall_ptz_goto_preset", {"cell": 0, "preset": "Home"}, "no cell 0"),
        ("wall_ptz_goto_preset", {"cell": 3, "preset": "Away"}, "no preset “Away”. It has: Home, Position 1"),
    ],
)
async def test_mistakes(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    action: str,
    data: dict[str, Any],
    words: str,
) -> None:
    """Name what is wrong and what would be right; the wall stays as it is."""
    await set_up_wall(wall)
    with pytest.raises(ServiceValidationError, match=words):
        await do(hass, action, wall, **data)
    assert changing(wall) == []


@BOTH_SHAPES
async def test_set_cell(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Put a camera into a cell of the active panel, and empty it again; cells count from 1."""
    await set_up_wall(wall)
    assert await ask(hass, "set_cell", wall, cell=2, camera="Warehouse") == {}
    assert cells(wall)[1] == WAREHOUSE
    assert value(hass, wall, "cell_2") == "Warehouse"
    for empty in ({}, {"camera": None}, {"camera": "blank"}):
        wall.set_cell(1, WAREHOUSE)
        await do(hass, "set_cell", wall, cell="2", **empty)
        assert 1 not in cells(wall)
        assert value(hass, wall, "cell_2") == "blank"
    assert cells(wall).keys() == {0, 2, 3}
    assert wall.panel(WIDE).cameras.keys() == {0, 1, 3, 4}


async def test_camera_called_blank(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """The word blank empties a cell, as in the selects; a camera of that name is found by its number."""
    wall.direct_cameras.append(WallCamera(id="odd", name="blank"))
    await set_up_wall(wall)
    await do(hass, "set_cell", wall, cell=1, camera="blank (2)")
    assert cells(wall)[0] == "odd"
    await do(hass, "set_cell", wall, cell=1, camera="blank")
    assert 0 not in cells(wall)
    await do(hass, "show_camera", wall, camera="blank")
    assert wall.showing() == ("camera", "odd")


async def test_no_active_panel(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Without an active panel there is no cell; say what to do."""
    await set_up_wall(wall)
    wall.active_panel = None
    await later(POLL)
    for action, data in (
        ("set_cell", {"cell": 1, "camera": "Gate"}),
        ("wall_ptz_move", {"cell": 1, "pan": 1}),
        ("wall_ptz_goto_preset", {"cell": 1, "preset": "Home"}),
    ):
        with pytest.raises(ServiceValidationError, match="Show a panel first"):
            await do(hass, action, wall, **data)
    assert changing(wall) == []


async def test_panel_that_is_gone(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """A panel and a camera that another hand has just deleted are an error of the device."""
    await set_up_wall(wall)
    wall.remove_panel(wall.panel(ONLY))
    wall.remove_camera(wall.camera(GATE))
    for action, data in (("show_panel", {"panel": "Gate only"}), ("show_camera", {"camera": "Gate"})):
        with pytest.raises(HomeAssistantError, match="does not know"):
            await do(hass, action, wall, **data)
    assert wall.showing() == ("panel", FOUR)


async def test_fresher_than_the_last_poll(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Find what another hand has made since the last poll."""
    await set_up_wall(wall)
    panel = wall.add_panel("Night", 4, 2, {6: YARD})
    wall.direct_cameras.append(WallCamera(id="roof", name="Roof"))
    await do(hass, "show_camera", wall, camera="Roof")
    assert wall.showing() == ("camera", "roof")
    await do(hass, "show_panel", wall, panel="Night")
    assert wall.showing() == ("panel", panel.id)
    wall.show(wall.panel(WIDE))
    await do(hass, "set_cell", wall, cell=6, camera="Gate")
    assert wall.panel(WIDE).cameras[5] == GATE
    wall.show(panel)
    await do(hass, "wall_ptz_move", wall, cell=7, pan=1)
    assert wall.camera(YARD).position == (1, 0, 0)


# Movement.


@BOTH_SHAPES
async def test_move(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Move by something, with 0 for what is not given, or to somewhere; cells count from 1."""
    await set_up_wall(wall)
    yard = wall.camera(YARD)
    assert await ask(hass, "wall_ptz_move", wall, cell=3, pan=50) == {}
    await do(hass, "wall_ptz_move", wall, cell=3, tilt=-5.5, zoom="2", mode="relative")
    assert yard.position == (50, -5.5, 2)
    await do(hass, "wall_ptz_move", wall, cell=3, pan=0, tilt=1, zoom=0, mode="absolute")
    assert yard.position == (0, 1, 0)
    await do(hass, "wall_ptz_move", wall, cell=3, pan=7, mode="absolute")
    assert yard.position == (7, 0, 0)
    with pytest.raises(probatio.Invalid):
        await do(hass, "wall_ptz_move", wall, cell=3, pan="left")
    with pytest.raises(probatio.Invalid):
        await do(hass, "wall_ptz_move", wall, cell=3, pan=1, mode="fast")


@BOTH_SHAPES
async def test_goto_preset(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Find a preset by its name as the device lists it now; one of two with the same name has a number."""
    await set_up_wall(wall)
    yard = wall.camera(YARD)
    yard.presets += [Preset(name="Home", z=7), Preset(name="7", x=1, y=2, z=3)]
    for name, position in (
        ("Position 1", (0, 50, 0)),
        ("home", (50, 0, 0)),
        ("Home (2)", (0, 0, 7)),
        (7, (1, 2, 3)),
        (" HOME (2)", (0, 0, 7)),
    ):
        assert await ask(hass, "wall_ptz_goto_preset", wall, cell=3, preset=name) == {}
        assert yard.position == position


async def test_cells_that_cannot_move(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Say that a cell is empty, that the camera refuses, or that the firmware cannot do it at all."""
    wall.panels.append(WallPanel(id="sparse", name="Sparse", width=2, height=1, cameras={0: GATE}))
    wall.active_panel = "sparse"
    await set_up_wall(wall)
    for action, data in (("wall_ptz_move", {"pan": 1}), ("wall_ptz_goto_preset", {"preset": "Home"})):
        with pytest.raises(ServiceValidationError, match="Cell 2 of Lobby wall is empty"):
            await do(hass, action, wall, cell=2, **data)
        with pytest.raises(HomeAssistantError, match="refused the command"):
            await do(hass, action, wall, cell=1, **data)
    wall.show(wall.panel(FOUR))
    wall.has_ptz = False
    for action, data in (("wall_ptz_move", {"pan": 1}), ("wall_ptz_goto_preset", {"preset": "Home"})):
        with pytest.raises(HomeAssistantError, match="firmware of Lobby wall cannot do this"):
            await do(hass, action, wall, cell=1, **data)
    assert wall.camera(YARD).position == (0, 0, 0)


async def test_move_is_never_repeated(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """A movement whose answer got lost is told as a failure, and not sent again."""
    await set_up_wall(wall)
    wall.faults = Faults(drop=True, only={"move_relative"})
    with pytest.raises(HomeAssistantError, match="does not answer"):
        await do(hass, "wall_ptz_move", wall, cell=3, pan=50)
    assert wall.camera(YARD).position == (50, 0, 0)


@pytest.mark.parametrize(
    "duration", [{"days": 99999999}, {"days": 10**12}, {"hours": 10**300}, 10**15, 1e300, "inf", {"days": 367}]
)
async def test_no_such_time(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, duration: Any
) -> None:
    """Take no time that ends beyond all calendars."""
    await set_up_wall(wall)
    for action, data in (("show_panel", {"panel": "Gate only"}), ("show_camera", {"camera": "Gate"})):
        with pytest.raises(probatio.Invalid):
            await do(hass, action, wall, **data, duration=duration)
    assert changing(wall) == []


@pytest.mark.parametrize("cell", [1.5, "1.5", "one", "inf", 10**400, True, None, [1]])
async def test_cell_between_two(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, cell: Any
) -> None:
    """Take no part of a cell for the cell before it."""
    await set_up_wall(wall)
    for action, data in (
        ("set_cell", {"camera": "Gate"}),
        ("wall_ptz_move", {"pan": 1}),
        ("wall_ptz_goto_preset", {"preset": "Home"}),
    ):
        with pytest.raises(probatio.Invalid):
            await do(hass, action, wall, **data, cell=cell)
    assert changing(wall) == []
    await do(hass, "set_cell", wall, cell="2.0", camera="Gate")
    assert cells(wall)[1] == GATE


@BOTH_SHAPES
@pytest.mark.parametrize("lasting", ["Four view", "Wide view"])
async def test_panel_on_the_screen_is_deleted(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, lasting: str
) -> None:
    """Go back although we have deleted the panel that was shown for a while."""
    await set_up_wall(wall)
    await do(hass, "show_panel", wall, panel=lasting)
    before = wall.showing()
    await do(hass, "show_panel", wall, panel="Gate only", duration=20)
    await later(5)
    await do(hass, "delete_panel", wall, panel="Gate only")
    await later(5)
    await later(POLL)
    assert wall.showing() == before
    assert value(hass, wall, "panel") == lasting
