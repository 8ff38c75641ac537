"""Proof that every figure equals its rows, and the repair where one does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Table, bindparam, func, or_, select, update

from engagement_widgets.comments.likes.recount import count_judged, repair_judged, true_rank
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments, page_counts, queue_counts
from engagement_widgets.comments.visibility import public, public_reply
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """Compare every figure with its rows; with `repair` the counted ones are written where they differ."""

    repair: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounted:
    """What was wrong before, empty when nothing was: each figure as (stored, true).

    Attributes:
        pages: approved comments by page.
        statuses: comments by status.
        roots: approved replies by root.
        likes: likes by comment.
        reported: open reports by comment.
        ranks: ranks that are not what the two say, by comment.
    """

    pages: Mapping[UUID, tuple[int, int]]
    statuses: Mapping[Status, tuple[int, int]]
    roots: Mapping[UUID, tuple[int, int]]
    likes: Mapping[UUID, tuple[int, int]]
    reported: Mapping[UUID, tuple[int, int]]
    ranks: Mapping[UUID, tuple[int, int]]

    @property
    def was_right(self) -> bool:
        """Every figure equalled its rows."""
        return not (self.pages or self.statuses or self.roots or self.likes or self.reported or self.ranks)


_SITE: "BindParameter[str]" = bindparam("site")
_reply = comments.alias("reply")
_TRUE_PAGES = (
    select(comments.c.page_id, func.count()).where(comments.c.site_id == _SITE, public()).group_by(comments.c.page_id)
)
_STORED_PAGES = select(page_counts.c.page_id, page_counts.c.approved).where(page_counts.c.site_id == _SITE)
_TRUE_STATUSES = select(comments.c.status, func.count()).where(comments.c.site_id == _SITE).group_by(comments.c.status)
_STORED_STATUSES = select(queue_counts.c.status, queue_counts.c.comments).where(queue_counts.c.site_id == _SITE)
_REPLIES = (
    select(func.count())
    .where(_reply.c.site_id == comments.c.site_id, _reply.c.parent_id == comments.c.id, public_reply(_reply))
    .scalar_subquery()
)
_WRONG_ROOTS = select(comments.c.id, comments.c.page_id, comments.c.approved_replies, _REPLIES.label("replies")).where(
    comments.c.site_id == _SITE,
    comments.c.parent_id.is_(None),
    or_(comments.c.approved_replies != _REPLIES, comments.c.listed != or_(public(), _REPLIES > 0)),
)
_SET_ROOT = (
    update(comments)
    .where(comments.c.site_id == _SITE, comments.c.id == bindparam("root"))
    .values(approved_replies=bindparam("replies"), listed=or_(public(), bindparam("replies") > 0))
)


def _put(table: Table, column: str) -> Upsert:
    def make(insert: Any) -> Any:  # noqa: ANN401  (two dialects' own insert constructs)
        statement = insert(table)
        return statement.on_conflict_do_update(
            index_elements=list(table.primary_key.columns), set_={column: statement.excluded[column]}
        )

    return Upsert(make)


_SET_PAGE = _put(page_counts, "approved")
_SET_STATUS = _put(queue_counts, "comments")


def recount(tx: Tx, command: Recount) -> Recounted:
    """Count the rows of the whole site and say which figures differ; repair them where asked.

    For maintenance: it reads every comment, and on SQLite no post commits during a repair.
    """
    roots = list(tx.execute(_WRONG_ROOTS, {"site": tx.site}))
    judged = count_judged(tx)
    found = Recounted(
        likes={row.id: (row.likes, row.true_likes) for row in judged if row.likes != row.true_likes},
        reported={row.id: (row.reported, row.true_reported) for row in judged if row.reported != row.true_reported},
        ranks={row.id: (row.rank, true_rank(row)) for row in judged if row.rank != true_rank(row)},
        pages=_differences(tx, _STORED_PAGES, _TRUE_PAGES),
        statuses=_differences(tx, _STORED_STATUSES, _TRUE_STATUSES),
        roots={row.id: (row.approved_replies, row.replies) for row in roots},
    )
    if command.repair:
        _repair(tx, found)
        wrong = repair_judged(tx, judged)
        for page in {*found.pages, *(row.page_id for row in (*roots, *wrong))}:
            tx.touch(str(page))
    return found


def _repair(tx: Tx, found: Recounted) -> None:
    for root, (_, replies) in found.roots.items():
        tx.execute(_SET_ROOT, {"site": tx.site, "root": root, "replies": replies})
    for page, (_, count) in found.pages.items():
        tx.execute(_SET_PAGE[tx.dialect], {"site_id": tx.site, "page_id": page, "approved": count})
    for status, (_, count) in found.statuses.items():
        tx.execute(_SET_STATUS[tx.dialect], {"site_id": tx.site, "status": status, "comments": count})


def _differences(tx: Tx, stored: Any, true: Any) -> dict[Any, tuple[int, int]]:  # noqa: ANN401  (two selects)
    have, want = (dict(map(tuple, tx.execute(figures, {"site": tx.site}))) for figures in (stored, true))
    return {
        key: (have.get(key, 0), want.get(key, 0))
        for key in have.keys() | want.keys()
        if have.get(key, 0) != want.get(key, 0)
    }
