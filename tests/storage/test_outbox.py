"""The outbox: what was emitted is delivered at least once, whatever is killed."""

import signal
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text

from engagement_widgets.events import EVENTS, Event, LinksChanged
from engagement_widgets.storage.outbox import LEASE, Later, Outbox, OutboxThread, is_waiting, withhold
from engagement_widgets.storage.payloads import decode, encode
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from page_units import emit
from peers import StartPeer


def waiting(tx: Tx, command: None) -> list[tuple[int, str | None]]:
    """Return attempts and last error of what waits."""
    del command
    rows = tx.execute(text("SELECT attempts, last_error FROM engagement_outbox ORDER BY id")).all()
    return [(row.attempts, row.last_error) for row in rows]


def ignore(event: Event) -> None:
    """Deliver to nobody."""
    del event


def refuse(event: Event) -> None:
    """Fail to deliver."""
    raise ConnectionError(f"no answer\x00 for {event.site}")


@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_survives_the_outbox(kind: type[Event], clock: FakeClock) -> None:
    """Ids and moments come back as what they were."""
    values: dict[str, Any] = {
        "id": UUID(int=1),
        "site": "test",
        "at": clock.now(),
        "page_id": UUID(int=2),
        "comment_id": UUID(int=3),
        "status": "approved",
        "closed": True,
        "account_id": UUID(int=4),
        "link_id": UUID(int=5),
        "case_id": UUID(int=6),
        "scope": "page",
        "target": "x",
        "cause": "comments",
        "count": 61,
        "minutes": 10,
        "until": clock.now(),
    }
    event = kind(**{name: value for name, value in values.items() if name in kind.__dataclass_fields__})
    assert decode(kind.__name__, encode(event)) == event


def test_an_event_of_a_newer_release_may_have_more_fields() -> None:
    """What this release does not know of an event it leaves out."""
    payload = {"id": str(UUID(int=1)), "site": "test", "at": "2026-07-01T02:00:00+00:00", "mood": "good"}
    assert decode("LinksChanged", payload) == LinksChanged(
        id=UUID(int=1), site="test", at=datetime(2026, 7, 1, 2, tzinfo=UTC)
    )


def test_what_is_emitted_is_delivered_once(storage: Storage) -> None:
    """In order of its making; afterwards nothing waits."""
    emitted = [storage.write_sync(emit, None) for _ in range(3)]
    delivered: list[Event] = []
    assert Outbox(storage).deliver_due(delivered.append) == 3
    assert [str(event.id) for event in delivered] == emitted
    assert Outbox(storage).deliver_due(delivered.append) == 0
    assert storage.read_sync(waiting, None) == []


