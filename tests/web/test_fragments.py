"""Fragments over ASGI: one build, exact invalidation, tags, headers, and refusals that write nothing."""

import asyncio
import gzip
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.types import ASGIApp, Scope

from engagement_widgets.errors import Malformed, NotFound
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.web.context import Context
from engagement_widgets.web.fragments import FragmentQuery, FragmentServer, FragmentSpec

MakeContext = Callable[..., Context]
PAGE = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
OTHER = UUID("01890a5d-ac96-774b-bcce-b302099a8058")


class Counter:
    """A widget whose figure the test sets; `load` can be held in the middle of its transaction."""

    def __init__(self) -> None:
        self.value = 0
        self.loads = 0
        self.reading = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.go_on.set()

    def load(self, tx: Tx, query: FragmentQuery) -> dict[str, object]:
        """Read the figure, then wait until the test lets go."""
        self.loads += 1
        seen = self.value
        self.reading.release()
        assert self.go_on.wait(10)
        return {"value": seen, "site": tx.site, "sort": query.params.get("sort", "new")}

    def spec(self, widget: str = "rating") -> FragmentSpec[dict[str, object]]:
        """The widget as a slice would describe it."""
        return FragmentSpec(
            widget=widget,
            load=self.load,
            template="counter.html",
            to_json=dict,
            params=frozenset({"sort", "cursor"}),
            topics=lambda query: (str(query.page_id or "links"), "site"),
            check=_check,
        )


def _check(query: FragmentQuery) -> None:
    if query.params.get("sort", "new") not in {"new", "old"}:
        raise Malformed("bad_query")


@pytest.fixture
def counter() -> Counter:
    """The widget under test."""
    return Counter()


@pytest.fixture
def fragments(make_context: MakeContext, counter: Counter, tmp_path: Path) -> FragmentServer:
    """A server of fragments with two widgets, `rating` and `links`."""
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "counter.html").write_text(
        "<p lang={{ locale }}>{{ view.value }} {{ view.sort }} {{ query.name }} {{ '<b>' }}</p>" + "<i></i>" * 100
    )
    return make_context(templates=tmp_path / "host", specs=(counter.spec(), counter.spec("links"))).fragments


@asynccontextmanager
async def _client(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, root_path="/engagement")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def _address(page: UUID = PAGE, kind: str = "html", query: str = "") -> str:
    return f"/engagement/fragments/{page}/rating.{kind}{query}"


@pytest.mark.anyio
async def test_a_fragment_is_built_once_and_answered_from_memory(fragments: FragmentServer, counter: Counter) -> None:
    """Two addresses of one fragment share one build; HTML and JSON are two fragments."""
    async with _client(fragments) as client:
        first = await client.get(_address())
        assert first.status_code == 200
        assert first.text.startswith("<p lang=vi>0 new None &lt;b&gt;</p>")
        assert (await client.get(_address())).text == first.text
        assert (await client.get(_address(query="?locale=vi"))).text == first.text
        assert counter.loads == 1
        answer = await client.get(_address(kind="json"))
        assert answer.json() == {"value": 0, "site": "test", "sort": "new"}
        assert counter.loads == 2
        assert (await client.get(_address(query="?locale=en"))).text.startswith("<p lang=en>")


@pytest.mark.anyio
async def test_browsers_and_caches_are_told_what_they_may_keep(fragments: FragmentServer) -> None:
    """A browser asks each time, the CDN each minute, and both know the encodings apart."""
    async with _client(fragments) as client:
        headers = (await client.get(_address())).headers
    assert headers["cache-control"] == "public, no-cache"
    assert headers["cdn-cache-control"] == "max-age=60, stale-while-revalidate=600"
    assert headers["vary"] == "Accept-Encoding"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "set-cookie" not in headers


@pytest.mark.anyio
async def test_a_browser_that_has_it_gets_304(fragments: FragmentServer, counter: Counter, storage: Storage) -> None:
    """Until the page changes; then the whole body, with another tag."""
    async with _client(fragments) as client:
        for encoding in ("identity", "gzip"):
            tag = (await client.get(_address(), headers={"Accept-Encoding": encoding})).headers["etag"]
            asked = {"Accept-Encoding": encoding, "If-None-Match": tag}
            assert (await client.get(_address(), headers=asked)).status_code == 304
            counter.value += 1
            await storage.write(_touch, str(PAGE))
            changed = await client.get(_address(), headers=asked)
            assert changed.status_code == 200
            assert changed.headers["etag"] != tag


