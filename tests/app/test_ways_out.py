"""One rule of visibility: whatever way a comment could come out, it does while it is approved, and only then."""

import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from uuid import UUID

import httpx
import pytest
from starlette.requests import Request

from comment_factory import MAI, PAGE, approved, move, post
from engagement_widgets import Engagement
from engagement_widgets.comments.service import Status, UndoDecision, undo_decision
from engagement_widgets.hooks import HostUser
from engagement_widgets.kernel.signing import reader_hash
from engagement_widgets.pages.reference import page_id
from engagement_widgets.testing import FakeClock
from engagement_widgets.web.identity import COOKIE, reader_token
from judgement_factory import opened
from whole_site import (
    NOTE,
    Site,
    comment_fields,
    every_address,
    moderator,
    open_site,
    reader,
    reference,
    site_settings,
    stranger,
)

pytestmark = pytest.mark.anyio

PAGE_ID = page_id("test", PAGE.key)
AUTHOR = f"r:{reader_hash(b'the author, 16 b')}"
BADGE = re.compile(r'ew-badge--staff|"is_staff": ?true')
NAME, BODY = "Phan Thị Ẩn", "Câu này chỉ được thấy khi đã duyệt"
# Every status, each reached from approved and left for approved again: what was public must go, and come back.
WAY = (
    Status.PENDING,
    Status.APPROVED,
    Status.REJECTED,
    Status.APPROVED,
    Status.SPAM,
    Status.APPROVED,
    Status.DELETED,
    Status.APPROVED,
    Status.PENDING,
)
LISTS = (
    f"/fragments/{PAGE_ID}/comments.html",
    f"/fragments/{PAGE_ID}/comments.html?locale=en&sort=oldest",
    f"/fragments/{PAGE_ID}/comments.json",
    f"/pages/{PAGE_ID}/comments",
    f"/pages/{PAGE_ID}/comments?sort=oldest",
    f"/api/v1/pages/{PAGE_ID}/comments",
    f"/api/v1/pages/{PAGE_ID}/comments?sort=oldest",
)
OF_ONE = (
    "/c/{0}",
    "/comments/{0}/reply",
    "/api/v1/comments/{0}",
    f"/pages/{PAGE_ID}/comments?at={{0}}",
    f"/api/v1/pages/{PAGE_ID}/comments?at={{0}}",
)
OF_A_ROOT = (
    f"/pages/{PAGE_ID}/comments?thread={{0}}",
    f"/fragments/{PAGE_ID}/comments.html?thread={{0}}",
    f"/fragments/{PAGE_ID}/comments.json?thread={{0}}",
    f"/api/v1/pages/{PAGE_ID}/comments?thread={{0}}",
)
OF_THE_SITE = (
    "/fragments/recent/comments.html",
    "/fragments/recent/comments.html?locale=en&limit=50",
    "/fragments/recent/comments.json",
    "/api/v1/recent-comments",
    f"/api/v1/recent-comments?section={PAGE.section}",
    "/feeds/comments.atom",
    f"/feeds/comments.atom?section={PAGE.section}",
)
OF_ITS_AUTHOR = ("/receipts/{0}", "/api/v1/receipts/{0}")


async def _article(engagement: Engagement) -> str:
    return str((await engagement.widgets(PAGE)).comments)


async def _sidebar(engagement: Engagement) -> str:
    return str((await engagement.recent_widget(section=PAGE.section)).block)


async def _recent(engagement: Engagement) -> str:
    found = await engagement.recent_comments()
    return "\n".join(f"{comment.author}: {comment.words}" for comment in found)


# What the host's own code is handed.
OF_THE_HOST: Mapping[str, Callable[[Engagement], Awaitable[str]]] = {
    "the article": _article,
    "the sidebar": _sidebar,
    "recent comments": _recent,
}

Visitor = Callable[[Site], httpx.AsyncClient]


def _another_reader(site: Site) -> httpx.AsyncClient:
    client = stranger(site.app)
    client.cookies.set(COOKIE, reader_token(site.ctx.secrets, b"another, 16 byte"))
    return client


VISITORS: Mapping[str, Visitor] = {"reader": _another_reader, "moderator": moderator}


async def _texts(site: Site, client: httpx.AsyncClient, root: UUID) -> AsyncIterator[tuple[str, str]]:
    """What every list says, by its address. A thread whose root is not public may be none."""
    for address in LISTS + OF_THE_SITE:
        answer = await client.get(address)
        assert answer.status_code == 200, address
        yield address, html.unescape(answer.text)
    for address in OF_A_ROOT:
        answer = await client.get(address.format(root))
        assert answer.status_code in {200, 404}, address
        yield address, html.unescape(answer.text)
    for name, told in OF_THE_HOST.items():
        yield name, html.unescape(await told(site.engagement))
    yield "/me", html.unescape((await client.get("/me", params={"page": str(PAGE_ID)})).text)


