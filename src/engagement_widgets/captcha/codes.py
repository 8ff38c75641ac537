"""The codes people type: which symbols, how a code is chosen, and what counts as the same code."""

import secrets
import unicodedata
from itertools import pairwise
from typing import Final

ALPHABET = "CHMPTX2349"
"""No vowel, Y, W or D, so Telex, VNI and VIQR keyboards leave a code alone; one of each class that people confuse."""

CONFUSABLE: Final = ("0ODQ", "1IJL7", "2Z", "3E", "4A", "5S", "8B", "C6G", "PFR", "MWN", "XKVY")
"""Symbols that people take for each other in a warped picture: the alphabet has at most one of each class."""

LENGTH = 6

TYPED_LIMIT = 256
"""Characters beyond which nothing typed is a code."""

# What insults or jeers where a newspaper shows it: abbreviations of curses, and words with a digit for a letter.
_UNFIT: Final = ("CTM", "C4C", "C4T", "CH3T", "CH4T", "P3T", "X4C")

# Letters of other scripts that look like one of the alphabet, in capitals: Greek, then Cyrillic.
_HOMOGLYPHS: Final = ("ΗΜΡΤΧϹНМРТХСЗЧ", "HMPTXCHMPTXC34")
_LOOKALIKES: Final = str.maketrans(
    {
        **dict(zip(*_HOMOGLYPHS, strict=True)),
        **{
            other: kept
            for group in CONFUSABLE
            for kept in group
            if kept in ALPHABET
            for other in group
            if other != kept
        },
    }
)
# Zero-width and direction marks, and combining marks: nobody sees that they were typed.
_UNSEEN: Final = frozenset({"Cf", "Mn"})

_random = secrets.SystemRandom()


def new_code(length: int = LENGTH) -> str:
    """Choose a code. No symbol stands twice running: twins are misread, mistyped, and shorthands of some keyboards."""
    while True:
        code = "".join(_random.choice(ALPHABET) for _ in range(length))
        twins = any(left == right for left, right in pairwise(code))
        if not twins and is_fit(code):
            return code


def is_fit(code: str) -> bool:
    """True when a code spells nothing that a newspaper would not print."""
    return not any(word in code for word in _UNFIT)


def fold(typed: str) -> str:
    """Bring what was typed to the form a code has.

    Case, spaces, full-width forms and characters that nobody sees do not matter; a letter of another script, or one
    that people confuse with a symbol of the alphabet, counts as that symbol. Anything else outside the alphabet
    becomes "", which is the fold of no code.
    """
    if len(typed) > TYPED_LIMIT:
        return ""
    seen = "".join(char for char in unicodedata.normalize("NFKD", typed) if unicodedata.category(char) not in _UNSEEN)
    folded = "".join(seen.upper().split()).translate(_LOOKALIKES)
    return folded if set(folded) <= set(ALPHABET) else ""


def swapped(code: str, at: int) -> str:
    """The code with the symbols at `at` and after it in each other's place."""
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]
