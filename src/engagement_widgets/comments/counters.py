"""The figures that change with the rows: approved comments a page, comments a status, approved replies a comment."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Table, bindparam, literal_column, or_, select, update

from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments, page_counts, queue_counts
from engagement_widgets.comments.visibility import is_public, public
from engagement_widgets.events import CommentApproved, CommentHidden
from engagement_widgets.storage.prepared import Prepared
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

RECENT = "recent"
"""Topic of the change feed: which comments are public anywhere on the site."""


def _one_more(table: Table, column: str) -> Prepared:
    return Prepared(
        Upsert(
            lambda insert: insert(table).on_conflict_do_update(
                index_elements=list(table.primary_key.columns), set_={column: table.c[column] + 1}
            )
        )
    )


_MORE_ON_PAGE = _one_more(page_counts, "approved")
_MORE_IN_STATUS = _one_more(queue_counts, "comments")
_LESS_ON_PAGE = (
    update(page_counts)
    .where(page_counts.c.site_id == bindparam("site"), page_counts.c.page_id == bindparam("page"))
    .values(approved=page_counts.c.approved - 1)
)
_LESS_IN_STATUS = (
    update(queue_counts)
    .where(queue_counts.c.site_id == bindparam("site"), queue_counts.c.status == bindparam("state"))
    .values(comments=queue_counts.c.comments - bindparam("fewer", value=1))
)
_REPLIES = (
    update(comments)
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
    .values(
        approved_replies=comments.c.approved_replies + bindparam("change"),
        listed=or_(public(), comments.c.approved_replies + bindparam("change") > literal_column("0")),
    )
)
_QUEUE = select(queue_counts.c.status, queue_counts.c.comments).where(queue_counts.c.site_id == bindparam("site"))
_ON_PAGE = select(page_counts.c.approved).where(
    page_counts.c.site_id == bindparam("site"), page_counts.c.page_id == bindparam("page")
)
_ON_PAGES = select(page_counts.c.page_id, page_counts.c.approved).where(
    page_counts.c.site_id == bindparam("site"), page_counts.c.page_id.in_(bindparam("pages", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One comment's way from a status (None: it is new) to another. `above`: what it stands under, nearest first."""

    page_id: UUID
    above: tuple[UUID, ...]
    before: Status | None
    after: Status


def count_move(tx: Tx, move: Move) -> bool:
    """Bring every figure along, and tell whether the public sees a difference; recent comments are made anew then.

    The rows are taken in one order (upwards to the root, page, statuses by name), so that two moderators never wait
    for each other in a ring. The statuses come last: every post of the site changes one of their rows.
    """
    was, now = move.before is not None and is_public(move.before), is_public(move.after)
    if was != now:
        if move.above:
            change = 1 if now else -1
            tx.execute(_REPLIES, [{"site": tx.site, "comment": one, "change": change} for one in move.above])
        if now:
            tx.execute(_MORE_ON_PAGE, {"site_id": tx.site, "page_id": move.page_id, "approved": 1})
        else:
            tx.execute(_LESS_ON_PAGE, {"site": tx.site, "page": move.page_id})
        tx.touch(RECENT)
    if move.before != move.after:
        for status in sorted({move.before, move.after} - {None}, key=str):
            if status == move.after:
                tx.execute(_MORE_IN_STATUS, {"site_id": tx.site, "status": status, "comments": 1})
            else:
                tx.execute(_LESS_IN_STATUS, {"site": tx.site, "state": status})
    return was != now


def uncount(tx: Tx, gone: Mapping[Status, int]) -> None:
    """Take comments out of the figures of their statuses: none of them was public."""
    for status in sorted(gone, key=str):
        tx.execute(_LESS_IN_STATUS, {"site": tx.site, "state": status, "fewer": gone[status]})


def make_move(tx: Tx, comment_id: UUID, move: Move) -> bool:
    """`count_move`, and tell the world where it sees a difference."""
    if not count_move(tx, move):
        return False
    event = CommentApproved if is_public(move.after) else CommentHidden
    tx.touch(str(move.page_id))
    tx.emit(event(**tx.event_fields(), page_id=move.page_id, comment_id=comment_id))
    return True


def count_approved(tx: Tx, page_id: UUID) -> int:
    """How many comments of a page the public sees, replies included."""
    return int(tx.execute(_ON_PAGE, {"site": tx.site, "page": page_id}).scalar() or 0)


def count_approved_of(tx: Tx, page_ids: tuple[UUID, ...]) -> dict[UUID, int]:
    """The same of many pages in one statement; a page without a figure is not in the answer."""
    rows = tx.execute(_ON_PAGES, {"site": tx.site, "pages": page_ids}) if page_ids else ()
    return {row.page_id: row.approved for row in rows}


def count_queue(tx: Tx, command: None = None) -> Mapping[Status, int]:
    """How many comments stand in each status; every status has a figure."""
    del command
    found = {Status(row.status): row.comments for row in tx.execute(_QUEUE, {"site": tx.site})}
    return {status: found.get(status, 0) for status in Status}
