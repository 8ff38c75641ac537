"""When a page takes no more comments: some days after it appeared, or since somebody at the desk has said so."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update

from engagement_widgets.errors import NotFound
from engagement_widgets.events import CommentsClosed
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.reach import require_section
from engagement_widgets.journal.service import Record, record
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePage:
    """Close a page for comments, or open it again."""

    page_id: UUID
    closed: bool
    actor: DeskUser
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageClosing:
    """Where a page stands: closed by hand since a moment, or None. Its own rules may close it besides.

    `entry_id` is the journal's entry of what was just done, None when nothing has changed.
    """

    page_id: UUID
    closed_at: datetime | None
    entry_id: UUID | None = None


_CLOSED_AT = select(pages.c.comments_closed_at, pages.c.moved_to, pages.c.section).where(
    pages.c.site_id == bindparam("site"), pages.c.id == bindparam("page"), pages.c.purged_at.is_(None)
)
_CLOSE = (
    update(pages)
    .where(pages.c.site_id == bindparam("site"), pages.c.id == bindparam("page"))
    .values(comments_closed_at=bindparam("at", type_=Moment()))
)


def closes_at(appeared: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The midnight of the site's zone at the end of the last day on which a page takes comments."""
    last = appeared.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return last + timedelta(days=1)


def is_closed(tx: Tx, page_id: UUID) -> bool:
    """Whether the desk has closed a page; a page nobody has written on is not."""
    return tx.execute(_CLOSED_AT, {"site": tx.site, "page": page_id}).scalar() is not None


def close_page(tx: Tx, command: ClosePage) -> PageClosing:
    """Close a page, or open it again. Where it stands so already, nothing changes and nothing is written down.

    Raises:
        NotFound: `unknown_page`.
        Refused: `section_required`.
    """
    row = tx.execute(_CLOSED_AT.with_for_update(), {"site": tx.site, "page": command.page_id}).first()
    if row is None:
        raise NotFound("unknown_page")
    if row.moved_to is not None:
        return close_page(tx, replace(command, page_id=row.moved_to))
    require_section(command.actor, row.section)
    before: datetime | None = row.comments_closed_at
    if (before is not None) is command.closed:
        return PageClosing(page_id=command.page_id, closed_at=before)
    closed_at = tx.now if command.closed else None
    tx.execute(_CLOSE, {"site": tx.site, "page": command.page_id, "at": closed_at})
    entry_id = record(
        tx,
        Record(
            actor=command.actor,
            action="page.closed" if command.closed else "page.reopened",
            subject_kind="page",
            subject_id=str(command.page_id),
            before={"comments_closed": not command.closed},
            after={"comments_closed": command.closed},
            why=command.why or None,
            section=row.section,
        ),
    )
    tx.emit(CommentsClosed(**tx.event_fields(), page_id=command.page_id, closed=command.closed))
    tx.touch(str(command.page_id))
    return PageClosing(page_id=command.page_id, closed_at=closed_at, entry_id=entry_id)
