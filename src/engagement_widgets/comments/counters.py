"""The figures that change with the rows: approved comments a page, what stands in the queue, replies a comment."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, bindparam, func, literal_column, or_, select, update

from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments, page_counts, queue_counts
from engagement_widgets.comments.traits import counted
from engagement_widgets.comments.visibility import is_public, public
from engagement_widgets.events import CommentApproved, CommentHidden
from engagement_widgets.storage.prepared import Prepared
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

RECENT = "recent"
"""Topic of the change feed: which comments are public anywhere on the site."""


_MORE_ON_PAGE = Prepared(
    Upsert(
        lambda insert: insert(page_counts).on_conflict_do_update(
            index_elements=list(page_counts.primary_key.columns), set_={"approved": page_counts.c.approved + 1}
        )
    )
)
_MORE_ON_SHELF = Prepared(
    Upsert(
        lambda insert: (more := insert(queue_counts)).on_conflict_do_update(
            index_elements=list(queue_counts.primary_key.columns),
            set_={"comments": queue_counts.c.comments + more.excluded.comments},
        )
    )
)
_LESS_ON_PAGE = (
    update(page_counts)
    .where(page_counts.c.site_id == bindparam("site"), page_counts.c.page_id == bindparam("page"))
    .values(approved=page_counts.c.approved - 1)
)
_LESS_ON_SHELF = (
    update(queue_counts)
    .where(
        queue_counts.c.site_id == bindparam("site"),
        queue_counts.c.section == bindparam("of_section"),
        queue_counts.c.status == bindparam("state"),
        queue_counts.c.traits == bindparam("of_traits"),
    )
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
_QUEUE = (
    select(queue_counts.c.status, func.sum(queue_counts.c.comments).label("comments"))
    .where(queue_counts.c.site_id == bindparam("site"))
    .group_by(queue_counts.c.status)
)
_OF_PAGE = and_(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page"), IS_WHOLE)
_ON_SHELVES = (
    select(comments.c.section, comments.c.status, comments.c.traits, func.count().label("comments"))
    .where(_OF_PAGE, comments.c.section != bindparam("new_section"))
    .group_by(comments.c.section, comments.c.status, comments.c.traits)
)
_ON_PAGE = select(page_counts.c.approved).where(
    page_counts.c.site_id == bindparam("site"), page_counts.c.page_id == bindparam("page")
)
_ON_PAGES = select(page_counts.c.page_id, page_counts.c.approved).where(
    page_counts.c.site_id == bindparam("site"), page_counts.c.page_id.in_(bindparam("pages", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One comment's way from a status (None: it is new) to another.

    Attributes:
        page_id: its page.
        section: its page's.
        above: what it stands under, nearest first.
        before: where it stood.
        after: where it stands now.
        traits: bits of `comments.traits`.
        had: its bits before, where they have changed.
    """

    page_id: UUID
    section: str
    above: tuple[UUID, ...]
    before: Status | None
    after: Status
    traits: int
    had: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Shelf:
    """What a figure of the queue is kept by; `traits` as `traits.counted`."""

    section: str
    status: Status
    traits: int

    def __str__(self) -> str:
        """For `recount`'s lines."""
        return f"{self.status} {self.traits} of section {self.section!r}"


def count_move(tx: Tx, move: Move) -> bool:
    """Bring every figure along, and tell whether the public sees a difference; recent comments are made anew then.

    The rows are taken in one order (upwards to the root, page, shelves by name), so that two moderators never wait
    for each other in a ring. The shelves come last: many posts of the site change the same of their rows.
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
    had = move.traits if move.had is None else move.had
    before = None if move.before is None else shelf_of(move.section, move.before, had)
    reshelve(tx, {before: 1} if before else {}, {shelf_of(move.section, move.after, move.traits): 1})
    return was != now


def reshelve(tx: Tx, gone: Mapping[Shelf, int], come: Mapping[Shelf, int]) -> None:
    """Take comments out of the queue's figures and put comments in."""
    changes = {shelf: come.get(shelf, 0) - gone.get(shelf, 0) for shelf in (*gone, *come)}
    for shelf in sorted(changes):
        if (change := changes[shelf]) > 0:
            row = {"section": shelf.section, "status": shelf.status, "traits": shelf.traits, "comments": change}
            tx.execute(_MORE_ON_SHELF, {"site_id": tx.site, **row})
        elif change < 0:
            row = {"of_section": shelf.section, "state": shelf.status, "of_traits": shelf.traits, "fewer": -change}
            tx.execute(_LESS_ON_SHELF, {"site": tx.site, **row})


def move_section(tx: Tx, page_id: UUID, section: str) -> None:
    """Bring the queue's figures along with a page's comments; called before their `section` is changed.

    It counts the comments of the page.
    """
    gone: dict[Shelf, int] = {}
    come: dict[Shelf, int] = {}
    for row in tx.execute(_ON_SHELVES, {"site": tx.site, "page": page_id, "new_section": section}):
        for shelves, of in ((gone, row.section), (come, section)):
            shelf = shelf_of(of, Status(row.status), row.traits)
            shelves[shelf] = shelves.get(shelf, 0) + row.comments
    reshelve(tx, gone, come)


def shelf_of(section: str, status: Status, traits: int) -> Shelf:
    """Where a comment is counted."""
    return Shelf(section=section, status=status, traits=counted(status, traits))


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
    """How many comments of the whole site stand in each status; every status has a figure."""
    del command
    found = {Status(row.status): int(row.comments) for row in tx.execute(_QUEUE, {"site": tx.site})}
    return {status: found.get(status, 0) for status in Status}
