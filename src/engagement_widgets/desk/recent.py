"""What the desk asks the database beside the services: an open undo, and what came since the last sign-in."""

from collections.abc import Mapping, Sequence
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
    Figures,
    FiguresQuery,
    GroupQuery,
    GroupView,
    QueueFilter,
    QueueItem,
    QueuePage,
    QueueQuery,
    Status,
    figures,
    group_view,
    queue,
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

    Attributes:
        query: what is listed.
        figures: what is counted.
        since: the person's last sign-in, None to leave it out.
    """

    query: QueueQuery | Search
    figures: FiguresQuery
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """What a `QueueRead` finds. `groups`: the piles that stand in the page, by their ids."""

    page: QueuePage | FoundItems
    figures: Figures
    arrivals: Arrivals | None
    groups: Mapping[UUID, GroupView]


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
_ARRIVALS_IN = _ARRIVALS.where(comments.c.section.in_(bindparam("sections", expanding=True)))


def read_queue(tx: Tx, command: QueueRead) -> QueueFacts:
    """The queue's page, the counts of all views and what came, as of one moment."""
    query = command.query
    page = find_items(tx, query) if isinstance(query, Search) else queue(tx, query)
    piled = isinstance(query, QueueQuery) and query.is_arranged
    return QueueFacts(
        page=page,
        figures=figures(tx, command.figures),
        arrivals=None if command.since is None else arrivals(tx, command.since, query.narrowed.sections),
        groups=_groups(tx, page.items, query.narrowed) if piled else {},
    )


def _groups(tx: Tx, items: Sequence[QueueItem], narrowed: QueueFilter) -> dict[UUID, GroupView]:
    ids = [item.group_id for item in items if item.group_id is not None]
    found = (group_view(tx, GroupQuery(group_id=group_id, narrowed=narrowed)) for group_id in ids)
    return {group.id: group for group in found if group is not None}


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


def arrivals(tx: Tx, since: datetime, sections: frozenset[str] | None) -> Arrivals:
    """What came after `since` and still waits, in some sections or all."""
    asked = {"site": tx.site, "since": since, "sections": sorted(sections or ())}
    found = tx.execute(_ARRIVALS if sections is None else _ARRIVALS_IN, asked).one()
    return Arrivals(count=found.waiting, oldest=found.oldest)
