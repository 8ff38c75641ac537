"""Which letters are due, asked at the moment of sending: what was true when they were written down may be over."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, and_, bindparam, func, or_, select

from engagement_widgets.comments.letters.addresses import address_hash, may_hear
from engagement_widgets.comments.letters.tables import addresses, told
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.visibility import is_public, listed_reply, public
from engagement_widgets.events import CommentApproved, CommentDecided, EmailGiven, ReplyPublished
from engagement_widgets.pages.states import on_shown_page
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.outbox import Later, is_waiting, withhold
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

REPLIES_APART = timedelta(hours=1)
"""About one comment's replies at most one letter is sent in so long; the next tells of all that came meanwhile."""

_TOLD_OF = frozenset({Status.APPROVED, Status.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a letter about a decision needs to be put into the outbox: the comment as it was and as it is."""

    comment_id: UUID
    version: int
    address: str | None
    before: Status
    after: Status
    undo_window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A comment that became public, and how long that can be undone."""

    event: CommentApproved
    undo_window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReply:
    """A reply to be told of, and how long its publication could be undone."""

    event: ReplyPublished
    undo_window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a letter tells, as stored.

    Attributes:
        address: to whom.
        comment_id: the comment it is about, the receiver's own.
        name: its author, as typed.
        body: its text; of a letter about replies, the reply's.
        status: of a decision.
        note: the moderator's reason.
        reply_id: the reply it tells of.
        reply_name: that reply's author.
        others: how many more replies came since the last letter.
        page_url: the article.
        page_title: its title.
        page_locale: the language the host gave it.
    """

    address: str
    comment_id: UUID
    name: str
    body: str
    page_url: str
    page_title: str
    page_locale: str | None
    status: Status | None = None
    note: str | None = None
    reply_id: UUID | None = None
    reply_name: str = ""
    others: int = 0


_answered = comments.alias("answered")
_COMMENT = (
    select(comments, pages.c.url, pages.c.title, pages.c.locale)
    .join_from(comments, pages, and_(pages.c.site_id == comments.c.site_id, pages.c.id == comments.c.page_id))
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
)
_ANSWERED = (
    select(_answered.c.id, _answered.c.author_email, _answered.c.reader, comments.c.status)
    .join_from(
        comments,
        _answered,
        and_(
            _answered.c.site_id == comments.c.site_id,
            _answered.c.id == func.coalesce(comments.c.reply_to_id, comments.c.parent_id),
        ),
    )
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.id == bindparam("comment"),
        _answered.c.author_email.is_not(None),
        _answered.c.reader != comments.c.reader,
        or_(comments.c.author_email.is_(None), comments.c.author_email != _answered.c.author_email),
        on_shown_page(comments.c.page_id),
    )
)
_ADDRESS = select(addresses).where(
    addresses.c.site_id == bindparam("site"), addresses.c.address_hash == bindparam("hash")
)
_TOLD = select(told).where(told.c.site_id == bindparam("site"), told.c.comment_id == bindparam("comment"))
_SINCE = select(func.count()).where(
    comments.c.site_id == bindparam("site"),
    func.coalesce(comments.c.reply_to_id, comments.c.parent_id) == bindparam("comment"),
    comments.c.parent_id == bindparam("root"),
    listed_reply(),
    public(),
    comments.c.reader != bindparam("reader"),
    func.coalesce(comments.c.author_email, "") != bindparam("email"),
    comments.c.decided_at > bindparam("since", type_=Moment()),
    comments.c.decided_at <= bindparam("until", type_=Moment()),
)
_MARK_TOLD = Upsert(
    lambda insert: (row := insert(told)).on_conflict_do_update(
        index_elements=["site_id", "comment_id"],
        set_={"told_at": row.excluded.told_at, "told_until": row.excluded.told_until},
    )
)


def decide_letters(tx: Tx, decision: Decision) -> None:
    """Write down the letter about a decision, to be sent when it can no longer be undone.

    Only what an author is told on the receipt as well: that it was approved or rejected. A comment that went to the
    trash or was called spam has an author whom a letter would only teach how to do better.
    """
    if decision.after not in _TOLD_OF or decision.after is decision.before or decision.address is None:
        return
    if may_hear(tx, decision.address):
        event = CommentDecided(
            id=_decision_id(decision.comment_id, decision.version + 1),
            site=tx.site,
            at=tx.now,
            comment_id=decision.comment_id,
            status=decision.after,
        )
        tx.emit(event, not_before=tx.now + decision.undo_window)


def withhold_letters(tx: Tx, comment_id: UUID, version: int) -> None:
    """Delete the letters that wait about this comment as it stands: it is about to stand elsewhere."""
    withhold(tx, [_decision_id(comment_id, version), _reply_id(comment_id)])


def tells_somebody(tx: Tx, comment_id: UUID) -> bool:
    """Whether a comment that became public, on a page that is shown, answers somebody who may be written to."""
    row = tx.execute(_ANSWERED, {"site": tx.site, "comment": comment_id}).first()
    return row is not None and is_public(row.status) and may_hear(tx, row.author_email)


def announce_reply(tx: Tx, announcement: Announcement) -> None:
    """Write down the letter about a reply that became public; where it waits already, nothing."""
    event = announcement.event
    identity = _reply_id(event.comment_id)
    if tells_somebody(tx, event.comment_id) and not is_waiting(tx, identity):
        published = ReplyPublished(id=identity, site=tx.site, at=event.at, comment_id=event.comment_id)
        tx.emit(published, not_before=event.at + announcement.undo_window)


def due_confirmation(tx: Tx, event: EmailGiven) -> Notice | None:
    """The letter that asks for consent, or None when it has been given or refused meanwhile."""
    row = _comment(tx, event.comment_id)
    if row is None or row.author_email is None:
        return None
    known = tx.execute(_ADDRESS, {"site": tx.site, "hash": address_hash(row.author_email)}).first()
    is_open = known is not None and not (known.confirmed_at or known.stopped_at or known.refused_at)
    return _notice(row, row) if is_open else None


def due_decision(tx: Tx, event: CommentDecided) -> Notice | None:
    """The letter about a decision, or None when it no longer stands or nobody wants to hear of it."""
    row = _comment(tx, event.comment_id)
    if row is None or row.status != event.status or row.decided_at != event.at or row.withdrawn_at is not None:
        return None
    if not _wants(tx, row):
        return None
    return _notice(row, row, status=Status(row.status), note=row.decision_note)


def due_reply(tx: Tx, due: DueReply) -> Notice | None:
    """The letter about a reply, or None when it is not shown, told of already, or nobody wants to hear of it.

    Raises:
        Later: the last letter about this comment's replies was sent less than `REPLIES_APART` ago.
    """
    found = tx.execute(_ANSWERED, {"site": tx.site, "comment": due.event.comment_id}).first()
    if found is None or not is_public(found.status):
        return None
    own, reply = _comment(tx, found.id), _comment(tx, due.event.comment_id)
    if own is None or reply is None or not is_public(own.status) or not _wants(tx, own):
        return None
    last = tx.execute(_TOLD, {"site": tx.site, "comment": own.id}).first()
    since = None if last is None else last.told_until
    if since is not None and due.event.at <= since:
        return None
    if last is not None and last.told_at is not None and tx.now < last.told_at + REPLIES_APART:
        raise Later(last.told_at + REPLIES_APART)
    asked = {"site": tx.site, "comment": own.id, "root": own.parent_id or own.id}
    asked |= {"reader": own.reader, "email": own.author_email}
    asked |= {"since": since or own.submitted_at, "until": tx.now - due.undo_window}
    others = tx.execute(_SINCE, asked).scalar_one() - 1
    return _notice(own, reply, reply_id=reply.id, reply_name=reply.author_name, others=max(0, others))


def mark_told(tx: Tx, due: DueReply) -> None:
    """Note that the author of the answered comment has heard of every reply public so far."""
    found = tx.execute(_ANSWERED, {"site": tx.site, "comment": due.event.comment_id}).first()
    if found is not None:
        told_now = {"site_id": tx.site, "comment_id": found.id, "muted": False, "told_at": tx.now}
        tx.execute(_MARK_TOLD[tx.dialect], told_now | {"told_until": tx.now - due.undo_window})


def _comment(tx: Tx, comment_id: UUID) -> Row[Any] | None:
    return tx.execute(_COMMENT, {"site": tx.site, "comment": comment_id}).first()


def _wants(tx: Tx, row: Row[Any]) -> bool:
    """Whether this comment's author has confirmed an address and stopped nothing."""
    if row.author_email is None:
        return False
    known = tx.execute(_ADDRESS, {"site": tx.site, "hash": address_hash(row.author_email)}).first()
    if known is None or known.confirmed_at is None or known.stopped_at or known.refused_at:
        return False
    last = tx.execute(_TOLD, {"site": tx.site, "comment": row.id}).first()
    return last is None or not last.muted


def _notice(own: Row[Any], told_of: Row[Any], **more: Any) -> Notice:  # noqa: ANN401  (fields of `Notice`)
    return Notice(
        address=own.author_email,
        comment_id=own.id,
        name=own.author_name,
        body=told_of.body,
        page_url=own.url,
        page_title=own.title,
        page_locale=own.locale,
        **more,
    )


def _decision_id(comment_id: UUID, version: int) -> UUID:
    """The letter about the decision that made this version; an undo finds it without having kept it."""
    return uuid5(comment_id, f"decision {version}")


def _reply_id(comment_id: UUID) -> UUID:
    return uuid5(comment_id, "reply")
