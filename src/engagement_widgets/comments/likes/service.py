"""Liking a comment and taking it back: the row and the comment's figures change in one transaction.

PostgreSQL locks the comment before it looks at the like; SQLite has its single writer.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from engagement_widgets.comments.likes.dropping import likes_changed
from engagement_widgets.comments.likes.ranking import rank
from engagement_widgets.comments.likes.tables import likes
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.visibility import public
from engagement_widgets.errors import NotFound, Refused, TooMany
from engagement_widgets.pages.states import on_shown_page
from engagement_widgets.storage.quotas import spend
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

CHANGES_ALLOWED: Final = 60
CHANGES_WINDOW: Final = timedelta(minutes=10)
MINE_SHOWN: Final = 500


class Outcome(StrEnum):
    """What became of a like. The last two changed nothing."""

    LIKED = "liked"
    UNLIKED = "unliked"
    UNCHANGED = "unchanged"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """Like a comment, or take that back.

    Attributes:
        comment_id: which comment.
        voter: `u:<host user>` or `r:<reader hash>`; one like each a comment.
        names: every name this client writes under: no own comment can be liked.
        likes: True to like, False to take it back.
        is_new: this is the reader's first write at the site; the cookie goes out with the answer.
    """

    comment_id: UUID
    voter: str
    names: tuple[str, ...]
    likes: bool
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted:
    """What became of it, and how many like the comment now."""

    outcome: Outcome
    likes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LikeQuery:
    """A comment, and who asks; None for a client that has never written."""

    comment_id: UUID
    voter: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LikesQuery:
    """A page, and who asks; None for a client that has never written."""

    page_id: UUID
    voter: str | None


_COMMENT = (
    select(comments.c.page_id, comments.c.reader, comments.c.likes, comments.c.reported, comments.c.rank)
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"), public())
    .where(on_shown_page(comments.c.page_id))
)
_LOCKED = _COMMENT.with_for_update()
_KEY = (
    likes.c.site_id == bindparam("site"),
    likes.c.voter == bindparam("voter"),
    likes.c.comment_id == bindparam("comment"),
)
_LIKE = Upsert(lambda insert: insert(likes).on_conflict_do_nothing().returning(likes.c.comment_id))
_UNLIKE = delete(likes).where(*_KEY)
_FIND = select(likes.c.comment_id).where(*_KEY)
_SET = (
    update(comments)
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
    .values(likes=bindparam("to_likes"), rank=bindparam("to_rank"))
)
_MINE = (
    select(likes.c.comment_id)
    .join(comments, (comments.c.site_id == likes.c.site_id) & (comments.c.id == likes.c.comment_id))
    .where(
        likes.c.site_id == bindparam("site"),
        likes.c.voter == bindparam("voter"),
        comments.c.page_id == bindparam("page"),
    )
    .order_by(likes.c.comment_id.desc())
    .limit(bindparam("most"))
)


def vote(tx: Tx, command: Vote) -> Voted:
    """Like a comment or take it back; saying the same again changes nothing.

    Raises:
        NotFound: `unknown_comment`, also for one that is not public.
        Refused: `own_like`.
        TooMany: `too_many_likes`.
    """
    row = _fetch(tx, command.comment_id, _LOCKED)
    if command.likes and row.reader in command.names:
        raise Refused("own_like")
    _spend(tx, command)
    key = {"site": tx.site, "voter": command.voter, "comment": command.comment_id}
    if command.likes:
        values = {"site_id": tx.site, "voter": command.voter, "comment_id": command.comment_id, "created_at": tx.now}
        changed = tx.execute(_LIKE[tx.dialect], values).first() is not None
    else:
        changed = tx.execute(_UNLIKE, key).rowcount > 0
    if not changed:
        return Voted(outcome=Outcome.UNCHANGED if command.likes else Outcome.ABSENT, likes=row.likes)
    count = row.likes + (1 if command.likes else -1)
    figures = {"site": tx.site, "comment": command.comment_id, "to_likes": count}
    tx.execute(_SET, figures | {"to_rank": rank(count, row.reported)})
    likes_changed(tx, row.page_id)
    return Voted(outcome=Outcome.LIKED if command.likes else Outcome.UNLIKED, likes=count)


def load_like(tx: Tx, query: LikeQuery) -> Voted:
    """How many like a comment, and whether this reader does: `UNCHANGED` or `ABSENT`.

    Raises:
        NotFound: `unknown_comment`, also for one that is not public.
    """
    row = _fetch(tx, query.comment_id, _COMMENT)
    key = {"site": tx.site, "voter": query.voter, "comment": query.comment_id}
    found = query.voter is not None and tx.execute(_FIND, key).first() is not None
    return Voted(outcome=Outcome.UNCHANGED if found else Outcome.ABSENT, likes=row.likes)


def my_likes(tx: Tx, query: LikesQuery) -> tuple[UUID, ...]:
    """The comments of a page that this reader likes, at most the latest 500."""
    if query.voter is None:
        return ()
    given = {"site": tx.site, "voter": query.voter, "page": query.page_id, "most": MINE_SHOWN}
    return tuple(tx.execute(_MINE, given).scalars())


def _fetch(tx: Tx, comment_id: UUID, statement: Any) -> Any:  # noqa: ANN401  (a row of `_COMMENT`)
    row = tx.execute(statement, {"site": tx.site, "comment": comment_id}).first()
    if row is None:
        raise NotFound("unknown_comment")
    return row


def _spend(tx: Tx, command: Vote) -> None:
    if command.is_new:  # the first write opens no bucket: most readers like once, and would leave a row each
        return
    # hashed, because a host's user id may be longer than a bucket's name
    bucket = f"like:{hashlib.sha256(command.voter.encode()).hexdigest()}"
    wait = spend(tx, bucket, CHANGES_ALLOWED, CHANGES_WINDOW)
    if wait is not None:
        raise TooMany("too_many_likes", retry_after=wait)
