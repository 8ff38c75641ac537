"""Whom the captcha is spared, and who is published at once: a reader whose last comments were approved, all of them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, bindparam, literal_column, select

from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """A reader, as rows name them, and how many approved comments are asked for."""

    reader: str
    approved: int


def last_decided(most: str) -> "Select[Any]":
    """The statuses of a reader's last decided comments: over `site`, `reader` and, under the name given, how many."""
    return (
        select(comments.c.status)
        .where(
            comments.c.site_id == bindparam("site"),
            comments.c.reader == bindparam("reader"),
            comments.c.status != literal_column(f"'{Status.PENDING}'"),
        )
        .order_by(comments.c.submitted_at.desc(), comments.c.id.desc())
        .limit(bindparam(most, type_=Integer()))
    )


_LAST = last_decided("most")


def is_trusted(tx: Tx, trust: Trust) -> bool:
    """Whether the last so many decided comments are all approved: one that is rejected or spam asks for codes again."""
    found = tx.execute(_LAST, {"site": tx.site, "reader": trust.reader, "most": trust.approved}).scalars().all()
    return len(found) == trust.approved and set(found) == {Status.APPROVED}
