"""What the simulated cameras see, as a picture for any moment and size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PIL import Image

from tests.simulators import posts_base
from tests.simulators.pictures import Subject, draw_scene, paint_scene
from tests.simulators.rtsp import Picture

_SUBJECTS: Final[Mapping[str, Subject]] = {"person": "person", "face": "person", "car": "car", "motor": "two_wheeler"}
_OVERVIEW: Final = (1280, 720)


@dataclass(slots=True)
class View:
    """What stands before a camera now: a number plate, or a person, face, car or motor."""

    plate: str | None = None
    subject: str | None = None
    is_open: bool | None = None
    """Whether the gate is open; None for one that opens for everybody."""
    part: tuple[float, float, float, float] | None = None
    """The part of the scene at which a moving camera looks, in shares: left, top, right and lower edge."""


@dataclass(frozen=True, slots=True)
class Eye:
    """A camera's name, which chooses the scene, and what stands before it."""

    title: str
    look: Callable[[], View]

    def paint(self, moment: datetime, size: tuple[int, int]) -> Image.Image:
        """Draw what is in view now, with the clock of `moment`; `size` is width and height in pixels."""
        view = self.look()
        return paint_scene(
            title=self.title,
            moment=moment,
            plate=view.plate,
            subject=_subject(view),
            size=size,
            is_open=view.is_open,
            part=view.part,
        )

    def picture(self, size: tuple[int, int]) -> Picture:
        """Return a function that draws what is in view at a moment."""
        return lambda moment: self.paint(moment, size)


def draw_view(title: str, moment: datetime, view: View) -> posts_base.Picture:
    """Draw a view as posts and snapshots carry it."""
    data = draw_scene(
        title=title,
        moment=moment,
        plate=view.plate,
        subject=_subject(view),
        size=_OVERVIEW,
        is_open=view.is_open,
        part=view.part,
    )
    return posts_base.Picture(data, *_OVERVIEW)


def _subject(view: View) -> Subject | None:
    return _SUBJECTS[view.subject] if view.subject else None
