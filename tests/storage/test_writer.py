"""The group writer of SQLite: nothing is acknowledged that is not durable, and no unit harms another."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from engagement_widgets.errors import NotFound, Unavailable
from engagement_widgets.storage.units import Storage, Tx, Unit
from engagement_widgets.testing import FakeClock
from page_units import add, add_and_touch, keys

pytestmark = pytest.mark.anyio


def add_and_refuse(tx: Tx, key: str) -> str:
    """Add a page, then fail."""
    add(tx, key)
    raise NotFound("nothing_there")


def add_an_orphan(tx: Tx, key: str) -> str:
    """Add a page and a row that refers to nothing, which only the commit notices."""
    tx.execute(text("PRAGMA defer_foreign_keys=ON"))
    tx.execute(
        text("INSERT INTO engagement_comment_page_counts (site_id, page_id, approved) VALUES ('test', :key, 0)"),
        {"key": key},
    )
    return add(tx, key)


def limit_pages(tx: Tx, key: str) -> str:
    """Leave the file no room for more than a few pages."""
    size = tx.execute(text("PRAGMA page_count")).scalar_one()
    tx.execute(text(f"PRAGMA max_page_count={size + 4}"))
    return add(tx, key)


def fill_the_disk(tx: Tx, key: str) -> str:
    """Add a page too big for what is left."""
    return add(tx, key + "x" * 200_000)


def fill_the_disk_and_go_on(tx: Tx, key: str) -> str:
    """Catch the full disk and write on, outside of the transaction that is gone."""
    with suppress(Exception):  # what no unit should do
        fill_the_disk(tx, key)
    return add(tx, key)


@pytest.fixture
def writer(sqlite_url: str, clock: FakeClock) -> Iterator[Storage]:
    """A storage on SQLite."""
    storage = Storage(url=sqlite_url, site="test", clock=clock)
    storage.boot()
    yield storage
    storage.close()


class Blockade:
    """A unit that holds the writer until it is lifted, so that what is queued behind it forms one group."""

    def __init__(self, storage: Storage) -> None:
        self._reached = threading.Event()
        self._lifted = threading.Event()
        self._task = asyncio.create_task(storage.write(self._unit, None))

    async def reached(self) -> None:
        """Wait until the writer stands still."""
        await asyncio.to_thread(self._reached.wait)

    async def lift(self) -> None:
        """Let the writer go on."""
        self._lifted.set()
        await self._task

    def _unit(self, tx: Tx, command: None) -> None:
        del tx, command
        self._reached.set()
        self._lifted.wait()


async def _together(storage: Storage, *units: tuple[Unit[str, Any], str]) -> list[Any]:
    """Run units in one group and return their results and exceptions."""
    blockade = Blockade(storage)
    await blockade.reached()
    tasks = [asyncio.create_task(storage.write(unit, key)) for unit, key in units]
    await asyncio.sleep(0)
    await blockade.lift()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_failing_unit_takes_nothing_with_it(writer: Storage) -> None:
    """Its error reaches its own caller, its rows are gone, its neighbours' rows stay."""
    outcomes = await _together(
        writer, (add_and_refuse, "a"), (add, "b"), (add_and_refuse, "c"), (add, "d"), (add, "d"), (add, "e")
    )
    assert [type(outcome) for outcome in outcomes] == [NotFound, str, NotFound, str, IntegrityError, str]
    assert await writer.read(keys, None) == ["b", "d", "e"]


async def test_a_full_disk_in_the_middle_of_a_group_harms_only_the_unit_that_fills_it(writer: Storage) -> None:
    """SQLite drops the whole transaction, so the units run again alone; acknowledged is what is there."""
    outcomes = await _together(
        writer,
        (limit_pages, "a"),
        (add, "b"),
        (fill_the_disk, "c"),
        (add, "d"),
        (fill_the_disk_and_go_on, "e"),
        (add, "f"),
    )
    assert [type(outcome) for outcome in outcomes] == [str, str, Unavailable, str, RuntimeError, str]
    assert str(outcomes[2]) == "storage_full"
    assert "ended with a database error" in str(outcomes[4])
    assert await writer.read(keys, None) == ["a", "b", "d", "f"]


async def test_a_full_disk_does_not_stay_in_the_way(writer: Storage, sqlite_url: str, clock: FakeClock) -> None:
    """After the refusal the writer goes on, and what it acknowledged survives another process's look."""
    await _together(writer, (limit_pages, "a"), (fill_the_disk, "b"), (add, "c"))
    await writer.write(add, "d")
    other = Storage(url=sqlite_url, site="test", clock=clock)
    other.boot()
    assert other.read_sync(keys, None) == ["a", "c", "d"]
    other.close()


async def test_a_failing_commit_is_told_only_to_the_unit_that_causes_it(writer: Storage) -> None:
    """Nothing of the group is acknowledged; alone, every other unit commits."""
    told: list[frozenset[str]] = []
    writer.on_change(told.append)

    outcomes = await _together(writer, (add_and_touch, "a"), (add_an_orphan, "b"), (add, "c"))
    assert [str(outcome) for outcome in outcomes] == ["a", "FOREIGN KEY constraint failed", "c"]
    assert await writer.read(keys, None) == ["a", "c"]
    assert told == [frozenset({"a"})]


