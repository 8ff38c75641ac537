"""Proof that the figures are what the counted votes say, and their repair."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.service import load_totals_of
from engagement_widgets.ratings.state import lock_state
from engagement_widgets.ratings.tables import site_counts, tallies, totals, votes
from engagement_widgets.ratings.tallies import Ballot, Tally, by_score, count_site, measured, tallied
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
class KeptTally:
    """A row that the ranking reads, but for the name of its page and period."""

    section: str
    votes: int
    points: int
    magnitude: int
    mean: int


Tallies: TypeAlias = Mapping[tuple[UUID, str], KeptTally]


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyDifference:
    """A page's tally of a period that is not what its votes say; None where there is none."""

    page_id: UUID
    period: str
    kept: KeptTally | None
    counted: KeptTally | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDifference:
    """The site's votes by score, where they are not what the votes say."""

    kept: Totals
    counted: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounted:
    """What was compared. `next_after` continues, None at the end."""

    pages: int
    differences: tuple[Difference, ...]
    tallies: tuple[TallyDifference, ...]
    next_after: UUID | None


_FIGURES = ("section", "votes", "points", "magnitude", "mean")
_RATED = or_(
    select(totals.c.page_id).where(totals.c.site_id == pages.c.site_id, totals.c.page_id == pages.c.id).exists(),
    select(votes.c.page_id).where(votes.c.site_id == pages.c.site_id, votes.c.page_id == pages.c.id).exists(),
    select(tallies.c.page_id).where(tallies.c.site_id == pages.c.site_id, tallies.c.page_id == pages.c.id).exists(),
)
_PAGES = (
    select(pages.c.id, pages.c.section)
    .where(pages.c.site_id == bindparam("site"), pages.c.id > bindparam("after"), _RATED)
    .order_by(pages.c.id)
    .limit(bindparam("size"))
)
_COUNTED = (
    select(votes.c.page_id, votes.c.day, votes.c.score, func.count().label("number"))
    .where(
        votes.c.site_id == bindparam("site"), votes.c.page_id.in_(bindparam("pages", expanding=True)), votes.c.counted
    )
    .group_by(votes.c.page_id, votes.c.day, votes.c.score)
)
_SET = (
    update(totals)
    .where(totals.c.site_id == bindparam("site"), totals.c.page_id == bindparam("page"))
    .values({f"score_{score}": bindparam(f"counted_{score}") for score in SCORES})
)
_TALLIES = select(tallies).where(
    tallies.c.site_id == bindparam("site"), tallies.c.page_id.in_(bindparam("pages", expanding=True))
)
_DROP_TALLY = delete(tallies).where(
    tallies.c.site_id == bindparam("site"),
    tallies.c.page_id == bindparam("page"),
    tallies.c.period == bindparam("named"),
)
_NEW_TALLY = insert(tallies)
_SITE_COUNTED = (
    select(votes.c.score, func.count().label("votes"))
    .where(votes.c.site_id == bindparam("site"), votes.c.counted)
    .group_by(votes.c.score)
)
_SITE_KEPT = select(site_counts.c.score, site_counts.c.votes).where(site_counts.c.site_id == bindparam("site"))
_SITE_LOCKED = _SITE_KEPT.order_by(site_counts.c.score).with_for_update()


def recount(tx: Tx, command: Recount) -> Recounted:
    """Compare counters and tallies with votes. Reading needs a read transaction, repairing a write."""
    rated = tx.execute(_PAGES, {"site": tx.site, "after": command.after, "size": command.size}).all()
    sections = {row.id: row.section for row in rated}
    ids = tuple(sections)
    if command.repair:
        for page_id in ids:  # in key order, so two repairs cannot wait for each other
            lock_state(tx, page_id)
    votes_of = _ballots(tx, ids)
    differences = _compare_totals(tx, votes_of)
    found = _compare_tallies(tx, votes_of, sections)
    if command.repair:
        for difference in differences:
            _repair(tx, difference)
        for tally in found:
            _repair_tally(tx, tally)
    full = len(ids) == command.size
    return Recounted(pages=len(ids), differences=differences, tallies=found, next_after=ids[-1] if full else None)


