"""`Storage`: where every other part reads and writes, one unit at a time.

A unit is a plain function of a transaction and a command. Nothing outside this package opens a transaction.
"""

from typing import Any, Protocol

from sqlalchemy import select

from engagement_widgets.errors import Unavailable
from engagement_widgets.hooks import Clock
from engagement_widgets.storage.changes import EVERYTHING, Feed, Listener
from engagement_widgets.storage.engine import parse_url
from engagement_widgets.storage.postgresql import PostgresStore
from engagement_widgets.storage.sqlite import SqliteStore
from engagement_widgets.storage.tx import C, R, Tx, Unit

__all__ = ["Listener", "Storage", "Tx", "Unit"]

_ONE = select(1)


class _Store(Protocol):
    """What the two databases have in common."""

    def read(self, unit: Unit[C, R], command: C) -> R: ...
    async def read_async(self, unit: Unit[C, R], command: C) -> R: ...
    def write(self, unit: Unit[C, R], command: C) -> R: ...
    async def write_async(self, unit: Unit[C, R], command: C) -> R: ...
    def poll(self) -> None: ...
    def close(self) -> None: ...


class Storage:
    """One database, for one site. Constructing it opens nothing.

    Args:
        url: SQLAlchemy URL, `sqlite:///path` or `postgresql+psycopg://…`.
        site: leads every key.
        clock: tells units the time.
        write_queue: units that may wait for their commit; beyond it `Unavailable("busy")`.
    """

    def __init__(self, *, url: str, site: str, clock: Clock, write_queue: int = 1024) -> None:
        self._url = parse_url(url)
        self._feed = Feed(site)
        self._write_queue = write_queue
        self._store: _Store | None = None
        self._inherited: _Store | None = None
        self._reopens = False
        self._recalled: dict[str, dict[object, Any]] = {}
        self._feed.listen(self._drop)
        self.clock = clock

    def boot(self) -> None:
        """Open the database; blocking. SQLite is upgraded, PostgreSQL must be at this release's schema.

        Raises:
            SchemaError: the schema is older or newer; it names the command.
        """
        if self._store is not None:
            return
        store = SqliteStore if self._url.get_backend_name() == "sqlite" else PostgresStore
        self._store = store(self._url, feed=self._feed, clock=self.clock, write_queue=self._write_queue)

    def close(self) -> None:
        """Commit what is queued and close everything. Nothing needs it: a killed process loses nothing either."""
        store, self._store = self._store, None
        if store is not None:
            store.close()

    async def read(self, unit: Unit[C, R], command: C) -> R:
        """Run a unit in one read transaction, in a thread."""
        return await self._open.read_async(unit, command)

    async def write(self, unit: Unit[C, R], command: C) -> R:
        """Run a unit in one transaction and return when it is durable.

        It commits even if the caller is cancelled meanwhile. What it raises rolls back it alone and comes out here.

        Raises:
            Unavailable: `busy` (the queue is full, or others hold the database), `storage_full`, `storage_away`.
        """
        return await self._open.write_async(unit, command)

    async def recall(self, unit: Unit[None, R], topic: str) -> R:
        """What a unit reads, read once and kept until its topic changes."""
        # taken before the read: dropped meanwhile, the result is given once and kept where nobody looks again
        kept = self._recalled.setdefault(topic, {})
        if unit not in kept:
            kept[unit] = await self.read(unit, None)
        found: R = kept[unit]
        return found

    def forget(self, topic: str) -> None:
        """Read what depends on this topic anew when it is next recalled."""
        self._recalled.pop(topic, None)

    def read_sync(self, unit: Unit[C, R], command: C) -> R:
        """`read` for callers without an event loop."""
        return self._open.read(unit, command)

    def write_sync(self, unit: Unit[C, R], command: C) -> R:
        """`write` for callers without an event loop."""
        return self._open.write(unit, command)

    def on_change(self, listener: Listener) -> None:
        """Call `listener` with the topics of every change; `"*"` among them stands for everything.

        Own changes are told in the writing thread, after the commit and before the writer is; those of other
        processes when they are seen.
        """
        self._feed.listen(listener)

    async def poll(self) -> None:
        """Look for what other processes changed, and tell the listeners. A few microseconds when there is nothing."""
        self._open.poll()

    async def ping(self) -> None:
        """Ask the database for one answer."""
        await self.read(_ping, None)

    def before_fork(self) -> None:
        """Close everything for the moment of a fork.

        SQLite keeps its locks in the memory of the process: a child that inherits it believes to hold locks which
        only its parent has, and may never write, or write into a log that others have deleted.
        """
        self._reopens = self._store is not None
        self.close()

    def after_fork_in_parent(self) -> None:
        """Open again what was closed for the fork."""
        if self._reopens:
            self.boot()

    def after_fork_in_child(self) -> None:
        """Be as new: the parent's connections and threads do not work here. The child boots by itself."""
        self._inherited, self._store = self._store, None  # kept, because closing it here would disturb the parent
        self._reopens = False
        self._feed.renew()

    def _drop(self, topics: frozenset[str]) -> None:
        for topic in tuple(self._recalled) if topics >= EVERYTHING else topics:
            self.forget(topic)

    @property
    def _open(self) -> _Store:
        if self._store is None:
            raise Unavailable("not_booted")
        return self._store


def _ping(tx: Tx, command: None) -> None:
    del command
    tx.execute(_ONE)
