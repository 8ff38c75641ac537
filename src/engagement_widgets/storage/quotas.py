"""Exact quotas: one upsert inside the unit that is counted, so that a flood costs no commit of its own."""

from datetime import UTC, datetime, timedelta
from math import ceil

from sqlalchemy import bindparam

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


def spend(tx: Tx, bucket: str, limit: int, window: timedelta) -> int | None:
    """Count one use of a bucket and return None, or the seconds (at least 1) until it opens again.

    A bucket holds `limit` uses in each window; windows begin at multiples of their length since 1970. A refused use
    is not counted, and neither is one whose unit fails.
    """
    start = _EPOCH + (tx.now - _EPOCH) // window * window
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
