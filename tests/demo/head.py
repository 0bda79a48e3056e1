"""A moving camera's head: where it looks, so that its picture moves with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

# Shares of the way from one end to the other in a second, for each step of the speed.
_PER_STEP: Final = 0.07
_MOST_ZOOM: Final = 3.0
_LEAST_ZOOM: Final = 1.4

_WAYS: Final[Mapping[str, tuple[int, int, int]]] = {
    "Up": (0, -1, 0), "Down": (0, 1, 0), "Left": (-1, 0, 0), "Right": (1, 0, 0),
    "LeftUp": (-1, -1, 0), "LeftDown": (-1, 1, 0), "RightUp": (1, -1, 0), "RightDown": (1, 1, 0),
    "ZoomIn": (0, 0, 1), "ZoomOut": (0, 0, -1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a head looks: pan, tilt and zoom from 0 to 1."""

    pan: float = 0.5
    tilt: float = 0.5
    zoom: float = 0.0

    @property
    def part(self) -> tuple[float, float, float, float]:
        """Return the part of the scene in view, in shares: left, top, right and lower edge."""
        side = 1 / (_LEAST_ZOOM + (_MOST_ZOOM - _LEAST_ZOOM) * self.zoom)
        left, top = self.pan * (1 - side), self.tilt * (1 - side)
        return left, top, left + side, top + side


class Head:
    """A head that follows the commands of `PtzSimulator.ptz_log`."""

    def __init__(self, presets: Mapping[int, Place], *, now: Callable[[], float] = monotonic) -> None:
        """Stand still at the first of the places, with these known as presets."""
        self._places = dict(presets)
        self._place = next(iter(self._places.values()), Place())
        self._move = (0.0, 0.0, 0.0)
        self._now = now
        self._since = now()

    @property
    def place(self) -> Place:
        """Return where it looks now."""
        seconds = self._now() - self._since
        at = (self._place.pan, self._place.tilt, self._place.zoom)
        return Place(*(min(1, max(0, start + way * seconds)) for start, way in zip(at, self._move, strict=True)))

    def hear(self, action: str, value: int | None) -> None:
        """Carry out a command."""
        self._place, self._move, self._since = self.place, (0.0, 0.0, 0.0), self._now()
        match action:
            case "preset":
                self._place = self._places.get(value or 0, self._place)
            case "add_preset" if value is not None:
                self._places[value] = replace(self._place)
            case "delete_preset":
                self._places.pop(value or 0, None)
            case _ if way := _WAYS.get(action):
                pan, tilt, zoom = (direction * _PER_STEP * (value or 1) for direction in way)
                self._move = (pan, tilt, zoom)
