"""Proof of work: a text whose SHA-256, after the puzzle, begins with so many zero bits. Pure."""

import hashlib
from typing import Final
from uuid import UUID

from engagement_widgets.settings import MOST_WORK

STEP: Final = 2
"""Bits that one step of the captcha's level adds: four times the work."""

MOST_STEPS: Final = 2
"""Steps between the lowest level and the highest."""

LONGEST: Final = 64
"""Characters of a nonce; more bits than anybody asks for are found in ten digits."""

_DIGEST_BITS = 256


def puzzle(challenge_id: UUID) -> str:
    """What the work is bound to: nothing done for another challenge, or before this one was issued, counts."""
    return f"{challenge_id}:"


def raised(bits: int, steps: int) -> int:
    """The bits so many steps of the level higher; where no work is asked, none is."""
    return min(bits + STEP * min(steps, MOST_STEPS), MOST_WORK) if bits else 0


def zero_bits(challenge_id: UUID, nonce: str) -> int:
    """With how many zero bits the hash begins; none for what is no nonce."""
    if not (nonce.isascii() and 0 < len(nonce) <= LONGEST):
        return 0
    digest = hashlib.sha256((puzzle(challenge_id) + nonce).encode()).digest()
    return _DIGEST_BITS - int.from_bytes(digest).bit_length()