def recount_site(tx: Tx, repair: bool) -> SiteDifference | None:  # noqa: FBT001  (a unit takes one command)
    """Compare the site's votes by score with its votes, in one look at all of them."""
    # Locked before the votes are counted: a vote that is under way then comes on top.
    statement = _SITE_LOCKED if repair else _SITE_KEPT
    kept = {row.score: row.votes for row in tx.execute(statement, {"site": tx.site})}
    counted = {row.score: row.votes for row in tx.execute(_SITE_COUNTED, {"site": tx.site})}
    lacking = {score: counted.get(score, 0) - kept.get(score, 0) for score in SCORES}
    if not any(lacking.values()):
        return None
    if repair:
        count_site(tx, {score: number for score, number in lacking.items() if number})
    return SiteDifference(kept=Totals(counts=_counts(kept)), counted=Totals(counts=_counts(counted)))


def _ballots(tx: Tx, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Ballot]]:
    """The votes of each page, as their rows are."""
    found: dict[UUID, list[Ballot]] = {page_id: [] for page_id in ids}
    for row in tx.execute(_COUNTED, {"site": tx.site, "pages": ids}) if ids else ():
        found[row.page_id].append(Ballot(day=row.day, score=row.score, by=row.number))
    return found


def _compare_totals(tx: Tx, ballots: Mapping[UUID, Sequence[Ballot]]) -> tuple[Difference, ...]:
    kept = load_totals_of(tx, tuple(ballots))
    counted = {page_id: Totals(counts=_counts(by_score(found))) for page_id, found in ballots.items()}
    return tuple(
        Difference(page_id=page_id, kept=kept[page_id], counted=counted[page_id])
        for page_id in ballots
        if kept[page_id] != counted[page_id]
    )


def _compare_tallies(
    tx: Tx, ballots: Mapping[UUID, Sequence[Ballot]], sections: Mapping[UUID, str]
) -> tuple[TallyDifference, ...]:
    rows = tx.execute(_TALLIES, {"site": tx.site, "pages": tuple(ballots)}).mappings() if ballots else ()
    kept: Tallies = {
        (row["page_id"], row["period"]): KeptTally(**{name: row[name] for name in _FIGURES}) for row in rows
    }
    counted: Tallies = {
        (page_id, period): _kept(sections[page_id], tally)
        for page_id, found in ballots.items()
        for period, tally in tallied(found).items()
    }
    return tuple(
        TallyDifference(page_id=key[0], period=key[1], kept=kept.get(key), counted=counted.get(key))
        for key in sorted({**kept, **counted})
        if kept.get(key) != counted.get(key) and not _is_empty(kept.get(key), counted.get(key))
    )


def _kept(section: str, tally: Tally) -> KeptTally:
    magnitude, mean = measured(tally)
    return KeptTally(section=section, votes=tally.votes, points=tally.points, magnitude=magnitude, mean=mean)


def _is_empty(kept: KeptTally | None, counted: KeptTally | None) -> bool:
    """A row of zeros stays where the last vote was taken back."""
    return counted is None and kept is not None and (kept.votes, kept.points) == (0, 0)


def _counts(found: Mapping[int, int]) -> Counts:
    return cast("Counts", tuple(found.get(score, 0) for score in SCORES))


def _repair(tx: Tx, difference: Difference) -> None:
    values: dict[str, Any] = {
        f"counted_{score}": number for score, number in zip(SCORES, difference.counted.counts, strict=True)
    }
    tx.execute(_SET, {"site": tx.site, "page": difference.page_id, **values})
    tx.touch(str(difference.page_id))


def _repair_tally(tx: Tx, difference: TallyDifference) -> None:
    page, period = difference.page_id, difference.period
    tx.execute(_DROP_TALLY, {"site": tx.site, "page": page, "named": period})
    if difference.counted is not None:
        tx.execute(_NEW_TALLY, {"site_id": tx.site, "page_id": page, "period": period, **asdict(difference.counted)})
