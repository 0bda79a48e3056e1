"""What the selects of a video wall offer and tell: unique names, fresh lists, and never a wrong state."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
import json
from pathlib import Path
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.conftest import Later
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Preset, Shape, WallCamera, WallPanel, camera_at, made_id
from tests.walls import (
    DOOR,
    FOUR,
    GATE,
    ONLY,
    PARKING,
    POLL,
    SLOW_POLL,
    WAREHOUSE,
    WIDE,
    YARD,
    SetUpWall,
    cells,
    choose,
    enable,
    find,
    options,
    registered,
    steering,
    value,
)

CAMERAS = ["Gate", "Front door", "Yard", "Parking lot", "Warehouse"]
BOTH_SHAPES = pytest.mark.parametrize("wall", list(Shape), indirect=True)
ODD_NAMES = ["blank", "panel", "unknown", "unavailable", "", "  "]
TEXTS = Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json"


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


def panel_called(name: str, number: int) -> WallPanel:
    """Return a panel whose id does not come from its name."""
    return WallPanel(id=made_id(f"odd {number}"), name=name, width=1, height=1, cameras={0: GATE})


def camera_called(name: str, number: int) -> WallCamera:
    """Return a camera whose id does not come from its name."""
    return replace(camera_at(f"odd {number}", f"192.0.2.{100 + number}"), name=name)


# What they offer.


@BOTH_SHAPES
async def test_options_are_the_names_on_the_device(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Offer what the device has, and show what it shows, right after the set-up."""
    await set_up_wall(wall)

    assert options(hass, wall, "panel") == ["Four view", "Gate only", "Wide view"]
    assert sorted(options(hass, wall, "full_screen")) == sorted(["panel", *CAMERAS])
    for cell in range(1, 5):
        assert sorted(options(hass, wall, f"cell_{cell}")) == sorted(["blank", *CAMERAS])
    assert value(hass, wall, "panel") == "Four view"
    assert value(hass, wall, "full_screen") == "panel"
    assert [value(hass, wall, f"cell_{cell}") for cell in range(1, 5)] == CAMERAS[:4]
    assert steering(wall) == []


@pytest.mark.parametrize(
    "names",
    [
        ["Lobby", "Lobby"],
        ["Lobby", "Lobby", "Lobby"],
        ["Lobby", "Lobby", "Lobby (2)"],
        ["Lobby (2)", "Lobby", "Lobby"],
        ["Lobby (2)", "Lobby (2)", "Lobby", "Lobby"],
        ["", "", "Lobby"],
        ["x" * 300, "x" * 300],
        ["unknown", "unavailable", "panel", "blank"],
    ],
)
async def test_panels_of_one_name(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, names: list[str]
) -> None:
    """Give every panel an option of its own that leads to it and is its state."""
    wall.panels = [panel_called(name, number) for number, name in enumerate(names)]
    wall.active_panel = wall.panels[0].id
    await set_up_wall(wall)
    offered = options(hass, wall, "panel")
    assert len(offered) == len(names)
    assert not {STATE_UNKNOWN, STATE_UNAVAILABLE, ""} & {option.strip() for option in offered}
    shown = set()
    for option in offered:
        await choose(hass, wall, "panel", option)
        shown.add(wall.showing())
        assert value(hass, wall, "panel") == option

    assert shown == {("panel", panel.id) for panel in wall.panels}


