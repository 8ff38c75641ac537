"""Votes over time: which slots, and where their bars stand. The table beside the chart has the same figures."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from engagement_widgets.ratings.desk_reading import Given
from engagement_widgets.ratings.desk_views import Bar, Chart, Slot

PERIODS: Final = ("day", "month", "year")
_LENGTHS: Final = {"day": 24, "month": 30, "year": 12}
_HEIGHT: Final = 220
_FLOOR: Final = 190
_CEILING: Final = 16
_LEFT: Final = 8  # per cent, for the figures of the lines
_STEPS: Final = (1, 2, 5)
_FEWEST_LINES: Final = 3
_LABELS: Final = 6


def bounds_of(period: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The ends of the slots: hours of a day, days of a month, months of a year, the last one being now's."""
    local = now.astimezone(zone)
    number = _LENGTHS[period]
    if period == "day":
        last = local.replace(minute=0, second=0, microsecond=0)
        return tuple(last + timedelta(hours=1 + index - number) for index in range(number + 1))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "month":
        return tuple(midnight + timedelta(days=1 + index - number) for index in range(number + 1))
    months = local.year * 12 + local.month - number
    return tuple(
        midnight.replace(year=(months + index) // 12, month=(months + index) % 12 + 1, day=1)
        for index in range(number + 1)
    )


def slots_of(period: str, bounds: Sequence[datetime], given: Sequence[Given], locale: str) -> tuple[Slot, ...]:
    """The slots with what they are called."""
    return tuple(
        Slot(begins=begins, label=_label(period, begins, locale), totals=votes.totals, left_out=votes.left_out)
        for begins, votes in zip(bounds, given, strict=False)
    )


def draw(slots: Sequence[Slot]) -> Chart:
    """The bars and lines of the slots."""
    most = max((slot.totals.count for slot in slots), default=0)
    step = _step(most)
    top = step * max(-(-most // step), 1)
    width = Fraction(100 - _LEFT, len(slots))
    every = -(-len(slots) // _LABELS)
    bars = tuple(
        _bar(slot, _LEFT + width * index, width, top, is_labelled=(len(slots) - 1 - index) % every == 0)
        for index, slot in enumerate(slots)
    )
    lines = tuple((_text(_y(figure, top)), figure) for figure in range(step, top + 1, step))
    return Chart(height=_HEIGHT, floor=_text(Fraction(_FLOOR)), bars=bars, lines=lines)


def _bar(slot: Slot, x: Fraction, width: Fraction, top: int, *, is_labelled: bool) -> Bar:
    parts, below = [], 0
    for kind, votes in zip("abc", slot.groups, strict=True):
        if votes:
            upper = _y(below + votes, top)
            parts.append((kind, _text(upper), _text(_y(below, top) - upper)))
        below += votes
    return Bar(
        x=_text(x + width / 6),
        middle=_text(x + width / 2),
        width=_text(width * 2 / 3),
        parts=tuple(parts),
        total=below,
        top=_text(_y(below, top) - 5),
        label=slot.label,
        is_labelled=is_labelled,
    )


def _y(votes: int, top: int) -> Fraction:
    return _FLOOR - Fraction(votes * (_FLOOR - _CEILING), top)


def _step(most: int) -> int:
    """The largest of 1, 2, 5, 10, 20 … that still gives three lines."""
    step, power = 1, 1
    while True:
        for digit in _STEPS:
            if digit * power * _FEWEST_LINES > most:
                return step
            step = digit * power
        power *= 10


def _label(period: str, begins: datetime, locale: str) -> str:
    if period == "day":
        return begins.strftime("%H:%M")
    if locale == "vi":
        return begins.strftime("%d/%m" if period == "month" else "%m/%Y")
    return format_date(begins, "d MMM" if period == "month" else "MMM y", locale=locale)


def _text(value: Fraction) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")
