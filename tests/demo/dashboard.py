"""The dashboard that the demo's user sees first."""

from collections.abc import Container
from typing import Any, Final

from . import trouble_view, wall_view, yard_view
from .automations import ALLOW_SCRIPT
from .cards import Card, button, heading, page, picture, section, tile
from .entities import Entities
from .home_api import HomeAssistant
from .house import House

URL_PATH: Final = "viewwall-demo"
_TITLE: Final = "ViewWall demo"
_WELCOME: Final = """\
# ViewWall demo
Every device here is simulated: a plate camera at the gate, a camera at the front door, two recorders \
(one of their cameras [can move](/viewwall-demo/back-yard)) and a [video wall](/viewwall-demo/video-wall). \
One more camera waits [to be found, and the gate's to be broken](/viewwall-demo/trouble). \
Something happens every half minute or so by day, and little between 23 and 6 o'clock. \
Open *Settings → Devices & services → ViewWall* for everything that the devices have."""
_SURE: Final = (
    "The car that was read last goes on the allow list of the gate's camera, and from its next visit on the gate opens"
    " for it by itself. A plate is no key: anybody can print one."
)


async def add_dashboard(
    home: HomeAssistant, house: House, entities: Entities, *, choice: str | None, new_views: Container[str]
) -> None:
    """Make the dashboard and show it first; one of an earlier start only gets the views that are new.

    `choice` is the entity by which the user breaks something.
    """
    built = build_dashboard(house, entities, choice)
    if any(entry["url_path"] == URL_PATH for entry in await home.command("lovelace/dashboards/list")):
        await _add_views(home, [view for view in built["views"] if view["path"] in new_views])
        return
    await home.command("lovelace/dashboards/create", url_path=URL_PATH, title=_TITLE, icon="mdi:cctv", mode="storage")
    await home.command("lovelace/config/save", url_path=URL_PATH, config=built)
    await home.command("frontend/set_user_data", key="core", value={"default_panel": URL_PATH})


async def _add_views(home: HomeAssistant, new: list[Card]) -> None:
    """Put views into a dashboard of an earlier demo."""
    config = await home.command("lovelace/config", url_path=URL_PATH) if new else {}
    views = config.get("views")
    known = {view.get("path") for view in views or []}
    missing = [view for view in new if view["path"] not in known]
    if views and missing:
        views.extend(missing)
        await home.command("lovelace/config/save", url_path=URL_PATH, config=config)


def build_dashboard(house: House, entities: Entities, choice: str | None = None) -> dict[str, Any]:
    """Return the dashboard's configuration."""
    sections = [
        _gate(house, entities),
        _door(house, entities),
        _events(house, entities),
        _recorder(house, entities),
        _counts(house, entities),
        _disks(house, entities),
        _old_recorder(house, entities),
    ]
    views = [
        page(_TITLE, "overview", _WELCOME, sections),
        yard_view.yard_view(house, entities),
        wall_view.wall_view(house, entities),
        trouble_view.trouble_view(house, entities, choice),
    ]
    return {"title": _TITLE, "views": views}


def _gate(house: House, entities: Entities) -> Card:
    """Show the gate: live, with the last plate."""
    gate = house.gate
    return section(
        heading("Gate", "mdi:boom-gate"),
        picture(entities.find(gate, "camera", "sub"), live=True),
        tile(entities.find(gate, "sensor", "last_plate"), "Last plate", "mdi:car-back"),
        tile(entities.find(gate, "sensor", "plate_list"), "On the list", "mdi:format-list-checks"),
        picture(entities.find(gate, "image", "overview"), columns=6),
        picture(entities.find(gate, "image", "plate"), columns=6),
        tile(entities.find(gate, "switch", "alarm_output_1"), "Barrier", "mdi:boom-gate-up", color="green"),
        _allow(entities.find(gate, "sensor", "last_plate")),
    )


def _allow(last_plate: str | None) -> Card | None:
    """Return a button that puts the last plate on the allow list, after a question."""
    if last_plate is None:
        return None
    allow = {"action": "perform-action", "perform_action": ALLOW_SCRIPT, "confirmation": {"text": _SURE}}
    card = tile(ALLOW_SCRIPT, "Allow last plate", "mdi:playlist-plus")
    return card and card | {"hide_state": True, "tap_action": allow, "icon_tap_action": allow}


def _counts(house: House, entities: Entities) -> Card:
    """Show how many cars the gate's camera has counted."""
    gate = house.gate
    names = {"entered_car": "Cars in", "exited_car": "Cars out", "inside_car": "Cars inside"}
    return section(
        heading("Counting at the gate", "mdi:counter"),
        *(tile(entities.find(gate, "sensor", key), name, columns=4) for key, name in names.items()),
        button(entities.find(gate, "button", "reset_counts"), "Reset counts"),
    )


def _door(house: House, entities: Entities) -> Card:
    """Show the front door: alarms, and who was there."""
    door = house.door
    return section(
        heading("Front door", "mdi:door"),
        picture(entities.find(door, "camera", "sub"), live=True),
        tile(entities.find(door, "binary_sensor", "intrusion"), "Intrusion", "mdi:shield-account", color="red"),
        tile(entities.find(door, "binary_sensor", "line_crossing"), "Line crossing", "mdi:walk", color="red"),
        picture(entities.find(door, "image", "overview"), columns=6),
        picture(entities.find(door, "image", "target"), columns=3),
        picture(entities.find(door, "image", "face"), columns=3),
        tile(entities.find(door, "binary_sensor", "face"), "Face", "mdi:face-recognition", color="red"),
        tile(entities.find(door, "binary_sensor", "event_push"), "Events arrive", "mdi:check-network-outline"),
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
    return section(heading("Latest events", "mdi:history"), card)


def _recorder(house: House, entities: Entities) -> Card:
    """Show the recorder's channels as a wall of snapshots."""
    recorder = house.recorder
    wall = [
        picture(entities.find(recorder, "camera", "sub", channel.id), columns=8, name=channel.name)
        for channel in recorder.channels
        if channel.status != "offline"
    ]
    return section(heading("Recorder", "mdi:view-grid"), *wall, span=2)


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
        tile(entities.find(recorder, "sensor", f"disk_free_{disk.id}"), f"Disk {number} free")
        for number, disk in enumerate(recorder.disks, 1)
    ]
    online = tile(entities.find(recorder, "sensor", "channels_online"), "Channels online", "mdi:cctv")
    storage = tile(entities.find(recorder, "binary_sensor", "storage_problem"), "Storage", "mdi:harddisk")
    return section(heading("Disks", "mdi:harddisk"), *gauges, *free, online, storage)


def _old_recorder(house: House, entities: Entities) -> Card:
    """Show the recorder that is asked because it posts nothing."""
    recorder = house.old_recorder
    online = [channel for channel in recorder.channels if channel.status != "offline"]
    return section(
        heading("Old recorder", "mdi:server"),
        *(
            picture(entities.find(recorder, "camera", "sub", channel.id), columns=8, name=channel.name)
            for channel in online
        ),
        *(
            tile(entities.find(recorder, "binary_sensor", "motion", channel.id), f"{channel.name}: motion", columns=8)
            for channel in online
        ),
        tile(entities.find(recorder, "sensor", "clock_offset"), "Clock offset", "mdi:clock-alert-outline"),
        button(entities.find(recorder, "button", "sync_clock"), "Sync clock"),
        span=2,
    )
