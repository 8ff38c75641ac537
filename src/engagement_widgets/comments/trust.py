"""Whom the captcha is spared: a reader whose last comments a moderator has approved, every one of them."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """A reader, as rows name them, and how many approved comments are asked for."""

    reader: str
    approved: int


_LAST = (
    select(comments.c.status)
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.reader == bindparam("reader"),
        comments.c.status != Status.PENDING.value,
    )
    .order_by(comments.c.submitted_at.desc(), comments.c.id.desc())
    .limit(bindparam("most"))
)


def is_trusted(tx: Tx, trust: Trust) -> bool:
    """Whether the last so many decided comments are all approved: one that is rejected or spam asks for codes again."""
    found = tx.execute(_LAST, {"site": tx.site, "reader": trust.reader, "most": trust.approved}).scalars().all()
    return len(found) == trust.approved and set(found) == {Status.APPROVED}
