"""What is done to a page as a whole: told anew, renamed, withdrawn, restored. Each can be undone for a while.

A page that is renamed keeps its id, and with it everything under it. The id of its new key becomes an alias: a row that
says `moved_to`. So what was saved under either name goes on reading and writing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update

from engagement_widgets.comments.counters import RECENT, move_section
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.events import PageChanged
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record, remember_undo, take_undo
from engagement_widgets.pages.reference import page_id as id_of
from engagement_widgets.pages.states import TOPIC
from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.tables import tallies
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

UNDO_KIND: Final = "page"
SUBJECT: Final = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDeed:
    """About a page.

    Attributes:
        page_id: its id, or that of an alias.
        actor: who does it.
        changes: of `key`, `url`, `title`, `section`, checked by `pages.reference`; only those that change.
        why: for the journal.
        undo_window: for how long it can be undone.
    """

    page_id: UUID
    actor: DeskUser
    changes: Mapping[str, str] = field(default_factory=dict)
    why: str | None = None
    undo_window: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPage:
    """Take back what was done to a page."""

    undo_id: UUID
    actor: DeskUser


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStanding:
    """A page as it stands now. `undo_id` takes back what has just been done, None when nothing has changed."""

    page_id: UUID
    key: str
    url: str
    title: str
    section: str
    withdrawn_at: datetime | None
    undo_id: UUID | None = None


_TOLD: Final = ("key", "url", "title", "section")
_HERE = pages.c.site_id == bindparam("site")
_LOCK = select(pages).where(_HERE, pages.c.id == bindparam("page")).with_for_update()
_FAMILY = (
    select(pages)
    .where(_HERE, or_(pages.c.id == bindparam("page"), pages.c.moved_to == bindparam("page")))
    .order_by(pages.c.id)
    .with_for_update()
)
_SET = (
    update(pages)
    .where(_HERE, pages.c.id == bindparam("page"))
    .values(
        {name: bindparam(f"new_{name}") for name in _TOLD}
        | {"withdrawn_at": bindparam("new_withdrawn_at", type_=Moment())}
    )
)
_SET_SECTIONS = tuple(  # of what is found by it
    update(table)
    .where(table.c.site_id == bindparam("site"), table.c.page_id == bindparam("page"))
    .values(section=bindparam("new_section"))
    for table in (comments, tallies)
)
_ALIAS = Upsert(lambda insert: insert(pages))


def update_page(tx: Tx, command: PageDeed) -> PageStanding:
    """Tell a page's address, title or section anew; no reference of an older article ever does.

    Raises:
        NotFound: `unknown_page`: nobody has written there, so that its next reference tells it anyway.
    """
    page = hold_page(tx, command.page_id)
    return _do(tx, command, "page.updated", page, {**_told(page), **command.changes})


def rename_page(tx: Tx, command: PageDeed) -> PageStanding:
    """Give a page another key, and whatever else is told; both keys lead to it from now on.

    Raises:
        NotFound: `unknown_page`.
        Conflict: `page_exists`: another page has been written on under this key.
    """
    page = hold_page(tx, command.page_id)
    key = command.changes["key"]
    alias = id_of(tx.site, key)
    family = {row["id"]: row for row in family_of(tx, page["id"])}
    if alias not in family and _row(tx, alias) is not None:
        raise Conflict("page_exists")
    if alias not in family:
        values = {**page, "id": alias, "key": _placeholder(alias), "moved_to": page["id"]}
        tx.execute(_ALIAS[tx.dialect], values)
        family[alias] = values
    return _do(tx, command, "page.renamed", page, {**_told(page), **command.changes}, tuple(family.values()))


def withdraw_page(tx: Tx, command: PageDeed) -> PageStanding:
    """Make a page and all it carries vanish from everything public, until it is restored. Nothing is deleted.

    Raises:
        NotFound: `unknown_page`.
    """
    page = hold_page(tx, command.page_id)
    at = page["withdrawn_at"] or tx.now
    return _do(tx, command, "page.withdrawn", page, {**_told(page), "withdrawn_at": at})


def restore_page(tx: Tx, command: PageDeed) -> PageStanding:
    """Bring back a page that was withdrawn, exactly as it was.

    Raises:
        NotFound: `unknown_page`.
    """
    page = hold_page(tx, command.page_id)
    return _do(tx, command, "page.restored", page, {**_told(page), "withdrawn_at": None})


def undo_page(tx: Tx, command: UndoPage) -> PageStanding:
    """Tell a page as it was before. An alias stays: nothing that was saved under it is lost.

    Raises:
        NotFound: `unknown_undo`.
        Conflict: `already_undone`, `undo_expired`; `stale_page` when something else was done to it since.
    """
    undo = take_undo(tx, command.undo_id, by=command.actor.id)
    if undo.kind != UNDO_KIND:
        raise NotFound("unknown_undo")
    page = hold_page(tx, UUID(undo.payload["page"]))
    if _json(_told(page)) != undo.payload["after"]:
        raise Conflict("stale_page")
    before = undo.payload["before"]
    at = before["withdrawn_at"]
    then = {**before, "withdrawn_at": datetime.fromisoformat(at) if at else None}
    deed = PageDeed(page_id=page["id"], actor=command.actor)
    return _do(tx, deed, "page.undone", page, then, family_of(tx, page["id"]), undoable=False)


def hold_page(tx: Tx, page_id: UUID) -> Mapping[str, Any]:
    """The row of the page that an id stands for, held until the end of the unit.

    Raises:
        NotFound: `unknown_page`.
    """
    row = _row(tx, page_id)
    if row is not None and row["moved_to"] is not None:
        row = _row(tx, row["moved_to"])
    if row is None:
        raise NotFound("unknown_page")
    return row


def _row(tx: Tx, page_id: UUID) -> Mapping[str, Any] | None:
    row = tx.execute(_LOCK, {"site": tx.site, "page": page_id}).mappings().first()
    return None if row is None else dict(row)


def family_of(tx: Tx, page_id: UUID) -> tuple[Mapping[str, Any], ...]:
    """The page and its aliases."""
    return tuple(dict(row) for row in tx.execute(_FAMILY, {"site": tx.site, "page": page_id}).mappings())


def _told(page: Mapping[str, Any]) -> dict[str, Any]:
    return {name: page[name] for name in (*_TOLD, "withdrawn_at")}


def _do(
    tx: Tx,
    command: PageDeed,
    action: str,
    page: Mapping[str, Any],
    after: Mapping[str, Any],
    family: tuple[Mapping[str, Any], ...] = (),
    *,
    undoable: bool = True,
) -> PageStanding:
    before = _told(page)
    if after == before:
        return standing_of({"id": page["id"], **after})
    _store(tx, page, after, family)
    deed = Record(
        actor=command.actor,
        action=action,
        subject_kind=SUBJECT,
        subject_id=str(page["id"]),
        before=_json(before),
        after=_json(after),
        why=command.why,
    )
    entry_id = record(tx, deed)
    undo_id = None
    if undoable:
        payload = {"page": str(page["id"]), "before": _json(before), "after": _json(after)}
        undo_id = remember_undo(tx, entry_id=entry_id, kind=UNDO_KIND, payload=payload, window=command.undo_window)
    _tell(tx, page, after)
    return standing_of({"id": page["id"], **after}, undo_id)


def _store(tx: Tx, page: Mapping[str, Any], after: Mapping[str, Any], family: tuple[Mapping[str, Any], ...]) -> None:
    """Write the row. Whichever alias holds the new key takes the old one: each key stands in one row."""
    holder = next((row for row in family if _holds(tx, row, page, after["key"])), None)
    if holder is not None:
        _set(tx, holder["id"], {**_told(holder), "key": _placeholder(holder["id"])})
    _set(tx, page["id"], after)
    if holder is not None:
        _set(tx, holder["id"], {**_told(holder), "key": page["key"], "url": page["url"]})
    if after["section"] != page["section"]:
        move_section(tx, page["id"], after["section"])
        for statement in _SET_SECTIONS:
            tx.execute(statement, {"site": tx.site, "page": page["id"], "new_section": after["section"]})


def _holds(tx: Tx, row: Mapping[str, Any], page: Mapping[str, Any], key: str) -> bool:
    """Whether an alias has this key, or was made for it just now."""
    if row["id"] == page["id"] or key == page["key"]:
        return False
    made_for_it = row["key"] == _placeholder(row["id"]) and row["id"] == id_of(tx.site, key)
    return bool(row["key"] == key or made_for_it)


def _set(tx: Tx, page_id: UUID, told: Mapping[str, Any]) -> None:
    tx.execute(_SET, {"site": tx.site, "page": page_id, **{f"new_{name}": value for name, value in told.items()}})


def _tell(tx: Tx, page: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Make everything old that shows this page under any of its names."""
    tx.touch(TOPIC)
    tx.touch(RECENT)
    former = page["url"] if after["url"] != page["url"] else ""
    tell_family(tx, [row["id"] for row in family_of(tx, page["id"])], former)


def tell_family(tx: Tx, page_ids: Iterable[UUID], former_url: str = "") -> None:
    """Make whatever shows these pages old, under their own ids or as aliases."""
    for page_id in page_ids:
        tx.touch(str(page_id))
        tx.emit(PageChanged(**tx.event_fields(), page_id=page_id, former_url=former_url))


def standing_of(page: Mapping[str, Any], undo_id: UUID | None = None) -> PageStanding:
    """A page's row as its callers see it."""
    return PageStanding(page_id=page["id"], undo_id=undo_id, **_told(page))


def _placeholder(page_id: UUID) -> str:
    return f"\x7f{page_id}"  # no key has control characters


def _json(told: Mapping[str, Any]) -> dict[str, Any]:
    at = told["withdrawn_at"]
    return {**told, "withdrawn_at": at.isoformat() if at else None}
