"""Recent comments as hosts, programs and feed readers get them."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from starlette.applications import Starlette

from comment_factory import OTHER_PAGE, PAGE, approved, move, post
from engagement_widgets import Engagement, RecentComment, Settings
from engagement_widgets.comments.service import Status
from engagement_widgets.errors import Invalid
from engagement_widgets.kernel.text import canonical
from engagement_widgets.settings import Worker
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

pytestmark = pytest.mark.anyio

MOUNT = "/engagement"
PUBLIC = f"https://bao.example{MOUNT}"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
FEED = "/feeds/comments.atom"
FRAGMENT = "/fragments/recent/comments.html"


def make(url: str, clock: FakeClock, **values: Any) -> Engagement:
    """An instance on a fresh database."""
    settings = Settings(database_url=url, secret_keys=("k" * 32,), site="test", worker=Worker.OFF, **values)
    return Engagement(settings, clock=clock)


@pytest.fixture
def engagement(sqlite_url: str, clock: FakeClock) -> Iterator[Engagement]:
    """One that knows its public address."""
    made = make(sqlite_url, clock, public_url=PUBLIC, site_name="Báo Bến Đá")
    yield made
    made.close()


@pytest.fixture
async def program(engagement: Engagement) -> AsyncIterator[httpx.AsyncClient]:
    """A script without a browser's headers."""
    async with client(engagement) as found:
        yield found


@pytest.fixture
def stored(engagement: Engagement, program: httpx.AsyncClient) -> Storage:
    """Its storage, to write to, once it is mounted."""
    del program
    return engagement.boot().storage


def client(engagement: Engagement) -> httpx.AsyncClient:
    """A script that asks this instance."""
    transport = httpx.ASGITransport(app=engagement.wrap(Starlette(), MOUNT))
    return httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1{MOUNT}")


def parsed(answer: httpx.Response) -> ET.Element:
    """The feed, by a parser that knows nothing of ours."""
    assert answer.status_code == 200, answer.text
    return ET.fromstring(answer.content)  # noqa: S314  (our own)


def texts(feed: ET.Element, path: str) -> list[str | None]:
    """The texts of elements."""
    return [element.text for element in feed.findall(path, ATOM)]


