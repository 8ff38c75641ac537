"""Exact quotas: one upsert inside the unit that is counted, so that a flood costs no commit of its own."""

from datetime import UTC, datetime, timedelta
from math import ceil

from sqlalchemy import bindparam, select

from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.tables import quotas
from engagement_widgets.storage.tx import Tx
from engagement_widgets.storage.upserts import Upsert

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# It gives back nothing when the limit is reached.
_SPEND = Upsert(
    lambda insert: (
        insert(quotas)
        .on_conflict_do_update(
            index_elements=["site_id", "bucket", "window_start"],
            set_={"used": quotas.c.used + 1},
            where=quotas.c.used < bindparam("limit"),
        )
        .returning(quotas.c.used)
    )
)
_USED = select(quotas.c.used).where(
    quotas.c.site_id == bindparam("site"),
    quotas.c.bucket == bindparam("bucket"),
    quotas.c.window_start == bindparam("start", type_=Moment()),
)


def spend(tx: Tx, bucket: str, limit: int, window: timedelta) -> int | None:
    """Count one use of a bucket and return None, or the seconds (at least 1) until it opens again.

    A bucket holds `limit` uses in each window; windows begin at multiples of their length since 1970. A refused use
    is not counted, and neither is one whose unit fails.
    """
    start = _start(tx, window)
    end = start + window
    counted = tx.execute(
        _SPEND[tx.dialect],
        {
            "site_id": tx.site,
            "bucket": bucket,
            "window_start": start,
            "used": 1,
            "expires_at": end,
            "limit": limit,
        },
    ).scalar()
    return None if counted is not None else max(1, ceil((end - tx.now).total_seconds()))


def is_full(tx: Tx, bucket: str, limit: int, window: timedelta) -> bool:
    """Whether a bucket is used up, without counting: many that ask for one full bucket do not wait for each other."""
    used = tx.execute(_USED, {"site": tx.site, "bucket": bucket, "start": _start(tx, window)}).scalar_one_or_none()
    return used is not None and used >= limit


def _start(tx: Tx, window: timedelta) -> datetime:
    return _EPOCH + (tx.now - _EPOCH) // window * window
