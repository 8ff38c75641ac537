"""An author's own pages: the receipt, its way in by code, changing the text, taking the comment back."""

from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.changing import change_text, find_receipt, open_by_code, take_back
from engagement_widgets.comments.form_views import EditForm
from engagement_widgets.comments.receipt_codes import receipt_code
from engagement_widgets.comments.receipt_cookie import remember_opened
from engagement_widgets.comments.receipts import Receipt
from engagement_widgets.comments.receipts_api import receipt_out
from engagement_widgets.errors import Conflict, EngagementError, Invalid, Refused, TooMany
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import TITLE, error_response, field_messages
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import is_partial, request_locale, set_locale, wants_json
from engagement_widgets.web.problem import error_headers
from engagement_widgets.web.responses import json_response, page_response, see_other
from engagement_widgets.web.routing import route

TITLE_RECEIPT = N_("Biên nhận bình luận")
TITLE_EDIT = N_("Sửa bình luận")
TITLE_WITHDRAW = N_("Thu hồi bình luận")
TITLE_OPEN = N_("Mở biên nhận bằng mã")
EDITED: Final = "edited"
PRIVATE: Final = {"Cache-Control": "private, no-store"}


def routes(ctx: Context) -> list[BaseRoute]:
    """The routes of an author's own pages."""
    return [
        route(ctx, "/receipts", show_opening),
        route(ctx, "/receipts", open_receipt, methods=["POST"]),
        route(ctx, "/receipts/{comment_id:uuid}", show_receipt),
        route(ctx, "/comments/{comment_id:uuid}/edit", show_edit_form),
        route(ctx, "/comments/{comment_id:uuid}/edit", edit, methods=["POST"]),
        route(ctx, "/comments/{comment_id:uuid}/withdraw", ask_to_withdraw),
        route(ctx, "/comments/{comment_id:uuid}/withdraw", withdraw, methods=["POST"]),
    ]


async def show_receipt(ctx: Context, request: Request) -> Response:
    """The author's own page of one comment. Query: `done=edited` after a change."""
    receipt = await _receipt(ctx, request)
    return await _page(
        ctx,
        request,
        TITLE_RECEIPT,
        "engagement/comments/receipt.html",
        own=receipt.own,
        back=receipt.own.back,
        code=receipt_code(ctx.secrets, receipt.own.comment.id),
        is_edited=request.query_params.get("done") == EDITED,
    )


async def show_opening(ctx: Context, request: Request) -> Response:
    """The form that opens a receipt by its code. Query: `locale`, of the page that led here."""
    set_locale(request, request.query_params.get("locale") or ctx.settings.locale)
    return await _page(
        ctx, request, TITLE_OPEN, "engagement/comments/open_receipt.html", code="", errors={}, problem=None
    )


async def open_receipt(ctx: Context, request: Request) -> Response:
    """Open a receipt by its code, for this browser and a day."""
    set_locale(request, request.query_params.get("locale") or ctx.settings.locale)
    form = await read_form(request)
    try:
        comment_id = await open_by_code(ctx, request, form.get("receipt_code"))
    except (Invalid, TooMany) as error:
        if wants_json(request):
            raise
        locale = request_locale(request, ctx.settings)
        return await _page(
            ctx,
            request,
            TITLE_OPEN,
            "engagement/comments/open_receipt.html",
            error=error,
            code=form.text("receipt_code"),
            errors=field_messages(error, locale),
            problem=None if isinstance(error, Invalid) else sentence(error.code, error.params, locale),
        )
    address = ctx.urls.path(f"/receipts/{comment_id}")
    response = json_response({"receipt": address}) if wants_json(request) else see_other(address)
    remember_opened(ctx, request, response, comment_id)
    return response


async def show_edit_form(ctx: Context, request: Request) -> Response:
    """The form that changes a comment.

    Raises:
        Refused: `comment_decided`, `comment_disputed`, `comment_answered`, `edit_window_over`.
    """
    receipt = await _receipt(ctx, request)
    _refuse(receipt.own.edit_refusal)
    return await _edit_page(ctx, request, _edit_form(request, receipt, receipt.own.comment.body))


