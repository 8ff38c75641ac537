"""Personal data that a reader wrote into a comment, masked by a moderator, and shown again by an undo.

The former text is kept in the undo record alone, which can be emptied; the journal, which nobody can change, says only
how many pieces of which kind were masked. A mask keeps the length of a text, so that places in it still hold.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from engagement_widgets.comments.counters import RECENT
from engagement_widgets.comments.decisions import Decided, UndoDecision, undo_decision
from engagement_widgets.comments.rules.personal import find, mask
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.submission import body_hash
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.visibility import is_public
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.events import CommentMasked
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record, remember_undo, take_undo
from engagement_widgets.journal.tables import undo_records
from engagement_widgets.storage.units import Tx

MASK_KIND = "comment_mask"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskPersonalData:
    """Mask what is personal in a comment's text and name.

    Attributes:
        comment_id: of which comment.
        version: the version the moderator has seen.
        actor: who masks.
        allowed: the site's own numbers and addresses, as `personal.allowed_form` returns them.
        undo_window: for how long it can be undone.
    """

    comment_id: UUID
    version: int
    actor: DeskUser
    allowed: frozenset[str] = frozenset()
    undo_window: timedelta = timedelta(minutes=10)


_TEXT = (
    select(
        comments.c.id,
        comments.c.page_id,
        comments.c.status,
        comments.c.version,
        comments.c.decided_at,
        comments.c.decided_by,
        comments.c.pinned_at,
        comments.c.author_name,
        comments.c.body,
    )
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
    .with_for_update()
)
_RETYPE = (
    update(comments)
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
    .values(
        author_name=bindparam("name"),
        body=bindparam("text"),
        body_hash=bindparam("hash"),
        version=comments.c.version + 1,
    )
)
_KIND = select(undo_records.c.kind).where(
    undo_records.c.site_id == bindparam("site"), undo_records.c.id == bindparam("undo")
)


def mask_personal_data(tx: Tx, command: MaskPersonalData) -> Decided:
    """Mask everything personal; the public sees it once the unit commits. The status stays.

    Raises:
        NotFound: `unknown_comment`.
        Conflict: `stale_version` {decided_by, decided_at, status}; `nothing_to_mask`.
    """
    row = _fetch(tx, command.comment_id, command.version)
    in_name, in_body = find(row.author_name, command.allowed), find(row.body, command.allowed)
    if not in_name and not in_body:
        raise Conflict("nothing_to_mask")
    _retype(tx, row, name=mask(row.author_name, in_name), body=mask(row.body, in_body))
    kinds = Counter(str(span.kind) for span in (*in_name, *in_body))
    entry_id = _write_down(tx, command.actor, "comment.masked", row.id, kinds)
    former = {"comment": str(row.id), "version": row.version + 1, "name": row.author_name, "body": row.body}
    payload = {**former, "kinds": dict(kinds)}
    undo_id = remember_undo(tx, entry_id=entry_id, kind=MASK_KIND, payload=payload, window=command.undo_window)
    return _decided(row, undo_id)


def undo_deed(tx: Tx, command: UndoDecision) -> Decided:
    """Take back whatever the record is of: a decision or a mask.

    Raises:
        NotFound: `unknown_undo`, `unknown_comment`.
        Conflict: `already_undone`, `undo_expired`; `stale_version` when the comment was changed since.
    """
    kind = tx.execute(_KIND, {"site": tx.site, "undo": command.undo_id}).scalar()
    return _undo_mask(tx, command) if kind == MASK_KIND else undo_decision(tx, command)


def _undo_mask(tx: Tx, command: UndoDecision) -> Decided:
    former = take_undo(tx, command.undo_id, by=command.actor.id).payload
    row = _fetch(tx, UUID(former["comment"]), former["version"])
    _retype(tx, row, name=former["name"], body=former["body"])
    _write_down(tx, command.actor, "comment.unmasked", row.id, former["kinds"])
    return _decided(row, None)


def _fetch(tx: Tx, comment_id: UUID, version: int) -> Any:  # noqa: ANN401  (a row of `_TEXT`)
    row = tx.execute(_TEXT, {"site": tx.site, "comment": comment_id}).first()
    if row is None:
        raise NotFound("unknown_comment")
    if row.version != version:
        decided_at = row.decided_at.isoformat() if row.decided_at else ""
        raise Conflict("stale_version", decided_by=row.decided_by or "", decided_at=decided_at, status=row.status)
    return row


def _retype(tx: Tx, row: Any, *, name: str, body: str) -> None:  # noqa: ANN401
    values = {"name": name, "text": body, "hash": body_hash(body)}
    tx.execute(_RETYPE, {"site": tx.site, "comment": row.id, **values})
    if is_public(Status(row.status)):
        tx.touch(str(row.page_id))
        tx.touch(RECENT)
        tx.emit(CommentMasked(**tx.event_fields(), page_id=row.page_id, comment_id=row.id))


def _write_down(tx: Tx, actor: DeskUser, action: str, comment_id: UUID, kinds: "Counter[str] | dict[str, int]") -> UUID:
    deed = Record(actor=actor, action=action, subject_kind="comment", subject_id=str(comment_id), after=dict(kinds))
    return record(tx, deed)


def _decided(row: Any, undo_id: UUID | None) -> Decided:  # noqa: ANN401
    status = Status(row.status)
    return Decided(
        comment_id=row.id,
        page_id=row.page_id,
        before=status,
        status=status,
        pinned=row.pinned_at is not None,
        version=row.version + 1,
        undo_id=undo_id,
    )
