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
    """One of the three addresses that a camera posts to."""

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
    """What goes back for one request."""

    status: int = 200
    body: bytes = b""
    content_type: str = 'application/xml; charset="UTF-8"'
    headers: tuple[tuple[str, str], ...] = ()
    close: bool = False
    delay: float = 0
    cut: bool = False
    """Send half of the body and close."""
    missing: int = 0
    """How many bytes more than there are the length claims."""