async def test_programs_and_hosts_are_told_the_same(
    engagement: Engagement, stored: Storage, program: httpx.AsyncClient, clock: FakeClock
) -> None:
    """Author, first words, permalink and article, by section and number; the fragment's JSON is the same bytes."""
    first = approved(stored, name="Lê Khuê", body="Chỗ này đông quá")
    moment = clock.now().isoformat().replace("+00:00", "Z")
    clock.advance(60)
    second = approved(stored, page=OTHER_PAGE)
    answer = await program.get("/api/v1/recent-comments")
    comments = answer.json()["comments"]
    assert [comment["id"] for comment in comments] == [str(second), str(first)]
    assert comments[1] == {
        "id": str(first),
        "url": f"{PUBLIC}/c/{first}",
        "author": "Lê Khuê",
        "is_staff": False,
        "words": "Chỗ này đông quá",
        "submitted_at": moment,
        "page": {"key": PAGE.key, "url": PAGE.url, "title": PAGE.title, "section": PAGE.section},
    }
    assert (await program.get("/fragments/recent/comments.json")).content == answer.content
    assert answer.headers["cache-control"] == "public, no-cache"
    again = await program.get("/api/v1/recent-comments", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304

    async def keys(**params: object) -> list[str]:
        found = (await program.get("/api/v1/recent-comments", params=params)).json()  # type: ignore[arg-type]
        return [comment["page"]["key"] for comment in found["comments"]]

    assert await keys(section=PAGE.section) == [PAGE.key]
    assert await keys(section="") == [OTHER_PAGE.key]
    assert await keys(limit=1) == [OTHER_PAGE.key]
    told = await engagement.recent_comments(section=PAGE.section, limit=5)
    assert all(isinstance(comment, RecentComment) for comment in told)
    assert [(comment.id, comment.page) for comment in told] == [(first, PAGE)]


async def test_a_change_is_seen_at_once(engagement: Engagement, stored: Storage, program: httpx.AsyncClient) -> None:
    """What is approved appears and what is hidden goes, in every format, although all of them are kept."""
    ways = ("/api/v1/recent-comments", FRAGMENT, FEED, "/fragments/recent/comments.json?limit=3")

    async def shown() -> set[bool]:
        found = {body in (await program.get(way)).text for way in ways}
        return found | {body in (await engagement.recent_widget()).block}

    body = "Câu này chỉ có một"
    comment = post(stored, body=body).comment_id
    assert await shown() == {False}
    for _ in range(2):
        move(stored, comment, Status.APPROVED)
        assert await shown() == {True}
        move(stored, comment, Status.REJECTED)
        assert await shown() == {False}


async def test_the_block_is_markup_for_a_sidebar(
    engagement: Engagement, stored: Storage, program: httpx.AsyncClient
) -> None:
    """Heading, author, words with the permalink, article, feed; in both languages; empty, it says so."""
    empty = await engagement.recent_widget(locale="en", heading=3)
    assert "No comments yet." in empty.block
    assert '<h3 class="ew-title" id="ew-recent-all">Recent comments</h3>' in empty.block
    comment = approved(stored, name="<b>Mai</b>", body="Lời <script>", is_staff=True)
    made = await engagement.recent_widget(section=PAGE.section, limit=3)
    block = str(made.block)
    assert f'<a href="{MOUNT}/c/{comment}">Lời &lt;script&gt;</a>' in block
    assert "&lt;b&gt;Mai&lt;/b&gt;" in block
    assert f'href="{PAGE.url}">{PAGE.title}</a>' in block
    assert "Tòa soạn" in block
    address = re.search(r'data-ew-fragment="([^"]*)"', block)
    assert address is not None
    fragment = await program.get(address[1].replace("&amp;", "&").removeprefix(MOUNT))
    assert fragment.text.strip() in block
    feed = re.search(r'<link rel="alternate" type="application/atom\+xml" href="([^"]*)">', made.head)
    assert feed is not None
    assert len(parsed(await program.get(feed[1].removeprefix(MOUNT))).findall("a:entry", ATOM)) == 1
    with pytest.raises(ValueError, match="heading"):
        await engagement.recent_widget(heading=7)
    with pytest.raises(Invalid):
        await engagement.recent_widget(limit=0)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/recent-comments?limit=0", 422),
        ("/api/v1/recent-comments?size=3", 422),
        (f"{FRAGMENT}?limit=99", 422),
        (f"{FRAGMENT}?cursor=1", 400),
        (f"{FRAGMENT}?section={'a' * 300}", 422),
        (f"{FEED}?limit=3", 400),
        (f"{FEED}?section={'a' * 300}", 422),
        ("/fragments/recent/comments.atom", 404),
        ("/fragments/recent/rating.html", 404),
        ("/fragments/00000000-0000-8000-8000-000000000000/recent.html", 404),
    ],
)
async def test_what_cannot_be_is_refused(program: httpx.AsyncClient, address: str, status: int) -> None:
    """With its own answer, and nothing stored for it."""
    assert (await program.get(address)).status_code == status


