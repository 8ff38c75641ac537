"""The best rated pages of a site or of a section, by the Bayesian mean."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any, Final

from sqlalchemy import BigInteger, BindParameter, Double, Select, bindparam, cast, func, select

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import Fields
from engagement_widgets.pages.reference import checked_section
from engagement_widgets.pages.service import find_pages
from engagement_widgets.ratings.periods import Period
from engagement_widgets.ratings.service import load_totals_of
from engagement_widgets.ratings.tables import site_counts, tallies
from engagement_widgets.ratings.tallies import MILLION, PRESUMED_MEAN, PRIOR_VOTES, Tally
from engagement_widgets.ratings.views import RatedPage, RatingSummary
from engagement_widgets.storage.units import Tx

MOST_RANKED: Final = 100


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


def parse_ranking(*, section: object, period: object, limit: object, today: date, minimum: int) -> RankingQuery:
    """The query from what a host or a program says.

    Raises:
        Invalid: `section` that no page can have, `unknown_period`, a `limit` that is no number or `out_of_range`.
    """
    fields = Fields()
    wanted = fields.take("section", _parse_section, section)
    span = fields.take("period", _parse_period, period)
    most = fields.take("limit", _parse_limit, limit)
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


_IN_SECTION = tallies.c.section == bindparam("section")
_OF_PERIOD = (tallies.c.site_id == bindparam("site"), tallies.c.period == bindparam("period"), tallies.c.votes > 0)
_PRIOR_POINTS: BindParameter[float] = bindparam("prior_points", type_=Double)
# Rounded, so that means that are equal are so to the database too.
_MEAN = func.round(
    (cast(tallies.c.points, Double) + _PRIOR_POINTS) / cast(tallies.c.votes + PRIOR_VOTES, Double) * 1_000_000_000
)
_FIRST = (
    select(tallies.c.votes, tallies.c.points)
    .where(*_OF_PERIOD)
    .order_by(tallies.c.estimate.desc())
    .limit(bindparam("limit"))
)
_BEST = (
    select(tallies.c.page_id, tallies.c.votes, tallies.c.points)
    .where(*_OF_PERIOD, tallies.c.estimate >= bindparam("least"))
    .order_by(_MEAN.desc(), tallies.c.votes.desc(), tallies.c.page_id)
    .limit(bindparam("limit"))
)
_FIRST_IN_SECTION, _BEST_IN_SECTION = _FIRST.where(_IN_SECTION), _BEST.where(_IN_SECTION)
_SITE = select(
    cast(func.coalesce(func.sum(site_counts.c.votes), 0), BigInteger).label("votes"),
    cast(func.coalesce(func.sum(site_counts.c.votes * site_counts.c.score), 0), BigInteger).label("points"),
).where(site_counts.c.site_id == bindparam("site"))


def top_rated(tx: Tx, query: RankingQuery) -> tuple[RatedPage, ...]:
    """The pages with the best Bayesian mean of the period's votes, best first, only pages with a vote in it.

    Equal means come in the order of more votes, then of the pages' ids. A page that takes no more ratings keeps its
    place: what its readers thought of it has not changed. The site's mean is always that of all its votes.

    How it is found: m moves with every vote of the site, so no index can hold the mean itself. Kept and indexed is
    the same mean with a fixed m, `estimate`; the first pages by it tell how good a page must be to come in, and from
    there down to where the true mean cannot reach that any more, the index hands out all that can be among the best.
    """
    site_mean = load_site_mean(tx)
    if site_mean is None:
        return ()
    first, best = (_FIRST, _BEST) if query.section is None else (_FIRST_IN_SECTION, _BEST_IN_SECTION)
    asked = _asked(tx, query)
    leading = [Tally(votes=row.votes, points=row.points) for row in tx.execute(first, asked)]
    enough = {"least": _least_estimate(leading, site_mean), "prior_points": float(PRIOR_VOTES * site_mean)}
    return _shown(tx, query, best, {**asked, **enough}, site_mean)


def load_site_mean(tx: Tx, command: None = None) -> Fraction | None:
    """The exact mean of every vote of the site, None while there is none."""
    del command
    site = tx.execute(_SITE, {"site": tx.site}).one()
    return Fraction(site.points, site.votes) if site.votes > 0 else None


def _asked(tx: Tx, query: RankingQuery) -> dict[str, Any]:
    asked = {"site": tx.site, "period": query.period.named(query.today), "limit": query.limit}
    return asked if query.section is None else {**asked, "section": query.section}


def _least_estimate(leading: list[Tally], site_mean: Fraction) -> int:
    """No page whose `estimate` is lower can be better than all of these.

    The true mean is above the estimated one by (m - 4) · C ÷ (C + votes), which is most for a single vote.
    """
    if not leading:
        return 0
    bar = min(bayesian_mean(tally, site_mean) for tally in leading)
    above = max(Fraction(0), site_mean - PRESUMED_MEAN) * PRIOR_VOTES / (PRIOR_VOTES + 1)
    return floor((bar - above) * MILLION)


def _shown(
    tx: Tx, query: RankingQuery, best: Select[Any], asked: dict[str, Any], site_mean: Fraction
) -> tuple[RatedPage, ...]:
    rows = tx.execute(best, asked).all()
    ids = tuple(row.page_id for row in rows)
    pages, totals = find_pages(tx, ids), load_totals_of(tx, ids)
    return tuple(
        RatedPage(
            page=pages[row.page_id].page,
            summary=RatingSummary(page_id=row.page_id, totals=totals[row.page_id], minimum=query.minimum),
            votes=row.votes,
            mean=bayesian_mean(Tally(votes=row.votes, points=row.points), site_mean),
        )
        for row in rows
    )


def _parse_section(raw: object) -> str | None:
    return None if raw is None else checked_section(raw)


def _parse_period(raw: object) -> Period:
    if isinstance(raw, str) and raw in tuple(Period):
        return Period(raw)
    raise Invalid([FieldError("period", "unknown_period")])


def _parse_limit(raw: object) -> int:
    if isinstance(raw, str) and raw.isascii() and raw.isdigit():
        raw = int(raw[:20])  # a longer one is out of range all the same
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise Invalid([FieldError("limit", "wrong_type")])
    if not 1 <= raw <= MOST_RANKED:
        raise Invalid([FieldError("limit", "out_of_range", {"minimum": 1, "maximum": MOST_RANKED})])
    return raw
