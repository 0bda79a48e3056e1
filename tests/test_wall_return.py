"""The way back: a wall that was to show something for a while shows again what it showed before."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.const import STATE_UNKNOWN
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
    POLL,
    WIDE,
    YARD,
    SetUpWall,
    act,
    cells,
    choose,
    press,
    steering,
    value,
)

BOTH_SHAPES = pytest.mark.parametrize("wall", list(Shape), indirect=True)


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


@BOTH_SHAPES
@pytest.mark.parametrize("duration", [20, "00:00:20", {"seconds": 20}])
async def test_camera_for_a_while(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, duration: Any
) -> None:
    """Show the camera for the whole time, then the panel from before, and say so."""
    await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Gate", duration=duration)
    for seconds in (1, 10, 8):
        assert wall.showing() == ("camera", GATE)
        assert (value(hass, wall, "panel"), value(hass, wall, "full_screen")) == ("Four view", "Gate")
        await later(seconds)
    assert wall.showing() == ("camera", GATE)
    await later(2)
    assert wall.showing() == ("panel", FOUR)
    assert (value(hass, wall, "panel"), value(hass, wall, "full_screen")) == ("Four view", "panel")
    sent = steering(wall)
    for _ in range(6):
        await later(POLL)
    assert steering(wall) == sent


@BOTH_SHAPES
async def test_panel_for_a_while(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Show the panel for the whole time, then the one from before, and say so."""
    await set_up_wall(wall)
    await act(hass, "show_panel", wall, panel="Wide view", duration=20)
    await later(19)
    assert wall.showing() == ("panel", WIDE)
    assert value(hass, wall, "panel") == "Wide view"
    await later(2)
    assert wall.showing() == ("panel", FOUR)
    assert value(hass, wall, "panel") == "Four view"


# What stood before.


@BOTH_SHAPES
@pytest.mark.parametrize(
    ("action", "data"), [("show_panel", {"panel": "Wide view"}), ("show_camera", {"camera": "Yard"})]
)
async def test_back_to_a_full_screen(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    action: str,
    data: dict[str, Any],
) -> None:
    """Return to a camera that filled the screen, with its panel below it."""
    await set_up_wall(wall)
    await choose(hass, wall, "panel", "Gate only")
    await choose(hass, wall, "full_screen", "Gate")
    await act(hass, action, wall, **data, duration=20)
    await later(21)
    assert wall.showing() == ("camera", GATE)
    assert wall.active_panel == ONLY
    for _ in range(2):
        assert (value(hass, wall, "panel"), value(hass, wall, "full_screen")) == ("Gate only", "Gate")
        await later(POLL)
    await choose(hass, wall, "full_screen", "panel")
    assert wall.showing() == ("panel", ONLY)


@BOTH_SHAPES
@pytest.mark.parametrize(
    ("action", "data"), [("show_panel", {"panel": "Wide view"}), ("show_camera", {"camera": "Yard"})]
)
async def test_back_to_a_stopped_wall(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    action: str,
    data: dict[str, Any],
) -> None:
    """Return to the darkness from before."""
    await set_up_wall(wall)
    await press(hass, wall, "stop_display")
    await act(hass, action, wall, **data, duration=20)
    assert wall.showing()[0] in {"panel", "camera"}
    await later(21)
    assert wall.showing() == ("stopped", None)
    assert value(hass, wall, "panel") == STATE_UNKNOWN
    await later(POLL)
    assert wall.showing() == ("stopped", None)
    assert value(hass, wall, "panel") == STATE_UNKNOWN


