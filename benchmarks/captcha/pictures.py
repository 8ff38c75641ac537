"""Fresh pictures with what counts as their code: ours at each level, and those of another library."""

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from engagement_widgets.captcha.codes import fold, new_code, swapped
from engagement_widgets.captcha.levels import STYLES
from engagement_widgets.captcha.picture import draw
from engagement_widgets.settings import CaptchaLevel

Source = Callable[[], "Sample"]
_LEPTURE_SYMBOLS: Final = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One picture.

    Attributes:
        png: as a client gets it.
        code: what is drawn.
        accepted: every folded text that passes.
        fold: what the library makes of typed text before it compares.
    """

    png: bytes
    code: str
    accepted: frozenset[str]
    fold: Callable[[str], str]

    def passes(self, text: str) -> bool:
        """True when this text would be taken."""
        return self.fold(text) in self.accepted


def ours(level: CaptchaLevel) -> Sample:
    """A picture as the widgets ask it at this level."""
    code = new_code(STYLES[level].length)
    drawn = draw(code, level)
    accepted = frozenset((code, *(swapped(code, at) for at in drawn.overlaps)))
    return Sample(png=drawn.png, code=code, accepted=accepted, fold=fold)


def lepture() -> Sample:
    """A picture of the package `captcha` with its defaults and six capitals and digits; case ignored."""
    from captcha.image import ImageCaptcha

    code = "".join(secrets.choice(_LEPTURE_SYMBOLS) for _ in range(6))
    png = ImageCaptcha().generate(code).getvalue()
    return Sample(png=png, code=code, accepted=frozenset((code,)), fold=_plain)


SOURCES: Final[dict[str, Source]] = {
    **{f"ours, {level}": partial(ours, level) for level in CaptchaLevel},
    "captcha (lepture)": lepture,
}


def _plain(text: str) -> str:
    return "".join(text.upper().split())
