"""Which entities a Viewtron device has from the start, by what it says it can do; all others appear when first seen."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from homeassistant.const import Platform

from .catalog import EntityKey
from .choices import STREAMS
from .counters import RESET_KEY, counts_lines
from .counting import TOTAL_KEYS
from .outputs import output_key
from .viewtron.models import AlarmInputKind, DeviceInfo

if TYPE_CHECKING:
    from .device_state import ViewtronState

# `GetDeviceDetail` flags in lower case.
_FLAG_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "supporttripwire": ("line_crossing",),
    "supportperimeter": ("intrusion",),
    "supportosc": ("object_left_or_missing",),
    "supportavd": ("video_blurred", "video_color_cast", "scene_changed"),
    "supportvfd": ("face",),
    "supportvfdmatch": ("face",),
    "supportcdd": ("crowd_density",),
    "supportipd": ("people_intrusion",),
    "supportvehicle": ("license_plate",),
    "supportaoientry": ("region_entry",),
    "supportaoileave": ("region_exit",),
    "supportasd": ("sound",),
    "supportpvd": ("illegal_parking",),
    "supportloitering": ("loitering",),
    "supportthermal": ("temperature", "fire"),
}
# Names of `GetSupportedAPIs` in lower case.
_API_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "getsmartperimeterconfig": ("intrusion",),
    "getsmarttripwireconfig": ("line_crossing",),
    "getsmartvfdconfig": ("face",),
    "getsmartaoientryconfig": ("region_entry",),
    "getsmartaoileaveconfig": ("region_exit",),
    "getsmartloiteringconfig": ("loitering",),
    "getsmartpvdconfig": ("illegal_parking",),
    "getsmartvehicleconfig": ("license_plate",),
    "getsmartlicenseplateconfig": ("license_plate",),
    "getsmartcddconfig": ("crowd_density",),
    "getmeasuretemperatureconfig": ("temperature",),
}
_PTZ_COMMANDS: Final[Mapping[str, frozenset[str]]] = {
    "ptz_preset": frozenset({"ptzgetpresets"}),
    "ptz_cruise": frozenset({"ptzgetcruises", "ptzruncruise"}),
}
"""Commands that a device which lists its commands must list, in lower case."""
NVR_CHANNEL_ALARMS: Final = ("connectivity", "intrusion", "motion", "video_loss")


def camera_alarms(info: DeviceInfo) -> set[str]:
    """Return the alarms that a camera says it has."""
    keys = {"motion"}
    for names, table in ((info.features, _FLAG_KEYS), (info.supported_apis, _API_KEYS)):
        for name in names or ():
            keys.update(table.get(name.lower(), ()))
    return keys


type Entities = dict[Platform, set[EntityKey]]


def expected_entities(state: ViewtronState) -> Entities:
    """Return the entities that a device has from the start, by platform."""
    entities = _of_device(state)
    ptz = _ptz_selects(state.info)
    for channel in [channel.id for channel in state.channels] if state.info.kind.is_nvr else [None]:
        found = _of_camera(state) if channel is None else _of_channel(state, channel)
        for platform, keys in found.items():
            entities[platform] |= {(channel, key) for key in keys}
        entities[Platform.SELECT] |= {(channel, key) for key in ptz}
        if (channel or 1) in state.infrared:
            entities[Platform.SELECT].add((channel, "infrared_mode"))
    return entities


def _of_device(state: ViewtronState) -> Entities:
    """Return what a device has once."""
    info = state.info
    keys: dict[Platform, set[str]] = {
        Platform.BINARY_SENSOR: {"event_push"} | {f"alarm_input_{entry.id}" for entry in state.inputs},
        Platform.BUTTON: {"sync_clock"},
        Platform.CAMERA: set(),
        Platform.EVENT: set(),
        Platform.IMAGE: set(),
        Platform.SELECT: set(),
        Platform.SENSOR: {"last_message", "messages_received", "clock_offset"},
        Platform.SWITCH: {output_key(output.id) for output in state.outputs},
    }
    for disk in state.disks or ():
        keys[Platform.SENSOR] |= {f"disk_{what}_{disk.id}" for what in ("free", "used", "status")}
        keys[Platform.BINARY_SENSOR].add("storage_problem")
    if info.kind.is_nvr:
        keys[Platform.BINARY_SENSOR].add("storage_problem")
        keys[Platform.SENSOR].add("channels_online")
        virtual = [entry.id for entry in state.inputs if entry.kind is AlarmInputKind.VIRTUAL]
        keys[Platform.BUTTON] |= {f"virtual_alarm_{input_id}" for input_id in virtual}
    if state.can_restart:
        keys[Platform.BUTTON].add("restart")
    if state.has_push_slots:
        keys[Platform.SWITCH].add("push_subscription")
    return {platform: {(None, key) for key in known} for platform, known in keys.items()}


def _ptz_selects(info: DeviceInfo) -> set[str]:
    """Return what can be chosen at a camera that moves; without PTZ it is off by default."""
    if (names := info.supported_apis) is None:
        return set(_PTZ_COMMANDS)
    known = {name.lower() for name in names}
    return {key for key, needed in _PTZ_COMMANDS.items() if needed <= known}


def _of_camera(state: ViewtronState) -> dict[Platform, set[str]]:
    """Return what a camera has besides."""
    alarms = camera_alarms(state.info)
    keys: dict[Platform, set[str]] = {
        Platform.BINARY_SENSOR: set(alarms),
        Platform.CAMERA: set(STREAMS),
        Platform.EVENT: {"detection"},
        Platform.IMAGE: {"overview", "target"},
        Platform.SENSOR: set(),
    }
    if counts_lines(state.info):
        keys[Platform.SENSOR] |= set(TOTAL_KEYS)
        keys[Platform.BUTTON] = {RESET_KEY}
    if "license_plate" in alarms:
        keys[Platform.EVENT].add("license_plate")
        keys[Platform.IMAGE].add("plate")
        keys[Platform.SENSOR] |= {"last_plate", "plate_list"}
    if "face" in alarms:
        keys[Platform.IMAGE].add("face")
    return keys


def _of_channel(state: ViewtronState, channel: int) -> dict[Platform, set[str]]:
    """Return what a recorder's channel has."""
    return {
        Platform.BINARY_SENSOR: {*NVR_CHANNEL_ALARMS, *(("recording",) if channel in state.recording else ())},
        Platform.CAMERA: set(STREAMS),
        Platform.EVENT: {"detection"},
    }
