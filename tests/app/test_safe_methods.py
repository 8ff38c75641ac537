"""GET and HEAD change nothing: every address of the application, whoever asks."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import pytest
from starlette.routing import Route

from engagement_widgets.app.assembly import every_route
from engagement_widgets.settings import LOCALES
from engagement_widgets.web.assets import static_files
from engagement_widgets.web.fragments import LINKS
from whole_site import GROUP, Site, every_address, moderator, reader, reference, rows, stranger

pytestmark = pytest.mark.anyio

Visitor = Callable[[Site], httpx.AsyncClient]
GARBAGE = "?page=%00&cursor=x&sort=%ff&done=1&done=2&view=none&thread=y&at=z&pages=,,1&next=//evil.example&locale=xx"


def _stranger(site: Site) -> httpx.AsyncClient:
    return stranger(site.app)


VISITORS: dict[str, Visitor] = {"stranger": _stranger, "reader": reader, "moderator": moderator}


def _queries(site: Site, path: str) -> Iterator[str]:
    """What an address of this path means something with; the same for any path never harms."""
    yield ""
    yield GARBAGE
    page = site.ids["page_id"][0]
    by_path = {
        "/ratings/receipt": [f"?page={reference(site.ctx)}&done=cast"],
        "/me": [f"?page={page}", f"?page={uuid4()}"],
        "/api/v1/counts": [f"?pages={page},{uuid4()}"],
        "/pages/{page_id:uuid}/comments": ["?sort=oldest", *(f"?at={each}" for each in site.ids["comment_id"])],
        "/desk/queue": ["?view=all&sort=newest", *(f"?done={each}" for each in site.ids["undo_id"])],
        "/desk/login": ["?next=/desk/journal&out=1"],
        "/desk/sessions": ["?done=ended"],
        "/api/v1/comments/search": ["?q=binh luan"],
    }
    yield from by_path.get(path, [])


def _plain_addresses(site: Site) -> Iterator[str]:
    """What is served ahead of the routes, and addresses of nothing."""
    for page in (*site.ids["page_id"], str(uuid4())):
        for widget in {*site.ctx.fragments._specs} - {LINKS}:
            for locale in LOCALES:
                yield f"/fragments/{page}/{widget}.html?locale={locale}"
            yield f"/fragments/{page}/{widget}.json"
            yield f"/fragments/{page}/{widget}.html{GARBAGE}"
    for name in (GROUP, "all", "none"):
        yield from (f"/fragments/links/{name}.html?style=select", f"/fragments/links/{name}.json")
    yield from (f"/assets/{hash_}/{name}" for name in static_files() for hash_ in (site.ctx.assets.hash, "0"))
    yield from ("/fragments/x", "/assets/x", "/nothing", "/desk/nothing", "/api/v1/nothing", "/%00", "/%ff/", "//")


@pytest.mark.parametrize("who", VISITORS)
async def test_reading_any_address_changes_nothing(site: Site, who: str) -> None:
    """The rows are the same before and after; HEAD answers as GET without a body; nothing breaks or sets a cookie.

    Methods an address does not take are part of it, and addresses with a query that makes no sense.
    """
    addresses = [
        address + query for path, _, found in every_address(site) for address in found for query in _queries(site, path)
    ]
    assert len(addresses) > 100
    before = rows(site)
    async with VISITORS[who](site) as client:
        for address in (*addresses, *_plain_addresses(site)):
            site.clock.advance(61)  # a session is seen again
            got = await client.get(address)
            head = await client.head(address)
            assert got.status_code < 500, address
            assert (head.status_code, head.content) == (got.status_code, b""), address
            assert dict(head.headers) == dict(got.headers), address
            assert "set-cookie" not in got.headers, address
    after = rows(site)
    assert after == before


async def test_every_route_is_really_reached(site: Site) -> None:
    """The walk above is worth something: with the right ids every reading route answers with more than an error."""
    async with moderator(site) as desk, reader(site) as author:
        for path, methods, found in every_address(site):
            if "GET" not in methods:
                continue
            addresses = [address + query for address in found for query in _queries(site, path)]
            reached = {(await client.get(address)).status_code for address in addresses for client in (desk, author)}
            assert reached & {200, 303}, path


ODD = ("%00", "%FF", "a%00b", "%ED%A0%80", "%2E%2E%2Fx", "x" * 3_000, "%27%22%3B--", "%E2%98%83", "%0A", "a%2Fb")


async def test_odd_names_in_an_address_are_not_found(stored_site: Site) -> None:
    """Whatever stands where a name or an id should, on both databases: 404 or 4xx, never an error of the database."""
    site = stored_site
    async with moderator(site) as client:
        for route in every_route(site.ctx):
            assert isinstance(route, Route)
            for name in route.param_convertors:
                for odd in ODD:
                    address = re.sub(rf"{{{name}}}", odd, route.path_format)
                    answer = await client.get(re.sub(r"{\w+}", str(uuid4()), address))
                    assert 400 <= answer.status_code < 500, address
        for address in ("/fragments/links/{}.html", "/fragments/{}/comments.html", "/assets/{}/base.css", "/x{}"):
            for odd in ODD:
                assert (await client.get(address.format(odd))).status_code in {400, 404}, (address, odd)
