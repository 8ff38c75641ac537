"""Whose look and whose Content-Security-Policy each page has: the host's around readers' pages, ours elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from markupsafe import Markup
from starlette.requests import Request

from captcha_providers import RemoteCaptcha
from engagement_widgets import HtmlFileLayout
from engagement_widgets.comments.service import Status
from engagement_widgets.errors import MountError
from engagement_widgets.hooks import HostUser
from engagement_widgets.testing import FakeClock
from engagement_widgets.web.policies import STRICT_CSP
from whole_site import Site, comment_fields, moderator, open_site, reader, reference, site_settings, stranger

pytestmark = pytest.mark.anyio

HOST = "<nav>Báo Vịnh Sao</nav>"
HOST_CSP = "default-src 'self'; frame-ancestors 'none'"
RELAXED = (
    "default-src 'none'; script-src 'self' https://kiem-tra.example; style-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "frame-src https://kiem-tra.example"
)
FILE = f"""<!doctype html><html lang="vi"><head><title><!-- engagement:title --></title>
<!-- engagement:head --></head><body>{HOST}<!-- engagement:body --></body></html>"""


async def host_layout(request: Request, /, *, title: str, head: Markup, body: Markup, locale: str) -> str:
    """The host's own page; it may ask the request for anything."""
    page = Markup('<!doctype html><html lang="{}"><title>{}</title>{}<body data-path="{}"><nav>Báo Vịnh Sao</nav>{}')
    return page.format(locale, title, head, request.url.path, body)


@contextmanager
def opened(url: str, clock: FakeClock, layout: Any, **values: Any) -> Iterator[Site]:
    """A filled site in this layout."""
    site = open_site(site_settings(url, **values), clock, layout=layout)
    yield site
    site.engagement.close()


async def readers_pages(site: Site) -> list[httpx.Response]:
    """Every kind of page a reader meets beside the article, refusals included."""
    comment, page = site.comments[Status.APPROVED], site.ids["page_id"][0]
    fields = comment_fields(site.ctx)
    async with reader(site) as author, stranger(site.app) as other:
        foreign = stranger(site.app, **{"sec-fetch-site": "cross-site"})
        return [
            await author.get(f"/receipts/{site.comments[Status.PENDING]}"),
            await author.get("/ratings/receipt", params={"page": reference(site.ctx)}),
            await author.get(f"/pages/{page}/comments"),
            await author.get(f"/comments/{comment}/reply"),
            await other.get(f"/receipts/{uuid4()}"),
            await other.get("/nothing"),
            await other.get("/comments"),
            await other.post("/comments", data=fields | {"challenge": ""}),
            await other.post("/comments", data=fields | {"body": ""}),
            await other.post("/ratings", data={"page": "x"}),
            await other.post("/ratings", data={"page": reference(site.ctx), "score": "9"}),
            await other.post("/links/open", data={"id": site.ids["link_id"][0]}),
            await other.post("/links/open", content=b"x"),
            await foreign.post("/comments", data=fields),
        ]


async def our_pages(site: Site) -> list[httpx.Response]:
    """Every kind of page of the desk, refusals included, and partial ones."""
    async with moderator(site) as desk, stranger(site.app) as other:
        foreign = stranger(site.app, **{"sec-fetch-site": "cross-site"})
        return [
            await other.get("/desk/login"),
            await other.post("/desk/login", data={"login": "", "password": ""}),
            await other.post("/desk/login", content=b"x"),
            await foreign.post("/desk/login", data={}),
            await foreign.post("/desk/logout"),
            await other.post("/desk/logout"),
            *[await desk.get(f"/desk/{name}") for name in ("queue", "links", "journal", "people", "sessions", "keys")],
            await desk.get("/desk/nothing"),
            await other.get("/desk/nothing"),
            await desk.get("/desk/logout"),
            await desk.get("/desk/queue?view=none"),
            await desk.get(f"/desk/comments/{uuid4()}"),
            await desk.post(f"/desk/undo/{uuid4()}"),
        ]


async def answers_to_programs(site: Site) -> list[httpx.Response]:
    """The API and problems, refusals included."""
    async with moderator(site) as desk, stranger(site.app, accept="application/json") as other:
        foreign = stranger(site.app, **{"sec-fetch-site": "cross-site", "accept": "text/html"})
        return [
            await desk.get("/api/v1/openapi.json"),
            await desk.get("/api/v1/desk/comments"),
            await desk.get("/api/v1/nothing"),
            await desk.put("/api/v1/ratings"),
            await foreign.post("/api/v1/ratings"),
            await other.post("/ratings", data={"page": reference(site.ctx), "score": "5"}),
            await other.post("/comments", data={}),
            await other.get("/nothing"),
            await other.get("/desk/nothing"),
            await other.get(f"/receipts/{uuid4()}"),
        ]


def policy(answer: httpx.Response) -> str | None:
    """The answer's Content-Security-Policy."""
    found: str | None = answer.headers.get("content-security-policy")
    return found


