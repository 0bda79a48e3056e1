"""Drawn pictures as the posts carry them."""

from datetime import datetime

from .pictures import Subject, draw_face, draw_person, draw_plate, draw_scene
from .posts_base import Picture

_SUBJECTS: dict[str, Subject] = {"person": "person", "face": "person", "car": "car", "motor": "two_wheeler"}


def draw_overview(title: str, moment: datetime, plate: str | None, subject: str | None) -> Picture:
    """Draw a scene of 1280 by 720; the subject is person, face, car or motor."""
    data = draw_scene(
        title=title, moment=moment, plate=plate, subject=_SUBJECTS[subject] if subject else None, size=(1280, 720)
    )
    return Picture(data, 1280, 720)


def draw_crop(plate: str | None, subject: str | None) -> Picture:
    """Draw a plate, a face or a person alone; other subjects are shown as the person that drives them."""
    if plate is not None:
        return Picture(draw_plate(plate), 176, 100)
    if subject == "face":
        return Picture(draw_face(), 184, 184)
    return Picture(draw_person(), 336, 448)
