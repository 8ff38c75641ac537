"""Rows of pages as the desk's deeds hold, look at and write them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update

from engagement_widgets.comments.counters import RECENT, move_section
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.events import PageChanged
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.reach import require_section
from engagement_widgets.pages.reference import page_id as id_of
from engagement_widgets.pages.states import TOPIC
from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.tables import tallies
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

PageFields = Mapping[str, Any]
"""A page's row, or what is told of it, by the names of its columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStanding:
    """A page as it stands now. `undo_id` takes back what has just been done, None when nothing has changed."""

    page_id: UUID
    key: str
    url: str
    title: str
    section: str
    withdrawn_at: datetime | None
    deleted_at: datetime | None
    comments_closed_at: datetime | None
    undo_id: UUID | None = None


SUBJECT: Final = "page"
UNDO_KIND: Final = "page"
WORDS: Final = ("key", "url", "title", "section")
MOMENTS: Final = ("withdrawn_at", "deleted_at")
_SEEN: Final = (*WORDS, *MOMENTS, "comments_closed_at", "moved_to")
_STAMP_LENGTH: Final = 16
_HERE = pages.c.site_id == bindparam("site")
_LOCK = select(pages).where(_HERE, pages.c.id == bindparam("page"), pages.c.purged_at.is_(None)).with_for_update()
_IS_THERE = select(pages.c.id).where(_HERE, pages.c.id == bindparam("page"))
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
        {name: bindparam(f"new_{name}") for name in WORDS}
        | {name: bindparam(f"new_{name}", type_=Moment()) for name in MOMENTS}
    )
)
_SET_SECTIONS = tuple(  # of what is found by it
    update(table)
    .where(table.c.site_id == bindparam("site"), table.c.page_id == bindparam("page"))
    .values(section=bindparam("new_section"))
    for table in (comments, tallies)
)


def hold_page(tx: Tx, page_id: UUID) -> PageFields:
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


def look(actor: DeskUser, page: PageFields, seen: str | None = None) -> None:
    """Stop whoever has nothing to do with a page, or saw it as it is no longer.

    Raises:
        Refused: `section_required`.
        Conflict: `stale_page`.
    """
    require_section(actor, page["section"])
    if seen is not None and seen != stamp_of(page):
        raise Conflict("stale_page")


def stamp_of(page: PageFields) -> str:
    """What tells one standing of a page from another: forms carry it, so that none is sent about what has changed."""
    standing = json.dumps([str(page[name]) for name in _SEEN])
    return hashlib.sha256(standing.encode()).hexdigest()[:_STAMP_LENGTH]


def is_there(tx: Tx, page_id: UUID) -> bool:
    """Whether an id is taken, if only by an alias or by what was purged."""
    return tx.execute(_IS_THERE, {"site": tx.site, "page": page_id}).first() is not None


def family_of(tx: Tx, page_id: UUID) -> tuple[PageFields, ...]:
    """The page and its aliases, held until the end of the unit."""
    return tuple(dict(row) for row in tx.execute(_FAMILY, {"site": tx.site, "page": page_id}).mappings())


def told(page: PageFields) -> dict[str, Any]:
    """What a deed can change of a page."""
    return {name: page[name] for name in (*WORDS, *MOMENTS)}


def write_told(tx: Tx, page: PageFields, after: PageFields, family: tuple[PageFields, ...]) -> None:
    """Write the row. Whichever alias holds the new key takes the old one: each key stands in one row."""
    holder = next((row for row in family if _holds(tx, row, page, after["key"])), None)
    if holder is not None:
        _set(tx, holder["id"], {**told(holder), "key": placeholder(holder["id"])})
    _set(tx, page["id"], after)
    if holder is not None:
        _set(tx, holder["id"], {**told(holder), "key": page["key"], "url": page["url"]})
    if after["section"] != page["section"]:
        move_section(tx, page["id"], after["section"])
        for statement in _SET_SECTIONS:
            tx.execute(statement, {"site": tx.site, "page": page["id"], "new_section": after["section"]})


def tell(tx: Tx, page: PageFields, after: PageFields) -> None:
    """Make everything old that shows this page under any of its names."""
    former = {f"former_{name}": page[name] for name in ("url", "section") if after[name] != page[name]}
    tell_family(tx, [row["id"] for row in family_of(tx, page["id"])], former)


def tell_family(tx: Tx, page_ids: Iterable[UUID], former: Mapping[str, str] = MappingProxyType({})) -> None:
    """Make whatever shows these pages old, under their own ids or as aliases; `former` goes into their events."""
    tx.touch(TOPIC)
    tx.touch(RECENT)
    for page_id in page_ids:
        tx.touch(str(page_id))
        tx.emit(PageChanged(**tx.event_fields(), page_id=page_id, **former))


def standing_of(page: PageFields, undo_id: UUID | None = None) -> PageStanding:
    """A page's row as its callers see it."""
    closed_at = page["comments_closed_at"]
    return PageStanding(page_id=page["id"], comments_closed_at=closed_at, undo_id=undo_id, **told(page))


def placeholder(page_id: UUID) -> str:
    """The key of a row that has none: no real key has control characters."""
    return f"\x7f{page_id}"


def as_json(fields: PageFields) -> dict[str, Any]:
    """What is told of a page, as the journal keeps it."""
    return {**fields, **{name: at.isoformat() if (at := fields[name]) else None for name in MOMENTS}}


def from_json(kept: PageFields) -> dict[str, Any]:
    """What the journal keeps, as the row has it; what a release before did not keep is left out."""
    moments = {name: datetime.fromisoformat(at) if (at := kept[name]) else None for name in MOMENTS if name in kept}
    return {**kept, **moments}


def _row(tx: Tx, page_id: UUID) -> PageFields | None:
    row = tx.execute(_LOCK, {"site": tx.site, "page": page_id}).mappings().first()
    return None if row is None else dict(row)


def _holds(tx: Tx, row: PageFields, page: PageFields, key: str) -> bool:
    """Whether an alias has this key, or was made for it just now."""
    if row["id"] == page["id"] or key == page["key"]:
        return False
    made_for_it = row["key"] == placeholder(row["id"]) and row["id"] == id_of(tx.site, key)
    return bool(row["key"] == key or made_for_it)


def _set(tx: Tx, page_id: UUID, fields: PageFields) -> None:
    tx.execute(_SET, {"site": tx.site, "page": page_id, **{f"new_{name}": value for name, value in fields.items()}})
