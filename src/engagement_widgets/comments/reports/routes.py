"""Reporting by form, on a page of its own that our script opens below the comment; what was typed is never lost."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.form_views import ReportForm
from engagement_widgets.comments.posting import article_anchor
from engagement_widgets.comments.reports.api import ReportedOut
from engagement_widgets.comments.reports.reasons import REASONS
from engagement_widgets.comments.reports.reporting import parse_complaint, send
from engagement_widgets.comments.reports.service import OwnReport, Subject, load_subject
from engagement_widgets.errors import EngagementError, Invalid, TooMany
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import TITLE, error_response, field_messages
from engagement_widgets.web.forms import Form, read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.identity import client_of, set_reader_cookie
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import is_partial, known_locale, request_locale, set_locale, wants_json
from engagement_widgets.web.problem import error_headers
from engagement_widgets.web.responses import json_response, page_response, see_other
from engagement_widgets.web.routing import route

PATH = "/comments/{comment_id:uuid}/report"
TITLE_FORM = N_("Báo cáo vi phạm")
TITLE_DONE = N_("Đã gửi báo cáo")


def routes(ctx: Context) -> list[BaseRoute]:
    """The routes of reports."""
    return [route(ctx, PATH, send_report, methods=["POST"]), route(ctx, PATH, show_report)]


async def show_report(ctx: Context, request: Request) -> Response:
    """The form, or the receipt for who has reported this comment; it may be hidden by now."""
    subject = await _subject(ctx, request)
    if subject.comment is not None:
        return await _form_page(ctx, request, subject, Form(fields={}))
    locale = request_locale(request, ctx.settings)
    return await page_response(
        ctx,
        request,
        title=translator(locale).gettext(TITLE_DONE),
        template="engagement/comments/reported.html",
        locale=locale,
        headers={"Cache-Control": "private, no-store"},
        back=article_anchor(subject.page.page),
    )


async def send_report(ctx: Context, request: Request) -> Response:
    """Send a report."""
    form = await read_form(request)
    comment_id = request.path_params["comment_id"]
    subject = await _subject(ctx, request)
    try:
        sent = await send(ctx, request, comment_id, parse_complaint(form.get("reason"), form.get("text")))
    except EngagementError as error:
        if wants_json(request):
            raise
        if isinstance(error, Invalid | TooMany):
            return await _form_page(ctx, request, subject, form, error)
        return await error_response(ctx, request, error, kept=[text] if (text := form.text("text")) else ())
    if wants_json(request):
        response = json_response(ReportedOut(reported=True), status=201)
    else:
        response = see_other(ctx.urls.path(f"/comments/{comment_id}/report"))
    set_reader_cookie(ctx, request, response, sent.client)
    return response


async def _subject(ctx: Context, request: Request) -> Subject:
    """The comment; from here on errors speak its page's language."""
    client = await client_of(ctx, request)
    query = OwnReport(comment_id=request.path_params["comment_id"], reader=client.voter())
    subject = await ctx.storage.read(load_subject, query)
    set_locale(request, known_locale(subject.page.page.locale, ctx.settings.locale))
    return subject


async def _form_page(
    ctx: Context, request: Request, subject: Subject, form: Form, error: EngagementError | None = None
) -> Response:
    """The form as it was typed, and as the error that it is."""
    locale = request_locale(request, ctx.settings)
    words = translator(locale)
    shown = ReportForm(
        comment_id=request.path_params["comment_id"],
        reasons=tuple((reason.value, words.gettext(name)) for reason, name in REASONS.items()),
        chosen=form.text("reason"),
        text=form.text("text"),
        in_place=is_partial(request),
    )
    if isinstance(error, Invalid):
        shown = replace(shown, errors=field_messages(error, locale))
    elif error is not None:
        shown = replace(shown, problem=sentence(error.code, error.params, locale))
    message = shown.problem or next(iter(shown.errors.values()), "")
    return await page_response(
        ctx,
        request,
        title=words.gettext(TITLE) % {"sentence": message} if message else words.gettext(TITLE_FORM),
        template="engagement/comments/report.html",
        locale=locale,
        status=200 if error is None else error.status,
        headers=error_headers(error),
        comment=subject.comment,
        form=shown,
        back=article_anchor(subject.page.page),
    )
