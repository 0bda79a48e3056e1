"""What a simulated device is set to; tests and the demo change it while the device runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TypedDict
from zoneinfo import ZoneInfo


class Auth(StrEnum):
    """The login a device asks for; it refuses the other one."""

    BASIC = "basic"
    DIGEST = "digest"


class Shape(StrEnum):
    """Which of the two answers a device gives where papers and field differ."""

    DOCUMENTED = "documented"
    FIELD = "field"


class Settings(TypedDict, total=False):
    """The arguments that every simulator takes."""

    name: str | None
    mac: str | None
    serial: str | None
    username: str
    password: str
    auth: Auth
    shape: Shape


class ErrorStyle(StrEnum):
    """How a device tells that a command failed."""

    BODY = "body"
    """HTTP 400 with the failed document."""
    OK = "ok"
    """HTTP 200 with the failed document."""
    EMPTY = "empty"
    """HTTP 400 without a body for an invalid request (code 1), else as BODY."""


@dataclass(slots=True, kw_only=True)
class SimChannel:
    """A video channel; `status` is online, offline, videoOn or videoLoss."""

    id: int
    name: str
    status: str = "online"


@dataclass(slots=True, kw_only=True)
class SimDisk:
    """A disk or card; sizes in MB, `status` in the device's words, such as read/write."""

    id: str = "disk1"
    total: int = 121_942
    free: int = 30_208
    status: str = "read/write"
    storage_type: str = "SD"


@dataclass(slots=True, kw_only=True)
class SimInput:
    """An alarm input; `kind` is local, virtual or remote."""

    id: int
    kind: str = "local"
    name: str = "Sensor"


@dataclass(slots=True, kw_only=True)
class SimStream:
    """A stream of each channel; `name` is a camera's RTSP path and a recorder's streamType."""

    name: str
    size: str = "1920x1080"
    frame_rate: int = 25
    bit_rate: int = 4096
    encoding: str = "h264"


@dataclass(slots=True, kw_only=True)
class Clock:
    """The device's clock: true time plus `offset`, shown in `tz`, which the device calls `zone` (POSIX sign)."""

    zone: str = "EST5EDT"
    tz: tzinfo = field(default_factory=lambda: ZoneInfo("America/New_York"))
    offset: timedelta = timedelta()

    def utc(self) -> datetime:
        """Return what the device takes for the present time."""
        return datetime.now(UTC) + self.offset

    def local(self) -> datetime:
        """Return the device's wall clock."""
        return self.utc().astimezone(self.tz)


@dataclass(slots=True, kw_only=True)
class HttpPostSlot:
    """An address that a camera posts to: 1 to 3 of the new block, 0 is the only one of the old block.

    `authentication` is none or basic; `push_version` is shown and read only while `http_post_extra`.
    """

    id: int
    switch: bool = False
    protocol: str = "http"
    domain: str = ""
    port: int = 80
    path: str = "/"
    heartbeat: bool = True
    interval: int = 30
    data_types: tuple[str, ...] = ("alarmStatus", "smartData", "sourceImage", "targetImage")
    events: tuple[str, ...] = ("ALL",)
    authentication: str = "none"
    username: str = ""
    password: str = ""
    push_version: str = "V1"

    @property
    def url(self) -> str:
        """Return where the slot posts to, as it was written."""
        return f"{self.protocol}://{self.domain}:{self.port}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushFailure:
    """A post that was lost; `slot` is the id of the address, None for `push_url`.

    `reason` is cut, name (it cannot be resolved), certificate, HTTP with a status, or what Python says.
    """

    slot: int | None
    url: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Faults:
    """Misbehaviour on command; `only` limits all but `refuse_connections` to these commands.

    `garbage`, `html` and `status` replace the answer before any login; the others spoil the answer of a correct login.
    """

    switch: Callable[[bool], None] | None = None
    """What the device does when `refuse_connections` changes."""
    delay: float = 0
    cut: bool = False
    garbage: bytes | None = None
    html: bool = False
    status: int | None = None
    error_code: int | None = None
    unauthorized_once: int = 0
    wrong_length: bool = False
    """Announce more than is sent, and close."""
    short_length: bool = False
    """Announce less than is sent, and stay."""
    stall: bool = False
    """Send half of the body and nothing more, without closing."""
    drop: bool = False
    """Close the connection instead of answering."""
    only: set[str] | None = None
    _refusing: bool = False

    @property
    def refuse_connections(self) -> bool:
        """Tell whether the device does not listen; its port stays its own."""
        return self._refusing

    @refuse_connections.setter
    def refuse_connections(self, refuse: bool) -> None:
        """Stop listening and cut what is open, or listen again."""
        self._refusing = refuse
        if self.switch:
            self.switch(refuse)

    def concern(self, command: str) -> bool:
        """Tell whether a command is to be spoilt."""
        return self.only is None or command in self.only


class XmlTrick(StrEnum):
    """What is wrong with a document that is meant to hurt its reader."""

    DOCTYPE = "doctype"
    """An entity that stands for a file of the reader's machine."""
    BOMB = "bomb"
    """Entities that grow to a thousand million times their size."""
    DEEP = "deep"
    """Thousands of elements inside each other."""


@dataclass(slots=True, kw_only=True)
class SearchFaults:
    """Misbehaviour in answers to searches; whatever is set applies to both protocols."""

    garbage: bytes | None = None
    """What is sent instead of an answer."""
    cut: int | None = None
    """How many bytes of the answer are sent."""
    every_length: bool = False
    """Send the answer once for each length that is too short, from none at all."""
    size: int | None = None
    """How many bytes a datagram is filled up to, at most 65,507."""
    zero_address: bool = False
    zero_mac: bool = False
    wrong_magic: bool = False
    """Whether the first bytes, in XML the root, are those of something else."""
    trick: XmlTrick | None = None
    copies: int = 1
    flood: int = 0
    """How many devices that are not there answer as well."""
    impostor: tuple[str, str] | None = None
    """MAC and address of one more answer, such as another device's MAC at an address that is not its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it arrived; `scheme` is the lower-case scheme of its Authorization header."""

    command: str
    channel: int | None
    method: str
    authorised: bool
    scheme: str | None
    action: str | None = None
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back for one request; a status of 0 is no answer: the connection is closed."""

    status: int = 200
    body: bytes = b""
    content_type: str = 'application/xml; charset="UTF-8"'
    headers: tuple[tuple[str, str], ...] = ()
    close: bool = False
    delay: float = 0
    cut: bool = False
    """Send half of the body and close."""
    stall: bool = False
    """Send half of the body and wait until the other side has enough of it."""
    missing: int = 0
    """How many bytes more than there are the length claims; below zero, how many it keeps quiet about."""
