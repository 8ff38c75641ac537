"""A site whose captcha provider cannot issue: `uvicorn --app-dir tests captcha_away:app`, then /news/1."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from captcha_providers import AwayCaptcha
from engagement_widgets import Engagement, Page, Settings

engagement = Engagement(Settings(database_url="sqlite:///away.db"), captcha=AwayCaptcha())


async def article(request: Request) -> HTMLResponse:
    """An article with its comments."""
    del request
    widgets = await engagement.widgets(Page(key="news/1", url="/news/1", title="Bài 1", locale="vi"))
    return HTMLResponse(f"<!doctype html><html lang=vi><title>Bài 1</title>{widgets.head}{widgets.comments}</html>")


app = Starlette(routes=[Route("/news/1", article)])
engagement.install(app, "/engagement")
