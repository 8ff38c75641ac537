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


class Toward(StrEnum):
    """Which way a page of a list goes from its position."""

    AFTER = "after"
    BEFORE = "before"
    FROM = "from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in a list: the sort key of one comment, and which way to go from it (`FROM` includes it)."""

    toward: Toward
    at: datetime
    id: UUID


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
        answers_id: the reply it answers, where that is not the root.
        answers: that reply's author, or None when it is no longer shown.
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
    answers_id: UUID | None = None
    answers: str | None = None
    replies: "tuple[CommentView, ...]" = ()
    more_replies: int = 0

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
    def body_html(self) -> Markup:
        """The text as HTML, escaped, with paragraphs and links."""
        return display.body_markup(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentList:
    """One page of a page's comments: template `list.html`, and the fragment of the same name.

    Attributes:
        page_id: the page.
        count: how many comments the public sees there, replies included.
        sort: the order of the roots.
        comments: the roots of this page, each with its first replies.
        next: where the following page begins, None on the last.
        previous: where the page before ends, None on the first.
        next_cursor: `next`, signed, for an address.
        previous_cursor: `previous`, signed.
    """

    page_id: UUID
    count: int
    sort: Sort
    comments: tuple[CommentView, ...]
    next: Position | None = None
    previous: Position | None = None
    next_cursor: str | None = None
    previous_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadView:
    """One root with one page of its replies: the second face of `page.html`."""

    page_id: UUID
    count: int
    root: CommentView
    next: Position | None = None
    previous: Position | None = None
    next_cursor: str | None = None
    previous_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnComment:
    """A comment as its author sees it: `receipt.html` and `mine.html`.

    Attributes:
        comment: the text and name, also while nobody else sees them.
        status: where it stands.
        note: the moderator's reason, for the author.
        page_url: the article.
        page_title: its title.
        page_locale: the language the host gave it, None for the site's.
    """

    comment: CommentView
    status: Status
    note: str | None
    page_url: str
    page_title: str
    page_locale: str | None

    @property
    def is_pending(self) -> bool:
        """It waits for a moderator."""
        return self.status is Status.PENDING

    @property
    def is_public(self) -> bool:
        """Everyone sees it."""
        return self.status is Status.APPROVED

    @property
    def is_refused(self) -> bool:
        """It was not published. An author is not told whether a moderator called it spam."""
        return self.status in {Status.REJECTED, Status.SPAM}
