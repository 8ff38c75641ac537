"""What waits for a decision: how much and how long, now and at nine o'clock of each day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select

from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.storage import measures
from engagement_widgets.storage.outbox import Chore
from engagement_widgets.storage.units import Tx

HOUR: Final = 9
"""The hour of the site's day at which it is written down how much waits: before the work begins."""

WAITING: Final = "waiting"
OLDEST: Final = "waiting_minutes"
"""The measures: comments that wait, and how many minutes the oldest has waited, by section."""

_WAITING = (
    select(comments.c.section, func.count().label("waiting"), func.min(comments.c.submitted_at).label("oldest"))
    .where(comments.c.site_id == bindparam("site"), comments.c.status == Status.PENDING, IS_WHOLE)
    .group_by(comments.c.section)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many comments wait, and since when the oldest does; None where none waits."""

    count: int
    oldest: datetime | None


def waiting_by_section(tx: Tx, command: None = None) -> dict[str, Waiting]:
    """What waits, by section; "" names what has none."""
    del command
    rows = tx.execute(_WAITING, {"site": tx.site})
    return {row.section: Waiting(count=row.waiting, oldest=row.oldest) for row in rows}


def waiting_now(tx: Tx, sections: Collection[str] | None) -> Waiting:
    """What waits in these sections, None for all."""
    found = [one for name, one in waiting_by_section(tx).items() if sections is None or name in sections]
    oldest = min((one.oldest for one in found if one.oldest), default=None)
    return Waiting(count=sum(one.count for one in found), oldest=oldest)


def sampling(zone: ZoneInfo) -> Chore:
    """The chore that writes down what waits, once a day, in the hour `HOUR` of this zone.

    A day on which nothing ran in that hour has no figure: a later one would tell of another moment.
    """

    def sample_waiting(tx: Tx, command: None = None) -> None:
        del command
        if tx.now.astimezone(zone).hour != HOUR or measures.is_kept(tx, WAITING):
            return
        rows = tx.execute(_WAITING, {"site": tx.site}).all()
        # a row also where nothing waits: it tells nought from unknown
        measures.keep(tx, WAITING, {"": 0} | {row.section: row.waiting for row in rows})
        measures.keep(
            tx, OLDEST, {"": 0} | {row.section: int((tx.now - row.oldest).total_seconds() // 60) for row in rows}
        )

    return sample_waiting
