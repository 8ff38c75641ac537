"""The figures as a screen and as files: what is asked for, and how it is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from babel.dates import format_date

from engagement_widgets.comments.states import Status
from engagement_widgets.desk.figures import DECISIONS, BusyPage, Figures, FiguresQuery, Sample, Tally
from engagement_widgets.desk.gate import Seat
from engagement_widgets.desk.words import STATUS_NAMES, rough_span, span
from engagement_widgets.errors import Malformed
from engagement_widgets.kernel.spreadsheet import Cell
from engagement_widgets.web.charts import (
    Chart,
    Column,
    LineChart,
    day_label,
    days_until,
    line,
    month_label,
    months_until,
    stack,
)
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.templating import half_up

PERIODS: Final[Mapping[str, str]] = MappingProxyType(
    {"week": N_("7 ngày"), "month": N_("30 ngày"), "year": N_("12 tháng")}
)
_PAGE_COLUMNS: Final = (N_("Bài viết"), N_("Địa chỉ"), N_("Chuyên mục"), N_("Bình luận"), N_("Sao"))
_WEEK: Final = 7
_MONTH: Final = 30
_YEAR: Final = 12


class Table(StrEnum):
    """The tables that can be taken home as files."""

    WAITING = "waiting"
    DECISIONS = "decisions"
    PEOPLE = "people"
    PAGES = "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which figures: of a period, and of one section or (None) of all that the person looks after."""

    period: str
    section: str | None = None

    def query(self, ctx: Context, seat: Seat) -> FiguresQuery:
        """What the service is asked for."""
        now, zone = ctx.clock.now(), ctx.settings.zone
        if self.period == "year":
            bounds = months_until(now, zone, _YEAR)
        else:
            bounds = days_until(now, zone, _WEEK if self.period == "week" else _MONTH)
        sections = seat.user.sections if self.section is None else frozenset({self.section})
        return FiguresQuery(bounds=bounds, sections=sections)


