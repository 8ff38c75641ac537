"""How many reports are open: those that count and came after the comment's last decision."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select, true

from engagement_widgets.comments.reports.tables import reports
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

_SINCE = bindparam("since", type_=Moment())
_OPEN = select(func.count()).where(
    reports.c.site_id == bindparam("site"),
    reports.c.comment_id == bindparam("comment"),
    reports.c.counted == true(),
    or_(_SINCE.is_(None), reports.c.reported_at > _SINCE),
)


def open_reports(tx: Tx, comment_id: UUID, since: datetime | None) -> int:
    """The reports that count since a decision; None: there was none yet."""
    return int(tx.execute(_OPEN, {"site": tx.site, "comment": comment_id, "since": since}).scalar_one())
