"""Figures over time that no row could tell later: one integer an hour, measure and section, kept for 400 days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BindParameter, bindparam, delete, func, insert, select

from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.tables import measures
from engagement_widgets.storage.tx import Tx
from engagement_widgets.storage.upserts import Upsert

KEPT: Final = timedelta(days=400)

_SITE: "BindParameter[str]" = bindparam("site")
_OF = (measures.c.site_id == _SITE, measures.c.measure == bindparam("which"))
_ADD = Upsert(
    lambda insert: insert(measures).on_conflict_do_update(
        index_elements=list(measures.primary_key.columns), set_={"value": measures.c.value + 1}
    )
)
_KEEP = insert(measures)
_IS_KEPT = select(measures.c.value).where(*_OF, measures.c.at == bindparam("at", type_=Moment())).limit(1)
_READ = (
    select(measures.c.at, measures.c.section, measures.c.value)
    .where(
        *_OF,
        measures.c.at >= bindparam("since", type_=Moment()),
        measures.c.at < bindparam("until", type_=Moment()),
    )
    .order_by(measures.c.at, measures.c.section)
)
_TOTAL = select(func.coalesce(func.sum(measures.c.value), 0)).where(
    *_OF, measures.c.at >= bindparam("since", type_=Moment()), measures.c.at < bindparam("until", type_=Moment())
)
_DROP = delete(measures).where(measures.c.site_id == _SITE, measures.c.at < bindparam("before", type_=Moment()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One measure, from a moment until before another."""

    measure: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a measure was in one hour and section."""

    at: datetime
    section: str
    value: int


def add_one(tx: Tx, measure: str) -> None:
    """Count one more in this hour, of no section."""
    row = {"site_id": tx.site, "measure": measure, "at": hour_of(tx.now), "section": "", "value": 1}
    tx.execute(_ADD[tx.dialect], row)


def keep(tx: Tx, measure: str, values: Mapping[str, int]) -> None:
    """Write down what a measure is now, by section; once an hour (`is_kept`)."""
    at = hour_of(tx.now)
    rows = [
        {"site_id": tx.site, "measure": measure, "at": at, "section": section, "value": value}
        for section, value in values.items()
    ]
    tx.execute(_KEEP, rows)


def is_kept(tx: Tx, measure: str) -> bool:
    """Whether this hour's value is written down."""
    return tx.execute(_IS_KEPT, {"site": tx.site, "which": measure, "at": hour_of(tx.now)}).first() is not None


def read_measure(tx: Tx, span: Span) -> tuple[Measured, ...]:
    """The values, oldest first; an hour and section without one has no row."""
    asked = {"site": tx.site, "which": span.measure, "since": span.since, "until": span.until}
    return tuple(Measured(at=row.at, section=row.section, value=row.value) for row in tx.execute(_READ, asked))


def total(tx: Tx, span: Span) -> int:
    """The sum of all values."""
    asked = {"site": tx.site, "which": span.measure, "since": span.since, "until": span.until}
    return int(tx.execute(_TOTAL, asked).scalar_one())


def drop_measures(tx: Tx) -> None:
    """Delete what is older than `KEPT`."""
    tx.execute(_DROP, {"site": tx.site, "before": tx.now - KEPT})


def hour_of(moment: datetime) -> datetime:
    """The beginning of a moment's hour."""
    return moment.replace(minute=0, second=0, microsecond=0)
