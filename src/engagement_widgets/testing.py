"""What a host needs to test its own use of the widgets: fakes with the same shape as the real parts."""

from datetime import datetime, timedelta


class FakeClock:
    """A clock that stands still until it is told to move.

    Args:
        start: the first moment it shows; aware.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock shows aware moments")
        self._now = start

    def now(self) -> datetime:
        """Return the moment it was last moved to."""
        return self._now

    def advance(self, by: timedelta | float) -> datetime:
        """Move on by a timedelta or by seconds, and return the new moment."""
        self._now += by if isinstance(by, timedelta) else timedelta(seconds=by)
        return self._now
