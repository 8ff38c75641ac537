"""The best rated pages of a site or of a section, by the Bayesian mean."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from heapq import nlargest
from math import floor
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, BindParameter, Double, bindparam, cast, func, literal_column, select

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.hooks import Page
from engagement_widgets.kernel.paging import parse_limit
from engagement_widgets.kernel.text import Fields
from engagement_widgets.pages.reference import wanted_section
from engagement_widgets.pages.service import find_pages
from engagement_widgets.pages.states import on_shown_page
from engagement_widgets.ratings.periods import Period
from engagement_widgets.ratings.service import load_totals_of
from engagement_widgets.ratings.tables import site_counts, tallies
from engagement_widgets.ratings.tallies import MAGNITUDES, MILLION, Tally
from engagement_widgets.ratings.views import SCORES, RatingSummary
from engagement_widgets.storage.units import Tx

MOST_RANKED: Final = 100
BEST: Final = SCORES[-1] * MILLION
"""The highest mean there is, in millionths."""

PRIOR_VOTES: Final = 10
"""C of the Bayesian mean: so many votes of the site's mean are added to a page's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingQuery:
    """Which pages, checked by `parse_ranking`.

    Attributes:
        section: of these pages alone, "" for those without one; None for the whole site.
        period: which votes count.
        limit: at most so many pages.
        today: in the site's zone; it says which week and month are meant.
        minimum: votes before an average is shown.
    """

    section: str | None
    period: Period
    limit: int
    today: date
    minimum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedPage:
    """One page of a ranking.

    Attributes:
        page: as the first accepted write told it.
        summary: its public figures, of all its votes, as they stand beside the article.
        votes: those of the period that was asked for.
        mean: the Bayesian mean of these, by which the ranking goes. Not for display: what readers see is `summary`.
    """

    page: Page
    summary: RatingSummary
    votes: int
    mean: Fraction


def parse_ranking(*, section: object, period: object, limit: object, today: date, minimum: int) -> RankingQuery:
    """The query from what a host or a program says.

    Raises:
        Invalid: `section` that no page can have, `unknown_period`, a `limit` that is no number or `out_of_range`.
    """
    fields = Fields()
    wanted = fields.take("section", wanted_section, section)
    span = fields.take("period", _parse_period, period)
    most = fields.take("limit", lambda raw: parse_limit(raw, MOST_RANKED), limit)
    fields.check()
    return RankingQuery(
        section=wanted, period=span or Period.ALL, limit=most or MOST_RANKED, today=today, minimum=minimum
    )


def bayesian_mean(tally: Tally, site_mean: Fraction) -> Fraction:
    """The mean of a page's votes and of C = 10 more, all of the site's mean m: (C·m + Σ scores) ÷ (C + votes).

    So one vote of five stars does not lead a list, and with many votes it comes to the plain mean. It is the mean of
    the posterior where the prior is worth C votes (P. Masurel, “Of Bayesian average and star ratings”, 2013); the
    weighted rating that IMDb published for its Top 250 is the same formula with another C.
    """
    return (PRIOR_VOTES * site_mean + tally.points) / (PRIOR_VOTES + tally.votes)


_OF_MAGNITUDE = (
    tallies.c.site_id == bindparam("site"),
    tallies.c.period == bindparam("period"),
    tallies.c.magnitude == bindparam("magnitude"),
    on_shown_page(tallies.c.page_id),
)
_IN_SECTION = tallies.c.section == bindparam("section")
_PRIOR_POINTS: BindParameter[float] = bindparam("prior_points", type_=Double)
# Rounded, so that means that are equal are so to the database too.
_MEAN = func.round(
    (cast(tallies.c.points, Double) + _PRIOR_POINTS)
    / cast(tallies.c.votes + literal_column(str(PRIOR_VOTES)), Double)
    * literal_column("1000000000")
)
_LEADING = (
    select(tallies.c.votes, tallies.c.points)
    .where(*_OF_MAGNITUDE)
    .order_by(tallies.c.mean.desc())
    .limit(bindparam("limit"))
)
_ABLE = (
    select(tallies.c.page_id, tallies.c.votes, tallies.c.points)
    .where(*_OF_MAGNITUDE, tallies.c.mean >= bindparam("least"))
    .order_by(_MEAN.desc(), tallies.c.votes.desc(), tallies.c.page_id)
    .limit(bindparam("limit"))
)
_LEADING_IN_SECTION, _ABLE_IN_SECTION = _LEADING.where(_IN_SECTION), _ABLE.where(_IN_SECTION)
_SITE = select(
    cast(func.coalesce(func.sum(site_counts.c.votes), 0), BigInteger).label("votes"),
    cast(func.coalesce(func.sum(site_counts.c.votes * site_counts.c.score), 0), BigInteger).label("points"),
).where(site_counts.c.site_id == bindparam("site"))


