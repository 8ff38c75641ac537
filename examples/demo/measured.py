"""What waited at nine o'clock of the days before, as the worker would have written it down, and wrong codes beside."""

import random
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select

from engagement_widgets.captcha.failures import WRONG
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.waiting import HOUR, OLDEST, WAITING
from engagement_widgets.storage.measures import add_one, keep
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

DAYS: Final = 30
MOST_WRONG: Final = 30
ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")

_WAITED = select(comments.c.section, comments.c.submitted_at).where(
    comments.c.site_id == bindparam("site"),
    comments.c.submitted_at <= bindparam("at", type_=Moment()),
    or_(comments.c.decided_at.is_(None), comments.c.decided_at > bindparam("at", type_=Moment())),
)


def measure_past(tx: Tx, opened: datetime) -> None:
    """Write down each morning of the last days before the demonstration was opened."""
    chance = random.Random("wrong codes")
    today = opened.astimezone(ZONE).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    for number in range(DAYS):
        tx.now = today - timedelta(days=number)
        if tx.now > opened:
            continue
        waited = tx.execute(_WAITED, {"site": tx.site, "at": tx.now}).all()
        counts, minutes = {"": 0}, {"": 0}
        for row in waited:
            counts[row.section] = counts.get(row.section, 0) + 1
            age = int((tx.now - row.submitted_at).total_seconds() // 60)
            minutes[row.section] = max(minutes.get(row.section, 0), age)
        keep(tx, WAITING, counts)
        keep(tx, OLDEST, minutes)
        for _ in range(chance.randrange(MOST_WRONG)):
            add_one(tx, WRONG)