async def edit(ctx: Context, request: Request) -> Response:
    """Put another text in the place of a comment's. What was typed is never lost."""
    form = await read_form(request)
    try:
        receipt = await _receipt(ctx, request)
        await change_text(ctx, request, receipt, body=form.get("body"), version=form.get("version"))
    except EngagementError as error:
        if wants_json(request):
            raise
        return await _edit_again(ctx, request, error, form.text("body"))
    if wants_json(request):
        return json_response(receipt_out(ctx, (await _receipt(ctx, request)).own))
    return see_other(ctx.urls.path(f"/receipts/{receipt.own.comment.id}", done=EDITED))


async def ask_to_withdraw(ctx: Context, request: Request) -> Response:
    """What taking back means, and the button that does it.

    Raises:
        Refused: `comment_decided`, `comment_disputed`, `withdrawal_window_over`.
    """
    receipt = await _receipt(ctx, request)
    _refuse(receipt.own.withdrawal_refusal)
    return await _page(
        ctx,
        request,
        TITLE_WITHDRAW,
        "engagement/comments/withdraw.html",
        own=receipt.own,
        back=receipt.own.back,
        in_place=is_partial(request),
    )


async def withdraw(ctx: Context, request: Request) -> Response:
    """Take a comment back, and show its receipt."""
    receipt = await _receipt(ctx, request)
    await take_back(ctx, request, receipt)
    if wants_json(request):
        return json_response(receipt_out(ctx, (await _receipt(ctx, request)).own))
    return see_other(ctx.urls.path(f"/receipts/{receipt.own.comment.id}"))


async def _receipt(ctx: Context, request: Request) -> Receipt:
    return await find_receipt(ctx, request, request.path_params["comment_id"])


def _refuse(code: str | None) -> None:
    if code is not None:
        raise Refused(code)


def _edit_form(request: Request, receipt: Receipt, body: str) -> EditForm:
    return EditForm(own=receipt.own, body=body, prefix=f"ew-{receipt.own.comment.id}-", in_place=is_partial(request))


async def _edit_again(ctx: Context, request: Request, error: EngagementError, body: str) -> Response:
    """The form with what was wrong; where it can be sent no more, the text alone."""
    kept = [body] if body else []
    if not isinstance(error, Invalid | Conflict | TooMany):
        return await error_response(ctx, request, error, kept=kept)
    receipt = await _receipt(ctx, request)
    if receipt.own.edit_refusal is not None:
        return await error_response(ctx, request, Refused(receipt.own.edit_refusal), kept=kept)
    locale = request_locale(request, ctx.settings)
    form = replace(
        _edit_form(request, receipt, body),
        errors=field_messages(error, locale),
        problem=None if isinstance(error, Invalid) else sentence(error.code, error.params, locale),
        is_changed=isinstance(error, Conflict),
    )
    return await _edit_page(ctx, request, form, error)


async def _edit_page(ctx: Context, request: Request, form: EditForm, error: EngagementError | None = None) -> Response:
    return await _page(
        ctx, request, TITLE_EDIT, "engagement/comments/edit.html", error=error, form=form, back=form.own.back
    )


async def _page(
    ctx: Context,
    request: Request,
    title: str,
    template: str,
    *,
    error: EngagementError | None = None,
    **context: object,
) -> Response:
    """A page for its author alone; with an error its title says so first."""
    locale = request_locale(request, ctx.settings)
    words = translator(locale)
    shown = words.gettext(title)
    if error is not None:
        message = next(iter(field_messages(error, locale).values()), sentence(error.code, error.params, locale))
        shown = words.gettext(TITLE) % {"sentence": message}
    return await page_response(
        ctx,
        request,
        title=shown,
        template=template,
        locale=locale,
        status=200 if error is None else error.status,
        headers={**PRIVATE, **error_headers(error)},
        has_captcha=False,
        **context,
    )
