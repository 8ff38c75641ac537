"""A comment as the desk sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from markupsafe import Markup

from engagement_widgets.comments import display
from engagement_widgets.comments.reports.service import ReportView
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.errors import Param


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldView:
    """A reason a comment was held for, with its figures. The sentence is `messages.held_sentence`.

    Attributes:
        reason: why.
        params: the figures.
        rule: the rule that said so, "" where no rule did.
        rule_version: as it stood then.
        field: `name`, `body` or `links`, where something was found there.
        span: from where to where; of the text, or of the name.
    """

    reason: HeldReason
    params: Mapping[str, Param]
    rule: str = ""
    rule_version: int = 0
    field: str | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerText:
    """A text that the author has replaced: when it had been written, and of which version it was."""

    version: int
    body: str
    written_at: datetime

    @property
    def body_html(self) -> Markup:
        """The text as HTML, escaped, with paragraphs and links."""
        return display.body_markup(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredView:
    """The comment that a reply answers, as the desk sees it."""

    id: UUID
    name: str
    body: str
    status: Status

    @property
    def author(self) -> str:
        """The name as shown."""
        return display.name_text(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """A comment as the desk sees it.

    Attributes:
        id: its id.
        version: what a decision must name.
        status: where it stands.
        name: the author's name as stored; templates use `author`.
        email: for the desk's eyes only.
        reader: who wrote it, as rows name readers.
        is_staff: written by the newsroom.
        body: the text as stored; templates use `body_html`.
        submitted_at: UTC.
        edited_at: when its author last changed the text, if ever.
        withdrawn_at: when its author took it back, if so.
        former: the texts before, oldest first.
        decided_at: of the last decision, if any.
        decided_by: the name of who made it; None where the page's rule published it.
        note: the reason its author reads.
        pinned: it stands first on its page, while it is approved.
        answered: what it answers, None for a root.
        holds: why it was held.
        likes: how many readers like it.
        reports: what readers reported, latest first.
        page_id: the page.
        page_title: its title.
        page_url: its address.
        section: its *chuyên mục*.
        group_id: those it resembles, None where it resembles nothing.
    """

    id: UUID
    version: int
    status: Status
    name: str
    email: str | None = field(repr=False)
    reader: str
    is_staff: bool
    body: str
    submitted_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None
    former: tuple[FormerText, ...]
    decided_at: datetime | None
    decided_by: str | None
    note: str | None
    pinned: bool
    answered: AnsweredView | None
    holds: tuple[HeldView, ...]
    likes: int
    reports: tuple[ReportView, ...]
    page_id: UUID
    page_title: str
    page_url: str
    section: str
    group_id: UUID | None

    @property
    def author(self) -> str:
        """The name as shown."""
        return display.name_text(self.name)

    @property
    def avatar(self) -> str:
        """The letter beside the name."""
        return display.avatar_letter(self.name)

    @property
    def body_html(self) -> Markup:
        """The text as HTML, escaped, with paragraphs and links, and with marks around what rules found."""
        return display.body_markup(self.body, [held.span for held in self.holds if held.span and held.field != "name"])