@pytest.mark.anyio
async def test_gzip_is_ready_and_head_has_no_body(fragments: FragmentServer) -> None:
    """The packed bytes unpack to the plain ones; HEAD answers the headers of GET."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = _scope(headers=[(b"accept-encoding", b"gzip")])
    await fragments(scope, _nothing, send)
    plain = await fragments.get("rating", FragmentQuery(site="test", page_id=PAGE, locale="vi"), "html")
    assert gzip.decompress(sent[1]["body"]) == plain.body
    await fragments({**scope, "method": "HEAD"}, _nothing, send)
    assert sent[2]["headers"] == sent[0]["headers"]
    assert sent[3]["body"] == b""


@pytest.mark.anyio
async def test_a_change_drops_exactly_its_page(fragments: FragmentServer, counter: Counter, storage: Storage) -> None:
    """Before the writer is told, the old bytes are gone, and other pages keep theirs."""
    async with _client(fragments) as client:
        await client.get(_address())
        await client.get(_address(OTHER))
        assert counter.loads == 2
        counter.value = 7
        await storage.write(_touch, str(PAGE))
        assert "7" in (await client.get(_address())).text
        assert "0" in (await client.get(_address(OTHER))).text
        assert counter.loads == 3
        await storage.write(_touch, "site")
        assert "7" in (await client.get(_address(OTHER))).text
        assert counter.loads == 4


@pytest.mark.anyio
async def test_a_change_while_building_is_never_lost(
    fragments: FragmentServer, counter: Counter, storage: Storage
) -> None:
    """The bytes read before the change are served to those who waited, once, and not stored."""
    counter.go_on.clear()
    async with _client(fragments) as client:
        early = asyncio.create_task(client.get(_address()))
        assert await asyncio.to_thread(counter.reading.acquire, timeout=10)
        counter.value = 1
        await storage.write(_touch, str(PAGE))
        late = asyncio.create_task(client.get(_address()))
        assert await asyncio.to_thread(counter.reading.acquire, timeout=10)
        counter.go_on.set()
        assert (await early).text.startswith("<p lang=vi>0 ")
        assert (await late).text.startswith("<p lang=vi>1 ")
        assert (await client.get(_address())).text.startswith("<p lang=vi>1 ")
    assert counter.loads == 2


@pytest.mark.anyio
async def test_many_at_once_cost_one_build(fragments: FragmentServer, counter: Counter) -> None:
    """Fifty readers of a page that just changed read the database once; one who leaves disturbs nobody."""
    counter.go_on.clear()
    async with _client(fragments) as client:
        tasks = [asyncio.create_task(client.get(_address())) for _ in range(50)]
        assert await asyncio.to_thread(counter.reading.acquire, timeout=10)
        await asyncio.sleep(0.05)
        tasks[0].cancel()
        counter.go_on.set()
        answers = await asyncio.gather(*tasks[1:])
    assert {answer.status_code for answer in answers} == {200}
    assert counter.loads == 1


def test_a_host_without_an_event_loop_gets_the_same(fragments: FragmentServer, counter: Counter) -> None:
    """The same bytes, from the same store."""
    query = FragmentQuery(site="test", page_id=PAGE, locale="vi")
    assert fragments.get_sync("rating", query, "html") is fragments.get_sync("rating", query, "html")
    assert counter.loads == 1


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (_address(query="?locale=fr"), 400, "unknown_locale"),
        (_address(query="?locale="), 400, "unknown_locale"),
        (_address(query="?utm_source=x"), 400, "unknown_parameter"),
        (_address(query="?sort=new&sort=old"), 400, "duplicate_field"),
        (_address(query="?sort=%FF"), 400, "bad_form"),
        (_address(query="?sort=%4"), 400, "bad_form"),
        (_address(query="?sort=rude"), 400, "bad_query"),
        (_address(query="?" + "&".join(f"a{n}=1" for n in range(51))), 413, "too_many_fields"),
        (f"/engagement/fragments/{PAGE}/unknown.html", 404, "unknown_address"),
        (f"/engagement/fragments/{PAGE}/links.html", 404, "unknown_address"),
        (f"/engagement/fragments/{PAGE}/rating.xml", 404, "unknown_address"),
        (f"/engagement/fragments/{str(PAGE).upper()}/rating.html", 404, "unknown_address"),
        ("/engagement/fragments/42/rating.html", 404, "unknown_address"),
        ("/engagement/fragments/links/a%2Fb.html", 404, "unknown_address"),
    ],
)
@pytest.mark.anyio
async def test_bad_addresses_are_refused_with_a_code(
    fragments: FragmentServer, counter: Counter, path: str, status: int, code: str
) -> None:
    """Unknown parameters are refused, not ignored: nobody can fill the cache with spellings. Nothing is read."""
    async with _client(fragments) as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["code"] == code
    assert counter.loads == 0


@pytest.mark.anyio
async def test_only_get_and_head_are_answered(fragments: FragmentServer) -> None:
    """Also at an address that is warm."""
    async with _client(fragments) as client:
        await client.get(_address())
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            answer = await client.request(method, _address())
            assert answer.status_code == 405
            assert answer.headers["allow"] == "GET, HEAD"
        assert (await client.head(_address(query="?sort=rude"))).content == b""


@pytest.mark.anyio
async def test_links_are_asked_by_name(fragments: FragmentServer, storage: Storage, counter: Counter) -> None:
    """A group of links belongs to no page and goes with the topic `links`."""
    async with _client(fragments) as client:
        path = "/engagement/fragments/links/partners.html"
        assert "partners" in (await client.get(path)).text
        await storage.write(_touch, "links")
        await client.get(path)
    assert counter.loads == 2


@pytest.mark.anyio
async def test_accept_language_changes_no_byte(fragments: FragmentServer) -> None:
    """The locale comes from the address alone, or the CDN would keep a stranger's language."""
    async with _client(fragments) as client:
        answers = [await client.get(_address(), headers={"Accept-Language": tag}) for tag in ("vi", "en", "fr")]
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["etag"] for answer in answers}) == 1


