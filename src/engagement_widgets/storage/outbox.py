"""Delivering what units emitted: at least once, also after a process was killed in the middle."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, delete, select, update

from engagement_widgets.events import Event
from engagement_widgets.storage.payloads import decode
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.tidy import tidy
from engagement_widgets.storage.tx import Tx
from engagement_widgets.storage.units import Storage

Handler: TypeAlias = Callable[[Event], None]
Chore: TypeAlias = Callable[[Tx, None], bool | None]
"""A unit that deletes what nobody will ask for again."""

LEASE = timedelta(seconds=60)
"""How long a claimed event is left to its claimer; afterwards it is taken for dead."""

LONGEST_BACKOFF = timedelta(hours=1)

_WAKE_SECONDS = 1.0
_TIDY_SECONDS = 600.0
_ERROR_LENGTH = 500

_logger = logging.getLogger(__name__)

_SITE: BindParameter[str] = bindparam("site")
_DUE = (
    select(outbox.c.id, outbox.c.kind, outbox.c.payload, outbox.c.attempts)
    .where(outbox.c.site_id == _SITE, outbox.c.not_before <= bindparam("now"))
    .order_by(outbox.c.not_before, outbox.c.id)
    .limit(bindparam("limit"))
)
_CLAIM = _DUE.with_for_update(skip_locked=True)
_ROW = (outbox.c.site_id == _SITE, outbox.c.id == bindparam("event"))
_LEASE = update(outbox).where(*_ROW).values(not_before=bindparam("until"), attempts=outbox.c.attempts + 1)
_POSTPONE = (
    update(outbox)
    .where(*_ROW)
    .values(not_before=bindparam("until"), attempts=bindparam("tried"), last_error=bindparam("error"))
)
_DELETE = delete(outbox).where(*_ROW)
_WITHHOLD = delete(outbox).where(outbox.c.site_id == _SITE, outbox.c.id.in_(bindparam("events", expanding=True)))
_WAITS = select(outbox.c.id).where(*_ROW)


class Later(Exception):
    """Raised by a handler for an event whose time has not come: hand it over again at `until`, which is no failure."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """An event as it lies in the outbox, claimed. `attempts` counts the earlier ones."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcomes:
    """What became of a batch: delivered, failed with an error's text, put off, or not reached in time."""

    delivered: Sequence[Parcel]
    failed: Sequence[tuple[Parcel, str]]
    put_off: Sequence[tuple[Parcel, datetime]]
    unreached: Sequence[Parcel]


def withhold(tx: Tx, events: Sequence[UUID]) -> None:
    """Take back events that were emitted and wait: they never happen to anybody. Those delivered stay delivered."""
    tx.execute(_WITHHOLD, {"site": tx.site, "events": list(events)})


def is_waiting(tx: Tx, event: UUID) -> bool:
    """Tell whether an event waits for its delivery."""
    return tx.execute(_WAITS, {"site": tx.site, "event": event}).first() is not None


class Outbox:
    """The events of one storage that wait for delivery."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def deliver_due(self, handler: Handler, limit: int = 100) -> int:
        """Hand up to `limit` due events to `handler` and return how many it took.

        An event whose handler raises is tried again after 2, 4, 8 … seconds, at most an hour apart. One may be
        delivered twice: when a process dies, or a handler takes longer than a minute.
        """
        if not self._storage.read_sync(_any_due, None):
            return 0
        outcomes = _deliver(self._storage.write_sync(_claim, limit), handler)
        self._storage.write_sync(_settle, outcomes)
        return len(outcomes.delivered)


class OutboxThread:
    """A daemon thread that delivers what is due once a second, and tidies up now and then.

    Args:
        storage: whose outbox.
        handler: takes the events.
        chores: what is tidied up beside the outbox's own: units that tell whether they are to run again at once.
    """

    def __init__(self, storage: Storage, handler: Handler, chores: Sequence[Chore] = ()) -> None:
        self._storage = storage
        self._chores: tuple[Chore, ...] = (tidy, *chores)
        self._outbox = Outbox(storage)
        self._handler = handler
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="engagement-outbox", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the batch it is at."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        tidy_at = monotonic() + _WAKE_SECONDS
        while not self._stopping.is_set():
            try:
                while self._outbox.deliver_due(self._handler) and not self._stopping.is_set():
                    pass
                if monotonic() >= tidy_at:
                    for chore in self._chores:
                        while self._storage.write_sync(chore, None) and not self._stopping.is_set():
                            pass
                    tidy_at = monotonic() + _TIDY_SECONDS
            except Exception:
                _logger.exception("the outbox could not be read, trying again")
            self._stopping.wait(_WAKE_SECONDS)


def _any_due(tx: Tx, command: None) -> bool:
    del command
    return tx.execute(_DUE, {"site": tx.site, "now": tx.now, "limit": 1}).first() is not None


def _claim(tx: Tx, limit: int) -> list[Parcel]:
    rows = tx.execute(_CLAIM, {"site": tx.site, "now": tx.now, "limit": limit}).mappings().all()
    parcels = [Parcel(**row) for row in rows]
    if parcels:
        tx.execute(_LEASE, [{"site": tx.site, "event": parcel.id, "until": tx.now + LEASE} for parcel in parcels])
    return parcels


def _deliver(parcels: Sequence[Parcel], handler: Handler) -> _Outcomes:
    delivered: list[Parcel] = []
    failed: list[tuple[Parcel, str]] = []
    put_off: list[tuple[Parcel, datetime]] = []
    deadline = monotonic() + LEASE.total_seconds() / 2
    reached = 0
    for parcel in parcels:
        if monotonic() > deadline:
            break
        reached += 1
        try:
            handler(decode(parcel.kind, parcel.payload))
        except Later as later:
            put_off.append((parcel, later.until))
        except Exception as error:
            _logger.exception("event %s could not be delivered", parcel.id)
            failed.append((parcel, _described(error)))
        else:
            delivered.append(parcel)
    return _Outcomes(delivered=delivered, failed=failed, put_off=put_off, unreached=parcels[reached:])


def _settle(tx: Tx, outcomes: _Outcomes) -> None:
    if outcomes.delivered:
        tx.execute(_DELETE, [{"site": tx.site, "event": parcel.id} for parcel in outcomes.delivered])
    postponed = [_failed(tx, parcel, error) for parcel, error in outcomes.failed]
    postponed += [_waiting(tx, parcel, until) for parcel, until in outcomes.put_off]
    postponed += [_waiting(tx, parcel, tx.now) for parcel in outcomes.unreached]
    if postponed:
        tx.execute(_POSTPONE, postponed)


def _failed(tx: Tx, parcel: Parcel, error: str) -> dict[str, Any]:
    tried = parcel.attempts + 1
    wait = min(timedelta(seconds=2 ** min(tried, 20)), LONGEST_BACKOFF)
    return {"site": tx.site, "event": parcel.id, "until": tx.now + wait, "tried": tried, "error": error}


def _waiting(tx: Tx, parcel: Parcel, until: datetime) -> dict[str, Any]:
    return {"site": tx.site, "event": parcel.id, "until": until, "tried": parcel.attempts, "error": None}


def _described(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}".replace("\x00", "").encode(errors="replace").decode()
    return text[:_ERROR_LENGTH]
