"""Voting by form: post, then read the receipt. A refused vote comes back with the choice kept and the reason."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.errors import EngagementError, Invalid
from engagement_widgets.ratings.service import Outcome, parse_score
from engagement_widgets.ratings.views import RatingReceipt, my_rating, rating_form
from engagement_widgets.ratings.voting import Asked, asked_page, is_open, standing, take_back, vote
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import TITLE, field_messages
from engagement_widgets.web.forms import parse_pairs, read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.identity import set_reader_cookie
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import wants_json
from engagement_widgets.web.problem import retry_after
from engagement_widgets.web.responses import json_response, page_response, see_other
from engagement_widgets.web.routing import route

ANCHOR = "#ew-rating"
RECEIPT = "/ratings/receipt"
TITLES = {
    "cast": N_("Đã ghi nhận đánh giá"),
    "changed": N_("Đã đổi đánh giá"),
    "withdrawn": N_("Đã bỏ đánh giá"),
}
TITLE_OTHERWISE = N_("Đánh giá bài viết")
# A request that changed nothing is told like the one it repeats.
DONE = {Outcome.UNCHANGED: "cast", Outcome.ABSENT: "withdrawn"}


def routes(ctx: Context) -> list[BaseRoute]:
    """The routes of this slice."""
    return [
        route(ctx, "/ratings", cast_rating, methods=["POST"]),
        route(ctx, "/ratings/withdraw", withdraw_rating, methods=["POST"]),
        route(ctx, RECEIPT, show_receipt),
    ]


async def cast_rating(ctx: Context, request: Request) -> Response:
    """Cast a vote or change it."""
    form = await read_form(request)
    asked = asked_page(ctx, request, form.text("page"))
    try:
        voted = await vote(ctx, request, asked.page, parse_score(form.get("score")))
    except EngagementError as error:
        return await _refused(ctx, request, asked, error, chosen=form.get("score"))
    response = _done(ctx, request, asked, voted.result.outcome)
    set_reader_cookie(ctx, request, response, voted.client)
    return response


async def withdraw_rating(ctx: Context, request: Request) -> Response:
    """Take a vote back."""
    form = await read_form(request)
    asked = asked_page(ctx, request, form.text("page"))
    try:
        result = await take_back(ctx, request, asked)
    except EngagementError as error:
        return await _refused(ctx, request, asked, error)
    return _done(ctx, request, asked, result.outcome if result else Outcome.ABSENT)


async def show_receipt(ctx: Context, request: Request) -> Response:
    """What this reader's vote is now, and what can be done about it."""
    query = parse_pairs(request.scope["query_string"])
    asked = asked_page(ctx, request, query.get("page", ""))
    done = query.get("done", "")
    receipt = await _receipt(ctx, request, asked, done=done if done in TITLES else None)
    return await page_response(
        ctx,
        request,
        title=translator(asked.locale).gettext(TITLES.get(done, TITLE_OTHERWISE)),
        template="engagement/ratings/receipt.html",
        locale=asked.locale,
        receipt=receipt,
    )


def _done(ctx: Context, request: Request, asked: Asked, outcome: Outcome) -> Response:
    done = DONE.get(outcome, outcome.value)
    if wants_json(request):
        fragment = ctx.urls.path(f"/fragments/{asked.page_id}/rating.json")
        return json_response({"done": done, "fragment": fragment})
    return see_other(ctx.urls.path(RECEIPT, page=asked.reference, done=done))


async def _refused(
    ctx: Context, request: Request, asked: Asked, error: EngagementError, *, chosen: str | None = None
) -> Response:
    """The receipt's page with the error on it and the choice kept; for programs, the error as it is."""
    if wants_json(request):
        raise error
    messages = field_messages(error, asked.locale)
    problem = next(iter(messages.values()), sentence(error.code, error.params, asked.locale))
    receipt = await _receipt(
        ctx, request, asked, problem=problem, chosen=_kept(chosen), wrong=isinstance(error, Invalid)
    )
    wait = retry_after(error)
    return await page_response(
        ctx,
        request,
        title=translator(asked.locale).gettext(TITLE) % {"sentence": problem},
        template="engagement/ratings/receipt.html",
        locale=asked.locale,
        status=error.status,
        headers={} if wait is None else {"Retry-After": str(wait)},
        receipt=receipt,
    )


async def _receipt(
    ctx: Context,
    request: Request,
    asked: Asked,
    *,
    done: str | None = None,
    problem: str | None = None,
    chosen: int | None = None,
    wrong: bool = False,
) -> RatingReceipt:
    now = await standing(ctx, request, asked)
    opened = await is_open(ctx, asked.page)
    form = rating_form(
        ctx.settings,
        reference=asked.reference,
        chosen=chosen or now.score,
        error=problem if wrong else None,
    )
    return RatingReceipt(
        title=asked.page.title,
        back=asked.page.url.partition("#")[0] + ANCHOR,
        summary=now.summary,
        done=done,
        mine=my_rating(now.summary, score=now.score, reference=asked.reference, is_open=opened),
        form=form if opened else None,
        problem=problem,
    )


def _kept(raw: str | None) -> int | None:
    """The choice as it was sent, where it was one."""
    try:
        return parse_score(raw)
    except Invalid:
        return None
