"""The pictures of the documentation."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import FloatRect, Locator, Page

_WIDEST: Final = 1280
_COLOURS: Final = 256
_ROUNDS: Final = 3
_MARGIN: Final = 12.0
_LARGEST: Final = 200_000


@dataclass(slots=True)
class Album:
    """Keeps pictures, and writes them to a folder in the end; None keeps nothing."""

    folder: Path | None
    pictures: dict[str, Image.Image] = field(default_factory=dict)

    async def take(self, page: Page, name: str, clip: FloatRect | None = None) -> None:
        """Take a picture of a page, or of a part of it, that the documentation knows by this name."""
        if self.folder is not None:
            self.pictures[name] = await _screenshot(page, clip)

    async def glance(self, page: Page, clip: FloatRect) -> Image.Image | None:
        """Return a picture of a part of a page, None if none are wanted."""
        return None if self.folder is None else await _screenshot(page, clip)

    def row(self, name: str, glances: Iterable[Image.Image | None]) -> None:
        """Put pictures side by side and keep them as one."""
        parts = [glance for glance in glances if glance is not None]
        if not parts:
            return
        row = Image.new(
            "RGB", (sum(part.width for part in parts), max(part.height for part in parts)), parts[0].getpixel((0, 0))
        )
        left = 0
        for part in parts:
            row.paste(part, (left, 0))
            left += part.width
        self.pictures[name] = row

    def write(self) -> list[str]:
        """Write all pictures, small; return what was written."""
        told = []
        for name, picture in self.pictures.items() if self.folder else ():
            data = _packed(picture)
            if len(data) > _LARGEST:
                raise ValueError(f"{name}.png would have {len(data)} bytes")
            assert self.folder is not None
            (self.folder / f"{name}.png").write_bytes(data)
            told.append(f"{name}.png, {len(data)} bytes")
        return told


async def around(part: Locator) -> FloatRect | None:
    """Return where a part of the page is, with a margin, as soon as it stands still; None if it is nowhere."""
    await (await part.element_handle()).wait_for_element_state("stable")
    box = await part.bounding_box()
    if box is None:
        return None
    left, top = max(0.0, box["x"] - _MARGIN), max(0.0, box["y"] - _MARGIN)
    return {
        "x": left,
        "y": top,
        "width": box["x"] + box["width"] + _MARGIN - left,
        "height": box["y"] + box["height"] + _MARGIN - top,
    }


async def _screenshot(page: Page, clip: FloatRect | None) -> Image.Image:
    """Return what the page shows."""
    return Image.open(BytesIO(await page.screenshot(clip=clip))).convert("RGB")


def _packed(picture: Image.Image) -> bytes:
    """Return a picture as a small PNG, no wider than the documentation shows it."""
    if picture.width > _WIDEST:
        picture = picture.resize((_WIDEST, round(picture.height * _WIDEST / picture.width)), Image.Resampling.LANCZOS)
    packed = BytesIO()
    # With the rounds that give rare colours, such as those of small signs, a place of their own.
    picture.quantize(_COLOURS, kmeans=_ROUNDS).save(packed, "PNG", optimize=True)
    return packed.getvalue()
