"""What the ranking reads, changed with the votes: a tally a page and period, and the site's votes by score.

No constraint keeps a figure above zero: one that has drifted must not refuse a reader's vote. `recount` repairs it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, bindparam, case, func, literal_column, select

from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.periods import names_of
from engagement_widgets.ratings.tables import site_counts, tallies
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

MILLION: Final = 1_000_000
MAGNITUDES: Final = range(16)
"""Those of a tally with votes: the binary logarithm of their number, rounded down; the last is open at its end."""


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
        for name in names_of(ballot.day):
            found[name] = found.get(name, Tally()) + ballot
    return found


def by_score(ballots: Iterable[Ballot]) -> dict[int, int]:
    """How many votes of each score begin to count, or cease to."""
    found: dict[int, int] = {}
    for ballot in ballots:
        found[ballot.score] = found.get(ballot.score, 0) + ballot.by
    return found


def measured(tally: Tally) -> tuple[int, int]:
    """Magnitude and mean of a tally, by which the index holds it; the mean in whole millionths rounded down.

    Tallies of one magnitude differ by less than twice in their votes, so that the means they need to be among the
    best differ little. Without votes: -1 and 0.
    """
    if tally.votes <= 0:
        return -1, 0
    return min(tally.votes.bit_length() - 1, MAGNITUDES[-1]), tally.points * MILLION // tally.votes


def _measured(votes: ColumnElement[Any], points: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    """The same by the database. Its numbers stand in the text: thirty more parameters would cost a vote a tenth."""
    nothing = _number(0)
    steps = ((votes >= _number(1 << power), _number(power)) for power in reversed(MAGNITUDES))
    mean = points * _number(MILLION) // func.nullif(votes, nothing, type_=Integer)
    return {"magnitude": case(*steps, else_=_number(-1)), "mean": case((votes > nothing, mean), else_=nothing)}


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(value), Integer)


def _more(insert: Any) -> Any:  # noqa: ANN401  (the dialects' inserts share no class)
    """Add to a tally, or make it; its section is the page's own, not that of whichever reference came with a vote."""
    made = select(
        pages.c.site_id,
        pages.c.id,
        bindparam("named", type_=tallies.c.period.type),
        pages.c.section,
        *(bindparam(f"more_{name}", type_=tallies.c[name].type) for name in _FIGURES),
    ).where(pages.c.site_id == bindparam("site"), pages.c.id == bindparam("page"))
    adding = insert(tallies).from_select([column.name for column in tallies.c], made)
    votes = tallies.c.votes + adding.excluded.votes
    points = tallies.c.points + adding.excluded.points
    return adding.on_conflict_do_update(
        index_elements=list(tallies.primary_key.columns),
        set_={"votes": votes, "points": points, **_measured(votes, points)},
    )


_FIGURES = ("votes", "points", "magnitude", "mean")
_MORE = Upsert(_more)
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
    rows = [_row(tx, page_id, period, more) for period, more in sorted(tallied(ballots).items())]
    tx.execute(_MORE[tx.dialect], rows)
    count_site(tx, by_score(ballots))


def count_site(tx: Tx, by_score: Mapping[int, int]) -> None:
    """Add so many votes of each score to the site's."""
    tx.execute(
        _COUNT[tx.dialect],
        [{"site_id": tx.site, "score": score, "votes": votes} for score, votes in sorted(by_score.items())],
    )


def _row(tx: Tx, page_id: UUID, period: str, more: Tally) -> dict[str, Any]:
    magnitude, mean = measured(more)
    return {
        "site": tx.site,
        "page": page_id,
        "named": period,
        "more_votes": more.votes,
        "more_points": more.points,
        "more_magnitude": magnitude,
        "more_mean": mean,
    }
