"""A captcha service in the place of our pictures: `uvicorn --app-dir examples captcha_service:app`, then /news/1.

It runs against the practice service beside it (`uvicorn --app-dir examples practice_captcha:app --port 8009`). For a
real one give its keys, such as `CAPTCHA=turnstile CAPTCHA_SITE_KEY=… CAPTCHA_SECRET=… CAPTCHA_HOST=news.example`.
"""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from engagement_widgets import Engagement, Page, Settings
from engagement_widgets.integrations.siteverify import SiteVerify

PRACTICE = os.environ.get("PRACTICE_URL", "http://127.0.0.1:8009")

if "CAPTCHA_SECRET" in os.environ:
    captcha = SiteVerify(
        service=os.environ["CAPTCHA"],
        site_key=os.environ["CAPTCHA_SITE_KEY"],
        secret=os.environ["CAPTCHA_SECRET"],
        hostnames=os.environ["CAPTCHA_HOST"].split(","),
    )
else:
    captcha = SiteVerify(
        service="turnstile",
        site_key="practice",
        secret="practice-secret",  # noqa: S106  (everybody may know it)
        hostnames=["127.0.0.1", "localhost"],
        script_url=f"{PRACTICE}/api.js",
        verify_url=f"{PRACTICE}/siteverify",
    )

engagement = Engagement(Settings(database_url="sqlite:///captcha_service.db"), captcha=captcha)

# The article's own policy lets the service through; our stand-alone pages see to theirs.
OWN = dict.fromkeys(["script-src", "style-src", "img-src", "connect-src"], "'self'")
CSP = "default-src 'none'; base-uri 'none'; form-action 'self'; " + "; ".join(
    " ".join([directive, *filter(None, [OWN.get(directive)]), *captcha.sources.get(directive, ())])
    for directive in sorted({*OWN, *captcha.sources})
)


async def article(request: Request) -> HTMLResponse:
    """An article with its comments under it."""
    slug = request.path_params["slug"]
    page = Page(key=f"news/{slug}", url=f"/news/{slug}", title=f"Bài {slug}", locale="vi")
    widgets = await engagement.widgets(page)
    return HTMLResponse(
        "<!doctype html><html lang=vi><head><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{page.title}</title>{widgets.head}</head>"
        f"<body><main><h1>{page.title}</h1>{widgets.comments}</main></body></html>",
        headers={"Content-Security-Policy": CSP},
    )


app = Starlette(routes=[Route("/news/{slug:int}", article)])
engagement.install(app, "/engagement")
