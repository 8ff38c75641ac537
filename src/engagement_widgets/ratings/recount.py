"""Proof that the counters are what the votes say, and their repair."""

from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import bindparam, func, select, union, update

from engagement_widgets.ratings.service import load_totals_of, lock_totals
from engagement_widgets.ratings.tables import totals, votes
from engagement_widgets.ratings.views import SCORES, Counts, Totals
from engagement_widgets.storage.units import Tx

FIRST_PAGE: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """Compare the pages after `after`, at most `size` of them, so that no transaction grows with the site.

    Attributes:
        after: continue behind this page; `FIRST_PAGE` begins.
        size: pages in this transaction.
        repair: write the counted figures where they differ.
    """

    after: UUID = FIRST_PAGE
    size: int = 200
    repair: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A page whose counters are not what its votes say."""

    page_id: UUID
    kept: Totals
    counted: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounted:
    """What was compared. `next_after` continues, None at the end."""

    pages: int
    differences: tuple[Difference, ...]
    next_after: UUID | None


_RATED = union(
    select(totals.c.page_id).where(totals.c.site_id == bindparam("site"), totals.c.page_id > bindparam("after")),
    select(votes.c.page_id).where(votes.c.site_id == bindparam("site"), votes.c.page_id > bindparam("after")),
).subquery()
_PAGES = select(_RATED.c.page_id).order_by(_RATED.c.page_id).limit(bindparam("size"))
_COUNTED = (
    select(votes.c.page_id, votes.c.score, func.count().label("number"))
    .where(votes.c.site_id == bindparam("site"), votes.c.page_id.in_(bindparam("pages", expanding=True)))
    .group_by(votes.c.page_id, votes.c.score)
)
_SET = (
    update(totals)
    .where(totals.c.site_id == bindparam("site"), totals.c.page_id == bindparam("page"))
    .values({f"score_{score}": bindparam(f"counted_{score}") for score in SCORES})
)


def recount(tx: Tx, command: Recount) -> Recounted:
    """Compare counters with votes. Reading needs a read transaction, repairing a write."""
    pages = tuple(tx.execute(_PAGES, {"site": tx.site, "after": command.after, "size": command.size}).scalars())
    if command.repair:
        for page_id in pages:  # in key order, so two repairs cannot wait for each other
            lock_totals(tx, page_id)
    counted = _counted(tx, pages)
    kept = load_totals_of(tx, pages)
    differences = tuple(
        Difference(page_id=page_id, kept=kept[page_id], counted=counted[page_id])
        for page_id in pages
        if kept[page_id] != counted[page_id]
    )
    if command.repair:
        for difference in differences:
            _repair(tx, difference)
    full = len(pages) == command.size
    return Recounted(pages=len(pages), differences=differences, next_after=pages[-1] if full else None)


def _counted(tx: Tx, pages: tuple[UUID, ...]) -> dict[UUID, Totals]:
    rows: dict[UUID, dict[int, int]] = {page_id: {} for page_id in pages}
    if pages:
        for row in tx.execute(_COUNTED, {"site": tx.site, "pages": pages}).mappings():
            rows[row["page_id"]][row["score"]] = row["number"]
    return {page_id: Totals(counts=_counts(found)) for page_id, found in rows.items()}


def _counts(found: dict[int, int]) -> Counts:
    return cast("Counts", tuple(found.get(score, 0) for score in SCORES))


def _repair(tx: Tx, difference: Difference) -> None:
    values: dict[str, Any] = {
        f"counted_{score}": number for score, number in zip(SCORES, difference.counted.counts, strict=True)
    }
    tx.execute(_SET, {"site": tx.site, "page": difference.page_id, **values})
    tx.touch(str(difference.page_id))
