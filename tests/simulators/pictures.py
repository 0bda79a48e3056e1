"""Draw believable camera pictures, so that no photograph of a real place or person is ever needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from random import Random
from typing import Literal
import zlib

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

type Rgb = tuple[int, int, int]
type Point = tuple[float, float]
type Subject = Literal["car", "person", "two_wheeler"]

_CANVAS = (1280, 720)
_OVERSAMPLING = 2
_LIGHT_STEP_MINUTES = 10
_SHADOW = (0, 0, 0, 105)
_SKIN = (214, 168, 140)
_CAR_PAINTS: tuple[Rgb, ...] = (
    (168, 34, 38),
    (44, 84, 148),
    (206, 210, 214),
    (70, 76, 84),
    (30, 96, 84),
    (212, 148, 44),
)


@dataclass(frozen=True, slots=True)
class Light:
    """Hold the colours of one hour: sky, factor for every lit surface, and how much the lamps count (0 to 1)."""

    sky_top: Rgb
    sky_low: Rgb
    ambient: tuple[float, float, float]
    lamps: float

    def on(self, colour: Rgb) -> Rgb:
        """Return the colour a surface shows in this light."""
        red, green, blue = (round(part * factor) for part, factor in zip(colour, self.ambient, strict=True))
        return red, green, blue


_NIGHT = Light((10, 15, 36), (34, 42, 74), (0.37, 0.40, 0.52), 1.0)
_INDOORS = Light((90, 96, 104), (120, 126, 132), (1.0, 0.97, 0.92), 0.35)
_HOURS: tuple[tuple[float, Light], ...] = (
    (0.0, _NIGHT),
    (5.0, _NIGHT),
    (6.3, Light((52, 70, 118), (226, 152, 118), (0.62, 0.55, 0.58), 0.6)),
    (7.8, Light((92, 146, 206), (242, 220, 190), (0.94, 0.90, 0.84), 0.0)),
    (12.0, Light((74, 136, 208), (198, 222, 240), (1.0, 1.0, 0.98), 0.0)),
    (17.0, Light((82, 138, 202), (232, 218, 198), (0.98, 0.94, 0.87), 0.0)),
    (19.0, Light((62, 70, 124), (246, 148, 92), (0.70, 0.57, 0.56), 0.5)),
    (20.3, Light((20, 26, 60), (96, 68, 98), (0.40, 0.39, 0.50), 0.9)),
    (21.5, _NIGHT),
    (24.0, _NIGHT),
)


def _mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Return the colour at `share` (0 to 1) on the way from the first to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def light_at(moment: datetime) -> Light:
    """Return the light of the hour of the day, interpolated."""
    hour = (moment.hour * 60 + moment.minute) // _LIGHT_STEP_MINUTES * _LIGHT_STEP_MINUTES / 60
    index = next(index for index, (start, _) in enumerate(_HOURS) if start > hour)
    (start, before), (end, after) = _HOURS[index - 1], _HOURS[index]
    share = (hour - start) / (end - start)
    red, green, blue = (a + (b - a) * share for a, b in zip(before.ambient, after.ambient, strict=True))
    return Light(
        _mix(before.sky_top, after.sky_top, share),
        _mix(before.sky_low, after.sky_low, share),
        (red, green, blue),
        before.lamps + (after.lamps - before.lamps) * share,
    )


class Brush:
    """Draw in canvas units on a larger image; every colour passes through the light."""

    def __init__(self, image: Image.Image, scale: float, light: Light, origin: Point = (0, 0)) -> None:
        """Take the image, its pixels per unit and the unit position of the top left corner's zero."""
        self.image = image
        self.scale = scale
        self.light = light
        self._origin = origin
        self._draw = ImageDraw.Draw(image, "RGBA")

    def _points(self, points: Sequence[Point]) -> list[Point]:
        """Convert units into pixels."""
        left, top = self._origin
        return [((x + left) * self.scale, (y + top) * self.scale) for x, y in points]

    def poly(self, colour: Rgb, *points: Point) -> None:
        """Fill a polygon."""
        self._draw.polygon(self._points(points), fill=self.light.on(colour))

    def rect(
        self, colour: Rgb, x0: float, y0: float, x1: float, y1: float, radius: float = 0, *, shine: float = 0
    ) -> None:
        """Fill a rectangle, with round corners if asked for; `shine` (0 to 1) is how far it ignores the dark."""
        fill = _mix(self.light.on(colour), colour, shine)
        self._draw.rounded_rectangle(self._points([(x0, y0), (x1, y1)]), radius=radius * self.scale, fill=fill)

    def oval(self, colour: Rgb, x0: float, y0: float, x1: float, y1: float) -> None:
        """Fill an ellipse."""
        self._draw.ellipse(self._points([(x0, y0), (x1, y1)]), fill=self.light.on(colour))

    def ring(self, colour: Rgb, x: float, y: float, radius: float, width: float) -> None:
        """Draw a circle line."""
        box = self._points([(x - radius, y - radius), (x + radius, y + radius)])
        self._draw.ellipse(box, outline=self.light.on(colour), width=round(width * self.scale))

    def arc(self, colour: Rgb, box: tuple[float, float, float, float], start: float, end: float) -> None:
        """Fill the segment of an ellipse between two angles in degrees."""
        self._draw.chord(self._points([box[:2], box[2:]]), start, end, fill=self.light.on(colour))

    def line(self, colour: Rgb, width: float, *points: Point) -> None:
        """Draw a line with round joints and ends."""
        pixels, half = self._points(points), width * self.scale / 2
        fill = self.light.on(colour)
        self._draw.line(pixels, fill=fill, width=max(1, round(half * 2)), joint="curve")
        for x, y in (pixels[0], pixels[-1]) if half > 2 else ():
            self._draw.ellipse((x - half, y - half, x + half, y + half), fill=fill)

    def shadow(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Darken an ellipse on the ground."""
        self._draw.ellipse(self._points([(x0, y0), (x1, y1)]), fill=_SHADOW)

    def text(self, colour: Rgb, x: float, y: float, text: str, height: float, *, width: float = 1e9) -> None:
        """Write centred text of a height in units, smaller where it would be wider than `width`."""
        font = _font(max(6, round(height * self.scale)))
        if (length := font.getlength(text)) > width * self.scale:
            font = _font(max(6, int(height * self.scale * width * self.scale / length)))
        self._draw.text(
            self._points([(x, y)])[0], text, fill=self.light.on(colour), font=font, anchor="mm", stroke_width=0.4
        )

    def leaves(self, rng: Random, colour: Rgb, box: tuple[float, float, float, float], count: int, size: float) -> None:
        """Scatter leafy blobs over a box, lighter ones later and higher."""
        x0, y0, x1, y1 = box
        for index in range(count):
            x, y = rng.uniform(x0, x1), rng.uniform(y0, y1)
            shade = 0.62 + 0.5 * index / count - 0.22 * (y - y0) / max(1, y1 - y0)
            radius = size * rng.uniform(0.5, 1.1)
            tone = (round(colour[0] * shade), round(colour[1] * shade), round(colour[2] * shade))
            self.oval(tone, x - radius, y - radius * 0.8, x + radius, y + radius * 0.8)

    def tree(self, rng: Random, x: float, ground: float, height: float) -> None:
        """Draw a tree standing on a ground line."""
        self.rect((92, 70, 52), x - height * 0.035, ground - height * 0.5, x + height * 0.035, ground)
        crown = height * 0.34
        self.leaves(
            rng, (74, 124, 62), (x - crown, ground - height, x + crown, ground - height * 0.42), 46, crown * 0.42
        )


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's built-in font."""
    return ImageFont.load_default(size=size)


def _gradient(size: tuple[int, int], top: Rgb, low: Rgb) -> Image.Image:
    """Return a vertical colour gradient."""
    ramp = Image.linear_gradient("L").resize((1, size[1])).resize(size)
    parts = zip(top, low, strict=True)
    return Image.merge("RGB", [ramp.point([round(a + (b - a) * i / 255) for i in range(256)]) for a, b in parts])


def _glow(image: Image.Image, x: float, y: float, radius: float, colour: Rgb, strength: float) -> None:
    """Add a soft round light to a picture of any size; the place is in canvas units."""
    if strength <= 0.02:
        return
    scale = image.width / _CANVAS[0]
    side = max(2, round(2 * radius * scale))
    ball = (
        Image.radial_gradient("L")
        .resize((side, side))
        .point([round(max(0, 1 - i / 181) ** 2 * 255) for i in range(256)])
    )
    tint = Image.merge("RGB", [ball.point([round(v * part / 255 * strength) for v in range(256)]) for part in colour])
    left, top = round((x - radius) * scale), round((y - radius) * scale)
    box = (max(0, left), max(0, top), min(image.width, left + side), min(image.height, top + side))
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    part = tint.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
    image.paste(ImageChops.screen(image.crop(box), part), box[:2])


def _sky(brush: Brush, rng: Random, horizon: float) -> None:
    """Fill the sky down to the horizon, with clouds by day and stars by night."""
    light, width = brush.light, brush.image.width
    brush.image.paste(_gradient((width, round(horizon * brush.scale)), light.sky_top, light.sky_low))
    draw = ImageDraw.Draw(brush.image, "RGBA")
    for _ in range(5):
        x, y = rng.uniform(0, 1280), rng.uniform(20, horizon * 0.6)
        tone = (*_mix(light.sky_low, (255, 255, 255), 0.45 * (1 - light.lamps)), 60)
        for _ in range(9):
            px, py, radius = x + rng.uniform(-110, 110), y + rng.uniform(-9, 9), rng.uniform(14, 52)
            box = [px - radius * 1.7, py - radius * 0.32, px + radius * 1.7, py + radius * 0.32]
            draw.ellipse([part * brush.scale for part in box], fill=tone)
    for _ in range(90 if light.lamps > 0.85 else 0):
        px, py, tone = rng.uniform(0, 1280), rng.uniform(0, horizon * 0.7), (235, 238, 255, rng.randrange(70, 210))
        draw.ellipse([part * brush.scale for part in (px, py, px + 1.4, py + 1.4)], fill=tone)


def _ground(brush: Brush, top: float, far: Rgb, near: Rgb) -> None:
    """Fill the ground from a line to the lower edge."""
    light, pixels = brush.light, round(top * brush.scale)
    ground = _gradient((brush.image.width, brush.image.height - pixels), light.on(far), light.on(near))
    brush.image.paste(ground, (0, pixels))


def _window(brush: Brush, x: float, y: float, width: float, height: float, *, bright: bool = True) -> None:
    """Draw a window, lit from inside when it is dark."""
    brush.rect((236, 234, 228), x - 5, y - 5, x + width + 5, y + height + 7)
    share = brush.light.lamps if bright else 0
    brush.rect(_mix((96, 122, 142), (255, 212, 138), share), x, y, x + width, y + height, shine=share)
    brush.rect((236, 234, 228), x + width / 2 - 2, y, x + width / 2 + 2, y + height)
    brush.rect((236, 234, 228), x, y + height * 0.4 - 2, x + width, y + height * 0.4 + 2)


def _bricks(brush: Brush, rng: Random, box: tuple[int, int, int, int], colour: Rgb) -> None:
    """Lay a brick wall."""
    x0, y0, x1, y1 = box
    brush.rect(_mix(colour, (210, 204, 196), 0.5), x0, y0, x1, y1)
    for row, y in enumerate(range(y0, y1, 16)):
        for x in range(x0 - 22 * (row % 2), x1, 44):
            tone = _mix(colour, (70, 52, 46), rng.uniform(0, 0.28))
            brush.rect(tone, max(x0, x), y, min(x1, x + 42), min(y1, y + 14))


def _drive(brush: Brush, rng: Random, *, is_open: bool) -> list[Point]:
    """Draw a gravel drive with a gate in a hedge; the gate is open when a vehicle comes."""
    _sky(brush, rng, 300)
    brush.poly(
        (120, 142, 134), (0, 262), (240, 216), (520, 258), (800, 206), (1060, 250), (1280, 222), (1280, 330), (0, 330)
    )
    for trunk in (60, 210, 1010, 1130, 1240):
        brush.tree(rng, trunk, 312, rng.uniform(120, 190))
    brush.rect((226, 214, 194), 560, 222, 720, 306)
    brush.poly((142, 76, 60), (544, 226), (584, 178), (700, 178), (738, 226))
    for left in (584, 664):
        _window(brush, left, 244, 30, 34)
    _ground(brush, 300, (112, 142, 84), (84, 122, 58))
    brush.rect((116, 116, 118), 0, 302, 1280, 336)
    brush.rect((228, 226, 214), 0, 317, 1280, 320)
    brush.poly((196, 184, 160), (452, 336), (828, 336), (1180, 720), (100, 720))
    for _ in range(420):
        y = rng.uniform(340, 718)
        half = 188 + (y - 336) * 0.915
        x = 640 + rng.uniform(-half, half)
        tone = rng.choice(((216, 206, 184), (172, 160, 138), (150, 140, 122)))
        size = 0.6 + (y - 336) / 230
        brush.oval(tone, x - size * 2, y - size * 0.6, x + size * 2, y + size * 0.6)
    for side in (-1, 1):
        brush.poly((158, 148, 128), *((640 + side * x, y) for x, y in ((120, 336), (158, 336), (330, 720), (210, 720))))
        wall = (0, 292, 424, 430) if side < 0 else (856, 292, 1280, 430)
        brush.rect((40, 66, 36), wall[0], wall[1] + 14, wall[2], wall[3])
        brush.leaves(rng, (76, 122, 58), wall, 330, 20)
        inner = 640 + side * 214
        brush.rect((150, 126, 108), inner - 27, 246, inner + 27, 442, 3)
        brush.rect((176, 152, 132), inner - 27, 246, inner - 9, 442, 3)
        brush.rect((206, 198, 184), inner - 34, 234, inner + 34, 252, 3)
        edge = 640.0 + side * 186
        foot, skew, bars = (edge - side * 44, 54, 6) if is_open else (640, 0, 10)
        for index in range(bars):
            share = index / (bars - 1)
            x = edge + (foot - edge) * share
            brush.line((38, 42, 46), 4, (x, 276 + skew * share * 0.3), (x, 426 + skew * share))
        for top, low in ((290, 0.4), (350, 0.7), (414, 1.0)):
            brush.line((30, 34, 38), 6, (edge, top), (foot, top + skew * low))
    return [(426, 228), (854, 228)]


def _door(brush: Brush, rng: Random, *, is_open: bool) -> list[Point]:
    """Draw a front door in a brick wall."""
    _bricks(brush, rng, (0, 0, 1280, 560), (172, 104, 84))
    _ground(brush, 560, (168, 166, 162), (196, 194, 188))
    for x in range(-600, 1900, 160):
        brush.line((142, 140, 136), 2, (640 + (x - 640) * 0.72, 560), (x, 720))
    brush.line((142, 140, 136), 2, (0, 624), (1280, 624))
    brush.rect((238, 236, 230), 470, 84, 810, 566, 4)
    brush.rect((20, 24, 28) if is_open else (34, 78, 84), 496, 172, 784, 560)
    brush.rect((150, 176, 188), 496, 108, 784, 156)
    brush.line((238, 236, 230), 5, (592, 108), (592, 156))
    brush.line((238, 236, 230), 5, (688, 108), (688, 156))
    if not is_open:
        for x0, x1 in ((524, 626), (654, 756)):
            for y0, y1 in ((196, 330), (360, 536)):
                brush.rect((26, 62, 68), x0, y0, x1, y1, 3)
                brush.rect((44, 94, 100), x0 + 8, y0 + 8, x1 - 6, y1 - 6, 3)
        brush.rect((210, 186, 110), 512, 366, 526, 404, 6)
        brush.rect((210, 186, 110), 596, 336, 684, 346, 4)
    brush.rect((182, 180, 176), 430, 560, 850, 592, 3)
    brush.rect((96, 78, 58), 540, 594, 740, 626, 4)
    _window(brush, 120, 170, 220, 250)
    _window(brush, 960, 170, 220, 250)
    for x in (392, 888):
        brush.poly((150, 92, 70), (x - 38, 520), (x + 38, 520), (x + 28, 600), (x - 28, 600))
        brush.leaves(rng, (70, 128, 66), (x - 40, 410, x + 40, 520), 46, 20)
        brush.rect((40, 42, 46), x - 16, 226, x + 16, 282, 6)
        brush.rect((250, 236, 200), x - 10, 238, x + 10, 276, 4, shine=brush.light.lamps)
    return [(392, 258), (888, 258)]


def _yard(brush: Brush, rng: Random, *, is_open: bool) -> list[Point]:
    """Draw a garden with a fence, a shed and a path."""
    _sky(brush, rng, 330)
    for x in (90, 330, 1000, 1230):
        brush.tree(rng, x, 330, rng.uniform(200, 280))
    _ground(brush, 330, (104, 146, 78), (70, 118, 54))
    for index, x in enumerate(range(0, 1280, 32)):
        tone = _mix((172, 130, 92), (132, 98, 70), rng.uniform(0, 1))
        brush.rect(tone, x, 262 + 3 * (index % 2), x + 30, 372, 2)
    brush.rect((120, 88, 62), 0, 288, 1280, 298)
    brush.poly((200, 194, 184), (560, 372), (650, 372), (840, 720), (330, 720))
    for y, half in ((400, 56), (446, 90), (508, 134), (590, 194), (690, 262)):
        brush.line((164, 158, 148), 3, (598 - half * 0.9, y), (598 + half * 1.06, y))
    brush.rect((150, 96, 74), 880, 214, 1150, 434)
    for x in range(880, 1150, 27):
        brush.line((124, 78, 60), 2, (x, 214), (x, 434))
    brush.poly((84, 78, 80), (856, 220), (912, 142), (1118, 142), (1174, 220))
    brush.rect((24, 20, 18) if is_open else (96, 62, 48), 930, 276, 1010, 434)
    _window(brush, 1050, 272, 70, 60)
    brush.leaves(rng, (196, 88, 118), (40, 392, 330, 440), 70, 12)
    brush.leaves(rng, (66, 126, 60), (30, 424, 340, 474), 90, 16)
    return [(970, 256)]


def _parked(brush: Brush, x: float, ground: float, paint: Rgb) -> None:
    """Draw the rear of a parked car."""
    brush.shadow(x - 66, ground - 12, x + 66, ground + 8)
    brush.rect((22, 22, 24), x - 56, ground - 26, x - 36, ground)
    brush.rect((22, 22, 24), x + 36, ground - 26, x + 56, ground)
    brush.poly(paint, (x - 40, ground - 92), (x + 40, ground - 92), (x + 54, ground - 56), (x - 54, ground - 56))
    brush.poly((50, 62, 74), (x - 35, ground - 87), (x + 35, ground - 87), (x + 46, ground - 59), (x - 46, ground - 59))
    brush.rect(paint, x - 60, ground - 60, x + 60, ground - 14, 12)
    brush.rect((150, 30, 28), x - 58, ground - 50, x - 38, ground - 38, 4)
    brush.rect((150, 30, 28), x + 38, ground - 50, x + 58, ground - 38, 4)
    brush.rect((226, 226, 220), x - 20, ground - 38, x + 20, ground - 27, 2)


def _parking(brush: Brush, rng: Random, *, is_open: bool) -> list[Point]:
    """Draw a car park in front of an office building."""
    _sky(brush, rng, 296)
    brush.rect((176, 182, 188), 140, 70, 1140, 300)
    brush.rect((150, 156, 162), 140, 70, 1140, 88)
    for row in range(3):
        for column in range(12):
            _window(brush, 172 + column * 80, 104 + row * 62, 52, 36, bright=rng.random() < 0.35)
    brush.rect((40, 48, 56) if is_open else (92, 110, 122), 600, 236, 680, 300)
    _ground(brush, 296, (104, 106, 110), (74, 76, 80))
    brush.leaves(rng, (74, 118, 60), (0, 276, 1280, 306), 130, 14)
    for x in range(-500, 1900, 190):
        brush.line((232, 232, 226), 3, (640 + (x - 640) * 0.72, 324), (640 + (x - 640) * 0.9, 408))
    for slot in (-3, -2, 1, 3):
        _parked(brush, 640 + (slot + 0.35) * 153, 398, rng.choice(_CAR_PAINTS))
    for side in (-1, 1):
        brush.poly((236, 196, 66), *((640 + side * x, y) for x, y in ((300, 470), (306, 470), (604, 720), (590, 720))))
    for x in (250, 1030):
        brush.line((70, 76, 82), 7, (x, 330), (x, 92), (x + (46 if x < 640 else -46), 84))
        brush.rect((238, 236, 220), x + (26 if x < 640 else -76), 80, x + (76 if x < 640 else -26), 91, 3)
    return [(304, 90), (976, 90)]


def _warehouse(brush: Brush, rng: Random, *, is_open: bool) -> list[Point]:
    """Draw the aisle of a warehouse with racks on both sides."""
    brush.rect((116, 122, 128), 0, 0, 1280, 720)
    _ground(brush, 330, (138, 142, 144), (182, 184, 182))
    brush.poly((84, 90, 98), (0, 0), (1280, 0), (800, 190), (480, 190))
    brush.rect((150, 156, 160), 480, 190, 800, 372)
    brush.rect((214, 230, 240) if is_open else (108, 116, 124), 556, 236, 724, 372)
    for slat in range(250, 372, 18 if not is_open else 400):
        brush.line((88, 96, 104), 2, (556, slat), (724, slat))
    for share in (0.1, 0.3, 0.55, 0.85):
        half, y = 26 + 120 * share, 176 - 150 * share
        brush.rect((255, 255, 246), 640 - half, y - 3 - 7 * share, 640 + half, y + 3 + 7 * share, 3)
    for bay in range(6, -1, -1):
        near, far = 160 + 480 * 0.72**bay, 160 + 480 * 0.72 ** (bay + 1)
        for side in (-1, 1):
            for level in range(3):
                top, low = 1 - level * 0.36, 0.70 - level * 0.36
                tone = rng.choice(((190, 146, 98), (168, 126, 82), (204, 164, 116), (120, 140, 160), (158, 112, 74)))
                brush.poly(tone, *(
                    (640 + side * x, 300 + (x - 160) * (0.78 - height * 1.5) + 60 * (0.7 - height))
                    for x, height in ((near, low * 0.8), (far, low * 0.8), (far, top * 0.76), (near, top * 0.76))
                ))  # fmt: skip
            post = [(640 + side * near, 320 - (near - 160) * 0.6), (640 + side * near, 360 + (near - 160) * 0.78)]
            brush.line((36, 84, 150), 5 + near / 60, *post)
        for side in (-1, 1):
            for height in (0.0, 0.27, 0.55):
                brush.line((222, 110, 40), 6, *(
                    (640 + side * x, 300 + (x - 160) * (0.78 - height * 1.5) + 60 * (0.7 - height)) for x in (near, far)
                ))  # fmt: skip
    for side in (-1, 1):
        brush.poly((238, 200, 60), *((640 + side * x, y) for x, y in ((126, 372), (132, 372), (420, 720), (396, 720))))
    return [(640, 150), (640, 60)]


type Scene = Callable[..., list[Point]]
# Ground point and unit size (pixels per drawn unit) of a vehicle and of somebody on foot.
_SCENES: dict[str, tuple[Scene, tuple[float, float, float], tuple[float, float, float]]] = {
    "drive": (_drive, (640, 604, 2.15), (560, 610, 1.75)),
    "door": (_door, (640, 706, 1.9), (640, 690, 2.35)),
    "yard": (_yard, (600, 640, 1.9), (600, 600, 1.7)),
    "parking": (_parking, (640, 640, 2.1), (560, 610, 1.55)),
    "warehouse": (_warehouse, (640, 640, 1.9), (620, 600, 1.6)),
}
_WORDS = {
    "gate": "drive", "drive": "drive", "entr": "drive", "einfahrt": "drive", "street": "drive", "road": "drive",
    "door": "door", "porch": "door", "haust": "door", "bell": "door",
    "yard": "yard", "garden": "yard", "garten": "yard", "terrace": "yard", "pool": "yard",
    "park": "parking", "lot": "parking", "garage": "parking",
    "warehouse": "warehouse", "lager": "warehouse", "hall": "warehouse", "dock": "warehouse", "stor": "warehouse",
}  # fmt: skip


def _scene_of(title: str) -> str:
    """Return the name of the scene a title stands for."""
    lowered = title.lower()
    anything = list(_SCENES)[zlib.crc32(title.encode()) % len(_SCENES)]
    return next((scene for word, scene in _WORDS.items() if word in lowered), anything)


@lru_cache
def _veil(size: tuple[int, int]) -> Image.Image:
    """Return the grain and the darker corners every lens and sensor leave."""
    grain = Image.frombytes("L", (320, 180), Random(1).randbytes(320 * 180)).point([243 + i // 21 for i in range(256)])
    edge = Image.radial_gradient("L").point([255 - max(0, i - 120) // 2 for i in range(256)])
    veil = ImageChops.multiply(grain.resize(size), edge.resize(size))
    return Image.merge("RGB", (veil, veil, veil))


@lru_cache(maxsize=48)
def _background(title: str, light: Light, size: tuple[int, int], is_open: bool) -> Image.Image:
    """Draw the scene a title stands for; equal arguments give the very same picture."""
    name = _scene_of(title)
    large = Image.new("RGB", (size[0] * _OVERSAMPLING, size[1] * _OVERSAMPLING))
    brush = Brush(large, large.width / _CANVAS[0], light)
    lamps = _SCENES[name][0](brush, Random(zlib.crc32(title.encode())), is_open=is_open)
    image = large.reduce(_OVERSAMPLING)
    for x, y in lamps:
        _glow(image, x, y, 70, (255, 236, 190), brush.light.lamps)
        _glow(image, x, y + 120, 430, (200, 150, 84), brush.light.lamps * 0.8)
    return ImageChops.multiply(image, _veil(size))


def _plate(brush: Brush, number: str, x: float, y: float, width: float, height: float) -> None:
    """Draw a licence plate around a centre."""
    left, top = x - width / 2, y - height / 2
    brush.rect(
        (24, 26, 30), left - width * 0.02, top - width * 0.02, left + width * 1.02, top + height + width * 0.02, 3
    )
    brush.rect((248, 248, 242), left, top, left + width, top + height, height * 0.1, shine=brush.light.lamps * 0.8)
    brush.rect((34, 74, 148), left, top, left + width * 0.1, top + height, height * 0.1)
    brush.rect((34, 74, 148), left + width * 0.05, top, left + width * 0.1, top + height)
    brush.text((20, 24, 40), x + width * 0.05, y, number, height * 0.82, width=width * 0.83)


def _car(brush: Brush, plate: str | None, paint: Rgb) -> None:
    """Draw a car from the front, 200 units wide, standing on the origin."""
    dark, bright = _mix(paint, (0, 0, 0), 0.42), _mix(paint, (255, 255, 255), 0.22)
    brush.shadow(-116, -16, 116, 10)
    for side in (-1, 1):
        brush.rect((20, 20, 22), side * 77 - 17, -44, side * 77 + 17, 1, 8)
        brush.oval(dark, side * 91 - 11, -109, side * 91 + 11, -91)
    brush.poly(dark, (-60, -153), (60, -153), (86, -90), (-86, -90))
    brush.rect(paint, -62, -158, 62, -142, 9)
    brush.poly((44, 58, 70), (-55, -146), (55, -146), (75, -95), (-75, -95))
    for x in (-32, 32):
        brush.rect((28, 34, 40), x - 15, -122, x + 15, -95, 6)
        brush.oval((30, 36, 42), x - 9, -134, x + 9, -114)
    brush.poly((106, 126, 140), (-46, -146), (-22, -146), (-44, -95), (-68, -95))
    brush.rect(paint, -101, -88, 101, -18, 20)
    brush.poly(bright, (-84, -94), (84, -94), (97, -72), (-97, -72))
    brush.poly(paint, (-60, -92), (60, -92), (74, -70), (-74, -70))
    brush.rect((26, 28, 32), -50, -69, 50, -53, 6)
    for y in (-65, -61, -57):
        brush.line((92, 96, 100), 0.8, (-46, y), (46, y))
    brush.oval((206, 210, 214), -6, -67, 6, -55)
    for side in (-1, 1):
        brush.poly((236, 242, 246), *((side * x, y) for x, y in ((97, -72), (58, -66), (61, -54), (95, -56))))
        brush.oval((255, 255, 250), side * 80 - 7, -69, side * 80 + 7, -56)
        brush.oval((214, 218, 216), side * 82 - 6, -33, side * 82 + 6, -23)
    brush.rect(dark, -99, -24, 99, -12, 6)
    brush.rect((34, 36, 40), -58, -27, 58, -15, 5)
    if plate is not None:
        _plate(brush, plate, 0, -41, 74, 19)


def _person(brush: Brush) -> None:
    """Draw somebody standing, 184 units high, on the origin."""
    brush.shadow(-44, -8, 44, 8)
    for side in (-1, 1):
        brush.poly((48, 58, 84), (side * 2, -88), (side * 25, -88), (side * 23, -8), (side * 6, -8))
        brush.rect((54, 40, 34), side * 15 - 12, -12, side * 15 + 12, 2, 5)
        brush.line((150, 56, 48), 15, (side * 27, -140), (side * 37, -108), (side * 33, -80))
        brush.oval(_SKIN, side * 33 - 7, -80, side * 33 + 7, -64)
    brush.rect((188, 72, 60), -30, -151, 30, -78, 13)
    brush.rect((166, 60, 52), 8, -146, 30, -80, 11)
    brush.line((104, 40, 36), 1.6, (0, -148), (0, -80))
    for side in (-1, 1):
        brush.line((52, 56, 62), 5, (side * 19, -148), (side * 18, -96))
    brush.rect(_mix(_SKIN, (90, 50, 40), 0.25), -8, -160, 8, -146, 4)
    brush.poly((226, 222, 214), (-11, -151), (11, -151), (0, -140))
    _head(brush, 0, -168)


def _head(brush: Brush, x: float, y: float) -> None:
    """Draw a head, 28 by 34 units, around a centre."""
    shade = _mix(_SKIN, (110, 60, 48), 0.35)
    for side in (-1, 1):
        brush.oval(shade, x + side * 14 - 3, y - 4, x + side * 14 + 3, y + 6)
    brush.oval((64, 44, 34), x - 15.4, y - 19, x + 15.4, y + 10)
    brush.oval(_SKIN, x - 13.4, y - 14, x + 13.4, y + 17)
    brush.arc((72, 50, 38), (x - 14.6, y - 19, x + 14.6, y + 5), 186, 352)
    for side in (-1, 1):
        brush.oval((248, 246, 242), x + side * 5.6 - 2.8, y - 2.4, x + side * 5.6 + 2.8, y + 1.4)
        brush.oval((58, 78, 92), x + side * 5.6 - 1.5, y - 2.2, x + side * 5.6 + 1.5, y + 1.2)
        brush.line((70, 48, 38), 1.1, (x + side * 2.8, y - 5.6), (x + side * 8.4, y - 5.0))
    brush.line(shade, 1.1, (x + 0.4, y - 0.6), (x + 1.8, y + 5), (x - 0.8, y + 5.4))
    brush.line((164, 88, 80), 1.5, (x - 5, y + 8.6), (x - 2, y + 10.4), (x + 2, y + 10.4), (x + 5, y + 8.6))


def _two_wheeler(brush: Brush) -> None:
    """Draw somebody on a bicycle from the side, 176 units high, on the origin."""
    brush.shadow(-100, -6, 100, 8)
    for x in (-56, 56):
        brush.ring((26, 28, 30), x, -36, 36, 4.5)
        brush.ring((150, 154, 158), x, -36, 31.5, 1)
        for dx, dy in ((0, 31), (27, 15.5), (27, -15.5)):
            brush.line((140, 144, 148), 0.7, (x - dx, -36 - dy), (x + dx, -36 + dy))
    brush.line((38, 44, 66), 13, (-22, -96), (16, -70), (2, -26))
    frame = (30, 116, 140)
    brush.line(frame, 5, (-56, -36), (-6, -36), (-24, -88), (-56, -36))
    brush.line(frame, 5, (-6, -36), (38, -88), (-22, -82))
    brush.line(frame, 5, (56, -36), (36, -98))
    brush.line((36, 38, 42), 5, (34, -99), (46, -104))
    brush.rect((36, 38, 42), -38, -95, -12, -88, 3)
    brush.oval((52, 54, 58), -14, -44, 2, -28)
    brush.line((52, 62, 90), 14, (-22, -98), (20, -80), (-8, -22))
    brush.rect((48, 40, 36), -14, -22, 10, -13, 4)
    brush.line((222, 176, 46), 27, (-18, -104), (4, -138))
    brush.line((196, 150, 34), 10, (6, -138), (22, -112), (42, -106))
    brush.oval(_SKIN, 37, -112, 49, -101)
    brush.oval(_SKIN, 6, -170, 32, -142)
    brush.arc((228, 232, 234), (2, -178, 34, -146), 172, 358)
    brush.line((60, 62, 66), 1.5, (12, -162), (16, -144))


@lru_cache(maxsize=32)
def _sprite(subject: Subject, plate: str | None, light: Light, scale: float) -> Image.Image:
    """Draw a subject on a transparent ground, its foot in the middle of the lower edge less 14 units."""
    scale *= _OVERSAMPLING
    large = Image.new("RGBA", (round(240 * scale), round(204 * scale)))
    brush = Brush(large, scale, light, (120, 190))
    match subject:
        case "car":
            _car(brush, plate, _CAR_PAINTS[zlib.crc32((plate or "").encode()) % len(_CAR_PAINTS)])
        case "person":
            _person(brush)
        case "two_wheeler":
            _two_wheeler(brush)
    return large.reduce(_OVERSAMPLING)


def _write_osd(image: Image.Image, title: str, moment: datetime) -> None:
    """Write time and title over the picture, as cameras do."""
    draw, unit = ImageDraw.Draw(image), image.height / 720
    font = _font(max(9, round(27 * unit)))
    for text, y, anchor in ((f"{moment:%Y-%m-%d %H:%M:%S}", 18 * unit, "la"), (title, image.height - 18 * unit, "ld")):
        draw.text(
            (22 * unit, y), text, fill="white", font=font, anchor=anchor,
            stroke_width=max(1, round(2 * unit)), stroke_fill="black",
        )  # fmt: skip


def paint_scene(
    *,
    title: str,
    moment: datetime,
    plate: str | None = None,
    subject: Subject | None = None,
    size: tuple[int, int] = _CANVAS,
    is_open: bool | None = None,
    part: tuple[float, float, float, float] | None = None,
) -> Image.Image:
    """Draw a camera picture as an RGB image; the arguments are those of `draw_scene`.

    `part` is what the camera sees of the scene: left, top, right and lower edge in shares of it.
    """
    subject = subject or ("car" if plate else None)
    scene = _scene_of(title)
    light = _INDOORS if scene == "warehouse" else light_at(moment)
    is_vehicle = subject in {"car", "two_wheeler"}
    image = _background(title, light, size, is_vehicle if is_open is None else is_open).copy()
    if subject:
        _, in_car, on_foot = _SCENES[scene]
        x, y, unit = in_car if subject == "car" else on_foot
        scale = size[0] / _CANVAS[0]
        sprite = _sprite(subject, plate, light, unit * scale)
        image.paste(sprite, (round((x - 120 * unit) * scale), round((y - 190 * unit) * scale)), sprite)
        for side in (-1, 1) if subject == "car" else ():
            _glow(image, x + side * 79 * unit, y - 62 * unit, 46 * unit, (255, 246, 214), light.lamps)
    if part is not None:
        left, top, right, low = part
        box = (left * size[0], top * size[1], right * size[0], low * size[1])
        image = image.resize(size, Image.Resampling.BILINEAR, box)
    _write_osd(image, title, moment)
    return image


def _jpeg(image: Image.Image, quality: int) -> bytes:
    """Return the JPEG of an image."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def draw_scene(
    *,
    title: str,
    moment: datetime,
    plate: str | None = None,
    subject: Subject | None = None,
    size: tuple[int, int] = _CANVAS,
    quality: int = 85,
    is_open: bool | None = None,
    part: tuple[float, float, float, float] | None = None,
) -> bytes:
    """Draw a camera picture as JPEG.

    The title chooses the scene (drive, door, yard, parking or warehouse), the hour of `moment` the light.
    A plate without a subject means a car. `size` is width and height in pixels, 16:9 looks best.
    A gate or door is open as `is_open` says, by default for every vehicle.
    """
    image = paint_scene(title=title, moment=moment, plate=plate, subject=subject, size=size, is_open=is_open, part=part)
    return _jpeg(image, quality)


def _crop(size: tuple[int, int], width: float, foot: float, light: Light) -> Brush:
    """Return a brush over a blurred garden, `width` units wide, its zero in the middle at `foot` units."""
    backdrop = _background("yard", light, (640, 360), is_open=False).crop((170, 60, 470, 360))
    large = backdrop.filter(ImageFilter.GaussianBlur(5)).resize((size[0] * 2, size[1] * 2))
    return Brush(large, large.width / width, light, (width / 2, foot))


_NOON = _HOURS[4][1]


def draw_plate(number: str, size: tuple[int, int] = (176, 100), quality: int = 88) -> bytes:
    """Draw the crop of a licence plate as JPEG."""
    large = _gradient((size[0] * 2, size[1] * 2), (128, 36, 40), (74, 22, 26))
    brush = Brush(large, large.width / 176, _NOON)
    middle = 50 * (size[1] / size[0]) / (100 / 176)
    brush.rect((44, 16, 20), -4, middle + 38, 180, middle + 70)
    _plate(brush, number, 88, middle, 152, 46)
    return _jpeg(large.reduce(2), quality)


def draw_person(size: tuple[int, int] = (336, 448), quality: int = 88) -> bytes:
    """Draw the crop of a person as JPEG."""
    brush = _crop(size, 210 * size[0] / size[1], 196, _NOON)
    _person(brush)
    return _jpeg(brush.image.reduce(2), quality)


def draw_face(size: tuple[int, int] = (184, 184), quality: int = 88) -> bytes:
    """Draw the crop of a face as JPEG."""
    brush = _crop(size, 50, 192, _NOON)
    _person(brush)
    return _jpeg(brush.image.reduce(2), quality)