@pytest.mark.anyio
async def test_what_a_load_refuses_is_told_and_not_kept(make_context: MakeContext) -> None:
    """A page that is not there is asked for again the next time."""
    loads = []

    def load(tx: Tx, query: FragmentQuery) -> None:
        loads.append((tx.site, query.page_id))
        raise NotFound("unknown_page")

    spec: FragmentSpec[None] = FragmentSpec(
        widget="rating", load=load, template="x", to_json=repr, topics=lambda query: (str(query.page_id),)
    )
    async with _client(make_context(specs=(spec,)).fragments) as client:
        for _ in range(2):
            answer = await client.get(_address())
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_page")
    assert len(loads) == 2


@pytest.mark.anyio
async def test_an_unforeseen_error_reaches_the_host(make_context: MakeContext) -> None:
    """What is no error of ours is not swallowed, and the next request tries again."""

    def load(tx: Tx, query: FragmentQuery) -> float:
        return len(tx.site) / len(query.params)

    spec: FragmentSpec[float] = FragmentSpec(
        widget="rating", load=load, template="x", to_json=str, topics=lambda query: (str(query.page_id),)
    )
    async with _client(make_context(specs=(spec,)).fragments) as client:
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await client.get(_address())


@pytest.mark.anyio
async def test_another_process_is_followed_at_the_next_request(
    fragments: FragmentServer, counter: Counter, storage: Storage, tmp_path: Path
) -> None:
    """A change that another storage on the same file commits is seen before the next answer."""
    elsewhere = Storage(url=f"sqlite:///{tmp_path}/web.db", site="test", clock=storage.clock)
    elsewhere.boot()
    try:
        async with _client(fragments) as client:
            await client.get(_address())
            counter.value = 5
            await elsewhere.write(_touch, str(PAGE))
            assert (await client.get(_address())).text.startswith("<p lang=vi>5 ")
    finally:
        elsewhere.close()


def test_json_is_what_the_slice_says(fragments: FragmentServer) -> None:
    """Vietnamese letters are not escaped; the type has no charset, JSON being UTF-8."""
    made = fragments.get_sync("links", FragmentQuery(site="test", name="đối tác", locale="vi"), "json")
    assert json.loads(made.body)["value"] == 0


def _touch(tx: Tx, topic: str) -> None:
    tx.touch(topic)


def _scope(**values: Any) -> Scope:
    path = _address()
    return {"type": "http", "method": "GET", "path": path, "root_path": "/engagement", "query_string": b"", **values}


async def _nothing() -> Any:
    raise AssertionError("a fragment reads no body")
