"""People at the desk, for admins: who there is, one more, what they may do, new passwords, shut and open again."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.desk.account_changes import AccountSwitch, account_change, change_account, switch_account
from engagement_widgets.desk.accounts import (
    Account,
    PasswordReset,
    create_account,
    find_account,
    list_accounts,
    new_account,
    reset_password,
)
from engagement_widgets.desk.gate import ADMINS, Seat, desk_route
from engagement_widgets.desk.invitation_routes import INVITATION
from engagement_widgets.desk.invitations import LINK_LIFE, Invite, invite, link_token
from engagement_widgets.desk.passwords import one_time_password
from engagement_widgets.desk.screen import ROLE_NAMES, desk_page, error_page
from engagement_widgets.desk.second_factor import DisableFactor, disable_factor
from engagement_widgets.desk.sign_in import hashed
from engagement_widgets.errors import Conflict, EngagementError, FieldError, Invalid
from engagement_widgets.hooks import Role
from engagement_widgets.pages.service import known_sections
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.forms import Form, read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale, wants_json
from engagement_widgets.web.responses import see_other

PEOPLE: Final = "/desk/people"
PERSON: Final = "/desk/people/{account_id:uuid}"
NOTICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "changed": N_("Đã đổi quyền của thành viên."),
        "factor": N_("Đã tắt xác thực hai bước của thành viên."),
    }
)


def routes(ctx: Context) -> list[BaseRoute]:
    """The admins' pages about accounts; with an `Authorizer` people are the host's business."""
    if ctx.authorizer is not None:
        return []
    admins = partial(desk_route, ctx, roles=ADMINS, error_page=error_page, whole_site=True, dangerous=PEOPLE)
    return [
        admins(PEOPLE, show_people),
        admins(PEOPLE, add_person, methods=["POST"]),
        admins(PERSON, show_person),
        admins(PERSON, change_person, methods=["POST"]),
        admins(f"{PERSON}/password", renew_password, methods=["POST"]),
        admins(f"{PERSON}/link", send_link, methods=["POST"]),
        admins(f"{PERSON}/second-factor", reset_factor, methods=["POST"]),
        admins(f"{PERSON}/disable", disable_person, methods=["POST"]),
        admins(f"{PERSON}/enable", enable_person, methods=["POST"]),
    ]


async def show_people(ctx: Context, request: Request, seat: Seat) -> Response:
    """Everybody, and the form to add one."""
    return await _people_page(ctx, request, seat)


async def add_person(ctx: Context, request: Request, seat: Seat) -> Response:
    """Add a person and show how they come in, this once: a link to set a password, or a one-time password."""
    form = await read_form(request)
    by_password = form.get("by") == "password"
    password = one_time_password() if by_password else ""
    try:
        typed = new_account(
            login=form.text("login"),
            name=form.text("name"),
            role=form.text("role"),
            sections=form.get("sections") or "",
            email=form.get("email") or "",
            actor=seat.user,
        )
        # hashed last: it is slow, and most of what is refused is refused for a field
        command = replace(typed, password_hash=await hashed(password)) if by_password else typed
        account = await ctx.storage.write(create_account, command)
    except Invalid as error:
        return await _people_page(ctx, request, seat, form=form, error=error)
    except Conflict as error:
        taken = Invalid([FieldError("login", error.code, error.params)])
        return await _people_page(ctx, request, seat, form=form, error=taken)
    if by_password:
        return await _people_page(ctx, request, seat, issued=(account, password))
    return await _invite(ctx, request, seat, account.id)


async def show_person(ctx: Context, request: Request, seat: Seat) -> Response:
    """What one person may do, to change it."""
    account = await ctx.storage.read(find_account, request.path_params["account_id"])
    return await _person_page(ctx, request, seat, account)


async def change_person(ctx: Context, request: Request, seat: Seat) -> Response:
    """Change role, sections and address."""
    account = await ctx.storage.read(find_account, request.path_params["account_id"])
    form = await read_form(request)
    try:
        command = account_change(
            account.id,
            role=form.text("role"),
            sections=form.get("sections") or "",
            email=form.get("email") or "",
            actor=seat.user,
        )
    except Invalid as error:
        if wants_json(request):
            raise
        return await _person_page(ctx, request, seat, account, form=form, error=error)
    await ctx.storage.write(change_account, command)
    return see_other(ctx.urls.path(PEOPLE, done="changed"))


async def send_link(ctx: Context, request: Request, seat: Seat) -> Response:
    """Make a link by which a person sets a new password and show it, this once."""
    return await _invite(ctx, request, seat, request.path_params["account_id"])


async def reset_factor(ctx: Context, request: Request, seat: Seat) -> Response:
    """Take the second factor off an account whose owner has lost it; its sessions end."""
    command = DisableFactor(account_id=request.path_params["account_id"], actor=seat.user)
    await ctx.storage.write(disable_factor, command)
    return see_other(ctx.urls.path(PEOPLE, done="factor"))


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


async def _invite(ctx: Context, request: Request, seat: Seat, account_id: UUID) -> Response:
    command = Invite(account_id=account_id, actor=seat.user, by_mail=ctx.settings.sends_letters)
    invited = await ctx.storage.write(invite, command)
    token = link_token(ctx.secrets, invited.link_id)
    return await _people_page(ctx, request, seat, invited=(invited.account, link_address(ctx, request, token)))


def link_address(ctx: Context, request: Request, token: str) -> str:
    """The link as it is handed over: by `public_url`, else by the address the admin's browser uses itself."""
    origin = ctx.settings.public_url and urlsplit(ctx.settings.public_url)
    here = f"{origin.scheme}://{origin.netloc}" if origin else f"{request.url.scheme}://{request.url.netloc}"
    return here + ctx.urls.path(INVITATION.replace("{invitation}", token))


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
    invited: tuple[Account, str] | None = None,
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
        invited=invited,
        days=LINK_LIFE.days,
        known_sections=await ctx.storage.read(known_sections, None),
        notice=translate(NOTICES[done]) if (done := request.query_params.get("done", "")) in NOTICES else "",
    )


async def _person_page(
    ctx: Context,
    request: Request,
    seat: Seat,
    account: Account,
    *,
    form: Form | None = None,
    error: EngagementError | None = None,
) -> Response:
    locale = desk_locale(request, ctx.settings)
    translate = translator(locale).gettext
    standing = {
        "role": account.role.value,
        "sections": "\n".join(sorted(account.sections or ())),
        "email": account.email or "",
    }
    return await desk_page(
        ctx,
        request,
        seat,
        title=account.name,
        template="engagement/desk/person.html",
        status=error.status if error else 200,
        person=account,
        roles=[(role.value, translate(ROLE_NAMES[role])) for role in Role],
        typed=form.fields if form else standing,
        errors=field_messages(error, locale) if error else {},
        summary=sentence(error.code, error.params, locale) if error else "",
        known_sections=await ctx.storage.read(known_sections, None),
    )
