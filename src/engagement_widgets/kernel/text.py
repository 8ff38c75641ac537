"""Text that people type: one canonical form, limits in what people count, and every field error at once."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from itertools import islice
from typing import TypeVar

import regex

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.characters import Treatment, has_ink, has_stacked_marks, patterns_of

T = TypeVar("T")

_GRAPHEME = regex.compile(r"\X")
# CR never reaches this: it became LF. By `re`, which makes one set of it and is six times faster than `regex` here.
_FORBIDDEN = re.compile("|".join(patterns_of(Treatment.REFUSED)))


class TextError(ValueError):
    """Text that is refused as it stands. `code`: `invalid_utf8` or `control_character`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def canonical(raw: str | bytes, *, multiline: bool) -> str:
    """Return the one form in which a text is stored and compared: NFC, LF, no blanks at the ends of lines.

    Applying it twice changes nothing.

    Raises:
        TextError: bytes that are no UTF-8; a control character or lone surrogate; on a single line also LF and TAB.
    """
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
    except UnicodeDecodeError:
        raise TextError("invalid_utf8") from None
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if _FORBIDDEN.search(text) or (not multiline and ("\n" in text or "\t" in text)):
        raise TextError("control_character")
    # A blank removed beside LF or at an end joins no two characters, so the text stays in NFC.
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def graphemes(text: str) -> int:
    """Count what a person would call characters: "ễ" is one, a family emoji is one."""
    if text.isascii():
        return len(text)  # canonical text has no CR LF, the only ASCII pair that is one
    return sum(1 for _ in _GRAPHEME.finditer(text))


def has_graphemes(text: str, count: int) -> bool:
    """Tell whether a text has at least so many, without counting further: most texts are far below their limit."""
    if len(text) < count or text.isascii():  # each is one code point or more
        return len(text) >= count
    return sum(1 for _ in islice(_GRAPHEME.finditer(text), count)) == count


# Letters to which Unicode gives no decomposition, and those that are typed for đ.
_LETTERS: dict[int, str] = str.maketrans(
    {
        **dict.fromkeys("đðɖ", "d"),
        "ø": "o",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "ħ": "h",
        "ı": "i",
        "þ": "th",
        "ŧ": "t",
        "ŋ": "ng",
        "ə": "e",
    }
)


class _Folded(dict[int, str]):
    """What `str.translate` makes of a decomposed letter: marks and what is invisible are nothing."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kept = "" if unicodedata.category(char) in {"Mn", "Cf"} else char
        if len(self) < _REMEMBERED:
            self[code] = kept
        return kept


_REMEMBERED = 4096  # letters
_FOLDED = _Folded(_LETTERS)


def fold(text: str) -> str:
    """Return what stays the same when a text is retyped with other case, marks or blanks: "Đẹp  QUÁ" → "dep qua"."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold())
    text = unicodedata.normalize("NFKD", text.casefold())  # Unicode 3.13, D146: once is not enough
    return " ".join(text.translate(_FOLDED).split())


@dataclass(frozen=True, slots=True)
class TextField:
    """The one constructor of a stored text: post, edit, desk, import and API all parse with it.

    Attributes:
        name: the form's name of the field.
        minimum: graphemes; 0 makes the field optional.
        maximum: graphemes.
        max_bytes: of UTF-8; one grapheme can be made of a thousand bytes.
        multiline: LF and TAB are allowed.
        stacks_marks: a letter may carry more marks than are shown, which are left out then.
    """

    name: str
    _: KW_ONLY
    minimum: int
    maximum: int
    max_bytes: int
    multiline: bool = False
    stacks_marks: bool = True

    def parse(self, raw: object) -> str:
        """Return the canonical text.

        Raises:
            Invalid: one error: `required`, `too_short` {minimum}, `too_long` {maximum}, `invalid_text`,
                `stacked_marks`, `wrong_type`.
        """
        if raw is None:
            raw = ""
        if not isinstance(raw, str):
            raise Invalid([FieldError(self.name, "wrong_type")])
        try:
            text = canonical(raw, multiline=self.multiline)
        except TextError:
            raise Invalid([FieldError(self.name, "invalid_text")]) from None
        if not self.stacks_marks and has_stacked_marks(text):
            raise Invalid([FieldError(self.name, "stacked_marks")])
        if not has_ink(text):
            text = ""
        self._check_length(text)
        return text

    def _check_length(self, text: str) -> None:
        if not text and self.minimum:
            raise Invalid([FieldError(self.name, "required")])
        if len(text.encode()) > self.max_bytes:  # before graphemes are counted: that work is bounded too
            raise Invalid([FieldError(self.name, "too_long", {"maximum": self.maximum})])
        if has_graphemes(text, self.maximum + 1):
            raise Invalid([FieldError(self.name, "too_long", {"maximum": self.maximum})])
        if text and not has_graphemes(text, self.minimum):
            raise Invalid([FieldError(self.name, "too_short", {"minimum": self.minimum})])


class Fields:
    """Gathers the errors of all fields, so that a person corrects a form once.

    `name = fields.take("name", NAME.parse, form.get("name"))` for each field, then `fields.check()`.
    """

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    def take(self, name: str, parser: Callable[[object], T], raw: object) -> T | None:
        """Return the parsed value, or None after noting its errors under this field's name."""
        try:
            return parser(raw)
        except Invalid as invalid:
            self._errors += [FieldError(name, error.code, error.params) for error in invalid.errors]
            return None

    def check(self) -> None:
        """Raise `Invalid` with everything that was noted, if anything was."""
        if self._errors:
            raise Invalid(self._errors)
