"""Votes over time: which slots there are, and their bars. The table beside the chart has the same figures."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engagement_widgets.ratings.desk_reading import Given
from engagement_widgets.ratings.desk_views import Slot
from engagement_widgets.web.charts import Chart, Column, day_label, days_until, month_label, months_until, stack

PERIODS: Final = ("day", "month", "year")
_HOURS: Final = 24
_DAYS: Final = 30
_MONTHS: Final = 12


def bounds_of(period: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The ends of the slots: hours of a day, days of a month, months of a year, the last one being now's."""
    if period == "day":
        last = now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        return tuple(last + timedelta(hours=1 + index - _HOURS) for index in range(_HOURS + 1))
    return days_until(now, zone, _DAYS) if period == "month" else months_until(now, zone, _MONTHS)


def slots_of(period: str, bounds: Sequence[datetime], given: Sequence[Given], locale: str) -> tuple[Slot, ...]:
    """The slots with what they are called."""
    return tuple(
        Slot(begins=begins, label=_label(period, begins, locale), totals=votes.totals, left_out=votes.left_out)
        for begins, votes in zip(bounds, given, strict=False)
    )


def draw(slots: Sequence[Slot]) -> Chart:
    """The slots as bars."""
    return stack([Column(label=slot.label, values=slot.groups) for slot in slots])


def _label(period: str, begins: datetime, locale: str) -> str:
    if period == "day":
        return begins.strftime("%H:%M")
    return day_label(begins, locale) if period == "month" else month_label(begins, locale)
