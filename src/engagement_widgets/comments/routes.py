"""Comments over HTTP: post by form, then read the receipt; the list and one reply's form as pages of their own."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments import form_pages, receipt_routes
from engagement_widgets.comments.api import submitted_out
from engagement_widgets.comments.banners import banner_of
from engagement_widgets.comments.cases import routes as cases
from engagement_widgets.comments.drafts import parse_draft
from engagement_widgets.comments.form_views import comment_form
from engagement_widgets.comments.letters import routes as letters_routes
from engagement_widgets.comments.likes import routes as likes
from engagement_widgets.comments.places import find_place
from engagement_widgets.comments.posting import (
    Asked,
    CaptchaRequired,
    article_anchor,
    asked_page,
    open_rules,
    send,
    sent_twice,
)
from engagement_widgets.comments.reading import load_answering, load_discussion, parse_address, signed
from engagement_widgets.comments.reports import routes as reports
from engagement_widgets.errors import EngagementError, Invalid, Malformed, Refused, TooMany, Unavailable
from engagement_widgets.pages.reference import make_reference
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import error_response
from engagement_widgets.web.forms import Form, parse_pairs, read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.identity import client_of, set_reader_cookie
from engagement_widgets.web.negotiation import is_partial, known_locale, set_locale, wants_json
from engagement_widgets.web.responses import json_response, page_response, see_other
from engagement_widgets.web.routing import route

TITLE_LIST = N_("Bình luận: %(title)s")
TITLE_REPLY = N_("Trả lời %(name)s")
_LIST_PARAMS = frozenset({"sort", "cursor", "thread", "at"})


def routes(ctx: Context) -> list[BaseRoute]:
    """The routes of this slice."""
    return [
        route(ctx, "/comments", post_comment, methods=["POST"]),
        route(ctx, "/comments/{comment_id:uuid}/reply", show_reply_form),
        route(ctx, "/pages/{page_id:uuid}/comments", show_page),
        route(ctx, "/c/{comment_id:uuid}", go_to_comment),
        *receipt_routes.routes(ctx),
        *likes.routes(ctx),
        *reports.routes(ctx),
        *cases.routes(ctx),
        *letters_routes.routes(ctx),
    ]


async def post_comment(ctx: Context, request: Request) -> Response:
    """Post a comment. Buttons: `new_code` asks for another picture, `speak` for a recording, `no_code` needs none."""
    form = await read_form(request)
    asked = await asked_page(ctx, request, form.text("page"))
    try:
        return await _post(ctx, request, asked, form)
    except EngagementError as error:
        if wants_json(request):
            raise
        # Sending the form again would not help; where the captcha alone is away, the way without a code does.
        if isinstance(error, Refused | Unavailable) and error.code != "captcha_unavailable":
            return await error_response(ctx, request, error, kept=form_pages.typed(form))
        return await _again(ctx, request, asked, form, error)


async def _again(ctx: Context, request: Request, asked: Asked, form: Form, error: EngagementError) -> Response:
    """The form with what was wrong; where no more challenges are given out, the text alone."""
    try:
        return await form_pages.again(ctx, request, asked, form, error)
    except (TooMany, Unavailable) as limit:
        return await error_response(ctx, request, limit, kept=form_pages.typed(form))


async def _post(ctx: Context, request: Request, asked: Asked, form: Form) -> Response:
    if form.get("new_code") or form.get("speak"):
        return await form_pages.next_step(ctx, request, asked, form)
    draft = parse_draft(ctx, form.fields, asked.client, no_code=bool(form.get("no_code")))
    try:
        sent = await send(ctx, request, asked, draft)
    except CaptchaRequired:
        if wants_json(request):
            raise
        return await form_pages.next_step(ctx, request, asked, form)
    except Invalid:
        twin = None if wants_json(request) or is_partial(request) else await sent_twice(ctx, request, asked, draft)
        if twin is None:
            raise
        sent = twin
    result = sent.result
    if wants_json(request):
        response = json_response(submitted_out(ctx, result.comment_id, result.status), status=201)
    else:
        response = see_other(ctx.urls.path(f"/receipts/{result.comment_id}"))
    set_reader_cookie(ctx, request, response, sent.client)
    return response


async def show_reply_form(ctx: Context, request: Request) -> Response:
    """The form that answers one comment."""
    found = await ctx.storage.read(load_answering, request.path_params["comment_id"])
    page = found.page.page
    locale = known_locale(page.locale, ctx.settings.locale)
    set_locale(request, locale)
    rules = await open_rules(ctx, page)
    if found.page.comments_closed_at is not None:
        raise Refused("comments_closed")
    client = await client_of(ctx, request)
    author = found.comment.author
    reference = make_reference(ctx.secrets, ctx.settings.site, page)
    form = comment_form(reference, moderation=rules.moderation, parent=found.comment.id)
    return await page_response(
        ctx,
        request,
        title=translator(locale).gettext(TITLE_REPLY) % {"name": author},
        template="engagement/comments/reply.html",
        locale=locale,
        comment=found.comment,
        back=article_anchor(page),
        form=replace(form_pages.for_client(form, client), parent_author=author, in_place=is_partial(request)),
    )


async def show_page(ctx: Context, request: Request) -> Response:
    """The comments of a page on a page of their own: any part of them, or the part that holds one comment."""
    params = parse_pairs(request.scope["query_string"])
    if not _LIST_PARAMS.issuperset(params):
        raise Malformed("unknown_parameter")
    address = parse_address(ctx.secrets, ctx.shown_page(request.path_params["page_id"]), ctx.settings.page_size, params)
    found = await ctx.storage.read(load_discussion, address)
    page = found.page.page
    locale = known_locale(page.locale, ctx.settings.locale)
    rules = await ctx.policy(page, ctx.clock.now())
    client = await client_of(ctx, request)
    reference = make_reference(ctx.secrets, ctx.settings.site, page)
    form = form_pages.for_client(comment_form(reference, moderation=rules.moderation), client)
    is_open = rules.comments_open and not found.comments.closed
    return await page_response(
        ctx,
        request,
        title=translator(locale).gettext(TITLE_LIST) % {"title": page.title},
        template="engagement/comments/page.html",
        locale=locale,
        has_captcha=is_open and client.user is None,
        article=page,
        back=article_anchor(page),
        view=signed(ctx.secrets, found.comments),
        form=form if is_open else None,
        banner=await banner_of(ctx, page, found.page.id),
    )


async def go_to_comment(ctx: Context, request: Request) -> Response:
    """A permalink: to the page that holds this comment, at the comment."""
    comment_id = request.path_params["comment_id"]
    place = await ctx.storage.read(find_place, comment_id)
    return see_other(ctx.urls.path(f"/pages/{place.page_id}/comments", at=comment_id) + f"#c-{comment_id}")
