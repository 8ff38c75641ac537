"""Statements made ready once: the same rows as SQLAlchemy's own way, with both databases and every type of ours."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import bindparam, delete, insert, literal_column, select

from engagement_widgets.storage.prepared import Prepared
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.storage.upserts import Upsert

AT = datetime(2026, 7, 1, 8, 30, 0, 123456, tzinfo=UTC)
KEYS = (UUID(int=1), UUID(int=2))
_PUT = insert(outbox)
_FIND = (
    select(outbox.c.id, outbox.c.payload, outbox.c.not_before.label("due"), literal_column("7").label("seven"))
    .where(outbox.c.not_before >= bindparam("since", type_=Moment()), outbox.c.kind == "Told")
    .order_by(outbox.c.id)
)
_GROW = Upsert(
    lambda insert: (
        insert(outbox)
        .on_conflict_do_update(
            index_elements=list(outbox.primary_key.columns), set_={"attempts": outbox.c.attempts + bindparam("more")}
        )
        .returning(outbox.c.id, outbox.c.attempts, outbox.c.created_at)
    )
)
PUT, FIND, GROW = Prepared(_PUT), Prepared(_FIND), Prepared(_GROW)
DROP = Prepared(delete(outbox).where(outbox.c.id == bindparam("gone")))


def row(site: str, key: UUID) -> dict[str, Any]:
    """An event that is due after as many hours as its key says."""
    return {
        "site_id": site,
        "id": key,
        "kind": "Told",
        "payload": {"ý": [key.int, None]},
        "not_before": AT + timedelta(hours=key.int),
        "attempts": 0,
        "created_at": AT,
    }


def test_rows_are_written_and_read_as_by_sqlalchemy(storage: Storage) -> None:
    """One and several, ids, moments and JSON, asked for twice; nothing where nothing is found."""

    def unit(tx: Tx, _: None) -> None:
        tx.execute(PUT, row(tx.site, KEYS[0]))
        tx.execute(PUT, [row(tx.site, key) for key in KEYS[1:]])
        for since, expected in ((AT, 2), (AT + timedelta(minutes=90), 1), (AT + timedelta(days=1), 0)):
            found = tx.execute(FIND, {"since": since}).all()
            assert found == tx.execute(_FIND, {"since": since}).all()
            assert len(found) == expected
        one = tx.execute(FIND, {"since": AT}).first()
        assert one is not None
        assert (one.id, one.payload, one.due, one.seven) == (KEYS[0], {"ý": [1, None]}, AT + timedelta(hours=1), 7)

    storage.write_sync(unit, None)


def test_what_an_upsert_returns_is_read(storage: Storage) -> None:
    """Each database runs its own; the row of before is changed by the value that the statement names."""

    def unit(tx: Tx, _: None) -> list[tuple[Any, ...]]:
        return [tuple(tx.execute(GROW, {**row(tx.site, KEYS[0]), "more": more}).one()) for more in (5, 3)]

    assert storage.write_sync(unit, None) == [(KEYS[0], 0, AT), (KEYS[0], 3, AT)]


def test_a_deletion_gives_nothing_back(storage: Storage) -> None:
    """The row is gone, and no row is read."""

    def unit(tx: Tx, _: None) -> int:
        tx.execute(PUT, row(tx.site, KEYS[0]))
        tx.execute(DROP, {"gone": KEYS[0]})
        return len(tx.execute(FIND, {"since": AT}).all())

    assert storage.write_sync(unit, None) == 0


def test_a_value_that_is_missing_is_an_error(storage: Storage) -> None:
    """No value is taken from the execution before."""

    def unit(tx: Tx, _: None) -> None:
        tx.execute(FIND, {"since": AT})
        tx.execute(FIND, {})

    with pytest.raises(KeyError, match="since"):
        storage.read_sync(unit, None)
