"""One comment as a card, as one line after a decision, or with the news that somebody else was first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from engagement_widgets.comments.display import excerpt, neutralise
from engagement_widgets.comments.messages import held_sentence
from engagement_widgets.comments.reports.reasons import REASONS
from engagement_widgets.comments.reports.service import ReportView
from engagement_widgets.comments.rules.personal import find
from engagement_widgets.comments.service import GroupView, HeldReason, QueueItem, Status
from engagement_widgets.comments.states import PUBLISHING
from engagement_widgets.desk.words import STATUS_NAMES, span
from engagement_widgets.web.i18n import N_, translator

_PARENT_LENGTH: Final = 140
_LINE_LENGTH: Final = 90


class Tone(StrEnum):
    """How loud a marker is; every marker has words and an icon as well."""

    PLAIN = "plain"
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A state or a reason: an icon, words, a tone."""

    icon: str
    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A reader's report: the reason in words, what was written, when, and whether it still waits for a decision."""

    reason: str
    text: str
    at: datetime
    is_open: bool


class Shape(StrEnum):
    """How a comment stands in the list."""

    CARD = "card"
    DONE = "done"
    STALE = "stale"
    PILE = "pile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A comment in the list: the documented context of `engagement/desk/row.html`.

    Attributes:
        item: the comment, see `comments.service.QueueItem`.
        shape: card, one line after a decision, or card with the news that somebody else was first.
        state: where it stands.
        marks: why it was held.
        reports: what readers reported, latest first.
        age: how long it has waited, "" once decided.
        parent: the first words of the comment it answers, "" for a root.
        line: its own first words.
        moves: what it can become from here, the two likely ones first.
        undo_id: takes the decision back, None when there is nothing to take back.
        has_personal_data: the text or the name has something that can be masked.
        case: what an open case forbids, with its number; "" where none is open.
        news: what somebody else did meanwhile, "" when nobody did.
        group: those that it stands for, of a pile.
        looked_at: when, for a decision about a pile: what comes later is none of it.
    """

    item: QueueItem
    shape: Shape
    state: Mark
    marks: tuple[Mark, ...]
    reports: tuple[Told, ...]
    age: str
    parent: str
    line: str
    moves: tuple[Status, ...]
    undo_id: UUID | None = None
    has_personal_data: bool = False
    case: str = ""
    news: str = ""
    group: GroupView | None = None
    looked_at: datetime | None = None


_STATES: Final[Mapping[Status, tuple[str, Tone]]] = MappingProxyType(
    {
        Status.PENDING: ("clock", Tone.WARN),
        Status.APPROVED: ("check", Tone.OK),
        Status.REJECTED: ("x", Tone.BAD),
        Status.SPAM: ("ban", Tone.BAD),
        Status.DELETED: ("trash", Tone.PLAIN),
    }
)
# In the order they are shown: what sets this comment apart first, what is true of all of them last.
_REASONS: Final[Mapping[HeldReason, tuple[str, Tone]]] = MappingProxyType(
    {
        HeldReason.EMERGENCY: ("warn", Tone.BAD),
        HeldReason.BRAKE: ("bolt", Tone.WARN),
        HeldReason.BLOCKED: ("ban", Tone.BAD),
        HeldReason.WORDS: ("ban", Tone.WARN),
        HeldReason.CHECKER: ("shield", Tone.WARN),
        HeldReason.IMPOSTOR: ("warn", Tone.WARN),
        HeldReason.PERSONAL_DATA: ("info", Tone.WARN),
        HeldReason.EDITED: ("edit", Tone.WARN),
        HeldReason.CASE: ("case", Tone.BAD),
        HeldReason.REPORTED: ("flag", Tone.BAD),
        HeldReason.DUPLICATE: ("layers", Tone.WARN),
        HeldReason.SIMILAR: ("layers", Tone.WARN),
        HeldReason.HAS_LINKS: ("link", Tone.WARN),
        HeldReason.TRAP: ("bolt", Tone.WARN),
        HeldReason.HASTY: ("bolt", Tone.WARN),
        HeldReason.NO_WORK: ("bolt", Tone.PLAIN),
        HeldReason.CROWD: ("warn", Tone.PLAIN),
        HeldReason.READER_FLOOD: ("bolt", Tone.PLAIN),
        HeldReason.PAGE_FLOOD: ("bolt", Tone.PLAIN),
        HeldReason.CHECKER_UNAVAILABLE: ("shield", Tone.PLAIN),
        HeldReason.NO_CODE: ("shield", Tone.PLAIN),
        HeldReason.UNTRUSTED: ("userplus", Tone.PLAIN),
        HeldReason.FIRST_COMMENT: ("userplus", Tone.PLAIN),
        HeldReason.PREMODERATION: ("clock", Tone.PLAIN),
    }
)
_HIDING: Final = N_("Khiếu nại %(number)s chưa xử lý xong: chưa thể duyệt bình luận này hay che thông tin trong đó.")
_KEEPING: Final = N_("Khiếu nại %(number)s chưa xử lý xong: nội dung được giữ nguyên để đối chiếu.")
_RANK: Final = {reason: rank for rank, reason in enumerate(_REASONS)}
_MOVES: Final[Mapping[Status, tuple[Status, ...]]] = MappingProxyType(
    {
        Status.PENDING: (Status.APPROVED, Status.REJECTED, Status.SPAM, Status.DELETED),
        Status.APPROVED: (Status.PENDING, Status.REJECTED, Status.SPAM, Status.DELETED),
        Status.REJECTED: (Status.APPROVED, Status.PENDING, Status.SPAM, Status.DELETED),
        Status.SPAM: (Status.APPROVED, Status.PENDING, Status.REJECTED, Status.DELETED),
        Status.DELETED: (Status.PENDING, Status.APPROVED, Status.REJECTED, Status.SPAM),
    }
)


def state_mark(status: Status, translate: Callable[[str], str]) -> Mark:
    """A status as a marker."""
    icon, tone = _STATES[status]
    return Mark(icon=icon, text=translate(STATUS_NAMES[status]), tone=tone)


class Cards:
    """Makes rows, for one person's language and one moment. `allowed`: numbers and addresses of the site's own."""

    def __init__(self, *, locale: str, now: datetime, allowed: frozenset[str]) -> None:
        self.allowed = allowed
        self._locale = locale
        self._now = now
        self._translate = translator(locale).gettext

    def card(self, item: QueueItem) -> Row:
        """The whole card."""
        return self._row(item, Shape.CARD)

    def done(self, item: QueueItem, undo_id: UUID | None) -> Row:
        """One line that says what was decided, with its undo."""
        return self._row(item, Shape.DONE, undo_id=undo_id)

    def stale(self, item: QueueItem, news: str) -> Row:
        """The card without actions: somebody else was first."""
        return self._row(item, Shape.STALE, news=news)

    def pile(self, item: QueueItem, group: GroupView, looked_at: datetime) -> Row:
        """Similar comments that wait, behind the first of them."""
        return replace(self._row(item, Shape.PILE), group=group, looked_at=looked_at)

    def state(self, item: QueueItem) -> Mark:
        """Where a comment stands, as a marker."""
        if item.withdrawn_at is not None and item.status is Status.DELETED:
            return Mark(icon="undo", text=self._translate(N_("Tác giả đã thu hồi")))
        return state_mark(item.status, self._translate)

    def _row(self, item: QueueItem, shape: Shape, *, undo_id: UUID | None = None, news: str = "") -> Row:
        waits = item.status is Status.PENDING
        age = max(self._now - item.submitted_at, timedelta())
        case = next((held.params for held in item.holds if held.reason is HeldReason.CASE), None)
        refused = PUBLISHING if item.withdrawn_at else {Status.APPROVED} if case and case["hides"] else frozenset()
        return Row(
            item=item,
            shape=shape,
            state=self.state(item),
            marks=self._marks(item),
            reports=tuple(self._told(report) for report in item.reports),
            age=self._translate(N_("chờ %(span)s")) % {"span": span(age, self._locale)} if waits else "",
            parent=excerpt(item.answered.body, _PARENT_LENGTH) if item.answered else "",
            line=excerpt(item.body, _LINE_LENGTH),
            moves=tuple(move for move in _MOVES[item.status] if move not in refused),
            undo_id=undo_id,
            has_personal_data=shape is Shape.CARD and case is None and self._has_personal_data(item),
            case=self._translate(_HIDING if case["hides"] else _KEEPING) % case if case else "",
            news=news,
        )

    def _has_personal_data(self, item: QueueItem) -> bool:
        return any(find(text, self.allowed) for text in (item.name, item.body))

    def _told(self, report: ReportView) -> Told:
        return Told(
            reason=self._translate(REASONS[report.reason]),
            text=neutralise(report.text),
            at=report.reported_at,
            is_open=report.is_open,
        )

    def _marks(self, item: QueueItem) -> tuple[Mark, ...]:
        marks: dict[str, Mark] = {}  # a rule that found three things is one reason
        for held in sorted(item.holds, key=lambda held: _RANK[held.reason]):
            icon, tone = _REASONS[held.reason]
            text = held_sentence(held.reason, held.params, self._locale)
            marks.setdefault(text, Mark(icon=icon, text=text, tone=tone))
        return tuple(marks.values())
