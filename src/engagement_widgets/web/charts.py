"""Charts drawn on the server: widths in per cent and heights in pixels, so that labels never shrink on a phone.

Everything in a chart stands in a table beside it too. `engagement/charts.html` draws what is made here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

_HEIGHT: Final = 220
_FLOOR: Final = 190
_CEILING: Final = 16
_LEFT: Final = 8  # per cent, for the figures of the lines
_STEPS: Final = (1, 2, 5)
_FEWEST_LINES: Final = 3
_LABELS: Final = 7
_ABOVE: Final = 9
_BELOW: Final = 20
"""Pixels from a point to the foot of its figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a bar shows: its name, and its parts from the bottom."""

    label: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One column as it is drawn: per cent from the left, and from the bottom up the pixel rows of its parts."""

    x: str
    middle: str
    width: str
    parts: tuple[tuple[str, str, str], ...]
    total: int
    top: str
    label: str
    is_labelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars, ready to draw. `lines` are the horizontal ones: height and figure."""

    height: int
    floor: str
    bars: tuple[Bar, ...]
    lines: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One point of a line: per cent from the left, and where it has a value pixels from the top.

    Attributes:
        middle: where its name stands.
        y: where the point stands; None where the value is unknown.
        value: the figure.
        label: what it is called.
        is_labelled: whether there is room for the name.
        told_at: where the figure stands, for the highest, the lowest and the last; None for all others.
        after: the point that the line comes from; None at the beginning and behind a gap.
    """

    middle: str
    y: str | None
    value: int | None
    label: str
    is_labelled: bool
    told_at: str | None
    after: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """Points over time, ready to draw."""

    height: int
    floor: str
    dots: tuple[Dot, ...]
    lines: tuple[tuple[str, int], ...]


def stack(columns: Sequence[Column]) -> Chart:
    """Columns as stacked bars."""
    top, lines = _scale(max((sum(column.values) for column in columns), default=0))
    width = _width(len(columns))
    bars = tuple(
        _bar(column, _LEFT + width * index, width, top, is_labelled=_is_labelled(index, len(columns)))
        for index, column in enumerate(columns)
    )
    return Chart(height=_HEIGHT, floor=_text(Fraction(_FLOOR)), bars=bars, lines=lines)


def line(points: Sequence[tuple[str, int | None]]) -> LineChart:
    """Named values as a line, broken where there is none. The highest, the lowest and the last say their figure."""
    known = [value for _, value in points if value is not None]
    top, lines = _scale(max(known, default=0))
    low = {_last_of(points, min(known))} if known else set()
    told = {_last_of(points, max(known)), _last_of(points), *low} if known else set()
    width, dots = _width(len(points)), []
    before: tuple[str, str] | None = None
    for index, (label, value) in enumerate(points):
        middle, y = _text(_LEFT + width * index + width / 2), None if value is None else _text(_y(value, top))
        dots.append(
            Dot(
                middle=middle,
                y=y,
                value=value,
                label=label,
                is_labelled=_is_labelled(index, len(points)),
                told_at=_beside(value, top, below=index in low) if value is not None and index in told else None,
                after=before if y is not None else None,
            )
        )
        before = None if y is None else (middle, y)
    return LineChart(height=_HEIGHT, floor=_text(Fraction(_FLOOR)), dots=tuple(dots), lines=lines)


def days_until(now: datetime, zone: ZoneInfo, count: int) -> tuple[datetime, ...]:
    """The beginnings of so many days of the zone, the last one being now's, and the end of that."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return tuple(midnight + timedelta(days=1 + index - count) for index in range(count + 1))


def months_until(now: datetime, zone: ZoneInfo, count: int) -> tuple[datetime, ...]:
    """The beginnings of so many months of the zone, the last one being now's, and the end of that."""
    local = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    first = local.year * 12 + local.month - count
    return tuple(
        local.replace(year=(first + index) // 12, month=(first + index) % 12 + 1, day=1) for index in range(count + 1)
    )


def day_label(day: datetime, locale: str) -> str:
    """A day under a chart: "23/11"."""
    return day.strftime("%d/%m") if locale == "vi" else format_date(day, "d MMM", locale=locale)


def month_label(month: datetime, locale: str) -> str:
    """A month under a chart: "11/2025"."""
    return month.strftime("%m/%Y") if locale == "vi" else format_date(month, "MMM y", locale=locale)


def _bar(column: Column, x: Fraction, width: Fraction, top: int, *, is_labelled: bool) -> Bar:
    parts, below = [], 0
    for kind, value in zip("abc", column.values, strict=False):
        if value:
            upper = _y(below + value, top)
            parts.append((kind, _text(upper), _text(_y(below, top) - upper)))
        below += value
    return Bar(
        x=_text(x + width / 6),
        middle=_text(x + width / 2),
        width=_text(width * 2 / 3),
        parts=tuple(parts),
        total=below,
        top=_text(_y(below, top) - 5),
        label=column.label,
        is_labelled=is_labelled,
    )


def _width(count: int) -> Fraction:
    return Fraction(100 - _LEFT, max(count, 1))


def _is_labelled(index: int, count: int) -> bool:
    return (count - 1 - index) % -(-count // _LABELS) == 0


def _last_of(points: Sequence[tuple[str, int | None]], value: int | None = None) -> int:
    return max(
        index for index, (_, found) in enumerate(points) if found is not None and (value is None or found == value)
    )


def _scale(most: int) -> tuple[int, tuple[tuple[str, int], ...]]:
    """How high the chart reaches, and its horizontal lines."""
    step = _step(most)
    top = step * max(-(-most // step), 1)
    return top, tuple((_text(_y(figure, top)), figure) for figure in range(step, top + 1, step))


def _beside(value: int, top: int, *, below: bool) -> str:
    """Where a point's figure stands: above it, or below the lowest where the names under the chart leave room."""
    y = _y(value, top)
    return _text(y + _BELOW if below and y + _BELOW < _FLOOR - _ABOVE else y - _ABOVE)


def _y(value: int, top: int) -> Fraction:
    return _FLOOR - Fraction(value * (_FLOOR - _CEILING), top)


def _step(most: int) -> int:
    """The largest of 1, 2, 5, 10, 20 … that still gives three lines."""
    step, power = 1, 1
    while True:
        for digit in _STEPS:
            if digit * power * _FEWEST_LINES > most:
                return step
            step = digit * power
        power *= 10


def _text(value: Fraction) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")
