"""Units: one function, one transaction, the same on both databases."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from engagement_widgets.errors import NotFound, SettingsError, Unavailable
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from page_units import add, add_and_touch, emit, keys, touch
from peers import StartPeer

pytestmark = pytest.mark.anyio


def dialect(tx: Tx, command: str) -> str:
    """Name the database."""
    return tx.dialect + command


def add_and_refuse(tx: Tx, key: str) -> None:
    """Add a page, touch it, emit an event, then fail."""
    add_and_touch(tx, key)
    emit(tx, None)
    raise NotFound("nothing_there")


def add_twice_and_go_on(tx: Tx, key: str) -> None:
    """Catch a database error, which PostgreSQL would not survive."""
    add(tx, key)
    try:
        add(tx, key)
    except IntegrityError:
        add(tx, key + "!")


def add_twice_and_be_content(tx: Tx, key: str) -> str:
    """Catch a database error and return as if nothing was."""
    try:
        add(tx, key)
        add(tx, key)
    except IntegrityError:
        return "fine"
    return "never"


async def test_what_a_unit_returns_reaches_its_caller(storage: Storage) -> None:
    """Read or written, awaited or not."""
    assert (await storage.read(dialect, "!")).endswith("!")
    assert (await storage.write(dialect, "!")).endswith("!")
    assert storage.read_sync(dialect, "?").endswith("?")
    assert storage.write_sync(dialect, "?").endswith("?")
    await storage.ping()


async def test_a_unit_that_raises_leaves_nothing(storage: Storage) -> None:
    """Its error comes out as it is; no row, no feed, no event stays."""
    told: list[frozenset[str]] = []
    storage.on_change(told.append)
    with pytest.raises(NotFound, match="nothing_there"):
        await storage.write(add_and_refuse, "a")
    with pytest.raises(NotFound, match="nothing_there"):
        storage.write_sync(add_and_refuse, "a")
    assert await storage.read(keys, None) == []
    assert await storage.read(count, "engagement_changes") == 0
    assert await storage.read(count, "engagement_outbox") == 0
    assert told == []


def count(tx: Tx, table: str) -> int:
    """Count the rows of a table."""
    found: int = tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


async def test_a_database_error_ends_a_unit_also_when_it_is_caught(storage: Storage) -> None:
    """What PostgreSQL would refuse is refused on SQLite too, so that a unit tested on one works on both."""
    with pytest.raises(RuntimeError, match="ended with a database error"):
        await storage.write(add_twice_and_go_on, "a")
    with pytest.raises(RuntimeError, match="caught a database error"):
        await storage.write(add_twice_and_be_content, "a")
    assert await storage.read(keys, None) == []


async def test_a_read_writes_nothing(storage: Storage) -> None:
    """The database refuses its writes; touching and emitting are refused by us."""
    with pytest.raises(DBAPIError):
        await storage.read(add, "a")
    for unit in (touch, lambda tx, _: emit(tx, None)):
        with pytest.raises(RuntimeError, match="changes nothing"):
            await storage.read(unit, "a")
    assert await storage.write(add, "b") == "b"
    assert await storage.read(keys, None) == ["b"]


async def test_a_transaction_is_of_no_use_after_its_unit(storage: Storage) -> None:
    """Its connection belongs to the next unit by then."""
    kept: list[Tx] = []
    await storage.write(lambda tx, _: kept.append(tx), None)
    await storage.read(lambda tx, _: kept.append(tx), None)
    for tx in kept:
        with pytest.raises(RuntimeError, match="is over"):
            add(tx, "late")


async def test_a_read_sees_one_moment(storage: Storage) -> None:
    """Two statements of one read agree, whatever is written between them."""

    def read_twice(tx: Tx, command: None) -> tuple[list[str], list[str]]:
        before = keys(tx, command)
        storage.write_sync(add, "between")
        return before, keys(tx, command)

    await storage.write(add, "a")
    before, after = await storage.read(read_twice, None)
    assert before == after == ["a"]
    assert await storage.read(keys, None) == ["a", "between"]


async def test_a_cancelled_caller_leaves_a_unit_that_commits(storage: Storage) -> None:
    """A client's disconnect does not undo what it sent."""
    tasks = [asyncio.create_task(storage.write(add, f"{number:02}")) for number in range(30)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.to_thread(storage.close)
    storage.boot()
    assert len(await storage.read(keys, None)) == 30


def test_two_processes_write_at_once(storage: Storage, database_url: str, start_peer: StartPeer) -> None:
    """Every unit of both is there once; neither is turned away."""
    peers = [start_peer(database_url, "write", prefix, 50) for prefix in "ab"]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: storage.write_sync(add, f"c-{number}"), range(100)))
    assert [peer.wait(timeout=60) for peer in peers] == [0, 0]
    found = storage.read_sync(keys, None)
    assert len(found) == len(set(found)) == 200


async def test_nothing_works_before_the_boot(database_url: str, clock: FakeClock) -> None:
    """Constructing opens nothing, and says so to whoever comes too early."""
    storage = Storage(url=database_url, site="test", clock=clock)
    with pytest.raises(Unavailable, match="not_booted"):
        await storage.read(keys, None)
    storage.close()


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:"])
def test_a_database_we_cannot_use_is_refused_at_once(url: str, clock: FakeClock) -> None:
    """The settings' error names the setting."""
    with pytest.raises(SettingsError, match="ENGAGEMENT_DATABASE_URL"):
        Storage(url=url, site="test", clock=clock)


def test_constructing_touches_no_file(tmp_path: Path, clock: FakeClock) -> None:
    """No file appears before the boot."""
    Storage(url=f"sqlite:///{tmp_path}/none.db", site="test", clock=clock)
    assert list(tmp_path.iterdir()) == []
