"""The writer of a SQLite file: a bounded queue, and one thread that commits what waits in groups."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from engagement_widgets.errors import Unavailable
from engagement_widgets.hooks import Clock
from engagement_widgets.storage.changes import Feed
from engagement_widgets.storage.engine import is_busy
from engagement_widgets.storage.group import Group, Job, Lost
from engagement_widgets.storage.tx import Unit

GROUP_UNITS = 64
GROUP_SECONDS = 0.010


class GroupWriter:
    """Runs up to 64 units, or 10 ms of them, in one transaction and acknowledges them after its commit.

    `BEGIN IMMEDIATE` arbitrates between processes. When a transaction is lost, every unit of its group runs again,
    alone. A unit that is queued runs, whether or not its caller still waits.
    """

    def __init__(self, engine: Engine, *, feed: Feed, clock: Clock, capacity: int) -> None:
        self._engine = engine
        self._feed = feed
        self._clock = clock
        self._capacity = capacity
        self._waiting: deque[Job] = deque()
        self._arrival = threading.Condition()
        self._stopping = False
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._work, name="engagement-writer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Refuse new units, commit those that wait, and end the thread."""
        with self._arrival:
            self._stopping = True
            self._arrival.notify()
        self._thread.join()

    def submit(
        self, unit: Unit[Any, Any], command: object, loop: asyncio.AbstractEventLoop | None = None
    ) -> Future[Any] | asyncio.Future[Any]:
        """Queue a unit and return its future: the loop's own, or a concurrent one without a loop.

        Raises:
            Unavailable: `busy`, when as many units wait as may.
        """
        with self._arrival:
            if self._stopping or len(self._waiting) >= self._capacity:
                raise Unavailable("busy")
            job = Job(unit, command, loop)
            self._waiting.append(job)
            self._arrival.notify()
        return job.future

    def _work(self) -> None:
        while (first := self._wait()) is not None:
            jobs = [first]
            try:
                self._serve(jobs)
            except BaseException as error:  # noqa: BLE001  # the thread must outlive it and nobody may wait for ever
                _fail(jobs, error)
            _acknowledge(jobs)
        self._disconnect()

    def _wait(self) -> Job | None:
        with self._arrival:
            while not self._waiting:
                if self._stopping:
                    return None
                self._arrival.wait()
            return self._waiting.popleft()

    def _another(self) -> Job | None:
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def _serve(self, jobs: list[Job]) -> None:
        try:
            self._transact(jobs, self._another)
        except Lost as lost:
            cause = lost.__cause__ or lost
            if is_busy(cause):  # another process holds the file: those who wait have waited long enough too
                while (job := self._another()) is not None:
                    jobs.append(job)
                _fail(jobs, cause)
            elif len(jobs) == 1:
                _fail(jobs, cause)
            else:
                self._serve_alone(jobs)

    def _serve_alone(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            try:
                self._transact([job], _nobody)
            except Lost as lost:
                _fail([job], lost.__cause__ or lost)

    def _transact(self, jobs: list[Job], another: Callable[[], Job | None]) -> None:
        try:
            group = Group(self._connect(), feed=self._feed, clock=self._clock)
            deadline = time.monotonic() + GROUP_SECONDS
            group.run(jobs[0])
            while len(jobs) < GROUP_UNITS and time.monotonic() < deadline and (job := another()) is not None:
                jobs.append(job)
                group.run(job)
            group.commit()
        except Lost:
            self._disconnect()
            raise
        except Exception as error:
            self._disconnect()
            raise Lost from error

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        """Close the connection, which rolls back whatever is left; the next transaction opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):
                connection.close()


def _nobody() -> None:
    return None


def _fail(jobs: Iterable[Job], error: BaseException) -> None:
    for job in jobs:
        job.fail(error)


def _acknowledge(jobs: Iterable[Job]) -> None:
    """Wake every waiter: each event loop once, not once a unit."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        if job.loop is None:
            job.settle()
        else:
            by_loop.setdefault(job.loop, []).append(job)
    for loop, its_jobs in by_loop.items():
        with suppress(RuntimeError):  # a loop that is closed has no waiters any more
            loop.call_soon_threadsafe(_settle, its_jobs)


def _settle(jobs: Iterable[Job]) -> None:
    for job in jobs:
        job.settle()
