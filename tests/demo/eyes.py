"""What the simulated cameras see, as a picture for any moment and size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PIL import Image

from tests.simulators.pictures import Subject, paint_scene
from tests.simulators.rtsp import Picture

_SUBJECTS: Final[Mapping[str, Subject]] = {"person": "person", "face": "person", "car": "car", "motor": "two_wheeler"}


@dataclass(slots=True)
class View:
    """What stands before a camera now: a number plate, or a person, face, car or motor."""

    plate: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Eye:
    """A camera's name, which chooses the scene, and what stands before it."""

    title: str
    look: Callable[[], View]

    def paint(self, moment: datetime, size: tuple[int, int]) -> Image.Image:
        """Draw what is in view now, with the clock of `moment`; `size` is width and height in pixels."""
        view = self.look()
        subject = _SUBJECTS[view.subject] if view.subject else None
        return paint_scene(title=self.title, moment=moment, plate=view.plate, subject=subject, size=size)

    def picture(self, size: tuple[int, int]) -> Picture:
        """Return a function that draws what is in view at a moment."""
        return lambda moment: self.paint(moment, size)
