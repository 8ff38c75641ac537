"""The figures of many pages in one call: for a front page that shows them beside its headlines."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from engagement_widgets.comments.counters import count_approved_of
from engagement_widgets.errors import NotFound
from engagement_widgets.ratings.service import load_totals_of
from engagement_widgets.ratings.views import RatingSummary
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.context import Context

MOST_PAGES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the public sees of one page.

    Attributes:
        comments: approved comments, replies included.
        ratings: votes.
        average: the shown average, rounded half up to one decimal; None below the site's minimum of votes.
    """

    comments: int
    ratings: int
    average: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsQuery:
    """Up to `MOST_PAGES` pages; `minimum` votes before an average is shown."""

    page_ids: tuple[UUID, ...]
    minimum: int


_NOTHING = Counts(comments=0, ratings=0, average=None)


async def counts_of(ctx: Context, page_ids: Iterable[UUID]) -> dict[UUID, Counts]:
    """The figures by the ids that were asked for; zeros for a page that is withdrawn."""
    shown: dict[UUID, UUID | None] = {}
    for page_id in page_ids:
        try:
            shown[page_id] = ctx.shown_page(page_id)
        except NotFound:
            shown[page_id] = None
    wanted = tuple({page_id for page_id in shown.values() if page_id is not None})
    found = await ctx.storage.read(load_counts, CountsQuery(page_ids=wanted, minimum=ctx.settings.rating_minimum))
    return {asked: _NOTHING if page_id is None else found[page_id] for asked, page_id in shown.items()}


def load_counts(tx: Tx, query: CountsQuery) -> dict[UUID, Counts]:
    """Two statements, however many pages; a page nobody wrote under has zeros."""
    totals = load_totals_of(tx, query.page_ids)
    approved = count_approved_of(tx, query.page_ids)
    summaries = {
        page_id: RatingSummary(page_id=page_id, totals=totals[page_id], minimum=query.minimum)
        for page_id in query.page_ids
    }
    return {
        page_id: Counts(
            comments=approved.get(page_id, 0),
            ratings=summary.count,
            average=None if summary.score is None else float(summary.score),
        )
        for page_id, summary in summaries.items()
    }
