"""Closing a case: what it was about stays hidden, or comes back."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select, update

from engagement_widgets.comments.cases.freezing import frozen, hidden_by
from engagement_widgets.comments.cases.opening import reminder_ids
from engagement_widgets.comments.cases.reading import one_section, sections_of
from engagement_widgets.comments.cases.states import CaseStatus, case_code
from engagement_widgets.comments.cases.tables import case_comments, cases
from engagement_widgets.comments.decisions import Decide, change_status, decide, lock_comment
from engagement_widgets.comments.held import hold, release
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.visibility import is_public
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.events import CaseClosed
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.reach import require_section
from engagement_widgets.journal.service import Record, record
from engagement_widgets.storage.outbox import withhold
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

_NAME_LIMIT: Final = 255
_NO_UNDO: Final = timedelta()


class CaseDecision(StrEnum):
    """What a case can be closed as."""

    UPHELD = "upheld"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideCase:
    """A decision about a case.

    Attributes:
        case_id: which.
        version: the version the moderator has seen.
        decision: `UPHELD` rejects its comments for good, `REJECTED` brings back what it hid.
        actor: who decides.
        note: why, parsed by `comments.fields.NOTE`, or None; of an upheld case its authors read it.
    """

    case_id: UUID
    version: int
    decision: CaseDecision
    actor: DeskUser
    note: str | None = None


_CASE = select(cases).where(cases.c.site_id == bindparam("site"), cases.c.id == bindparam("case")).with_for_update()
_COMMENTS = (
    select(case_comments.c.comment_id, case_comments.c.status_before, case_comments.c.hidden_version)
    .where(case_comments.c.site_id == bindparam("site"), case_comments.c.case_id == bindparam("case"))
    .order_by(case_comments.c.comment_id)
)
_CLOSE = (
    update(cases)
    .where(cases.c.site_id == bindparam("site"), cases.c.id == bindparam("case"))
    .values(
        status=bindparam("to_status"),
        version=cases.c.version + 1,
        decided_at=bindparam("at", type_=Moment()),
        decided_by=bindparam("by"),
        decision_note=bindparam("note"),
    )
)


def decide_case(tx: Tx, command: DecideCase) -> None:
    """Close a case.

    What a moderator decided about a comment since it was hidden stays as it is; one that another open case hides stays
    hidden.

    Raises:
        NotFound: `unknown_case`.
        Refused: `section_required`.
        Conflict: `stale_version` {decided_by, decided_at, status}: somebody was first; nothing has changed.
    """
    case = _still_open(tx, command)
    closing = {
        "site": tx.site,
        "case": case.id,
        "to_status": command.decision,
        "at": tx.now,
        "by": command.actor.name[:_NAME_LIMIT],
        "note": command.note,
    }
    tx.execute(_CLOSE, closing)
    for item in tx.execute(_COMMENTS, {"site": tx.site, "case": case.id}).all():
        _settle(tx, command, item)
    sections = sections_of(tx, case.id)
    deed = Record(
        actor=command.actor,
        action=f"case.{command.decision}",
        subject_kind="case",
        subject_id=case_code(case.year, case.number),
        before={"status": case.status},
        after={"status": command.decision},
        why=command.note,
        section=one_section(sections),
    )
    record(tx, deed)
    withhold(tx, reminder_ids(case.id))
    tx.emit(CaseClosed(**tx.event_fields(), case_id=case.id, status=command.decision))


def _still_open(tx: Tx, command: DecideCase) -> Any:  # noqa: ANN401  (a row of `_CASE`)
    """The case, for somebody who looks after all its sections, at the version that was seen."""
    case = tx.execute(_CASE, {"site": tx.site, "case": command.case_id}).first()
    if case is None:
        raise NotFound("unknown_case")
    for section in sections_of(tx, command.case_id):
        require_section(command.actor, section)
    if case.version != command.version or case.status != CaseStatus.OPEN:
        decided_at = case.decided_at.isoformat() if case.decided_at else ""
        raise Conflict("stale_version", decided_by=case.decided_by or "", decided_at=decided_at, status=case.status)
    return case


def _settle(tx: Tx, command: DecideCase, item: Any) -> None:  # noqa: ANN401  (a row of `_COMMENTS`)
    row = lock_comment(tx, item.comment_id)
    if command.decision is CaseDecision.UPHELD:
        if is_public(row.status) or row.status == Status.PENDING:
            rejection = Decide(
                comment_id=row.id,
                version=row.version,
                status=Status.REJECTED,
                actor=command.actor,
                note=command.note,
                undo_window=_NO_UNDO,
            )
            decide(tx, rejection)
    elif row.version == item.hidden_version and hidden_by(tx, row.id) is None:
        change_status(tx, row, Status(item.status_before))
    if (other := frozen(tx, row.id)) is None:
        release(tx, row.id, HeldReason.CASE)
    else:
        hold(tx, row.id, HeldReason.CASE, {"number": other, "hides": hidden_by(tx, row.id) is not None})
