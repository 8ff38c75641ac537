"""The widgets in a FastAPI site whose readers sign in: `uvicorn --app-dir examples minimal_fastapi:app`."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from engagement_widgets import Engagement, HostUser, Page, Settings


async def current_reader(request: Request, /) -> HostUser | None:
    """The `Identity` hook. A real site reads its own session; this one believes a header, for the example's sake."""
    name = request.headers.get("x-example-user")
    return HostUser(id=name, name=name) if name else None


engagement = Engagement(Settings(database_url="sqlite:///minimal.db"), identity=current_reader)
app = FastAPI(docs_url=None, redoc_url=None)


@app.get("/news/{number}", response_class=HTMLResponse)
async def article(number: int) -> str:
    """An article with ratings and comments under it."""
    page = Page(key=f"news/{number}", url=f"/news/{number}", title=f"Bài {number}", locale="vi")
    widgets = await engagement.widgets(page)
    return (
        f"<!doctype html><html lang=vi><head><meta charset=utf-8><title>{page.title}</title>{widgets.head}</head>"
        f"<body><main><h1>{page.title}</h1>{widgets.rating}{widgets.comments}</main></body></html>"
    )


engagement.install(app, "/engagement")
