"""Getting into a host: routes first, lifespan composed, one boot, several instances, prefixes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from engagement_widgets import Engagement, Page, Settings
from engagement_widgets.app.assembly import Parts
from engagement_widgets.errors import MountError

pytestmark = pytest.mark.anyio
PAGE = Page(key="news/1", url="/news/1", title="Chợ nổi họp sớm")


def settings(folder: Path, **values: Any) -> Settings:
    """Settings with a database of their own."""
    return Settings(database_url=f"sqlite:///{folder / 'engagement.db'}", worker="off", **values)


def client(app: ASGIApp, root_path: str = "") -> httpx.AsyncClient:
    """A client on the app, as if a server called it."""
    transport = httpx.ASGITransport(app=app, root_path=root_path)
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


async def catch_all(request: Request) -> PlainTextResponse:
    """A host's last route."""
    return PlainTextResponse(f"host: {request.url.path}", status_code=404)


async def test_installed_before_a_catch_all(tmp_path: Path) -> None:
    """The host's catch-all route takes everything but the mount."""
    app = Starlette(routes=[Route("/{path:path}", catch_all)])
    engagement = Engagement(settings(tmp_path))
    engagement.install(app, "/engagement")
    async with engagement.lifespan(), client(app) as http:
        assert (await http.get("/engagement/health")).json() == {"status": "ok"}
        assert (await http.get("/news")).text == "host: /news"
        assert (await http.get("/engagementx")).text == "host: /engagementx"


@pytest.mark.parametrize("host", [Starlette, FastAPI])
@pytest.mark.parametrize("path", ["/engagement", "/engagement/"])
async def test_bare_path_leads_to_the_desk(tmp_path: Path, host: type[Starlette], path: str) -> None:
    """With and without its trailing slash the bare path answers itself, without the router's own redirect."""
    app = host()
    engagement = Engagement(settings(tmp_path))
    engagement.install(app, "/engagement")
    async with engagement.lifespan(), client(app) as http:
        answer = await http.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/engagement/desk/"


async def test_lifespan_surrounds_the_hosts(tmp_path: Path) -> None:
    """The host's start-up may already use the widgets, and its state comes through."""
    engagement = Engagement(settings(tmp_path))
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, str]]:
        del app
        widgets = await engagement.widgets(PAGE)
        seen.append(str(widgets.rating))
        yield {"of": "host"}

    app = Starlette(lifespan=lifespan)
    engagement.install(app, "/engagement")
    async with app.router.lifespan_context(app) as state:
        assert state == {"of": "host"}
    assert "ew-rating" in seen[0]


