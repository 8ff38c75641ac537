"""A page of comments costs the same however many there are: the databases read no more rows for it."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from benchmarks.news import article, storage
from benchmarks.rows import BEGINNING, REPLIES, SECONDS_APART, Thread, fill, root_at
from sqlalchemy import Engine, create_engine, event, text

from engagement_widgets.comments.reading import Address, load_discussion
from engagement_widgets.comments.states import Sort
from engagement_widgets.comments.views import Position, Toward

FEW, MANY = Thread(page=article("it"), size=500), Thread(page=article("nhieu"), size=5_000)
SIZE = 20
STEPS = 10
"""Of SQLite's machine, told each time so many are done."""

Sent = list[tuple[str, Any]]


def _addresses(database: str, thread: Thread) -> dict[str, Address]:
    """What is read of a thread: its first page in every order, what is half-way down, and the page of one comment."""
    middle = BEGINNING + timedelta(seconds=SECONDS_APART) * (thread.size // (REPLIES + 1) // 2)
    after = Position(toward=Toward.AFTER, at=middle, id=UUID(int=0))
    first = {f"first, {sort}": Address(page_id=thread.id, size=SIZE, sort=sort) for sort in Sort}
    return first | {
        "in the middle": Address(page_id=thread.id, size=SIZE, position=after),
        "permalink": Address(page_id=thread.id, size=SIZE, at=root_at(database, thread.page, middle)),
    }


@contextmanager
def _sent() -> Iterator[Sent]:
    """Every statement with its parameters, as the driver is given them meanwhile."""
    found: Sent = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        del connection, cursor, rest
        if "engagement_" in statement:
            found.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _steps(engine: Engine, sent: Sent) -> int:
    """Steps of SQLite's own machine, the same in every run."""
    done = 0

    def count() -> int:
        nonlocal done
        done += STEPS
        return 0

    with closing(engine.raw_connection()) as borrowed:
        connection: Any = borrowed.driver_connection
        connection.set_progress_handler(count, STEPS)
        for statement, parameters in sent:
            connection.execute(statement, parameters).fetchall()
        connection.set_progress_handler(None, 0)
    return done


def _rows(engine: Engine, sent: Sent) -> int:
    """Rows that PostgreSQL's plans have taken from tables and indexes, those they then left out too."""
    with engine.connect() as connection:
        plans = [
            connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
            for statement, parameters in sent
        ]
    return sum(_scanned(plan[0]["Plan"]) for plan in plans)


def _scanned(node: dict[str, Any]) -> int:
    below = sum(map(_scanned, node.get("Plans", ())))
    if "Scan" not in node["Node Type"]:
        return below
    left_out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return below + int((node["Actual Rows"] + left_out) * node["Actual Loops"])


WORK: dict[str, Callable[[Engine, Sent], int]] = {"sqlite": _steps, "postgresql": _rows}


def test_ten_times_the_comments_are_no_more_work(database_url: str) -> None:
    """First pages, a page in the middle and a permalink into it, counted by the databases themselves."""
    fill(database_url, [FEW, MANY])
    engine = create_engine(database_url)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))  # what it does by itself within the minute
    work = WORK[engine.dialect.name]
    found: dict[str, list[int]] = {}
    with storage(database_url) as opened:
        for thread in (FEW, MANY):
            for name, address in _addresses(database_url, thread).items():
                with _sent() as sent:
                    shown = opened.read_sync(load_discussion, address).comments.comments
                assert len(shown) == SIZE
                found.setdefault(name, []).append(work(engine, sent))
    engine.dispose()
    assert {name: counts for name, counts in found.items() if counts[1] > 1.1 * counts[0]} == {}
