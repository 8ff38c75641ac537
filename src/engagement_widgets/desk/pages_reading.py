"""What the desk asks the database about pages: the list, and one page with all it carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, Integer, RowMapping, String, Uuid, bindparam, case, desc, func, or_, select, tuple_

from engagement_widgets.comments.cases.freezing import FROZEN
from engagement_widgets.comments.counters import count_approved_of
from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.desk.page_rows import SUBJECT, UNDO_KIND, stamp_of
from engagement_widgets.errors import NotFound
from engagement_widgets.journal.service import EntriesQuery, Entry, OpenUndo, find_open_undo, read_entries
from engagement_widgets.kernel.text import fold
from engagement_widgets.pages.reference import page_id as id_of
from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.service import load_totals_of
from engagement_widgets.ratings.views import Totals
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

CHUNK: Final = 500
MOST_SEARCHED: Final = 5000
MOST_LINES: Final = 50
MOST_NAMES: Final = 20
MOST_SECTIONS: Final = 200

Key = tuple[datetime, UUID]


class State(StrEnum):
    """Where a page stands."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """A page in the list, with the figures of what it carries."""

    id: UUID
    key: str
    url: str
    title: str
    section: str
    created_at: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None
    deleted_at: datetime | None
    comments_closed_at: datetime | None
    state: State
    approved: int
    pending: int
    ratings: Totals

    @property
    def name(self) -> str:
        """Its title, or its key where it has none."""
        return self.title or self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesQuery:
    """Pages, the newest first: `size` of them after a key.

    Attributes:
        size: how many.
        after: the last one of the list before.
        words: in title, key or address, whatever the marks; "" for all.
        section: of this section only; None for all.
        state: in this state only; None for all.
        sections: those of the person who asks; None for all.
    """

    size: int
    after: Key | None = None
    words: str = ""
    section: str | None = None
    state: State | None = None
    sections: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesList:
    """One page of the list. `next` is where it goes on, None at the end; `searched` how many rows were looked at."""

    found: tuple[PageRow, ...]
    next: Key | None
    searched: int
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """Everything about one page, as of one moment.

    Attributes:
        page: the page.
        stamp: what forms carry, see `page_rows.stamp_of`.
        statuses: comments by status.
        names: keys that lead here too.
        has_open_case: what a purge waits for.
        entries: of the journal, the latest first, those of merged pages too.
        undo: the way back from the latest.
    """

    page: PageRow
    stamp: str
    statuses: Mapping[Status, int]
    names: tuple[str, ...]
    has_open_case: bool
    entries: tuple[Entry, ...]
    undo: OpenUndo | None


_SITE = pages.c.site_id == bindparam("site")
IS_PAGE = (pages.c.moved_to.is_(None), pages.c.purged_at.is_(None))
_STATE = case(
    (pages.c.deleted_at.is_not(None), State.DELETED.value),
    (pages.c.withdrawn_at.is_not(None), State.WITHDRAWN.value),
    (pages.c.comments_closed_at.is_not(None), State.CLOSED.value),
    else_=State.OPEN.value,
)
ROW = select(pages, _STATE.label("state")).where(_SITE)
_MINE = or_(bindparam("everywhere", type_=Boolean()), pages.c.section.in_(bindparam("mine", expanding=True)))
_LIST = (
    ROW.where(
        *IS_PAGE,
        _MINE,
        or_(bindparam("any_section", type_=Boolean()), pages.c.section == bindparam("of_section", type_=String())),
        or_(bindparam("any_state", type_=Boolean()), bindparam("in_state", type_=String()) == _STATE),
        tuple_(pages.c.created_at, pages.c.id)
        < tuple_(bindparam("at", type_=Moment()), bindparam("before", type_=Uuid())),
    )
    .order_by(desc(pages.c.created_at), desc(pages.c.id))
    .limit(bindparam("size", type_=Integer()))
)
_BEGINNING: Final[Key] = (datetime(9000, 1, 1, tzinfo=UTC), UUID(int=(1 << 128) - 1))
_ONE = ROW.where(pages.c.id == bindparam("page"))
_NAMES = (
    select(pages.c.id, pages.c.key)
    .where(_SITE, pages.c.moved_to == bindparam("page"))
    .order_by(pages.c.id)
    .limit(bindparam("size", type_=Integer()))
)
_SECTIONS = select(pages.c.section).where(_SITE, *IS_PAGE, _MINE).distinct().order_by(pages.c.section)
_WAITING = (
    select(comments.c.page_id, func.count().label("number"))
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.status == bindparam("waiting", type_=String(), literal_execute=True),
        comments.c.page_id.in_(bindparam("pages", expanding=True)),
    )
    .group_by(comments.c.page_id)
)
_HERE = (comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page"))
_STATUSES = select(comments.c.status, func.count().label("number")).where(*_HERE, IS_WHOLE).group_by(comments.c.status)
_FROZEN = select(comments.c.id).where(*_HERE, FROZEN).limit(bindparam("size", type_=Integer()))


def list_pages(tx: Tx, query: PagesQuery) -> PagesList:
    """One page of the list; a search begins with the page that the words are a key of, former ones too.

    Titles are compared folded, which no index knows: at most `MOST_SEARCHED` pages are looked through at a time, and
    the list goes on from there.
    """
    wanted = fold(query.words)
    named = _named(tx, query) if query.words and query.after is None else None
    found: list[RowMapping] = [] if named is None else [named]
    after, searched, last = query.after or _BEGINNING, 0, False
    while searched < MOST_SEARCHED and not last and len(found) <= query.size:
        size = CHUNK if wanted else query.size + 1
        chunk = tx.execute(_LIST, _filter(tx, query, after, size)).mappings().all()
        last = len(chunk) < size
        for row in chunk:
            if len(found) == query.size:
                return _listed(tx, query, found, after, searched)
            after, searched = (row["created_at"], row["id"]), searched + 1
            if not _is_named(row, named) and (not wanted or _has(row, query.words, wanted)):
                found.append(row)
    return _listed(tx, query, found, None if last else after, searched)


def page_facts(tx: Tx, page_id: UUID) -> PageFacts:
    """One page, or the page that an alias leads to.

    Raises:
        NotFound: `unknown_page`.
    """
    row = find_row(tx, page_id)
    if row is not None and row["moved_to"] is not None:
        return page_facts(tx, row["moved_to"])
    if row is None or row["purged_at"] is not None:
        raise NotFound("unknown_page")
    here = {"site": tx.site, "page": page_id}
    names = tx.execute(_NAMES, {**here, "size": MOST_NAMES}).all()
    entries = _entries(tx, [page_id, *(name.id for name in names)])
    counted = {Status(one.status): one.number for one in tx.execute(_STATUSES, here)}
    return PageFacts(
        page=_rows(tx, [row])[0],
        stamp=stamp_of(dict(row)),
        statuses={status: counted.get(status, 0) for status in Status},
        names=tuple(name.key for name in names if name.key.isprintable()),
        has_open_case=tx.execute(_FROZEN, {**here, "size": 1}).first() is not None,
        entries=entries,
        undo=find_open_undo(tx, entries[0].id, kind=UNDO_KIND) if entries else None,
    )


def _filter(tx: Tx, query: PagesQuery, after: Key, size: int) -> dict[str, Any]:
    return {
        **_whose(tx, query),
        "any_section": query.section is None,
        "of_section": query.section or "",
        "any_state": query.state is None,
        "in_state": query.state or "",
        "at": after[0],
        "before": after[1],
        "size": size,
    }


def _whose(tx: Tx, query: PagesQuery) -> dict[str, Any]:
    return {"site": tx.site, "everywhere": query.sections is None, "mine": sorted(query.sections or ())}


def _named(tx: Tx, query: PagesQuery) -> RowMapping | None:
    """The page that has, or had, the words as its key, where it passes the filters."""
    row = find_row(tx, id_of(tx.site, query.words))
    if row is not None and row["moved_to"] is not None:
        row = find_row(tx, row["moved_to"])
    if row is None or row["purged_at"] is not None:
        return None
    mine = query.sections is None or row["section"] in query.sections
    wanted = query.section in {None, row["section"]} and query.state in {None, row["state"]}
    return row if mine and wanted else None


def _is_named(row: RowMapping, named: RowMapping | None) -> bool:
    return named is not None and row["id"] == named["id"]


def _has(row: RowMapping, words: str, wanted: str) -> bool:
    return wanted in fold(row["title"]) or words in row["key"] or words in row["url"]


def _listed(tx: Tx, query: PagesQuery, found: list[RowMapping], following: Key | None, searched: int) -> PagesList:
    names = tx.execute(_SECTIONS.limit(MOST_SECTIONS), _whose(tx, query)).scalars()
    return PagesList(found=_rows(tx, found), next=following, searched=searched, sections=tuple(filter(None, names)))


def find_row(tx: Tx, page_id: UUID) -> RowMapping | None:
    """The row of an id, with its `state`, be it a page's or an alias's."""
    return tx.execute(_ONE, {"site": tx.site, "page": page_id}).mappings().first()


def _rows(tx: Tx, found: list[RowMapping]) -> tuple[PageRow, ...]:
    ids = tuple(row["id"] for row in found)
    approved, ratings = count_approved_of(tx, ids), load_totals_of(tx, ids)
    key = {"site": tx.site, "waiting": Status.PENDING.value, "pages": ids}
    waiting = {one.page_id: one.number for one in tx.execute(_WAITING, key)}
    own = PageRow.__dataclass_fields__.keys() - {"state", "approved", "pending", "ratings"}
    return tuple(
        PageRow(
            **{name: row[name] for name in own},
            state=State(row["state"]),
            approved=approved.get(row["id"], 0),
            pending=waiting.get(row["id"], 0),
            ratings=ratings.get(row["id"], Totals()),
        )
        for row in found
    )


def _entries(tx: Tx, ids: list[UUID]) -> tuple[Entry, ...]:
    found = [
        entry for one in ids for entry in read_entries(tx, EntriesQuery(size=MOST_LINES, subject=(SUBJECT, str(one))))
    ]
    return tuple(sorted(found, key=lambda entry: entry.id, reverse=True)[:MOST_LINES])
