"""What happened, told once.

An event is recorded in the transaction that made it true and delivered at least once from the outbox, so a
consumer may see one twice: `id` tells them apart. Names are in the past tense; fields are ids and figures, never
a reader's text.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries: its own id, the site and the moment (UTC)."""

    id: UUID
    site: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingChanged(Event):
    """A page's five counters changed, or whether it takes votes."""

    page_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentApproved(Event):
    """A comment became public."""

    page_id: UUID
    comment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentHidden(Event):
    """A comment that was public no longer is."""

    page_id: UUID
    comment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentEdited(Event):
    """The text of a public comment was changed by its author, and stays public."""

    page_id: UUID
    comment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPinned(Event):
    """A public comment was put first on its page."""

    page_id: UUID
    comment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentUnpinned(Event):
    """A public comment stands among the others again."""

    page_id: UUID
    comment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LikesChanged(Event):
    """The public figures of likes under a page changed; told at most every five seconds a page."""

    page_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentDecided(Event):
    """A moderator approved or rejected a comment whose author may be written to, and the time to undo it is over.

    Until then it waits in the outbox, where an undo finds and deletes it. `at` is the moment of the decision.
    """

    comment_id: UUID
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPublished(Event):
    """A reply to a comment whose author may be written to became public, and the time to undo that is over.

    `comment_id` is the reply, `at` the moment it became public.
    """

    comment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailGiven(Event):
    """A comment came with an e-mail address that nobody has confirmed yet."""

    comment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsClosed(Event):
    """The desk closed a page for comments, or opened it again (`closed` is false)."""

    page_id: UUID
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentMasked(Event):
    """Personal data in a public comment was masked at the desk, or shown again."""

    page_id: UUID
    comment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInvited(Event):
    """A person at the desk is sent a link to set a password."""

    account_id: UUID
    link_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDue(Event):
    """The deadline of a case that is still open comes near. Until then it waits in the outbox."""

    case_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """A case was decided: its comments stay down (`upheld`) or came back (`rejected`)."""

    case_id: UUID
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestDue(Event):
    """The hour has come at which those who decide are told by mail what waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrakePulled(Event):
    """A wave has come, and the site or a page is held by itself; told once a wave, at most once in an hour.

    `scope` is `site` or `page`, `target` the page's id or "", `cause` `comments` or `captcha`; `count` of these came in
    `minutes`. It ends at `until`.
    """

    scope: str
    target: str
    cause: str
    count: int
    minutes: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksChanged(Event):
    """The public list of linked websites changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChanged(Event):
    """A page was renamed, moved, withdrawn or restored: everything under this id, its own or an alias, is old.

    `former_url` is where its article stood before, "" when that has not changed; `former_section` likewise.
    """

    page_id: UUID
    former_url: str = ""
    former_section: str = ""


EVENTS: tuple[type[Event], ...] = (
    RatingChanged,
    CommentApproved,
    CommentHidden,
    CommentEdited,
    CommentMasked,
    CommentPinned,
    CommentUnpinned,
    CommentsClosed,
    LikesChanged,
    CommentDecided,
    ReplyPublished,
    EmailGiven,
    LinksChanged,
    PageChanged,
    AccountInvited,
    BrakePulled,
    DigestDue,
    CaseDue,
    CaseClosed,
)
