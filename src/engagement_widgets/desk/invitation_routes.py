"""The page behind a link to set a password. Who holds the link is taken for the person; it opens once."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.desk.accounts import Account
from engagement_widgets.desk.gate import LOGIN
from engagement_widgets.desk.invitations import AcceptLink, accept_link, open_link, read_link
from engagement_widgets.desk.passwords import MINIMUM
from engagement_widgets.desk.screen import desk_page, error_page
from engagement_widgets.desk.sign_in import check_transport, checked_new_password, hashed
from engagement_widgets.errors import EngagementError, Invalid
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.negotiation import desk_locale, wants_json
from engagement_widgets.web.responses import see_other
from engagement_widgets.web.routing import route

INVITATION = "/desk/invitations/{invitation}"


def routes(ctx: Context) -> list[BaseRoute]:
    """The link's page, open to whoever holds the link."""
    if ctx.authorizer is not None:
        return []
    return [route(ctx, INVITATION, show_invitation), route(ctx, INVITATION, accept, methods=["POST"])]


async def show_invitation(ctx: Context, request: Request) -> Response:
    """The form to set a password; looking at it uses nothing up."""
    try:
        account = await _invited(ctx, request)
    except EngagementError as error:
        return await error_page(ctx, request, None, error)
    return await _page(ctx, request, account)


async def accept(ctx: Context, request: Request) -> Response:
    """Set it and go to the sign-in, or show the form again with the reason."""
    try:
        account = await _invited(ctx, request)
        form = await read_form(request)
        link_id = read_link(ctx.secrets, request.path_params["invitation"])
        ctx.throttle.check("sign-in", str(link_id))
        new = checked_new_password(form.text("new_password"), form.text("again"), login=account.login)
        await ctx.storage.write(accept_link, AcceptLink(link_id=link_id, password_hash=await hashed(new)))
    except Invalid as error:
        if wants_json(request):
            raise
        return await _page(ctx, request, account, error)
    except EngagementError as error:
        return await error_page(ctx, request, None, error)
    return see_other(ctx.urls.path(LOGIN, done="password"))


async def _invited(ctx: Context, request: Request) -> Account:
    check_transport(ctx, request)
    return await ctx.storage.read(open_link, read_link(ctx.secrets, request.path_params["invitation"]))


async def _page(ctx: Context, request: Request, account: Account, error: Invalid | None = None) -> Response:
    locale = desk_locale(request, ctx.settings)
    return await desk_page(
        ctx,
        request,
        None,
        title=translator(locale).gettext(N_("Đặt mật khẩu")),
        template="engagement/desk/invitation.html",
        status=error.status if error else 200,
        account=account,
        here=request.path_params["invitation"],
        minimum=MINIMUM,
        errors=field_messages(error, locale) if error else {},
    )
