"""Liking by form: post, then read the receipt. Our script shows the answer in the comment itself."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.likes.api import liked_out
from engagement_widgets.comments.likes.liking import cast
from engagement_widgets.comments.likes.service import LikeQuery, Outcome, load_like
from engagement_widgets.comments.posting import article_anchor
from engagement_widgets.comments.reading import load_answering
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.web.context import Context
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.identity import client_of, set_reader_cookie
from engagement_widgets.web.negotiation import known_locale, set_locale, wants_json
from engagement_widgets.web.responses import json_response, page_response, see_other
from engagement_widgets.web.routing import route

PATH = "/comments/{comment_id:uuid}/vote"
TITLE = N_("Thích bình luận")
CHOICES = {"like": True, "unlike": False}


def routes(ctx: Context) -> list[BaseRoute]:
    """The routes of likes."""
    return [route(ctx, PATH, cast_vote, methods=["POST"]), route(ctx, PATH, show_vote)]


async def cast_vote(ctx: Context, request: Request) -> Response:
    """Like a comment or take it back, as the pressed button says."""
    form = await read_form(request)
    comment_id = request.path_params["comment_id"]
    found = await ctx.storage.read(load_answering, comment_id)
    set_locale(request, known_locale(found.page.page.locale, ctx.settings.locale))
    if form.text("vote") not in CHOICES:
        raise Invalid([FieldError("vote", "unknown_vote")])
    sent = await cast(ctx, request, comment_id, likes=CHOICES[form.text("vote")])
    if wants_json(request):
        response = json_response(liked_out(sent.result))
    else:
        response = see_other(ctx.urls.path(f"/comments/{comment_id}/vote"))
    if form.text("vote") == "like":
        set_reader_cookie(ctx, request, response, sent.client)
    return response


async def show_vote(ctx: Context, request: Request) -> Response:
    """Whether this reader likes a comment, how many do, and the way back to it."""
    comment_id = request.path_params["comment_id"]
    found = await ctx.storage.read(load_answering, comment_id)
    client = await client_of(ctx, request)
    own = await ctx.storage.read(load_like, LikeQuery(comment_id=comment_id, voter=client.voter()))
    locale = known_locale(found.page.page.locale, ctx.settings.locale)
    return await page_response(
        ctx,
        request,
        title=translator(locale).gettext(TITLE),
        template="engagement/comments/liked.html",
        locale=locale,
        headers={"Cache-Control": "private, no-store"},
        comment=found.comment,
        is_liked=own.outcome is Outcome.UNCHANGED,
        likes=own.likes,
        back=article_anchor(found.page.page),
    )
