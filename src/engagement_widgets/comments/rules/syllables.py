"""Vietnamese syllables: which words can carry marks, and whether two spellings have the same ones."""

import re
import unicodedata
from dataclasses import dataclass

_ONSET = "ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdghklmnpqrstvx]"
_VOWELS = (
    "uye|uya|uyu|ieu|yeu|oai|oao|oay|oeo|uai|uay|uoi|uou|"
    "ai|ao|au|ay|eo|eu|ia|ie|iu|oa|oe|oi|oo|ua|ue|ui|uo|uu|uy|ye|[aeiouy]"
)
_CODA = "ch|nh|ng|[cmnpt]"
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_VOWELS})(?:{_CODA})?")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


@dataclass(frozen=True, slots=True)
class Spelling:
    """The marks of one syllable.

    Attributes:
        qualities: for each letter what makes it another letter (ă â đ ê ô ơ ư), "" for none, None where unknown.
        tone: wherever it is placed, so that *hòa* and *hoà* are one; "" for none.
    """

    qualities: tuple[str | None, ...]
    tone: str

    @property
    def bare(self) -> bool:
        """No mark at all is known."""
        return not self.tone and not any(self.qualities)

    def same(self, other: "Spelling") -> bool:
        """Whether both can be the same spelling; what is unknown can be anything."""
        pairs = list(zip(self.qualities, other.qualities, strict=True))
        if any(one != two for one, two in pairs if one is not None and two is not None):
            return False
        return self.tone == other.tone or any(None in pair for pair in pairs)

    def within(self, other: "Spelling") -> bool:
        """Whether the other one is this with marks added; a syllable without marks is within every one."""
        pairs = zip(self.qualities, other.qualities, strict=True)
        return all(not one or one == two for one, two in pairs if two is not None) and self.tone in {"", other.tone}


def is_syllable(folded: str) -> bool:
    """Whether a word without its marks has the form of a Vietnamese syllable, which could have lost some."""
    return _SYLLABLE.fullmatch(folded) is not None


def spelling(marked: str) -> Spelling:
    """The marks of a syllable as `Glyphs.marked` writes it; "*" stands for letters that are not shown."""
    qualities: list[str | None] = []
    tone = ""
    for letter in marked:
        if letter == "*" or letter.isupper():
            qualities.append(None)
            continue
        parts = unicodedata.normalize("NFD", letter)[1:]
        tone = next((mark for mark in parts if mark in _TONES), tone)
        qualities.append("\u0335" if letter == "đ" else "".join(mark for mark in parts if mark not in _TONES))
    return Spelling(tuple(qualities), tone)
