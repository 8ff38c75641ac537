"""Storage in PostgreSQL."""

import asyncio
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from engagement_widgets.errors import Unavailable
from engagement_widgets.hooks import Clock
from engagement_widgets.storage.changes import Feed
from engagement_widgets.storage.engine import POOL_SIZE, is_away, is_retryable, open_postgresql, our_errors, translated
from engagement_widgets.storage.migrate import check
from engagement_widgets.storage.postgresql_changes import PostgresWatch
from engagement_widgets.storage.tx import C, R, Tx, Unit, run_read, run_unit

_ATTEMPTS = 8
_FIRST_PAUSE = 0.005


class PostgresStore:
    """A pool, threads that read and threads that write, and a thread that listens to other processes."""

    def __init__(self, url: URL, *, feed: Feed, clock: Clock, write_queue: int) -> None:
        self._feed = feed
        self._clock = clock
        self._engine = open_postgresql(url)
        try:
            with our_errors():
                check(self._engine)
        except BaseException:
            self._engine.dispose()
            raise
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._readers = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="engagement-read")
        self._writers = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="engagement-write")
        self._places = threading.BoundedSemaphore(write_queue)
        self._watch = PostgresWatch(self._engine, feed)
        self._watch.start()

    def close(self) -> None:
        """Finish what is queued and close every connection."""
        self._writers.shutdown()
        self._readers.shutdown()
        self._watch.stop()
        self._engine.dispose()

    def read(self, unit: Unit[C, R], command: C) -> R:
        """Run a unit in one read transaction, in this thread."""
        with our_errors():
            return _again(lambda: self._read_once(unit, command))

    async def read_async(self, unit: Unit[C, R], command: C) -> R:
        """Run a unit in one read transaction, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read, unit, command)

    def write(self, unit: Unit[C, R], command: C) -> R:
        """Run a unit in one transaction, in this thread."""
        self._take_place()
        return self._write(unit, command)

    async def write_async(self, unit: Unit[C, R], command: C) -> R:
        """Run a unit in one transaction, in a thread, to its end even if the caller goes away."""
        self._take_place()
        running = asyncio.get_running_loop().run_in_executor(self._writers, self._write, unit, command)
        return await asyncio.shield(running)

    def poll(self) -> None:
        """See that somebody listens to other processes."""
        self._watch.ensure_alive()

    def _take_place(self) -> None:
        if not self._places.acquire(blocking=False):
            raise Unavailable("busy")

    def _write(self, unit: Unit[C, R], command: C) -> R:
        try:
            with our_errors():
                return _again(lambda: self._write_once(unit, command))
        finally:
            self._places.release()

    def _read_once(self, unit: Unit[C, R], command: C) -> R:
        with self._snapshots.connect() as connection:
            return run_read(unit, command, Tx(connection, site=self._feed.site, now=self._clock.now()))

    def _write_once(self, unit: Unit[C, R], command: C) -> R:
        with self._engine.connect() as connection:
            tx = Tx(connection, site=self._feed.site, now=self._clock.now())
            result = run_unit(unit, command, tx)
            self._feed.record(connection, tx.topics, tx.now)
            try:
                connection.commit()
            except DBAPIError as error:
                if is_away(error):  # nobody knows whether it is committed, so it must not run again
                    raise translated(error) from error
                raise
        self._feed.announce(frozenset(tx.topics))
        return result


def _again(attempt: Callable[[], R]) -> R:
    """Repeat a transaction that others made fail, and once one whose connection had died in the pool."""
    pause = _FIRST_PAUSE
    away = False
    for left in reversed(range(_ATTEMPTS)):
        try:
            return attempt()
        except DBAPIError as error:
            died = error.connection_invalidated and not away
            if left == 0 or not (died or is_retryable(error)):
                raise
            away = away or died
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # chance keeps two from meeting again
        pause *= 2
    raise AssertionError("the last attempt returns or raises")
