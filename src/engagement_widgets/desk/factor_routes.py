"""One's own second factor: set up with an app, new recovery codes, given up. The password was shown just before."""

from functools import partial
from typing import Any, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.desk.account_routes import signed_in_at
from engagement_widgets.desk.gate import EVERYBODY, Seat, desk_route
from engagement_widgets.desk.screen import desk_page, error_page
from engagement_widgets.desk.second_factor import (
    DisableFactor,
    EnableFactor,
    RenewCodes,
    count_recovery_codes,
    disable_factor,
    enable_factor,
    factor_purpose,
    key_address,
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_hash,
    renew_codes,
)
from engagement_widgets.errors import FieldError, Invalid, Refused
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.negotiation import desk_locale, wants_json
from engagement_widgets.web.responses import see_other

FACTOR: Final = "/desk/second-factor"
TITLE: Final = N_("Xác thực hai bước")
_ISSUER: Final = N_("Bàn duyệt")


def routes(ctx: Context) -> list[BaseRoute]:
    """Everybody's own second factor; with an `Authorizer` the host signs people in, and there is nothing here."""
    if ctx.authorizer is not None:
        return []
    mine = partial(desk_route, ctx, roles=EVERYBODY, error_page=error_page, dangerous=FACTOR)
    return [
        mine(FACTOR, show_factor),
        mine(FACTOR, turn_on, methods=["POST"]),
        mine(f"{FACTOR}/codes", renew, methods=["POST"]),
        mine(f"{FACTOR}/off", turn_off, methods=["POST"]),
    ]


async def show_factor(ctx: Context, request: Request, seat: Seat) -> Response:
    """What there is, or a new secret to take into an app: nothing is stored before its first code comes back."""
    signed_in = signed_in_at(seat)
    if not signed_in.account.has_second_factor:
        return await _offer(ctx, request, seat, new_secret())
    left = await ctx.storage.read(count_recovery_codes, signed_in.account.id)
    return await _page(ctx, request, seat, left=left, turned_off=False)


async def turn_on(ctx: Context, request: Request, seat: Seat) -> Response:
    """Store the secret whose first code came back, and show the recovery codes, this once."""
    signed_in = signed_in_at(seat)
    form = await read_form(request)
    secret = _secret_of(ctx, seat, form.text("secret"))
    counter = matching_step(secret, form.text("code"), ctx.clock.now())
    if counter is None:
        error = Invalid([FieldError("code", "not_the_present_code")])
        if wants_json(request):
            raise error
        return await _offer(ctx, request, seat, secret, error)
    codes = new_recovery_codes()
    account_id = signed_in.account.id
    command = EnableFactor(
        account_id=account_id,
        sealed=ctx.secrets.seal(factor_purpose(account_id), secret.encode()),
        counter=counter,
        code_hashes=tuple(recovery_hash(account_id, code) for code in codes),
        keep=signed_in.session.id,
    )
    await ctx.storage.write(enable_factor, command)
    return await _page(ctx, request, seat, codes=codes)


async def renew(ctx: Context, request: Request, seat: Seat) -> Response:
    """Show new recovery codes, this once; the old are worth nothing. Without a factor, the page that offers it."""
    account_id = signed_in_at(seat).account.id
    codes = new_recovery_codes()
    hashes = tuple(recovery_hash(account_id, code) for code in codes)
    if not await ctx.storage.write(renew_codes, RenewCodes(account_id=account_id, code_hashes=hashes)):
        return see_other(ctx.urls.path(FACTOR))
    return await _page(ctx, request, seat, codes=codes)


async def turn_off(ctx: Context, request: Request, seat: Seat) -> Response:
    """Sign in by the password alone again."""
    del request
    account_id = signed_in_at(seat).account.id
    await ctx.storage.write(disable_factor, DisableFactor(account_id=account_id, actor=seat.user))
    return see_other(ctx.urls.path(FACTOR, done="off"))


async def _offer(ctx: Context, request: Request, seat: Seat, secret: str, error: Invalid | None = None) -> Response:
    account = signed_in_at(seat).account
    locale = desk_locale(request, ctx.settings)
    issuer = ctx.settings.site_name or translator(locale).gettext(_ISSUER)
    return await _page(
        ctx,
        request,
        seat,
        status=error.status if error else 200,
        qr=qr_picture(key_address(secret, login=account.login, issuer=issuer)),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        sealed=ctx.secrets.seal(_offer_purpose(seat), secret.encode()),
        errors=field_messages(error, locale) if error else {},
        turned_off="done" in request.query_params,
    )


async def _page(ctx: Context, request: Request, seat: Seat, *, status: int = 200, **context: Any) -> Response:  # noqa: ANN401  (a template takes anything)
    nothing: dict[str, Any] = {"qr": None, "codes": None, "left": None, "errors": {}, "turned_off": False}
    title = translator(desk_locale(request, ctx.settings)).gettext(TITLE)
    template = "engagement/desk/second_factor.html"
    return await desk_page(ctx, request, seat, title=title, template=template, status=status, **(nothing | context))


def qr_picture(text: str) -> Markup:
    """A QR code as inline SVG: presentation attributes alone, which the strict policy lets pass."""
    import segno

    drawn = segno.make(text, error="m", micro=False).svg_inline(
        scale=4, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=False
    )
    return Markup(drawn)  # noqa: S704  (drawn from numbers; the text is nowhere in it)


def _secret_of(ctx: Context, seat: Seat, sealed: str) -> str:
    """The secret that the form was made with.

    Raises:
        Invalid: `secret_over`, for anything we did not seal for this account.
    """
    try:
        return ctx.secrets.unseal(_offer_purpose(seat), sealed).decode()
    except Refused:
        raise Invalid([FieldError("secret", "secret_over")]) from None


def _offer_purpose(seat: Seat) -> str:
    return f"desk-totp-offer:{signed_in_at(seat).account.id}"
