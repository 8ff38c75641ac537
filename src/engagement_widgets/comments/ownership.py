"""Whose a comment is, and what its author may still do to it: for the buttons that are shown and the units that act."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, exists, literal_column, or_

from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.visibility import public
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

RECEIPT_LIFE: Final = timedelta(days=30)
_STANDING = frozenset({Status.PENDING, Status.APPROVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who says that a comment is theirs.

    Attributes:
        readers: every name this client writes under (`u:…`, `r:…`).
        has_code: the client has shown the code of this comment's receipt.
    """

    readers: tuple[str, ...]
    has_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A comment as its author finds it.

    Attributes:
        status: where it stands.
        submitted_at: UTC.
        answered: a reply to it is public.
        disputed: an open case is about it, and keeps it as it is.
        window: for how long after it was sent its author may change it, or take it back once it is public.
    """

    status: Status
    submitted_at: datetime
    answered: bool
    disputed: bool
    window: timedelta

    @property
    def ends_at(self) -> datetime:
        """When the window closes."""
        return self.submitted_at + self.window


_reply = comments.alias("reply")
IS_AUTHORS: "ColumnElement[bool]" = and_(
    comments.c.site_id == bindparam("site"),
    IS_WHOLE,
    comments.c.submitted_at > bindparam("since", type_=Moment()),
    or_(comments.c.reader.in_(bindparam("readers", expanding=True)), bindparam("has_code", type_=Boolean())),
)
"""Condition, with `authors_params`: the comment is the author's, and not older than a receipt lives."""

ANSWERED: "ColumnElement[bool]" = or_(
    comments.c.approved_replies > literal_column("0"),
    exists()
    .where(
        _reply.c.site_id == comments.c.site_id,
        _reply.c.parent_id == comments.c.parent_id,
        _reply.c.reply_to_id == comments.c.id,
        public(_reply),
    )
    .correlate(comments),
)
"""Whether a reply is public: of a root every one below it counts, of a reply those that answer it."""


def authors_params(tx: Tx, author: Author) -> dict[str, Any]:
    """What `IS_AUTHORS` asks for."""
    return {
        "site": tx.site,
        "since": tx.now - RECEIPT_LIFE,
        "readers": list(author.readers),
        "has_code": author.has_code,
    }


def edit_refusal(standing: Standing, now: datetime) -> str | None:
    """The code of the reason why its author may not change it (any more), or None."""
    if standing.status not in _STANDING:
        return "comment_decided"
    if standing.disputed:
        return "comment_disputed"
    if standing.answered and standing.status is Status.APPROVED:
        return "comment_answered"
    return "edit_window_over" if now >= standing.ends_at else None


def withdrawal_refusal(standing: Standing, now: datetime) -> str | None:
    """The code of the reason why its author may not take it back, or None: what waits can be, unless a case is open."""
    if standing.status not in _STANDING:
        return "comment_decided"
    if standing.disputed:
        return "comment_disputed"
    is_late = standing.status is Status.APPROVED and now >= standing.ends_at
    return "withdrawal_window_over" if is_late else None
