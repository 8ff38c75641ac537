"""Every vote, or every page's totals, for files that leave the house: read in batches, told without names.

Each batch is a short read of its own, so an export of any size holds neither memory nor a transaction. What it tells
is therefore not one moment: a vote that stood while it ran is told once, a vote cast, changed or taken back meanwhile
is told as its batch found it, or not at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, func, select, tuple_

from engagement_widgets.hooks import Page
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.kernel.spreadsheet import Cell
from engagement_widgets.pages.service import find_pages
from engagement_widgets.ratings.service import load_totals_of
from engagement_widgets.ratings.tables import totals, votes
from engagement_widgets.ratings.views import Totals
from engagement_widgets.storage.units import Tx

BATCH: Final = 1_000
"""Rows of one read."""

PSEUDONYM_LENGTH: Final = 32
_AVERAGE_PLACES: Final = Decimal("0.0001")


class ExportSubject(StrEnum):
    """What a file tells: a row a vote, or a row a page."""

    VOTES = "votes"
    TOTALS = "totals"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far an export has come: the last page and, among votes, the last voter."""

    page_id: UUID
    voter: str = ""


START: Final = Place(page_id=UUID(int=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The next rows behind a place."""

    after: Place = START
    size: int = BATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteRow:
    """One vote. `voter` is as the database has it and goes into no file; `counted` is False for one left out."""

    page: Page
    voter: str
    score: int
    counted: bool
    cast_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsRow:
    """The figures of one page."""

    page: Page
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows, and where they end; None where nothing follows."""

    rows: tuple[VoteRow, ...] | tuple[TotalsRow, ...]
    end: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where rows come from, and what is told of one.

    Attributes:
        count: a unit: how many rows there are about now.
        read: a unit: one batch.
        columns: names of what `tell` gives.
        tell: the cells of one row.
    """

    count: Callable[[Tx, None], int]
    read: Callable[[Tx, Ask], Batch]
    columns: tuple[str, ...]
    tell: Callable[[Any, Secrets], tuple[Cell, ...]]


_COUNT_VOTES = select(func.count()).select_from(votes).where(votes.c.site_id == bindparam("site"))
_COUNT_TOTALS = select(func.count()).select_from(totals).where(totals.c.site_id == bindparam("site"))
_VOTES = (
    select(votes.c.page_id, votes.c.voter, votes.c.score, votes.c.counted, votes.c.created_at, votes.c.updated_at)
    .where(
        votes.c.site_id == bindparam("site"),
        tuple_(votes.c.page_id, votes.c.voter)
        > tuple_(bindparam("page", type_=votes.c.page_id.type), bindparam("by", type_=votes.c.voter.type)),
    )
    .order_by(votes.c.page_id, votes.c.voter)
    .limit(bindparam("size"))
)
_RATED = (
    select(totals.c.page_id)
    .where(totals.c.site_id == bindparam("site"), totals.c.page_id > bindparam("page"))
    .order_by(totals.c.page_id)
    .limit(bindparam("size"))
)


def count_votes(tx: Tx, command: None) -> int:
    """How many votes there are."""
    del command
    return int(tx.execute(_COUNT_VOTES, {"site": tx.site}).scalar_one())


def count_rated(tx: Tx, command: None) -> int:
    """How many pages have totals."""
    del command
    return int(tx.execute(_COUNT_TOTALS, {"site": tx.site}).scalar_one())


def read_votes(tx: Tx, ask: Ask) -> Batch:
    """The next votes, by page and voter."""
    asked = {"site": tx.site, "page": ask.after.page_id, "by": ask.after.voter, "size": ask.size}
    found = tx.execute(_VOTES, asked).all()
    pages = find_pages(tx, tuple({row.page_id for row in found}))
    rows = tuple(
        VoteRow(
            page=pages[row.page_id].page,
            voter=row.voter,
            score=row.score,
            counted=row.counted,
            cast_at=row.created_at,
            changed_at=row.updated_at,
        )
        for row in found
    )
    end = Place(page_id=found[-1].page_id, voter=found[-1].voter) if len(found) == ask.size else None
    return Batch(rows=rows, end=end)


def read_totals(tx: Tx, ask: Ask) -> Batch:
    """The next pages that have been rated, by id."""
    asked = {"site": tx.site, "page": ask.after.page_id, "size": ask.size}
    ids = tuple(tx.execute(_RATED, asked).scalars())
    pages, found = find_pages(tx, ids), load_totals_of(tx, ids)
    rows = tuple(TotalsRow(page=pages[page_id].page, totals=found[page_id]) for page_id in ids)
    return Batch(rows=rows, end=Place(page_id=ids[-1]) if len(ids) == ask.size else None)


def pseudonym(secrets: Secrets, voter: str) -> str:
    """What stands for a voter in a file: the same for all votes of one, and nothing to whoever has no key of ours.

    It stays the same as long as the newest signing key does.
    """
    return secrets.keyed_hash("rating-export", voter)[:PSEUDONYM_LENGTH]


def _tell_vote(row: VoteRow, secrets: Secrets) -> tuple[Cell, ...]:
    return (
        *_tell_page(row.page),
        pseudonym(secrets, row.voter),
        row.score,
        int(row.counted),
        row.cast_at,
        row.changed_at,
    )


def _tell_totals(row: TotalsRow, secrets: Secrets) -> tuple[Cell, ...]:
    del secrets
    average = row.totals.average
    rounded = None
    if average is not None:
        rounded = (Decimal(average.numerator) / average.denominator).quantize(_AVERAGE_PLACES, ROUND_HALF_UP)
    return (*_tell_page(row.page), row.totals.count, rounded, *row.totals.counts)


def _tell_page(page: Page) -> tuple[Cell, ...]:
    return (page.key, page.url, page.title, page.section)


_PAGE_COLUMNS = ("page_key", "page_url", "page_title", "section")
SOURCES: Final[Mapping[ExportSubject, Source]] = MappingProxyType(
    {
        ExportSubject.VOTES: Source(
            count=count_votes,
            read=read_votes,
            columns=(*_PAGE_COLUMNS, "voter", "score", "counted", "cast_at", "changed_at"),
            tell=_tell_vote,
        ),
        ExportSubject.TOTALS: Source(
            count=count_rated,
            read=read_totals,
            columns=(*_PAGE_COLUMNS, "votes", "average", "score_1", "score_2", "score_3", "score_4", "score_5"),
            tell=_tell_totals,
        ),
    }
)
