"""What a moderator does to a comment: one status to another, in one transaction with its figures, journal and undo."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Boolean, bindparam, or_, select, update

from engagement_widgets.comments.cases.freezing import hidden_by
from engagement_widgets.comments.counters import Move, count_move
from engagement_widgets.comments.letters.due import Decision, decide_letters, withhold_letters
from engagement_widgets.comments.likes.dropping import likes_changed
from engagement_widgets.comments.likes.ranking import rank
from engagement_widgets.comments.pinned import MOST_PINNED, has_room
from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.reports.counting import open_reports
from engagement_widgets.comments.states import PUBLISHING, Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.threads import standing_above
from engagement_widgets.comments.visibility import is_public
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.events import CommentApproved, CommentHidden, CommentPinned, CommentUnpinned
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.reach import require_section
from engagement_widgets.journal.service import Record, record, remember_undo, take_undo
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

UNDO_KIND = "comment_decision"
UNDONE = "comment.undone"
_NAME_LIMIT = 255
_Seen: TypeAlias = CommentApproved | CommentHidden | CommentPinned | CommentUnpinned


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
    pinned: bool
    version: int
    undo_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The columns that a decision changes."""

    status: Status
    decided_at: datetime | None
    decided_by: str | None
    note: str | None
    pinned_at: datetime | None


# PostgreSQL locks the row until the end of the unit; SQLite's one writer needs no lock and its dialect prints none.
_COMMENT = (
    select(
        comments.c.id,
        comments.c.page_id,
        comments.c.section,
        comments.c.traits,
        comments.c.parent_id,
        comments.c.section,
        comments.c.status,
        comments.c.version,
        comments.c.reader,
        comments.c.decided_at,
        comments.c.decided_by,
        comments.c.decision_note,
        comments.c.edited_at,
        comments.c.withdrawn_at,
        comments.c.thread_path,
        comments.c.pinned_at,
        comments.c.likes,
        comments.c.reported,
        comments.c.rank,
        comments.c.author_email,
    )
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"), IS_WHOLE)
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
        pinned_at=bindparam("pinned", type_=Moment()),
        listed=or_(bindparam("to_public", type_=Boolean()), comments.c.approved_replies > 0),
        reported=bindparam("to_reported"),
        rank=bindparam("to_rank"),
    )
)


def decide(tx: Tx, command: Decide) -> Decided:
    """Make a decision; the public sees it once the unit commits.

    Raises:
        NotFound: `unknown_comment`.
        Refused: `section_required`.
        Conflict: `stale_version` {decided_by, decided_at, status}: somebody was first; nothing has changed. Where that
            was the author, `by_author` is `edited` or `withdrawn`. `withdrawn_by_author`: what its author has taken
            back is not published again. `case_open` {number}: what an open case hides is shown by deciding the case.
    """
    row = fetch_seen(tx, command.comment_id, command.version, command.actor)
    if row.withdrawn_at is not None and command.status in PUBLISHING:
        raise Conflict("withdrawn_by_author")
    if is_public(command.status) and (number := hidden_by(tx, row.id)) is not None:
        raise Conflict("case_open", number=number)
    stays_public = is_public(row.status) and is_public(command.status)
    after = Standing(
        status=command.status,
        decided_at=tx.now,
        decided_by=command.actor.name[:_NAME_LIMIT],
        note=command.note or None,
        pinned_at=row.pinned_at if stays_public else None,
    )
    decided = carry_out(
        tx, row, after, actor=command.actor, action=f"comment.{command.status}", window=command.undo_window
    )
    decide_letters(
        tx,
        Decision(
            comment_id=row.id,
            version=row.version,
            address=row.author_email,
            before=Status(row.status),
            after=after.status,
            undo_window=command.undo_window,
        ),
    )
    return decided


def undo_decision(tx: Tx, command: UndoDecision) -> Decided:
    """Put a comment back to where it stood before a decision; pinned only where there is still room for it.

    Raises:
        NotFound: `unknown_undo`, `unknown_comment`.
        Refused: `section_required`.
        Conflict: `already_undone`, `undo_expired`; `stale_version` when it has been decided again since;
            `too_many_pinned` when it was unpinned and others have taken its place.
    """
    undo = take_undo(tx, command.undo_id, by=command.actor.id)
    if undo.kind != UNDO_KIND:
        raise NotFound("unknown_undo")
    row = fetch_seen(tx, UUID(undo.payload["comment"]), undo.payload["version"], command.actor)
    after = _from_payload(undo.payload)
    if after.pinned_at is not None and row.pinned_at is None and not has_room(tx, row.page_id):
        if after.status == row.status:
            raise Conflict("too_many_pinned", maximum=MOST_PINNED)
        after = replace(after, pinned_at=None)
    _apply(tx, row, after)
    _write_down(tx, command.actor, UNDONE, row, after)
    return _decided(row, after, None)


def lock_comment(tx: Tx, comment_id: UUID) -> Any:  # noqa: ANN401  (a row of `_COMMENT`)
    """The comment whatever its status, nobody else's to change until the unit ends.

    Raises:
        NotFound: `unknown_comment`.
    """
    row = tx.execute(_COMMENT, {"site": tx.site, "comment": comment_id}).first()
    if row is None:
        raise NotFound("unknown_comment")
    return row


