"""The brake by hand: everything of the site, a section or a page is held until a moment, or until it is ended."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.emergencies import EndHold, Scope, end_hold, hold_all
from engagement_widgets.desk.emergency_form import HOURS, hold_of
from engagement_widgets.desk.gate import ADMINS, MODERATORS, Seat, desk_route
from engagement_widgets.desk.screen import desk_page, error_page
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale, wants_json
from engagement_widgets.web.responses import see_other

EMERGENCY: Final = "/desk/emergency"


def routes(ctx: Context) -> list[BaseRoute]:
    """The screen for all who decide, its buttons for admins."""
    admins = partial(desk_route, ctx, roles=ADMINS, error_page=error_page)
    return [
        desk_route(ctx, EMERGENCY, show_holds, roles=MODERATORS, error_page=error_page),
        admins(EMERGENCY, begin, methods=["POST"]),
        admins(f"{EMERGENCY}/end", end, methods=["POST"]),
    ]


async def show_holds(ctx: Context, request: Request, seat: Seat) -> Response:
    """What is held, and the form to hold more."""
    return await _holds_page(ctx, request, seat, request.query_params)


async def begin(ctx: Context, request: Request, seat: Seat) -> Response:
    """Hold everything of a scope, from the next comment on."""
    form = await read_form(request)
    try:
        await ctx.storage.write(hold_all, await hold_of(ctx, form.fields, seat.user))
    except Invalid as error:
        if wants_json(request):
            raise
        return await _holds_page(ctx, request, seat, form.fields, error)
    return see_other(ctx.urls.path(EMERGENCY))


async def end(ctx: Context, request: Request, seat: Seat) -> Response:
    """End a hold before its time."""
    form = await read_form(request)
    try:
        scope = Scope(form.text("scope"))
    except ValueError:
        raise Invalid([FieldError("scope", "required")]) from None
    command = EndHold(
        scope=scope, target=form.text("target"), actor=seat.user, automatic=form.get("automatic") == "yes"
    )
    await ctx.storage.write(end_hold, command)
    return see_other(ctx.urls.path(EMERGENCY))


async def _holds_page(
    ctx: Context, request: Request, seat: Seat, typed: Mapping[str, str], error: Invalid | None = None
) -> Response:
    locale = desk_locale(request, ctx.settings)
    return await desk_page(
        ctx,
        request,
        seat,
        title=translator(locale).gettext(N_("Tạm giữ khẩn cấp")),
        template="engagement/desk/emergency.html",
        status=error.status if error else 200,
        typed=typed,
        may_hold=seat.user.role in ADMINS,
        whole_site=seat.user.sections is None,
        hours=HOURS,
        errors=field_messages(error, locale) if error else {},
        summary=sentence(error.code, error.params, locale) if error else "",
    )
