"""Near-duplicates: the same text with a word changed, other marks, case or emoji."""

import hashlib

from engagement_widgets.kernel.text import fold


def bands(text: str) -> tuple[int, ...]:
    """The keys under which a text is stored and looked up: signed 64-bit, () for a text too short to judge.

    Two similar texts share at least one key; sharing one is a reason to ask `is_similar`, no proof.
    """
    folded = fold(text)
    if len(folded.split()) < 6:  # noqa: PLR2004
        return ()
    return (int.from_bytes(hashlib.blake2b(folded.encode(), digest_size=8).digest(), signed=True),)


def is_similar(one: str, other: str) -> bool:
    """Whether two texts say the same with a word, marks, case, punctuation or emoji changed."""
    return fold(one) == fold(other)
