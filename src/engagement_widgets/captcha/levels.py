"""How hard a picture is made, and what each level changes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engagement_widgets.settings import CaptchaLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The figures of one level.

    Attributes:
        length: symbols of a code.
        pitch: least and most pixels from one symbol to the next, before a little jitter.
        turn: degrees by which a symbol leans at most.
        patches: fewest and most shapes that invert ink and paper.
        swing: least and most pixels by which the whole is bent.
    """

    length: int
    pitch: tuple[float, float]
    turn: float
    patches: tuple[int, int]
    swing: tuple[float, float]


STYLES: Final[Mapping[CaptchaLevel, Style]] = MappingProxyType(
    {
        CaptchaLevel.EASY: Style(length=5, pitch=(26, 29), turn=10, patches=(1, 2), swing=(1.0, 2.5)),
        CaptchaLevel.NORMAL: Style(length=6, pitch=(22, 25), turn=18, patches=(2, 3), swing=(1.5, 3.5)),
        CaptchaLevel.HARD: Style(length=7, pitch=(22, 24), turn=22, patches=(3, 4), swing=(2.5, 4.0)),
    }
)

_ORDER: Final = tuple(CaptchaLevel)


def raised(level: CaptchaLevel, steps: int) -> CaptchaLevel:
    """The level so many steps higher, at most the highest."""
    return _ORDER[min(_ORDER.index(level) + steps, len(_ORDER) - 1)]
