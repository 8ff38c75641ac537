"""Codes in ordinary faces, as anybody can draw them without knowing a captcha: what a reader learns letters from."""

import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image, ImageFont

_FONTS: Final = Path("/usr/share/fonts")
_FACES: Final = ("DejaVu*.ttf", "NotoSans-*.ttf", "NotoSerif-*.ttf", "NotoS*Display-*.ttf")
"""Of Debian's fonts-dejavu-core and fonts-noto-core."""

_SIZE: Final = (220, 84)
_TILE: Final = 80


def draw(code: str, chance: random.Random) -> "tuple[Image.Image, list[float]]":
    """Draw a grey picture in one face and size, dark on light or the reverse, its symbols leaning, with noise.

    Beside it, where the symbols stand, as shares of the width.
    """
    from PIL import Image, ImageOps

    font = _face(chance.choice(_faces()), chance.randrange(26, 50, 4))
    step = min(font.size * chance.uniform(0.65, 0.95), (_SIZE[0] - 40) / (len(code) - 1))
    left, middle = chance.uniform(20, _SIZE[0] - 20 - step * (len(code) - 1)), chance.uniform(30, 54)
    ink = Image.new("L", _SIZE)
    columns = [left + step * at for at in range(len(code))]
    for column, symbol in zip(columns, code, strict=True):
        tile = _leaning(symbol, font, chance.uniform(-20, 20))
        ink.paste(255, (round(column) - _TILE // 2, round(middle + chance.uniform(-12, 12)) - _TILE // 2), tile)
    noisy = Image.blend(ink, Image.frombytes("L", _SIZE, chance.randbytes(_SIZE[0] * _SIZE[1])), chance.uniform(0, 0.3))
    return ImageOps.invert(noisy) if chance.random() < 0.5 else noisy, [column / _SIZE[0] for column in columns]


def _leaning(symbol: str, font: "ImageFont.FreeTypeFont", degrees: float) -> "Image.Image":
    from PIL import Image, ImageDraw

    tile = Image.new("L", (_TILE, _TILE))
    ImageDraw.Draw(tile).text((_TILE / 2, _TILE / 2), symbol, fill=255, font=font, anchor="mm")
    return tile.rotate(degrees, Image.Resampling.BILINEAR)


@cache
def _faces() -> list[Path]:
    return sorted(path for pattern in _FACES for path in _FONTS.rglob(pattern))


@cache
def _face(path: Path, size: int) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont

    return ImageFont.truetype(path, size)
