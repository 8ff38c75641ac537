"""Near-duplicates: the same text with a word changed, other marks, case, punctuation or emoji.

A text is the set of its words without marks. MinHash (Broder 1997) makes sixteen numbers of it, which two sets share as
often as they have words in common; two numbers are one key. Texts that share a key are then compared word by word.
"""

import re
import zlib
from collections import Counter
from hashlib import blake2b
from itertools import islice

from engagement_widgets.comments.rules.glyphs import glyphs

BANDS = 8
"""Keys of a text."""
FEWEST_WORDS = 6
"""Below, many readers write the same: "Chúc mừng hai bạn nhé!"."""
LIKENESS = 0.75
"""Share of words in common from which two texts are similar: of six words one may be another."""

_ROWS = 2
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 400
_PRIME = (1 << 61) - 1
# Fixed: keys are stored, so they must stay what they are.
_STEPS = tuple(
    (
        int.from_bytes(blake2b(b"a%d" % row, digest_size=7).digest()) | 1,
        int.from_bytes(blake2b(b"b%d" % row, digest_size=7).digest()),
    )
    for row in range(BANDS * _ROWS)
)


def bands(text: str) -> tuple[int, ...]:
    """The keys under which a text is stored and looked up: eight signed 64-bit numbers, none for a text too short.

    Two similar texts share at least one key nearly always; sharing one is a reason to ask `is_similar`, no proof.
    """
    words = _words(text)
    if len(words) < FEWEST_WORDS:
        return ()
    seeds = [zlib.crc32(word.encode()) for word in dict.fromkeys(words)]
    least = [min([(factor * seed + shift) % _PRIME for seed in seeds]) for factor, shift in _STEPS]
    return tuple(_key(band, least[band * _ROWS : (band + 1) * _ROWS]) for band in range(BANDS))


def is_similar(one: str, other: str) -> bool:
    """Whether two texts say the same with a word, marks, case, punctuation or emoji changed.

    Texts too short for keys are similar only if they have the same words. They may be grouped, never refused: see
    `FEWEST_WORDS`.
    """
    words, others = _words(one), _words(other)
    if min(len(words), len(others)) < FEWEST_WORDS:
        return bool(words) and words == others
    common = (Counter(words) & Counter(others)).total()
    return 2 * common >= LIKENESS * (len(words) + len(others))


def _words(text: str) -> list[str]:
    return [found.group() for found in islice(_WORD.finditer(glyphs(text).folded), _MOST_WORDS)]


def _key(band: int, numbers: list[int]) -> int:
    data = b"".join(number.to_bytes(8) for number in (band, *numbers))
    return int.from_bytes(blake2b(data, digest_size=8).digest(), signed=True)
