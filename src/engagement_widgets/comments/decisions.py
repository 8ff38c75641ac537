"""What a moderator does to a comment: one status to another, in one transaction with its figures, journal and undo."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, and_, bindparam, or_, select, update

from engagement_widgets.comments.cases.freezing import hidden_by
from engagement_widgets.comments.counters import Move, count_move
from engagement_widgets.comments.likes.dropping import likes_changed
from engagement_widgets.comments.likes.ranking import rank
from engagement_widgets.comments.reports.counting import open_reports
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.visibility import is_public
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.events import CommentApproved, CommentHidden
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record, remember_undo, take_undo
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

UNDO_KIND = "comment_decision"
UNDONE = "comment.undone"
_NAME_LIMIT = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """A decision.

    Attributes:
        comment_id: about which comment.
        version: the version the moderator has seen.
        status: what it becomes; `PENDING` sends it back to the queue.
        actor: who decides.
        note: the reason its author reads, parsed by `fields.NOTE`, or None.
        undo_window: for how long it can be undone.
    """

    comment_id: UUID
    version: int
    status: Status
    actor: DeskUser
    note: str | None = None
    undo_window: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoDecision:
    """Take a decision back."""

    undo_id: UUID
    actor: DeskUser


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a decision, or its undo, made of a comment. `undo_id` is None after an undo."""

    comment_id: UUID
    page_id: UUID
    before: Status
    status: Status
    version: int
    undo_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """The columns that a decision changes."""

    status: Status
    decided_at: datetime | None
    decided_by: str | None
    note: str | None


# PostgreSQL locks the row until the end of the unit; SQLite's one writer needs no lock and its dialect prints none.
_COMMENT = (
    select(
        comments.c.id,
        comments.c.page_id,
        comments.c.parent_id,
        comments.c.status,
        comments.c.version,
        comments.c.reader,
        comments.c.decided_at,
        comments.c.decided_by,
        comments.c.decision_note,
        comments.c.likes,
        comments.c.reported,
        comments.c.rank,
    )
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
    .with_for_update()
)
_CHANGE = (
    update(comments)
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
    .values(
        status=bindparam("to_status"),
        version=comments.c.version + 1,
        decided_at=bindparam("at", type_=Moment()),
        decided_by=bindparam("by"),
        decision_note=bindparam("note"),
        reported=bindparam("to_reported"),
        rank=bindparam("to_rank"),
        listed=and_(
            comments.c.parent_id.is_(None),
            or_(bindparam("to_public", type_=Boolean()), comments.c.approved_replies > 0),
        ),
    )
)


def decide(tx: Tx, command: Decide) -> Decided:
    """Make a decision; the public sees it once the unit commits.

    Raises:
        NotFound: `unknown_comment`.
        Conflict: `stale_version` {decided_by, decided_at, status}: somebody was first; nothing has changed.
            `case_open` {number}: what an open case hides is shown by deciding the case.
    """
    row = lock_comment(tx, command.comment_id)
    if row.version != command.version:
        raise _stale(row)
    if is_public(command.status) and (number := hidden_by(tx, row.id)) is not None:
        raise Conflict("case_open", number=number)
    before = _standing(row)
    after = _Standing(
        status=command.status,
        decided_at=tx.now,
        decided_by=command.actor.name[:_NAME_LIMIT],
        note=command.note or None,
    )
    _apply(tx, row, after)
    entry_id = _write_down(tx, command.actor, f"comment.{command.status}", row, after)
    undo_id = remember_undo(
        tx,
        entry_id=entry_id,
        kind=UNDO_KIND,
        payload={"comment": str(row.id), "version": row.version + 1, **_payload(before)},
        window=command.undo_window,
    )
    return _decided(row, after.status, undo_id)


