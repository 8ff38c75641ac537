"""The spans of time that editors rank by: all of it, this month, this week."""

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache


class Period(StrEnum):
    """Which votes count.

    Attributes:
        ALL: all of them.
        MONTH: those first cast since the first of this month.
        WEEK: those first cast since this week's Monday.

    Days are those of the site's zone. A vote belongs to the day on which it was first cast, also when its score is
    changed later; taken back and cast anew it is a new vote.
    """

    ALL = "all"
    MONTH = "month"
    WEEK = "week"

    def since(self, today: date) -> date | None:
        """The first day of the span that holds this day; None where it has no beginning."""
        match self:
            case Period.ALL:
                return None
            case Period.MONTH:
                return today.replace(day=1)
            case Period.WEEK:
                return today - timedelta(days=today.weekday())

    def named(self, today: date) -> str:
        """The name under which figures of the span that holds this day are kept, such as `w2026-06-29`."""
        since = self.since(today)
        return self.value if since is None else f"{self.value[0]}{since.isoformat()}"


@lru_cache(maxsize=4096)
def names_of(day: date) -> tuple[str, ...]:
    """The names of the spans that a day lies in, one a period. Remembered: every vote asks, mostly of one day."""
    return tuple(period.named(day) for period in Period)
