"""What the desk asks the database about ratings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, Select, Uuid, bindparam, case, desc, func, select, tuple_

from engagement_widgets.hooks import Page
from engagement_widgets.journal.service import EntriesQuery, Entry, OpenUndo, find_open_undo, read_entries
from engagement_widgets.kernel.text import fold
from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.decisions import UNDO_KIND
from engagement_widgets.ratings.desk_views import Note, RatedPage
from engagement_widgets.ratings.journalling import SUBJECT
from engagement_widgets.ratings.state import STATE, state_of
from engagement_widgets.ratings.tables import totals, votes
from engagement_widgets.ratings.views import Totals
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

CHUNK: Final = 500
MOST_SEARCHED: Final = 5000
MOST_FLAGGED: Final = 50
MOST_NOTES: Final = 100
MOST_LINES: Final = 50
SPANS: Final = (12, 24, 30)

Key = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedQuery:
    """Rated pages, latest vote first: `size` of them after a key, with these words in title or key.

    `sections`: of these alone; None for all.
    """

    size: int
    after: Key | None = None
    words: str = ""
    sections: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedList:
    """One page of the list. `next` is where it goes on, None at the end; `searched` how many pages were looked at."""

    flagged: tuple[RatedPage, ...]
    found: tuple[RatedPage, ...]
    next: Key | None
    searched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """One page's rating. `bounds` are the ends of the slots over time, one more than slots."""

    page_id: UUID
    bounds: tuple[datetime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The votes of one slot: all by score, and how many of them are left out."""

    totals: Totals
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """Everything about one page's rating, as of one moment."""

    rated: RatedPage
    left_out: Totals
    slots: tuple[Given, ...]
    notes: tuple[Note, ...]
    entries: tuple[Entry, ...]
    undo: OpenUndo | None


_SITE = totals.c.site_id == bindparam("site")
_RATED = (
    select(pages.c.key, pages.c.url, pages.c.title, pages.c.section, pages.c.locale, totals.c.page_id, *STATE)
    .join(pages, (pages.c.site_id == totals.c.site_id) & (pages.c.id == totals.c.page_id))
    .where(_SITE)
)
_LIST = _RATED.order_by(desc(totals.c.rated_at), desc(totals.c.page_id)).limit(bindparam("size"))
_LIST_AFTER = _LIST.where(
    tuple_(totals.c.rated_at, totals.c.page_id)
    < tuple_(bindparam("at", type_=Moment()), bindparam("page", type_=Uuid()))
)
_FLAGGED = _RATED.where(totals.c.flagged_at.is_not(None)).order_by(desc(totals.c.flagged_at)).limit(bindparam("size"))
_PAGE = _RATED.where(totals.c.page_id == bindparam("page"))
_MINE = (votes.c.site_id == bindparam("site"), votes.c.page_id == bindparam("page"))
_LEFT_OUT = (
    select(votes.c.score, func.count().label("number"))
    .where(*_MINE, votes.c.counted.is_(False))
    .group_by(votes.c.score)
)
_NOTES = (
    select(votes.c.score, votes.c.note, votes.c.updated_at, votes.c.counted)
    .where(*_MINE, votes.c.note.is_not(None))
    .order_by(desc(votes.c.updated_at), votes.c.voter)
    .limit(bindparam("size"))
)


def _over_time(slots: int) -> Any:  # noqa: ANN401  (a select)
    """Votes by slot, score and standing in one look at the page's votes; its bounds are `b0` to `b{slots}`."""
    bounds = [bindparam(f"b{number}", type_=Moment()) for number in range(slots + 1)]
    slot = case(
        *((votes.c.updated_at < bounds[number + 1], number) for number in range(slots - 1)), else_=slots - 1
    ).label("slot")
    return (
        select(slot, votes.c.score, votes.c.counted, func.count().label("number"))
        .where(*_MINE, votes.c.updated_at >= bounds[0], votes.c.updated_at < bounds[-1])
        .group_by(slot, votes.c.score, votes.c.counted)
    )


_OVER_TIME: Final = {slots: _over_time(slots) for slots in SPANS}


def list_rated(tx: Tx, query: RatedQuery) -> RatedList:
    """One page of the list, and on its first page everything that is flagged.

    Titles are compared folded, which no index knows: at most `MOST_SEARCHED` pages are looked through at a time, and
    the list goes on from there.
    """
    flagged: tuple[RatedPage, ...] = ()
    if query.after is None and not query.words:
        flagged = _pages(tx, _within(_FLAGGED, query), size=MOST_FLAGGED)
    found: list[RatedPage] = []
    after, searched, wanted = query.after, 0, fold(query.words)
    while searched < MOST_SEARCHED:
        chunk = _chunk(tx, query, after, CHUNK if wanted else query.size + 1)
        for rated in chunk:
            if len(found) == query.size:
                return RatedList(flagged=flagged, found=tuple(found), next=after, searched=searched)
            if not wanted or wanted in fold(rated.page.title) or query.words in rated.page.key:
                found.append(rated)
            after, searched = (rated.state.rated_at, rated.id), searched + 1
        if len(chunk) < (CHUNK if wanted else query.size + 1):
            return RatedList(flagged=flagged, found=tuple(found), next=None, searched=searched)
    return RatedList(flagged=flagged, found=tuple(found), next=after, searched=searched)


def page_facts(tx: Tx, query: PageQuery) -> PageFacts | None:
    """One page's rating, or None for a page nobody has rated or decided about."""
    found = _pages(tx, _PAGE, page=query.page_id)
    if not found:
        return None
    entries = read_entries(tx, EntriesQuery(size=MOST_LINES, subject=(SUBJECT, str(query.page_id))))
    key = {"site": tx.site, "page": query.page_id}
    return PageFacts(
        rated=found[0],
        left_out=Totals().moved({row.score: row.number for row in tx.execute(_LEFT_OUT, key)}),
        slots=_slots(tx, query),
        notes=tuple(
            Note(score=row.score, text=row.note, at=row.updated_at, is_counted=row.counted)
            for row in tx.execute(_NOTES, {**key, "size": MOST_NOTES})
        ),
        entries=entries,
        undo=find_open_undo(tx, entries[0].id, kind=UNDO_KIND) if entries else None,
    )


def _slots(tx: Tx, query: PageQuery) -> tuple[Given, ...]:
    number = len(query.bounds) - 1
    bounds = {f"b{index}": bound for index, bound in enumerate(query.bounds)}
    given: list[dict[int, int]] = [{} for _ in range(number)]
    left_out = [0] * number
    for row in tx.execute(_OVER_TIME[number], {"site": tx.site, "page": query.page_id, **bounds}):
        given[row.slot][row.score] = given[row.slot].get(row.score, 0) + row.number
        left_out[row.slot] += 0 if row.counted else row.number
    return tuple(
        Given(totals=Totals().moved(scores), left_out=out) for scores, out in zip(given, left_out, strict=True)
    )


def _chunk(tx: Tx, query: RatedQuery, after: Key | None, size: int) -> Sequence[RatedPage]:
    if after is None:
        return _pages(tx, _within(_LIST, query), size=size)
    return _pages(tx, _within(_LIST_AFTER, query), size=size, at=after[0], page=after[1])


def _within(statement: "Select[Any]", query: RatedQuery) -> "Select[Any]":
    return statement if query.sections is None else statement.where(pages.c.section.in_(sorted(query.sections)))


def _pages(tx: Tx, statement: Any, **params: object) -> tuple[RatedPage, ...]:  # noqa: ANN401  (a select)
    return tuple(map(_rated, tx.execute(statement, {"site": tx.site, **params}).mappings()))


def _rated(row: RowMapping) -> RatedPage:
    page = Page(key=row["key"], url=row["url"], title=row["title"], section=row["section"], locale=row["locale"])
    return RatedPage(page=page, state=state_of(row["page_id"], row))