def undo_decision(tx: Tx, command: UndoDecision) -> Decided:
    """Put a comment back to where it stood before a decision.

    Raises:
        NotFound: `unknown_undo`, `unknown_comment`.
        Conflict: `already_undone`, `undo_expired`; `stale_version` when it has been decided again since.
    """
    undo = take_undo(tx, command.undo_id, by=command.actor.id)
    if undo.kind != UNDO_KIND:
        raise NotFound("unknown_undo")
    row = lock_comment(tx, UUID(undo.payload["comment"]))
    if row.version != undo.payload["version"]:
        raise _stale(row)
    after = _from_payload(undo.payload)
    _apply(tx, row, after)
    _write_down(tx, command.actor, UNDONE, row, after)
    return _decided(row, after.status, None)


def lock_comment(tx: Tx, comment_id: UUID) -> Any:  # noqa: ANN401  (a row of `_COMMENT`)
    """The comment whatever its status, nobody else's to change until the unit ends.

    Raises:
        NotFound: `unknown_comment`.
    """
    row = tx.execute(_COMMENT, {"site": tx.site, "comment": comment_id}).first()
    if row is None:
        raise NotFound("unknown_comment")
    return row


def change_status(tx: Tx, row: Any, status: Status) -> int:  # noqa: ANN401  (of `lock_comment`)
    """Bring a comment to a status without a moderator's decision: the last one stays told. Answers the new version."""
    _apply(tx, row, replace(_standing(row), status=status))
    return int(row.version) + 1


def _stale(row: Any) -> Conflict:  # noqa: ANN401
    decided_at = row.decided_at.isoformat() if row.decided_at else ""
    return Conflict("stale_version", decided_by=row.decided_by or "", decided_at=decided_at, status=row.status)


def _apply(tx: Tx, row: Any, after: _Standing) -> None:  # noqa: ANN401
    """Change the row, every figure, and tell the world if it can see the difference."""
    reported = open_reports(tx, row.id, after.decided_at)
    place = rank(row.likes, reported)
    tx.execute(
        _CHANGE,
        {
            "site": tx.site,
            "comment": row.id,
            "to_status": after.status,
            "to_public": is_public(after.status),
            "at": after.decided_at,
            "by": after.decided_by,
            "note": after.note,
            "to_reported": reported,
            "to_rank": place,
        },
    )
    move = Move(page_id=row.page_id, root_id=row.parent_id, before=Status(row.status), after=after.status)
    if count_move(tx, move):
        tx.touch(str(row.page_id))
        event = CommentApproved if is_public(after.status) else CommentHidden
        tx.emit(event(**tx.event_fields(), page_id=row.page_id, comment_id=row.id))
    elif place != row.rank and is_public(after.status):
        likes_changed(tx, row.page_id)


def _write_down(tx: Tx, actor: DeskUser, action: str, row: Any, after: _Standing) -> UUID:  # noqa: ANN401
    deed = Record(
        actor=actor,
        action=action,
        subject_kind="comment",
        subject_id=str(row.id),
        before={"status": row.status},
        after={"status": after.status},
        why=after.note if action != UNDONE else None,
    )
    return record(tx, deed)


def _decided(row: Any, status: Status, undo_id: UUID | None) -> Decided:  # noqa: ANN401
    return Decided(
        comment_id=row.id,
        page_id=row.page_id,
        before=Status(row.status),
        status=status,
        version=row.version + 1,
        undo_id=undo_id,
    )


def _standing(row: Any) -> _Standing:  # noqa: ANN401
    return _Standing(
        status=Status(row.status),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        note=row.decision_note,
    )


def _payload(standing: _Standing) -> dict[str, str | None]:
    return {
        "status": standing.status,
        "decided_at": standing.decided_at.isoformat() if standing.decided_at else None,
        "decided_by": standing.decided_by,
        "note": standing.note,
    }


def _from_payload(payload: Mapping[str, Any]) -> _Standing:
    decided_at = payload["decided_at"]
    return _Standing(
        status=Status(payload["status"]),
        decided_at=datetime.fromisoformat(decided_at) if decided_at else None,
        decided_by=payload["decided_by"],
        note=payload["note"],
    )
