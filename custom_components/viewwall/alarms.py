"""One board that merges pushed and polled alarm states per (channel, alarm).

Three sources speak about the same alarm: detections (which turn it on for a while), pushed states and polled states.
The board decides; it knows nothing of entities and wakes only who listens to what changed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .viewtron import DetectionType, EventStatus

type AlarmKey = tuple[int | None, str]
"""Channel (None: the device itself) and entity key."""

PRESENCE_KEYS: Final = frozenset({"person_present", "car_present", "two_wheeler_present"})
PRESENCE_HOLD: Final = 2
"""Seconds after its last position at which a tracked target is gone: tracking has no end mark."""
STATUS_LIMIT: Final = 300
"""Seconds after which a state "on" that nobody confirmed ends."""
POLL_LAG: Final = 3
"""Seconds for which a pushed state outlives an answer that merely does not list it: a device may push first."""
MAX_INPUTS: Final = 64
MAX_IDS: Final = 64
"""Ids that one alarm keeps apart: real devices number their rules and events, anybody else may send thousands."""

_POLL: Final = "poll"
_REST: Final = "rest"

# Status fields of posts and polls, in lower case, and the binary sensors that show them.
STATUS_FIELDS: Final[Mapping[str, str]] = {
    "motionalarm": "motion",
    "perimeteralarm": "intrusion",
    "tripwirealarm": "line_crossing",
    "aoientryalarm": "region_entry",
    "aoileavealarm": "region_exit",
    "loiteringalarm": "loitering",
    "pvdalarm": "illegal_parking",
    "oscalarm": "object_left_or_missing",
    "vfdalarm": "face",
    "vehicealarm": "license_plate",
    "vehiclealarm": "license_plate",
    "cddalarm": "crowd_density",
    "ipdalarm": "people_intrusion",
    "asdalarm": "sound",
    "clarityabnormal": "video_blurred",
    "colorabnormal": "video_color_cast",
    "scenechange": "scene_changed",
    "chlofflinealarm": "connectivity",
    "chlvideoloss": "video_loss",
}
INPUT_FIELDS: Final = frozenset({"sensoralarm", "sensoralarmin"})
COUNTING_FIELDS: Final = frozenset({"passlinealarm", "trafficalarm", "cpcalarm"})
CHANNEL_KEYS: Final = ("connectivity", "video_loss")
CHANNEL_FIELDS: Final = frozenset({"chlofflinealarm", "chlvideoloss"})
"""Fields whose id is a channel even in a post."""

# Detections and the binary sensors that they turn on; counting and metadata have none.
DETECTION_KEYS: Final[Mapping[DetectionType, str]] = {
    DetectionType.MOTION: "motion",
    DetectionType.INTRUSION: "intrusion",
    DetectionType.LINE_CROSSING: "line_crossing",
    DetectionType.REGION_ENTRY: "region_entry",
    DetectionType.REGION_EXIT: "region_exit",
    DetectionType.LOITERING: "loitering",
    DetectionType.ILLEGAL_PARKING: "illegal_parking",
    DetectionType.OBJECT_LEFT_OR_MISSING: "object_left_or_missing",
    DetectionType.FACE: "face",
    DetectionType.FACE_MATCH: "face",
    DetectionType.LICENSE_PLATE: "license_plate",
    DetectionType.CROWD_DENSITY: "crowd_density",
    DetectionType.PEOPLE_INTRUSION: "people_intrusion",
    DetectionType.SOUND: "sound",
    DetectionType.FIRE: "fire",
    DetectionType.TEMPERATURE: "temperature",
}


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One state of an alarm, assigned to its channel and key."""

    channel: int | None
    key: str
    id: str
    state: bool


def post_rows(alarms: Mapping[str, Mapping[str, bool]], *, nvr: bool, channel: int | None) -> Iterator[StatusRow]:
    """Yield the rows of a pushed status: ids are rules, the channel stands in the head (an NVR) or is the camera."""
    for name, states in alarms.items():
        field_name = name.lower()
        for row_id, state in states.items():
            if field_name in INPUT_FIELDS:
                if (number := _number(row_id or "1", MAX_INPUTS)) is not None:
                    yield StatusRow(None, f"alarm_input_{number}", "", state)
            elif key := STATUS_FIELDS.get(field_name):
                row_channel = channel if nvr else None
                if nvr and channel is None and field_name in CHANNEL_FIELDS:
                    row_channel = _number(row_id, 999)
                yield StatusRow(row_channel, key, row_id, state)


