"""The pages that were talked about most within a span of time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, bindparam, desc, func, select

from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class BusiestQuery:
    """The `size` pages with the most approved comments written from `since` on, in these sections (None: all)."""

    since: datetime
    size: int
    sections: Collection[str] | None = None


_SINCE = select(comments.c.page_id, func.count().label("comments")).where(
    comments.c.site_id == bindparam("site"),
    comments.c.status == Status.APPROVED,
    comments.c.submitted_at >= bindparam("since", type_=Moment()),
)
_IN_SECTIONS = _SINCE.where(comments.c.section.in_(bindparam("sections", expanding=True)))
_BUSIEST, _BUSIEST_IN_SECTIONS = (
    statement.group_by(comments.c.page_id)
    .order_by(desc("comments"), comments.c.page_id)
    .limit(bindparam("size", type_=Integer()))
    for statement in (_SINCE, _IN_SECTIONS)
)


def busiest_pages(tx: Tx, query: BusiestQuery) -> tuple[tuple[UUID, int], ...]:
    """Ids of pages and how many comments each has, the most first."""
    asked = {"site": tx.site, "since": query.since, "size": query.size}
    if query.sections is None:
        found = tx.execute(_BUSIEST, asked)
    else:
        found = tx.execute(_BUSIEST_IN_SECTIONS, asked | {"sections": sorted(query.sections)})
    return tuple((row.page_id, row.comments) for row in found)
