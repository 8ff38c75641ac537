"""One transaction of the SQLite writer, in which many units run, each undone alone when it fails."""

import asyncio
import sqlite3
from concurrent.futures import Future
from typing import Any, cast

from sqlalchemy import Connection

from engagement_widgets.hooks import Clock
from engagement_widgets.storage.changes import Feed
from engagement_widgets.storage.engine import translated
from engagement_widgets.storage.tx import Tx, Unit, run_unit


class Lost(Exception):
    """The transaction is gone, and everything in it: nothing may be acknowledged. `__cause__` says why."""


class Job:
    """A unit that waits for its turn, and what became of it."""

    __slots__ = ("command", "error", "future", "loop", "result", "unit")

    def __init__(self, unit: Unit[Any, Any], command: object, loop: asyncio.AbstractEventLoop | None) -> None:
        self.unit = unit
        self.command = command
        self.loop = loop
        self.future: Future[Any] | asyncio.Future[Any] = Future() if loop is None else loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None

    def fail(self, error: BaseException) -> None:
        """Note that the unit failed."""
        self.error = translated(error)

    def settle(self) -> None:
        """Hand the outcome to whoever waits; in the loop's own thread if there is a loop."""
        if self.future.done():  # the caller went away; the unit is committed all the same
            return
        if self.error is None:
            self.future.set_result(self.result)
        elif isinstance(self.error, StopIteration):  # no future takes one, and its caller would wait for ever
            self.future.set_exception(RuntimeError("the unit raised StopIteration"))
        else:
            self.future.set_exception(self.error)


class Group:
    """A transaction, begun by constructing it, with the driver's own words: SQLAlchemy only runs the units' statements.

    The first unit that stays needs no savepoint: there is nothing beside it that its failure could take along.
    """

    def __init__(self, connection: Connection, *, feed: Feed, clock: Clock) -> None:
        self._connection = connection
        self._driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        self._feed = feed
        self._clock = clock
        self._topics: set[str] = set()
        self._shared = False
        self._driver.execute("BEGIN IMMEDIATE")

    def run(self, job: Job) -> None:
        """Run one unit and note its result or its error.

        Raises:
            Lost: SQLite ended the whole transaction, as it does when the disk is full.
        """
        tx = Tx(self._connection, site=self._feed.site, now=self._clock.now())
        job.error = None
        if self._shared:
            self._driver.execute("SAVEPOINT unit")
        try:
            job.result = run_unit(job.unit, job.command, tx)
        except BaseException as error:  # noqa: BLE001  # whatever it is, it belongs to the unit's caller
            self._undo(error)
            job.fail(error)
            return
        if not self._driver.in_transaction:
            raise Lost from tx.failure
        if self._shared:
            self._driver.execute("RELEASE unit")
        self._shared = True
        self._topics |= tx.topics

    def commit(self) -> None:
        """Make everything durable, then tell this process's listeners.

        Raises:
            Lost: the commit failed.
        """
        try:
            self._feed.record(self._connection, self._topics, self._clock.now())
            self._driver.commit()
        except Exception as error:
            raise Lost from error
        self._feed.announce(frozenset(self._topics))

    def _undo(self, error: BaseException) -> None:
        if not self._driver.in_transaction:
            raise Lost from error
        if self._shared:
            self._driver.execute("ROLLBACK TO unit")
            self._driver.execute("RELEASE unit")
        else:
            self._driver.execute("ROLLBACK")
            self._driver.execute("BEGIN IMMEDIATE")
