"""The real clock. Tests use `engagement_widgets.testing.FakeClock`."""

from datetime import UTC, datetime


class SystemClock:
    """The operating system's time, as the `Clock` hook."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return datetime.now(UTC)
