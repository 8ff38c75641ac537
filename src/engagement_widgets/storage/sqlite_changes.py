"""Seeing what other processes write into the same SQLite file."""

import sqlite3
import threading
from typing import cast

from sqlalchemy import Engine

from engagement_widgets.storage.changes import EVERYTHING, Feed

_ROWS_AT_ONCE = 1000
_ROWS = f"SELECT seq, site_id, topic, origin FROM engagement_changes WHERE seq > ? ORDER BY seq LIMIT {_ROWS_AT_ONCE}"
_LAST = "SELECT coalesce(max(seq), 0) FROM engagement_changes"


class _Connection:
    """A raw autocommit connection and the `data_version` it saw last."""

    __slots__ = ("raw", "version")

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self.version = -1


class SqliteWatch:
    """Asks `PRAGMA data_version`, which changes when another connection has committed, then reads the feed's new rows.

    Each thread that asks (an event loop, in a server) has its own connection: the answer is kept by connection, and
    takes microseconds without a pool or a thread hop.
    """

    def __init__(self, engine: Engine, feed: Feed) -> None:
        self._engine = engine
        self._feed = feed
        self._local = threading.local()
        self._lock = threading.Lock()
        self._opened: list[sqlite3.Connection] = []
        with engine.connect() as connection:
            self._seen = int(connection.exec_driver_sql(_LAST).scalar_one())

    def poll(self) -> None:
        """Announce what other processes committed since the last call from any thread."""
        connection = self._connection()
        version = connection.raw.execute("PRAGMA data_version").fetchone()[0]
        if version != connection.version:
            with self._lock:  # also for those who find nothing new: it was announced when they return
                self._announce_new(connection.raw)
            connection.version = version

    def close(self) -> None:
        """Close every thread's connection."""
        for raw in self._opened:
            raw.close()

    def _announce_new(self, raw: sqlite3.Connection) -> None:
        rows = raw.execute(_ROWS, (self._seen,)).fetchall()
        if not rows:
            return
        # The numbers of a SQLite feed have no gaps, so a gap is what was pruned while this process slept.
        if rows[0][0] != self._seen + 1 or len(rows) == _ROWS_AT_ONCE:
            self._seen = raw.execute(_LAST).fetchone()[0]
            self._feed.announce(EVERYTHING)
        else:
            self._seen = rows[-1][0]
            self._feed.announce(self._feed.foreign(row[1:] for row in rows))

    def _connection(self) -> _Connection:
        connection: _Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            pooled = self._engine.raw_connection()
            raw = cast("sqlite3.Connection", pooled.driver_connection)
            pooled.detach()
            self._opened.append(raw)
            connection = self._local.connection = _Connection(raw)
        return connection
