"""The way back on a device that goes on listing the panel from before as its active one for a while."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Later
from tests.walls import (
    FOUR,
    GATE,
    ONLY,
    POLL,
    WIDE,
    LateWall,
    SetUpWall,
    act,
    cells,
    choose,
    press,
    steering,
    value,
)

BOTH_ACTIONS = pytest.mark.parametrize(
    ("action", "data"), [("show_panel", {"panel": "Wide view"}), ("show_camera", {"camera": "Yard"})]
)
LATENESS = pytest.mark.parametrize("lateness", [1, 2, 3])
type Data = dict[str, Any]


@LATENESS
async def test_device_that_is_late_to_name_its_panel(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, socket_enabled: None, lateness: int
) -> None:
    """Take the device's late word for our own panel, on the way there and on the way back."""
    async with LateWall() as wall:
        wall.lateness = lateness
        await set_up_wall(wall)
        await act(hass, "show_panel", wall, panel="Wide view", duration=60)
        for _ in range(5):
            await later(POLL)
            assert wall.showing() == ("panel", WIDE)
        for _ in range(8):
            await later(POLL)
        assert wall.showing() == ("panel", FOUR)
        assert value(hass, wall, "panel") == "Four view"
        assert steering(wall) == ["show_panel", "show_panel"]


async def test_late_device_and_short_duration(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, socket_enabled: None
) -> None:
    """Return even when the device never got to name the panel that was shown."""
    async with LateWall() as wall:
        wall.lateness = 2
        await set_up_wall(wall)
        await act(hass, "show_panel", wall, panel="Wide view", duration=5)
        await later(6)
        for _ in range(5):
            await later(POLL)
        assert wall.showing() == ("panel", FOUR)
        assert value(hass, wall, "panel") == "Four view"


@LATENESS
async def test_late_device_and_two_calls_in_a_row(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, socket_enabled: None, lateness: int
) -> None:
    """Take the late word for the first of our panels for no other hand, when the second is shown already."""
    async with LateWall() as wall:
        wall.lateness = lateness
        await set_up_wall(wall)
        await act(hass, "show_panel", wall, panel="Wide view", duration=60)
        await act(hass, "show_panel", wall, panel="Gate only", duration=30)
        for _ in range(8):
            await later(POLL)
        assert wall.showing() == ("panel", FOUR)
        assert value(hass, wall, "panel") == "Four view"


@pytest.mark.parametrize("lateness", [1, 3])
@BOTH_ACTIONS
@pytest.mark.parametrize("before", ["full screen", "stopped"])
@pytest.mark.parametrize("duration", [5, 60])
async def test_late_device_and_what_it_cannot_tell(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    socket_enabled: None,
    action: str,
    data: Data,
    before: str,
    duration: int,
    lateness: int,
) -> None:
    """Return to full screen and darkness with the right panel below."""
    async with LateWall() as wall:
        wall.lateness = lateness
        await set_up_wall(wall)
        if before == "full screen":
            await choose(hass, wall, "full_screen", "Gate")
        else:
            await press(hass, wall, "stop_display")
        await act(hass, action, wall, **data, duration=duration)
        await later(duration + 1)
        for _ in range(6):
            await later(POLL)
        assert wall.showing() == (("camera", GATE) if before == "full screen" else ("stopped", None))
        assert wall.active_panel == FOUR
        if before == "full screen":
            assert (value(hass, wall, "panel"), value(hass, wall, "full_screen")) == ("Four view", "Gate")
        else:
            assert value(hass, wall, "panel") == "unknown"


@LATENESS
@pytest.mark.parametrize("duration", [5, 60])
async def test_late_device_that_forgets_cells(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, socket_enabled: None, duration: int, lateness: int
) -> None:
    """Set the cells again once the device lists the panel to which it has returned."""
    async with LateWall() as wall:
        wall.lateness, wall.keeps_cells = lateness, False
        await set_up_wall(wall)
        await act(hass, "set_cell", wall, cell=1, camera="Warehouse")
        before = cells(wall)
        await act(hass, "show_panel", wall, panel="Wide view", duration=duration)
        await later(duration + 1)
        for _ in range(6):
            await later(POLL)
        assert wall.showing() == ("panel", FOUR)
        assert cells(wall) == before


async def test_another_hand_on_a_late_device(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, socket_enabled: None
) -> None:
    """Leave the wall to another hand as soon as the device names its panel."""
    async with LateWall() as wall:
        await set_up_wall(wall)
        await act(hass, "show_camera", wall, camera="Yard", duration=40)
        await later(5)
        wall.another_hand_shows(ONLY)
        for _ in range(6):
            await later(POLL)
        assert wall.showing() == ("panel", ONLY)
        assert value(hass, wall, "panel") == "Gate only"
        assert steering(wall) == ["full_screen"]
