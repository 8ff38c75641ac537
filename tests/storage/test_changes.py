"""The change feed: this process hears of its changes before its writers do, the others soon after."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from engagement_widgets.storage.postgresql_changes import Watermark
from engagement_widgets.storage.tidy import FEED_KEPT, tidy
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from page_units import add_and_touch, touch
from peers import StartPeer

pytestmark = pytest.mark.anyio


class Ear:
    """Remembers what it was told."""

    def __init__(self, storage: Storage) -> None:
        self.heard: list[str] = []
        self._storage = storage
        storage.on_change(lambda topics: self.heard.extend(sorted(topics)))

    async def wait_for(self, *topics: str) -> None:
        """Poll until these topics were told, for at most three seconds."""
        deadline = time.monotonic() + 3
        while not set(topics) <= set(self.heard):
            assert time.monotonic() < deadline, f"heard only {self.heard}"
            await self._storage.poll()
            time.sleep(0.01)  # noqa: ASYNC251  # nothing else runs in this loop


async def test_a_change_is_told_before_its_writer_is(storage: Storage) -> None:
    """One unit's topics come once each, and only once the change is durable."""
    ear = Ear(storage)

    def touch_often(tx: Tx, command: None) -> str:
        del command
        for topic in ("links", "site", "links"):
            tx.touch(topic)
        return "done"

    assert await storage.write(touch_often, None) == "done"
    assert ear.heard == ["links", "site"]


async def test_own_changes_are_not_told_twice(storage: Storage) -> None:
    """The feed's own rows come back with every look; they are old news here."""
    ear = Ear(storage)
    await storage.write(touch, "a")
    for _ in range(3):
        await storage.poll()
        time.sleep(0.05)  # noqa: ASYNC251  # nothing else runs in this loop
    await storage.write(touch, "b")
    await storage.poll()
    assert ear.heard == ["a", "b"]


async def test_a_listener_that_fails_harms_nobody(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    """The change is durable and its writer is told; the failure is logged."""

    def fail(topics: frozenset[str]) -> None:
        raise RuntimeError(str(topics))

    storage.on_change(fail)
    ear = Ear(storage)
    await storage.write(touch, "a")
    assert ear.heard == ["a"]
    assert "listener" in caplog.text


async def test_another_process_is_heard(storage: Storage, database_url: str, start_peer: StartPeer) -> None:
    """What a second process writes is told here: on SQLite at the next look, on PostgreSQL within a second."""
    await storage.poll()
    ear = Ear(storage)
    peer = start_peer(database_url, "write", "p", 3)
    assert peer.wait(timeout=20) == 0
    await ear.wait_for("p-0", "p-1", "p-2")


async def test_another_sites_changes_are_not_ours(storage: Storage, database_url: str, clock: FakeClock) -> None:
    """Two sites in one database hear only of themselves."""
    other = Storage(url=database_url, site="other", clock=clock)
    other.boot()
    ear = Ear(storage)
    await other.write(touch, "theirs")
    await other.write(touch, "theirs too")
    twin = Storage(url=database_url, site="test", clock=clock)
    twin.boot()
    await twin.write(touch, "ours")
    await ear.wait_for("ours")
    assert ear.heard == ["ours"]
    other.close()
    twin.close()


async def test_a_process_that_slept_too_long_forgets_everything(sqlite_url: str, clock: FakeClock) -> None:
    """When rows it never saw were tidied away, it is told that anything may have changed."""
    sleeper, writer = (Storage(url=sqlite_url, site="test", clock=clock) for _ in range(2))
    sleeper.boot()
    writer.boot()
    ear = Ear(sleeper)
    for topic in "abc":
        await writer.write(touch, topic)
    clock.advance(FEED_KEPT + timedelta(seconds=1))
    await writer.write(tidy, None)
    await sleeper.poll()
    assert ear.heard == ["*"]
    await writer.write(touch, "d")
    await sleeper.poll()
    assert ear.heard == ["*", "d"]
    sleeper.close()
    writer.close()


async def test_a_flood_of_changes_is_told_as_everything(sqlite_url: str, clock: FakeClock) -> None:
    """Beyond a thousand unseen rows one answer is cheaper than each of them."""
    sleeper, writer = (Storage(url=sqlite_url, site="test", clock=clock) for _ in range(2))
    sleeper.boot()
    writer.boot()
    ear = Ear(sleeper)

    def touch_many(tx: Tx, command: int) -> None:
        for number in range(command):
            tx.touch(str(number))

    await writer.write(touch_many, 1500)
    await sleeper.poll()
    assert ear.heard == ["*"]
    await sleeper.poll()
    assert ear.heard == ["*"]
    sleeper.close()
    writer.close()


@pytest.fixture
def postgres(postgresql_url: str, clock: FakeClock) -> Iterator[Storage]:
    """A storage on PostgreSQL."""
    storage = Storage(url=postgresql_url, site="test", clock=clock)
    storage.boot()
    yield storage
    storage.close()


@pytest.fixture
def connect(postgresql_url: str) -> Callable[[], "psycopg.Connection[tuple[object, ...]]"]:
    """Opens a connection that stands for another process, whose moments we choose."""
    url = make_url(postgresql_url)

    def connect() -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database)

    return connect


