"""What waited at nine o'clock: invented as all the rest; and wrong codes."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from engagement_widgets.captcha.failures import WRONG
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.waiting import HOUR, OLDEST, WAITING
from engagement_widgets.storage.measures import add_one, keep
from engagement_widgets.storage.units import Tx

DAYS: Final = 30
MOST_WRONG: Final = 30
MORNINGS: Final = (12, 60)  # comments that wait in a section, between the two
ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")

_SECTIONS = select(comments.c.section).where(comments.c.site_id == bindparam("site")).distinct()


def measure_past(tx: Tx, opened: datetime) -> None:
    """Write down each morning of the last days before the demonstration was opened."""
    chance = random.Random("mornings")
    today = opened.astimezone(ZONE).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    sections = tx.execute(_SECTIONS, {"site": tx.site}).scalars().all()
    for number in range(DAYS):
        tx.now = today - timedelta(days=number)
        if tx.now > opened:
            continue
        waits = [section for section in sections for _ in range(chance.randint(*MORNINGS))]
        _write_down(tx, [(section, tx.now - timedelta(minutes=chance.randrange(500))) for section in waits])
        for _ in range(chance.randrange(MOST_WRONG)):
            add_one(tx, WRONG)


def _write_down(tx: Tx, waiting: Sequence[tuple[str, datetime]]) -> None:
    counts, minutes = {"": 0}, {"": 0}
    for section, since in waiting:
        counts[section] = counts.get(section, 0) + 1
        minutes[section] = max(minutes.get(section, 0), int((tx.now - since).total_seconds() // 60))
    keep(tx, WAITING, counts)
    keep(tx, OLDEST, minutes)
