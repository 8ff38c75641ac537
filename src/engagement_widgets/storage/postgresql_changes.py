"""Seeing what other processes write into the same PostgreSQL database."""

import logging
import os
import select
import threading
from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from engagement_widgets.storage.changes import CHANNEL, EVERYTHING, Feed

if TYPE_CHECKING:
    import psycopg

    Raw = psycopg.Connection[tuple[int, str, str, str]]

WINDOW_SECONDS = 60
_POLL_SECONDS = 1.0
_PAUSE_SECONDS = 0.5
_CALM_SECONDS = 0.05  # under a stream of commits, one look serves many of them
_MOST_MISSING = 1000
# Two halves, because an index does not help an OR of them.
_ROWS = (
    "(SELECT seq, site_id, topic, origin FROM engagement_changes WHERE seq > %s ORDER BY seq LIMIT 5000) UNION ALL "
    "SELECT seq, site_id, topic, origin FROM engagement_changes WHERE seq = ANY(%s) ORDER BY seq"
)
_RECENT = (
    "SELECT seq FROM engagement_changes WHERE at > clock_timestamp() - make_interval(secs => %s) "
    "UNION SELECT coalesce(max(seq), 0) FROM engagement_changes ORDER BY seq"
)

_logger = logging.getLogger(__name__)


class Watermark:
    """Which rows of the feed have been seen, when numbers are given out in another order than rows are committed.

    A number that was jumped over belongs to a transaction that is still running, or was rolled back. It is asked for
    again for 60 seconds, longer than any transaction of ours may last; what the plain last-minute window would read
    again and again is not read twice.
    """

    def __init__(self, seen: Iterable[int]) -> None:
        self.high = 0
        self._missing: dict[int, float] = {}
        numbers = list(seen)
        if numbers:
            self.high = numbers[0]
        self.see(numbers)

    @property
    def missing(self) -> list[int]:
        """The numbers to ask for again."""
        return list(self._missing)

    def see(self, numbers: Iterable[int]) -> bool:
        """Note ascending numbers as seen. False when so many are missing that nothing is certain any more."""
        now = monotonic()
        self._missing = {number: until for number, until in self._missing.items() if until > now}
        certain = True
        for number in numbers:
            self._missing.pop(number, None)
            if number - self.high > _MOST_MISSING:
                certain = False
            elif number > self.high:
                self._missing.update(dict.fromkeys(range(self.high + 1, number), now + WINDOW_SECONDS))
            self.high = max(self.high, number)
        return certain


class PostgresWatch:
    """A thread that listens for the notification that comes with every commit, and looks once a second anyway."""

    def __init__(self, engine: Engine, feed: Feed) -> None:
        arguments, options = engine.dialect.create_connect_args(engine.url)
        self._arguments = arguments
        self._options = {**options, "connect_timeout": 5, "tcp_user_timeout": 10_000, "autocommit": True}
        self._feed = feed
        self._stopping = False
        self._wake_read, self._wake_write = os.pipe()
        self._listening = threading.Event()
        self._thread = self._new_thread()

    def start(self) -> None:
        """Start listening and wait until it does, so that nothing is missed after the boot."""
        self._thread.start()
        self._listening.wait(timeout=5)

    def stop(self) -> None:
        """End the thread."""
        self._stopping = True
        os.write(self._wake_write, b"x")
        self._thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def ensure_alive(self) -> None:
        """Start the thread again if it has died."""
        if not self._thread.is_alive() and not self._stopping:
            self._thread = self._new_thread()
            self._thread.start()

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(target=self._work, name="engagement-listen", daemon=True)

    def _work(self) -> None:
        import psycopg

        while not self._stopping:
            try:
                with psycopg.connect(*self._arguments, **self._options) as raw:
                    self._follow(raw)
            except psycopg.Error as error:
                _logger.warning("the change feed lost its connection, trying again: %s", error)
                self._sleep(_PAUSE_SECONDS)

    def _follow(self, raw: "Raw") -> None:
        raw.execute(f"LISTEN {CHANNEL}")
        watermark = Watermark(row[0] for row in raw.execute(_RECENT, (WINDOW_SECONDS,)).fetchall())
        self._feed.announce(EVERYTHING)  # whatever was committed while nobody listened
        self._listening.set()
        while not self._stopping:
            self._announce_new(raw, watermark)
            self._sleep(_CALM_SECONDS)
            # A notification that came meanwhile is in psycopg's hands already: no socket would wake us for it.
            if not list(raw.notifies(timeout=0)):
                self._sleep(_POLL_SECONDS, raw.fileno())

    def _announce_new(self, raw: "Raw", watermark: Watermark) -> None:
        rows = raw.execute(_ROWS, (watermark.high, watermark.missing)).fetchall()
        if watermark.see(row[0] for row in rows):
            self._feed.announce(self._feed.foreign(row[1:] for row in rows))
        else:
            self._feed.announce(EVERYTHING)

    def _sleep(self, seconds: float, *sockets: int) -> None:
        select.select([self._wake_read, *sockets], [], [], seconds)
