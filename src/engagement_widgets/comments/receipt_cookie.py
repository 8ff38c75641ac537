"""Which receipts a browser has opened by their codes: a signed cookie of their ids, and nothing else.

Not the reader's cookie: whoever reads one receipt on another device does not become that reader, neither votes nor
writes in that name, and the device keeps the reader it had.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.comments.ownership import Author
from engagement_widgets.errors import Refused
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import Client, cookie_name, is_https

COOKIE = "ew_receipts"
LIFE = timedelta(days=1)
MOST = 5

_PURPOSE = "opened-receipts"


def author_of(ctx: Context, request: Request, client: Client, comment_id: UUID) -> Author:
    """Who this client is to one comment: by the reader it writes as, or by the code it has shown."""
    is_open = any(opened == comment_id for opened, _ in _opened(ctx, request))
    return Author(readers=client.names(), has_code=is_open)


def remember_opened(ctx: Context, request: Request, response: Response, comment_id: UUID) -> None:
    """Let this browser come back to the receipt for a day; the oldest of more than five is forgotten."""
    until = int((ctx.clock.now() + LIFE).timestamp())
    others = [(opened, end) for opened, end in _opened(ctx, request) if opened != comment_id]
    kept = [*others, (comment_id, until)][-MOST:]
    https = is_https(ctx, request)
    response.set_cookie(
        cookie_name(COOKIE, https=https),
        ctx.secrets.sign(_PURPOSE, [[opened.hex, end] for opened, end in kept]),
        path=ctx.urls.base or "/",
        secure=https,
        httponly=True,
        samesite="lax",
    )


def forget_opened(ctx: Context, request: Request, response: Response) -> None:
    """Take the cookie away."""
    https = is_https(ctx, request)
    response.delete_cookie(
        cookie_name(COOKIE, https=https), path=ctx.urls.base or "/", secure=https, httponly=True, samesite="lax"
    )


def _opened(ctx: Context, request: Request) -> Sequence[tuple[UUID, int]]:
    """Ids and the second each of them closes; a forged or foreign cookie is as good as none."""
    token = request.cookies.get(cookie_name(COOKIE, https=is_https(ctx, request)))
    if token is None:
        return ()
    try:
        found = [(UUID(opened), int(end)) for opened, end in ctx.secrets.unsign(_PURPOSE, token)]
    except (Refused, ValueError, TypeError):
        return ()
    now = ctx.clock.now().timestamp()
    return [(opened, end) for opened, end in found if end > now]
