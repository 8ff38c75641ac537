"""One page of a view: the rows that fit its filter, in its order, from a key on.

Filters are read off the index of the queue, which holds what they ask for beside its order. Where a view has more than
`MOST_LOOKED` comments, a page looks at no more than so many of them: where few fit it is short, and its key goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Uuid,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    union_all,
)

from engagement_widgets.comments.queue.filters import UNFILTERED, QueueFilter, QueueSort, asked, conditions, priority
from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.tables import comments, queue_counts
from engagement_widgets.comments.traits import BITS
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

MOST_LOOKED: Final = 200_000

QueueKey: TypeAlias = tuple[int, datetime, UUID]
"""Where a comment stands in an order: its priority, 0 in the other orders; when it was submitted; its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuery:
    """Which comments: of one status or of all, `size` of them after a spot (None: from the start).

    Attributes:
        status: None for all of them.
        size: comments a page.
        reported: of those alone with so many open reports or more, whatever their status.
        after: where the page before ended.
        sort: the order.
        narrowed: by what.
        arranged: as the desk shows them: of similar ones that wait the first alone, for all of them; and those sent
            without a code have their share of every page.
    """

    status: Status | None
    size: int
    reported: int | None = None
    after: "QueueSpot | None" = None
    sort: QueueSort = QueueSort.OLDEST
    narrowed: QueueFilter = UNFILTERED
    arranged: bool = False

    @property
    def is_arranged(self) -> bool:
        """Whether there is something to arrange: only what waits, and not where one group is looked at."""
        return self.arranged and self.status is Status.PENDING and self.narrowed.group_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSpot:
    """How far a walk has come: the last comment, the last of those without a code, and how many came since that one."""

    last: QueueKey | None = None
    lane: QueueKey | None = None
    run: int = 0


class Part(StrEnum):
    """Which comments of a view are walked."""

    WHOLE = "whole"
    LANE = "lane"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement is made by; the values are bound."""

    statuses: tuple[Status, ...]
    reported: bool
    sort: QueueSort
    part: Part
    piled: bool
    after: bool
    until: bool
    asked: frozenset[str]


# literals, so that SQLite sees that the partial indexes cover them
_IS_REPORTED = text(f"{comments.name}.reported > 0")
IN_LANE: Final = text(f"{comments.name}.traits & {BITS[HeldReason.NO_CODE]} > 0")
_NOT_IN_LANE = comments.c.traits.op("&")(literal_column(str(BITS[HeldReason.NO_CODE]), Integer)) == literal_column("0")
_EARLIER = comments.alias("earlier")
_IN_GROUP = text("earlier.status = 'pending' AND earlier.group_id IS NOT NULL")
_CONDITIONS = conditions(comments)
_OF_EARLIER = conditions(_EARLIER)
_SITE = comments.c.site_id == bindparam("site")


def find_keys(
    tx: Tx, query: QueueQuery, part: Part, after: QueueKey | None, *, horizon: QueueKey | None = None
) -> Sequence[QueueKey]:
    """The keys of one comment more than a page has, of a part of the view, in order, after one of them."""
    shape, params = _shape(query, part, after, horizon)
    rows = tx.execute(_statement(shape), params | {"site": tx.site, "size": query.size + 1})
    return [(row.priority, row.submitted_at, row.id) for row in rows]


def find_horizon(tx: Tx, query: QueueQuery) -> QueueKey | None:
    """The last comment that a page may look at; None where it may look at all there are."""
    is_short = query.narrowed.by_author or query.reported is not None
    if is_short or query.sort is QueueSort.PRIORITY or not asked(query.narrowed):
        return None
    found: list[QueueKey] = []
    for status in (query.status,) if query.status else tuple(Status):
        if tx.execute(_COUNT, {"site": tx.site, "status": status}).scalar_one() > MOST_LOOKED:
            found += _last_looked(tx, QueueQuery(status=status, size=0, sort=query.sort, after=query.after))
    if not found:
        return None
    return max(found) if query.sort is QueueSort.NEWEST else min(found)


def _last_looked(tx: Tx, view: QueueQuery) -> Sequence[QueueKey]:
    shape, params = _shape(view, Part.WHOLE, view.after.last if view.after else None, None)
    rows = tx.execute(_skipping(shape), params | {"site": tx.site, "size": 1, "skipped": MOST_LOOKED - 1})
    return [(0, row.submitted_at, row.id) for row in rows]


_COUNT = select(func.coalesce(func.sum(queue_counts.c.comments), 0)).where(
    queue_counts.c.site_id == bindparam("site"), queue_counts.c.status == bindparam("status")
)


def _shape(
    query: QueueQuery, part: Part, after: QueueKey | None, horizon: QueueKey | None
) -> tuple[Shape, dict[str, Any]]:
    params = asked(query.narrowed)
    shape = Shape(
        statuses=(query.status,) if query.status else (),
        reported=query.reported is not None,
        sort=query.sort,
        part=part,
        piled=query.is_arranged,
        after=after is not None,
        until=horizon is not None,
        asked=frozenset(params),
    )
    params |= {"least": query.reported} if query.reported is not None else {}
    for key, names in ((after, ("rank", "at", "id")), (horizon, ("last_rank", "last_at", "last_id"))):
        params |= dict(zip(names, key, strict=True)) if key is not None else {}
    return shape, params


@cache
def _statement(shape: Shape) -> "Select[Any]":
    """A walk over one status, or several made one; what is reported, and one author's comments, are walked whole."""
    if shape.statuses or shape.reported or shape.asked & {"reader", "email"}:
        return _walk(shape, shape.statuses[0] if shape.statuses else None)
    walks = union_all(*(select(_walk(shape, status).subquery()) for status in Status)).subquery("walks")
    found = select(walks.c.priority, walks.c.submitted_at, walks.c.id)
    return found.order_by(*_order(walks.c, walks.c.priority, shape.sort)).limit(bindparam("size", type_=Integer()))


