"""The codes people type: which symbols, how a code is chosen, and what counts as the same code."""

import secrets
import unicodedata
from itertools import pairwise

ALPHABET = "CHKMNPRTVX23469"
"""No vowel, Y, W or D, so Telex and VNI keyboards leave a code alone; one of each class that people confuse."""

LENGTH = 6

TYPED_LIMIT = 256
"""Characters beyond which nothing typed is a code."""

# Abbreviations that insult somebody when a newspaper shows them.
_UNFIT = ("CMN", "CMR", "CTM", "VCH", "VKN", "VNCH")

_random = secrets.SystemRandom()


def new_code() -> str:
    """Choose a code. No symbol stands twice running: twins are misread and mistyped."""
    while True:
        code = "".join(_random.choice(ALPHABET) for _ in range(LENGTH))
        twins = any(left == right for left, right in pairwise(code))
        if not twins and not any(word in code for word in _UNFIT):
            return code


def fold(typed: str) -> str:
    """Bring what was typed to the form a code has: case, spaces and full-width forms do not matter.

    Anything with a symbol outside the alphabet becomes "", which is the fold of no code.
    """
    if len(typed) > TYPED_LIMIT:
        return ""
    folded = "".join(unicodedata.normalize("NFKC", typed).upper().split())
    return folded if set(folded) <= set(ALPHABET) else ""
