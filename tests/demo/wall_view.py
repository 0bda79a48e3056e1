"""The dashboard's view of the video wall."""

from typing import Final

from .cards import Card, button, heading, page, picture, press, section, tile
from .entities import Entities
from .house import House
from .wall import LobbyWall

PATH: Final = "video-wall"
_WELCOME: Final = """\
# Video wall
A Thin Client shows its cameras on a monitor in the lobby. This is what somebody in the lobby sees. \
Choose another panel, or wait for a plate of the block list: *Show blocked plates on the video wall* fills the wall \
with the gate's camera for 20 seconds, and it goes back by itself."""


def wall_view(house: House, entities: Entities) -> Card:
    """Return the view of the video wall."""
    sections = [
        _monitor(entities),
        _wall_choices(house.wall, entities),
        _gate_at_wall(house, entities),
        _wall_device(house.wall, entities),
    ]
    return page("Video wall", PATH, _WELCOME, sections)


def _monitor(entities: Entities) -> Card:
    """Show the wall's screen, which is no entity of ViewWall."""
    screen = picture(entities.monitor, columns=24, live=True)
    return section(heading("Monitor in the lobby", "mdi:television"), screen, span=2)


def _wall_choices(wall: LobbyWall, entities: Entities) -> Card:
    """Let the user choose what is on the wall."""
    rows = [
        {"entity": entity_id, "name": name}
        for key, name in (("panel", "Panel"), ("full_screen", "Full screen"), *_cells(4), *_presets(4))
        if (entity_id := entities.find(wall, "select", key))
    ]
    choices = {"type": "entities", "entities": rows, "grid_options": {"columns": 12}} if rows else None
    return section(heading("On the wall", "mdi:view-grid"), choices)


def _cells(count: int) -> list[tuple[str, str]]:
    """Return keys and names of the first cells."""
    return [(f"cell_{number}", f"Cell {number}") for number in range(1, count + 1)]


def _presets(count: int) -> list[tuple[str, str]]:
    """Return keys and names of the first cells' camera positions."""
    return [(f"ptz_preset_{number}", f"Cell {number}: position") for number in range(1, count + 1)]


def _gate_at_wall(house: House, entities: Entities) -> Card:
    """Show what the gate sees, and a button that shows it on the wall."""
    gate = house.gate
    camera, panel = entities.find(gate, "camera", "sub"), entities.find(house.wall, "select", "panel")
    return section(
        heading("Gate", "mdi:boom-gate"),
        picture(camera, live=True),
        tile(entities.find(gate, "sensor", "last_plate"), "Last plate", "mdi:car-back"),
        tile(entities.find(gate, "sensor", "plate_list"), "On the list", "mdi:format-list-checks"),
        _show_button(camera, panel),
    )


def _show_button(camera: str | None, panel: str | None) -> Card | None:
    """Return a button that shows a camera on the wall of a panel for a while."""
    if camera is None or panel is None:
        return None
    action = {
        "perform_action": "viewwall.show_camera",
        "target": {"entity_id": panel},
        "data": {"camera": camera, "duration": {"seconds": 20}},
    }
    return press("Show the gate on the wall for 20 seconds", "mdi:television-play", action, columns=12)


def _wall_device(wall: LobbyWall, entities: Entities) -> Card:
    """Show the wall's buttons and its firmware."""
    firmware = tile(entities.find(wall, "update", "firmware"), "Firmware", columns=12)
    if firmware is not None:
        firmware["features"] = [{"type": "update-actions"}]
    return section(
        heading("Device", "mdi:monitor-dashboard"),
        button(entities.find(wall, "button", "stop_display"), "Stop display"),
        button(entities.find(wall, "button", "restart"), "Restart"),
        firmware,
    )