@cache
def _skipping(shape: Shape) -> "Select[Any]":
    return _statement(shape).offset(bindparam("skipped", type_=Integer()))


def _walk(shape: Shape, status: Status | None) -> "Select[Any]":
    pressing = priority(comments.c) if shape.sort is QueueSort.PRIORITY else literal_column("0", Integer)
    found = select(pressing.label("priority"), comments.c.submitted_at, comments.c.id).where(_SITE)
    found = found.where(*_of_view(shape, status), *(_CONDITIONS[name] for name in sorted(shape.asked)))
    if status is not Status.PENDING:
        found = found.where(IS_WHOLE)  # nothing that waits was ever purged
    if shape.part is not Part.WHOLE:
        found = found.where(IN_LANE if shape.part is Part.LANE else _NOT_IN_LANE)
    key = _key(comments.c, pressing, shape.sort)
    if shape.after:
        found = found.where(_beyond(key, _bound("rank", "at", "id", shape.sort), shape.sort))
    if shape.until:
        found = found.where(~_beyond(key, _bound("last_rank", "last_at", "last_id", shape.sort), shape.sort))
    if shape.piled:
        found = found.where(_leads(shape))
    return found.order_by(*_order(comments.c, pressing, shape.sort)).limit(bindparam("size", type_=Integer()))


def _of_view(shape: Shape, status: Status | None) -> "list[ColumnElement[bool] | Any]":
    if shape.reported:
        return [_IS_REPORTED, comments.c.reported >= bindparam("least")]
    if status is None:
        return []
    if shape.asked & {"reader", "email"}:  # an expression, so that the author's index is taken, not the view's
        return [comments.c.status.concat("") == literal_column(f"'{status}'")]
    return [comments.c.status == literal_column(f"'{status}'")]


def _leads(shape: Shape) -> "ColumnElement[bool]":
    """It resembles no other that waits, or is the first of those that fit the same filter: the oldest, or the newest.

    By priority too the oldest leads: one look at the group's index tells.
    """
    sort = QueueSort.NEWEST if shape.sort is QueueSort.NEWEST else QueueSort.OLDEST
    key, other = (_key(row, literal_column("0", Integer), sort) for row in (comments.c, _EARLIER.c))
    earlier = exists().where(
        _EARLIER.c.site_id == comments.c.site_id,
        _EARLIER.c.group_id == comments.c.group_id,
        _IN_GROUP,
        *(_OF_EARLIER[name] for name in sorted(shape.asked)),
        _beyond(key, other, sort),
    )
    return or_(comments.c.group_id.is_(None), ~earlier)


def _key(row: Any, pressing: "ColumnElement[int]", sort: QueueSort) -> "ColumnElement[Any]":  # noqa: ANN401
    first = (pressing,) if sort is QueueSort.PRIORITY else ()
    return tuple_(*first, row.submitted_at, row.id)


def _bound(rank: str, at: str, identity: str, sort: QueueSort) -> "ColumnElement[Any]":
    first = (bindparam(rank, type_=Integer()),) if sort is QueueSort.PRIORITY else ()
    return tuple_(*first, bindparam(at, type_=Moment()), bindparam(identity, type_=Uuid()))


def _beyond(key: Any, other: Any, sort: QueueSort) -> "ColumnElement[bool]":  # noqa: ANN401  (two tuples)
    """Whether a key comes after another in the order."""
    beyond: ColumnElement[bool] = key < other if sort is QueueSort.NEWEST else key > other
    return beyond


def _order(row: Any, pressing: Any, sort: QueueSort) -> "list[ColumnElement[Any]]":  # noqa: ANN401
    columns = [row.submitted_at, row.id]
    if sort is QueueSort.NEWEST:
        return [column.desc() for column in columns]
    return [pressing, *columns] if sort is QueueSort.PRIORITY else columns
