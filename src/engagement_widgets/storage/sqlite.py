"""Storage in a SQLite file."""

import asyncio
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, cast

from sqlalchemy import URL

from engagement_widgets.hooks import Clock
from engagement_widgets.storage.changes import Feed
from engagement_widgets.storage.engine import POOL_SIZE, open_sqlite, open_sqlite_readers, our_errors
from engagement_widgets.storage.migrate import upgrade_sqlite
from engagement_widgets.storage.sqlite_changes import SqliteWatch
from engagement_widgets.storage.tx import C, R, Tx, Unit, run_read
from engagement_widgets.storage.writer import GroupWriter


class SqliteStore:
    """An engine for readers, the group writer, and a watch on what other processes write."""

    def __init__(self, url: URL, *, feed: Feed, clock: Clock, write_queue: int) -> None:
        self._feed = feed
        self._clock = clock
        self._writing = open_sqlite(url)
        try:
            with our_errors():
                upgrade_sqlite(self._writing)
        except BaseException:
            self._writing.dispose()
            raise
        self._reading = open_sqlite_readers(url)
        self._watch = SqliteWatch(self._reading, feed)
        self._writer = GroupWriter(self._writing, feed=feed, clock=clock, capacity=write_queue)
        self._readers = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="engagement-read")
        self._writer.start()

    def close(self) -> None:
        """Commit what is queued and close every connection."""
        self._writer.stop()
        self._readers.shutdown()
        self._watch.close()
        self._reading.dispose()
        self._writing.dispose()

    def read(self, unit: Unit[C, R], command: C) -> R:
        """Run a unit in one read transaction, in this thread."""
        with our_errors(), self._reading.connect() as connection:
            driver = cast("sqlite3.Connection", connection.connection.driver_connection)
            driver.execute("BEGIN")  # the pool rolls back
            return run_read(unit, command, Tx(connection, site=self._feed.site, now=self._clock.now()))

    async def read_async(self, unit: Unit[C, R], command: C) -> R:
        """Run a unit in one read transaction, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read, unit, command)

    def write(self, unit: Unit[C, R], command: C) -> R:
        """Queue a unit and wait for its commit."""
        future = cast("Future[R]", self._writer.submit(unit, command))
        return future.result()

    async def write_async(self, unit: Unit[C, R], command: C) -> R:
        """Queue a unit and await its commit."""
        future: Any = self._writer.submit(unit, command, asyncio.get_running_loop())
        return cast("R", await future)

    def poll(self) -> None:
        """Look for what other processes wrote."""
        self._watch.poll()
