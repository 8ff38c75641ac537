"""Draws a code so that people read it and programs that cut pictures into columns do not.

Noise, thin lines and colours cost people more than programs. What helps is layout: neighbours stand at different
heights and their columns overlap, so there is no left-to-right order of columns to cut along; and large patches
invert ink and paper, so no threshold separates the two. Everything is drawn in one channel by difference (an XOR
with soft edges), warped once, and painted in two colours far apart in lightness, so nothing depends on hue.

Looks come from the system's entropy, so nobody can draw every candidate again and compare.
"""

import colorsys
import io
import math
import secrets
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from engagement_widgets.captcha.faces import CAP, TILE, load_faces
from engagement_widgets.captcha.levels import STYLES
from engagement_widgets.settings import CaptchaLevel

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

SIZE = (220, 84)
CONTRAST = 5.0
"""Least contrast of the two colours, by the formula of WCAG 2.2."""

_Point: TypeAlias = tuple[float, float]
_Columns: TypeAlias = tuple[float, float]  # the first, and the one after the last
_Colour: TypeAlias = tuple[float, float, float]

_EDGE = 8  # drawn beyond the picture's edge, so that the warp has something to pull in
_WIDTH, _HEIGHT = SIZE[0] + 2 * _EDGE, SIZE[1] + 2 * _EDGE
_CAP = 39  # height of a capital in the picture, before its own scale
_HEIGHTS = (29.0, 50.0, 71.0)
_SHADES = 4
_BITS = 2  # of a pixel: as many as the shades need
_RLE = 3  # zlib's Z_RLE: as small as level 9 for such pictures, and fifteen times as fast