def fetch_seen(tx: Tx, comment_id: UUID, version: int, actor: DeskUser) -> Any:  # noqa: ANN401  (a row of `_COMMENT`)
    """The comment's row, locked for this unit, at the version that was seen, for somebody who looks after its section.

    Raises:
        NotFound: `unknown_comment`.
        Refused: `section_required`.
        Conflict: `stale_version`.
    """
    row = lock_comment(tx, comment_id)
    require_section(actor, row.section)
    if row.version != version:
        raise _stale(row)
    return row


def carry_out(
    tx: Tx,
    row: Any,  # noqa: ANN401
    after: Standing,
    *,
    actor: DeskUser,
    action: str,
    window: timedelta,
) -> Decided:
    """Make a deed of a comment's new standing: figures, journal entry, undo."""
    _apply(tx, row, after)
    entry_id = _write_down(tx, actor, action, row, after)
    payload = {"comment": str(row.id), "version": row.version + 1, **_payload(standing_of(row))}
    undo_id = remember_undo(tx, entry_id=entry_id, kind=UNDO_KIND, payload=payload, window=window)
    return _decided(row, after, undo_id)


def unchanged(row: Any) -> Decided:  # noqa: ANN401
    """What a deed comes to that finds everything done: the version stays, and there is nothing to undo."""
    return replace(_decided(row, standing_of(row), None), version=row.version)


def standing_of(row: Any) -> Standing:  # noqa: ANN401
    """Where a comment stands now."""
    return Standing(
        status=Status(row.status),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        note=row.decision_note,
        pinned_at=row.pinned_at,
    )


def change_status(tx: Tx, row: Any, status: Status) -> int:  # noqa: ANN401  (of `lock_comment`)
    """Bring a comment to a status without a moderator's decision: the last one stays told. Answers the new version."""
    standing = standing_of(row)
    _apply(tx, row, replace(standing, status=status, pinned_at=standing.pinned_at if is_public(status) else None))
    return int(row.version) + 1


def _stale(row: Any) -> Conflict:  # noqa: ANN401
    decided_at = row.decided_at.isoformat() if row.decided_at else ""
    known = {"decided_by": row.decided_by or "", "decided_at": decided_at, "status": row.status}
    for deed, at in (("withdrawn", row.withdrawn_at), ("edited", row.edited_at)):
        if at is not None and (row.decided_at is None or at > row.decided_at):
            return Conflict("stale_version", **known, by_author=deed)
    return Conflict("stale_version", **known)


def _apply(tx: Tx, row: Any, after: Standing) -> None:  # noqa: ANN401
    """Change the row, every figure, and tell the world if it can see the difference; letters that wait are void."""
    if after.status != row.status:
        withhold_letters(tx, row.id, row.version)
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
            "pinned": after.pinned_at,
            "to_reported": reported,
            "to_rank": place,
        },
    )
    above = standing_above(row.parent_id, row.thread_path)
    event: type[_Seen] | None = None
    move = Move(
        page_id=row.page_id,
        section=row.section,
        above=above,
        before=Status(row.status),
        after=after.status,
        traits=row.traits,
    )
    if count_move(tx, move):
        event = CommentApproved if is_public(after.status) else CommentHidden
    elif (row.pinned_at is None) != (after.pinned_at is None):
        event = CommentUnpinned if after.pinned_at is None else CommentPinned
    if event is not None:
        tx.touch(str(row.page_id))
        tx.emit(event(**tx.event_fields(), page_id=row.page_id, comment_id=row.id))
    elif place != row.rank and is_public(after.status):
        likes_changed(tx, row.page_id)


def _write_down(tx: Tx, actor: DeskUser, action: str, row: Any, after: Standing) -> UUID:  # noqa: ANN401
    deed = Record(
        actor=actor,
        action=action,
        subject_kind="comment",
        subject_id=str(row.id),
        before=_told(row.status, row.pinned_at),
        after=_told(after.status, after.pinned_at),
        why=after.note if action != UNDONE else None,
        section=row.section,
    )
    return record(tx, deed)


def _told(status: str, pinned_at: datetime | None) -> dict[str, Any]:
    return {"status": status} if pinned_at is None else {"status": status, "pinned": True}


def _decided(row: Any, after: Standing, undo_id: UUID | None) -> Decided:  # noqa: ANN401
    return Decided(
        comment_id=row.id,
        page_id=row.page_id,
        before=Status(row.status),
        status=after.status,
        pinned=after.pinned_at is not None,
        version=row.version + 1,
        undo_id=undo_id,
    )


def _payload(standing: Standing) -> dict[str, str | None]:
    return {
        "status": standing.status,
        "decided_at": standing.decided_at.isoformat() if standing.decided_at else None,
        "decided_by": standing.decided_by,
        "note": standing.note,
        "pinned_at": standing.pinned_at.isoformat() if standing.pinned_at else None,
    }


def _from_payload(payload: Mapping[str, Any]) -> Standing:
    return Standing(
        status=Status(payload["status"]),
        decided_at=_moment(payload["decided_at"]),
        decided_by=payload["decided_by"],
        note=payload["note"],
        pinned_at=_moment(payload.get("pinned_at")),  # none of before
    )


def _moment(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept)
