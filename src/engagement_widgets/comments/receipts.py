"""What an author may see of their own comments while nobody else does."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.threads import depth_of, standing_above
from engagement_widgets.comments.views import CommentView, OwnComment
from engagement_widgets.errors import NotFound
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

RECEIPT_LIFE = timedelta(days=30)
MINE_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptQuery:
    """A comment, and who asks: every name this client writes under (`u:…`, `r:…`)."""

    comment_id: UUID
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MyComments:
    """A page, and who asks: every name this client writes under (`u:…`, `r:…`)."""

    page_id: UUID
    readers: tuple[str, ...]


_OWN = (
    select(
        comments.c.id,
        comments.c.parent_id,
        comments.c.thread_path,
        comments.c.status,
        comments.c.author_name,
        comments.c.body,
        comments.c.is_staff,
        comments.c.submitted_at,
        comments.c.decision_note,
        pages.c.url,
        pages.c.title,
        pages.c.locale,
    )
    .join_from(comments, pages, and_(pages.c.site_id == comments.c.site_id, pages.c.id == comments.c.page_id))
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.reader.in_(bindparam("readers", expanding=True)),
        comments.c.submitted_at > bindparam("since", type_=Moment()),
    )
)
_RECEIPT = _OWN.where(comments.c.id == bindparam("comment"))
_MINE = (
    _OWN.where(
        comments.c.page_id == bindparam("page"),
        comments.c.status.in_([Status.PENDING.value, Status.REJECTED.value]),
    )
    .order_by(comments.c.submitted_at.desc(), comments.c.id.desc())
    .limit(MINE_SHOWN)
)


def read_receipt(tx: Tx, query: ReceiptQuery) -> OwnComment:
    """An author's own comment, for 30 days.

    Raises:
        NotFound: `unknown_receipt`: none, somebody else's, or too old; nobody can tell which.
    """
    row = tx.execute(
        _RECEIPT,
        {
            "site": tx.site,
            "readers": list(query.readers),
            "since": tx.now - RECEIPT_LIFE,
            "comment": query.comment_id,
        },
    ).first()
    if row is None:
        raise NotFound("unknown_receipt")
    return _own(row)


def my_comments(tx: Tx, query: MyComments) -> tuple[OwnComment, ...]:
    """The author's comments of a page that wait or were rejected within 30 days, newest first."""
    if not query.readers:
        return ()
    rows = tx.execute(
        _MINE,
        {
            "site": tx.site,
            "readers": list(query.readers),
            "since": tx.now - RECEIPT_LIFE,
            "page": query.page_id,
        },
    )
    return tuple(_own(row) for row in rows)


def _own(row: Any) -> OwnComment:  # noqa: ANN401  (a row of `_OWN`)
    return OwnComment(
        comment=CommentView(
            id=row.id,
            parent_id=row.parent_id,
            gone=False,
            name=row.author_name,
            body=row.body,
            is_staff=row.is_staff,
            submitted_at=row.submitted_at,
            depth=depth_of(row.thread_path),
        ),
        above=standing_above(row.parent_id, row.thread_path),
        status=Status(row.status),
        note=row.decision_note,
        page_url=row.url,
        page_title=row.title,
        page_locale=row.locale,
    )
