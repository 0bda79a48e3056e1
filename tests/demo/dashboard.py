"""The dashboard that the demo's user sees first."""

from collections.abc import Iterable
from typing import Any, Final

from .entries import MONITOR_DOMAIN
from .home_api import HomeAssistant
from .house import Device, House
from .wall import LobbyWall

URL_PATH: Final = "viewwall-demo"
_TITLE: Final = "ViewWall demo"
_WELCOME: Final = """\
# ViewWall demo
Every device here is simulated: a plate camera at the gate, a camera at the front door, two recorders and \
a [video wall](/viewwall-demo/video-wall). \
Something happens every half minute or so by day, and little between 23 and 6 o'clock. \
Open *Settings → Devices & services → ViewWall* for everything that the devices have."""

_WALL_WELCOME: Final = """\
# Video wall
A Thin Client shows its cameras on a monitor in the lobby. This is what somebody in the lobby sees. \
Choose another panel, or wait for a plate of the block list: *Show blocked plates on the video wall* fills the wall \
with the gate's camera for 20 seconds, and it goes back by itself."""
_WALL_PATH: Final = "video-wall"

type Card = dict[str, Any]


class Entities:
    """Finds ViewWall's entities by what they are, whatever they are called."""

    def __init__(self, registry: Iterable[dict[str, Any]]) -> None:
        """Read a list of the entity registry."""
        registry = list(registry)
        self.monitor: str | None = next(
            (entity["entity_id"] for entity in registry if entity["platform"] == MONITOR_DOMAIN), None
        )
        """The picture of the wall's screen."""
        self._ids: dict[tuple[str, str], str] = {
            (entity["entity_id"].partition(".")[0], entity["unique_id"]): entity["entity_id"]
            for entity in registry
            if entity["platform"] == "viewwall" and entity["disabled_by"] is None
        }

    def find(self, device: Device | LobbyWall, domain: str, key: str, channel: int | None = None) -> str | None:
        """Return the id of an entity, None if there is none."""
        owner = device.serial if isinstance(device, LobbyWall) else device.mac
        owner = owner if channel is None else f"{owner}_{channel}"
        return self._ids.get((domain, f"{owner}_{key}"))

    def all(self, domain: str, end: str) -> list[str]:
        """Return the ids of a domain's entities whose unique id ends like this."""
        return sorted(
            entity_id for (kind, unique), entity_id in self._ids.items() if kind == domain and unique.endswith(end)
        )


async def entities_of(home: HomeAssistant) -> Entities:
    """Ask for all entities."""
    return Entities(await home.command("config/entity_registry/list"))


async def add_dashboard(home: HomeAssistant, house: House, entities: Entities, *, is_wall_new: bool) -> None:
    """Make the dashboard and show it first; one of an earlier start only gets the view of a new wall."""
    if any(entry["url_path"] == URL_PATH for entry in await home.command("lovelace/dashboards/list")):
        if is_wall_new:
            await _add_wall_view(home, house, entities)
        return
    await home.command("lovelace/dashboards/create", url_path=URL_PATH, title=_TITLE, icon="mdi:cctv", mode="storage")
    await home.command("lovelace/config/save", url_path=URL_PATH, config=build_dashboard(house, entities))
    await home.command("frontend/set_user_data", key="core", value={"default_panel": URL_PATH})


async def _add_wall_view(home: HomeAssistant, house: House, entities: Entities) -> None:
    """Put the wall's view into a dashboard of an earlier demo."""
    config = await home.command("lovelace/config", url_path=URL_PATH)
    views = config.get("views")
    if views and not any(view.get("path") == _WALL_PATH for view in views):
        views.append(_wall_view(house, entities))
        await home.command("lovelace/config/save", url_path=URL_PATH, config=config)


def build_dashboard(house: House, entities: Entities) -> dict[str, Any]:
    """Return the dashboard's configuration."""
    view = {
        "title": _TITLE,
        "path": "overview",
        "type": "sections",
        "max_columns": 4,
        "dense_section_placement": True,
        "header": {"layout": "start", "card": {"type": "markdown", "text_only": True, "content": _WELCOME}},
        "sections": [
            _gate(house, entities),
            _door(house, entities),
            _events(house, entities),
            _recorder(house, entities),
            _disks(house, entities),
            _old_recorder(house, entities),
        ],
    }
    return {"title": _TITLE, "views": [view, _wall_view(house, entities)]}


