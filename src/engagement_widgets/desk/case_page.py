"""One case as a page: the notice, what was said, what repeats it, the time that is left, what was done so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.comments.cases.dossier import dossier_sha256, text_sha256
from engagement_widgets.comments.cases.noting import NOTED
from engagement_widgets.comments.cases.quoting import Repetition, repetitions
from engagement_widgets.comments.cases.reading import CaseFile, EvidenceView, read_case
from engagement_widgets.comments.display import body_markup, excerpt, name_text
from engagement_widgets.comments.service import Status
from engagement_widgets.desk.case_words import CaseLine, case_line
from engagement_widgets.desk.gate import Seat
from engagement_widgets.desk.journal_routes import Line, Words
from engagement_widgets.desk.screen import desk_page
from engagement_widgets.desk.words import STATUS_NAMES
from engagement_widgets.errors import EngagementError, Invalid
from engagement_widgets.journal.service import EntriesQuery, Entry, read_entries
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale

_MOST_ENTRIES: Final = 50  # of the case, and of each of its comments
_QUOTED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptComment:
    """A comment of a case as it was: the words and times of the evidence, and where it stands now."""

    id: UUID
    author: str
    body_html: Markup
    submitted_at: datetime
    copied_at: datetime
    page_title: str
    page_url: str
    state_then: str
    state_now: str
    sha256: str
    text_sha256: str
    intact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedLine:
    """A comment that answers or repeats one of the case's, in its first words."""

    repetition: Repetition
    line: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What a case's page is made from."""

    file: CaseFile
    repeated: tuple[Repetition, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed into a form that came back, and why it did."""

    fields: Mapping[str, str] = field(default_factory=dict)
    error: EngagementError | None = None


def case_facts(tx: Tx, case_id: UUID) -> CaseFacts:
    """Everything of a case, as of one moment.

    Raises:
        NotFound: `unknown_case`.
    """
    file = read_case(tx, case_id)
    subjects = [("case", file.case.number), *(("comment", str(kept.comment_id)) for kept in file.evidence)]
    queries = (EntriesQuery(size=_MOST_ENTRIES, subject=subject) for subject in subjects)
    entries = sorted((entry for query in queries for entry in read_entries(tx, query)), key=lambda one: one.id)
    return CaseFacts(file=file, repeated=repetitions(tx, case_id), entries=tuple(entries))


async def case_page(ctx: Context, request: Request, seat: Seat, case_id: UUID, typed: Typed | None = None) -> Response:
    """The page of a case; with what was typed and why it was refused."""
    screen = await open_case_screen(ctx, request, seat, case_id)
    error = typed.error if typed else None
    return await desk_page(
        ctx,
        request,
        seat,
        title=screen.say(N_("Hồ sơ %(number)s")) % {"number": screen.line.case.number},
        template="engagement/desk/case.html",
        status=error.status if error else 200,
        screen=screen,
        typed=typed.fields if typed else {},
        errors=field_messages(error, screen.locale) if isinstance(error, Invalid) else {},
        problem=sentence(error.code, error.params, screen.locale) if error else "",
    )


async def open_case_screen(ctx: Context, request: Request, seat: Seat, case_id: UUID) -> "CaseScreen":
    """The case for a person who looks after all its sections.

    Raises:
        NotFound: `unknown_case`.
        Refused: `section_required`.
    """
    facts = await ctx.storage.read(case_facts, case_id)
    for section in facts.file.sections:
        seat.require_section(section)
    return CaseScreen(ctx, facts, seat, desk_locale(request, ctx.settings))


class CaseScreen:
    """Context `screen` of `engagement/desk/case.html` and of the dossier.

    Attributes:
        line: the case, see `desk.case_words.CaseLine`.
        kept: its comments, see `KeptComment`.
        repeated: what answers or quotes them, see `RepeatedLine`.
        timeline: journal entries about the case and its comments, oldest first, without the notes.
        notes: what colleagues have noted about the case, oldest first.
        sha256: of the whole.
        now: the moment of all this.
    """

    def __init__(self, ctx: Context, facts: CaseFacts, seat: Seat, locale: str) -> None:
        self.locale = locale
        self.say = translator(locale).gettext
        self.now = ctx.clock.now()
        self.line: CaseLine = case_line(facts.file.case, self.now, locale)
        self.kept = tuple(self._kept(one) for one in facts.file.evidence)
        self.repeated = tuple(self._repeated(one) for one in facts.repeated)
        words = Words(locale, ctx.settings.zone, seat.user.role)
        self.timeline = _lines(words, (entry for entry in facts.entries if entry.action != NOTED))
        self.notes = _lines(words, (entry for entry in facts.entries if entry.action == NOTED))
        self.sha256 = dossier_sha256(facts.file)

    def _kept(self, kept: EvidenceView) -> KeptComment:
        values = kept.values
        return KeptComment(
            id=kept.comment_id,
            author=name_text(values["author_name"]),
            body_html=body_markup(values["body"]),
            submitted_at=datetime.fromisoformat(values["submitted_at"]),
            copied_at=datetime.fromisoformat(values["copied_at"]),
            page_title=values["page_title"] or values["page_url"],
            page_url=values["page_url"],
            state_then=self.say(STATUS_NAMES[Status(values["status"])]),
            state_now=self.say(STATUS_NAMES[kept.status]),
            sha256=kept.sha256,
            text_sha256=text_sha256(kept),
            intact=kept.intact,
        )

    def _repeated(self, one: Repetition) -> RepeatedLine:
        return RepeatedLine(repetition=one, line=excerpt(one.body, _QUOTED), state=self.say(STATUS_NAMES[one.status]))


def _lines(words: Words, entries: Iterable[Entry]) -> tuple[Line, ...]:
    return tuple(words.line(entry) for entry in entries)
