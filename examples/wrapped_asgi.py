"""The widgets around any ASGI application, with stand-alone pages in the look of one HTML file.

`uvicorn --app-dir examples wrapped_asgi:application`
"""

from pathlib import Path

from starlette.types import Receive, Scope, Send

from engagement_widgets import Engagement, HtmlFileLayout, Page, Settings

LAYOUT = Path(__file__).parent / "wrapped_layout.html"
ARTICLE = Page(key="chao", url="/", title="Chào bạn đọc", locale="vi")

layout = HtmlFileLayout(LAYOUT)
engagement = Engagement(Settings(database_url="sqlite:///minimal.db"), layout=layout)


async def host(scope: Scope, receive: Receive, send: Send) -> None:
    """An application of no framework at all: one article, at every address."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    widgets = await engagement.widgets(ARTICLE)
    html = (
        LAYOUT.read_text(encoding="utf-8")
        .replace("<!-- engagement:title -->", ARTICLE.title)
        .replace("<!-- engagement:head -->", widgets.head)
        .replace("<!-- engagement:body -->", f"<h1>{ARTICLE.title}</h1>{widgets.rating}{widgets.comments}")
    )
    headers = [(b"content-type", b"text/html; charset=utf-8")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": html.encode()})


application = engagement.wrap(host, "/engagement")