_ROW = "INSERT INTO engagement_changes (site_id, topic, origin, at) VALUES ('test', %s, 'elsewhere', clock_timestamp())"


@pytest.mark.parametrize("announcement", ["NOTIFY engagement_changes", "SELECT 1"])
async def test_commits_out_of_sequence_order_are_heard(
    postgres: Storage, connect: Callable[[], "psycopg.Connection[tuple[object, ...]]"], announcement: str
) -> None:
    """A row whose number is lower than one already seen is told when it is committed, also without a notification."""
    ear = Ear(postgres)
    with closing(connect()) as slow, closing(connect()) as fast, closing(connect()) as refused:
        slow.execute(_ROW, ("slow",))
        refused.execute(_ROW, ("refused",))
        fast.execute(_ROW, ("fast",))
        for connection in (slow, fast):
            connection.execute(announcement.encode())
        fast.commit()
        await ear.wait_for("fast")
        assert "slow" not in ear.heard
        refused.rollback()
        slow.commit()
        await ear.wait_for("slow")
    assert sorted(ear.heard) == ["fast", "slow"]


async def test_a_lost_connection_clears_everything(
    postgres: Storage, connect: Callable[[], "psycopg.Connection[tuple[object, ...]]"], postgresql_url: str
) -> None:
    """What was committed while nobody listened cannot be known, so anything may have changed."""
    ear = Ear(postgres)
    with closing(connect()) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (make_url(postgresql_url).database,),
        )
    await ear.wait_for("*")
    with closing(connect()) as other:
        other.execute(_ROW, ("later",))
        other.commit()
    await ear.wait_for("later")


@given(st.permutations(range(1, 30)), st.integers(1, 29))
def test_every_number_is_asked_for_until_it_is_seen(order: list[int], looks: int) -> None:
    """In whatever order numbers are committed, and however often we look, each is found exactly once."""
    watermark = Watermark([0])
    committed: set[int] = set()
    found: list[int] = []
    for start in range(0, len(order), looks):
        committed.update(order[start : start + looks])
        new = sorted(number for number in committed if number > watermark.high or number in watermark.missing)
        assert watermark.see(new)
        found += new
    assert sorted(found) == list(range(1, 30))
    assert watermark.missing == []


def test_a_great_leap_makes_nothing_certain() -> None:
    """A thousand unknown numbers are not asked for one by one."""
    watermark = Watermark([5])
    assert not watermark.see([5_000])
    assert (watermark.high, watermark.missing) == (5_000, [])


async def test_a_unit_that_adds_and_touches_is_heard_once_by_its_key(storage: Storage) -> None:
    """Topics are the caller's own words."""
    ear = Ear(storage)
    await storage.write(add_and_touch, "news/42")
    assert ear.heard == ["news/42"]
