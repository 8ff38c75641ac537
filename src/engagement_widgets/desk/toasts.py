"""What was just done, and for how long it can be undone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """What `engagement/desk/toast.html` shows.

    Attributes:
        text: what was done, or why nothing was.
        undo_id: takes it back, None where nothing does.
        expires_at: until when.
        minutes: how long that is still.
        warns: nothing was done.
        of_pile: it was done to a pile, whose undo has an address of its own.
    """

    text: str
    undo_id: UUID | None = None
    expires_at: datetime | None = None
    minutes: int = 0
    warns: bool = False
    of_pile: bool = False


def minutes_left(expires_at: datetime, now: datetime) -> int:
    """Until then, one at least."""
    return max(1, ceil((expires_at - now) / timedelta(minutes=1)))
