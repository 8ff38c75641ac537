"""What the ranking reads, changed with the votes: a tally a page and period, and the site's votes by score.

No constraint keeps a figure above zero: one that has drifted must not refuse a reader's vote. `recount` repairs it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, bindparam, select

from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.periods import Period
from engagement_widgets.ratings.tables import site_counts, tallies
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

PRIOR_VOTES: Final = 10
"""C of the Bayesian mean: so many votes of the site's mean are added to every page's own."""

PRESUMED_MEAN: Final = 4
"""Stands for the site's mean in `estimate`, which is kept and indexed; the true one moves with every vote."""

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """Votes of one day and score that begin to count, or cease to.

    Attributes:
        day: on which they were first cast, as their rows say.
        score: 1–5.
        by: how many; below zero where they cease.
    """

    day: date
    score: int
    by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The votes of a page in one period: how many, and the sum of their scores."""

    votes: int = 0
    points: int = 0

    def __add__(self, ballot: Ballot) -> "Tally":
        return Tally(votes=self.votes + ballot.by, points=self.points + ballot.by * ballot.score)


def tallied(ballots: Iterable[Ballot]) -> dict[str, Tally]:
    """What these ballots are together in each of their periods."""
    found: dict[str, Tally] = {}
    for ballot in ballots:
        for period in Period:
            name = period.named(ballot.day)
            found[name] = found.get(name, Tally()) + ballot
    return found


def estimated(tally: Tally) -> int:
    """The Bayesian mean with `PRESUMED_MEAN` for the site's, in whole millionths rounded down."""
    return (tally.points + PRIOR_VOTES * PRESUMED_MEAN) * MILLION // (tally.votes + PRIOR_VOTES)


def _estimate(votes: ColumnElement[Any], points: ColumnElement[Any]) -> ColumnElement[Any]:
    """`estimated`, by the database."""
    return (points + PRIOR_VOTES * PRESUMED_MEAN) * MILLION // (votes + PRIOR_VOTES)


_VOTES: BindParameter[int] = bindparam("more_votes", type_=tallies.c.votes.type)
_POINTS: BindParameter[int] = bindparam("more_points", type_=tallies.c.points.type)
_KEPT = select(
    pages.c.site_id,
    pages.c.id,
    bindparam("named", type_=tallies.c.period.type),
    pages.c.section,
    _VOTES,
    _POINTS,
    _estimate(_VOTES, _POINTS),
).where(pages.c.site_id == bindparam("site"), pages.c.id == bindparam("page"))
# The section is the page's own, not that of whichever reference came with a vote.
_TALLY = Upsert(
    lambda insert: (
        adding := insert(tallies).from_select([column.name for column in tallies.c], _KEPT)
    ).on_conflict_do_update(
        index_elements=list(tallies.primary_key.columns),
        set_={
            "votes": tallies.c.votes + adding.excluded.votes,
            "points": tallies.c.points + adding.excluded.points,
            "estimate": _estimate(tallies.c.votes + adding.excluded.votes, tallies.c.points + adding.excluded.points),
        },
    )
)
_COUNT = Upsert(
    lambda insert: (adding := insert(site_counts)).on_conflict_do_update(
        index_elements=list(site_counts.primary_key.columns),
        set_={"votes": site_counts.c.votes + adding.excluded.votes},
    )
)


def tally(tx: Tx, page_id: UUID, ballots: Sequence[Ballot]) -> None:
    """Bring along what the ranking reads. The caller holds the page's counters.

    The site's counts come last and by score: every vote of the site changes one of their five rows.
    """
    tx.execute(
        _TALLY[tx.dialect],
        [
            {"site": tx.site, "page": page_id, "named": name, "more_votes": more.votes, "more_points": more.points}
            for name, more in sorted(tallied(ballots).items())
        ],
    )
    by_score: dict[int, int] = {}
    for ballot in ballots:
        by_score[ballot.score] = by_score.get(ballot.score, 0) + ballot.by
    count_site(tx, by_score)


def count_site(tx: Tx, by_score: Mapping[int, int]) -> None:
    """Add so many votes of each score to the site's."""
    tx.execute(
        _COUNT[tx.dialect],
        [{"site_id": tx.site, "score": score, "votes": votes} for score, votes in sorted(by_score.items())],
    )
