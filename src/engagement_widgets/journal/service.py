"""Who did what, when and why: written in the transaction of the deed itself, never changed afterwards.

Undo records sit beside the journal: what a decision changed, kept until its window closes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Text, bindparam, cast, delete, desc, insert, or_, select, tuple_, update

from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.tables import entries, undo_records
from engagement_widgets.kernel.ids import first_id
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

JsonObject: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A deed to write down.

    Attributes:
        actor: the person; a deed of the system itself names `SYSTEM`.
        action: stable code, such as `comment.approved`.
        subject_kind: `comment`, `link`, `account` …
        subject_id: the subject's id as text, at most 64 characters.
        before: what it was, as JSON; None when it did not exist.
        after: what it is now; None when it is gone.
        why: the reason given, in the person's words.
        section: the *chuyên mục* it is about; None for what concerns the whole site.
    """

    actor: DeskUser
    action: str
    subject_kind: str
    subject_id: str
    before: JsonObject | None = None
    after: JsonObject | None = None
    why: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A journal entry as read back."""

    id: UUID
    at: datetime
    actor: str
    actor_name: str
    action: str
    subject_kind: str
    subject_id: str
    before: JsonObject | None
    after: JsonObject | None
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesQuery:
    """Which entries, newest first.

    Attributes:
        size: entries at most.
        before_id: the entry that the page comes after.
        subject: kind and id of what alone they are about.
        viewer: only what this person may see, which is everything but for people limited to sections; None for all.
        kind: of these actions alone: what stands before the action's dot, such as `comment`.
        words: in the actor's name, the reason, or what changed; case does not matter on SQLite for ASCII alone.
        since: from this moment on.
        until: before this moment.
    """

    size: int
    before_id: UUID | None = None
    subject: tuple[str, str] | None = None
    viewer: DeskUser | None = None
    kind: str | None = None
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRecord:
    """What one decision changed. `payload` is the deciding service's own."""

    id: UUID
    entry_id: UUID
    kind: str
    payload: JsonObject
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenUndo:
    """An undo record that can still be used."""

    id: UUID
    expires_at: datetime


SYSTEM = DeskUser(id="system", name="engagement_widgets")

_INSERT_ENTRY = insert(entries)
_INSERT_UNDO = insert(undo_records)
_ENTRIES = select(entries).where(entries.c.site_id == bindparam("site")).order_by(desc(entries.c.id))
_UNDO = select(undo_records).where(
    undo_records.c.site_id == bindparam("site"), undo_records.c.id == bindparam("undo_id")
)
_OPEN_UNDO = select(undo_records.c.id, undo_records.c.expires_at).where(
    undo_records.c.site_id == bindparam("site"),
    undo_records.c.entry_id == bindparam("entry"),
    undo_records.c.kind == bindparam("kind"),
    undo_records.c.undone_at.is_(None),
    undo_records.c.expires_at > bindparam("now", type_=Moment()),
)
_TAKE_UNDO = (
    update(undo_records)
    .where(
        undo_records.c.site_id == bindparam("site"),
        undo_records.c.id == bindparam("undo_id"),
        undo_records.c.undone_at.is_(None),
    )
    .values(undone_at=bindparam("at"), undone_by=bindparam("by"))
)

_DROP_UNDOS = delete(undo_records).where(
    undo_records.c.site_id == bindparam("site"),
    undo_records.c.entry_id.in_(
        select(entries.c.id).where(
            entries.c.site_id == bindparam("site"),
            entries.c.subject_kind == bindparam("kind"),
            entries.c.subject_id.in_(bindparam("subjects", type_=Text(), expanding=True)),
        )
    ),
)


def record(tx: Tx, deed: Record) -> UUID:
    """Write one entry and return its id."""
    entry_id = tx.new_id()
    tx.execute(
        _INSERT_ENTRY,
        {
            "site_id": tx.site,
            "id": entry_id,
            "at": tx.now,
            "actor": deed.actor.id,
            "actor_name": deed.actor.name,
            "action": deed.action,
            "subject_kind": deed.subject_kind,
            "subject_id": deed.subject_id,
            "before": deed.before,
            "after": deed.after,
            "why": deed.why,
            "section": deed.section,
        },
    )
    return entry_id


