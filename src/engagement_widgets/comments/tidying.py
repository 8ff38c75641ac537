"""What of comments is kept for a time only: hashes of addresses, keys of repeats, blocks and holds that are over."""

from datetime import timedelta
from typing import Final

from sqlalchemy import BindParameter, Integer, and_, bindparam, delete, select, update

from engagement_widgets.comments.rules.facts import week_of
from engagement_widgets.comments.rules.tables import bands, blocks, emergencies
from engagement_widgets.comments.tables import comments
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

ADDRESSES_KEPT: Final = timedelta(days=30)
OVER_KEPT: Final = timedelta(days=30)
"""Blocks and holds whose end has come stay listed for so long."""

AT_ONCE: Final = 1_000
"""Comments whose address is forgotten in one transaction: no write waits longer for it."""

_SITE: "BindParameter[str]" = bindparam("site")
_OLD_ADDRESSES = (
    select(comments.c.id)
    .where(
        comments.c.site_id == _SITE,
        comments.c.address_hash.is_not(None),
        comments.c.submitted_at < bindparam("before", type_=Moment()),
    )
    .order_by(comments.c.submitted_at)
    .limit(bindparam("most", type_=Integer()))
)
_FORGET = (
    update(comments)
    .where(and_(comments.c.site_id == _SITE, comments.c.id.in_(_OLD_ADDRESSES.scalar_subquery())))
    .values(address_hash=None)
)
_DROP_BANDS = delete(bands).where(bands.c.site_id == _SITE, bands.c.week < bindparam("week", type_=Integer()))
_DROP_BLOCKS = delete(blocks).where(blocks.c.site_id == _SITE, blocks.c.until < bindparam("before", type_=Moment()))
_DROP_HOLDS = delete(emergencies).where(
    emergencies.c.site_id == _SITE, emergencies.c.until < bindparam("before", type_=Moment())
)


def tidy_comments(tx: Tx, command: None = None) -> bool:
    """Erase what has had its time, and tell whether more of it is left for another transaction."""
    del command
    old = {"site": tx.site, "before": tx.now - ADDRESSES_KEPT}
    forgotten = tx.execute(_FORGET, {**old, "most": AT_ONCE}).rowcount
    tx.execute(_DROP_BANDS, {"site": tx.site, "week": week_of(tx.now) - 1})
    over = {"site": tx.site, "before": tx.now - OVER_KEPT}
    tx.execute(_DROP_BLOCKS, over)
    tx.execute(_DROP_HOLDS, over)
    return forgotten == AT_ONCE
