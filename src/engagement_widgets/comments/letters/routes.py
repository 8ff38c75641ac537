"""The page that letters lead to. Opening it changes nothing, because mail programs open links to look for harm.

What changes something is a POST: from the page's buttons, or from a mail provider's own button (RFC 8058), which comes
without cookie and origin and so passes the guard. Everything it needs stands in its address; its body is not read.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.letters.addresses import Subscribed, Subscription, confirm, mute, standing, stop
from engagement_widgets.comments.letters.tokens import LetterToken, read_token
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.negotiation import set_locale
from engagement_widgets.web.responses import page_response
from engagement_widgets.web.routing import route

TITLE = N_("Thư báo về bình luận")

_Handler = Callable[[Context, Request], Awaitable[Response]]


def routes(ctx: Context) -> list[BaseRoute]:
    """The page, also where the header of a letter leads, and its three buttons."""
    return [
        route(ctx, "/letters/{token}", show_choices),
        route(ctx, "/letters/{token}/unsubscribe", show_choices),
        route(ctx, "/letters/{token}/unsubscribe", _change(stop), methods=["POST"]),
        route(ctx, "/letters/{token}/confirm", _change(confirm), methods=["POST"]),
        route(ctx, "/letters/{token}/mute", _change(mute), methods=["POST"]),
    ]


async def show_choices(ctx: Context, request: Request) -> Response:
    """How the address stands, and what can be done about it."""
    token = _token(ctx, request)
    return await _page(ctx, request, token, await ctx.storage.read(standing, token.subscription), done=False)


def _change(unit: Callable[[Tx, Subscription], Subscribed]) -> _Handler:
    async def change(ctx: Context, request: Request) -> Response:
        token = _token(ctx, request)
        return await _page(ctx, request, token, await ctx.storage.write(unit, token.subscription), done=True)

    return change


def _token(ctx: Context, request: Request) -> LetterToken:
    token = read_token(ctx.secrets, request.path_params["token"])
    set_locale(request, token.locale)
    return token


async def _page(ctx: Context, request: Request, token: LetterToken, found: Subscribed, *, done: bool) -> Response:
    """Answered at once, not by a redirect: a mail provider follows none."""
    return await page_response(
        ctx,
        request,
        title=translator(token.locale).gettext(TITLE),
        template="engagement/comments/letters.html",
        locale=token.locale,
        headers={"X-Robots-Tag": "noindex"},
        subscribed=found,
        token=request.path_params["token"],
        done=done,
    )
