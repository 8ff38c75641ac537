"""What merging a page into another does to its comments: they stand on the other from then on, threads and all."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Integer, and_, bindparam, delete, func, select, update

from engagement_widgets.comments.counters import move_section
from engagement_widgets.comments.likes.tables import like_drops
from engagement_widgets.comments.pinned import MOST_PINNED
from engagement_widgets.comments.rules.tables import bands, emergencies
from engagement_widgets.comments.tables import comments, page_counts
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveComments:
    """Of which page, to which other, and the section of that one. The caller holds both pages' rows."""

    page_id: UUID
    into: UUID
    section: str


_FROM: Final = and_(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page"))
_PINNED: Final = comments.c.pinned_at.is_not(None)
_PINNED_THERE = (
    select(func.count())
    .select_from(comments)
    .where(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("target"), _PINNED)
)
# Whoever pinned one of these reads of it as of a decision made since: its undo is stale.
_UNPIN = (
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
_ADD_COUNT = Upsert(
    lambda insert: (more := insert(page_counts)).on_conflict_do_update(
        index_elements=list(page_counts.primary_key.columns),
        set_={"approved": page_counts.c.approved + more.excluded.approved},
    )
)
_DROP_LIKES = delete(like_drops).where(
    like_drops.c.site_id == bindparam("site"), like_drops.c.page_id == bindparam("page")
)
_HOLD = and_(emergencies.c.site_id == bindparam("site"), emergencies.c.subject == bindparam("held"))
_HELD_THERE = select(emergencies.c.subject).where(
    emergencies.c.site_id == bindparam("site"), emergencies.c.subject == bindparam("held_there")
)
_MOVE_HOLD = update(emergencies).where(_HOLD, ~_HELD_THERE.exists()).values(subject=bindparam("held_there"))
_DROP_HOLD = delete(emergencies).where(_HOLD)


def move_comments(tx: Tx, command: MoveComments) -> int:
    """Move every comment of a page, whatever its status, and answer how many.

    At most `MOST_PINNED` stay pinned: those of the page they come to before the newest of theirs. An emergency hold of
    the page comes along, unless the other has one of its own.
    """
    both = {"site": tx.site, "page": command.page_id, "target": command.into}
    there = int(tx.execute(_PINNED_THERE, both).scalar_one())
    tx.execute(_UNPIN, {**both, "room": max(MOST_PINNED - there, 0)})
    move_section(tx, command.page_id, command.section)
    moved = tx.execute(_MOVE, {**both, "new_section": command.section}).rowcount
    tx.execute(_MOVE_BANDS, both)
    # after the comments, which nobody decides about from here on: the figure is the last
    approved = tx.execute(_TAKE_COUNT, both).scalar()
    if approved is not None:
        tx.execute(_ADD_COUNT[tx.dialect], {"site_id": tx.site, "page_id": command.into, "approved": approved})
    tx.execute(_DROP_LIKES, both)
    holds = {"site": tx.site, "held": f"page:{command.page_id}", "held_there": f"page:{command.into}"}
    tx.execute(_MOVE_HOLD, holds)
    tx.execute(_DROP_HOLD, holds)
    return moved
