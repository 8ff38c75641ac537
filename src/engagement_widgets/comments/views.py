"""What templates and the API are given: frozen, and holding nothing the public may not see.

These classes are the documented context of the templates in `templates/engagement/comments/`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from markupsafe import Markup

from engagement_widgets.comments import display
from engagement_widgets.comments.states import Sort, Status

ANCHOR = "#ew-comments"


class Toward(StrEnum):
    """Which way a page of a list goes from its position."""

    AFTER = "after"
    BEFORE = "before"
    FROM = "from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in a list: the sort key of one comment, and which way to go from it (`FROM` includes it).

    Roots are sorted by `at` and `id`, the replies of a thread by `path`; `at` is the moment it was submitted, in the
    sort `HELPFUL` its rank.
    """

    toward: Toward
    at: datetime | int
    id: UUID
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentView:
    """A public comment, or the line that keeps the place of one that no longer is.

    Attributes:
        id: its id; the anchor is `c-<id>`.
        parent_id: the root it stands under, None for a root.
        gone: no longer shown: name and body are empty.
        name: the author's name as stored; templates use `author`.
        body: the text as stored; templates use `body_html`.
        is_staff: written by the newsroom.
        submitted_at: UTC.
        edited_at: when its author last changed the text, None where that never was.
        likes: how many readers like it.
        answers_id: the reply it answers, where that is not the root.
        answers: that reply's author, or None when it is no longer shown.
        depth: levels below the root; replies in a list stand under the last one before them that is less deep.
        tells_answered: what it answers does not stand right above it, so that it is said whom it answers.
        pinned: stands first on its page.
        replies: the first replies, oldest first.
        more_replies: how many follow those.
    """

    id: UUID
    parent_id: UUID | None
    gone: bool
    name: str
    body: str
    is_staff: bool
    submitted_at: datetime
    edited_at: datetime | None = None
    likes: int = 0
    answers_id: UUID | None = None
    answers: str | None = None
    replies: "tuple[CommentView, ...]" = ()
    more_replies: int = 0
    depth: int = 0
    tells_answered: bool = False
    pinned: bool = False

    def __hash__(self) -> int:
        """By the id alone: a thread is looked up by its comments, and their texts need not be read for that."""
        return hash(self.id)

    @property
    def author(self) -> str:
        """The name as shown."""
        return display.name_text(self.name)

    @property
    def answered_author(self) -> str | None:
        """The name of whom it answers, as shown."""
        return None if self.answers is None else display.name_text(self.answers)

    @property
    def avatar(self) -> str:
        """The letter beside the name."""
        return display.avatar_letter(self.name)

    @property
    def avatar_tone(self) -> int:
        """Which of the eight colours the letter has, from 1."""
        return display.avatar_tone(self.name)

    @property
    def body_html(self) -> Markup:
        """The text as HTML, escaped, with paragraphs and links."""
        return display.body_markup(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentList:
    """One page of a page's comments, or of one thread: context `view` of `engagement/comments/list.html`.

    Attributes:
        page_id: the page.
        count: how many comments the public sees there, replies included.
        sort: the order of the roots.
        comments: the roots of this page, each with its first replies; the first page's begin with the pinned ones. Of
            a thread its one root.
        closed: the desk has closed the page for comments.
        thread: that root's id where the list is one thread: `next` and `previous` then lead through its replies.
        next: where the following page begins, None on the last.
        previous: where the page before ends, None on the first.
        here: where this page itself begins, None for the first.
        next_cursor: `next`, signed, for an address.
        previous_cursor: `previous`, signed.
        cursor: `here`, signed.
    """

    page_id: UUID
    count: int
    sort: Sort
    comments: tuple[CommentView, ...]
    closed: bool = False
    thread: UUID | None = None
    next: Position | None = None
    previous: Position | None = None
    here: Position | None = None
    next_cursor: str | None = None
    previous_cursor: str | None = None
    cursor: str | None = None

    @property
    def order(self) -> str | None:
        """The sort as addresses carry it: nothing for the usual one."""
        return None if self.sort is Sort.NEWEST else self.sort.value


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnComment:
    """A comment as its author sees it: in `comments` of `mine.html`, and `own` of `receipt.html`.

    Attributes:
        comment: the text and name, also while nobody else sees them.
        above: what it stands under, nearest first, its root last; nothing for a root.
        status: where it stands.
        note: the moderator's reason, for the author.
        version: what an edit must name.
        is_disputed: an open case is about it: it can be neither changed nor taken back.
        is_withdrawn: its author has taken it back.
        edit_until: when the time for changes ends, or ended.
        minutes_left: until then, rounded up.
        edit_refusal: code of the reason why its author may not change it, None while that can be done.
        withdrawal_refusal: the same for taking it back.
        page_id: the article's id.
        page_url: the article.
        page_title: its title.
        page_locale: the language the host gave it, None for the site's.
    """

    comment: CommentView
    above: tuple[UUID, ...]
    status: Status
    note: str | None
    version: int
    is_disputed: bool
    is_withdrawn: bool
    edit_until: datetime
    minutes_left: int
    edit_refusal: str | None
    withdrawal_refusal: str | None
    page_id: UUID
    page_url: str
    page_title: str
    page_locale: str | None

    @property
    def back(self) -> str:
        """The way back to the article, at its comments."""
        return self.page_url.partition("#")[0] + ANCHOR

    @property
    def told_status(self) -> Status:
        """What the author is told: not whether a moderator called it spam."""
        return Status.REJECTED if self.status is Status.SPAM else self.status

    @property
    def is_suspended(self) -> bool:
        """Hidden while a case is open."""
        return self.is_disputed and self.status is Status.PENDING
