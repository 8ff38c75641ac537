"""PostgreSQL: others may make a transaction fail; the caller does not hear of it, or hears it in our words."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from cluster import Cluster
from engagement_widgets.errors import SettingsError, Unavailable
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from page_units import add, keys

pytestmark = pytest.mark.anyio

_LOCK = text("SELECT 1 FROM engagement_pages WHERE key = :key FOR UPDATE")


@pytest.fixture
def postgres(postgresql_url: str, clock: FakeClock) -> Iterator[Storage]:
    """A storage on PostgreSQL."""
    storage = Storage(url=postgresql_url, site="test", clock=clock)
    storage.boot()
    yield storage
    storage.close()


async def test_a_deadlock_is_resolved_by_running_again(postgres: Storage) -> None:
    """Two units that lock two rows in opposite order both succeed; one of them ran twice."""
    for key in "ab":
        await postgres.write(add, key)
    both_hold_one = threading.Barrier(2)
    runs: list[str] = []

    def lock(tx: Tx, order: str) -> str:
        first_time = order not in runs
        runs.append(order)
        tx.execute(_LOCK, {"key": order[0]})
        if first_time:
            both_hold_one.wait(timeout=5)
        tx.execute(_LOCK, {"key": order[1]})
        return order

    orders = await asyncio.gather(*(postgres.write(lock, order) for order in ("ab", "ba")))
    assert orders == ["ab", "ba"]
    assert len(runs) == 3


def refuse_until_third(tx: Tx, key: str) -> str:
    """Fail as PostgreSQL does when it cannot serialize, the first two times."""
    add(tx, key)
    tx.execute(
        text(
            "DO $$ BEGIN IF nextval('attempts') < 3 THEN "
            "RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; END IF; END $$"
        )
    )
    return key


async def test_a_serialization_failure_is_run_again(postgres: Storage) -> None:
    """The caller gets the result of the attempt that worked, and its rows are there once."""
    await postgres.write(create_sequence, None)
    assert await postgres.write(refuse_until_third, "a") == "a"
    assert await postgres.read(keys, None) == ["a"]


def create_sequence(tx: Tx, command: None) -> None:
    """Make the sequence that counts attempts: it counts on when a transaction is rolled back."""
    del command
    tx.execute(text("CREATE SEQUENCE attempts"))


async def test_retries_have_an_end(postgres: Storage) -> None:
    """A unit that can never be serialized is refused as busy."""

    def never(tx: Tx, command: None) -> None:
        del command
        tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(Unavailable, match="busy"):
        await postgres.write(never, None)


async def test_nothing_holds_a_lock_for_long(postgres: Storage) -> None:
    """Statements and idle transactions end after ten seconds, and a statement that was ended reads as busy."""

    def limits(tx: Tx, command: None) -> list[object]:
        del command
        names = ("statement_timeout", "idle_in_transaction_session_timeout")
        return [tx.execute(text(f"SHOW {name}")).scalar() for name in names]

    def sleep(tx: Tx, command: None) -> None:
        del command
        tx.execute(text("SET LOCAL statement_timeout = 50"))
        tx.execute(text("SELECT pg_sleep(5)"))

    assert await postgres.write(limits, None) == ["10s", "10s"]
    assert await postgres.read(limits, None) == ["10s", "10s"]
    with pytest.raises(Unavailable, match="busy"):
        await postgres.write(sleep, None)


def end_connections(server: Cluster, url: str) -> None:
    """End every connection to a database, as a restart of the server does."""
    name = make_url(url).database
    server.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


async def test_connections_that_died_in_the_pool_are_replaced(
    postgres: Storage, cluster: Cluster, postgresql_url: str
) -> None:
    """After the server was restarted the next read and the next write work."""
    await postgres.write(add, "a")
    end_connections(cluster, postgresql_url)
    assert await postgres.read(keys, None) == ["a"]
    end_connections(cluster, postgresql_url)
    assert await postgres.write(add, "b") == "b"
    assert await postgres.read(keys, None) == ["a", "b"]


async def test_a_connection_that_dies_in_a_unit_is_tried_once_more(
    postgres: Storage, cluster: Cluster, postgresql_url: str
) -> None:
    """Nothing was committed, so running again is safe; what dies every time reads as away."""
    runs: list[str] = []

    def die(tx: Tx, key: str) -> str:
        runs.append(key)
        if key == "always" or runs.count(key) == 1:
            end_connections(cluster, postgresql_url)
        return add(tx, key)

    assert await postgres.write(die, "once") == "once"
    with pytest.raises(Unavailable, match="storage_away"):
        await postgres.write(die, "always")
    assert await postgres.read(keys, None) == ["once"]


async def test_a_full_queue_refuses_at_once(postgresql_url: str, clock: FakeClock) -> None:
    """Beyond the bound a writer is told to come again; what was queued is written."""
    storage = Storage(url=postgresql_url, site="test", clock=clock, write_queue=2)
    storage.boot()
    lifted = threading.Event()

    def wait(tx: Tx, key: str) -> str:
        lifted.wait()
        return add(tx, key)

    queued = [asyncio.create_task(storage.write(wait, key)) for key in "ab"]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="busy"):
        await storage.write(add, "c")
    lifted.set()
    assert await asyncio.gather(*queued) == ["a", "b"]
    assert await storage.write(add, "d") == "d"
    await asyncio.to_thread(storage.close)


def test_a_server_that_cannot_be_reached_is_away(tmp_path: Path, clock: FakeClock) -> None:
    """The boot says so in our words, and can be tried again."""
    storage = Storage(url=f"postgresql+psycopg://nobody@/none?host={tmp_path}", site="test", clock=clock)
    with pytest.raises(Unavailable, match="storage_away"):
        storage.boot()


def test_a_missing_driver_is_named(postgresql_url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without psycopg the boot says what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    storage = Storage(url=postgresql_url, site="test", clock=clock)
    with pytest.raises(SettingsError, match=r"engagement-widgets\[postgres\]"):
        storage.boot()