async def test_a_caller_that_goes_away_leaves_a_unit_that_commits(writer: Storage) -> None:
    """The disconnect of a client does not undo what it sent."""
    blockade = Blockade(writer)
    await blockade.reached()
    task = asyncio.create_task(writer.write(add, "a"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await blockade.lift()
    await writer.write(add, "b")
    assert await writer.read(keys, None) == ["a", "b"]


async def test_a_full_queue_refuses_at_once(sqlite_url: str, clock: FakeClock) -> None:
    """Beyond the bound a writer is told to come again; what was queued is written."""
    storage = Storage(url=sqlite_url, site="test", clock=clock, write_queue=3)
    storage.boot()
    blockade = Blockade(storage)
    await blockade.reached()
    queued = [asyncio.create_task(storage.write(add, key)) for key in "abc"]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="busy") as caught:
        await storage.write(add, "d")
    assert caught.value.retry_after >= 1
    await blockade.lift()
    await asyncio.gather(*queued)
    await storage.write(add, "e")
    assert await storage.read(keys, None) == ["a", "b", "c", "e"]
    storage.close()


async def test_a_file_held_by_another_process_refuses_everybody_who_waited(
    writer: Storage, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting has an end: the whole queue hears `busy`, and the next unit is written once the file is free."""
    import sqlite3

    monkeypatch.setattr("engagement_widgets.storage.engine.BUSY_SECONDS", 0.2)
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None) as other:
        writer.close()
        writer.boot()
        other.execute("BEGIN IMMEDIATE")
        outcomes = await asyncio.gather(*(writer.write(add, key) for key in "abc"), return_exceptions=True)
        other.execute("ROLLBACK")
    other.close()
    assert [str(outcome) for outcome in outcomes] == ["busy"] * 3
    await writer.write(add, "d")
    assert await writer.read(keys, None) == ["d"]


async def test_many_writers_share_commits(writer: Storage) -> None:
    """Sixty-four waiting units take a few commits, and each caller gets its own result."""
    outcomes = await _together(writer, *((add, f"{number:03}") for number in range(200)))
    assert outcomes == [f"{number:03}" for number in range(200)]
    assert await writer.read(keys, None) == outcomes


async def test_an_error_no_future_takes_reaches_its_caller(writer: Storage) -> None:
    """A unit that raises StopIteration does not leave its caller waiting."""

    def exhausted(tx: Tx, command: None) -> object:
        del tx, command
        return next(iter(()))

    with pytest.raises(RuntimeError, match="StopIteration"):
        await writer.write(exhausted, None)
    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.to_thread(writer.write_sync, exhausted, None)


def test_every_event_loop_and_thread_gets_its_answers(writer: Storage) -> None:
    """Loops in several threads, and threads without one, share the writer."""

    async def write(prefix: str) -> list[str]:
        return await asyncio.gather(*(writer.write(add, f"{prefix}{number}") for number in range(20)))

    with ThreadPoolExecutor(4) as threads:
        loops = [threads.submit(asyncio.run, write(prefix)) for prefix in "ab"]
        plain = [threads.submit(writer.write_sync, add, f"c{number}") for number in range(20)]
        assert [len(set(loop.result())) for loop in loops] == [20, 20]
        assert len({future.result() for future in plain}) == 20
    assert len(writer.read_sync(keys, None)) == 60


def test_an_event_loop_that_is_gone_harms_nobody(writer: Storage) -> None:
    """A loop that closed before its answer came leaves the writer alive."""
    lifted = threading.Event()

    def wait(tx: Tx, command: None) -> None:
        del tx, command
        lifted.wait()

    async def leave() -> None:
        task = asyncio.create_task(writer.write(wait, None))
        await asyncio.sleep(0.02)
        task.cancel()

    asyncio.run(leave())
    lifted.set()
    assert writer.write_sync(add, "a") == "a"


async def test_closing_commits_what_is_queued(sqlite_url: str, clock: FakeClock) -> None:
    """A stop in good order loses nothing that was taken."""
    storage = Storage(url=sqlite_url, site="test", clock=clock)
    storage.boot()
    blockade = Blockade(storage)
    await blockade.reached()
    tasks = [asyncio.create_task(storage.write(add, key)) for key in "abc"]
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(storage.close))
    await blockade.lift()
    assert await asyncio.gather(*tasks) == ["a", "b", "c"]
    await closing
    with pytest.raises(Unavailable, match="not_booted"):
        await storage.write(add, "d")


async def test_a_group_is_durable_before_it_is_acknowledged(writer: Storage, sqlite_url: str) -> None:
    """When the listener hears of a change, and so before its writer does, another connection sees the row."""
    import sqlite3

    seen: list[int] = []

    def look(topics: frozenset[str]) -> None:
        del topics
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
        seen.append(other.execute("SELECT count(*) FROM engagement_pages").fetchone()[0])
        other.close()

    writer.on_change(look)
    await writer.write(add_and_touch, "a")
    assert seen == [1]


def test_the_file_is_set_to_survive_a_power_cut(writer: Storage, sqlite_url: str) -> None:
    """Write-ahead log, full synchronisation, foreign keys: in the writer's own connection."""

    def settings(tx: Tx, command: None) -> list[object]:
        del command
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [tx.execute(text(f"PRAGMA {name}")).scalar() for name in names]

    assert writer.write_sync(settings, None) == ["wal", 2, 1, 5000]
    assert Path(sqlite_url.removeprefix("sqlite:///") + "-wal").exists()
