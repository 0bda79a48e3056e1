"""The part about what can be listened to."""

from collections.abc import Iterator, Mapping
from typing import Final

from custom_components.viewwall.alarms import DETECTION_KEYS, STATUS_FIELDS
from custom_components.viewwall.const import EVENT_VIEWWALL
from custom_components.viewwall.event import EVENTS, ViewtronEvent
from custom_components.viewwall.viewtron import DetectionType, PlateList
from custom_components.viewwall.viewtron.codes import SMART_TYPES, Direction, EventStatus, TargetType

from .texts import code, table, texts

_TEXT: Final = "text"
_MAYBE: Final = "text or `null`"


def _one_of(*words: object, may_be_null: bool = True) -> str:
    return f"{code(*words)}{' or `null`' if may_be_null else ''}"


FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "device_id": (_TEXT, "the device in Home Assistant; on a recorder the channel's, or the recorder's own"),
    "source.mac": (_MAYBE, "who the message says it is from"),
    "source.serial": (_MAYBE, "its serial number"),
    "source.name": (_MAYBE, "its name, as it is called in the device"),
    "source.channel": ("number or `null`", "the recorder's channel, counted from 1"),
    "origin.address": (_TEXT, "who really sent it"),
    "origin.is_device": ("`true` or `false`", "whether that is the address at which the device was set up"),
    "origin.by": (_TEXT, "the way on which it came: `webhook`"),
    "type": (_TEXT, "what was detected: one of the [types](#detection-types)"),
    "code": (_MAYBE, "the device's own word for it"),
    "status": (_one_of(*EventStatus), "whether the detection begins, ends or goes on"),
    "event_ids": ("list of numbers", "the device's numbers of the event, the same from its start to its stop"),
    "time": ("ISO 8601, UTC", "the device's stamp if it is within 5 minutes of the arrival, else the arrival"),
    "device_time": (_MAYBE, "the stamp as sent"),
    "age": ("seconds or `null`", "from the device's stamp to the arrival; `null` when the stamp is unusable"),
    "targets": ("list", "what was seen: as many as the device tells"),
    "targets[].id": ("number or `null`", "the device's number of the target"),
    "targets[].type": (_one_of(*TargetType), "what it is"),
    "targets[].box": ("four numbers or `null`", "x1, y1, x2, y2 in 0..1 of the picture"),
    "plate": ("`null` unless a plate was read", ""),
    "plate.number": (_TEXT, "the plate as sent"),
    "plate.list": (_one_of(*PlateList), "the camera's list; `null`: on no list, expired, or a recorder's own group"),
    "plate.group": (_MAYBE, "the owner's own word for a group or list"),
    "plate.owner": (_MAYBE, "who it belongs to, as the camera knows it"),
    "plate.color": (_MAYBE, "the plate's color"),
    "plate.direction": (_one_of(*Direction), "which way the vehicle went"),
    "plate.confidence": ("percent or `null`", "how sure the device is"),
    "plate.vehicle.type": (_MAYBE, "the vehicle, in the device's words"),
    "plate.vehicle.color": (_MAYBE, "its color"),
    "plate.vehicle.brand": (_MAYBE, "its make"),
    "plate.vehicle.model": (_MAYBE, "its model"),
    "face": ("`null` unless a face was seen", ""),
    "face.age": (_MAYBE, "as the device puts it"),
    "face.sex": (_MAYBE, "as the device puts it"),
    "face.glasses": (_MAYBE, "as the device puts it"),
    "face.mask": (_MAYBE, "as the device puts it"),
    "images.overview": (_MAYBE, "the image entity that holds the whole picture at this moment"),
    "images.target": (_MAYBE, "the image entity with the plate, the face or whatever was seen"),
}
"""The fields of the bus event. A test compares them with events that were really fired."""


def events_part() -> str:
    """Return the part of the page."""
    rows = [(code(name), takes, meaning) for name, (takes, meaning) in FIELDS.items()]
    return "\n".join(
        (
            "## The event `" + EVENT_VIEWWALL + "`\n",
            (
                "Fired on Home Assistant's bus for every detection, after the states that belong to it are written."
                " All fields are always there; what is not known is `null`. [More about events](events.md)\n"
            ),
            table(("Field", "Value", "Meaning"), rows),
            "## Detection types\n",
            (
                "The values of `type`, and the event types of the entity *Detection*. The device may write its words in"
                " capitals, or not.\n"
            ),
            table(("Type", "Name", "The device's words", "Turns on"), _types()),
            "## Event entities\n",
            f"{_of_entities()}",
            table(("Entity", "Event types"), _entities()),
            "## Status fields\n",
            (
                "What a device tells in its status messages, and when it is asked. These move binary sensors and fire"
                " nothing; a device may write them in capitals or not.\n"
            ),
            table(("Field", "Binary sensor"), _status()),
        )
    )


def _binary_sensor(key: str) -> str:
    return str(texts()["entity"]["binary_sensor"][key]["name"]).format(number="1")


def _types() -> Iterator[tuple[str, ...]]:
    names = texts()["entity"]["event"]["detection"]["state_attributes"]["event_type"]["state"]
    for kind in DetectionType:
        words = [word for word, meant in SMART_TYPES.items() if meant is kind]
        turned_on = DETECTION_KEYS.get(kind)
        by_key = f"*{_binary_sensor(turned_on)}*" if turned_on else "-"
        if kind is DetectionType.ALARM_INPUT:
            by_key = "*Alarm input*, where the device has only one"
        yield (code(kind), names[kind], code(*words) if words else "any other", by_key)


def _of_entities() -> str:
    hidden = code(*sorted(ViewtronEvent._unrecorded_attributes))  # noqa: SLF001
    return (
        "Their attributes are the fields above; *License plate* has the facts of `plate` at hand, too: `number`, `list`"
        f" and so on. Not recorded in the history: {hidden}.\n"
    )


def _entities() -> Iterator[tuple[str, ...]]:
    for description in EVENTS:
        name = texts()["entity"]["event"][description.translation_key]["name"]
        kinds = description.event_types or []
        is_plate = set(kinds) != {*DetectionType}
        yield (f"`event` {name}", code(*kinds) if is_plate else "the [types](#detection-types)")


def _status() -> Iterator[tuple[str, ...]]:
    for field, key in STATUS_FIELDS.items():
        yield (code(field), _binary_sensor(key))
