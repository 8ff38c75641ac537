"""Exact quotas: one upsert inside the unit that is counted, so that a flood costs no commit of its own."""

from datetime import UTC, datetime, timedelta
from math import ceil

from sqlalchemy import bindparam, case, or_, select

from engagement_widgets.storage.prepared import Prepared
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.tables import quotas
from engagement_widgets.storage.tx import Tx
from engagement_widgets.storage.upserts import Upsert

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# It gives back nothing when the limit is reached.
_SPEND = Prepared(
    Upsert(
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
)
_IS_OVER = quotas.c.expires_at <= bindparam("now", type_=Moment())
_SPEND_SPACED = Prepared(
    Upsert(
        lambda insert: (
            (row := insert(quotas))
            .on_conflict_do_update(
                index_elements=["site_id", "bucket", "window_start"],
                set_={"used": case((_IS_OVER, 1), else_=quotas.c.used + 1), "expires_at": row.excluded.expires_at},
                where=or_(_IS_OVER, quotas.c.used < bindparam("limit")),
            )
            .returning(quotas.c.used)
        )
    )
)
_IS_FULL = Prepared(
    select(quotas.c.used).where(
        quotas.c.site_id == bindparam("site"),
        quotas.c.bucket == bindparam("bucket"),
        quotas.c.window_start == _EPOCH,
        quotas.c.used >= bindparam("limit"),
        quotas.c.expires_at > bindparam("now", type_=Moment()),
    )
)


def spend(tx: Tx, bucket: str, limit: int, window: timedelta) -> int | None:
    """Count one use of a bucket and return None, or the seconds (at least 1) until it opens again.

    A bucket holds `limit` uses in each window; windows begin at multiples of their length since 1970. A refused use
    is not counted, and neither is one whose unit fails.
    """
    start = _start(tx, window)
    end = start + window
    counted = tx.execute(
        _SPEND,
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


def spend_spaced(tx: Tx, bucket: str, limit: int, window: timedelta) -> bool:
    """Count one use of a bucket that has room, and say whether it had: no span of a window's length holds more.

    Windows that follow each other, as in `spend`, let twice as many through around the moment where they meet. Here
    a bucket that is used up opens again a whole window after the last use that was counted.
    """
    asked = {"site": tx.site, "bucket": bucket, "limit": limit, "now": tx.now}
    # asked first where writers run side by side and would wait for the bucket's row; on SQLite there is one
    if tx.dialect != "sqlite" and tx.execute(_IS_FULL, asked).first() is not None:
        return False
    row = {"site_id": tx.site, "bucket": bucket, "window_start": _EPOCH, "used": 1, "expires_at": tx.now + window}
    given = {"limit": limit, "now": tx.now}
    return tx.execute(_SPEND_SPACED, row | given).scalar() is not None


def _start(tx: Tx, window: timedelta) -> datetime:
    return _EPOCH + (tx.now - _EPOCH) // window * window
