"""One decision about a whole group: of those that were seen, the ones without an exception, at most so many at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Integer, bindparam, select

from engagement_widgets.comments.decisions import Decide, UndoDecision, decide, undo_decision
from engagement_widgets.comments.queue.filters import QueueFilter, asked, conditions
from engagement_widgets.comments.queue.groups import IN_GROUP, IS_EXEMPT
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record, remember_undo, take_undo
from engagement_widgets.journal.tables import undo_records
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

AT_ONCE: Final = 200
"""Comments decided in one transaction: no post waits longer for it."""

UNDO_KIND: Final = "comment_group"
SUBJECT: Final = "comment_group"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideGroup:
    """A decision about what of a group waits, is not an exception, and had come when the person looked.

    Attributes:
        group_id: of which group.
        seen: when the person looked: what came later is not theirs to have decided.
        status: what they become.
        actor: who decides; only comments of their sections.
        note: the reason the authors read, or None.
        undo_window: for how long it can be undone.
    """

    group_id: UUID
    seen: datetime
    status: Status
    actor: DeskUser
    note: str | None = None
    undo_window: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDecided:
    """What became of it. `left`: how many stayed as they were, because a case is open or somebody was first.

    `undo_id` is None where nothing was decided.
    """

    count: int
    left: int
    undo_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPile:
    """A decision about a group that can still be undone."""

    status: Status
    count: int
    expires_at: datetime


_OPEN = select(undo_records.c.payload, undo_records.c.expires_at).where(
    undo_records.c.site_id == bindparam("site"),
    undo_records.c.id == bindparam("undo"),
    undo_records.c.kind == UNDO_KIND,
    undo_records.c.undone_at.is_(None),
    undo_records.c.expires_at > bindparam("now", type_=Moment()),
)
_CONDITIONS = conditions(comments)
_SEEN = (
    select(comments.c.id, comments.c.version)
    .where(IN_GROUP, ~IS_EXEMPT, comments.c.submitted_at <= bindparam("seen", type_=Moment()))
    .order_by(comments.c.submitted_at, comments.c.id)
    .limit(bindparam("most", type_=Integer()))
)


def decide_group(tx: Tx, command: DecideGroup) -> GroupDecided:
    """Decide `AT_ONCE` of the group, in one transaction with its journal and one undo; the rest still waits.

    Raises:
        NotFound: `unknown_group`: nothing of it waits any more that is this person's to decide.
    """
    params = asked(QueueFilter(sections=command.actor.sections))
    statement = _SEEN.where(*(_CONDITIONS[name] for name in params))
    given = params | {"site": tx.site, "group": command.group_id, "seen": command.seen, "most": AT_ONCE}
    rows = tx.execute(statement, given).all()
    if not rows:
        raise NotFound("unknown_group")
    undos = [undo for row in rows if (undo := _decide(tx, command, row.id, row.version)) is not None]
    if not undos:
        return GroupDecided(count=0, left=len(rows), undo_id=None)
    deed = Record(
        actor=command.actor,
        action=f"comment_group.{command.status}",
        subject_kind=SUBJECT,
        subject_id=str(command.group_id),
        after={"status": command.status, "comments": len(undos)},
        why=command.note,
    )
    entry_id = record(tx, deed)
    payload = {"group": str(command.group_id), "status": command.status, "undos": [str(one) for one in undos]}
    undo_id = remember_undo(tx, entry_id=entry_id, kind=UNDO_KIND, payload=payload, window=command.undo_window)
    return GroupDecided(count=len(undos), left=len(rows) - len(undos), undo_id=undo_id)


def open_pile(tx: Tx, undo_id: UUID) -> OpenPile | None:
    """The decision behind an undo, or None: unknown, used, or too late."""
    row = tx.execute(_OPEN, {"site": tx.site, "undo": undo_id, "now": tx.now}).first()
    if row is None:
        return None
    return OpenPile(status=Status(row.payload["status"]), count=len(row.payload["undos"]), expires_at=row.expires_at)


def undo_group(tx: Tx, command: UndoDecision) -> GroupDecided:
    """Take a decision about a group back; comments that were decided again since stay as they are.

    Raises:
        NotFound: `unknown_undo`.
        Conflict: `already_undone`, `undo_expired`.
    """
    undo = take_undo(tx, command.undo_id, by=command.actor.id)
    if undo.kind != UNDO_KIND:
        raise NotFound("unknown_undo")
    undone = sum(_undo(tx, UUID(one), command.actor) for one in undo.payload["undos"])
    deed = Record(
        actor=command.actor,
        action="comment_group.undone",
        subject_kind=SUBJECT,
        subject_id=undo.payload["group"],
        after={"comments": undone},
    )
    record(tx, deed)
    return GroupDecided(count=undone, left=len(undo.payload["undos"]) - undone, undo_id=None)


def _decide(tx: Tx, command: DecideGroup, comment_id: UUID, version: int) -> UUID | None:
    one = Decide(
        comment_id=comment_id,
        version=version,
        status=command.status,
        actor=command.actor,
        note=command.note,
        undo_window=command.undo_window,
    )
    try:
        return decide(tx, one).undo_id
    except (Conflict, NotFound):  # an open case hides it, or somebody was first: nothing of it has changed
        return None


def _undo(tx: Tx, undo_id: UUID, actor: DeskUser) -> bool:
    try:
        undo_decision(tx, UndoDecision(undo_id=undo_id, actor=actor))
    except (Conflict, NotFound):
        return False
    return True
