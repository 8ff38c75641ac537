"""Page rows: created by the first accepted write, never changed by a later reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select

from engagement_widgets.errors import NotFound
from engagement_widgets.hooks import Page
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """A page that has been written to. `comments_closed_at`: since when the desk has closed it for comments."""

    id: UUID
    page: Page
    created_at: datetime
    comments_closed_at: datetime | None = None


# PostgreSQL holds the row as a foreign key does: whoever renames or withdraws the page waits, or is waited for.
_ENTER = (
    select(pages.c.moved_to, pages.c.withdrawn_at)
    .where(pages.c.site_id == bindparam("site"), pages.c.id == bindparam("page_id"))
    .with_for_update(read=True, key_share=True)
)
_FIND = select(pages).where(pages.c.site_id == bindparam("site"), pages.c.id == bindparam("page_id"))
_FIND_MANY = select(pages).where(
    pages.c.site_id == bindparam("site"), pages.c.id.in_(bindparam("page_ids", expanding=True))
)
_SECTIONS = (
    select(pages.c.section)
    .distinct()
    .where(pages.c.site_id == bindparam("site"), pages.c.section != "")
    .order_by(pages.c.section)
)
_INSERT = Upsert(lambda insert: insert(pages).on_conflict_do_nothing().returning(pages.c.id))


def ensure_page(tx: Tx, page: Page) -> UUID:
    """The id of the row to write under, made now if nobody has written here before.

    Raises:
        NotFound: `page_withdrawn`.
    """
    identity = page_id(tx.site, page.key)
    found = enter_page(tx, identity)
    if found is not None:
        return found
    row = {
        "site_id": tx.site,
        "id": identity,
        "key": page.key,
        "url": page.url,
        "title": page.title,
        "section": page.section,
        "locale": page.locale,
        "created_at": tx.now,
        "published_at": page.published_at,
    }
    if tx.execute(_INSERT[tx.dialect], row).first() is None:  # made by somebody else meanwhile, perhaps as an alias
        return enter_page(tx, identity) or identity
    return identity


def enter_page(tx: Tx, identity: UUID) -> UUID | None:
    """The page that an id stands for now, held against whoever renames, merges or withdraws it; None without a row.

    Raises:
        NotFound: `page_withdrawn`.
    """
    row = tx.execute(_ENTER, {"site": tx.site, "page_id": identity}).first()
    if row is not None and row.moved_to is not None:
        return enter_page(tx, row.moved_to)
    if row is not None and row.withdrawn_at is not None:
        raise NotFound("page_withdrawn")
    return None if row is None else identity


def find_page(tx: Tx, identity: UUID) -> PageRow | None:
    """The row of a page, or None while nobody has written there."""
    row = tx.execute(_FIND, {"site": tx.site, "page_id": identity}).mappings().first()
    return None if row is None else _page_row(row)


def section_of(tx: Tx, identity: UUID) -> str:
    """The *chuyên mục* of a page; "" for one without, and while nobody has written there."""
    row = tx.execute(_FIND, {"site": tx.site, "page_id": identity}).first()
    return "" if row is None else str(row.section)


def known_sections(tx: Tx, command: None = None) -> tuple[str, ...]:
    """The sections of all pages that have been written on, "" left out, in alphabetical order."""
    del command
    return tuple(tx.execute(_SECTIONS, {"site": tx.site}).scalars())


def find_pages(tx: Tx, identities: Sequence[UUID]) -> dict[UUID, PageRow]:
    """The rows of many pages in one statement; a page nobody has written on is not in the answer."""
    rows = tx.execute(_FIND_MANY, {"site": tx.site, "page_ids": identities}).mappings() if identities else ()
    return {row["id"]: _page_row(row) for row in rows}


def _page_row(row: RowMapping) -> PageRow:
    page = Page(
        key=row["key"],
        url=row["url"],
        title=row["title"],
        section=row["section"],
        locale=row["locale"],
        published_at=row["published_at"],
    )
    return PageRow(id=row["id"], page=page, created_at=row["created_at"], comments_closed_at=row["comments_closed_at"])
