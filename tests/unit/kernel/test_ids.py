"""Ids: UUIDv7, ascending within a process."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

from engagement_widgets.kernel.ids import new_id

NOW = datetime(2026, 7, 1, 2, 0, 0, 123_000, tzinfo=UTC)


def _milliseconds(made: UUID) -> int:
    return made.int >> 80


def test_an_id_is_a_uuid_of_version_7_that_carries_its_millisecond() -> None:
    """The layout is RFC 9562's: 48 bits of milliseconds, version 7, variant 10."""
    later = NOW + timedelta(days=400)
    made = new_id(later)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert _milliseconds(made) == int(later.timestamp() * 1000)


def test_ids_of_one_moment_ascend() -> None:
    """More ids than a millisecond's counter holds still ascend and differ."""
    made = [new_id(NOW) for _ in range(10_000)]
    assert made == sorted(set(made))


def test_a_small_step_back_does_not_disturb_the_order() -> None:
    """A clock corrected by seconds keeps ids ascending."""
    first = new_id(NOW)
    assert new_id(NOW - timedelta(seconds=3)) > first


def test_a_clock_that_was_far_ahead_is_believed_when_it_is_set_right() -> None:
    """A wrong year is not stamped on later ids."""
    new_id(NOW + timedelta(days=36_500))
    assert _milliseconds(new_id(NOW)) == int(NOW.timestamp() * 1000)


def test_threads_never_make_the_same_id() -> None:
    """The counter is shared by the threads of a process."""
    made: list[UUID] = []

    def make() -> None:
        made.extend([new_id(NOW) for _ in range(2_000)])

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8_000
