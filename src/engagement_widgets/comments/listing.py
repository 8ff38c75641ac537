"""Reading the public side: one page of roots with their first replies, or one thread.

Three statements a page, each led by a partial index, so the cost does not grow with the number of comments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Column, Integer, Select, Uuid, and_, bindparam, select, tuple_, union_all

from engagement_widgets.comments.counters import count_approved
from engagement_widgets.comments.states import Sort
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.views import CommentList, CommentView, Position, Toward
from engagement_widgets.comments.visibility import LISTED, is_public, public, public_reply
from engagement_widgets.errors import NotFound
from engagement_widgets.storage.units import Tx

REPLIES_SHOWN = 10
THREAD_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """Which page of a page's comments: `size` roots from a position (None: from the start)."""

    page_id: UUID
    size: int
    sort: Sort = Sort.NEWEST
    position: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadQuery:
    """Which replies of a root: `size` of them from a position (None: from the oldest)."""

    page_id: UUID
    root_id: UUID
    position: Position | None = None
    size: int = THREAD_SIZE


_answered = comments.alias("answered")
_COLUMNS = (
    comments.c.id,
    comments.c.parent_id,
    comments.c.status,
    comments.c.author_name,
    comments.c.body,
    comments.c.is_staff,
    comments.c.submitted_at,
    comments.c.reply_to_id,
    comments.c.approved_replies,
    comments.c.likes,
    comments.c.rank,
)
_ASCENDING = (comments.c.submitted_at, comments.c.id)
_SIZE = bindparam("size", type_=Integer())

_ROOTS = select(*_COLUMNS).where(
    comments.c.site_id == bindparam("site"),
    comments.c.page_id == bindparam("page"),
    comments.c.parent_id.is_(None),
    LISTED,
)
_ROOT = select(*_COLUMNS).where(
    comments.c.site_id == bindparam("site"),
    comments.c.page_id == bindparam("page"),
    comments.c.id == bindparam("root"),
    comments.c.parent_id.is_(None),
    LISTED,
)
WITH_ANSWERED = (
    select(*_COLUMNS, _answered.c.author_name.label("answers"))
    .select_from(comments)
    .outerjoin(
        _answered,
        and_(
            _answered.c.site_id == comments.c.site_id,
            _answered.c.id == comments.c.reply_to_id,
            public(_answered),
        ),
    )
    .where(comments.c.site_id == bindparam("site"))
)
_REPLIES = WITH_ANSWERED.where(comments.c.parent_id == bindparam("root"), public_reply())


Walks: TypeAlias = "dict[tuple[bool, Toward | None], Select[Any]]"


def _walks(statement: "Select[Any]", by: "Column[Any]" = comments.c.submitted_at) -> Walks:
    """The statement for every way through a list ordered by a column: (ascending?, which way from the position)."""
    key, start = tuple_(by, comments.c.id), tuple_(bindparam("at", type_=by.type), bindparam("id", type_=Uuid()))
    up = statement.order_by(by, comments.c.id).limit(_SIZE)
    down = statement.order_by(by.desc(), comments.c.id.desc()).limit(_SIZE)
    return {
        (True, None): up,
        (False, None): down,
        (True, Toward.AFTER): up.where(key > start),
        (False, Toward.AFTER): down.where(key < start),
        (True, Toward.FROM): up.where(key >= start),
        (False, Toward.FROM): down.where(key <= start),
        # backwards, and turned round after reading
        (True, Toward.BEFORE): down.where(key < start),
        (False, Toward.BEFORE): up.where(key > start),
    }


_ROOT_WALKS = _walks(_ROOTS)
_HELPFUL_WALKS = _walks(_ROOTS, by=comments.c.rank)
_REPLY_WALKS = _walks(_REPLIES)


def list_comments(tx: Tx, query: ListQuery) -> CommentList:
    """One page of a page's comments, as the public sees them. A page nobody has written on has none."""
    rows, previous, following = _walk(
        tx,
        _HELPFUL_WALKS if query.sort is Sort.HELPFUL else _ROOT_WALKS,
        by="rank" if query.sort is Sort.HELPFUL else "submitted_at",
        ascending=query.sort is Sort.OLDEST,
        position=query.position,
        size=query.size,
        scope={"page": query.page_id},
    )
    replies = _first_replies(tx, [row.id for row in rows if row.approved_replies])
    return CommentList(
        page_id=query.page_id,
        count=count_approved(tx, query.page_id),
        sort=query.sort,
        comments=tuple(root_view(row, replies.get(row.id, ())) for row in rows),
        next=following,
        previous=previous,
    )


