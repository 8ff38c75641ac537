"""One vote as its reader and the services see it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Counting(StrEnum):
    """Whether a vote is in the figures.

    Attributes:
        COUNTED: it is.
        LEFT_OUT: an editor left it out; it stays so when its reader changes it.
        RESET: it was given before an editor reset the page; given again, it counts.
    """

    COUNTED = "counted"
    LEFT_OUT = "left_out"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVote:
    """One reader's vote as it is stored.

    Attributes:
        score: 1–5.
        counting: whether it is in the figures.
        day: in whose week and month it counts.
        given_at: when it was given or changed last.
        is_new: it came with the reader's first write at the site.
        note: the private words to the editors, or None.
    """

    score: int
    counting: Counting
    day: date
    given_at: datetime
    is_new: bool
    note: str | None

    @property
    def is_counted(self) -> bool:
        """True for a vote in the figures."""
        return self.counting is Counting.COUNTED
