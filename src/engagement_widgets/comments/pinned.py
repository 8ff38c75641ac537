"""Pinned comments (*được ghim*): roots that stand first on the first page of a discussion, whatever its order."""

from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, select

from engagement_widgets.comments.tables import comments, page_counts
from engagement_widgets.comments.visibility import pinned
from engagement_widgets.storage.units import Tx

MOST_PINNED: Final = 3
"""Of one page."""

# The page's figure is locked, so that two moderators do not pin the third and the fourth at once.
_LOCK = (
    select(page_counts.c.approved)
    .where(page_counts.c.site_id == bindparam("site"), page_counts.c.page_id == bindparam("page"))
    .with_for_update()
)
_COUNT = (
    select(func.count())
    .select_from(comments)
    .where(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page"), pinned())
)


def has_room(tx: Tx, page_id: UUID) -> bool:
    """Whether one more comment of a page may be pinned; nobody else pins there until the unit ends."""
    asked = {"site": tx.site, "page": page_id}
    tx.execute(_LOCK, asked)
    return int(tx.execute(_COUNT, asked).scalar_one()) < MOST_PINNED