async def test_the_feed_is_atom(stored: Storage, program: httpx.AsyncClient, clock: FakeClock) -> None:
    """RFC 4287: what must be in a feed and an entry is there once, ids are URNs, links are absolute, moments in UTC."""
    first = approved(stored, name="Lê Khuê", body="Hai\n\nđoạn")
    clock.advance(60)
    second = approved(stored)
    answer = await program.get(FEED)
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = parsed(answer)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "vi"
    assert texts(feed, "a:title") == ["Bình luận mới: Báo Bến Đá"]
    (own,) = feed.findall("a:link[@rel='self']", ATOM)
    assert own.get("href") == f"{PUBLIC}/feeds/comments.atom"
    entries = feed.findall("a:entry", ATOM)
    assert texts(feed, "a:entry/a:id") == [second.urn, first.urn]
    for entry in entries:
        for name in ("id", "title", "updated", "published", "author/a:name", "content"):
            assert len(entry.findall(f"a:{name}", ATOM)) == 1, name
    (link,) = entries[1].findall("a:link", ATOM)
    assert (link.get("rel"), link.get("href")) == ("alternate", f"{PUBLIC}/c/{first}")
    assert texts(entries[1], "a:title") == ["Lê Khuê bình luận về “Chợ Bến Đá”"]
    (content,) = entries[1].findall("a:content", ATOM)
    assert (content.get("type"), content.text) == ("html", "<p>Hai</p>\n<p>đoạn</p>")
    moments = [*texts(feed, "a:updated"), *texts(feed, "a:entry/a:updated"), *texts(feed, "a:entry/a:published")]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment or "") for moment in moments)
    assert texts(feed, "a:updated") == [max(moment or "" for moment in texts(feed, "a:entry/a:updated"))]


async def test_a_feed_keeps_its_ids_and_is_not_sent_twice(stored: Storage, program: httpx.AsyncClient) -> None:
    """Site and sections have ids of their own; the same bytes answer 304, also to HEAD; a new comment does not."""
    approved(stored)
    answer = await program.get(FEED)
    section = await program.get(FEED, params={"section": PAGE.section})
    nothing = await program.get(FEED, params={"section": "the-thao"})
    ids = [texts(parsed(one), "a:id") for one in (answer, section, nothing)]
    assert len({str(one) for one in ids}) == 3
    assert texts(parsed(nothing), "a:updated") == ["1970-01-01T00:00:00Z"]
    tag = {"if-none-match": answer.headers["etag"]}
    assert (await program.get(FEED, headers=tag)).status_code == 304
    assert (await program.head(FEED)).content == b""
    approved(stored)
    later = await program.get(FEED, headers=tag)
    assert later.status_code == 200
    assert texts(parsed(later), "a:id") == ids[0]


HOSTILE = (
    "</content></entry><script>alert(1)</script>",
    "]]> <![CDATA[ <!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]> &e; &#0; & < >",
    "noncharacters \ufffe \uffff here, \U0001fffe there",
    "đảo \u202e chiều, vô \u200b hình, 👩‍👩‍👧‍👦 và Ễ\u0323\u0323\u0323\u0323\u0323\u0323",
    "http://a.example/?a=1&b=<2>\"'",
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_stays_text(stored: Storage, program: httpx.AsyncClient, text: str) -> None:
    """In a name, a body and a title alike: the document is well formed and has the one entry with its two links."""
    text = canonical(text, multiline=False)
    page = replace(PAGE, key="tin/xau", title=text, section=text)
    approved(stored, page=page, name=text, body=text)
    feed = parsed(await program.get(FEED))
    assert len(feed.findall("a:entry", ATOM)) == 1
    assert {element.tag.rpartition("}")[2] for element in feed.iter()} == {
        *("feed", "id", "title", "updated", "link", "entry", "published", "author", "name", "category", "content"),
    }
    html = feed.findtext("a:entry/a:content", namespaces=ATOM)
    assert html is not None
    assert "<script" not in html
    by_section = parsed(await program.get(FEED, params={"section": text}))
    assert len(by_section.findall("a:entry", ATOM)) == 1


async def test_without_a_public_address_links_are_paths(sqlite_url: str, clock: FakeClock) -> None:
    """Which a feed reader resolves against the address it fetched; never is a Host header believed."""
    made = make(sqlite_url, clock)
    async with client(made) as program:
        comment = approved(made.boot().storage)
        feed = parsed(await program.get(FEED, headers={"host": "evil.example"}))
        link = feed.find("a:entry/a:link", ATOM)
        assert link is not None
        assert link.get("href") == f"{MOUNT}/c/{comment}"
        assert (await program.get("/api/v1/recent-comments")).json()["comments"][0]["url"] == f"{MOUNT}/c/{comment}"
    made.close()