async def _check(site: Site, client: httpx.AsyncClient, comment: UUID, root: UUID, *, public: bool, count: int) -> None:
    """Look at every way out."""
    async for way, text in _texts(site, client, root):
        expected = public and way != "/me"
        assert (BODY in text, NAME in text) == (expected, expected), way
    for address in OF_ONE:
        answer = await client.get(address.format(comment))
        assert answer.status_code in ({200, 303} if public else {404}), address
        assert public or (BODY not in answer.text and NAME not in answer.text), address
    for address in OF_ITS_AUTHOR:
        answer = await client.get(address.format(comment))
        assert (answer.status_code, BODY in answer.text) == (404, False), address
    counts = (await client.get("/api/v1/counts", params={"pages": str(PAGE_ID)})).json()["pages"][str(PAGE_ID)]
    assert counts["comments"] == count
    assert (await site.engagement.counts([PAGE.key]))[PAGE.key].comments == count
    assert (await client.get(f"/api/v1/pages/{PAGE_ID}/comments")).json()["count"] == count


@pytest.mark.parametrize("place", ["root", "reply", "reply to a reply"])
async def test_only_what_is_approved_comes_out(stored_site: Site, place: str) -> None:
    """Whatever its status and wherever it stands: shown everywhere or nowhere, and counted the same."""
    site = stored_site
    parent = None if place == "root" else approved(site.storage, page=PAGE, name="Gốc", body="Bình luận gốc")
    root = parent
    if place == "reply to a reply":
        parent = approved(site.storage, page=PAGE, parent=parent, name="Trả lời", body="Một trả lời")
    comment = post(site.storage, parent=parent, reader=AUTHOR, name=NAME, body=BODY).comment_id
    async with stranger(site.app) as client:
        others = (await client.get(f"/api/v1/pages/{PAGE_ID}/comments")).json()["count"]
        for status in WAY:
            move(site.storage, comment, status)
            public = status is Status.APPROVED
            await _check(site, client, comment, root or comment, public=public, count=others + public)


@pytest.mark.parametrize("who", VISITORS)
async def test_it_is_the_same_for_everybody_else(site: Site, who: str) -> None:
    """Another reader sees what a stranger sees, and on the public pages so does a moderator."""
    comment = post(site.storage, reader=AUTHOR, name=NAME, body=BODY).comment_id
    async with VISITORS[who](site) as client:
        others = (await client.get(f"/api/v1/pages/{PAGE_ID}/comments")).json()["count"]
        for status in Status:
            move(site.storage, comment, status)
            public = status is Status.APPROVED
            await _check(site, client, comment, comment, public=public, count=others + public)


async def test_undo_is_a_way_like_every_other(site: Site) -> None:
    """What an undo brings back is shown, what it takes back is not."""
    comment = approved(site.storage, reader=AUTHOR, name=NAME, body=BODY)
    async with stranger(site.app) as client:
        count = (await client.get(f"/api/v1/pages/{PAGE_ID}/comments")).json()["count"]
        hidden = move(site.storage, comment, Status.SPAM)
        await _check(site, client, comment, comment, public=False, count=count - 1)
        assert hidden.undo_id is not None
        site.storage.write_sync(undo_decision, UndoDecision(undo_id=hidden.undo_id, actor=MAI))
        await _check(site, client, comment, comment, public=True, count=count)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.APPROVED])
async def test_a_root_that_is_gone_leaves_a_line_and_its_replies(stored_site: Site, status: Status) -> None:
    """Its replies stay and are counted; of itself no name, no text and no badge comes out by any way."""
    site = stored_site
    root = approved(site.storage, reader=AUTHOR, name=NAME, body=BODY, is_staff=True)
    approved(site.storage, parent=root, name="Còn lại", body="Trả lời còn lại")
    move(site.storage, root, status)
    async with stranger(site.app) as client:
        async for way, text in _texts(site, client, root):
            assert (BODY in text, NAME in text) == (False, False), way
            assert ("Trả lời còn lại" in text) is (way != "/me"), way
        for address in OF_ONE:
            assert (await client.get(address.format(root))).status_code == 404, address
        listed = (await client.get(f"/api/v1/pages/{PAGE_ID}/comments")).json()["comments"]
    line = next(comment for comment in listed if comment["id"] == str(root))
    assert (line["gone"], line["author"], line["body"], line["is_staff"]) == (True, None, None, False)


async def test_a_withdrawn_page_comes_out_by_no_way(stored_site: Site) -> None:
    """Withdrawn by the host, an article takes all it carries out of every way at once; restored, it is back."""
    site = stored_site
    comment = approved(site.storage, reader=AUTHOR, name=NAME, body=BODY)
    waiting = comment_fields(site.ctx, PAGE, body="Viết sau khi gỡ")
    async with stranger(site.app) as client:
        count = (await client.get(f"/api/v1/pages/{PAGE_ID}/comments")).json()["count"]
        await site.engagement.pages.withdraw(PAGE.key)
        for address in (*LISTS, *OF_A_ROOT, *OF_ONE):
            answer = await client.get(address.format(comment))
            assert (answer.status_code, BODY in answer.text, NAME in answer.text) == (404, False, False), address
        for address in OF_THE_SITE:
            answer = await client.get(address)
            assert (answer.status_code, BODY in html.unescape(answer.text)) == (200, False), address
        for way, told in OF_THE_HOST.items():
            assert BODY not in html.unescape(await told(site.engagement)), way
        found = (await client.get("/api/v1/comments/search", params={"q": BODY})).json()["comments"]
        assert [one["id"] for one in found] == []
        for asked in ({"pages": str(PAGE_ID)}, {"pages": f"{PAGE_ID},{PAGE_ID}"}):
            counts = (await client.get("/api/v1/counts", params=asked)).json()["pages"][str(PAGE_ID)]
            assert counts == {"comments": 0, "ratings": 0, "average": None}
        assert (await site.engagement.counts([PAGE.key]))[PAGE.key].comments == 0
        assert await site.engagement.top_rated(limit=10) == ()
        assert (await client.post("/comments", data=waiting)).status_code == 404
        assert (await client.post(f"/comments/{comment}/vote", data={"like": "1"})).status_code == 404
        await site.engagement.pages.restore(PAGE.key)
        await _check(site, client, comment, comment, public=True, count=count)


