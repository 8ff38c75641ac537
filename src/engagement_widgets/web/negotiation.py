"""What form an answer takes: for a program or a person, whole or partial, and in which language."""

from starlette.requests import Request
from starlette.types import Scope

from engagement_widgets.settings import LOCALES, Settings

API_PREFIX = "/api/"
DESK_PREFIX = "/desk"

_JSON = ("application/json", "application/problem+json", "application/*")


def route_path(scope: Scope) -> str:
    """The path below the mount, "/" for the bare mount."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    below = path[len(root) :] if root and path.startswith(root) else path
    return below if below.startswith("/") else "/" + below


def is_desk(scope: Scope) -> bool:
    """True for the desk's own pages, sign-in included."""
    path = route_path(scope)
    return path == DESK_PREFIX or path.startswith(DESK_PREFIX + "/")


def wants_json(request: Request) -> bool:
    """True when the answer is for a program: below `/api/`, or JSON is preferred to HTML in `Accept`."""
    if route_path(request.scope).startswith(API_PREFIX):
        return True
    weights = _weights(request.headers.get("accept", ""))
    html = weights.get("text/html", weights.get("text/*", weights.get("*/*", 0.0)))
    return max((weights.get(kind, 0.0) for kind in _JSON), default=0.0) > html


def is_partial(request: Request) -> bool:
    """True when our script asked: it adopts one element and needs no layout around it."""
    return request.headers.get("ew-partial") == "1"


def known_locale(raw: str | None, default: str) -> str:
    """The catalogue that serves a language tag (`vi-VN` → `vi`), or the default."""
    primary = (raw or "").replace("_", "-").partition("-")[0].lower()
    return primary if primary in LOCALES else default


def desk_locale(request: Request, settings: Settings) -> str:
    """The language of the desk: the person's browser decides, else the site. Only for `no-store` pages."""
    weights = _weights(request.headers.get("accept-language", ""))
    for tag in sorted(weights, key=weights.__getitem__, reverse=True):
        locale = known_locale(tag, "")
        if locale and weights[tag] > 0:
            return locale
    return settings.locale


def set_locale(request: Request, locale: str) -> None:
    """Remember the page's language as soon as a route knows it, so that an error speaks it too."""
    request.state.engagement_locale = locale


def request_locale(request: Request, settings: Settings) -> str:
    """The language to answer in: what a route has set, the browser's at the desk, else the site's."""
    if is_desk(request.scope):
        return desk_locale(request, settings)
    return known_locale(getattr(request.state, "engagement_locale", None), settings.locale)


def _weights(header: str) -> dict[str, float]:
    """`Accept` and `Accept-Language` as name → quality. What cannot be read counts nothing."""
    weights: dict[str, float] = {}
    for item in header[:1000].lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        try:
            weights[name] = max(weights.get(name, 0.0), min(float(quality), 1.0))
        except ValueError:
            continue
    return weights
