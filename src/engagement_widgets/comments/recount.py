"""Proof that every figure equals its rows, and the repair where one does not."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Table,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    union_all,
    update,
)

from engagement_widgets.comments.counters import Shelf, shelf_of
from engagement_widgets.comments.likes.recount import count_judged, repair_judged, true_rank
from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments, page_counts, queue_counts
from engagement_widgets.comments.threads import ID_LENGTH, MOST_DEPTH
from engagement_widgets.comments.visibility import public
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
        shelves: comments by what the figures of the queue are kept by.
        replies: approved replies by the comment they stand under, at whatever depth.
        likes: likes by comment.
        reported: open reports by comment.
        ranks: ranks that are not what the two say, by comment.
    """

    pages: Mapping[UUID, tuple[int, int]]
    shelves: Mapping[Shelf, tuple[int, int]]
    replies: Mapping[UUID, tuple[int, int]]
    likes: Mapping[UUID, tuple[int, int]]
    reported: Mapping[UUID, tuple[int, int]]
    ranks: Mapping[UUID, tuple[int, int]]

    @property
    def was_right(self) -> bool:
        """Every figure equalled its rows."""
        return not (self.pages or self.shelves or self.replies or self.likes or self.reported or self.ranks)


_SITE: "BindParameter[str]" = bindparam("site")
_TRUE_PAGES = (
    select(comments.c.page_id, func.count()).where(comments.c.site_id == _SITE, public()).group_by(comments.c.page_id)
)
_STORED_PAGES = select(page_counts.c.page_id, page_counts.c.approved).where(page_counts.c.site_id == _SITE)
_ON_SHELVES = (
    select(comments.c.section, comments.c.status, comments.c.traits, func.count().label("comments"))
    .where(comments.c.site_id == _SITE, IS_WHOLE)
    .group_by(comments.c.section, comments.c.status, comments.c.traits)
)
_STORED_SHELVES = select(
    queue_counts.c.section, queue_counts.c.status, queue_counts.c.traits, queue_counts.c.comments
).where(queue_counts.c.site_id == _SITE)


def _standing_under() -> CompoundSelect[Any]:
    """What every public reply stands under: its root, and each id of its path but the last, its own."""
    mine = and_(comments.c.site_id == _SITE, public(), comments.c.parent_id.is_not(None))
    above = [
        select(cast(func.substr(comments.c.thread_path, ID_LENGTH * level + 1, ID_LENGTH), Uuid()).label("id")).where(
            mine, func.length(comments.c.thread_path) > ID_LENGTH * (level + 1)
        )
        for level in range(MOST_DEPTH - 1)
    ]
    return union_all(select(comments.c.parent_id.label("id")).where(mine), *above)


_above = _standing_under().subquery("above")
_true = select(_above.c.id, func.count().label("replies")).group_by(_above.c.id).subquery("counted")
_REPLIES: "ColumnElement[int]" = func.coalesce(_true.c.replies, 0)
_WRONG_REPLIES = (
    select(comments.c.id, comments.c.page_id, comments.c.approved_replies, _REPLIES.label("replies"))
    .select_from(comments.outerjoin(_true, _true.c.id == comments.c.id))
    .where(
        comments.c.site_id == _SITE,
        or_(comments.c.approved_replies != _REPLIES, comments.c.listed != or_(public(), _REPLIES > 0)),
    )
)
_SET_REPLIES = (
    update(comments)
    .where(comments.c.site_id == _SITE, comments.c.id == bindparam("comment"))
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
_SET_SHELF = _put(queue_counts, "comments")


def recount(tx: Tx, command: Recount) -> Recounted:
    """Count the rows of the whole site and say which figures differ; repair them where asked.

    For maintenance: it reads every comment, and on SQLite no post commits during a repair.
    """
    wrong = list(tx.execute(_WRONG_REPLIES, {"site": tx.site}))
    judged = count_judged(tx)
    found = Recounted(
        likes={row.id: (row.likes, row.true_likes) for row in judged if row.likes != row.true_likes},
        reported={row.id: (row.reported, row.true_reported) for row in judged if row.reported != row.true_reported},
        ranks={row.id: (row.rank, true_rank(row)) for row in judged if row.rank != true_rank(row)},
        pages=_differences(tx, _STORED_PAGES, _TRUE_PAGES),
        shelves=_compare(_shelves(tx, _STORED_SHELVES), _shelves(tx, _ON_SHELVES)),
        replies={row.id: (row.approved_replies, row.replies) for row in wrong},
    )
    if command.repair:
        _repair(tx, found)
        judged_anew = repair_judged(tx, judged)
        for page in {*found.pages, *(row.page_id for row in (*wrong, *judged_anew))}:
            tx.touch(str(page))
    return found


def _repair(tx: Tx, found: Recounted) -> None:
    for comment, (_, replies) in found.replies.items():
        tx.execute(_SET_REPLIES, {"site": tx.site, "comment": comment, "replies": replies})
    for page, (_, count) in found.pages.items():
        tx.execute(_SET_PAGE[tx.dialect], {"site_id": tx.site, "page_id": page, "approved": count})
    for shelf, (_, count) in found.shelves.items():
        kept = {"section": shelf.section, "status": shelf.status, "traits": shelf.traits, "comments": count}
        tx.execute(_SET_SHELF[tx.dialect], {"site_id": tx.site, **kept})


def _differences(tx: Tx, stored: Any, true: Any) -> dict[Any, tuple[int, int]]:  # noqa: ANN401  (two selects)
    return _compare(*(dict(map(tuple, tx.execute(figures, {"site": tx.site}))) for figures in (stored, true)))


def _shelves(tx: Tx, figures: Any) -> dict[Shelf, int]:  # noqa: ANN401  (a select)
    found: Counter[Shelf] = Counter()
    for row in tx.execute(figures, {"site": tx.site}):
        found[shelf_of(row.section, Status(row.status), row.traits)] += row.comments
    return found


def _compare(have: Mapping[Any, int], want: Mapping[Any, int]) -> dict[Any, tuple[int, int]]:
    return {
        key: (have.get(key, 0), want.get(key, 0))
        for key in have.keys() | want.keys()
        if have.get(key, 0) != want.get(key, 0)
    }
