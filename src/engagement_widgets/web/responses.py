"""Answers of routes: a page in the layout, a bare element for our script, JSON, a redirect after a post."""

from collections.abc import Mapping

import pydantic_core
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from engagement_widgets.web.context import Context
from engagement_widgets.web.fragments import HEADERS
from engagement_widgets.web.layout import DefaultLayout
from engagement_widgets.web.negotiation import is_desk, is_partial, set_locale
from engagement_widgets.web.policies import STRICT_CSP, form_csp
from engagement_widgets.web.representation import Representation

SAFE_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}

_PARTIAL = Markup(
    '<!doctype html><html lang="{locale}"><head><meta charset="utf-8"><title>{title}</title></head>'
    "<body>{body}</body></html>"
)
# A host's layout does not say whether its pages turn dark; the setting does.
_SCHEMED = Markup('<div data-ew-scheme="{scheme}">{body}</div>')
_STYLES = Markup('<link rel="stylesheet" href="{}">')
_SCRIPT = Markup('<script type="module" src="{}"></script>')


def file_headers(name: str) -> dict[str, str]:
    """Of a file that is taken home: stored nowhere, and nothing in it runs wherever it is opened."""
    disposition = f'attachment; filename="{name}"'
    return {**SAFE_HEADERS, "Content-Security-Policy": STRICT_CSP, "Content-Disposition": disposition}


async def page_response(
    ctx: Context,
    request: Request,
    *,
    title: str,
    template: str,
    locale: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    has_captcha: bool = False,
    **context: object,
) -> Response:
    """The template as a page: in the host's layout, or bare when our script asked (`ew-partial: 1`).

    `has_captcha`: the page has a form that shows a captcha, now or when it is touched.
    """
    set_locale(request, locale)
    body = ctx.templates.render(template, locale, title=title, **context)
    policy = form_csp(ctx.captcha) if has_captcha else STRICT_CSP
    if is_partial(request):
        html = str(_PARTIAL.format(locale=locale, title=title, body=body))
    else:
        # the desk is our own house, whatever the host's pages look like
        layout = DefaultLayout(ctx.templates) if is_desk(request.scope) else ctx.layout
        body = _SCHEMED.format(scheme=ctx.settings.color_scheme.value, body=body)
        html = await layout(request, title=title, head=page_head(ctx), body=body, locale=locale)
        if not isinstance(layout, DefaultLayout):
            policy = ctx.settings.page_csp or ""
    return html_response(html, status=status, policy=policy, headers={"Vary": "Accept", **(headers or {})})


def html_response(
    html: str, *, status: int = 200, policy: str = STRICT_CSP, headers: Mapping[str, str] | None = None
) -> Response:
    """A whole document of ours, never stored. An empty policy leaves it to the host."""
    security = {"Content-Security-Policy": policy} if policy else {}
    return HTMLResponse(html, status, headers={**SAFE_HEADERS, **security, **(headers or {})})


def json_response(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A model or plain value as JSON, never stored, and harmless if a browser is made to show it."""
    security = {**SAFE_HEADERS, "Content-Security-Policy": STRICT_CSP}
    return Response(
        pydantic_core.to_json(value), status, {**security, **(headers or {})}, media_type="application/json"
    )


class PublicBytes(Response):
    """A fragment from another address than its own: tagged and kept by caches as fragments are."""

    def __init__(self, made: Representation) -> None:
        super().__init__()
        self._made = made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, or 304 to who has it."""
        del receive
        for message in self._made.answer(scope):
            await send(message)


class PublicJson(PublicBytes):
    """A model or plain value as JSON, the same for everybody."""

    def __init__(self, value: object) -> None:
        body = pydantic_core.to_json(value)
        super().__init__(Representation(body, content_type="application/json", headers=HEADERS))


def see_other(url: str) -> Response:
    """After a post: go and read the result there (303)."""
    return Response(status_code=303, headers={**SAFE_HEADERS, "Location": url})


def page_head(ctx: Context) -> Markup:
    """What a page with our markup needs in its head."""
    styles = Markup().join(_STYLES.format(ctx.assets.url(name)) for name in ("base.css", "widgets.css"))
    return styles + _SCRIPT.format(ctx.assets.url("engagement.js"))
