"""Clocks: the real one and the fake one."""

from datetime import UTC, datetime, timedelta

import pytest

from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.testing import FakeClock


def test_the_system_clock_shows_utc() -> None:
    """The moment is aware and is now."""
    shown = SystemClock().now()
    assert shown.tzinfo is UTC
    assert abs(shown - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_fake_clock_moves_only_when_told(clock: FakeClock) -> None:
    """Seconds and timedeltas move it on."""
    start = clock.now()
    assert clock.now() == start
    clock.advance(90)
    clock.advance(timedelta(minutes=1))
    assert clock.now() - start == timedelta(seconds=150)


def test_a_naive_start_is_refused() -> None:
    """A moment without a zone would be read differently on another machine."""
    with pytest.raises(ValueError, match="aware"):
        FakeClock(datetime(2026, 7, 1))  # noqa: DTZ001
