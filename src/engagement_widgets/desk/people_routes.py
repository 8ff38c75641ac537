"""People at the desk, for admins: who there is, one more, one-time passwords, shut and open again."""

from dataclasses import replace
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.desk.accounts import (
    Account,
    AccountSwitch,
    PasswordReset,
    create_account,
    find_account,
    list_accounts,
    new_account,
    reset_password,
    switch_account,
)
from engagement_widgets.desk.gate import ADMINS, Seat, desk_route
from engagement_widgets.desk.passwords import one_time_password
from engagement_widgets.desk.screen import ROLE_NAMES, desk_page, error_page
from engagement_widgets.desk.sign_in import hashed
from engagement_widgets.errors import Conflict, EngagementError, FieldError, Invalid
from engagement_widgets.hooks import Role
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.forms import Form, read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale, wants_json
from engagement_widgets.web.responses import see_other

PEOPLE: Final = "/desk/people"
PERSON: Final = "/desk/people/{account_id:uuid}"


def routes(ctx: Context) -> list[BaseRoute]:
    """The admins' pages about accounts; with an `Authorizer` people are the host's business."""
    if ctx.authorizer is not None:
        return []
    admins = partial(desk_route, ctx, roles=ADMINS, error_page=error_page)
    return [
        admins(PEOPLE, show_people),
        admins(PEOPLE, add_person, methods=["POST"]),
        admins(f"{PERSON}/password", renew_password, methods=["POST"]),
        admins(f"{PERSON}/disable", disable_person, methods=["POST"]),
        admins(f"{PERSON}/enable", enable_person, methods=["POST"]),
    ]


async def show_people(ctx: Context, request: Request, seat: Seat) -> Response:
    """Everybody, and the form to add one."""
    return await _people_page(ctx, request, seat)


async def add_person(ctx: Context, request: Request, seat: Seat) -> Response:
    """Add a person and show their one-time password, this once."""
    form = await read_form(request)
    password = one_time_password()
    try:
        typed = new_account(
            login=form.text("login"),
            name=form.text("name"),
            role=form.text("role"),
            password_hash="",
            actor=seat.user,
        )
        # hashed last: it is slow, and most of what is refused is refused for a field
        command = replace(typed, password_hash=await hashed(password))
        account = await ctx.storage.write(create_account, command)
    except Invalid as error:
        return await _people_page(ctx, request, seat, form=form, error=error)
    except Conflict as error:
        taken = Invalid([FieldError("login", error.code, error.params)])
        return await _people_page(ctx, request, seat, form=form, error=taken)
    return await _people_page(ctx, request, seat, issued=(account, password))


async def renew_password(ctx: Context, request: Request, seat: Seat) -> Response:
    """Give a person a new one-time password and show it, this once."""
    account = await ctx.storage.read(find_account, request.path_params["account_id"])
    password = one_time_password()
    command = PasswordReset(login=account.login, password_hash=await hashed(password), actor=seat.user)
    return await _people_page(ctx, request, seat, issued=(await ctx.storage.write(reset_password, command), password))


async def disable_person(ctx: Context, request: Request, seat: Seat) -> Response:
    """Shut an account."""
    return await _switch(ctx, request, seat, disabled=True)


async def enable_person(ctx: Context, request: Request, seat: Seat) -> Response:
    """Open it again."""
    return await _switch(ctx, request, seat, disabled=False)


async def _switch(ctx: Context, request: Request, seat: Seat, *, disabled: bool) -> Response:
    command = AccountSwitch(account_id=request.path_params["account_id"], disabled=disabled, actor=seat.user)
    await ctx.storage.write(switch_account, command)
    return see_other(ctx.urls.path(PEOPLE))


async def _people_page(
    ctx: Context,
    request: Request,
    seat: Seat,
    *,
    form: Form | None = None,
    error: EngagementError | None = None,
    issued: tuple[Account, str] | None = None,
) -> Response:
    if error is not None and wants_json(request):
        raise error
    locale = desk_locale(request, ctx.settings)
    translate = translator(locale).gettext
    return await desk_page(
        ctx,
        request,
        seat,
        title=translate(N_("Thành viên")),
        template="engagement/desk/people.html",
        status=error.status if error else 200,
        people=[(person, translate(ROLE_NAMES[person.role])) for person in await ctx.storage.read(list_accounts, None)],
        roles=[(role.value, translate(ROLE_NAMES[role])) for role in Role],
        typed=form.fields if form else {},
        errors=field_messages(error, locale) if error else {},
        summary=sentence(error.code, error.params, locale) if error else "",
        issued=issued,
    )
