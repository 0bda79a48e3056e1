"""Actions that change the panels that a wall keeps."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import probatio
import pytest

from tests.acting import ask, camera_entity, changing, do
from tests.conftest import Later, SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape
from tests.walls import DOOR, FOUR, GATE, ONLY, PARKING, POLL, WAREHOUSE, WIDE, YARD, options, value

BOTH_SHAPES = pytest.mark.parametrize("wall", list(Shape), indirect=True)


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


@BOTH_SHAPES
async def test_create(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Create a panel with cameras by name, id and entity, row by row; it can be chosen at once."""
    await set_up_wall(wall)
    cells = ["Gate", None, YARD, camera_entity(hass, f"{wall.serial}_camera_{DOOR}"), "blank", "parking LOT"]
    answer = await ask(hass, "create_panel", wall, name="Night", width=3, height=2, cells=cells)
    panel = wall.panels[-1]
    assert answer == {"panel_id": panel.id}
    assert (panel.name, panel.width, panel.height) == ("Night", 3, 2)
    assert panel.cameras == {0: GATE, 2: YARD, 3: DOOR, 5: PARKING}
    assert options(hass, wall, "panel") == ["Four view", "Gate only", "Wide view", "Night"]
    await do(hass, "show_panel", wall, panel="Night")
    assert wall.showing() == ("panel", panel.id)


async def test_create_with_less(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Cells that are not named stay empty; a second panel of a name is another one."""
    await set_up_wall(wall)
    await do(hass, "create_panel", wall, name="Empty", width="2", height="1")
    assert wall.panels[-1].cameras == {}
    answer = await ask(hass, "create_panel", wall, name="Gate only", width=2, height=1, cells=["Yard"])
    assert answer == {"panel_id": wall.panels[-1].id}
    assert wall.panels[-1].cameras == {0: YARD}
    assert wall.panel(ONLY).cameras == {0: GATE}
    assert options(hass, wall, "panel")[-2:] == ["Empty", "Gate only (2)"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 5, "height": 1}, "from 1 to 4"),
        ({"width": 1, "height": 0}, "from 1 to 4"),
        ({"width": 1, "height": 2}, "higher than wide"),
        ({"width": 1, "height": 1, "cells": ["Gate", "Yard"]}, "this grid has 1"),
        ({"cells": ["Gate", "Roof"]}, "no camera “Roof”"),
        ({"name": "  "}, "empty name"),
    ],
)
async def test_impossible_panels(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, change: dict[str, Any], words: str
) -> None:
    """Refuse what the device could not store, in words, before anything is sent; for a new panel and an old one."""
    await set_up_wall(wall)
    with pytest.raises(ServiceValidationError, match=words):
        await do(hass, "create_panel", wall, **{"name": "New", "width": 2, "height": 1, **change})
    with pytest.raises(ServiceValidationError, match=words):
        await do(hass, "update_panel", wall, panel="Gate only", **change)
    assert changing(wall) == []


@BOTH_SHAPES
async def test_update(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Change a name, a grid or the cells; what is not given stays, cameras at their place."""
    await set_up_wall(wall)
    wide = wall.panel(WIDE)
    assert await ask(hass, "update_panel", wall, panel="Wide view", name="Widest view") == {}
    assert (wide.name, wide.width, wide.height) == ("Widest view", 3, 2)
    assert wide.cameras == {0: WAREHOUSE, 1: YARD, 3: PARKING, 4: GATE}
    await do(hass, "update_panel", wall, panel=WIDE, width=4)
    assert (wide.width, wide.height, wide.cameras) == (4, 2, {0: WAREHOUSE, 1: YARD, 4: PARKING, 5: GATE})
    await do(hass, "update_panel", wall, panel="Widest view", cells=[None, "Gate"])
    assert wide.cameras == {1: GATE}
    await do(hass, "update_panel", wall, panel="Widest view", width=2, height=1, cells=["Yard", "Gate"])
    assert (wide.width, wide.height, wide.cameras) == (2, 1, {0: YARD, 1: GATE})
    assert options(hass, wall, "panel") == ["Four view", "Gate only", "Widest view"]


async def test_update_the_active_one(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """A change of the active panel is seen at once, and does not stand in the way of a return."""
    await set_up_wall(wall)
    await do(hass, "show_camera", wall, camera="Gate", duration=60)
    await do(hass, "update_panel", wall, panel="Four view", name="Day", cells=["Yard"])
    assert value(hass, wall, "panel") == "Day"
    assert value(hass, wall, "cell_1") == "Yard"
    await later(POLL)
    assert wall.showing() == ("camera", GATE)
    await later(60)
    assert wall.showing() == ("panel", FOUR)
    assert wall.panel(FOUR).cameras == {0: YARD}


async def test_update_as_it_is_now(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Start from what the panel is now, not from what it was at the last poll."""
    await set_up_wall(wall)
    wall.panel(WIDE).cameras[2] = DOOR
    wall.panel(WIDE).name = "Renamed"
    await do(hass, "update_panel", wall, panel="Renamed", height=3)
    assert wall.panel(WIDE).cameras == {0: WAREHOUSE, 1: YARD, 2: DOOR, 3: PARKING, 4: GATE}
    assert wall.panel(WIDE).name == "Renamed"


async def test_update_mistakes(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Say what is missing, and that no camera is dropped unasked."""
    await set_up_wall(wall)
    for data, words in (
        ({"panel": "Wide view"}, "Nothing would change"),
        ({"panel": "Atrium", "name": "X"}, "no panel “Atrium”"),
        ({"panel": "Wide view", "width": 2, "height": 1}, "would lose a camera"),
    ):
        with pytest.raises(ServiceValidationError, match=words):
            await do(hass, "update_panel", wall, **data)
    with pytest.raises(probatio.Invalid):
        await do(hass, "update_panel", wall, panel="Wide view", width="wide")
    assert changing(wall) == []


@BOTH_SHAPES
async def test_delete(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Delete a panel, the active one too."""
    await set_up_wall(wall)
    assert await ask(hass, "delete_panel", wall, panel="gate only") == {}
    assert options(hass, wall, "panel") == ["Four view", "Wide view"]
    await do(hass, "delete_panel", wall, panel=FOUR)
    assert wall.showing() == ("panel", None)
    assert value(hass, wall, "panel") == "unknown"
    with pytest.raises(ServiceValidationError, match=r"no panel “Four view”\. It has: Wide view"):
        await do(hass, "delete_panel", wall, panel="Four view")


async def test_trouble_after_a_change(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """What was done is done, even if the device falls silent right after; what it refuses is told."""
    await set_up_wall(wall)
    wall.faults = Faults(status=500, only={"list_panels"})
    answer = await ask(hass, "create_panel", wall, name="Night", width=1, height=1)
    assert answer == {"panel_id": wall.panels[-1].id}
    wall.faults = Faults(status=500, only={"delete_panel", "create_panel", "update_panel"})
    for action, data in (
        ("create_panel", {"name": "New", "width": 1, "height": 1}),
        ("update_panel", {"panel": "Gate only", "name": "New"}),
        ("delete_panel", {"panel": "Gate only"}),
    ):
        with pytest.raises(HomeAssistantError, match=r"Lobby wall refused the command \(code 500\)"):
            await do(hass, action, wall, **data)
