"""What a simulated Thin Client is set to, and what it starts with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_OID, uuid5


class Shape(StrEnum):
    """Which part of the maker's document a Thin Client follows where the document contradicts itself."""

    DOCUMENTED = "documented"
    """Its text, its "HTTP Request" sections and its Links."""
    SAMPLES = "samples"
    """Its sample programs and sample replies."""


@dataclass(slots=True, kw_only=True)
class Preset:
    """A position that a camera knows by name."""

    name: str
    x: float = 0
    y: float = 0
    z: float = 0


@dataclass(slots=True, kw_only=True)
class WallCamera:
    """A camera that the Thin Client knows; `streams` are in the words of the wire."""

    id: str
    name: str
    address: str = "192.0.2.40"
    channel: int = 0
    username: str = "viewer"
    password: str = "view-Only-3"
    streams: list[dict[str, Any]] = field(default_factory=list)
    ptz: bool = False
    presets: list[Preset] = field(default_factory=list)
    position: tuple[float, float, float] = (0, 0, 0)
    """Pan, tilt and zoom."""
    online: bool = True
    """Whether it delivers pictures."""


@dataclass(slots=True, kw_only=True)
class WallPanel:
    """A grid; `cameras` maps the index of a cell, counted row by row from 0, to a camera's id."""

    id: str
    name: str
    width: int
    height: int
    cameras: dict[int, str] = field(default_factory=dict)
    first_cell_id: int = 55
    saved: dict[int, str] | None = None
    """What the cells return to, on a device that forgets cells set one by one."""

    def forget_changes(self) -> None:
        """Return to the saved cells, if there are any."""
        if self.saved is not None:
            self.cameras, self.saved = self.saved, None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A Mobile Bridge on the network."""

    name: str
    address: str
    version: str
    farm: str


@dataclass(slots=True)
class Upload:
    """A firmware file as it came in; only its size and its sum are kept."""

    chunked: bool
    size: int = 0
    parts: int = 0
    complete: bool = False
    _sum: Any = field(default_factory=sha256)

    def take(self, data: bytes) -> None:
        """Count a part."""
        self.size += len(data)
        self.parts += 1
        self._sum.update(data)

    @property
    def sha256(self) -> str:
        """Return the sum of what came so far, in hexadecimal digits."""
        return str(self._sum.hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class WallRequest:
    """A request as it arrived; `call` is the name of its route, None where there is none.

    `authorised` tells whether the session token was good; the body of an upload is not kept.
    """

    call: str | None
    method: str
    path: str
    authorised: bool
    content_type: str | None
    body: bytes


@dataclass(slots=True, kw_only=True)
class Faults:
    """Misbehaviour on command; `only` limits all but `refuse_connections` to calls of these names.

    `garbage` and `status` replace the answer, and the call does nothing; `cut`, `drop`, `stall` and the lengths spoil
    the answer of a call that was carried out.
    """

    switch: Callable[[], None] | None = None
    """What the device does when `refuse_connections` changes."""
    delay: float = 0
    cut: bool = False
    drop: bool = False
    """Close the connection instead of answering."""
    stall: bool = False
    """Send half of the body and nothing more, without closing."""
    wrong_length: bool = False
    """Announce more than is sent."""
    short_length: bool = False
    """Announce less than is sent."""
    garbage: bytes | None = None
    status: int | None = None
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
            self.switch()

    def concern(self, call: str | None) -> bool:
        """Tell whether a call is to be spoilt."""
        return self.only is None or call in self.only


def made_id(name: str) -> str:
    """Return a GUID that is always the same for a name."""
    return str(uuid5(NAMESPACE_OID, name))


def stream_of(address: str, *, fps: int = 15) -> dict[str, Any]:
    """Return the main stream of a camera at an address."""
    return {
        "Format": "H264",
        "RecordFps": fps,
        "StreamNumber": 0,
        "Width": 1920,
        "Height": 1080,
        "MediaUri": f"rtsp://{address}/profile1",
        "SnapshotUri": f"http://{address}/GetSnapshot/1",
    }


def camera_at(name: str, address: str, *, ptz: bool = False) -> WallCamera:
    """Return a camera with an id made from its name, with two presets where it can move."""
    presets = [Preset(name="Home", x=50), Preset(name="Position 1", y=50)] if ptz else []
    return WallCamera(
        id=made_id(name), name=name, address=address, streams=[stream_of(address)], ptz=ptz, presets=presets
    )


def own_cameras() -> list[WallCamera]:
    """Return the cameras of a new simulator in direct-connect mode; the third one can move."""
    return [
        camera_at("Gate", "192.0.2.41"),
        camera_at("Front door", "192.0.2.42"),
        camera_at("Yard", "192.0.2.43", ptz=True),
        camera_at("Parking lot", "192.0.2.44"),
        camera_at("Warehouse", "192.0.2.45"),
    ]


def bridge_cameras() -> list[WallCamera]:
    """Return the cameras that a new simulator gets from its Mobile Bridge."""
    return [camera_at("Loading dock", "192.0.2.61"), camera_at("Garage", "192.0.2.62", ptz=True)]


def new_panels() -> list[WallPanel]:
    """Return the panels of a new simulator: 2 by 2, 1 by 1, and 3 by 2 with two empty cells."""
    grids = (
        ("Four view", 2, 2, ("Gate", "Front door", "Yard", "Parking lot")),
        ("Gate only", 1, 1, ("Gate",)),
        ("Wide view", 3, 2, ("Warehouse", "Yard", None, "Parking lot", "Gate", None)),
    )
    return [
        WallPanel(
            id=made_id(f"panel {name}"),
            name=name,
            width=width,
            height=height,
            cameras={index: made_id(camera) for index, camera in enumerate(cameras) if camera},
            first_cell_id=55 + 16 * number,
        )
        for number, (name, width, height, cameras) in enumerate(grids)
    ]


def new_bridges() -> list[Bridge]:
    """Return the Mobile Bridges that a new simulator finds."""
    return [
        Bridge(name="Main office", address="192.0.2.60", version="6.13.1.0", farm="12345"),
        Bridge(name="Warehouse", address="192.0.2.80", version="6.12.4.7", farm="54321"),
    ]
