"""The password again before a dangerous act, when it was not shown for a while; then back to the act."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.desk.account_routes import form_status, signed_in_at
from engagement_widgets.desk.gate import EVERYBODY, PROOF, Seat, desk_route, safe_next
from engagement_widgets.desk.screen import desk_page, error_page
from engagement_widgets.desk.sign_in import Credentials, prove_again
from engagement_widgets.errors import EngagementError
from engagement_widgets.web.context import Context
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale, wants_json
from engagement_widgets.web.problem import error_headers
from engagement_widgets.web.responses import see_other


def routes(ctx: Context) -> list[BaseRoute]:
    """The page that asks. A host with an `Authorizer` is trusted: how fresh its sign-in is, is its business."""
    if ctx.authorizer is not None:
        return []
    mine = partial(desk_route, ctx, roles=EVERYBODY, error_page=error_page)
    return [mine(PROOF, show_proof), mine(PROOF, take_proof, methods=["POST"])]


async def show_proof(ctx: Context, request: Request, seat: Seat) -> Response:
    """The form."""
    return await _page(ctx, request, seat, wanted=request.query_params.get("next", ""))


async def take_proof(ctx: Context, request: Request, seat: Seat) -> Response:
    """Go back to the act, or show the form again with the reason."""
    signed_in = signed_in_at(seat)
    form = await read_form(request)
    wanted = form.text("next")
    typed = Credentials(login=signed_in.account.login, password=form.text("password"), code=form.text("code"))
    try:
        await prove_again(ctx, request, signed_in, typed)
    except EngagementError as error:
        if wants_json(request):
            raise
        return await _page(ctx, request, seat, wanted=wanted, error=error)
    return see_other(ctx.urls.base + safe_next(wanted))


async def _page(
    ctx: Context, request: Request, seat: Seat, *, wanted: str, error: EngagementError | None = None
) -> Response:
    locale = desk_locale(request, ctx.settings)
    return await desk_page(
        ctx,
        request,
        seat,
        title=translator(locale).gettext(N_("Xác nhận mật khẩu")),
        template="engagement/desk/proof.html",
        status=form_status(error),
        headers=error_headers(error),
        login=signed_in_at(seat).account.login,
        asks_code=signed_in_at(seat).account.has_second_factor,
        next=safe_next(wanted) if wanted else "",
        message=sentence(error.code, error.params, locale) if error else "",
        wrong="" if error is None else error.code,
    )