def test_a_batch_has_a_limit(storage: Storage) -> None:
    """The rest waits for the next call."""
    for _ in range(5):
        storage.write_sync(emit, None)
    delivered: list[Event] = []
    box = Outbox(storage)
    assert [box.deliver_due(delivered.append, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_what_fails_waits_twice_as_long_each_time(storage: Storage, clock: FakeClock) -> None:
    """2, 4, 8 … seconds and never more than an hour; what was wrong is written down; success ends it."""
    storage.write_sync(emit, None)
    box = Outbox(storage)
    delivered: list[Event] = []
    for tried, wait in [(1, 2), (2, 4), (3, 8), (4, 16)]:
        assert box.deliver_due(refuse) == 0
        assert storage.read_sync(waiting, None) == [(tried, "ConnectionError: no answer for test")]
        clock.advance(wait - 0.001)
        assert box.deliver_due(delivered.append, limit=1) == 0
        clock.advance(0.001)
    for _ in range(20):
        box.deliver_due(refuse)
        clock.advance(timedelta(hours=1))
    assert box.deliver_due(delivered.append) == 1
    assert storage.read_sync(waiting, None) == []


def test_one_that_fails_does_not_hold_the_others(storage: Storage) -> None:
    """A bad event is put aside."""
    bad, *good = (storage.write_sync(emit, None) for _ in range(3))
    delivered: list[str] = []

    def choosy(event: Event) -> None:
        if str(event.id) == bad:
            raise ValueError
        delivered.append(str(event.id))

    assert Outbox(storage).deliver_due(choosy) == 2
    assert delivered == good


def test_an_unknown_event_waits_for_the_release_that_knows_it(storage: Storage) -> None:
    """During a rolling upgrade an older process may find a newer one's event: it is kept."""

    def emit_unknown(tx: Tx, command: None) -> None:
        del command
        values = {"kind": "MoonRose", "payload": {}, "not_before": tx.now, "attempts": 0, "created_at": tx.now}
        tx.execute(insert(outbox), {"site_id": tx.site, "id": tx.new_id(), **values})

    storage.write_sync(emit_unknown, None)
    assert Outbox(storage).deliver_due(ignore) == 0
    assert storage.read_sync(waiting, None) == [(1, "LookupError: unknown event MoonRose")]


def test_two_deliverers_share_the_work(storage: Storage) -> None:
    """While one holds an event, no other takes it."""
    for _ in range(4):
        storage.write_sync(emit, None)
    seen: list[UUID] = []
    other = Outbox(storage)

    def deliver(event: Event) -> None:
        seen.append(event.id)
        other.deliver_due(lambda event: seen.append(event.id))

    Outbox(storage).deliver_due(deliver, limit=2)
    assert len(seen) == len(set(seen)) == 4


def test_an_event_outlives_the_process_that_emitted_it(
    storage: Storage, database_url: str, start_peer: StartPeer, clock: FakeClock
) -> None:
    """Killed right after its commit: another process delivers."""
    peer = start_peer(database_url, "emit_and_die")
    assert peer.wait(timeout=20) == -signal.SIGKILL
    emitted = peer.communicate()[0].split()[-1]
    clock.advance(datetime.now(UTC) - clock.now())
    delivered: list[str] = []
    Outbox(storage).deliver_due(lambda event: delivered.append(str(event.id)))
    assert delivered == [emitted]


def test_an_event_outlives_the_process_that_delivers_it(
    storage: Storage, database_url: str, start_peer: StartPeer, clock: FakeClock
) -> None:
    """Killed in the middle of a delivery: after the lease another process delivers it again."""
    clock.advance(datetime.now(UTC) - clock.now())
    emitted = storage.write_sync(emit, None)
    peer = start_peer(database_url, "deliver_and_die")
    assert peer.wait(timeout=20) == -signal.SIGKILL
    assert peer.communicate()[0].split()[-1] == emitted
    delivered: list[str] = []
    box = Outbox(storage)
    assert box.deliver_due(lambda event: delivered.append(str(event.id))) == 0
    assert storage.read_sync(waiting, None) == [(1, None)]
    clock.advance(LEASE + timedelta(seconds=30))
    assert box.deliver_due(lambda event: delivered.append(str(event.id))) == 1
    assert delivered == [emitted]


def test_a_thread_delivers_within_a_second_or_two(storage: Storage) -> None:
    """The daemon thread finds what is emitted after its start, and goes on after a failure."""
    arrived = threading.Event()
    thread = OutboxThread(storage, lambda _: arrived.set())
    thread.start()
    storage.write_sync(emit, None)
    assert arrived.wait(timeout=5)
    thread.stop()


def emit_later(tx: Tx, command: timedelta) -> UUID:
    """Emit an event that waits, and return its id."""
    event = LinksChanged(**tx.event_fields())
    tx.emit(event, not_before=tx.now + command)
    return event.id


def test_an_event_waits_for_its_moment(storage: Storage, clock: FakeClock) -> None:
    """Not delivered before; withheld meanwhile, it is never delivered."""
    kept = storage.write_sync(emit_later, timedelta(minutes=10))
    taken_back = storage.write_sync(emit_later, timedelta(minutes=10))
    assert storage.read_sync(is_waiting, taken_back)
    storage.write_sync(withhold, [taken_back])
    assert not storage.read_sync(is_waiting, taken_back)
    clock.advance(599)
    delivered: list[Event] = []
    assert Outbox(storage).deliver_due(delivered.append) == 0
    clock.advance(1)
    assert Outbox(storage).deliver_due(delivered.append) == 1
    assert [event.id for event in delivered] == [kept]


def test_a_handler_may_put_an_event_off(storage: Storage, clock: FakeClock) -> None:
    """That is no failure: no attempt is counted and no error noted, and it comes again at its moment."""
    storage.write_sync(emit, None)

    def put_off(event: Event) -> None:
        raise Later(event.at + timedelta(hours=1))

    assert Outbox(storage).deliver_due(put_off) == 0
    [(_, error)] = storage.read_sync(waiting, None)
    assert error is None
    clock.advance(3599)
    delivered: list[Event] = []
    assert Outbox(storage).deliver_due(delivered.append) == 0
    clock.advance(1)
    assert Outbox(storage).deliver_due(delivered.append) == 1


def test_chores_are_done_beside_its_own(storage: Storage) -> None:
    """Once the thread has started, and now and then."""
    done = threading.Event()

    def chore(tx: Tx, command: None) -> None:
        del tx, command
        done.set()

    thread = OutboxThread(storage, ignore, [chore])
    thread.start()
    assert done.wait(10)
    thread.stop()