async def test_an_answered_reply_that_is_gone_keeps_its_name_to_itself(stored_site: Site) -> None:
    """Who answered it stays; whom it answered is no longer said."""
    site = stored_site
    root = approved(site.storage)
    answered = approved(site.storage, parent=root, reader=AUTHOR, name=NAME, body=BODY)
    approved(site.storage, parent=answered, body="Đáp lời")
    async with stranger(site.app) as client:
        async for way, text in _texts(site, client, root):
            assert (NAME in text) is (way != "/me"), way
        move(site.storage, answered, Status.DELETED)
        async for way, text in _texts(site, client, root):
            assert NAME not in text, way


async def test_a_complaint_is_told_beside_the_article_to_its_author_alone(stored_site: Site) -> None:
    """Their comment is hidden for now and says so instead of that it waits; nobody else is told of it."""
    sent = approved(stored_site.storage, reader=AUTHOR, name=NAME, body=BODY)
    opened(stored_site.storage, sent)
    async with stranger(stored_site.app) as author, stranger(stored_site.app) as other:
        author.cookies.set(COOKIE, reader_token(stored_site.ctx.secrets, b"the author, 16 b"))
        mine, theirs = [html.unescape((await one.get(f"/me?page={PAGE_ID}")).text) for one in (author, other)]
    assert BODY in mine
    assert "Tạm ẩn vì có khiếu nại" in mine
    assert "Đang chờ duyệt" not in mine
    assert BODY not in theirs
    assert "khiếu nại" not in theirs


async def test_a_private_note_comes_out_at_the_desk_and_to_its_reader_alone(site: Site) -> None:
    """Every address a stranger can open is without it, fragments and API included; its reader and an admin find it."""
    public = [address for _, methods, found in every_address(site) if "GET" in methods for address in found]
    public += [f"/fragments/{PAGE_ID}/rating.{kind}" for kind in ("html", "json")]
    public += [f"/ratings/receipt?page={reference(site.ctx)}", f"/me?page={PAGE_ID}"]
    async with stranger(site.app) as nobody:
        for address in public:
            assert NOTE not in html.unescape((await nobody.get(address)).text), address
    assert NOTE not in str((await site.engagement.widgets(PAGE)).rating)
    async with reader(site) as author:
        assert NOTE in html.unescape((await author.get(f"/me?page={PAGE_ID}")).text)
    async with moderator(site) as admin:
        assert NOTE in html.unescape((await admin.get(f"/desk/ratings/{PAGE_ID}")).text)


async def _newsroom(request: Request, /) -> HostUser | None:
    """The host's identity: one header names its staff."""
    return HostUser(id="7", name="Ban Thời sự", is_staff=True) if request.headers.get("x-staff") else None


async def test_the_staff_badge_comes_from_the_hosts_identity_alone(sqlite_url: str, clock: FakeClock) -> None:
    """By no way out for a name that is typed, whatever is sent with it; by each that has one for the newsroom."""
    site = open_site(site_settings(sqlite_url), clock, identity=_newsroom)
    body = "Lời của tòa soạn"
    async with stranger(site.app) as client:
        claims = {"name": "Tòa soạn", "body": body, "is_staff": "true", "staff": "1", "badge": "staff"}
        answer = await client.post("/comments", data=comment_fields(site.ctx, PAGE, **claims))
        assert answer.status_code == 303, answer.text
        typed = UUID(answer.headers["location"].rpartition("/")[2])
        move(site.storage, typed, Status.APPROVED)
        async for way, text in _texts(site, client, typed):
            assert body in text or way == "/me", way
            assert not BADGE.search(text), way
        move(site.storage, typed, Status.DELETED)

        data = {"page": reference(site.ctx, PAGE), "body": body}
        answer = await client.post("/comments", data=data, headers={"x-staff": "1"})
        real = UUID(answer.headers["location"].rpartition("/")[2])
        async for way, text in _texts(site, client, real):
            badgeless = way == "/me" or way.startswith("/feeds/") or way == "recent comments"
            assert bool(BADGE.search(text)) is not badgeless, way
    assert [comment.is_staff for comment in await site.engagement.recent_comments(limit=1)] == [True]
    site.engagement.close()