@pytest.mark.parametrize("keeps_cells", [True, False])
@pytest.mark.parametrize(
    ("action", "data"), [("show_panel", {"panel": "Wide view"}), ("show_camera", {"camera": "Yard"})]
)
async def test_back_to_the_cells_from_before(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    action: str,
    data: dict[str, Any],
    keeps_cells: bool,
) -> None:
    """Return to cells that were set one by one, on devices that forget them when a panel is shown too."""
    wall.keeps_cells = keeps_cells
    await set_up_wall(wall)
    await act(hass, "set_cell", wall, cell=1, camera="Warehouse")
    await choose(hass, wall, "cell_2", "blank")
    before = cells(wall)
    await act(hass, action, wall, **data, duration=20)
    await later(21)
    await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    assert cells(wall) == before
    assert [value(hass, wall, f"cell_{cell}") for cell in (1, 2, 3)] == ["Warehouse", "blank", "Yard"]


# A second call.


@pytest.mark.parametrize(("first", "second"), [(60, 20), (20, 60), (30, 20)])
@pytest.mark.parametrize(
    ("action", "data", "shown"),
    [("show_panel", {"panel": "Wide view"}, ("panel", WIDE)), ("show_camera", {"camera": "Yard"}, ("camera", YARD))],
)
@pytest.mark.parametrize("first_camera", [True, False])
async def test_second_call_returns_to_what_stood_before_the_first(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    first: int,
    second: int,
    action: str,
    data: dict[str, Any],
    shown: tuple[str, str],
    first_camera: bool,
) -> None:
    """Show the second for its own time, whatever the first one's, then what stood before both, and no more."""
    await set_up_wall(wall)
    if first_camera:
        await act(hass, "show_camera", wall, camera="Gate", duration=first)
    else:
        await act(hass, "show_panel", wall, panel="Gate only", duration=first)
    await later(10)
    await act(hass, action, wall, **data, duration=second)
    for _ in range(second // 5 - 1):
        await later(5)
        assert wall.showing() == shown
    await later(6)
    assert wall.showing() == ("panel", FOUR)
    sent = steering(wall)
    for _ in range(8):
        await later(POLL)
    assert steering(wall) == sent
    assert wall.showing() == ("panel", FOUR)


# What cancels the return.


@pytest.mark.parametrize("began_with", ["show_panel", "show_camera"])
@pytest.mark.parametrize(
    "hand", ["show_panel", "same panel", "show_camera", "set_cell", "panel", "full_screen", "below", "cell_1", "stop"]
)
async def test_our_own_hand_cancels_the_return(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, began_with: str, hand: str
) -> None:
    """Stay with a call without duration, with a select and with a cell that was set, and send nothing afterwards."""
    await set_up_wall(wall)
    data = {"panel": "Wide view"} if began_with == "show_panel" else {"camera": "Yard"}
    await act(hass, began_with, wall, **data, duration=20)
    await later(5)
    match hand:
        case "show_panel":
            await act(hass, "show_panel", wall, panel="Gate only")
        case "same panel":
            await act(hass, "show_panel", wall, panel="Wide view")
        case "show_camera":
            await act(hass, "show_camera", wall, camera="Gate")
        case "set_cell":
            await act(hass, "set_cell", wall, cell=2, camera="Warehouse")
        case "panel":
            await choose(hass, wall, "panel", "Gate only")
        case "full_screen":
            await choose(hass, wall, "full_screen", "Gate")
        case "below":
            await choose(hass, wall, "full_screen", "panel")
        case "cell_1":
            await choose(hass, wall, "cell_1", "Front door")
        case "stop":
            await press(hass, wall, "stop_display")
    sent, shown, filled = steering(wall), wall.showing(), cells(wall)
    for _ in range(12):
        await later(5)
    assert steering(wall) == sent
    assert (wall.showing(), cells(wall)) == (shown, filled)


@pytest.mark.parametrize("began_with", ["show_panel", "show_camera"])
@pytest.mark.parametrize("seconds", [5, 19])
@pytest.mark.parametrize("hand", ["panel", "cell", "blank", "last panel"])
async def test_another_hand_cancels_the_return(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    began_with: str,
    hand: str,
    seconds: int,
) -> None:
    """Leave the wall to another hand, even if it acts between the last poll and the end."""
    await set_up_wall(wall)
    data = {"panel": "Wide view"} if began_with == "show_panel" else {"camera": "Yard"}
    await act(hass, began_with, wall, **data, duration=20)
    await later(seconds)
    match hand:
        case "panel":
            wall.another_hand_shows(ONLY)
        case "cell":
            wall.another_hand_sets(0, DOOR)
        case "blank":
            wall.another_hand_sets(1, None)
        case "last panel":
            wall.another_hand_shows(ONLY)
            wall.another_hand_sets(0, None)
    sent, shown, filled = steering(wall), wall.showing(), cells(wall)
    for _ in range(15):
        await later(3)
    assert steering(wall) == sent
    assert (wall.showing(), cells(wall)) == (shown, filled)


async def test_other_changes_do_not_cancel(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Return although panels were renamed, made and deleted that are not on the screen."""
    await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Yard", duration=30)
    await later(5)
    wall.panels[0].name = "Day view"
    wall.cameras[0].name = "Main gate"
    wall.add_panel("Night", 4, 4, {0: GATE})
    wall.remove_panel(wall.panel(ONLY))
    wall.panel(WIDE).cameras[5] = DOOR
    for _ in range(3):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    assert value(hass, wall, "panel") == "Day view"


# Several walls, and devices that misbehave.


async def test_several_walls_of_which_one_fails(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Show and return on the walls that answer, tell of the other one, and leave that one alone later."""
    async with ThinClientSimulator(name="Office wall", serial="585b69770202") as other:
        await set_up_wall(wall)
        await set_up_wall(other)
        await act(hass, "show_camera", wall, other, camera="Yard", duration=20)
        assert (wall.showing(), other.showing()) == (("camera", YARD),) * 2
        await later(21)
        assert (wall.showing(), other.showing()) == (("panel", FOUR),) * 2

        sent = steering(other)
        other.faults.refuse_connections = True
        with pytest.raises(HomeAssistantError):
            await act(hass, "show_camera", other, wall, camera="Gate", duration=20)
        assert wall.showing() == ("camera", GATE)
        other.faults = Faults()
        await later(21)
        assert wall.showing() == ("panel", FOUR)
        for _ in range(3):
            await later(POLL)
        assert other.showing() == ("panel", FOUR)
        assert steering(other) == sent


@BOTH_SHAPES
async def test_failed_call_leaves_nothing_behind(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Send nothing after a call that failed."""
    await set_up_wall(wall)
    for action, data in (("show_camera", {"camera": "Yard"}), ("show_panel", {"panel": "Wide view"})):
        wall.faults = Faults(status=500, only={"full_screen", "show_panel"})
        with pytest.raises(HomeAssistantError):
            await act(hass, action, wall, **data, duration=20)
        wall.faults = Faults()
        await later(5)
        wall.another_hand_shows(WIDE)
        await later(5)
        wall.another_hand_shows(FOUR)
        sent = steering(wall)
        for _ in range(4):
            await later(POLL)
        assert steering(wall) == sent
        assert wall.showing() == ("panel", FOUR)


@pytest.mark.parametrize(
    ("action", "data"), [("show_panel", {"panel": "Wide view"}), ("show_camera", {"camera": "Yard"})]
)
@pytest.mark.parametrize("duration", [{}, {"duration": 10}, {"duration": 100}])
async def test_failed_call_leaves_the_earlier_return(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    action: str,
    data: dict[str, Any],
    duration: dict[str, int],
) -> None:
    """Return at the time of the call that worked."""
    await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Gate", duration=40)
    await later(5)
    wall.faults = Faults(status=500, only={"full_screen", "show_panel"})
    with pytest.raises(HomeAssistantError):
        await act(hass, action, wall, **data, **duration)
    wall.faults = Faults()
    await later(17)
    await later(17)
    assert wall.showing() == ("camera", GATE)
    await later(2)
    assert wall.showing() == ("panel", FOUR)
