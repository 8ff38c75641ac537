"""The one gate for every method that can change something: was this sent from our own pages?

No token stands in pages, so articles can be cached; the browser itself says where a request comes from.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from engagement_widgets.errors import EngagementError, Refused
from engagement_widgets.settings import Settings
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import error_response
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.negotiation import is_desk

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# What a person types. Shown again on the page that refuses; a password never is.
TYPED_FIELDS = ("name", "email", "body", "note")

_REPEATED = b"repeated"


class Guard:
    """Lets a request pass, or answers 403 `origin_refused` with the typed text kept.

    In order: `Sec-Fetch-Site: same-origin` passes; else an `Origin` among the site's passes; else a request with
    neither header and no cookie that is not for the desk passes (scripts). Never the Host header, never `null`.
    """

    def __init__(self, app: ASGIApp, ctx: Context) -> None:
        self._app = app
        self._ctx = ctx
        self._origins = trusted_origins(ctx.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse one request."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or is_trusted(scope, self._origins):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        response = await error_response(self._ctx, request, Refused("origin_refused"), kept=await _typed_text(request))
        await response(scope, receive, send)


def trusted_origins(settings: Settings) -> frozenset[bytes]:
    """The origins whose pages may post here, our own `public_url` included."""
    public = urlsplit(settings.public_url or "")
    own = [f"{public.scheme}://{public.netloc}"] if public.netloc else []
    return frozenset(origin.lower().encode() for origin in (*settings.origins, *own))


def is_trusted(scope: Scope, origins: frozenset[bytes]) -> bool:
    """True when the headers prove that one of the site's own pages, or a script without cookies, sent this."""
    site, origin, cookie = _values(scope["headers"], (b"sec-fetch-site", b"origin", b"cookie"))
    if site == b"same-origin":
        return True
    if origin is not None and origin.lower() in origins:
        return True
    return site is None and origin is None and cookie is None and not is_desk(scope)


def _values(headers: Iterable[tuple[bytes, bytes]], names: tuple[bytes, ...]) -> list[bytes | None]:
    """One value a name; a header sent twice is worth nothing, whatever it says."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in names:
            found[name] = _REPEATED if name in found else value
    return [found.get(name) for name in names]


async def _typed_text(request: Request) -> list[str]:
    try:
        form = await read_form(request)
    except EngagementError:
        return []
    return [text for name in TYPED_FIELDS if (text := form.text(name))]