async def test_second_of_a_name_gets_a_number(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Call the first Lobby "Lobby" and the second "Lobby (2)", panels and cameras alike."""
    for number, panel in enumerate(wall.panels[:2]):
        panel.name = wall.cameras[number].name = "Lobby"
    await set_up_wall(wall)
    assert options(hass, wall, "panel") == ["Lobby", "Lobby (2)", "Wide view"]
    assert {"Lobby", "Lobby (2)"} < set(options(hass, wall, "full_screen"))
    await choose(hass, wall, "panel", "Lobby (2)")
    assert wall.showing() == ("panel", ONLY)
    await choose(hass, wall, "full_screen", "Lobby (2)")
    assert wall.showing() == ("camera", DOOR)
    await choose(hass, wall, "cell_1", "Lobby (2)")
    assert cells(wall) == {0: DOOR}
    await choose(hass, wall, "cell_1", "Lobby")
    assert cells(wall) == {0: GATE}


async def test_panel_that_is_really_called_so_keeps_its_name(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Leave "Lobby (2)" to the panel that has this name, wherever it stands in the list."""
    wall.panels = [panel_called(name, number) for number, name in enumerate(["Lobby", "Lobby", "Lobby (2)"])]
    wall.active_panel = wall.panels[0].id
    await set_up_wall(wall)
    await choose(hass, wall, "panel", "Lobby (2)")
    assert wall.showing() == ("panel", wall.panels[2].id)


@BOTH_SHAPES
async def test_cameras_with_odd_names(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Never take a camera's name for one of our own words or for a state of Home Assistant."""
    wall.direct_cameras = [camera_called(name, number) for number, name in enumerate(ODD_NAMES)]
    for panel in wall.panels:
        panel.cameras.clear()
    await set_up_wall(wall)
    assert value(hass, wall, "cell_1") == "blank"
    assert value(hass, wall, "full_screen") == "panel"
    assert {"blank", "blank (2)"} <= set(options(hass, wall, "cell_1"))
    assert {"panel", "panel (2)"} <= set(options(hass, wall, "full_screen"))
    for key, ours in (("cell_1", "blank"), ("full_screen", "panel")):
        offered = options(hass, wall, key)
        assert len(offered) == len(ODD_NAMES) + 1
        assert not {STATE_UNKNOWN, STATE_UNAVAILABLE, ""} & {option.strip() for option in offered}
        reached = set()
        for option in offered:
            await choose(hass, wall, key, option)
            assert value(hass, wall, key) == option
            if option == ours:
                assert cells(wall) == {} if key == "cell_1" else wall.showing() == ("panel", FOUR)
            else:
                reached.add(cells(wall)[0] if key == "cell_1" else wall.showing()[1])
        assert reached == {camera.id for camera in wall.cameras}
        await choose(hass, wall, key, ours)


async def test_our_own_words_are_translated(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Give `blank` and `panel` words of the user's language, and number the cells by a placeholder."""
    await set_up_wall(wall)
    texts: dict[str, Any] = json.loads(TEXTS.read_text())["entity"]["select"]
    assert texts["cell"]["state"]["blank"]
    assert texts["full_screen"]["state"]["panel"]
    cell = registered(hass, wall, "select.cell_3")
    assert (cell.translation_key, cell.unique_id) == ("cell", f"{wall.serial}_cell_3")
    assert "{number}" in texts["cell"]["name"]
    assert texts["panel"]["name"]
    assert "{number}" in texts["ptz_preset"]["name"]


async def test_lists_are_fresh_after_every_poll(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Follow new, renamed and deleted panels within a poll, and cameras within the slower one."""
    await set_up_wall(wall)
    wall.panels[0].name = "Day"
    wall.add_panel("Night", 1, 1, {})
    wall.remove_panel(wall.panel(ONLY))
    await later(POLL)
    assert options(hass, wall, "panel") == ["Day", "Wide view", "Night"]
    assert value(hass, wall, "panel") == "Day"
    await choose(hass, wall, "panel", "Night")
    assert wall.showing() == ("panel", wall.panels[-1].id)

    await choose(hass, wall, "panel", "Day")
    wall.cameras[0].name = "Main gate"
    wall.remove_camera(wall.camera(WAREHOUSE))
    wall.direct_cameras.append(camera_at("Roof", "192.0.2.46"))
    await later(SLOW_POLL)
    await later(POLL)
    names = ["Main gate", "Front door", "Yard", "Parking lot", "Roof"]
    assert sorted(options(hass, wall, "full_screen")) == sorted(["panel", *names])
    assert sorted(options(hass, wall, "cell_1")) == sorted(["blank", *names])
    assert value(hass, wall, "cell_1") == "Main gate"


# What they tell.


@BOTH_SHAPES
async def test_no_active_panel(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Know nothing of panel and cells when the device names no active panel."""
    wall.active_panel = None
    await set_up_wall(wall)
    assert value(hass, wall, "panel") == STATE_UNKNOWN
    assert value(hass, wall, "cell_1") in {STATE_UNKNOWN, STATE_UNAVAILABLE}
    assert len(options(hass, wall, "panel")) == 3
    await choose(hass, wall, "panel", "Gate only")
    assert wall.showing() == ("panel", ONLY)
    assert value(hass, wall, "cell_1") == "Gate"
    wall.remove_panel(wall.panel(ONLY))
    await later(POLL)
    assert value(hass, wall, "panel") == STATE_UNKNOWN
    assert value(hass, wall, "cell_1") in {STATE_UNKNOWN, STATE_UNAVAILABLE}


async def test_device_without_panels_and_cameras(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Set up a device that is empty yet, and follow when it fills."""
    panels, cameras, wall.panels, wall.direct_cameras, wall.active_panel = wall.panels, wall.cameras, [], [], None
    await set_up_wall(wall)
    assert value(hass, wall, "panel") == STATE_UNKNOWN
    wall.panels, wall.direct_cameras, wall.active_panel = panels, cameras, FOUR
    await later(SLOW_POLL)
    await later(POLL)
    assert value(hass, wall, "panel") == "Four view"
    assert [value(hass, wall, f"cell_{cell}") for cell in range(1, 5)] == CAMERAS[:4]


@pytest.mark.parametrize("omitted", [False, True])
@pytest.mark.parametrize("empty", [None, "", "blank"])
async def test_cells_count_as_on_screen(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, omitted: bool, empty: str | None
) -> None:
    """Number the cells row by row from 1, in whatever order and however completely the device lists them."""
    wall.manners = replace(wall.manners, shuffle_cells=True, omit_empty_cells=omitted, empty_camera=empty)
    wall.active_panel = WIDE
    entry = await set_up_wall(wall)
    await enable(hass, entry, wall, "select.cell_5", "select.cell_6")
    seen = [value(hass, wall, f"cell_{cell}") for cell in range(1, 7)]
    assert seen == ["Warehouse", "Yard", "blank", "Parking lot", "Gate", "blank"]
    await choose(hass, wall, "cell_3", "Front door")
    await choose(hass, wall, "cell_6", "Gate")
    await choose(hass, wall, "cell_2", "blank")

    assert cells(wall) == {0: WAREHOUSE, 2: DOOR, 3: PARKING, 4: GATE, 5: GATE}
    seen = [value(hass, wall, f"cell_{cell}") for cell in range(1, 7)]
    assert seen == ["Warehouse", "blank", "Front door", "Parking lot", "Gate", "Gate"]


async def test_unknown_camera_in_a_cell(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Call a cell unknown whose camera the device does not list."""
    wall.panels[0].cameras[0] = made_id("nobody")
    await set_up_wall(wall)
    assert value(hass, wall, "cell_1") == STATE_UNKNOWN
    assert value(hass, wall, "cell_2") == "Front door"


@BOTH_SHAPES
async def test_as_many_cells_as_the_largest_panel(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Have cells up to the largest panel's, those above 4 off by default, those beyond the active one unavailable."""
    await set_up_wall(wall)
    switched_off = {cell: registered(hass, wall, f"select.cell_{cell}").disabled for cell in range(1, 7)}
    assert switched_off == {1: False, 2: False, 3: False, 4: False, 5: True, 6: True}
    assert find(hass, wall, "select.cell_7") is None
    await choose(hass, wall, "panel", "Gate only")
    assert value(hass, wall, "cell_1") == "Gate"
    assert {value(hass, wall, f"cell_{cell}") for cell in (2, 3, 4)} == {STATE_UNAVAILABLE}
    wall.add_panel("Everything", 4, 4, {})
    await later(POLL)
    assert all(registered(hass, wall, f"select.cell_{cell}").disabled for cell in range(5, 17))
    assert find(hass, wall, "select.cell_17") is None
    await choose(hass, wall, "panel", "Everything")
    assert {value(hass, wall, f"cell_{cell}") for cell in (1, 2, 3, 4)} == {"blank"}


async def test_device_that_is_away(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Be unavailable while the device does not answer, and right again when it does."""
    await set_up_wall(wall)
    wall.faults.refuse_connections = True
    for _ in range(6):
        await later(POLL)
    keys = ("panel", "full_screen", "cell_1")
    assert {value(hass, wall, key) for key in keys} == {STATE_UNAVAILABLE}
    wall.faults = Faults()
    wall.another_hand_shows(WIDE)
    for _ in range(6):
        await later(POLL)
    assert [value(hass, wall, key) for key in keys] == ["Wide view", "panel", "Warehouse"]


@pytest.mark.parametrize(
    ("key", "option"), [("panel", "Wide view"), ("full_screen", "Warehouse"), ("cell_1", "Warehouse")]
)
async def test_option_that_vanished_meanwhile(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, key: str, option: str
) -> None:
    """Tell in words that what was chosen is gone, and leave screen and states as they are."""
    await set_up_wall(wall)
    wall.remove_panel(wall.panel(WIDE))
    wall.remove_camera(wall.camera(WAREHOUSE))
    before = value(hass, wall, key)
    with pytest.raises(HomeAssistantError) as caught:
        await choose(hass, wall, key, option)
    assert caught.value.translation_domain == "viewwall"
    assert caught.value.translation_key in json.loads(TEXTS.read_text())["exceptions"]
    await later(SLOW_POLL)
    await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    assert value(hass, wall, key) == before
    assert option not in options(hass, wall, key)


# Presets of moving cameras.


@BOTH_SHAPES
async def test_presets_only_where_there_are_some(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Offer the presets of the camera in a cell, move it there, and know nothing of other cells."""
    await set_up_wall(wall)
    assert options(hass, wall, "ptz_preset_3") == ["Home", "Position 1"]
    assert [find(hass, wall, f"select.ptz_preset_{cell}") for cell in (1, 2, 4)] == [None] * 3
    await choose(hass, wall, "ptz_preset_3", "Position 1")
    assert wall.camera(YARD).position == (0, 50, 0)
    await choose(hass, wall, "ptz_preset_3", "Home")
    assert wall.camera(YARD).position == (50, 0, 0)
    assert wall.showing() == ("panel", FOUR)

    await choose(hass, wall, "panel", "Wide view")
    await later(SLOW_POLL)
    await later(POLL)
    assert options(hass, wall, "ptz_preset_2") == ["Home", "Position 1"]
    assert value(hass, wall, "ptz_preset_3") == STATE_UNAVAILABLE


async def test_presets_of_one_name(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Number presets that share a name, too."""
    wall.camera(YARD).presets = [Preset(name="Door", x=1), Preset(name="Door", x=2)]
    await set_up_wall(wall)
    assert options(hass, wall, "ptz_preset_3") == ["Door", "Door (2)"]
    await choose(hass, wall, "ptz_preset_3", "Door (2)")
    assert wall.camera(YARD).position == (2, 0, 0)


async def test_preset_of_a_camera_that_is_no_longer_there(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Never move another camera, which another hand has brought into the cell since the last poll."""
    wall.camera(WAREHOUSE).ptz = True
    wall.panel(WIDE).cameras[2] = WAREHOUSE
    await set_up_wall(wall)
    wall.another_hand_shows(WIDE)
    with suppress(HomeAssistantError):
        await choose(hass, wall, "ptz_preset_3", "Home")
    assert wall.camera(WAREHOUSE).position == (0, 0, 0)


@pytest.mark.parametrize("firmware", [True, False])
async def test_no_presets_at_all(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, firmware: bool
) -> None:
    """Have no such select where the camera has no presets or the firmware knows none, and stay well."""
    wall.has_ptz = firmware
    wall.camera(YARD).presets = []
    await set_up_wall(wall)
    await later(SLOW_POLL)
    assert [find(hass, wall, f"select.ptz_preset_{cell}") for cell in range(1, 7)] == [None] * 6
    assert value(hass, wall, "panel") == "Four view"
