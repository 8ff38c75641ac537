"""What the desk's API takes and answers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from engagement_widgets.comments.reports.reasons import ReportReason
from engagement_widgets.comments.service import HeldReason, QueueSort, Status
from engagement_widgets.hooks import Role
from engagement_widgets.ratings.export import ExportSubject
from engagement_widgets.ratings.export_files import ExportFormat
from engagement_widgets.web.api_models import ApiModel


class SignInIn(ApiModel):
    """A person's login and password, and the code of who has a second factor."""

    login: str
    password: Annotated[str, Field(repr=False)]
    code: Annotated[str | None, Field(repr=False)] = None


class SignInOut(ApiModel):
    """A session. Send `Authorization: Bearer <token>` with every call; the token cannot be read again."""

    token: Annotated[str, Field(repr=False)]
    expires_at: datetime
    name: str
    role: Role


class SignedOutOut(ApiModel):
    """The session is ended."""

    ended: bool


class QueueParams(ApiModel):
    """Which comments: a view (a status, `reported` or `all`), an order, a cursor; with `q` those with its words.

    The rest narrows the view: a section ("" for pages without one), a page, a held reason, an author, days of the
    site's zone, and with `1` what has a link, has no approved reply, or was typed without marks.
    """

    view: str = Status.PENDING.value
    sort: QueueSort | None = None
    q: Annotated[
        str | None,
        Field(description="Words of name or text, phrases in quotes, or a whole e-mail address."),
    ] = None
    cursor: str | None = None
    section: str | None = None
    page: UUID | None = None
    reason: HeldReason | None = None
    author: Annotated[
        str | None,
        Field(description="A name, a whole e-mail address, or a reader's key (`r:…`, `u:…`)."),
    ] = None
    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None
    link: Literal["1"] | None = None
    unreplied: Literal["1"] | None = None
    unmarked: Literal["1"] | None = None


class HeldOut(ApiModel):
    """One reason a comment was held for, with its figures, the rule behind it and where that found something.

    `start` and `end` count code points of the name or the text; links stand in the text.
    """

    reason: HeldReason
    params: dict[str, str | bool | int | float]
    rule: str
    rule_version: int
    field: str | None
    start: int | None
    end: int | None


class FormerOut(ApiModel):
    """A text that the author has replaced, and when it had been written."""

    version: int
    body: str
    written_at: datetime


class ReportOut(ApiModel):
    """A reader's report. `open`: it came after the comment's last decision."""

    reason: ReportReason
    text: str
    reported_at: datetime
    open: bool


class DeskCommentOut(ApiModel):
    """A comment as the desk sees it. `version` is what a decision must name; `body` is the text as stored.

    `former` are the texts before, oldest first; `withdrawn_at`: its author has taken it back.
    """

    id: UUID
    version: int
    status: Status
    author: str
    is_staff: bool
    body: str
    submitted_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None
    former: list[FormerOut]
    decided_at: datetime | None
    decided_by: str | None
    note: str | None
    pinned: bool
    answers_id: UUID | None
    held: list[HeldOut]
    likes: int
    reports: list[ReportOut]
    page_id: UUID
    page_title: str
    page_url: str
    section: str


class QueueOut(ApiModel):
    """One page of the queue, with how many comments stand in each status. `next` is a cursor."""

    comments: list[DeskCommentOut]
    counts: dict[Status, int]
    next: str | None


class DecisionIn(ApiModel):
    """A decision: `status` is what the comment becomes, `version` the one that was seen."""

    status: Status
    version: int
    note: Annotated[str | None, Field(description="The reason the author reads.")] = None
    reason: Annotated[str | None, Field(description="Code of a built-in reason; only with `rejected`.")] = None


class MaskIn(ApiModel):
    """What to mask: `version` is the one that was seen."""

    version: int


class DecidedOut(ApiModel):
    """What became of a comment. `undo` takes it back until `undo_until`; both are null after an undo."""

    id: UUID
    status: Status
    pinned: bool
    version: int
    undo: UUID | None
    undo_until: datetime | None


class JournalParams(ApiModel):
    """Which entries: those older than a cursor, or of them what is looked for, as on the journal's screen."""

    cursor: str | None = None
    q: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""


class EntryOut(ApiModel):
    """One journal entry."""

    id: UUID
    at: datetime
    actor: str
    actor_name: str
    action: str
    subject_kind: str
    subject_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    why: str | None


class JournalOut(ApiModel):
    """One page of the journal, newest first. `next` is a cursor."""

    entries: list[EntryOut]
    next: str | None


class ExportParams(ApiModel):
    """Which file: votes or totals, as CSV or JSON lines."""

    subject: ExportSubject = ExportSubject.VOTES
    format: ExportFormat = ExportFormat.CSV