async def test_wrapped_app_keeps_its_requests_and_lifespan(tmp_path: Path) -> None:
    """Everything outside the prefix, and every lifespan message, reaches the host's app."""
    messages: list[str] = []

    async def host(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for answer in ("startup", "shutdown"):
                messages.append((await receive())["type"])
                await send({"type": f"lifespan.{answer}.complete"})
            return
        await PlainTextResponse(f"host: {scope['path']}")(scope, receive, send)

    engagement = Engagement(settings(tmp_path))
    app = engagement.wrap(host, "/engagement")
    async with client(app) as http:
        assert (await http.get("/engagement/health")).json() == {"status": "ok"}
        assert (await http.get("/engagement")).headers["location"] == "/engagement/desk/"
        assert (await http.get("/engagements")).text == "host: /engagements"
    incoming = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive() -> Any:
        return next(incoming)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    await app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
    assert messages == ["lifespan.startup", "lifespan.shutdown"]
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def count_boots(engagement: Engagement) -> list[Parts]:
    """Every boot from now on, in a list."""
    boots: list[Parts] = []
    build = engagement._boot._build

    def counted() -> Parts:
        parts = build()
        boots.append(parts)
        return parts

    engagement._boot._build = counted
    return boots


async def test_bare_mount_boots_once_for_fifty_first_requests(tmp_path: Path) -> None:
    """Fifty first requests at once cause one boot, and each of them is answered."""
    engagement = Engagement(settings(tmp_path))
    boots = count_boots(engagement)
    app = Starlette(routes=[Mount("/engagement", engagement)])
    async with client(app) as http:
        answers = await asyncio.gather(*(http.get("/engagement/health") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(boots) == 1
    engagement.close()


async def test_failed_boot_is_shown_and_retried(tmp_path: Path) -> None:
    """While the database cannot be opened `/health` says so; the next request after the repair boots."""
    folder = tmp_path / "missing"
    engagement = Engagement(settings(folder))
    app = Starlette()
    engagement.install(app, "/engagement")
    async with app.router.lifespan_context(app), client(app) as http:
        broken = await http.get("/engagement/health")
        assert (broken.status_code, broken.json()["code"]) == (503, "boot_failed")
        assert "retry-after" in broken.headers
        assert str(folder) not in broken.text
        folder.mkdir()
        assert (await http.get("/engagement/health")).status_code == 200


async def test_two_instances_in_one_host(tmp_path: Path) -> None:
    """Two sites in one process answer for themselves: other prefixes, other databases, other languages."""
    app = Starlette()
    first = Engagement(settings(tmp_path, site="first"))
    (tmp_path / "second").mkdir()
    second = Engagement(settings(tmp_path / "second", site="second", locale="en"))
    first.install(app, "/one")
    second.install(app, "/two")
    async with app.router.lifespan_context(app), client(app) as http:
        one, two = await first.widgets(PAGE), await second.widgets(PAGE)
        assert "Chưa có lượt đánh giá nào" in one.rating
        assert "/one/ratings" in one.rating
        assert "Chưa có" not in two.rating
        assert "/two/ratings" in two.rating
        assert (await http.get("/one/health")).status_code == (await http.get("/two/health")).status_code == 200


async def test_prefix_added_by_a_proxy(tmp_path: Path) -> None:
    """Behind a proxy that strips `/tin`, every address carries it when `public_url` tells it."""
    app = Starlette()
    engagement = Engagement(settings(tmp_path, public_url="https://news.example/tin/engagement"))
    engagement.install(app, "/engagement")
    async with engagement.lifespan(), client(app, root_path="/tin") as http:
        widgets = await engagement.widgets(PAGE)
        assert 'action="/tin/engagement/ratings"' in widgets.rating
        answer = await http.get("/tin/engagement")
        assert answer.headers["location"] == "/tin/engagement/desk/"


async def test_bare_mount_learns_its_prefix(tmp_path: Path) -> None:
    """A bare mount knows its path from the first request; before it, `widgets` says what to do."""
    engagement = Engagement(settings(tmp_path))
    app = Starlette(routes=[Mount("/tiện-ích", engagement)])
    with pytest.raises(MountError, match="install"):
        await engagement.widgets(PAGE)
    async with client(app) as http:
        await http.get("/tiện-ích/health")
    widgets = await engagement.widgets(PAGE)
    assert "ew-rating" in widgets.rating
    engagement.close()


async def test_as_root_application(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without a host it is an application of its own, lifespan included, and starts without a complaint."""
    engagement = Engagement(settings(tmp_path))
    async with engagement.lifespan(), client(engagement) as http:
        assert (await http.get("/health")).json() == {"status": "ok"}
        assert (await http.get("/")).headers["location"] == "/desk/"
    assert "could not boot" not in caplog.text


async def test_mounting_mistakes_are_named(tmp_path: Path) -> None:
    """A relative prefix, a second mount and a mount after the boot are refused in words."""
    engagement = Engagement(settings(tmp_path))
    with pytest.raises(MountError, match="path such as"):
        engagement.install(Starlette(), "engagement")
    engagement.install(Starlette(), "/engagement")
    with pytest.raises(MountError, match="mounted already"):
        engagement.wrap(Starlette(), "/other")
    late = Engagement(settings(tmp_path, public_url="https://news.example/engagement"))
    async with late.lifespan():
        with pytest.raises(MountError, match="booted already"):
            late.install(Starlette(), "/engagement")


async def test_unknown_group_of_links_leaves_the_article_standing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A group that an editor renamed is a gap and a line in the log, not a broken article."""
    engagement = Engagement(settings(tmp_path, public_url="https://news.example/engagement"))
    async with engagement.lifespan():
        widgets = await engagement.widgets(PAGE)
        assert widgets.links("partners") == ""
    assert "partners" in caplog.text
