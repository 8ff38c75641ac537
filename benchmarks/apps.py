"""What the servers serve, as factories for uvicorn. Settings come from the environment, as in any installation."""

from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from benchmarks import empty
from benchmarks.news import LIVE, PREFIX
from engagement_widgets import DeskUser, Engagement, Moderation, Page, PageRules, Role, Settings


def root() -> ASGIApp:
    """The widgets as the root application, as `engagement-widgets serve` runs them."""
    return _engagement()


def installed() -> ASGIApp:
    """The widgets mounted in a Starlette site."""
    host = Starlette(routes=[Route("/", _home)])
    _engagement().install(host, PREFIX)
    return host


def wrapped() -> ASGIApp:
    """The widgets in front of a Starlette site."""
    return _engagement().wrap(Starlette(routes=[Route("/", _home)]), PREFIX)


def empty_mounted() -> ASGIApp:
    """The empty app mounted in a Starlette site: what mounting alone costs."""
    return Starlette(routes=[Mount(PREFIX, app=empty.app), Route("/", _home)])


def _engagement() -> Engagement:
    return Engagement(Settings.from_env(), policy=_policy, authorizer=_moderator)


async def _home(request: Request) -> PlainTextResponse:
    del request
    return PlainTextResponse("news")


async def _policy(page: Page, now: datetime, /) -> PageRules:
    del now
    return PageRules(moderation=Moderation.POST if page.key.startswith(LIVE) else Moderation.PRE)


async def _moderator(request: Request, /) -> DeskUser:
    """Whoever comes to the desk: their signing in is not what is measured."""
    del request
    return DeskUser(id="bench", name="Bàn duyệt", role=Role.ADMIN)
