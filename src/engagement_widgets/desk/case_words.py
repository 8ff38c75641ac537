"""The desk's words for cases: where they stand, how they came, how much time is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from engagement_widgets.comments.cases.reading import CaseView
from engagement_widgets.comments.cases.states import CaseStatus, Channel
from engagement_widgets.comments.display import name_text, neutralise
from engagement_widgets.desk.cards import Mark, Tone
from engagement_widgets.desk.words import rough_span
from engagement_widgets.web.i18n import N_, translator

CHANNELS: Final[Mapping[Channel, str]] = MappingProxyType(
    {
        Channel.FORM: N_("Biểu mẫu trên trang"),
        Channel.LETTER: N_("Thư, đơn giấy"),
        Channel.PHONE: N_("Điện thoại"),
        Channel.EMAIL: N_("Thư điện tử"),
        Channel.AUTHORITY: N_("Văn bản của cơ quan nhà nước"),
    }
)
FROM_OUTSIDE: Final = tuple(channel for channel in Channel if channel is not Channel.FORM)

_STATES: Final[Mapping[CaseStatus, tuple[str, str, Tone]]] = MappingProxyType(
    {
        CaseStatus.OPEN: ("clock", N_("Đang mở"), Tone.WARN),
        CaseStatus.UPHELD: ("check", N_("Đã chấp nhận"), Tone.BAD),
        CaseStatus.REJECTED: ("x", N_("Đã bác"), Tone.PLAIN),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case with its state in words.

    Attributes:
        case: what it is.
        name: of the notifier, as shown.
        statement: theirs, as shown.
        note: why it was decided so, as shown; "" before.
        state: where it stands.
        channel: how it came.
        left: how much time there is, "" once decided.
        late: there is none.
    """

    case: CaseView
    name: str
    statement: str
    note: str
    state: Mark
    channel: str
    left: str
    late: bool


def case_line(case: CaseView, now: datetime, locale: str) -> CaseLine:
    """The case in one person's language."""
    say = translator(locale).gettext
    icon, words, tone = _STATES[case.status]
    is_open = case.status is CaseStatus.OPEN
    late = is_open and case.due_at <= now
    span = rough_span(abs(case.due_at - now), locale)
    left = say(N_("quá hạn %(span)s") if late else N_("còn %(span)s")) % {"span": span}
    return CaseLine(
        case=case,
        name=name_text(case.name),
        statement=neutralise(case.statement),
        note=neutralise(case.note or ""),
        state=Mark(icon=icon, text=say(words), tone=tone),
        channel=say(CHANNELS[case.channel]),
        left=left if is_open else "",
        late=late,
    )
