"""What merging a page into another does to its comments: they stand on the other from then on, threads and all.

`moving_back` undoes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Integer, and_, bindparam, delete, func, select, update

from engagement_widgets.comments.counters import move_section
from engagement_widgets.comments.likes.tables import like_drops
from engagement_widgets.comments.pinned import MOST_PINNED
from engagement_widgets.comments.rules.tables import bands, emergencies
from engagement_widgets.comments.tables import comments, page_counts
from engagement_widgets.pages.merges import Merge, keeping, key_of
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedComments:
    """How many comments moved, and beside their ids what `moving_back` needs: plain values for the undo record."""

    number: int
    kept: Mapping[str, Any]


_FROM: Final = and_(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page"))
_PINNED: Final = comments.c.pinned_at.is_not(None)
_PINNED_THERE = (
    select(func.count())
    .select_from(comments)
    .where(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("target"), _PINNED)
)
_KEEP: Final = keeping(select(comments.c.id).where(_FROM))
_PINNED_HERE = (
    select(comments.c.id, comments.c.pinned_at, comments.c.version)
    .where(_FROM, _PINNED)
    .order_by(comments.c.pinned_at.desc(), comments.c.id.desc())
)
# Whoever pinned one of these reads of it as of a decision made since: its undo is stale.
UNPIN: Final = (
    update(comments)
    .where(
        _FROM,
        comments.c.id.in_(
            select(comments.c.id)
            .where(_FROM, _PINNED)
            .order_by(comments.c.pinned_at.desc(), comments.c.id.desc())
            .offset(bindparam("room", type_=Integer()))
        ),
    )
    .values(pinned_at=None, version=comments.c.version + 1)
)
_MOVE = update(comments).where(_FROM).values(page_id=bindparam("target"), section=bindparam("new_section"))
_MOVE_BANDS = (
    update(bands)
    .where(bands.c.site_id == bindparam("site"), bands.c.page_id == bindparam("page"))
    .values(page_id=bindparam("target"))
)
_TAKE_COUNT = (
    delete(page_counts)
    .where(page_counts.c.site_id == bindparam("site"), page_counts.c.page_id == bindparam("page"))
    .returning(page_counts.c.approved)
)
ADD_COUNT: Final = Upsert(
    lambda insert: (more := insert(page_counts)).on_conflict_do_update(
        index_elements=list(page_counts.primary_key.columns),
        set_={"approved": page_counts.c.approved + more.excluded.approved},
    )
)
_DROP_LIKES = delete(like_drops).where(
    like_drops.c.site_id == bindparam("site"), like_drops.c.page_id == bindparam("page")
)
HOLD: Final = and_(emergencies.c.site_id == bindparam("site"), emergencies.c.subject == bindparam("held"))
_HELD_HERE = select(emergencies).where(HOLD)
_HELD_THERE = select(emergencies.c.subject).where(
    emergencies.c.site_id == bindparam("site"), emergencies.c.subject == bindparam("held_there")
)
_MOVE_HOLD = update(emergencies).where(HOLD, ~_HELD_THERE.exists()).values(subject=bindparam("held_there"))
_DROP_HOLD = delete(emergencies).where(HOLD)


def move_comments(tx: Tx, merge: Merge, section: str) -> MovedComments:
    """Move every comment of a page, whatever its status, into the section of the other.

    At most `MOST_PINNED` stay pinned: those of the page they come to before the newest of theirs. An emergency hold of
    the page comes along, unless the other has one of its own.
    """
    both = key_of(tx, merge)
    pins = tx.execute(_PINNED_HERE, both).all()
    tx.execute(_KEEP, both)
    room = max(MOST_PINNED - int(tx.execute(_PINNED_THERE, both).scalar_one()), 0)
    tx.execute(UNPIN, {**both, "room": room})
    move_section(tx, merge.page_id, section)
    moved = tx.execute(_MOVE, {**both, "new_section": section}).rowcount
    tx.execute(_MOVE_BANDS, both)
    # after the comments, which nobody decides about from here on: the figure is the last
    approved = tx.execute(_TAKE_COUNT, both).scalar()
    if approved is not None:
        tx.execute(ADD_COUNT[tx.dialect], {"site_id": tx.site, "page_id": merge.into, "approved": approved})
    tx.execute(_DROP_LIKES, both)
    pinned = [{"id": str(pin.id), "at": pin.pinned_at.isoformat(), "version": pin.version} for pin in pins[room:]]
    return MovedComments(number=moved, kept={"pins": pinned, "hold": _move_hold(tx, merge)})


def _move_hold(tx: Tx, merge: Merge) -> Mapping[str, Any] | None:
    """Let the hold of the page come along; what it was, and whether it did, None without one."""
    holds = {"site": tx.site, "held": f"page:{merge.page_id}", "held_there": f"page:{merge.into}"}
    hold = tx.execute(_HELD_HERE, holds).mappings().first()
    if hold is None:
        return None
    came_along = tx.execute(_MOVE_HOLD, holds).rowcount == 1
    tx.execute(_DROP_HOLD, holds)
    moments = {name: hold[name].isoformat() for name in ("until", "set_at")}
    return {**{name: hold[name] for name in ("reason", "banner", "set_by")}, **moments, "came_along": came_along}