def read_wanted(query: Mapping[str, str], seat: Seat) -> Wanted:
    """What an address asks for.

    Raises:
        Malformed: `bad_query`.
        Refused: `section_required`.
    """
    period, section = query.get("period", "week"), query.get("section") or None
    if period not in PERIODS:
        raise Malformed("bad_query")
    if section is not None:
        seat.require_section(section)
    return Wanted(period=period, section=section)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A day, or a month: its name under the chart and in the table, what waited at nine, what was decided."""

    begins: datetime
    label: str
    name: str
    sample: Sample | None
    oldest: str
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresScreen:
    """The context `screen` of `engagement/desk/figures.html`.

    Attributes:
        figures: the figures themselves.
        slots: days or months, oldest first.
        waiting: the chart of what waited.
        decided: the chart of decisions.
        wanted: what was asked for.
        begins: the first day, in words.
        ends: the last day, which is today.
        file: what its files' names end with.
        at: the moment of the figures.
        waits: how long the oldest has waited by now, in words; "" where nothing waits.
        a_day: decisions a day on average.
        before: what waited at the last nine o'clock before today; None where unknown.
    """

    figures: Figures
    slots: tuple[Slot, ...]
    waiting: LineChart
    decided: Chart
    wanted: Wanted
    begins: str
    ends: str
    file: str
    at: datetime
    waits: str
    a_day: int
    before: int | None


def screen_of(figures: Figures, query: FiguresQuery, wanted: Wanted, now: datetime, locale: str) -> FiguresScreen:
    """The figures with their charts and names."""
    slots = _slots(figures, query.bounds, wanted, locale)
    begins, ends = query.bounds[0].date(), now.astimezone(query.bounds[0].tzinfo).date()
    oldest = figures.waiting.oldest
    return FiguresScreen(
        figures=figures,
        slots=slots,
        waiting=line([(slot.label, slot.sample.count if slot.sample else None) for slot in slots]),
        decided=stack([Column(label=slot.label, values=_parts(slot.tally)) for slot in slots]),
        wanted=wanted,
        begins=format_date(begins, "dd/MM/y" if locale == "vi" else "d MMM y", locale=locale),
        ends=format_date(ends, "dd/MM/y" if locale == "vi" else "d MMM y", locale=locale),
        file=f"{begins}-{ends}",
        at=now,
        waits="" if oldest is None else rough_span(now - oldest, locale),
        a_day=round(figures.whole.all / ((ends - begins).days + 1)),
        before=None if wanted.period == "year" else _before(slots),
    )


def rows_of(table: Table, screen: FiguresScreen, locale: str) -> list[Sequence[Cell]]:
    """A table as rows of a file, its head first. Shares are told in per cent, waiting in minutes."""
    translate = translator(locale).gettext
    kinds = [translate(STATUS_NAMES[status]) for status in DECISIONS]
    rows: list[Sequence[Cell]]
    match table:
        case Table.WAITING:
            rows = [(translate(N_("Ngày")), translate(N_("Đang chờ")), translate(N_("Chờ lâu nhất, phút")))]
            rows += [(_day(slot), *_sampled(slot.sample)) for slot in screen.slots]
        case Table.DECISIONS:
            rows = [(translate(N_("Ngày")), *kinds, translate(N_("Cộng")))]
            rows += [(_day(slot), *_counts(slot.tally)) for slot in screen.slots]
        case Table.PEOPLE:
            people = screen.figures.people
            rows = [(translate(N_("Người duyệt")), *kinds, translate(N_("Cộng")), translate(N_("Phần trăm duyệt")))]
            rows += [(person.name, *_counts(person.tally), _percent(person.tally)) for person in people]
        case Table.PAGES:
            rows = [tuple(translate(name) for name in _PAGE_COLUMNS)]
            rows += [_page_row(busy) for busy in screen.figures.pages]
    return rows


def _page_row(busy: BusyPage) -> Sequence[Cell]:
    page, average = busy.row.page, busy.rating.average
    stars = None if average is None else half_up(average, 2)
    return (page.title or page.key, page.url, page.section, busy.comments, stars)


def _slots(figures: Figures, bounds: Sequence[datetime], wanted: Wanted, locale: str) -> tuple[Slot, ...]:
    return tuple(
        Slot(
            begins=begins,
            label=_day_name(begins, locale) if wanted.period == "week" else _name(begins, wanted, locale),
            name=_name(begins, wanted, locale),
            sample=sample,
            oldest=span(timedelta(minutes=sample.minutes), locale) if sample is not None and sample.count else "–",
            tally=tally,
        )
        for begins, sample, tally in zip(bounds, figures.samples, figures.decisions, strict=False)
    )


def _name(begins: datetime, wanted: Wanted, locale: str) -> str:
    if wanted.period == "year":
        return month_label(begins, locale)
    day = day_label(begins, locale)
    return f"{_day_name(begins, locale)} {day}" if wanted.period == "week" else day


def _day_name(day: datetime, locale: str) -> str:
    """As a calendar's head has it: "T2", "CN"; "Mon"."""
    return format_date(day, "EEEEE" if locale == "vi" else "EEE", locale=locale)


def _parts(tally: Tally) -> tuple[int, ...]:
    counts = tally.counts
    return counts[Status.APPROVED], counts[Status.REJECTED], counts[Status.SPAM] + counts[Status.DELETED]


def _before(slots: Sequence[Slot]) -> int | None:
    yesterday = slots[-2].sample
    return None if yesterday is None else yesterday.count


def _day(slot: Slot) -> date:
    return slot.begins.date()


def _sampled(sample: Sample | None) -> tuple[Cell, Cell]:
    return (None, None) if sample is None else (sample.count, sample.minutes)


def _counts(tally: Tally) -> list[int]:
    return [*(tally.counts[status] for status in DECISIONS), tally.all]


def _percent(tally: Tally) -> Decimal | None:
    share = tally.approved
    return None if share is None else half_up(100 * share, 1)