def poll_rows(alarms: Mapping[str, Mapping[str, bool]], *, nvr: bool) -> Iterator[StatusRow]:
    """Yield the rows of a polled status: ids are channels, of alarm inputs the input."""
    for name, states in alarms.items():
        field_name = name.lower()
        for row_id, state in states.items():
            if field_name in INPUT_FIELDS:
                if (number := _number(row_id or "1", MAX_INPUTS)) is not None:
                    yield StatusRow(None, f"alarm_input_{number}", "", state)
            elif key := STATUS_FIELDS.get(field_name):
                yield StatusRow(_number(row_id, 999) if nvr else None, key, row_id, state)


def unknown_fields(alarms: Mapping[str, Mapping[str, bool]]) -> Iterator[str]:
    """Yield the fields that no binary sensor shows and that are not known as counting."""
    for name in alarms:
        if name.lower() not in STATUS_FIELDS and name.lower() not in INPUT_FIELDS | COUNTING_FIELDS:
            yield name


def _number(text: str, limit: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= limit else None


@dataclass(frozen=True, slots=True)
class HoldTimes:
    """For how many seconds a detection keeps its alarm on, where the device does not say that it is over."""

    general: float
    exceptions: Mapping[str, float] = field(default_factory=dict)
    """By entity key."""

    def of(self, key: str) -> float:
        """Return the time of the alarm with this entity key."""
        return self.exceptions.get(key, self.general)


@dataclass(slots=True)
class _Alarm:
    """What is known of one alarm: who says "on", each with the timer that ends it."""

    statuses: dict[str, CALLBACK_TYPE] = field(default_factory=dict)
    holds: dict[int | None, CALLBACK_TYPE] = field(default_factory=dict)
    pushed: int = 0
    """The number of the last push that spoke of it."""
    pushed_at: float = float("-inf")
    """When that was (loop time)."""

    @property
    def is_on(self) -> bool:
        """Tell whether anybody says so."""
        return bool(self.statuses or self.holds)


def _cancel_all[Id](timers: dict[Id, CALLBACK_TYPE]) -> None:
    for cancel in timers.values():
        cancel()
    timers.clear()


def _has_room[Id](timers: Mapping[Id, CALLBACK_TYPE], timer_id: Id) -> bool:
    """Tell whether an id gets a timer of its own."""
    return timer_id in timers or len(timers) < MAX_IDS


class AlarmBoard:
    """States of all alarms of one device."""

    def __init__(self, hass: HomeAssistant, hold_times: HoldTimes, on_change: Callable[[AlarmKey], None]) -> None:
        """Start with nothing known."""
        self._hass = hass
        self._hold_times = hold_times
        self._on_change = on_change
        self._alarms: dict[AlarmKey, _Alarm] = {}
        self.pushes = 0
        """Number of pushes so far: a poll that was asked for before one knows less than it."""
        self._expected: set[AlarmKey] = set()
        self._lists_active_only = False
        self._polled_keys: set[str] = set()

    def is_on(self, key: AlarmKey) -> bool | None:
        """Return the state of an alarm, None while nobody has said anything about it."""
        alarm = self._alarms.get(key)
        return None if alarm is None else alarm.is_on

    def states_of(self, *keys: str) -> dict[AlarmKey, bool]:
        """Return the states of all alarms with one of these entity keys."""
        return {key: alarm.is_on for key, alarm in self._alarms.items() if key[1] in keys}

    def forget(self, channel: int) -> None:
        """Forget a channel that is no more."""
        self._expected = {key for key in self._expected if key[0] != channel}
        for key in [key for key in self._alarms if key[0] == channel]:
            alarm = self._alarms.pop(key)
            _cancel_all(alarm.statuses)
            _cancel_all(alarm.holds)

    def mentioned(self) -> set[AlarmKey]:
        """Return all alarms that were ever mentioned."""
        return set(self._alarms)

    @callback
    def expect(self, keys: set[AlarmKey]) -> None:
        """Name the alarms that are off when an answer of active alarms does not list them."""
        self._expected |= keys
        for key in keys - self.mentioned():
            # Tracking has no poll: its silence means that nobody is there.
            if (self._lists_active_only and self._is_told(key)) or key[1] in PRESENCE_KEYS:
                self._alarms[key] = _Alarm()

    @callback
    def detected(
        self, key: AlarmKey, status: EventStatus | None, event_ids: tuple[int, ...], hold_time: float | None = None
    ) -> None:
        """Apply a detection: on for the hold time (the one of its kind, if none is given), or off at its end."""
        alarm, was_on = self._touch(key)
        ids: tuple[int | None, ...] = event_ids or (None,)
        if status is EventStatus.STOP:
            ended: tuple[int | None, ...] = (*event_ids, None) if event_ids else tuple(alarm.holds)
            for event_id in ended:
                if cancel := alarm.holds.pop(event_id, None):
                    cancel()
        else:
            for sent_id in ids:
                event_id = sent_id if _has_room(alarm.holds, sent_id) else None
                if cancel := alarm.holds.pop(event_id, None):
                    cancel()
                seconds = self._hold_times.of(key[1]) if hold_time is None else hold_time
                alarm.holds[event_id] = self._later(seconds, key, alarm.holds, event_id)
        self._settle(key, alarm, was_on)

    @callback
    def pushed(self, row: StatusRow) -> None:
        """Apply a pushed state."""
        key = (row.channel, row.key)
        alarm, was_on = self._touch(key)
        if row.state:
            self._confirm(key, alarm, row.id)
        else:
            # Without an id it speaks of all of them.
            for row_id in (row.id, _POLL) if row.id else tuple(alarm.statuses):
                if cancel := alarm.statuses.pop(row_id, None):
                    cancel()
            if not alarm.statuses:
                _cancel_all(alarm.holds)
        self._settle(key, alarm, was_on)

    @callback
    def polled(self, rows: list[StatusRow], asked_after: int, *, complete: bool) -> None:
        """Apply a polled answer that was asked for after `asked_after` pushes.

        `complete` False: only active alarms are listed, so that the missing ones are off.
        """
        self._lists_active_only = not complete
        self._polled_keys |= {row.key for row in rows}
        listed: dict[AlarmKey, bool] = {}
        for row in rows:
            key = (row.channel, row.key)
            listed[key] = listed.get(key, False) or row.state
        unlisted = set() if complete else {key for key in self._expected | self.mentioned() if self._is_told(key)}
        for key, state in (dict.fromkeys(unlisted, False) | listed).items():
            alarm = self._alarms.get(key)
            if alarm is not None and alarm.pushed > asked_after:
                continue
            if alarm is not None and key not in listed and self._hass.loop.time() - alarm.pushed_at < POLL_LAG:
                continue
            known = alarm is not None
            alarm = alarm or self._alarms.setdefault(key, _Alarm())
            was_on = alarm.is_on if known else None
            if state:
                self._confirm(key, alarm, _POLL)
            elif alarm.statuses:
                _cancel_all(alarm.statuses)
                _cancel_all(alarm.holds)
            self._settle(key, alarm, was_on)

    def _is_told(self, key: AlarmKey) -> bool:
        """Tell whether polls speak of an alarm at all: not every recorder lists its offline channels there."""
        return key[1] not in CHANNEL_KEYS or key[1] in self._polled_keys

    @callback
    def close(self) -> None:
        """Cancel all timers."""
        for alarm in self._alarms.values():
            _cancel_all(alarm.statuses)
            _cancel_all(alarm.holds)

    def _touch(self, key: AlarmKey) -> tuple[_Alarm, bool | None]:
        """Return an alarm that a push speaks about, and what it was before (None: never heard of)."""
        was_on = self.is_on(key)
        alarm = self._alarms.setdefault(key, _Alarm())
        self.pushes += 1
        alarm.pushed = self.pushes
        alarm.pushed_at = self._hass.loop.time()
        return alarm, was_on

    def _confirm(self, key: AlarmKey, alarm: _Alarm, sent_id: str) -> None:
        row_id = sent_id if _has_room(alarm.statuses, sent_id) else _REST
        if cancel := alarm.statuses.pop(row_id, None):
            cancel()
        alarm.statuses[row_id] = self._later(STATUS_LIMIT, key, alarm.statuses, row_id)

    def _later[Id](self, delay: float, key: AlarmKey, timers: dict[Id, CALLBACK_TYPE], timer_id: Id) -> CALLBACK_TYPE:
        @callback
        def _expire(_now: datetime) -> None:
            timers.pop(timer_id, None)
            self._settle(key, self._alarms[key], was_on=True)

        return async_call_later(self._hass, delay, _expire)

    def _settle(self, key: AlarmKey, alarm: _Alarm, was_on: bool | None) -> None:
        if alarm.is_on is not was_on:
            self._on_change(key)
