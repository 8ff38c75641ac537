"""Giving notice of unlawful content by form: a page, its step with the captcha, and the receipt with the number."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.cases.api import noticed_out
from engagement_widgets.comments.cases.fields import parse_subjects
from engagement_widgets.comments.cases.noticing import PURPOSE, send
from engagement_widgets.comments.cases.reading import NoticeQuery, read_notice
from engagement_widgets.comments.cases.views import CaseForm
from engagement_widgets.comments.posting import CaptchaRequired, article_anchor
from engagement_widgets.comments.reading import load_answering
from engagement_widgets.errors import EngagementError, Invalid, NotFound, Refused, TooMany, Unavailable
from engagement_widgets.pages.reference import page_id
from engagement_widgets.web.challenges import issue_challenge
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import TITLE, error_response, field_messages
from engagement_widgets.web.forms import parse_pairs, read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.identity import client_of, set_reader_cookie
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import known_locale, request_locale, set_locale, wants_json
from engagement_widgets.web.problem import error_headers
from engagement_widgets.web.responses import json_response, page_response, see_other
from engagement_widgets.web.routing import route

TITLE_FORM: Final = N_("Thông báo nội dung trái pháp luật")
TITLE_STEP: Final = N_("Thêm một bước: mã xác thực")
TITLE_RECEIPT: Final = N_("Biên nhận thông báo %(number)s")
FIELDS: Final = ("comments", "name", "email", "phone", "statement", "good_faith")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The first comment that a notice names, and the page that its captcha is for."""

    comment_id: UUID
    page_id: UUID


def routes(ctx: Context) -> list[BaseRoute]:
    """The routes of notices."""
    return [
        route(ctx, "/cases/new", show_form),
        route(ctx, "/cases", send_notice, methods=["POST"]),
        route(ctx, "/cases/{case_id:uuid}", show_receipt),
    ]


async def show_form(ctx: Context, request: Request) -> Response:
    """The form, with the comment that the address names in it."""
    query = parse_pairs(request.scope["query_string"])
    comment = query.get("comment", "")
    subject = await _subject(ctx, request, comment)
    given = ctx.urls.public(f"/c/{comment}") if comment else ""
    return await _form_page(ctx, request, {"comments": given}, subject=subject)


async def send_notice(ctx: Context, request: Request) -> Response:
    """Give notice. Buttons: `new_code` asks for another picture, `speak` for a recording, `no_code` needs none."""
    form = await read_form(request)
    subject = await _subject(ctx, request, form.text("comments"))
    try:
        if form.get("new_code") or form.get("speak"):
            raise CaptchaRequired("captcha_required")
        sent = await send(ctx, request, form.fields)
    except EngagementError as error:
        if wants_json(request):
            raise
        if isinstance(error, Refused) or error.code == "busy":  # sending it again would not help
            return await error_response(ctx, request, error, kept=[form.text("statement")])
        return await _form_page(ctx, request, form.fields, error, subject=subject)
    if wants_json(request):
        response = json_response(noticed_out(ctx, sent.opened), status=201)
    else:
        response = see_other(ctx.urls.path(f"/cases/{sent.opened.case_id}"))
    set_reader_cookie(ctx, request, response, sent.client)
    return response


async def show_receipt(ctx: Context, request: Request) -> Response:
    """The notifier's own page: number, deadline, where it stands."""
    client = await client_of(ctx, request)
    query = NoticeQuery(case_id=request.path_params["case_id"], readers=client.names())
    own = await ctx.storage.read(read_notice, query)
    locale = known_locale(own.page.page.locale, ctx.settings.locale)
    return await page_response(
        ctx,
        request,
        title=translator(locale).gettext(TITLE_RECEIPT) % {"number": own.case.number},
        template="engagement/comments/case_receipt.html",
        locale=locale,
        headers={"Cache-Control": "private, no-store"},
        case=own.case,
        back=article_anchor(own.page.page),
    )


async def _subject(ctx: Context, request: Request, raw: str) -> Subject | None:
    """The first comment and its page, whose language is used from here on; None where there is no such comment."""
    try:
        comment_id = parse_subjects(raw)[0]
        found = await ctx.storage.read(load_answering, comment_id)
    except (Invalid, NotFound):
        return None
    page = found.page.page
    set_locale(request, known_locale(page.locale, ctx.settings.locale))
    return Subject(comment_id=comment_id, page_id=page_id(ctx.settings.site, page.key))


async def _form_page(
    ctx: Context,
    request: Request,
    values: Mapping[str, str],
    error: EngagementError | None = None,
    *,
    subject: Subject | None,
) -> Response:
    """The form as it was typed; after the first sending with a captcha of its page, and as the error that it is."""
    locale = request_locale(request, ctx.settings)
    words = translator(locale)
    is_step = isinstance(error, CaptchaRequired)
    form = CaseForm(
        values={name: values.get(name, "") for name in FIELDS},
        hours=ctx.settings.case_deadline_hours,
        errors=field_messages(error, locale) if isinstance(error, Invalid) else {},
        back=None if subject is None else ctx.urls.path(f"/c/{subject.comment_id}"),
    )
    if error is not None and subject is not None:
        form = await _with_captcha(ctx, request, values, form, subject.page_id)
    if error is not None and not is_step and not isinstance(error, Invalid):
        form = replace(form, problem=sentence(error.code, error.params, locale))
    message = form.problem or next(iter(form.errors.values()), "")
    return await page_response(
        ctx,
        request,
        title=words.gettext(TITLE) % {"sentence": message}
        if message
        else words.gettext(TITLE_STEP if is_step else TITLE_FORM),
        template="engagement/comments/case.html",
        locale=locale,
        status=200 if error is None or is_step else error.status,
        headers=error_headers(error),
        has_captcha=form.challenge is not None,
        form=form,
    )


async def _with_captcha(
    ctx: Context, request: Request, values: Mapping[str, str], form: CaseForm, place: UUID
) -> CaseForm:
    """A fresh challenge, the last one may be spent; where none can be had, the way without a code."""
    client = await client_of(ctx, request)
    if client.user is not None:
        return form
    try:
        challenge = await issue_challenge(
            ctx,
            client,
            purpose=PURPOSE,
            page_id=place,
            locale=request_locale(request, ctx.settings),
            replaces=values.get("challenge") if values.get("new_code") or values.get("speak") else None,
            spoken=bool(values.get("speak")),
        )
    except (TooMany, Unavailable):
        return replace(form, captcha_away=True)
    return replace(form, challenge=challenge)