_random = secrets.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A code as it was drawn.

    Attributes:
        png: the picture.
        overlaps: places of symbols that share columns of pixels with their right neighbour, so that a reader who
            goes by columns may put the two in the other order.
    """

    png: bytes = field(repr=False)
    overlaps: tuple[int, ...]


def draw(code: str, level: CaptchaLevel = CaptchaLevel.NORMAL, fonts: Path | None = None) -> Picture:
    """Draw this code once: a PNG of `SIZE` with four shades, about 2 ms and 1.6 kB. Call it in a worker thread.

    Args:
        code: what to draw.
        level: how hard.
        fonts: a site's own, beside ours.
    """
    from PIL import Image

    style = STYLES[level]
    canvas = Image.new("L", (_WIDTH, _HEIGHT))
    faces = _random.sample(load_faces(fonts), k=len(code))
    columns = [
        _stamp(canvas, masks[symbol], centre, style.turn)
        for symbol, masks, centre in zip(code, faces, _centres(len(code), style.pitch), strict=True)
    ]
    swings = (_random.uniform(*style.swing), _random.uniform(*style.swing))
    png = _png(_warped(_patched(canvas, style.patches), swings))
    return Picture(png=png, overlaps=_overlaps(columns, 2 * swings[0]))


def _overlaps(columns: list[_Columns], bend: float) -> tuple[int, ...]:
    """Where neighbours share columns whatever the bend does, which moves one of two by so many pixels at most."""
    return tuple(at for at, (left, right) in enumerate(pairwise(columns)) if left[1] - right[0] > bend)


def _centres(count: int, pitch: tuple[float, float]) -> list[_Point]:
    """Places for the symbols: in reading order from left to right, never twice running at one height.

    They stand closer than the picture is wide, and somewhere in it, so that no column belongs to a place in the code.
    """
    step = _random.uniform(*pitch)
    start = _EDGE + 26.0 + _random.uniform(0, SIZE[0] - 52 - step * (count - 1))
    places: list[_Point] = []
    last = 0.0
    for index in range(count):
        last = _random.choice([height for height in _HEIGHTS if height != last])
        places.append((start + step * index + _random.uniform(-2, 2), last + _random.uniform(-2, 2)))
    return places


def _stamp(canvas: "Image.Image", mask: "Image.Image", centre: _Point, turn: float) -> _Columns:
    """Turn, scale and shear one symbol and lay it on the canvas by difference; say which columns it takes."""
    from PIL import Image, ImageChops

    angle = math.radians(_random.uniform(-turn, turn))
    scale = CAP / (_CAP * _random.uniform(0.85, 1.15))
    shear = _random.uniform(-0.18, 0.18)
    a, d = math.cos(angle) * scale, -math.sin(angle) * scale
    b, e = shear * a - d, shear * d + a
    left, top = round(centre[0]) - TILE // 2, round(centre[1]) - TILE // 2
    x, y, middle = centre[0] - left, centre[1] - top, TILE / 2
    turned = mask.transform(
        (TILE, TILE),
        Image.Transform.AFFINE,
        (a, b, middle - a * x - b * y, d, e, middle - d * x - e * y),
        Image.Resampling.BILINEAR,
    )
    box = (left, top, left + TILE, top + TILE)
    canvas.paste(ImageChops.difference(canvas.crop(box), turned), box[:2])
    first, _, end, _ = turned.getbbox() or (x, y, x, y)
    return left + first, left + end


def _patched(canvas: "Image.Image", number: tuple[int, int]) -> "Image.Image":
    """Swap ink and paper inside so many large shapes, and half of the time everywhere."""
    from PIL import Image, ImageChops, ImageDraw

    twice = (2 * _WIDTH, 2 * _HEIGHT)  # drawn at twice the size: Pillow's shapes have hard edges
    patches = Image.new("L", twice, _random.choice((0, 255)))
    for shape in _random.sample((_ellipse, _ellipse, _stripe, _wave), k=_random.randint(*number)):
        patch = Image.new("L", twice)
        shape(ImageDraw.Draw(patch))
        patches = ImageChops.difference(patches, patch)
    return ImageChops.difference(canvas, patches.reduce(2))


def _ellipse(pen: "ImageDraw.ImageDraw") -> None:
    x, y = _random.uniform(60, 412), _random.uniform(40, 160)
    wide, high = _random.uniform(60, 130), _random.uniform(44, 80)
    pen.ellipse((x - wide, y - high, x + wide, y + high), fill=255)


def _stripe(pen: "ImageDraw.ImageDraw") -> None:
    x, wide, lean = _random.uniform(0, 400), _random.uniform(60, 130), _random.uniform(-90, 90)
    pen.polygon([(x, 0), (x + wide, 0), (x + wide + lean, 2 * _HEIGHT), (x + lean, 2 * _HEIGHT)], fill=255)


def _wave(pen: "ImageDraw.ImageDraw") -> None:
    level, swing = _random.uniform(70, 130), _random.uniform(16, 36)
    length, phase = _random.uniform(200, 400), _random.uniform(0, math.tau)
    edge = [(x, level + swing * math.sin(math.tau * x / length + phase)) for x in range(0, 2 * _WIDTH + 8, 8)]
    pen.polygon([(0, 0), *edge, (2 * _WIDTH, 0)], fill=255)


def _warped(canvas: "Image.Image", swings: _Point) -> "Image.Image":
    """Bend the whole picture once, by a mesh of cells whose corners follow two slow waves."""
    from PIL import Image

    lengths = [_random.uniform(60, 110) for _ in range(2)]
    phases = [_random.uniform(0, math.tau) for _ in range(2)]

    def bent(x: int, y: int) -> _Point:
        return (
            _EDGE + x + swings[0] * math.sin(math.tau * y / lengths[0] + phases[0]),
            _EDGE + y + swings[1] * math.sin(math.tau * x / lengths[1] + phases[1]),
        )

    wide, high = SIZE[0] // 10, SIZE[1] // 4
    mesh = [
        ((x, y, x + wide, y + high), tuple(n for corner in _corners(x, y, wide, high) for n in bent(*corner)))
        for x in range(0, SIZE[0], wide)
        for y in range(0, SIZE[1], high)
    ]
    return canvas.transform(SIZE, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


def _corners(x: int, y: int, wide: int, high: int) -> tuple[tuple[int, int], ...]:
    """The corners of a cell in Pillow's order: north-west, south-west, south-east, north-east."""
    return (x, y), (x, y + high), (x + wide, y + high), (x + wide, y)


def _png(canvas: "Image.Image") -> bytes:
    """Paint the shades between two colours and pack them."""
    from PIL import Image

    dark, light = _colours()
    picture = Image.frombytes("P", SIZE, canvas.point([value * _SHADES // 256 for value in range(256)]).tobytes())
    picture.putpalette(
        [
            round(255 * (start + (end - start) * shade / (_SHADES - 1)))
            for shade in range(_SHADES)
            for start, end in zip(dark, light, strict=True)
        ]
    )
    target = io.BytesIO()
    picture.save(target, "PNG", bits=_BITS, compress_type=_RLE)
    return target.getvalue()


def _colours() -> tuple[_Colour, _Colour]:
    """Two colours of any hue, far enough apart in lightness."""
    while True:
        dark = colorsys.hls_to_rgb(_random.random(), _random.uniform(0.1, 0.3), _random.uniform(0.15, 0.6))
        light = colorsys.hls_to_rgb(_random.random(), _random.uniform(0.78, 0.95), _random.uniform(0.2, 0.7))
        if contrast(dark, light) >= CONTRAST:
            return dark, light


def contrast(dark: _Colour, light: _Colour) -> float:
    """Contrast of two sRGB colours (0–1 a channel) by WCAG 2.2: 1 to 21."""
    return (_luminance(light) + 0.05) / (_luminance(dark) + 0.05)


def _luminance(colour: _Colour) -> float:
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
