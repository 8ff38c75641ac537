"""What a unit sees of its transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias, TypedDict, TypeVar, overload
from uuid import UUID

from sqlalchemy import Connection, CursorResult, Executable, Result, insert
from sqlalchemy.exc import DBAPIError

from engagement_widgets.events import Event
from engagement_widgets.kernel.ids import new_id
from engagement_widgets.storage.payloads import encode
from engagement_widgets.storage.prepared import Params, Prepared
from engagement_widgets.storage.tables import outbox

C = TypeVar("C")
R = TypeVar("R")
_RECORD_EVENT = insert(outbox)


class EventFields(TypedDict):
    """What every event is made with."""

    id: UUID
    site: str
    at: datetime


class Tx:
    """One unit's view of its transaction. Not thread-safe; of no use once the unit has returned.

    Attributes:
        site: leads every key.
        now: the moment of the whole unit (UTC).
        dialect: `sqlite` or `postgresql`.
        topics: what was touched.
        events: what was emitted.
        failure: the database error that ended it, if one did.
    """

    __slots__ = ("_connection", "_delayed", "dialect", "events", "failure", "now", "site", "topics")

    def __init__(self, connection: Connection, *, site: str, now: datetime) -> None:
        self._connection: Connection | None = connection
        self.site = site
        self.now = now
        self.dialect = connection.dialect.name
        self.topics: set[str] = set()
        self.events: list[Event] = []
        self._delayed: dict[UUID, datetime] = {}
        self.failure: DBAPIError | None = None

    @overload
    def execute(self, statement: Executable, params: Params | None = None) -> CursorResult[Any]: ...
    @overload
    def execute(self, statement: Prepared, params: Params | None = None) -> Result[Any]: ...
    def execute(self, statement: Executable | Prepared, params: Params | None = None) -> Result[Any]:
        """Run one statement: a module constant with bind parameters, so that it is compiled once.

        A database error ends the unit, also when it is caught: PostgreSQL refuses to go on after one, and SQLite
        may have lost the transaction. Write `ON CONFLICT` instead of catching.
        """
        if self.failure is not None:
            raise RuntimeError("the transaction ended with a database error") from self.failure
        if self._connection is None:
            raise RuntimeError("the unit has returned: its transaction is over")
        try:
            if isinstance(statement, Prepared):
                return statement.run(self._connection, params)
            return self._connection.execute(statement, params)
        except DBAPIError as error:
            self.failure = error
            raise

    def new_id(self) -> UUID:
        """Make an id of this moment."""
        return new_id(self.now)

    def touch(self, topic: str) -> None:
        """Say that the public output of a topic (a page id, `links`, `site`) changes with this transaction."""
        self.topics.add(topic)

    def emit(self, event: Event, *, not_before: datetime | None = None) -> None:
        """Record an event with this transaction; the outbox delivers it later, and never before the moment given."""
        self.events.append(event)
        if not_before is not None:
            self._delayed[event.id] = not_before

    def event_fields(self) -> EventFields:
        """Return a new id, the site and the moment: `CommentApproved(**tx.event_fields(), …)`."""
        return {"id": self.new_id(), "site": self.site, "at": self.now}

    def end(self) -> None:
        """Refuse further statements: the connection belongs to the next unit."""
        self._connection = None

    def record_events(self) -> None:
        """Write the emitted events into the outbox."""
        if self.events:
            self.execute(_RECORD_EVENT, [self._row(event) for event in self.events])

    def _row(self, event: Event) -> dict[str, Any]:
        return {
            "site_id": self.site,
            "id": event.id,
            "kind": type(event).__name__,
            "payload": encode(event),
            "not_before": self._delayed.get(event.id, self.now),
            "attempts": 0,
            "created_at": self.now,
        }


Unit: TypeAlias = Callable[[Tx, C], R]
"""A function of a transaction and a command, with no other effect, so that it can run twice."""


def run_read(unit: Unit[C, R], command: C, tx: Tx) -> R:
    """Run a unit that only reads; the database refuses its writes, and this what it would announce."""
    try:
        result = unit(tx, command)
    finally:
        tx.end()
    if tx.topics or tx.events:
        raise RuntimeError("a unit that is read changes nothing")
    return result


def run_unit(unit: Unit[C, R], command: C, tx: Tx) -> R:
    """Run a unit and write down its events; what it touched is left to whoever commits."""
    try:
        result = unit(tx, command)
        if tx.failure is None:
            tx.record_events()
    finally:
        tx.end()
    if tx.failure is not None:
        raise RuntimeError("the unit caught a database error and went on") from tx.failure
    return result