def _wall_view(house: House, entities: Entities) -> dict[str, Any]:
    """Return the view of the video wall."""
    return {
        "title": "Video wall",
        "path": _WALL_PATH,
        "type": "sections",
        "max_columns": 4,
        "dense_section_placement": True,
        "header": {"layout": "start", "card": {"type": "markdown", "text_only": True, "content": _WALL_WELCOME}},
        "sections": [
            _monitor(entities),
            _wall_choices(house.wall, entities),
            _gate_at_wall(house, entities),
            _wall_device(house.wall, entities),
        ],
    }


def _monitor(entities: Entities) -> Card:
    """Show the wall's screen, which is no entity of ViewWall."""
    picture = _picture(entities.monitor, columns=24, live=True)
    return _section(_heading("Monitor in the lobby", "mdi:television"), picture, span=2)


def _wall_choices(wall: LobbyWall, entities: Entities) -> Card:
    """Let the user choose what is on the wall."""
    rows = [
        {"entity": entity_id, "name": name}
        for key, name in (("panel", "Panel"), ("full_screen", "Full screen"), *_cells(4), *_presets(4))
        if (entity_id := entities.find(wall, "select", key))
    ]
    choices = {"type": "entities", "entities": rows, "grid_options": {"columns": 12}} if rows else None
    return _section(_heading("On the wall", "mdi:view-grid"), choices)


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
    return _section(
        _heading("Gate", "mdi:boom-gate"),
        _picture(camera, live=True),
        _tile(entities.find(gate, "sensor", "last_plate"), "Last plate", "mdi:car-back"),
        _tile(entities.find(gate, "sensor", "plate_list"), "On the list", "mdi:format-list-checks"),
        _show_button(camera, panel),
    )


def _show_button(camera: str | None, panel: str | None) -> Card | None:
    """Return a button that shows a camera on the wall of a panel for a while."""
    if camera is None or panel is None:
        return None
    return {
        "type": "button",
        "name": "Show the gate on the wall for 20 seconds",
        "icon": "mdi:television-play",
        "icon_height": "32px",
        "tap_action": {
            "action": "perform-action",
            "perform_action": "viewwall.show_camera",
            "target": {"entity_id": panel},
            "data": {"camera": camera, "duration": {"seconds": 20}},
        },
        "grid_options": {"columns": 12, "rows": 2},
    }


def _wall_device(wall: LobbyWall, entities: Entities) -> Card:
    """Show the wall's buttons and its firmware."""
    firmware = _tile(entities.find(wall, "update", "firmware"), "Firmware", columns=12)
    if firmware is not None:
        firmware["features"] = [{"type": "update-actions"}]
    return _section(
        _heading("Device", "mdi:monitor-dashboard"),
        _button(entities.find(wall, "button", "stop_display"), "Stop display"),
        _button(entities.find(wall, "button", "restart"), "Restart"),
        firmware,
    )


def _gate(house: House, entities: Entities) -> Card:
    """Show the gate: live, with the last plate."""
    gate = house.gate
    return _section(
        _heading("Gate", "mdi:boom-gate"),
        _picture(entities.find(gate, "camera", "sub"), live=True),
        _tile(entities.find(gate, "sensor", "last_plate"), "Last plate", "mdi:car-back"),
        _tile(entities.find(gate, "sensor", "plate_list"), "On the list", "mdi:format-list-checks"),
        _picture(entities.find(gate, "image", "overview"), columns=6),
        _picture(entities.find(gate, "image", "plate"), columns=6),
        _tile("input_boolean.gate_barrier", "Barrier", "mdi:boom-gate-up"),
        _tile(entities.find(gate, "binary_sensor", "motion"), "Motion"),
    )


def _door(house: House, entities: Entities) -> Card:
    """Show the front door: alarms, and who was there."""
    door = house.door
    return _section(
        _heading("Front door", "mdi:door"),
        _picture(entities.find(door, "camera", "sub"), live=True),
        _tile(entities.find(door, "binary_sensor", "intrusion"), "Intrusion", "mdi:shield-account", color="red"),
        _tile(entities.find(door, "binary_sensor", "line_crossing"), "Line crossing", "mdi:walk", color="red"),
        _picture(entities.find(door, "image", "overview"), columns=6),
        _picture(entities.find(door, "image", "target"), columns=3),
        _picture(entities.find(door, "image", "face"), columns=3),
        _tile(entities.find(door, "binary_sensor", "face"), "Face", "mdi:face-recognition", color="red"),
        _tile(entities.find(door, "binary_sensor", "event_push"), "Events arrive", "mdi:check-network-outline"),
    )


