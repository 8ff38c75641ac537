"""How many comments there are: by view, by section, by reason. Exact, from the counters that change with the rows.

One page's comments are counted, as many as there are; what is reported is counted off its own small index.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Uuid, bindparam, func, literal_column, select, text

from engagement_widgets.comments.queue.filters import UNFILTERED, QueueFilter, asked, conditions
from engagement_widgets.comments.queue.walking import IN_LANE
from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.tables import comments, queue_counts
from engagement_widgets.comments.traits import BITS
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

MOST_NEWS = 1000
"""New comments are counted no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresQuery:
    """Which figures.

    Attributes:
        status: the view that sections are counted in; None for all.
        reported: whether that is what is reported.
        least: from how many open reports on a comment counts as reported.
        narrowed: `sections`, `section` and `page_id` are asked; the rest narrows lists alone.
    """

    status: Status | None
    reported: bool = False
    least: int = 1
    narrowed: QueueFilter = UNFILTERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What waits in the lane "Gửi không cần mã": how many, and since when the oldest does."""

    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What stands beside the list.

    Attributes:
        views: comments in each status, within the section or page that is looked at.
        reported: the same of what is reported.
        sections: comments of the view in each section; those without any are left out.
        reasons: waiting comments by what they were held for, as `views` are.
        lane: None where nobody waits there.
    """

    views: Mapping[Status, int]
    reported: int
    sections: Mapping[str, int]
    reasons: Mapping[HeldReason, int]
    lane: Lane | None


_CONDITIONS = conditions(comments)
_KEPT = select(queue_counts.c.section, queue_counts.c.status, queue_counts.c.traits, queue_counts.c.comments).where(
    queue_counts.c.site_id == bindparam("site"), queue_counts.c.comments > literal_column("0")
)
_OF_PAGE = (
    select(comments.c.section, comments.c.status, comments.c.traits, func.count().label("comments"))
    .where(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page_id", type_=Uuid()), IS_WHOLE)
    .group_by(comments.c.section, comments.c.status, comments.c.traits)
)
_REPORTED = (
    select(comments.c.section, func.count().label("comments"))
    .where(
        comments.c.site_id == bindparam("site"),
        text(f"{comments.name}.reported > 0"),
        comments.c.reported >= bindparam("least"),
    )
    .group_by(comments.c.section)
)
_REPORTED_ON_PAGE = _REPORTED.where(_CONDITIONS["page_id"])
_OLDEST = select(comments.c.submitted_at).where(
    comments.c.site_id == bindparam("site"), comments.c.status == literal_column(f"'{Status.PENDING}'"), IN_LANE
)
_OLDEST = _OLDEST.order_by(comments.c.submitted_at, comments.c.id).limit(literal_column("1"))
_ARRIVED: "Select[Any]" = (
    select(literal_column("1"))
    .select_from(comments)
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.status == literal_column(f"'{Status.PENDING}'"),
        comments.c.submitted_at > bindparam("seen", type_=Moment()),
    )
)


def figures(tx: Tx, query: FiguresQuery) -> Figures:
    """Every figure of the screen, in a few statements that read counters."""
    within = query.narrowed
    rows = [row for row in _rows(tx, within.page_id) if _is_open(within, row.section)]
    reported = _reported(tx, query)
    here = [row for row in rows if within.section in {None, row.section}]
    waiting = [row for row in here if row.status == Status.PENDING]
    views = _summed((Status(row.status), row.comments) for row in here)
    return Figures(
        views={status: views[status] for status in Status},
        reported=sum(count for section, count in reported.items() if within.section in {None, section}),
        sections=reported
        if query.reported
        else _summed((row.section, row.comments) for row in rows if query.status in {None, row.status}),
        reasons=_summed((reason, row.comments) for row in waiting for reason, bit in BITS.items() if row.traits & bit),
        lane=_lane(tx, within, sum(row.comments for row in waiting if row.traits & BITS[HeldReason.NO_CODE])),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsQuery:
    """What has come and waits since a moment, and fits a filter."""

    seen: datetime
    narrowed: QueueFilter = UNFILTERED


def count_news(tx: Tx, query: NewsQuery) -> int:
    """How many, up to `MOST_NEWS`."""
    params = asked(query.narrowed)
    found = _ARRIVED.where(*(_CONDITIONS[name] for name in params)).limit(bindparam("most", type_=Integer()))
    counted = select(func.count()).select_from(found.subquery())
    return int(tx.execute(counted, params | {"site": tx.site, "seen": query.seen, "most": MOST_NEWS}).scalar_one())


def count_reported(tx: Tx, least: int) -> int:
    """How many comments of the site have so many open reports or more."""
    return sum(row.comments for row in tx.execute(_REPORTED, {"site": tx.site, "least": max(least, 1)}))


def _rows(tx: Tx, page_id: UUID | None) -> Iterable[Any]:
    if page_id is None:
        return tx.execute(_KEPT, {"site": tx.site})
    return tx.execute(_OF_PAGE, {"site": tx.site, "page_id": page_id})


def _reported(tx: Tx, query: FiguresQuery) -> dict[str, int]:
    asked_for: dict[str, Any] = {"site": tx.site, "least": max(query.least, 1)}
    statement = _REPORTED
    if query.narrowed.page_id is not None:
        statement, asked_for = _REPORTED_ON_PAGE, asked_for | {"page_id": query.narrowed.page_id}
    return {
        row.section: row.comments for row in tx.execute(statement, asked_for) if _is_open(query.narrowed, row.section)
    }


def _is_open(within: QueueFilter, section: str) -> bool:
    return within.sections is None or section in within.sections


def _lane(tx: Tx, within: QueueFilter, count: int) -> Lane | None:
    if not count:
        return None
    params = asked(QueueFilter(sections=within.sections, section=within.section, page_id=within.page_id))
    oldest = tx.execute(_OLDEST.where(*(_CONDITIONS[name] for name in params)), params | {"site": tx.site}).scalar()
    return None if oldest is None else Lane(count=count, oldest=oldest)


def _summed(counts: Iterable[tuple[Any, int]]) -> "Counter[Any]":
    found: Counter[Any] = Counter()
    for key, count in counts:
        found[key] += count
    return found
