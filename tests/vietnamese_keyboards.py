"""What Telex, VNI and VIQR make of keys: tables of the three input methods, and one machine that reads them.

Facts as the methods are documented: which keys put which mark on which letter, which letters double, which key stands
for a letter of its own. `QUICK` holds the shorthands for consonants that Vietnamese keyboards offer as an option.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_VOWELS: Final = frozenset("aeiouyăâêôơư")
_MODIFIED: Final = frozenset("ăâêôơư")
_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT = "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"
_HAT: Final = MappingProxyType({"a": "â", "e": "ê", "o": "ô"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One input method.

    Attributes:
        tones: key → combining tone mark, put on the word's vowel; "" takes the tone away.
        marks: key → which letter of the word becomes which.
        alone: key → the letter it gives where it has nothing to mark.
        pairs: two equal keys running → what they give.
    """

    tones: Mapping[str, str]
    marks: Mapping[str, Mapping[str, str]]
    alone: Mapping[str, str] = field(default_factory=dict)
    pairs: Mapping[str, str] = field(default_factory=dict)


QUICK: Final = {"cc": "ch", "gg": "gi", "kk": "kh", "nn": "ng", "pp": "ph", "qq": "qu", "tt": "th", "uu": "ươ"}
TELEX: Final = Method(
    tones={"s": _ACUTE, "f": _GRAVE, "r": _HOOK, "x": _TILDE, "j": _DOT, "z": ""},
    marks={
        "a": {"a": "â"},
        "e": {"e": "ê"},
        "o": {"o": "ô"},
        "d": {"d": "đ"},
        "w": {"a": "ă", "o": "ơ", "u": "ư"},
    },
    alone={"w": "ư", "[": "ơ", "]": "ư"},
)
QUICK_TELEX: Final = Method(tones=TELEX.tones, marks=TELEX.marks, alone=TELEX.alone, pairs=QUICK)
VNI: Final = Method(
    tones={"1": _ACUTE, "2": _GRAVE, "3": _HOOK, "4": _TILDE, "5": _DOT, "0": ""},
    marks={"6": _HAT, "7": {"o": "ơ", "u": "ư"}, "8": {"a": "ă"}, "9": {"d": "đ"}},
)
VIQR: Final = Method(
    tones={"'": _ACUTE, "`": _GRAVE, "?": _HOOK, "~": _TILDE, ".": _DOT, "-": ""},
    marks={"^": _HAT, "+": {"o": "ơ", "u": "ư"}, "*": {"o": "ơ", "u": "ư"}, "(": {"a": "ă"}, "d": {"d": "đ"}},
)
METHODS: Final = MappingProxyType({"telex": TELEX, "quick telex": QUICK_TELEX, "vni": VNI, "viqr": VIQR})


def compose(method: Method, keys: str) -> str:
    """What stands in the field after these keys, with the method left on."""
    done, word = "", _Word(method)
    for key in keys:
        if key.isspace():
            done, word = done + word.text() + key, _Word(method)
        else:
            word.press(key)
    return done + word.text()


class _Word:
    """The word that is being typed: its letters without tone, and its one tone."""

    def __init__(self, method: Method) -> None:
        self._method = method
        self._letters: list[str] = []
        self._tone = ""

    def press(self, key: str) -> None:
        """Mark a letter, set the tone, or add a letter: the first that applies."""
        low = key.lower()
        if self._mark(self._method.marks.get(low, {})) or self._set_tone(low):
            return
        pair = self._method.pairs.get(self._letters[-1].lower() + low) if self._letters else None
        if pair is not None:
            last = self._letters.pop()
            self._letters += [_cased(letter, like) for letter, like in zip(pair, (last, key), strict=True)]
        else:
            self._letters.append(_cased(self._method.alone.get(low, low), key))

    def text(self) -> str:
        """The word in NFC."""
        letters = list(self._letters)
        if self._tone:
            letters[self._vowel()] += self._tone
        return unicodedata.normalize("NFC", "".join(letters))

    def _mark(self, changes: Mapping[str, str]) -> bool:
        for at in reversed(range(len(self._letters))):
            changed = changes.get(self._letters[at].lower())
            if changed is not None:
                self._letters[at] = _cased(changed, self._letters[at])
                return True
        return False

    def _set_tone(self, key: str) -> bool:
        tone = self._method.tones.get(key)
        if tone is None or self._vowel() < 0 or (not tone and not self._tone):
            return False
        self._tone = tone
        return True

    def _vowel(self) -> int:
        """Where the tone goes: a marked vowel, else the one before a final consonant, else the last but one."""
        places = [at for at, letter in enumerate(self._letters) if letter.lower() in _VOWELS]
        marked = [at for at in places if self._letters[at].lower() in _MODIFIED]
        if marked or not places:
            return marked[-1] if marked else -1
        open_end = places[-1] == len(self._letters) - 1
        return places[-2] if open_end and len(places) > 1 else places[-1]


def _cased(letter: str, like: str) -> str:
    return letter.upper() if like.isupper() else letter