def _events(house: House, entities: Entities) -> Card:
    """Show what was detected anywhere; of the gate its plates alone, each with its list."""
    gate = house.gate
    plates = [entities.find(gate, "sensor", "last_plate"), entities.find(gate, "event", "license_plate")]
    others = set(entities.all("event", "_detection")) - {entities.find(gate, "event", "detection")}
    card = {
        "type": "logbook",
        "hours_to_show": 24,
        "target": {"entity_id": [entity_id for entity_id in (*plates, *sorted(others)) if entity_id]},
        "grid_options": {"columns": 12, "rows": 7},
    }
    return _section(_heading("Latest events", "mdi:history"), card)


def _recorder(house: House, entities: Entities) -> Card:
    """Show the recorder's channels as a wall of snapshots."""
    recorder = house.recorder
    wall = [
        _picture(entities.find(recorder, "camera", "sub", channel.id), columns=8, name=channel.name)
        for channel in recorder.channels
        if channel.status != "offline"
    ]
    return _section(_heading("Recorder", "mdi:view-grid"), *wall, span=2)


def _disks(house: House, entities: Entities) -> Card:
    """Show the recorder's disks."""
    recorder = house.recorder
    gauges = [
        {
            "type": "gauge",
            "entity": entity_id,
            "name": f"Disk {number}",
            "severity": {"green": 0, "yellow": 80, "red": 95},
            "grid_options": {"columns": 6, "rows": "auto"},
        }
        for number, disk in enumerate(recorder.disks, 1)
        if (entity_id := entities.find(recorder, "sensor", f"disk_used_{disk.id}"))
    ]
    free = [
        _tile(entities.find(recorder, "sensor", f"disk_free_{disk.id}"), f"Disk {number} free")
        for number, disk in enumerate(recorder.disks, 1)
    ]
    online = _tile(entities.find(recorder, "sensor", "channels_online"), "Channels online", "mdi:cctv")
    storage = _tile(entities.find(recorder, "binary_sensor", "storage_problem"), "Storage", "mdi:harddisk")
    return _section(_heading("Disks", "mdi:harddisk"), *gauges, *free, online, storage)


def _old_recorder(house: House, entities: Entities) -> Card:
    """Show the recorder that is asked because it posts nothing."""
    recorder = house.old_recorder
    online = [channel for channel in recorder.channels if channel.status != "offline"]
    return _section(
        _heading("Old recorder", "mdi:server"),
        *(
            _picture(entities.find(recorder, "camera", "sub", channel.id), columns=8, name=channel.name)
            for channel in online
        ),
        *(
            _tile(entities.find(recorder, "binary_sensor", "motion", channel.id), f"{channel.name}: motion", columns=8)
            for channel in online
        ),
        span=2,
    )


def _section(*cards: Card | None, span: int = 1) -> Card:
    """Return a section of the cards that there are."""
    return {"type": "grid", "column_span": span, "cards": [card for card in cards if card is not None]}


def _heading(text: str, icon: str) -> Card:
    """Return a heading."""
    return {"type": "heading", "heading": text, "icon": icon}


def _picture(entity_id: str | None, *, columns: int = 12, live: bool = False, name: str | None = None) -> Card | None:
    """Return a picture, live or as a snapshot from time to time."""
    if entity_id is None:
        return None
    card: Card = {
        "type": "picture-entity",
        "entity": entity_id,
        "show_state": False,
        "show_name": name is not None,
        "grid_options": {"columns": columns, "rows": "auto"},
    }
    if name is not None:
        card["name"] = name
    if entity_id.startswith("camera."):
        card["camera_view"] = "live" if live else "auto"
    return card


def _button(entity_id: str | None, name: str) -> Card | None:
    """Return a button entity to be pressed."""
    if entity_id is None:
        return None
    press = {"action": "perform-action", "perform_action": "button.press", "target": {"entity_id": entity_id}}
    return {
        "type": "tile",
        "entity": entity_id,
        "name": name,
        "hide_state": True,
        "tap_action": press,
        "icon_tap_action": press,
        "grid_options": {"columns": 6},
    }


def _tile(
    entity_id: str | None, name: str, icon: str | None = None, *, columns: int = 6, color: str | None = None
) -> Card | None:
    """Return a tile."""
    if entity_id is None:
        return None
    more = {key: value for key, value in (("icon", icon), ("color", color)) if value is not None}
    return {"type": "tile", "entity": entity_id, "name": name, "grid_options": {"columns": columns}} | more
