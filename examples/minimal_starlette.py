"""The widgets in a Starlette site: `uvicorn --app-dir examples minimal_starlette:app`."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from engagement_widgets import Engagement, Page, Settings

engagement = Engagement(Settings(database_url="sqlite:///minimal.db"))


async def article(request: Request) -> HTMLResponse:
    """An article with every widget under it."""
    slug = request.path_params["slug"]
    page = Page(key=f"news/{slug}", url=f"/news/{slug}", title=f"Bài {slug}", locale="vi")
    widgets = await engagement.widgets(page)
    return HTMLResponse(
        f"<!doctype html><html lang=vi><head><meta charset=utf-8><title>{page.title}</title>{widgets.head}</head>"
        f"<body><main><h1>{page.title}</h1>{widgets.rating}{widgets.comments}{widgets.links()}</main></body></html>"
    )


app = Starlette(routes=[Route("/news/{slug:int}", article)])
engagement.install(app, "/engagement")
