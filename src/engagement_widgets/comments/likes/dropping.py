"""Votes drop a page's fragments at most every five seconds, in whichever process they come, and the last always does.

One row a page says from when on the fragments may be dropped again. A change that comes after that drops them with its
own transaction, together with what waits, should the outbox be late. One that comes before only waits: the first of
them leaves an event in the outbox that is delivered when the time is over and drops for all of them. The row's lock
sets changes and drops in one order, so a change either finds the drop still ahead, or none and arranges the next.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Integer, bindparam, case, update

from engagement_widgets.comments.likes.tables import like_drops
from engagement_widgets.events import LikesChanged
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.tx import Tx
from engagement_widgets.storage.upserts import Upsert

SPACE: Final = timedelta(seconds=5)

_NOW = bindparam("now", type_=Moment())
_IS_FREE = like_drops.c.free_at <= _NOW
_COUNT = Upsert(
    lambda insert: (
        (row := insert(like_drops))
        .on_conflict_do_update(
            index_elements=["site_id", "page_id"],
            set_={
                "waiting": case((_IS_FREE, 0), else_=like_drops.c.waiting + 1),
                "free_at": case((_IS_FREE, row.excluded.free_at), else_=like_drops.c.free_at),
            },
        )
        .returning(like_drops.c.waiting, like_drops.c.free_at)
    )
)
_DROP = (
    update(like_drops)
    .where(
        like_drops.c.site_id == bindparam("site"),
        like_drops.c.page_id == bindparam("page"),
        like_drops.c.waiting > bindparam("none", type_=Integer()),
        like_drops.c.free_at <= _NOW,
    )
    .values(waiting=0, free_at=bindparam("until", type_=Moment()))
)


def likes_changed(tx: Tx, page_id: UUID) -> None:
    """Let the public output of a page follow its likes: now, or with the drop that is due."""
    row = {"site_id": tx.site, "page_id": page_id, "waiting": 0, "free_at": tx.now + SPACE}
    state = tx.execute(_COUNT[tx.dialect], row | {"now": tx.now}).one()
    if state.waiting == 0:
        tx.touch(str(page_id))
    if state.waiting <= 1:
        event = LikesChanged(**tx.event_fields(), page_id=page_id)
        tx.emit(event, not_before=state.free_at if state.waiting else None)


def drop_liked(tx: Tx, page_id: UUID) -> bool:
    """Drop what waits, and say whether anything did: an event may be delivered twice."""
    found = tx.execute(_DROP, {"site": tx.site, "page": page_id, "none": 0, "now": tx.now, "until": tx.now + SPACE})
    if found.rowcount:
        tx.touch(str(page_id))
    return found.rowcount > 0
