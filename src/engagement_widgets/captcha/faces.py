"""The faces pictures are drawn with: ours, and those a site adds."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from engagement_widgets.captcha.codes import ALPHABET
from engagement_widgets.errors import SettingsError

if TYPE_CHECKING:
    from PIL import Image, ImageFont

Face: TypeAlias = Mapping[str, "Image.Image"]
"""Every symbol of the alphabet: white ink, centred on a square tile."""

TILE: Final = 72
CAP: Final = 46
"""Height of a capital in the masks: above what is drawn, so that drawing only ever shrinks."""

_OURS: Final = Path(__file__).parent / "fonts"
_SUFFIXES: Final = frozenset({".ttf", ".otf"})
_LOOK: Final = 100  # the size at which a font is looked at
_NOWHERE: Final = "\U0010ffff"  # a character that no font has, so it shows what the font draws for those it lacks


@cache
def load_faces(folder: Path | None = None) -> tuple[Face, ...]:
    """Our faces and those of every .ttf and .otf in this folder, drawn once a process.

    Raises:
        SettingsError: naming every file that cannot be used, or the folder where it has none.
    """
    ours = tuple(_face(path) for path in _fonts(_OURS))
    if folder is None:
        return ours
    added, problems = [], []
    try:
        paths = _fonts(folder)
    except OSError as error:
        raise SettingsError([f"ENGAGEMENT_CAPTCHA_FONTS: {folder}: {error.strerror}"]) from None
    for path in paths:
        try:
            added.append(_face(path))
        except (OSError, ValueError) as error:
            problems.append(f"ENGAGEMENT_CAPTCHA_FONTS: {path}: {error}")
    if problems or not paths:
        raise SettingsError(problems or [f"ENGAGEMENT_CAPTCHA_FONTS: {folder}: no .ttf or .otf file"])
    return (*ours, *added)


def _fonts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)


def _face(path: Path) -> Face:
    from PIL import ImageFont

    look = ImageFont.truetype(path, _LOOK)
    lacking = "".join(symbol for symbol in ALPHABET if not _has(look, symbol))
    if lacking:
        raise ValueError(f"lacks {' '.join(lacking)}")
    _, top, _, bottom = look.getbbox("H")
    font = ImageFont.truetype(path, round(_LOOK * CAP / (bottom - top)))
    return {symbol: _mask(font, symbol) for symbol in ALPHABET}


def _has(font: "ImageFont.FreeTypeFont", symbol: str) -> bool:
    drawn = font.getmask(symbol)
    return drawn.getbbox() is not None and bytes(drawn) != bytes(font.getmask(_NOWHERE))


def _mask(font: "ImageFont.FreeTypeFont", symbol: str) -> "Image.Image":
    from PIL import Image, ImageDraw

    left, top, right, bottom = font.getbbox(symbol)
    if max(right - left, bottom - top) > TILE:
        raise ValueError(f"{symbol} is too wide or too high beside its H")
    tile = Image.new("L", (TILE, TILE))
    ImageDraw.Draw(tile).text(((TILE - left - right) / 2, (TILE - top - bottom) / 2), symbol, font=font, fill=255)
    return tile
