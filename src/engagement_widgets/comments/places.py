"""One public comment, and where it stands in its discussion."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Integer, and_, bindparam, func, select

from engagement_widgets.comments.listing import REPLIES_SHOWN, WITH_ANSWERED, comment_view
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.views import CommentView, Position, Toward
from engagement_widgets.comments.visibility import listed_reply, public
from engagement_widgets.errors import NotFound
from engagement_widgets.pages.states import on_shown_page
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a public comment stands.

    Attributes:
        page_id: its page.
        position: in the list of roots, beginning with its root; None where that is pinned, and so on the first page.
        thread: in its root's replies, when it is not among the first that the list shows; else None.
        root_id: itself, or the root it stands under.
    """

    page_id: UUID
    root_id: UUID
    position: Position | None
    thread: Position | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A public comment and the page it is on. Its `more_replies` counts all of its replies."""

    page_id: UUID
    comment: CommentView


_root = comments.alias("root")
_COMMENT = WITH_ANSWERED.add_columns(comments.c.page_id).where(
    comments.c.id == bindparam("comment"), public(), on_shown_page(comments.c.page_id)
)
_PLACE = (
    select(
        comments.c.page_id,
        comments.c.id,
        comments.c.submitted_at,
        comments.c.thread_path,
        comments.c.pinned_at,
        _root.c.id.label("root_id"),
        _root.c.submitted_at.label("root_at"),
        and_(_root.c.pinned_at.is_not(None), public(_root)).label("root_pinned"),
    )
    .select_from(comments)
    .outerjoin(_root, and_(_root.c.site_id == comments.c.site_id, _root.c.id == comments.c.parent_id))
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"), public())
    .where(on_shown_page(comments.c.page_id))
)
_EARLIER = select(func.count()).select_from(
    select(comments.c.id)
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.parent_id == bindparam("root"),
        listed_reply(),
        comments.c.thread_path < bindparam("path"),
    )
    .limit(bindparam("size", type_=Integer()))
    .subquery()
)


def read_comment(tx: Tx, comment_id: UUID) -> Found:
    """One public comment, without its replies.

    Raises:
        NotFound: `unknown_comment`, also for one that is not public.
    """
    row = tx.execute(_COMMENT, {"site": tx.site, "comment": comment_id}).first()
    if row is None:
        raise NotFound("unknown_comment")
    return Found(page_id=row.page_id, comment=comment_view(row, more_replies=row.approved_replies))


def find_place(tx: Tx, comment_id: UUID) -> Place:
    """Where a public comment stands, at the same cost in any discussion.

    Raises:
        NotFound: `unknown_comment`, also for one that is not public.
    """
    row = tx.execute(_PLACE, {"site": tx.site, "comment": comment_id}).first()
    if row is None:
        raise NotFound("unknown_comment")
    if row.root_id is None:
        position = Position(toward=Toward.FROM, at=row.submitted_at, id=row.id)
        return Place(page_id=row.page_id, root_id=row.id, position=None if row.pinned_at else position, thread=None)
    itself = Position(toward=Toward.FROM, at=row.submitted_at, id=row.id, path=row.thread_path)
    root = Position(toward=Toward.FROM, at=row.root_at, id=row.root_id)
    earlier = tx.execute(
        _EARLIER, {"site": tx.site, "root": row.root_id, "path": row.thread_path, "size": REPLIES_SHOWN}
    ).scalar_one()
    return Place(
        page_id=row.page_id,
        root_id=row.root_id,
        position=None if row.root_pinned else root,
        thread=itself if earlier >= REPLIES_SHOWN else None,
    )
