"""Private notes (*ghi chú nội bộ*) about who wrote a comment: for colleagues at the desk, never for the public."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from engagement_widgets.comments.decisions import lock_comment
from engagement_widgets.desk.tables import author_notes
from engagement_widgets.errors import FieldError, Invalid, NotFound, Refused
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.journal.reach import require_section
from engagement_widgets.journal.service import Record, record
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note as it stands. `writer` is the id of who wrote it."""

    id: UUID
    body: str
    written_at: datetime
    writer: str
    writer_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote:
    """A note about the author of a comment; `body` is parsed by `comments.fields.NOTE`."""

    comment_id: UUID
    body: str
    actor: DeskUser


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveNote:
    """A note about the author of a comment to take away."""

    comment_id: UUID
    note_id: UUID
    actor: DeskUser


_COLUMNS = [author_notes.c[name] for name in Note.__dataclass_fields__]
_ABOUT = (
    select(*_COLUMNS)
    .where(author_notes.c.site_id == bindparam("site"), author_notes.c.reader == bindparam("reader"))
    .order_by(author_notes.c.id.desc())
)
_INSERT = insert(author_notes)
_DELETE = delete(author_notes).where(
    author_notes.c.site_id == bindparam("site"), author_notes.c.id == bindparam("note")
)


def notes_about(tx: Tx, reader: str) -> tuple[Note, ...]:
    """Every note about who writes under this mark, the latest first."""
    rows = tx.execute(_ABOUT, {"site": tx.site, "reader": reader}).mappings()
    return tuple(Note(**row) for row in rows)


def add_note(tx: Tx, command: AddNote) -> Note:
    """Write a note down. The journal says that there is one, not what it says: it keeps everything for good.

    Raises:
        NotFound: `unknown_comment`.
        Refused: `section_required`.
        Invalid: `required` at `note`.
    """
    comment = lock_comment(tx, command.comment_id)
    require_section(command.actor, comment.section)
    if not command.body:
        raise Invalid([FieldError("note", "required")])
    row = {
        "site_id": tx.site,
        "id": tx.new_id(),
        "reader": comment.reader,
        "body": command.body,
        "written_at": tx.now,
        "writer": command.actor.id[:255],
        "writer_name": command.actor.name[:255],
    }
    tx.execute(_INSERT, row)
    _write_down(tx, command.actor, "author.noted", command.comment_id, comment.section)
    return Note(**{name: row[name] for name in Note.__dataclass_fields__})


def remove_note(tx: Tx, command: RemoveNote) -> None:
    """Take a note away: one's own, or as an admin anybody's.

    Raises:
        NotFound: `unknown_comment`; `unknown_note`: not about this author.
        Refused: `section_required`; `role_required` for a colleague's.
    """
    comment = lock_comment(tx, command.comment_id)
    require_section(command.actor, comment.section)
    note = next((note for note in notes_about(tx, comment.reader) if note.id == command.note_id), None)
    if note is None:
        raise NotFound("unknown_note")
    if note.writer != command.actor.id and command.actor.role is not Role.ADMIN:
        raise Refused("role_required")
    tx.execute(_DELETE, {"site": tx.site, "note": note.id})
    _write_down(tx, command.actor, "author.note_removed", command.comment_id, comment.section)


def _write_down(tx: Tx, actor: DeskUser, action: str, comment_id: UUID, section: str) -> None:
    deed = Record(actor=actor, action=action, subject_kind="comment", subject_id=str(comment_id), section=section)
    record(tx, deed)
