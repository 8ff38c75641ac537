"""What an author may see of their own comments while nobody else does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select

from engagement_widgets.comments.cases.freezing import FROZEN
from engagement_widgets.comments.ownership import (
    ANSWERED,
    IS_AUTHORS,
    Author,
    Standing,
    authors_params,
    edit_refusal,
    withdrawal_refusal,
)
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.threads import depth_of, standing_above
from engagement_widgets.comments.views import CommentView, OwnComment
from engagement_widgets.comments.visibility import public
from engagement_widgets.errors import NotFound
from engagement_widgets.pages.service import PageRow, find_page
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

MINE_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptQuery:
    """A comment, and who asks. `window`: for how long after sending its author may change it."""

    comment_id: UUID
    author: Author
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A comment as its author sees it, and its page."""

    own: OwnComment
    page: PageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MyComments:
    """A page, and who asks. `window`: for how long after sending its author may change a comment."""

    page_id: UUID
    author: Author
    window: timedelta


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
        comments.c.version,
        comments.c.edited_at,
        comments.c.withdrawn_at,
        ANSWERED.label("answered"),
        FROZEN.label("disputed"),
        comments.c.page_id,
        pages.c.url,
        pages.c.title,
        pages.c.locale,
    )
    .join_from(comments, pages, and_(pages.c.site_id == comments.c.site_id, pages.c.id == comments.c.page_id))
    .where(IS_AUTHORS)
)
_RECEIPT = _OWN.where(comments.c.id == bindparam("comment"))
_MINE = (
    _OWN.where(
        comments.c.page_id == bindparam("page"),
        or_(
            comments.c.status.in_([Status.PENDING.value, Status.REJECTED.value]),
            and_(public(), comments.c.submitted_at > bindparam("open_since", type_=Moment())),
        ),
    )
    .order_by(comments.c.submitted_at.desc(), comments.c.id.desc())
    .limit(MINE_SHOWN)
)


def read_receipt(tx: Tx, query: ReceiptQuery) -> OwnComment:
    """An author's own comment, for 30 days.

    Raises:
        NotFound: `unknown_receipt`: none, somebody else's, or too old; nobody can tell which.
    """
    row = tx.execute(_RECEIPT, authors_params(tx, query.author) | {"comment": query.comment_id}).first()
    if row is None:
        raise NotFound("unknown_receipt")
    return _own(row, tx.now, query.window)


def load_receipt(tx: Tx, query: ReceiptQuery) -> Receipt:
    """The same with its page.

    Raises:
        NotFound: `unknown_receipt`.
    """
    own = read_receipt(tx, query)
    page = find_page(tx, own.page_id)
    if page is None:  # cannot be: the foreign key keeps it
        raise NotFound("unknown_page")
    return Receipt(own=own, page=page)


def my_comments(tx: Tx, query: MyComments) -> tuple[OwnComment, ...]:
    """The author's comments of a page that wait, were rejected within 30 days, or are public and within the window.

    Newest first.
    """
    if not query.author.readers:
        return ()
    asked = {"page": query.page_id, "open_since": tx.now - query.window}
    rows = tx.execute(_MINE, authors_params(tx, query.author) | asked)
    return tuple(_own(row, tx.now, query.window) for row in rows)


def _own(row: Any, now: datetime, window: timedelta) -> OwnComment:  # noqa: ANN401  (a row of `_OWN`)
    standing = Standing(
        status=Status(row.status),
        submitted_at=row.submitted_at,
        answered=bool(row.answered),
        disputed=bool(row.disputed),
        window=window,
    )
    return OwnComment(
        comment=CommentView(
            id=row.id,
            parent_id=row.parent_id,
            gone=False,
            name=row.author_name,
            body=row.body,
            is_staff=row.is_staff,
            submitted_at=row.submitted_at,
            edited_at=row.edited_at,
            depth=depth_of(row.thread_path),
        ),
        above=standing_above(row.parent_id, row.thread_path),
        status=standing.status,
        version=row.version,
        is_disputed=standing.disputed,
        is_withdrawn=row.withdrawn_at is not None,
        edit_until=standing.ends_at,
        minutes_left=ceil((standing.ends_at - now) / timedelta(minutes=1)),
        edit_refusal=edit_refusal(standing, now),
        withdrawal_refusal=withdrawal_refusal(standing, now),
        note=row.decision_note,
        page_id=row.page_id,
        page_url=row.url,
        page_title=row.title,
        page_locale=row.locale,
    )
