"""What the logbook says about a detection.

Home Assistant has no translations for these texts: they are in plain English, like those of its own integrations.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.logbook.const import LOGBOOK_ENTRY_MESSAGE, LOGBOOK_ENTRY_NAME
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN, EVENT_VIEWWALL
from .viewtron import DetectionType

_NAMELESS: Final = "ViewWall"
_DETECTED: Final[Mapping[str, str]] = {
    DetectionType.MOTION: "motion",
    DetectionType.INTRUSION: "an intrusion",
    DetectionType.LINE_CROSSING: "a line crossing",
    DetectionType.REGION_ENTRY: "an entry into a region",
    DetectionType.REGION_EXIT: "an exit from a region",
    DetectionType.LOITERING: "loitering",
    DetectionType.ILLEGAL_PARKING: "illegal parking",
    DetectionType.OBJECT_LEFT_OR_MISSING: "an object that was left or is missing",
    DetectionType.LINE_COUNTING: "a line crossing",
    DetectionType.AREA_COUNTING: "a visit to an area",
    DetectionType.VIDEO_METADATA: "an object in view",
    DetectionType.LICENSE_PLATE: "a license plate",
    DetectionType.FACE: "a face",
    DetectionType.FACE_MATCH: "a known face",
    DetectionType.CROWD_DENSITY: "a crowd",
    DetectionType.PEOPLE_COUNTING: "people",
    DetectionType.PEOPLE_INTRUSION: "people where there should be none",
    DetectionType.ALARM_INPUT: "a signal at an alarm input",
    DetectionType.VIDEO_ABNORMAL: "a picture fault",
    DetectionType.SOUND: "an unusual sound",
    DetectionType.FIRE: "fire",
    DetectionType.TEMPERATURE: "an unusual temperature",
    DetectionType.UNKNOWN: "something that it has no name for",
}
_COUNTED: Final = frozenset({DetectionType.LINE_COUNTING, DetectionType.AREA_COUNTING, DetectionType.PEOPLE_COUNTING})
_FACES: Final = frozenset({DetectionType.FACE, DetectionType.FACE_MATCH})
"""A face is a person's: that needs no telling."""
_TARGETS: Final[Mapping[str, tuple[str, str]]] = {
    "person": ("person", "people"),
    "car": ("car", "cars"),
    "two_wheeler": ("two-wheeler", "two-wheelers"),
}
_LISTS: Final[Mapping[str, str]] = {
    "allow": "allow list",
    "block": "block list",
    "temporary": "temporary list",
    "stranger": "stranger list",
}
_DIRECTIONS: Final[Mapping[str, str]] = {"approach": "approaching", "away": "driving away"}


@callback
def async_describe_events(
    hass: HomeAssistant, async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None]
) -> None:
    """Describe the bus event to the logbook."""

    def _describe(event: Event) -> dict[str, str]:
        # Called in a thread of the recorder: what is looked up here is one entry of a table each.
        return _entry(hass, event.data)

    async_describe_event(DOMAIN, EVENT_VIEWWALL, _describe)


def _entry(hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, str]:
    """Return the logbook's line for an event; it may be an old one, another house's or somebody's own."""
    device_id = data.get("device_id")
    device = dr.async_get(hass).async_get(device_id) if isinstance(device_id, str) else None
    name = None if device is None else device.name_by_user or device.name
    # No entity: Home Assistant would show its name instead of the device's.
    return {
        LOGBOOK_ENTRY_NAME: name or _text(_part(data, "source").get("name")) or _NAMELESS,
        LOGBOOK_ENTRY_MESSAGE: describe(data),
    }


def describe(data: Mapping[str, Any]) -> str:
    """Return what happened, to be read after the device's name."""
    kind = _text(data.get("type"))
    if kind == DetectionType.LICENSE_PLATE and (number := _text(_part(data, "plate").get("number"))):
        return _plate(number, _part(data, "plate"))
    what = _DETECTED.get(kind, _DETECTED[DetectionType.UNKNOWN])
    if kind not in _DETECTED or kind == DetectionType.UNKNOWN:
        code = _text(data.get("code")) or kind
        what = f"{what} ({code})" if code and code != DetectionType.UNKNOWN else what
    verb = "counted" if kind in _COUNTED else "no longer detects" if data.get("status") == "stop" else "detected"
    seen = "" if kind in _FACES else _targets(data.get("targets"))
    return f"{verb} {what}: {seen}" if seen else f"{verb} {what}"


def _plate(number: str, plate: Mapping[str, Any]) -> str:
    listed = _LISTS.get(_text(plate.get("list")))
    group = _text(plate.get("group"))
    place = listed or (f"group {group}" if group else "unlisted")
    way = _DIRECTIONS.get(_text(plate.get("direction")))
    return f"read plate {number} ({place})" + (f", {way}" if way else "")


def _targets(targets: object) -> str:
    """Return whom a detection names: `person, 2 cars`."""
    if not isinstance(targets, list):
        return ""
    counts = Counter(_text(target.get("type")) for target in targets if isinstance(target, Mapping))
    words = [
        one if counts[kind] == 1 else f"{counts[kind]} {many}" for kind, (one, many) in _TARGETS.items() if counts[kind]
    ]
    return ", ".join(words)


def _part(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = data.get(key)
    return part if isinstance(part, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
