"""Exact quotas and the tidying of what is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from engagement_widgets.errors import TooMany
from engagement_widgets.storage.quotas import spend, spend_spaced
from engagement_widgets.storage.tidy import FEED_KEPT, tidy
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from page_units import touch

HOUR = timedelta(hours=1)


def spend_one(tx: Tx, bucket: str) -> int | None:
    """Spend one of three an hour."""
    return spend(tx, bucket, 3, HOUR)


def spend_or_refuse(tx: Tx, bucket: str) -> None:
    """Spend one and then fail, as a unit does whose later checks refuse."""
    spend(tx, bucket, 3, HOUR)
    raise TooMany("later", retry_after=1)


def used(tx: Tx, command: None) -> list[int]:
    """Return the counts of all windows."""
    del command
    return list(tx.execute(text("SELECT used FROM engagement_quotas ORDER BY window_start")).scalars())


def test_a_bucket_opens_again_when_its_window_is_over(storage: Storage, clock: FakeClock) -> None:
    """Three go through, then the wait is told to the second, then three more."""
    clock.advance(timedelta(minutes=50))
    assert [storage.write_sync(spend_one, "a") for _ in range(5)] == [None, None, None, 600, 600]
    assert storage.write_sync(spend_one, "b") is None
    clock.advance(timedelta(minutes=9, seconds=59.5))
    assert storage.write_sync(spend_one, "a") == 1
    clock.advance(0.5)
    assert [storage.write_sync(spend_one, "a") for _ in range(4)] == [None, None, None, 3600]


def test_what_is_refused_is_not_counted(storage: Storage) -> None:
    """A flood beyond the limit and units that fail leave the count as it is."""
    for _ in range(3):
        with pytest.raises(TooMany):
            storage.write_sync(spend_or_refuse, "a")
    assert storage.read_sync(used, None) == []
    for _ in range(10):
        storage.write_sync(spend_one, "a")
    assert storage.read_sync(used, None) == [3]


def test_tidying_drops_only_what_is_over(storage: Storage, clock: FakeClock) -> None:
    """Windows that are over and old feed rows go; an open window and the newest feed row stay."""

    def topics(tx: Tx, command: None) -> list[str]:
        del command
        return list(tx.execute(text("SELECT topic FROM engagement_changes ORDER BY seq")).scalars())

    def age(tx: Tx, command: None) -> None:
        """Make the feed's rows as old as the test's clock says, also where the database has its own."""
        del command
        tx.execute(text("UPDATE engagement_changes SET at = :at"), {"at": tx.now})

    for topic in "ab":
        storage.write_sync(touch, topic)
    storage.write_sync(age, None)
    storage.write_sync(spend_one, "over")
    clock.advance(FEED_KEPT + timedelta(seconds=1))
    storage.write_sync(spend_one, "open")
    storage.write_sync(tidy, None)
    assert storage.read_sync(used, None) == [1]
    assert timedelta(hours=1) == FEED_KEPT
    assert storage.read_sync(topics, None)[-1] == "b"


def spend_one_spaced(tx: Tx, bucket: str) -> bool:
    """Spend one of three in any hour."""
    return spend_spaced(tx, bucket, 3, HOUR)


def test_no_span_holds_more_than_a_spaced_bucket(storage: Storage, clock: FakeClock) -> None:
    """Three late in one hour close it for an hour from the third; what found no room closes it no longer."""
    clock.advance(timedelta(minutes=50))
    for minutes, rooms in ((0, "y"), (8, "yyn"), (30, "n"), (29, "n"), (1, "yyyn")):
        clock.advance(timedelta(minutes=minutes))
        assert "".join("y" if storage.write_sync(spend_one_spaced, "a") else "n" for _ in rooms) == rooms, minutes
    assert storage.write_sync(spend_one_spaced, "b")
    clock.advance(HOUR + timedelta(seconds=1))
    storage.write_sync(tidy, None)
    assert storage.read_sync(used, None) == []
    assert [storage.write_sync(spend_one_spaced, "a") for _ in range(4)] == [True] * 3 + [False]


def test_many_at_once_find_no_more_room(storage: Storage) -> None:
    """Forty uses of one spaced bucket by eight threads: three are counted."""
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: storage.write_sync(spend_one_spaced, "a"), range(40)))
    assert found.count(True) == 3
