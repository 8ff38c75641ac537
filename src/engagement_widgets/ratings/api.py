"""Ratings for programs, below `/api/v1`."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, WithJsonSchema
from starlette.responses import Response

from engagement_widgets.ratings.fields import parse_score
from engagement_widgets.ratings.service import Outcome, SummaryQuery, load_summary, load_totals
from engagement_widgets.ratings.views import SCORES, RatingSummary, Totals
from engagement_widgets.ratings.voting import Asked, asked_page, take_back, vote
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import set_reader_cookie
from engagement_widgets.web.openapi import ApiCall, ApiRoute
from engagement_widgets.web.responses import json_response

Reference = Annotated[str, Field(description="The page's signed reference, as the host's article carries it.")]
# Not `int` with bounds: whatever is no score gets the one code `choose_score`, as from the form.
Score = Annotated[Any, WithJsonSchema({"type": "integer", "minimum": SCORES[0], "maximum": SCORES[-1]})]


class RatingIn(ApiModel):
    """A vote."""

    page: Reference
    score: Score


class WithdrawalIn(ApiModel):
    """A vote to take back."""

    page: Reference


class RatingOut(ApiModel):
    """The public figures of a page. `average` is rounded half up to one decimal; null while it is not shown.

    `frozen`: an editor has stopped the rating. The page's own rules may close it besides.
    """

    page_id: UUID
    count: int
    average: float | None
    scores: dict[str, int]
    minimum: int
    frozen: bool


class RatingDone(ApiModel):
    """What became of a vote, and the figures after it."""

    outcome: Outcome
    rating: RatingOut


def rating_out(summary: RatingSummary) -> RatingOut:
    """The figures for programs, the same here and in the fragment's JSON."""
    return RatingOut(
        page_id=summary.page_id,
        count=summary.count,
        average=None if summary.score is None else float(summary.score),
        scores={str(score): number for score, number in zip(SCORES, summary.totals.counts, strict=True)},
        minimum=summary.minimum,
        frozen=summary.frozen,
    )


def read_totals(rating: RatingOut) -> Totals:
    """The five integers of what `rating_out` made."""
    one, two, three, four, five = (rating.scores[str(score)] for score in SCORES)
    return Totals(counts=(one, two, three, four, five))


async def get_rating(ctx: Context, call: ApiCall[None, None]) -> RatingOut:
    """The public figures of a page. A page nobody has rated answers zeros."""
    page_id = ctx.shown_page(call.request.path_params["page_id"])
    query = SummaryQuery(page_id=page_id, minimum=ctx.settings.rating_minimum)
    return rating_out(await ctx.storage.read(load_summary, query))


async def post_rating(ctx: Context, call: ApiCall[RatingIn, None]) -> Response:
    """Cast or change the vote of the signed-in user or of the reader's cookie, which comes with the answer."""
    asked = asked_page(ctx, call.request, call.body.page)
    voted = await vote(ctx, call.request, asked.page, parse_score(call.body.score))
    response = json_response(_done(ctx, asked, voted.result.outcome, voted.result.totals))
    set_reader_cookie(ctx, call.request, response, voted.client)
    return response


async def post_withdrawal(ctx: Context, call: ApiCall[WithdrawalIn, None]) -> RatingDone:
    """Take back the vote of the signed-in user or of the reader's cookie."""
    asked = asked_page(ctx, call.request, call.body.page)
    result = await take_back(ctx, call.request, asked)
    if result is not None:
        return _done(ctx, asked, result.outcome, result.totals)
    return _done(ctx, asked, Outcome.ABSENT, await ctx.storage.read(load_totals, asked.page_id))


def _done(ctx: Context, asked: Asked, outcome: Outcome, totals: Totals) -> RatingDone:
    summary = RatingSummary(page_id=asked.page_id, totals=totals, minimum=ctx.settings.rating_minimum)
    return RatingDone(outcome=outcome, rating=rating_out(summary))


_ERRORS = ("unknown_page", "foreign_page", "ratings_closed", "too_fast", "rating_too_fast", "busy")

API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="GET",
        path="/pages/{page_id:uuid}/rating",
        handler=get_rating,
        summary="The rating of a page",
        response=RatingOut,
    ),
    ApiRoute(
        method="POST",
        path="/ratings",
        handler=post_rating,
        summary="Cast or change a vote",
        request=RatingIn,
        response=RatingDone,
        errors=("choose_score", "https_required", *_ERRORS),
    ),
    ApiRoute(
        method="POST",
        path="/ratings/withdraw",
        handler=post_withdrawal,
        summary="Take a vote back",
        request=WithdrawalIn,
        response=RatingDone,
        errors=_ERRORS,
    ),
)
