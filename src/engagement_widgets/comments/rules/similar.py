"""Near-duplicates: the same text with a word changed, other marks, case, punctuation or emoji.

A text is the set of its words without marks. MinHash (Broder 1997) makes 24 numbers of it, which two sets share as
often as they have words in common; three numbers are one key. Texts that share a key are then compared word by word.
What is made of words and texts is remembered: words are syllables, which repeat, and a text is compared right after its
keys were made, and with the newest of its page again and again.
"""

import re
from collections import Counter
from functools import lru_cache
from hashlib import shake_128
from struct import Struct

from engagement_widgets.comments.rules.glyphs import glyphs

BANDS = 8
"""Keys of a text."""
FEWEST_WORDS = 6
"""Below, many readers write the same: "Chúc mừng hai bạn nhé!"."""
LIKENESS = 0.75
"""Share of words in common from which two texts are similar: of six words one may be another."""

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 400
_ROWS = 3
_NUMBERS = Struct(f"<{_ROWS * BANDS}I")
_BITS = 21
_LOW = (1 << _BITS) - 1


def bands(text: str) -> tuple[int, ...]:
    """The keys under which a text is stored and looked up: eight signed 64-bit numbers, none for a text too short.

    Two similar texts share at least one key nearly always; sharing one is a reason to ask `is_similar`, no proof.
    """
    words = _words(text)
    if len(words) < FEWEST_WORDS:
        return ()
    least = [min(column) & _LOW for column in zip(*map(_numbers, set(words)), strict=True)]
    threes = zip(least[::_ROWS], least[1::_ROWS], least[2::_ROWS], strict=True)
    return tuple(one << 2 * _BITS | two << _BITS | three for one, two, three in threes)


def is_similar(one: str, other: str) -> bool:
    """Whether two texts say the same with a word, marks, case, punctuation or emoji changed.

    Texts too short for keys are similar only if they have the same words. They may be grouped, never refused: see
    `FEWEST_WORDS`.
    """
    words, others = _words(one), _words(other)
    if min(len(words), len(others)) < FEWEST_WORDS:
        return bool(words) and words == others
    fewest = LIKENESS * (len(words) + len(others)) / 2
    return min(len(words), len(others)) >= fewest and _in_common(one, other) >= fewest


def _in_common(one: str, other: str) -> int:
    counts, others = _counts(one), _counts(other)
    return sum([min(counts[word], others[word]) for word in counts.keys() & others.keys()])


@lru_cache(maxsize=512)
def _counts(text: str) -> "Counter[str]":
    return Counter(_words(text))


@lru_cache(maxsize=512)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(glyphs(text).folded)[:_MOST_WORDS])


@lru_cache(maxsize=4096)
def _numbers(word: str) -> tuple[int, ...]:
    """24 hashes of a word. Keys are made of them and stored: they must stay what they are."""
    return _NUMBERS.unpack(shake_128(word.encode()).digest(_NUMBERS.size))
