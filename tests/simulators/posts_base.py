"""What the posts of cameras and recorders are made of."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

type Point = tuple[int, int]
type Rect = tuple[int, int, int, int]
"""x1, y1, x2, y2; 0 to 10000 on both axes unless said otherwise."""

ZONE: tuple[Point, ...] = ((1500, 2000), (1700, 8800), (8100, 8900), (8000, 2100))
LINE: tuple[Point, Point] = ((4800, 900), (5100, 9200))
BOX: Rect = (3100, 2200, 4700, 8400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who posts; `channel` is the camera of a recorder (None leaves it out where the layout allows)."""

    name: str = "Gate camera"
    mac: str = "58:5b:69:0a:11:01"
    serial: str = "I0A11010B2C3"
    address: str = "192.0.2.31"
    channel: int | None = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a post; nothing checks that the bytes are a JPEG."""

    data: bytes
    width: int = 1920
    height: int = 1080

    @property
    def base64(self) -> str:
        """Return the text that stands in the post."""
        return b64encode(self.data).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A person or vehicle in a detection; `kind` is person, car or motor."""

    id: int = 1101
    event_id: int = 1201
    kind: str = "person"
    rect: Rect = BOX
    crop: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A number plate that was read; `box` is 0 to 10000 in camera posts and pixels in posts of a recorder.

    `listed`: list word of a camera (`whiteList` ...) or group name of a recorder; None leaves the element out.
    `colour`, `body`, `brand`, `model`: the vehicle; all None leaves the block out.
    """

    number: str
    listed: str | None = None
    owner: str | None = None
    direction: str | None = "approach"
    confidence: float = 99.0
    id: int = 7
    box: Rect = (3580, 1960, 4410, 2660)
    plate_colour: str = "white"
    colour: str | None = "grey"
    body: str | None = "saloon car"
    brand: str | None = "Examplar"
    model: str | None = "Examplar_One"
    crop: Picture | None = None

    @property
    def has_vehicle(self) -> bool:
        """Tell whether anything is known of the vehicle."""
        return any((self.colour, self.body, self.brand, self.model))


def micros(stamp: datetime) -> int:
    """Return the microseconds since 1970 of an aware time."""
    return (stamp - EPOCH) // timedelta(microseconds=1)
