"""What the queue filters by, as bits of one number a comment: why it was held, and what its text is like.

One number instead of a row a reason: an index holds it beside the order of the queue, and the counters are kept by it.
The bits are stored: each keeps its place.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from engagement_widgets.comments.states import HeldReason, Status

_PLACES: Final = (
    HeldReason.EMERGENCY,
    HeldReason.BLOCKED,
    HeldReason.PREMODERATION,
    HeldReason.UNTRUSTED,
    HeldReason.FIRST_COMMENT,
    HeldReason.HAS_LINKS,
    HeldReason.WORDS,
    HeldReason.PERSONAL_DATA,
    HeldReason.IMPOSTOR,
    HeldReason.DUPLICATE,
    HeldReason.SIMILAR,
    HeldReason.NO_CODE,
    HeldReason.HASTY,
    HeldReason.NO_WORK,
    HeldReason.TRAP,
    HeldReason.CROWD,
    HeldReason.READER_FLOOD,
    HeldReason.PAGE_FLOOD,
    HeldReason.CHECKER,
    HeldReason.CHECKER_UNAVAILABLE,
    HeldReason.EDITED,
    HeldReason.CASE,
    HeldReason.BRAKE,
)
BITS: Final[Mapping[HeldReason, int]] = MappingProxyType({reason: 1 << at for at, reason in enumerate(_PLACES)})
"""Each reason's bit. `REPORTED` has none: the number of open reports is a column of its own."""

REASONS: Final = (1 << len(_PLACES)) - 1
"""The bits of all reasons."""

HAS_LINK: Final = 1 << 28
"""A web address stands in the text, whether or not a rule asks for it."""

UNMARKED: Final = 1 << 29
"""The text was typed without marks (*không dấu*): three words or more, and no letter carries one."""

_FEWEST_WORDS: Final = 3


def reason_bits(reasons: Iterable[HeldReason]) -> int:
    """The bits of some reasons."""
    bits = 0
    for reason in reasons:
        bits |= BITS.get(reason, 0)
    return bits


def text_bits(body: str, *, has_link: bool) -> int:
    """The bits of a text."""
    return (HAS_LINK if has_link else 0) | (UNMARKED if is_unmarked(body) else 0)


def is_unmarked(body: str) -> bool:
    """Whether a text (NFC) has words enough for a mark to be missed, and none."""
    letters = [char for char in body if char.isalpha()]
    return bool(letters) and all(map(str.isascii, letters)) and len(body.split()) >= _FEWEST_WORDS


def counted(status: Status, traits: int) -> int:
    """What of a comment's traits its counter is kept by: the reasons, of those that wait."""
    return traits & REASONS if status is Status.PENDING else 0
