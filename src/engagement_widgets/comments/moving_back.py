"""What undoing a merge of pages does to comments: those that moved go back, with the replies they got meanwhile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update

from engagement_widgets.comments.counters import move_section
from engagement_widgets.comments.moving import ADD_COUNT, HOLD, UNPIN
from engagement_widgets.comments.pinned import MOST_PINNED
from engagement_widgets.comments.rules.tables import bands, emergencies
from engagement_widgets.comments.tables import comments, page_counts
from engagement_widgets.comments.visibility import public
from engagement_widgets.pages.merges import MOVED, Merge, key_of
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

_HERE: Final = and_(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page"))
_MOVE = (
    update(comments)
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.page_id == bindparam("target"),
        or_(comments.c.id.in_(MOVED), comments.c.parent_id.in_(MOVED)),
    )
    .values(page_id=bindparam("page"))
)
_SET_SECTION = update(comments).where(_HERE).values(section=bindparam("new_section"))
_MOVE_BANDS = (
    update(bands)
    .where(
        bands.c.site_id == bindparam("site"),
        bands.c.page_id == bindparam("target"),
        bands.c.comment_id.in_(select(comments.c.id).where(_HERE)),
    )
    .values(page_id=bindparam("page"))
)
_APPROVED = select(func.count()).select_from(comments).where(_HERE, public())
_TAKE = (
    update(page_counts)
    .where(page_counts.c.site_id == bindparam("site"), page_counts.c.page_id == bindparam("target"))
    .values(approved=page_counts.c.approved - bindparam("gone"))
)
# One that somebody has decided about since keeps what was decided.
_PIN = (
    update(comments)
    .where(_HERE, comments.c.id == bindparam("comment"), comments.c.version == bindparam("seen"))
    .values(pinned_at=bindparam("at", type_=Moment()), version=comments.c.version + 1)
)
_HELD = select(emergencies).where(HOLD)
_DROP_HOLD = delete(emergencies).where(HOLD)
_HOLD_AGAIN = insert(emergencies)


def move_comments_back(tx: Tx, merge: Merge, section: str, kept: Mapping[str, Any]) -> int:
    """Move what a merge has moved back into a section, with its threads as they are now, and answer how many.

    Pins are those from before, where nobody has decided about the comment since; `kept` is from `move_comments`.
    """
    both = key_of(tx, merge)
    moved = tx.execute(_MOVE, both).rowcount
    move_section(tx, merge.page_id, section)
    tx.execute(_SET_SECTION, {**both, "new_section": section})
    tx.execute(_MOVE_BANDS, both)
    approved = int(tx.execute(_APPROVED, both).scalar_one())
    if approved:
        tx.execute(_TAKE, {**both, "gone": approved})
        tx.execute(ADD_COUNT[tx.dialect], {"site_id": tx.site, "page_id": merge.page_id, "approved": approved})
    for pin in kept["pins"]:
        unpinned = {"comment": UUID(pin["id"]), "seen": pin["version"] + 1}
        tx.execute(_PIN, {**both, **unpinned, "at": datetime.fromisoformat(pin["at"])})
    tx.execute(UNPIN, {**both, "room": MOST_PINNED})
    if kept["hold"] is not None:
        _hold_again(tx, merge, kept["hold"])
    return moved


def _hold_again(tx: Tx, merge: Merge, hold: Mapping[str, Any]) -> None:
    """Hold the page as before, unless the hold came along and was lifted there."""
    there = {"site": tx.site, "held": f"page:{merge.into}"}
    found = tx.execute(_HELD, there).mappings().first()
    if hold["came_along"] and found is None:
        return
    moments = {name: datetime.fromisoformat(hold[name]) for name in ("until", "set_at")}
    words = {name: hold[name] for name in ("reason", "banner", "set_by")}
    if hold["came_along"] and found is not None and {**words, **moments}.items() <= dict(found).items():
        tx.execute(_DROP_HOLD, there)
    tx.execute(_HOLD_AGAIN, {"site_id": tx.site, "subject": f"page:{merge.page_id}", **words, **moments})
