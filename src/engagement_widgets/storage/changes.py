"""The change feed: which public output changed, told to this process at once and to the others by rows."""

import logging
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, func, insert, select

from engagement_widgets.storage.tables import changes

Listener: TypeAlias = Callable[[frozenset[str]], None]

EVERYTHING = frozenset({"*"})
"""The topics of a listener that must assume that anything may have changed."""

CHANNEL = "engagement_changes"

_logger = logging.getLogger(__name__)
_RECORD = insert(changes)
_NOTIFY = select(func.pg_notify(CHANNEL, ""))
# On PostgreSQL the database's own time: readers on other machines compare it with the database's.
_RECORD_AT_DATABASE_TIME = insert(changes).values(at=func.clock_timestamp())


class Feed:
    """The writing side of the feed, and the listeners of this process."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.origin = ""
        self._listeners: list[Listener] = []
        self.renew()

    def renew(self) -> None:
        """Take a new name among the processes, as after a fork."""
        self.origin = secrets.token_hex(8)

    def listen(self, listener: Listener) -> None:
        """Call `listener` with the topics of every change: own ones before the writer is told, others' when seen."""
        self._listeners.append(listener)

    def record(self, connection: Connection, topics: Iterable[str], now: datetime) -> None:
        """Write the topics' rows with the transaction that changes them."""
        rows: list[dict[str, Any]] = [
            {"site_id": self.site, "topic": topic, "origin": self.origin} for topic in sorted(topics)
        ]
        if not rows:
            return
        if connection.dialect.name == "sqlite":
            connection.execute(_RECORD, [{**row, "at": now} for row in rows])
        else:
            connection.execute(_RECORD_AT_DATABASE_TIME, rows)
            connection.execute(_NOTIFY)

    def announce(self, topics: frozenset[str]) -> None:
        """Tell this process's listeners. One that fails is logged: the change itself is durable already."""
        if not topics:
            return
        for listener in self._listeners:
            try:
                listener(topics)
            except Exception:
                _logger.exception("a listener of the change feed failed")

    def foreign(self, rows: Iterable[tuple[str, str, str]]) -> frozenset[str]:
        """Return the topics of rows (site, topic, origin) that another process wrote for this site."""
        return frozenset(topic for site, topic, origin in rows if site == self.site and origin != self.origin)
