"""What a Thin Client shows and knows, as typed data."""

from dataclasses import dataclass, field
import re
from typing import Final, Self
from uuid import uuid4

BLANK: Final = "blank"
"""The camera id that empties a cell."""
MAX_SIDE: Final = 4
"""Most cells side by side, and most rows."""
MAX_CELLS: Final = MAX_SIDE * MAX_SIDE

_NUMBER: Final = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """Identity of a Thin Client, from its settings."""

    serial: str
    name: str | None = None
    firmware: str | None = None
    api_version: str | None = None
    mac: str | None = None
    """The serial as a MAC, lower case with colons, if it has the form of one; else None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A camera that the Thin Client knows."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One stream of a camera to be added; the addresses may hold credentials, so they never show."""

    media_uri: str = field(repr=False)
    snapshot_uri: str = field(default="", repr=False)
    format: str = "H264"
    fps: int = 0
    number: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCamera:
    """A camera to be added or written over in direct-connect mode.

    The device stores the password and sends it back in clear text over plain http.
    """

    name: str
    address: str
    streams: tuple[Stream, ...]
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    channel: int = 0
    id: str = field(default_factory=lambda: str(uuid4()))
    """The client makes the id of a new camera."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a panel; `index` counts from 0, row by row."""

    index: int
    camera_id: str | None = None
    camera_name: str | None = None
    id: int | None = None
    """The device's own `PanelCellId`; None for a cell it did not list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A stored arrangement of cameras: `width` x `height` cells, row by row, empty ones included."""

    id: str
    name: str
    width: int
    height: int
    active: bool
    """Whether the list marks it as the one on screen (`Default`); other replies lie about it."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A position that a PTZ camera remembers; x, y, z are taken to be pan, tilt, zoom."""

    name: str
    x: float
    y: float
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MobileBridge:
    """A Mobile Bridge that the Thin Client found on its network."""

    name: str | None
    address: str | None
    version: str | None = None
    farm_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareState:
    """How far an update is, in the device's own localised words."""

    text: str | None
    percentage: int | None = None
    """0 to 100, if the words hold exactly two whole numbers, the first not above the second."""

    @classmethod
    def from_text(cls, text: str | None) -> Self:
        """Read "Step 1 Of 10: ..." in any language; versions and clock times are no steps."""
        numbers = [each for each in _NUMBER.findall(text or "") if each.isdecimal()]
        percentage = None
        if len(numbers) == 2 and max(map(len, numbers)) < 10 and 0 <= int(numbers[0]) <= int(numbers[1]) > 0:
            percentage = round(100 * int(numbers[0]) / int(numbers[1]))
        return cls(text=text, percentage=percentage)
