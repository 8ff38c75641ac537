"""Rows that nobody will ask for again."""

from datetime import timedelta

from sqlalchemy import BindParameter, bindparam, delete, func, select

from engagement_widgets.storage.measures import drop_measures
from engagement_widgets.storage.tables import changes, quotas
from engagement_widgets.storage.tx import Tx

FEED_KEPT = timedelta(hours=1)
"""A process that did not look at the feed for longer than this clears its whole cache instead."""

_SITE: BindParameter[str] = bindparam("site")
_NEWEST = select(func.max(changes.c.seq)).where(changes.c.site_id == _SITE).scalar_subquery()
_DROP_CHANGES = delete(changes).where(
    changes.c.site_id == _SITE,
    changes.c.at < bindparam("before"),
    changes.c.seq < _NEWEST,  # the newest stays, to tell where the numbers are
)
_DROP_QUOTAS = delete(quotas).where(quotas.c.site_id == _SITE, quotas.c.expires_at < bindparam("before"))


def tidy(tx: Tx, command: None) -> None:
    """Delete old rows of the change feed, windows of quotas that are over, and figures older than is shown."""
    del command
    tx.execute(_DROP_CHANGES, {"site": tx.site, "before": tx.now - FEED_KEPT})
    tx.execute(_DROP_QUOTAS, {"site": tx.site, "before": tx.now})
    drop_measures(tx)