@pytest.mark.parametrize("look", ["ours", "a hook", "a file"])
@pytest.mark.parametrize("page_csp", [None, HOST_CSP])
async def test_each_page_has_its_frame_and_its_policy(
    sqlite_url: str, clock: FakeClock, tmp_path: Path, look: str, page_csp: str | None
) -> None:
    """In the host's layout the policy is the host's, or the setting's; desk, API and our own layout keep ours."""
    (tmp_path / "page.html").write_text(FILE, encoding="utf-8")
    layout = {"ours": None, "a hook": host_layout, "a file": HtmlFileLayout(tmp_path / "page.html")}[look]
    with opened(sqlite_url, clock, layout, page_csp=page_csp) as site:
        for answer in await readers_pages(site):
            assert (HOST in answer.text) is (layout is not None), answer.request
            assert policy(answer) == (STRICT_CSP if layout is None else page_csp), answer.request
            assert "/engagement.js" in answer.text, answer.request
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "no-store" in answer.headers["cache-control"]
        for answer in await our_pages(site):
            assert HOST not in answer.text, answer.request
            assert policy(answer) == STRICT_CSP, answer.request
        for answer in await answers_to_programs(site):
            assert answer.headers["content-type"] in {"application/json", "application/problem+json"}, answer.request
            assert policy(answer) == STRICT_CSP, answer.request


async def test_only_pages_with_a_form_let_the_service_in(sqlite_url: str, clock: FakeClock) -> None:
    """Exactly its sources, where a widget can be; receipts, refusals, desk and API are as strict as ever."""
    site = open_site(site_settings(sqlite_url), clock, captcha=RemoteCaptcha())
    relaxed = [answer for answer in await readers_pages(site) if policy(answer) != STRICT_CSP]
    assert {policy(answer) for answer in relaxed} == {RELAXED}
    listed = [answer for answer in relaxed if answer.request.method == "GET"]
    assert [answer.url.path.rpartition("/")[2] for answer in listed] == ["comments"]
    posted = [answer for answer in relaxed if answer.request.method == "POST"]
    assert len(posted) == 2
    assert all("data-ew-remote" in answer.text for answer in posted)
    for answer in [*await our_pages(site), *await answers_to_programs(site)]:
        assert policy(answer) == STRICT_CSP, answer.request
    site.engagement.close()


async def test_a_signed_in_reader_has_no_widget(sqlite_url: str, clock: FakeClock) -> None:
    """So nothing is let in for them."""

    async def identity(request: Request, /) -> HostUser | None:
        del request
        return HostUser(id="lan", name="Lan")

    site = open_site(site_settings(sqlite_url), clock, captcha=RemoteCaptcha(), identity=identity)
    async with stranger(site.app) as client:
        again = await client.post("/comments", data={"page": reference(site.ctx), "body": ""})
        assert (again.status_code, policy(again)) == (422, STRICT_CSP)
        listed = await client.get(f"/pages/{site.ids['page_id'][0]}/comments")
        assert policy(listed) == STRICT_CSP
    site.engagement.close()


async def test_our_script_gets_the_bare_element(sqlite_url: str, clock: FakeClock) -> None:
    """With `ew-partial` nobody's layout stands around it, and it never counts as the host's page."""
    with opened(sqlite_url, clock, host_layout, page_csp=HOST_CSP) as site:
        async with reader(site, **{"ew-partial": "1"}) as client:
            for answer in (
                await client.get(f"/receipts/{site.comments[Status.PENDING]}"),
                await client.get("/nothing"),
                await client.get(f"/me?page={site.ids['page_id'][0]}"),
                await client.post("/captcha", data={"page": reference(site.ctx), "purpose": "comment"}),
            ):
                assert (HOST in answer.text, "/engagement.js" in answer.text) == (False, False)
                assert policy(answer) == STRICT_CSP
                assert answer.text.startswith('<!doctype html><html lang="vi"')


async def test_a_layout_sees_the_readers_own_request(sqlite_url: str, clock: FakeClock) -> None:
    """Title, language and request are those of the page, so the host can show its own menu for them."""
    with opened(sqlite_url, clock, host_layout) as site:
        async with reader(site) as client:
            receipt = await client.get(f"/receipts/{site.comments[Status.PENDING]}")
            missing = await client.get("/nothing")
    assert "<title>Biên nhận bình luận</title>" in receipt.text
    assert f'data-path="/engagement/receipts/{site.comments[Status.PENDING]}"' in receipt.text
    assert "<title>Lỗi: Không tìm thấy trang này.</title>" in missing.text


async def test_a_layout_that_fails_reaches_the_host(sqlite_url: str, clock: FakeClock, tmp_path: Path) -> None:
    """An error of the host's layout is the host's to see; programs and the desk are still answered."""
    with opened(sqlite_url, clock, HtmlFileLayout(tmp_path / "nothing.html")) as site:
        async with reader(site) as client:
            for address in ("/nothing", f"/receipts/{site.comments[Status.PENDING]}"):
                with pytest.raises(MountError, match="cannot be read"):
                    await client.get(address)
            assert (await client.get("/api/v1/nothing")).status_code == 404
            assert (await client.get("/desk/login")).status_code == 200
