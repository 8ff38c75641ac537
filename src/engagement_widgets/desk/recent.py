"""What the desk asks the database beside the services: an open undo, and what came since the last sign-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, literal_column, select

from engagement_widgets.comments.blocks import UNDO_KIND as BLOCK_KIND
from engagement_widgets.comments.decisions import UNDO_KIND
from engagement_widgets.comments.masking import MASK_KIND
from engagement_widgets.comments.search.finding import Search
from engagement_widgets.comments.search.results import FoundItems, find_items
from engagement_widgets.comments.service import (
    QueueItem,
    QueuePage,
    QueueQuery,
    Status,
    queue,
    queue_counts,
    queue_item,
)
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import NotFound
from engagement_widgets.journal.tables import undo_records
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenUndo:
    """A decision, or a mask, that can still be undone, and the comment as it stands."""

    undo_id: UUID
    masked: bool
    expires_at: datetime
    item: QueueItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Comments that came since a moment and still wait. `oldest` is None when there are none."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRead:
    """One page of the queue, or of what is found in it, and what stands around it.

    `since`: the person's last sign-in, None to leave it out.
    """

    query: QueueQuery | Search
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """What a `QueueRead` finds."""

    page: QueuePage | FoundItems
    counts: Mapping[Status, int]
    arrivals: Arrivals | None


_UNDO = select(undo_records.c.kind, undo_records.c.payload, undo_records.c.expires_at).where(
    undo_records.c.site_id == bindparam("site"),
    undo_records.c.id == bindparam("undo"),
    undo_records.c.undone_at.is_(None),
    undo_records.c.expires_at > bindparam("now", type_=Moment()),
)
_ARRIVALS = select(func.count().label("waiting"), func.min(comments.c.submitted_at).label("oldest")).where(
    comments.c.site_id == bindparam("site"),
    comments.c.status == literal_column(f"'{Status.PENDING}'"),
    comments.c.submitted_at > bindparam("since", type_=Moment()),
)


def read_queue(tx: Tx, command: QueueRead) -> QueueFacts:
    """The queue's page, the counts of all views and what came, as of one moment."""
    query = command.query
    return QueueFacts(
        page=find_items(tx, query) if isinstance(query, Search) else queue(tx, query),
        counts=queue_counts(tx, None),
        arrivals=None if command.since is None else arrivals(tx, command.since),
    )


def open_undo(tx: Tx, undo_id: UUID) -> OpenUndo | None:
    """The decision behind an undo, or None: unknown, used, too late, or the comment was decided again since."""
    row = tx.execute(_UNDO, {"site": tx.site, "undo": undo_id, "now": tx.now}).first()
    if row is None or row.kind not in {UNDO_KIND, MASK_KIND}:
        return None
    try:
        item = queue_item(tx, UUID(row.payload["comment"]))
    except NotFound:
        return None
    if item.version != row.payload["version"]:
        return None
    return OpenUndo(undo_id=undo_id, masked=row.kind == MASK_KIND, expires_at=row.expires_at, item=item)


def block_can_be_undone(tx: Tx, undo_id: UUID) -> bool:
    """Whether the setting or the lifting of a block can still be taken back."""
    row = tx.execute(_UNDO, {"site": tx.site, "undo": undo_id, "now": tx.now}).first()
    return row is not None and row.kind == BLOCK_KIND


def arrivals(tx: Tx, since: datetime) -> Arrivals:
    """What came after `since` and still waits."""
    found = tx.execute(_ARRIVALS, {"site": tx.site, "since": since}).one()
    return Arrivals(count=found.waiting, oldest=found.oldest)
