"""Personal data that a reader wrote into a comment, masked by a moderator, and shown again by an undo.

The former text is kept in the undo record alone, which can be emptied; the journal, which nobody can change, says only
how many pieces of which kind were masked. A mask keeps the length of a text, so that places in it still hold.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from engagement_widgets.comments.cases.freezing import require_thawed
from engagement_widgets.comments.counters import RECENT
from engagement_widgets.comments.decisions import Decided, UndoDecision, fetch_seen, unchanged, undo_decision
from engagement_widgets.comments.rules.judging import renew_bands
from engagement_widgets.comments.rules.personal import find, mask
from engagement_widgets.comments.search.index import index_comment
from engagement_widgets.comments.search.words import indexed
from engagement_widgets.comments.sending import body_hash
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments, versions
from engagement_widgets.comments.visibility import is_public
from engagement_widgets.errors import Conflict
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


_TEXT = select(
    comments.c.id,
    comments.c.page_id,
    comments.c.author_name,
    comments.c.body,
    comments.c.submitted_at,
    comments.c.edited_at,
).where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
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
_IS_ITS = (versions.c.site_id == bindparam("site"), versions.c.comment_id == bindparam("comment"))
_FORMER = select(versions.c.version, versions.c.body).where(*_IS_ITS)
_RETYPE_FORMER = (
    update(versions).where(*_IS_ITS, versions.c.version == bindparam("number")).values(body=bindparam("text"))
)
_KIND = select(undo_records.c.kind).where(
    undo_records.c.site_id == bindparam("site"), undo_records.c.id == bindparam("undo")
)


def mask_personal_data(tx: Tx, command: MaskPersonalData) -> Decided:
    """Mask everything personal; the public sees it once the unit commits. The status stays.

    Raises:
        NotFound: `unknown_comment`.
        Refused: `section_required`.
        Conflict: `stale_version` {decided_by, decided_at, status}; `nothing_to_mask`; `case_open` {number}.
    """
    row = fetch_seen(tx, command.comment_id, command.version, command.actor)
    require_thawed(tx, row.id)
    text = _text(tx, row.id)
    in_name, in_body = find(text.author_name, command.allowed), find(text.body, command.allowed)
    if not in_name and not in_body:
        raise Conflict("nothing_to_mask")
    _retype(tx, row, name=mask(text.author_name, in_name), body=mask(text.body, in_body))
    replaced = _mask_former(tx, row.id, command.allowed)
    kinds = Counter(str(span.kind) for span in (*in_name, *in_body))
    entry_id = _write_down(tx, command.actor, "comment.masked", row, kinds)
    former = {"comment": str(row.id), "version": row.version + 1, "name": text.author_name, "body": text.body}
    payload = {**former, "kinds": dict(kinds), "replaced": replaced}
    undo_id = remember_undo(tx, entry_id=entry_id, kind=MASK_KIND, payload=payload, window=command.undo_window)
    return replace(unchanged(row), version=row.version + 1, undo_id=undo_id)


def undo_deed(tx: Tx, command: UndoDecision) -> Decided:
    """Take back whatever the record is of: a decision or a mask.

    Raises:
        NotFound: `unknown_undo`, `unknown_comment`.
        Refused: `section_required`.
        Conflict: `already_undone`, `undo_expired`; `stale_version` when the comment was changed since.
    """
    kind = tx.execute(_KIND, {"site": tx.site, "undo": command.undo_id}).scalar()
    return _undo_mask(tx, command) if kind == MASK_KIND else undo_decision(tx, command)


def _undo_mask(tx: Tx, command: UndoDecision) -> Decided:
    former = take_undo(tx, command.undo_id, by=command.actor.id).payload
    row = fetch_seen(tx, UUID(former["comment"]), former["version"], command.actor)
    _retype(tx, row, name=former["name"], body=former["body"])
    for number, body in former["replaced"].items():
        tx.execute(_RETYPE_FORMER, {"site": tx.site, "comment": row.id, "number": int(number), "text": body})
    _write_down(tx, command.actor, "comment.unmasked", row, former["kinds"])
    return replace(unchanged(row), version=row.version + 1)


def _text(tx: Tx, comment_id: UUID) -> Any:  # noqa: ANN401  (a row of `_TEXT`)
    return tx.execute(_TEXT, {"site": tx.site, "comment": comment_id}).one()


def _retype(tx: Tx, row: Any, *, name: str, body: str) -> None:  # noqa: ANN401
    renew_bands(tx, _text(tx, row.id), body)
    values = {"name": name, "text": body, "hash": body_hash(body)}
    tx.execute(_RETYPE, {"site": tx.site, "comment": row.id, **values})
    index_comment(tx, row.id, indexed(name, body))
    if is_public(Status(row.status)):
        tx.touch(str(row.page_id))
        tx.touch(RECENT)
        tx.emit(CommentMasked(**tx.event_fields(), page_id=row.page_id, comment_id=row.id))


def _mask_former(tx: Tx, comment_id: UUID, allowed: frozenset[str]) -> dict[str, str]:
    """Mask the texts that its author has replaced as well; what they were, by version."""
    found = {}
    for former in tx.execute(_FORMER, {"site": tx.site, "comment": comment_id}).all():
        spans = find(former.body, allowed)
        if spans:
            found[str(former.version)] = former.body
            values = {"number": former.version, "text": mask(former.body, spans)}
            tx.execute(_RETYPE_FORMER, {"site": tx.site, "comment": comment_id, **values})
    return found


def _write_down(tx: Tx, actor: DeskUser, action: str, row: Any, kinds: "Counter[str] | dict[str, int]") -> UUID:  # noqa: ANN401
    deed = Record(
        actor=actor,
        action=action,
        subject_kind="comment",
        subject_id=str(row.id),
        after=dict(kinds),
        section=row.section,
    )
    return record(tx, deed)