def read_thread(tx: Tx, query: ThreadQuery) -> CommentList:
    """One root with one page of its replies.

    Raises:
        NotFound: `unknown_comment`: no such root on this page, or nothing of it is public.
    """
    root = tx.execute(_ROOT, {"site": tx.site, "page": query.page_id, "root": query.root_id}).first()
    if root is None:
        raise NotFound("unknown_comment")
    rows, previous, following = _walk(
        tx, _REPLY_WALKS, ascending=True, position=query.position, size=query.size, scope={"root": query.root_id}
    )
    return CommentList(
        page_id=query.page_id,
        count=count_approved(tx, query.page_id),
        sort=Sort.OLDEST,
        comments=(root_view(root, rows, more=False),),
        thread=root.id,
        next=following,
        previous=previous,
    )


def _walk(
    tx: Tx,
    walks: Walks,
    *,
    by: str = "submitted_at",
    ascending: bool,
    position: Position | None,
    size: int,
    scope: dict[str, UUID],
) -> tuple[list[Any], Position | None, Position | None]:
    """The rows of one page, and the positions of the pages before and after it."""
    params: dict[str, Any] = {"site": tx.site, **scope}
    if position is not None:
        params |= {"at": position.at, "id": position.id}
    toward = position.toward if position else None
    found = list(tx.execute(walks[ascending, toward], params | {"size": size + 1}))
    rows, more = found[:size], len(found) > size
    if not rows:
        return [], None, None
    if toward is Toward.BEFORE:
        rows.reverse()
        return rows, _beside(rows[0], Toward.BEFORE, by) if more else None, _beside(rows[-1], Toward.AFTER, by)
    begins = position is None or (
        toward is Toward.FROM and not tx.execute(walks[ascending, Toward.BEFORE], params | {"size": 1}).first()
    )
    previous = None if begins else _beside(rows[0], Toward.BEFORE, by)
    return rows, previous, _beside(rows[-1], Toward.AFTER, by) if more else None


def _beside(row: Any, toward: Toward, by: str) -> Position:  # noqa: ANN401  (a row of `_COLUMNS`)
    return Position(toward=toward, at=getattr(row, by), id=row.id)


@lru_cache(maxsize=128)
def _first_replies_of(roots: int) -> "Select[Any]":
    """First replies of so many roots in one statement.

    A union of short index walks: a window function would read every reply of a root to show ten (measured on
    SQLite with 5,000 replies under one of 20 roots: 0.5 ms against 34 ms).
    """
    first = [
        select(
            select(comments.c.id)
            .where(
                comments.c.site_id == bindparam("site"), comments.c.parent_id == bindparam(f"root_{n}"), public_reply()
            )
            .order_by(*_ASCENDING)
            .limit(_SIZE)
            .subquery()
            .c.id
        )
        for n in range(roots)
    ]
    return WITH_ANSWERED.where(comments.c.id.in_(union_all(*first))).order_by(*_ASCENDING)


def _first_replies(tx: Tx, roots: Sequence[UUID]) -> dict[UUID, list[Any]]:
    replies: dict[UUID, list[Any]] = {root: [] for root in roots}
    if roots:
        params: dict[str, Any] = {f"root_{n}": root for n, root in enumerate(roots)}
        for row in tx.execute(_first_replies_of(len(roots)), params | {"site": tx.site, "size": REPLIES_SHOWN}):
            replies[row.parent_id].append(row)
    return replies


def root_view(row: Any, replies: Sequence[Any] = (), *, more: bool = True) -> CommentView:  # noqa: ANN401
    """A root as the public sees it: of one that is no longer public nothing but its place and its replies."""
    gone = not is_public(row.status)
    return CommentView(
        id=row.id,
        parent_id=None,
        gone=gone,
        name="" if gone else row.author_name,
        body="" if gone else row.body,
        is_staff=not gone and row.is_staff,
        submitted_at=row.submitted_at,
        likes=0 if gone else row.likes,
        replies=tuple(reply_view(reply) for reply in replies),
        more_replies=row.approved_replies - len(replies) if more else 0,
    )


def reply_view(row: Any) -> CommentView:  # noqa: ANN401
    """A public reply."""
    return CommentView(
        id=row.id,
        parent_id=row.parent_id,
        gone=False,
        name=row.author_name,
        body=row.body,
        is_staff=row.is_staff,
        submitted_at=row.submitted_at,
        likes=row.likes,
        answers_id=row.reply_to_id,
        answers=row.answers,
    )
