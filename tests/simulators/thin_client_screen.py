"""Draw what the monitor of a simulated Thin Client shows."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from .thin_client_state import WallCamera

type Painter = Callable[[WallCamera, datetime, tuple[int, int]], Image.Image]
"""From camera, time and size in pixels to what the camera sees."""
type Size = tuple[int, int]

SCREEN: Size = (1280, 720)
_GAP = 2
_EMPTY = (24, 26, 30)
_WORDS = (196, 204, 212)


def text_screen(*lines: str, size: Size = SCREEN) -> Image.Image:
    """Return a black picture with centred lines of text."""
    image = Image.new("RGB", size)
    draw, height = ImageDraw.Draw(image), max(10, size[1] // 18)
    for index, line in enumerate(lines):
        y = size[1] / 2 + (index - (len(lines) - 1) / 2) * height * 1.6
        draw.text((size[0] / 2, y), line, fill=_WORDS, font=ImageFont.load_default(size=height), anchor="mm")
    return image


def camera_screen(camera: WallCamera | None, moment: datetime, painter: Painter, size: Size = SCREEN) -> Image.Image:
    """Return the picture of a camera, or a note that there is none; a camera that was moved shows where to."""
    if camera is None or not camera.online:
        return text_screen(camera.name if camera else "Unknown camera", "No video", size=size)
    image = painter(camera, moment, size)
    if any(camera.position):
        text = "P {:g}  T {:g}  Z {:g}".format(*camera.position)
        font, edge = ImageFont.load_default(size=max(9, size[1] // 26)), size[1] // 40
        draw = ImageDraw.Draw(image)
        draw.text((size[0] - edge, edge), text, "white", font, "ra", stroke_width=1, stroke_fill="black")
    return image


def grid_screen(
    width: int, height: int, cells: dict[int, WallCamera | None], moment: datetime, painter: Painter
) -> Image.Image:
    """Return a centred grid of 16 by 9 cells counted row by row, dark where the mapping has no entry."""
    wall = Image.new("RGB", SCREEN)
    scale = min(SCREEN[0] / width / 16, SCREEN[1] / height / 9)
    box = (int(16 * scale), int(9 * scale))
    size = (box[0] - _GAP, box[1] - _GAP)
    for index in range(width * height):
        left = (SCREEN[0] - width * box[0] + _GAP) // 2 + index % width * box[0]
        top = (SCREEN[1] - height * box[1] + _GAP) // 2 + index // width * box[1]
        empty = index not in cells
        picture = Image.new("RGB", size, _EMPTY) if empty else camera_screen(cells[index], moment, painter, size)
        wall.paste(picture, (left, top))
    return wall


def jpeg(image: Image.Image) -> bytes:
    """Return the JPEG of an image."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
