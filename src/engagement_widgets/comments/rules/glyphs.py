"""What a text looks like, letter by letter: look-alikes become the Latin letter they stand for, each with its place.

The pairs are facts from Unicode's confusables (UTS #39), of which only those are kept that resemble a letter of
Vietnamese. Full-width, mathematical, circled and superscript letters need no table: their compatibility form tells.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

Glyph: TypeAlias = tuple[str, str]

_VIETNAMESE_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b")
_REMEMBERED = 4096  # characters
_MOST_MARKS = 2  # on one Vietnamese letter: ễ
_RESEMBLE = {
    "a": "αΑаАɑɐᴀ∀ꭺ",
    "b": "ВвΒβЬьᴃʙƀɓ",
    "c": "сСϲϹᴄƈ¢ꮯ",
    "d": "ԁᴅɗժ",
    "e": "еЕεΕєЄɛᴇǝ℮",
    "f": "ƒꜰϝ",
    "g": "ɡɢցɠ",
    "h": "һНнΗհʜɥħ",
    "i": "іІιΙıɩɪ",
    "j": "јЈϳᴊɉ",
    "k": "кКκΚᴋƙʞ",
    "l": "ӏӀʟłɭ",
    "m": "мМΜᴍɯ",
    "n": "пΝηոռɴŋиИ",
    "o": "оОοΟσօøɵᴏθΘ",
    "p": "рРρΡᴘþ",
    "q": "ԛզ",
    "r": "гΓʀɹɍ",
    "s": "ѕЅꜱʂ",
    "t": "тТτΤᴛŧʇ†",
    "u": "υսμʊᴜцЦʉ",
    "v": "νѵᴠ",
    "w": "ωԝᴡшШ",
    "x": "хХχΧ×",
    "y": "уУγΥүҮʏʎ",
    "z": "ΖᴢƶʐƵ",
    "đ": "ƉđÐðɖ",
}
_LATIN = {char: latin for latin, chars in _RESEMBLE.items() for char in chars}
_ENCLOSED = (0x1F150, 0x1F170, 0x1F1E6)  # 🅐 🅰 🇦 and the 25 after each have no compatibility form
_LATIN |= {chr(first + place): chr(ord("a") + place) for first in _ENCLOSED for place in range(26)}
_NOTHING: Glyph = ("", "")
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters and signs by category, blank to the eye


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A text as it looks; the three have the same length.

    Attributes:
        folded: base letters in lower case; digits and what is no letter as they are, every blank a space.
        marked: the same with Vietnamese marks. A capital is a letter whose marks say nothing.
        places: the position of each in the text.
    """

    folded: str
    marked: str
    places: Sequence[int]


@lru_cache(maxsize=16)  # one comment is read by several rules, one after the other
def glyphs(text: str) -> Glyphs:
    """Read a text as a person sees it: characters without ink are gone, heaped marks are no marks."""
    folded = text.translate(_FOLDED)
    if len(folded) == len(text):  # each character is one letter, as in nearly every text
        return Glyphs(folded, text.translate(_MARKED), range(len(text)))
    return _piece_by_piece(text)


def _piece_by_piece(text: str) -> Glyphs:
    folded: list[str] = []
    marked: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        pair = _glyph(char)
        if pair is None:
            if marked:
                marked[-1] = _with_mark(marked[-1], char)
            continue
        letters, with_marks = pair
        folded += letters
        marked += with_marks
        places += [place] * len(letters)
    return Glyphs("".join(folded), "".join(marked), places)


@lru_cache(maxsize=_REMEMBERED)
def _glyph(char: str) -> Glyph | None:
    """The letters of one character, folded and marked; None for a mark that belongs to the letter before it."""
    category = unicodedata.category(char)
    if category[0] == "M":
        return None
    if category in {"Cf", "Cs"} or char in _BLANKS:
        return _NOTHING
    if category[0] in "ZC":
        return " ", " "
    pairs = [_letter(part) for part in _parts(char)]
    return "".join(pair[0] for pair in pairs), "".join(pair[1] for pair in pairs)


class _Letters(dict[int, str]):
    """What `str.translate` asks for a character's one letter; a character that is none or several makes it longer."""

    def __init__(self, *, marked: bool) -> None:
        super().__init__()
        self._marked = marked

    def __missing__(self, code: int) -> str:
        pair = _glyph(chr(code))
        is_one = pair is not None and len(pair[0]) == len(pair[1]) == 1
        letter = pair[self._marked] if pair is not None and is_one else "  "
        if len(self) < _REMEMBERED:
            self[code] = letter
        return letter


_FOLDED, _MARKED = _Letters(marked=False), _Letters(marked=True)


def _parts(char: str) -> list[str]:
    """Base letters, each with its marks: "ﬁ" is two."""
    parts: list[str] = []
    for one in unicodedata.normalize("NFKD", _LATIN.get(char, char)):
        if unicodedata.category(one)[0] == "M" and parts:
            parts[-1] += one
        else:
            parts.append(one)
    return parts


def _letter(part: str) -> Glyph:
    base = _LATIN.get(part[0], part[0]).casefold()[:1]
    base = _LATIN.get(base, base)
    marked = base
    for mark in part[1:]:
        marked = _with_mark(marked, mark)
    if marked.isspace():
        return " ", " "
    return "d" if base == "đ" else base, marked


def _with_mark(marked: str, mark: str) -> str:
    """A letter after one more combining mark: what Vietnamese cannot write leaves its marks unknown."""
    if not marked.isalpha() or marked.isupper():
        return marked
    parts = unicodedata.normalize("NFD", marked + mark)
    composed = unicodedata.normalize("NFC", parts)
    if len(composed) == 1 and len(parts) <= _MOST_MARKS + 1 and _VIETNAMESE_MARKS.issuperset(parts[1:]):
        return composed
    base = "d" if marked == "đ" else parts[0]
    unknown = base.upper()
    return unknown if len(unknown) == 1 else marked