def top_rated(tx: Tx, query: RankingQuery) -> tuple[RatedPage, ...]:
    """The pages with the best Bayesian mean of the period's votes, best first, only pages with a vote in it.

    Equal means come in the order of more votes, then of the pages' ids. A page that takes no more ratings keeps its
    place: what its readers thought of it has not changed. The site's mean is always that of all its votes.

    How it is found: the mean of the site moves with every vote, so no index can hold the Bayesian means. It holds the
    plain ones, by the magnitude of the number of votes. The best of each magnitude tell how good a page must be to
    come in; from that follows, for each magnitude, the least plain mean with which it can, and the index hands out
    those that have it.
    """
    site_mean = load_site_mean(tx)
    if site_mean is None:
        return ()
    asked = _asked(tx, query, site_mean)
    bar = _bar(tx, query, asked)
    found = [tally for magnitude in MAGNITUDES for tally in _able(tx, query, asked, magnitude, bar)]
    found.sort(key=lambda ranked: (-bayesian_mean(ranked[1], site_mean), -ranked[1].votes, ranked[0]))
    return _shown(tx, query, found[: query.limit], site_mean)


def load_site_mean(tx: Tx, command: None = None) -> Fraction | None:
    """The exact mean of every vote of the site, None while there is none."""
    del command
    site = tx.execute(_SITE, {"site": tx.site}).one()
    return Fraction(site.points, site.votes) if site.votes > 0 else None


def _asked(tx: Tx, query: RankingQuery, site_mean: Fraction) -> dict[str, Any]:
    asked = {
        "site": tx.site,
        "period": query.period.named(query.today),
        "limit": query.limit,
        "prior_points": float(PRIOR_VOTES * site_mean),
    }
    return asked if query.section is None else {**asked, "section": query.section}


def _bar(tx: Tx, query: RankingQuery, asked: dict[str, Any]) -> float:
    """A mean that `limit` pages have, so that no page below it is among the best; 0 where there are not so many.

    Among equally many votes the better plain mean is the better page, so the best of each magnitude are nearly right.
    """
    statement = _LEADING if query.section is None else _LEADING_IN_SECTION
    leading: list[float] = []
    bar = 0.0
    for magnitude in reversed(MAGNITUDES):
        if _least_mean(magnitude, bar, asked["prior_points"]) > BEST:
            break  # with fewer votes it takes even more
        rows = tx.execute(statement, {**asked, "magnitude": magnitude})
        means = [(row.points + asked["prior_points"]) / (row.votes + PRIOR_VOTES) for row in rows]
        leading = nlargest(query.limit, [*leading, *means])
        bar = leading[-1] if len(leading) == query.limit else 0.0
    return bar


def _able(tx: Tx, query: RankingQuery, asked: dict[str, Any], magnitude: int, bar: float) -> list[tuple[UUID, Tally]]:
    """The best pages of a magnitude that can reach the bar."""
    least = _least_mean(magnitude, bar, asked["prior_points"])
    if least > BEST:
        return []
    statement = _ABLE if query.section is None else _ABLE_IN_SECTION
    rows = tx.execute(statement, {**asked, "magnitude": magnitude, "least": least})
    return [(row.page_id, Tally(votes=row.votes, points=row.points)) for row in rows]


def _least_mean(magnitude: int, bar: float, prior_points: float) -> int:
    """The plain mean, in millionths, below which no page of a magnitude can reach the bar.

    (C·m + n·a) ÷ (C + n) ≥ bar is a ≥ bar + (C·bar - C·m) ÷ n, which is least for the most votes where the bar is
    above the site's mean, and for the fewest where it is below.
    """
    above = PRIOR_VOTES * bar - prior_points
    if above <= 0:
        needed = above / (1 << magnitude)
    elif magnitude == MAGNITUDES[-1]:  # there is no most
        needed = 0.0
    else:
        needed = above / ((1 << magnitude + 1) - 1)
    return floor((bar + needed) * MILLION) - 1  # floats are a little off


def _shown(tx: Tx, query: RankingQuery, ranked: list[tuple[UUID, Tally]], site_mean: Fraction) -> tuple[RatedPage, ...]:
    ids = tuple(page_id for page_id, _ in ranked)
    pages, totals = find_pages(tx, ids), load_totals_of(tx, ids)
    return tuple(
        RatedPage(
            page=pages[page_id].page,
            summary=RatingSummary(page_id=page_id, totals=totals[page_id], minimum=query.minimum),
            votes=tally.votes,
            mean=bayesian_mean(tally, site_mean),
        )
        for page_id, tally in ranked
    )


def _parse_period(raw: object) -> Period:
    if isinstance(raw, str) and raw in tuple(Period):
        return Period(raw)
    raise Invalid([FieldError("period", "unknown_period")])
