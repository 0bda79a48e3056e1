"""A pushed message, as typed data."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import html
import re
from typing import override

from .codes import DetectionType, Direction, EventStatus, PlateList, TargetType

type Box = tuple[int, int, int, int]
"""x1, y1, x2, y2 in 0..10000 of the picture's width and height."""

_JPEG = re.compile(rb"\s*/9j/")


class PostKind(StrEnum):
    """What a pushed message is for."""

    KEEPALIVE = "keepalive"
    ALARM_STATUS = "alarm_status"
    DETECTION = "detection"
    TRAJECT = "traject"
    UNKNOWN = "unknown"


class Format(StrEnum):
    """Generation of a message: v2 has a config version 2.x, everything else is v1."""

    V1 = "v1"
    V2 = "v2"


class Picture:
    """A picture as it came: base64 text that nobody has decoded yet."""

    __slots__ = ("_end", "_source", "_start")

    def __init__(self, source: bytes, start: int = 0, end: int | None = None) -> None:
        """Keep a stretch of `source` (not a copy of it)."""
        self._source = source
        self._start = start
        self._end = len(source) if end is None else end

    def __len__(self) -> int:
        """Return the length of the base64 text."""
        return self._end - self._start

    @override
    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        return isinstance(other, Picture) and self.base64() == other.base64()

    @override
    def __hash__(self) -> int:
        """Hash by content."""
        return hash(self.base64())

    @override
    def __repr__(self) -> str:
        """Tell the size only: pictures do not belong in logs."""
        return f"<Picture {len(self)} characters>"

    def base64(self) -> bytes:
        """Return the base64 text."""
        return self._source[self._start : self._end]

    def detached(self) -> Picture:
        """Return the same picture without the rest of the message, unless the picture is most of it."""
        return self if 2 * len(self) >= len(self._source) else Picture(self.base64())

    @property
    def looks_like_jpeg(self) -> bool:
        """Tell by the first bytes, without decoding, whether this can be a JPEG."""
        return _JPEG.match(self._source, self._start, self._end) is not None

    def jpeg(self) -> bytes | None:
        """Decode the picture; None unless it is a JPEG."""
        if not self.looks_like_jpeg:
            return None
        try:
            text = self.base64()
            if b"&" in text:
                # Line breaks can be written as references.
                text = html.unescape(text.decode("latin-1")).encode("latin-1")
            # Some leave the padding out; more than enough does no harm.
            return base64.b64decode(text + b"==")
        except binascii.Error, ValueError:
            return None


@dataclass(frozen=True, slots=True)
class PostDevice:
    """Who a message says it is from. All zeros count as no MAC and no serial."""

    mac: str | None = None
    """Lower case with colons."""
    serial: str | None = None
    ip: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class EventItem:
    """One event of a detection: its id and its phase."""

    id: int | None = None
    status: EventStatus | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A detected object."""

    id: int | None = None
    type: TargetType | None = None
    box: Box | None = None
    """None if absent, all zero, out of range or in pixels."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What the device thinks the vehicle looks like, in its own words."""

    type: str | None = None
    color: str | None = None
    brand: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Plate:
    """A licence plate that was read. `listed` None means unlisted, expired or (on an NVR) a matter of `group`."""

    number: str
    listed: PlateList | None = None
    group: str | None = None
    color: str | None = None
    owner: str | None = None
    direction: Direction | None = None
    confidence: float | None = None
    """Percent."""
    vehicle: Vehicle = field(default_factory=Vehicle)
    box: Box | None = None
    crop: Picture | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """A face that was seen; words as sent."""

    age: str | None = None
    sex: str | None = None
    glasses: str | None = None
    mask: str | None = None
    crop: Picture | None = None


@dataclass(frozen=True, slots=True)
class ByType:
    """A number for each type of target, None where the device tells none."""

    person: int | None = None
    car: int | None = None
    two_wheeler: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals of a counting line, as sent."""

    entered: ByType = field(default_factory=ByType)
    exited: ByType = field(default_factory=ByType)
    inside: ByType = field(default_factory=ByType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One pushed message; what it does not say is None or empty."""

    kind: PostKind
    reason: str | None = None
    """Why the kind is unknown."""
    format: Format | None = None
    device: PostDevice = field(default_factory=PostDevice)
    channel: int | None = None
    detection: DetectionType | None = None
    code: str | None = None
    """`smartType` as sent."""
    status: EventStatus | None = None
    """Phase of the first event item."""
    time: datetime | None = None
    """`currentTime` in UTC; None when missing or unusable."""
    local_time: datetime | None = None
    """`dataTime`, the device's wall clock without a zone; None when unreadable."""
    device_time: str | None = None
    """`currentTime`, else `dataTime`, as sent."""
    event_ids: tuple[int, ...] = ()
    events: tuple[EventItem, ...] = ()
    """Each event with its own phase."""
    targets: tuple[Target, ...] = ()
    plates: tuple[Plate, ...] = ()
    faces: tuple[Face, ...] = ()
    counts: Counts | None = None
    overview: Picture | None = None
    crops: tuple[Picture, ...] = ()
    alarms: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    """Alarm field as sent -> id ("" if none) -> state."""