def read_entries(tx: Tx, query: EntriesQuery) -> tuple[Entry, ...]:
    """The journal, newest first. Ids are time-ordered, so the id alone is the cursor and the span of time."""
    wanted = [*_place(query), *_narrowed(query)]
    rows = tx.execute(_ENTRIES.where(*wanted).limit(query.size), {"site": tx.site}).mappings()
    names = Entry.__dataclass_fields__
    return tuple(Entry(**{name: row[name] for name in names}) for row in rows)


def _place(query: EntriesQuery) -> "Iterator[ColumnElement[bool]]":
    if query.before_id is not None:
        yield entries.c.id < query.before_id
    if query.since is not None:
        yield entries.c.id >= first_id(query.since)
    if query.until is not None:
        yield entries.c.id < first_id(query.until)


def _narrowed(query: EntriesQuery) -> "Iterator[ColumnElement[bool]]":
    if query.subject is not None:
        yield tuple_(entries.c.subject_kind, entries.c.subject_id) == tuple_(*query.subject)
    if query.viewer is not None and query.viewer.sections is not None:
        own = entries.c.actor == query.viewer.id
        yield or_(own, entries.c.section.in_(sorted(query.viewer.sections)))
    if query.kind is not None:
        yield entries.c.action.startswith(f"{query.kind}.", autoescape=True)
    if query.words:
        told = (entries.c.actor_name, entries.c.why, cast(entries.c.before, Text), cast(entries.c.after, Text))
        yield or_(*(column.icontains(query.words, autoescape=True) for column in told))


def remember_undo(tx: Tx, *, entry_id: UUID, kind: str, payload: JsonObject, window: timedelta) -> UUID:
    """Keep what a decision changed so that it can be undone within `window`."""
    undo_id = tx.new_id()
    tx.execute(
        _INSERT_UNDO,
        {
            "site_id": tx.site,
            "id": undo_id,
            "entry_id": entry_id,
            "kind": kind,
            "payload": payload,
            "expires_at": tx.now + window,
        },
    )
    return undo_id


def find_open_undo(tx: Tx, entry_id: UUID, *, kind: str) -> OpenUndo | None:
    """The way back from the deed of an entry, or None: never there, used, or too late."""
    key = {"site": tx.site, "entry": entry_id, "kind": kind, "now": tx.now}
    row = tx.execute(_OPEN_UNDO, key).first()
    return None if row is None else OpenUndo(id=row.id, expires_at=row.expires_at)


def take_undo(tx: Tx, undo_id: UUID, *, by: str) -> UndoRecord:
    """Claim an undo record for use; only one caller ever gets it.

    Raises:
        NotFound: `unknown_undo`.
        Conflict: `already_undone` or `undo_expired`.
    """
    row = tx.execute(_UNDO, {"site": tx.site, "undo_id": undo_id}).mappings().first()
    if row is None:
        raise NotFound("unknown_undo")
    if row["expires_at"] <= tx.now:
        raise Conflict("undo_expired")
    taken = tx.execute(_TAKE_UNDO, {"site": tx.site, "undo_id": undo_id, "at": tx.now, "by": by})
    if taken.rowcount != 1:
        raise Conflict("already_undone")
    return UndoRecord(
        id=row["id"],
        entry_id=row["entry_id"],
        kind=row["kind"],
        payload=row["payload"],
        expires_at=row["expires_at"],
    )


def drop_undos(tx: Tx, subject_kind: str, subject_ids: Sequence[UUID]) -> None:
    """Forget what deeds about these changed: nobody can take them back any more, and nothing is kept of it here."""
    key = {"site": tx.site, "kind": subject_kind, "subjects": [str(one) for one in subject_ids]}
    tx.execute(_DROP_UNDOS, key)
