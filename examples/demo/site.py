"""The demonstration's host: an ordinary Starlette site that knows the widgets by their markup alone."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from examples.demo.legibility import next_trial
from examples.demo.news import News
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from engagement_widgets import Engagement, Settings
from engagement_widgets.hooks import Identity

HERE = Path(__file__).parent
MOUNT = "/engagement"
NAME = "Vịnh Sao"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# As strict as the widgets allow: nothing inline, nothing from elsewhere, no string ever becomes script.
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
DAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")

Endpoint = Callable[[Request], Awaitable[Response]]


class Pages:
    """The newspaper's own templates, and with them the layout of the library's stand-alone pages."""

    def __init__(self, news: News) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"moment": moment, "iso": iso}
        self._environment.globals |= {"site": NAME, "news": news, "today": today}

    def render(self, template: str, **context: object) -> str:
        """One page of the newspaper."""
        return self._environment.get_template(template).render(context)

    async def layout(self, request: Request, /, *, title: str, head: Markup, body: Markup, locale: str) -> str:
        """The `Layout` hook: receipts, second steps and errors look like the newspaper."""
        del request
        return self.render("widgets.html", title=title, head=head, body=body, locale=locale)


def create_site(settings: Settings, news: News, results: Path, identity: Identity | None = None) -> Starlette:
    """The newspaper with the widgets mounted at `MOUNT`.

    `results` keeps how people read the captcha; `identity` knows the newspaper's signed-in readers, if it has any.
    """
    pages = Pages(news)
    engagement = Engagement(settings, layout=pages.layout, identity=identity)
    app = Starlette(
        routes=[
            Route("/", _home(pages, engagement)),
            Route("/chuyen-muc/{slug}", _section(pages, news)),
            Route("/bai/{slug}", _article(pages, news, engagement)),
            Route("/doc-thu-ma", _legibility(pages, engagement, results), methods=["GET", "POST"]),
            Route("/favicon.ico", _icon),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        exception_handlers={404: _missing(pages)},
    )
    engagement.install(app, MOUNT)
    return app


def moment(value: datetime) -> str:
    """A moment as Vietnamese newspapers print it, in the site's zone."""
    return value.astimezone(ZONE).strftime("%d/%m/%Y %H:%M")


def iso(value: datetime) -> str:
    """A moment for `<time datetime>`."""
    return value.astimezone(ZONE).isoformat(timespec="minutes")


def today() -> str:
    """The day on the masthead: Chủ nhật, 23/11/2025."""
    now = datetime.now(ZONE)
    return f"{DAYS[now.weekday()]}, {now.strftime('%d/%m/%Y')}"


def _home(pages: Pages, engagement: Engagement) -> Endpoint:
    async def home(request: Request) -> Response:
        del request
        recent = await engagement.recent_widget(limit=6)
        return _page(pages.render("home.html", locale="vi", current=None, recent=recent))

    return home


def _section(pages: Pages, news: News) -> Endpoint:
    async def section(request: Request) -> Response:
        found = news.section(request.path_params["slug"])
        if found is None:
            raise HTTPException(404)
        return _page(pages.render("section.html", locale="vi", current=found, articles=news.within(found)))

    return section


def _article(pages: Pages, news: News, engagement: Engagement) -> Endpoint:
    async def article(request: Request) -> Response:
        found = news.article(request.path_params["slug"])
        if found is None:
            raise HTTPException(404)
        others = [one for one in news.articles if one is not found]
        return _page(
            pages.render(
                "article.html",
                locale=found.locale or "vi",
                current=found.section,
                article=found,
                others=others,
                widgets=await engagement.widgets(found.page),
            )
        )

    return article


def _legibility(pages: Pages, engagement: Engagement, results: Path) -> Endpoint:
    async def legibility(request: Request) -> Response:
        trial = await next_trial(engagement, results, request)
        page = _page(pages.render("legibility.html", locale="vi", current=False, trial=trial))
        page.headers["Cache-Control"] = "no-store"
        return page

    return legibility


async def _icon(request: Request) -> Response:
    """What browsers ask for on pages that name no icon, such as the desk's."""
    del request
    return FileResponse(HERE / "static" / "vinh-sao.svg", media_type="image/svg+xml")


def _missing(pages: Pages) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def missing(request: Request, error: Exception) -> Response:
        del request, error
        return _page(pages.render("missing.html", locale="vi", current=None), status=404)

    return missing


def _page(html: str, *, status: int = 200) -> Response:
    """The same bytes for every reader; `no-cache` lets caches keep them and ask."""
    headers = {
        "Cache-Control": "public, no-cache",
        "Content-Security-Policy": CSP,
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(html, status, headers=headers)
