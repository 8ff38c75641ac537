"""The ranking for programs, below `/api/v1`: the same for everybody, so caches may keep it for a while."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema
from starlette.responses import Response

from engagement_widgets.ratings.api import RatingOut, rating_out
from engagement_widgets.ratings.periods import Period
from engagement_widgets.ratings.ranking import MOST_RANKED, RatedPage, parse_ranking, top_rated
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute
from engagement_widgets.web.responses import PublicJson

# Not typed more narrowly: whatever cannot be gets the codes of `parse_ranking`, as it does in Python.
Span = Annotated[Any, WithJsonSchema({"type": "string", "enum": [period.value for period in Period]})]
Limit = Annotated[Any, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_RANKED})]


class TopRatedParams(ApiModel):
    """Which pages: of one section or of all, by the votes of a period, at most so many."""

    section: Annotated[str | None, Field(description="Without it, the whole site; empty, pages without a section.")] = (
        None
    )
    period: Span = Period.ALL.value
    limit: Limit = 10


class RatedPageOut(ApiModel):
    """One page. `votes` are those of the period, `mean` is what the order goes by, `rating` what readers see."""

    key: str
    url: str
    title: str
    section: str
    votes: int
    mean: float
    rating: RatingOut


class TopRatedOut(ApiModel):
    """The best rated pages, best first. `since` is the first day whose votes count, null for all of them."""

    period: Period
    since: date | None
    pages: list[RatedPageOut]


async def get_top_rated(ctx: Context, call: ApiCall[None, TopRatedParams]) -> Response:
    """The best rated pages."""
    asked = call.query
    query = parse_ranking(
        section=asked.section,
        period=asked.period,
        limit=asked.limit,
        today=ctx.today(),
        minimum=ctx.settings.rating_minimum,
    )
    found = await ctx.storage.read(top_rated, query)
    pages = [_page_out(rated) for rated in found]
    return PublicJson(TopRatedOut(period=query.period, since=query.period.since(query.today), pages=pages))


def _page_out(rated: RatedPage) -> RatedPageOut:
    return RatedPageOut(
        key=rated.page.key,
        url=rated.page.url,
        title=rated.page.title,
        section=rated.page.section,
        votes=rated.votes,
        mean=round(float(rated.mean), 4),
        rating=rating_out(rated.summary),
    )


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="GET",
        path="/top-rated",
        handler=get_top_rated,
        summary="The best rated pages",
        query=TopRatedParams,
        response=TopRatedOut,
        errors=("bad_query", "unknown_period", "out_of_range"),
    ),
)
