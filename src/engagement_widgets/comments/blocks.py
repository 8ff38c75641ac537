"""Blocks (*chặn*): by host user, reader, e-mail or address, to refuse every comment or to hold it; never silently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, delete, or_, select

from engagement_widgets.comments.fields import normal_email
from engagement_widgets.comments.rules.tables import blocks
from engagement_widgets.comments.states import Effect
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import Conflict, FieldError, Invalid, NotFound
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record, remember_undo, take_undo
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

UNDO_KIND: Final = "comment_block"
ADDRESS_DAYS: Final = 30
"""The longest block of an address: its hash is kept no longer, and behind it other people come and go."""


class By(StrEnum):
    """What of a comment's author is blocked."""

    READER = "reader"
    EMAIL = "email"
    ADDRESS = "address"


_PREFIXES: Final[Mapping[str, str]] = {"u": "user", "r": "reader", "e": "email", "a": "address"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom a block is for: the author of a comment, `by` one of their marks; or an e-mail, or a host user's id."""

    comment_id: UUID | None = None
    by: By = By.READER
    email: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockWriter:
    """A block to set; one that stands for the same subject is replaced. `until` is aware, or None for no end."""

    target: Target
    effect: Effect
    until: datetime | None
    note: str
    actor: DeskUser
    undo_window: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftBlock:
    """A block to end."""

    block_id: UUID
    actor: DeskUser
    undo_window: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoBlock:
    """Take the setting or the lifting of a block back."""

    undo_id: UUID
    actor: DeskUser


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block as it stands. `kind` is `user`, `reader`, `email` or `address`; a hash is no `value` for people."""

    id: UUID
    kind: str
    value: str
    effect: Effect
    until: datetime | None
    note: str
    set_at: datetime
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockChanged:
    """What became of a block: None when it is gone."""

    block: Block | None
    undo_id: UUID | None


_AUTHOR = select(comments.c.reader, comments.c.author_email, comments.c.address_hash, comments.c.is_staff).where(
    comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment")
)
_ALL = select(blocks).where(blocks.c.site_id == bindparam("site")).order_by(blocks.c.set_at.desc(), blocks.c.id)
_OF_SUBJECTS = _ALL.where(
    blocks.c.subject.in_(bindparam("subjects", expanding=True)),
    or_(blocks.c.until.is_(None), blocks.c.until > bindparam("now", type_=Moment())),
)
_BY_ID = select(blocks).where(blocks.c.site_id == bindparam("site"), blocks.c.id == bindparam("block"))
_BY_SUBJECT = select(blocks).where(blocks.c.site_id == bindparam("site"), blocks.c.subject == bindparam("subject"))
_DROP = delete(blocks).where(blocks.c.site_id == bindparam("site"), blocks.c.subject == bindparam("subject"))
_STORE = Upsert(
    lambda insert: (row := insert(blocks)).on_conflict_do_update(
        index_elements=["site_id", "subject"],
        set_={name: row.excluded[name] for name in ("id", "effect", "until", "note", "set_at", "set_by")},
    )
)


def list_blocks(tx: Tx, command: None = None) -> tuple[Block, ...]:
    """Every block, newest first, those included whose end has come: they hold nothing any more."""
    del command
    return tuple(map(_block, tx.execute(_ALL, {"site": tx.site}).mappings()))


def blocks_of(tx: Tx, subjects: Sequence[str]) -> tuple[Block, ...]:
    """The blocks that hold now for any of these marks (`u:`, `r:`, `e:`, `a:`), newest first."""
    rows = tx.execute(_OF_SUBJECTS, {"site": tx.site, "subjects": list(subjects), "now": tx.now}).mappings()
    return tuple(map(_block, rows))


def block_writer(tx: Tx, command: BlockWriter) -> BlockChanged:
    """Set a block; it counts from the next comment on.

    Raises:
        NotFound: `unknown_comment`.
        Conflict: `staff_not_blocked`.
        Invalid: `not_known` of `by`, a mark that the comment does not have; `required`; `not_future` and
            `block_too_long` of `until`.
    """
    subject = _subject(tx, command.target)
    _check_end(tx, subject, command.until)
    before = _of_subject(tx, subject)
    row = {
        "site_id": tx.site,
        "subject": subject,
        "id": tx.new_id(),
        "effect": command.effect.value,
        "until": command.until,
        "note": command.note,
        "set_at": tx.now,
        "set_by": command.actor.name[:255],
    }
    tx.execute(_STORE[tx.dialect], row)
    return _changed(tx, command.actor, "block.set", subject, before, undo_window=command.undo_window)


def lift_block(tx: Tx, command: LiftBlock) -> BlockChanged:
    """End a block.

    Raises:
        NotFound: `unknown_block`.
    """
    before = tx.execute(_BY_ID, {"site": tx.site, "block": command.block_id}).mappings().first()
    if before is None:
        raise NotFound("unknown_block")
    tx.execute(_DROP, {"site": tx.site, "subject": before["subject"]})
    return _changed(tx, command.actor, "block.lifted", before["subject"], before, undo_window=command.undo_window)


def undo_block(tx: Tx, command: UndoBlock) -> BlockChanged:
    """Put a subject back to where it stood.

    Raises:
        NotFound: `unknown_undo`.
        Conflict: `already_undone`, `undo_expired`; `stale_version` when it has been changed again since.
    """
    undo = take_undo(tx, command.undo_id, by=command.actor.id)
    if undo.kind != UNDO_KIND:
        raise NotFound("unknown_undo")
    subject = undo.payload["subject"]
    now = _of_subject(tx, subject)
    if (None if now is None else str(now["id"])) != undo.payload["after"]:
        raise Conflict("stale_version")
    kept = undo.payload["before"]
    if kept is None:
        tx.execute(_DROP, {"site": tx.site, "subject": subject})
    else:
        tx.execute(_STORE[tx.dialect], {"site_id": tx.site, "subject": subject, **_row_of(kept)})
    return _changed(tx, command.actor, "block.undone", subject, now, undo_window=None)


def _changed(
    tx: Tx, actor: DeskUser, action: str, subject: str, before: RowMapping | None, *, undo_window: timedelta | None
) -> BlockChanged:
    after = _of_subject(tx, subject)
    deed = Record(
        actor=actor,
        action=action,
        subject_kind="block",
        subject_id=str((after or before or {"id": ""})["id"]),
        before=None if before is None else _told(before),
        after=None if after is None else _told(after),
        why=None if after is None else after["note"] or None,
    )
    entry_id = record(tx, deed)
    undo_id = None
    if undo_window is not None:
        payload = {
            "subject": subject,
            "before": None if before is None else _kept(before),
            "after": None if after is None else str(after["id"]),
        }
        undo_id = remember_undo(tx, entry_id=entry_id, kind=UNDO_KIND, payload=payload, window=undo_window)
    return BlockChanged(block=None if after is None else _block(after), undo_id=undo_id)


def _subject(tx: Tx, target: Target) -> str:
    if target.email:
        return f"e:{normal_email(target.email)}"
    if target.user:
        return f"u:{target.user}"
    if target.comment_id is None:
        raise Invalid([FieldError("comment", "required")])
    row = tx.execute(_AUTHOR, {"site": tx.site, "comment": target.comment_id}).first()
    if row is None:
        raise NotFound("unknown_comment")
    if row.is_staff:
        raise Conflict("staff_not_blocked")
    if target.by is By.READER:
        return str(row.reader)
    value = row.author_email and normal_email(row.author_email) if target.by is By.EMAIL else row.address_hash
    if value is None:
        raise Invalid([FieldError("by", "not_known")])
    return f"{target.by.value[0]}:{value}"


def _check_end(tx: Tx, subject: str, until: datetime | None) -> None:
    if until is not None and until <= tx.now:
        raise Invalid([FieldError("until", "not_future")])
    if subject.startswith("a:") and (until is None or until > tx.now + timedelta(days=ADDRESS_DAYS)):
        raise Invalid([FieldError("until", "block_too_long", {"days": ADDRESS_DAYS})])


def _of_subject(tx: Tx, subject: str) -> RowMapping | None:
    return tx.execute(_BY_SUBJECT, {"site": tx.site, "subject": subject}).mappings().first()


def _block(row: RowMapping) -> Block:
    mark, _, value = row["subject"].partition(":")
    return Block(
        id=row["id"],
        kind=_PREFIXES[mark],
        value=value,
        effect=Effect(row["effect"]),
        until=row["until"],
        note=row["note"],
        set_at=row["set_at"],
        set_by=row["set_by"],
    )


def _told(row: RowMapping) -> dict[str, Any]:
    """For the journal, which is never erased: what kind of mark, not which."""
    until = row["until"]
    return {
        "by": _PREFIXES[row["subject"].partition(":")[0]],
        "effect": row["effect"],
        "until": None if until is None else until.isoformat(),
    }


def _kept(row: RowMapping) -> dict[str, Any]:
    names = ("effect", "note", "set_by")
    moments = {name: None if row[name] is None else row[name].isoformat() for name in ("until", "set_at")}
    return {"id": str(row["id"]), **{name: row[name] for name in names}, **moments}


def _row_of(kept: Mapping[str, Any]) -> dict[str, Any]:
    moments = {name: None if kept[name] is None else datetime.fromisoformat(kept[name]) for name in ("until", "set_at")}
    return {**kept, "id": UUID(kept["id"]), **moments}
