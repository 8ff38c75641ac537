"""Delivering what units emitted: at least once, also after a process was killed in the middle."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, delete, select, update

from engagement_widgets.events import Event
from engagement_widgets.storage.payloads import decode
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.tidy import tidy
from engagement_widgets.storage.tx import Tx
from engagement_widgets.storage.units import Storage, Unit

Handler: TypeAlias = Callable[[Event], None]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """An event as it lies in the outbox, claimed. `attempts` counts the earlier ones."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcomes:
    """What became of a batch: delivered, failed with an error's text, or not reached in time."""

    delivered: Sequence[Parcel]
    failed: Sequence[tuple[Parcel, str]]
    unreached: Sequence[Parcel]


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
        storage: whose events.
        handler: takes them.
        chores: what else is tidied up: units that tell whether they are to run again at once.
    """

    def __init__(self, storage: Storage, handler: Handler, chores: Sequence[Unit[None, bool]] = ()) -> None:
        self._storage = storage
        self._outbox = Outbox(storage)
        self._handler = handler
        self._chores = chores
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
                    self._storage.write_sync(tidy, None)
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
    deadline = monotonic() + LEASE.total_seconds() / 2
    reached = 0
    for parcel in parcels:
        if monotonic() > deadline:
            break
        reached += 1
        try:
            handler(decode(parcel.kind, parcel.payload))
        except Exception as error:
            _logger.exception("event %s could not be delivered", parcel.id)
            failed.append((parcel, _described(error)))
        else:
            delivered.append(parcel)
    return _Outcomes(delivered=delivered, failed=failed, unreached=parcels[reached:])


def _settle(tx: Tx, outcomes: _Outcomes) -> None:
    if outcomes.delivered:
        tx.execute(_DELETE, [{"site": tx.site, "event": parcel.id} for parcel in outcomes.delivered])
    postponed = [_postponed(tx, parcel, parcel.attempts + 1, error) for parcel, error in outcomes.failed]
    postponed += [_postponed(tx, parcel, parcel.attempts, None) for parcel in outcomes.unreached]
    if postponed:
        tx.execute(_POSTPONE, postponed)


def _postponed(tx: Tx, parcel: Parcel, tried: int, error: str | None) -> dict[str, Any]:
    wait = timedelta(0) if error is None else min(timedelta(seconds=2 ** min(tried, 20)), LONGEST_BACKOFF)
    return {"site": tx.site, "event": parcel.id, "until": tx.now + wait, "tried": tried, "error": error}


def _described(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}".replace("\x00", "").encode(errors="replace").decode()
    return text[:_ERROR_LENGTH]
