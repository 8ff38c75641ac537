"""Reading comments over HTTP: fragments, the page of their own, permalinks, receipts, and who sees what."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from markupsafe import Markup

from comment_factory import MAI, OTHER_PAGE, approved, move, post
from comment_site import ENGLISH, OPEN, PAGE_ID, SETTINGS, advance, browser, complete, reference, words, write, written
from engagement_widgets.comments.form_views import comments_widget
from engagement_widgets.comments.service import Author, MyComments, Status, my_comments, queue_item
from engagement_widgets.hooks import Moderation, PageRules
from engagement_widgets.pages.reference import page_id
from engagement_widgets.web.context import Context

pytestmark = pytest.mark.anyio

FRAGMENT = f"/fragments/{PAGE_ID}/comments.html"
DATA = f"/fragments/{PAGE_ID}/comments.json"
LIST = f"/pages/{PAGE_ID}/comments"


@pytest.fixture
def site(ctx: Context) -> Context:
    """One instance with five roots a page."""
    return complete(ctx)


@pytest.fixture
async def reader(site: Context) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without cookies."""
    async with browser(site) as client:
        yield client


def discussion(site: Context, size: int) -> list[UUID]:
    """So many published roots, oldest first."""
    ids = []
    for _ in range(size):
        ids.append(post(site.storage, moderation=Moderation.POST).comment_id)
        advance(site, 1)
    return ids


def shown(answer: httpx.Response) -> list[str]:
    """The ids of the comments in an answer, in order."""
    return re.findall(r'<article class="ew-comment" id="c-([0-9a-f-]{36})"', answer.text)


def link(answer: httpx.Response, text: str, attribute: str = "href") -> str:
    """Where a link with this text leads, below the mount."""
    found = re.search(rf'<a [^>]*?\b{attribute}="([^"]*)"[^>]*>(?:<svg.*?</svg>)? ?{text}', answer.text)
    assert found is not None, text
    return html.unescape(found[1]).removeprefix("/engagement")


def new_first(ids: list[UUID]) -> list[str]:
    """As the list shows them."""
    return [str(each) for each in reversed(ids)]


async def test_the_fragment_shows_what_was_approved_at_the_next_load(site: Context, reader: httpx.AsyncClient) -> None:
    """Empty, then one comment, then none again; the ETag tells each change and nothing else."""
    empty = await reader.get(FRAGMENT)
    assert "Chưa có bình luận nào. Mời bạn đọc mở đầu." in words(empty)
    comment_id = post(site.storage, name="Nguyễn Văn Ánh", body="Chỉ cần lùi một tiếng").comment_id
    waiting = await reader.get(FRAGMENT, headers={"if-none-match": empty.headers["etag"]})
    assert waiting.status_code == 304

    move(site.storage, comment_id, Status.APPROVED)
    full = await reader.get(FRAGMENT)
    assert shown(full) == [str(comment_id)]
    assert "1 bình luận" in words(full)
    assert "Nguyễn Văn Ánh" in words(full)
    assert re.search(r'<svg class="ew-avatar ew-avatar--[1-8]"[^>]* aria-hidden="true".*>Á</text></svg>', full.text)
    assert 'datetime="2026-11-23T12:00:00+07:00">23/11/2026 12:00</time>' in full.text
    move(site.storage, comment_id, Status.DELETED)
    assert (await reader.get(FRAGMENT)).text == empty.text


async def test_no_markup_of_a_reader_comes_through(site: Context, reader: httpx.AsyncClient) -> None:
    """Name and text are escaped everywhere they are shown; links are marked and whole."""
    evil = '<img src=x onerror=alert(1)> https://a.example/?q="><script>alert(2)</script>'
    comment_id = approved(site.storage, name='<b onmouseover="x">Mai</b>', body=evil)
    reply = approved(site.storage, parent=comment_id, name="<script>x</script>")
    for path in (FRAGMENT, LIST, f"/comments/{comment_id}/reply", f"/comments/{reply}/reply"):
        text = (await reader.get(path)).text
        assert "<script>" not in text
        assert "<img src=x" not in text
        assert "<b onmouseover" not in text
    fragment = (await reader.get(FRAGMENT)).text
    assert 'href="https://a.example/?q=" rel="ugc nofollow noopener">https://a.example/?q=</a>' in fragment


async def test_more_comments_by_link_and_by_script(site: Context, reader: httpx.AsyncClient) -> None:
    """The link "Xem thêm bình luận" leads to the next five, as a page and as a fragment; back leads back."""
    ids = discussion(site, 12)
    first = await reader.get(FRAGMENT)
    assert shown(first) == new_first(ids)[:5]
    second = await reader.get(link(first, "Xem thêm bình luận"))
    assert shown(second) == new_first(ids)[5:10]
    assert shown(await reader.get(link(first, "Xem thêm bình luận", "data-ew-more"))) == new_first(ids)[5:10]
    third = await reader.get(link(second, "Xem thêm bình luận"))
    assert shown(third) == new_first(ids)[10:]
    assert "Xem thêm bình luận" not in words(third)
    assert shown(await reader.get(link(third, "Bình luận mới hơn"))) == new_first(ids)[5:10]
    assert 'href="https://bao.example/tin/cho-ben-da#ew-comments"' in second.text


async def test_the_other_order(site: Context, reader: httpx.AsyncClient) -> None:
    """The tab "Cũ nhất" as a link and as a fragment; the tab that is chosen says so."""
    ids = discussion(site, 6)
    first = await reader.get(FRAGMENT)
    for attribute in ("href", "data-ew-show"):
        oldest = await reader.get(link(first, "Cũ nhất", attribute))
        assert shown(oldest) == [str(each) for each in ids[:5]]
        assert re.search(r'aria-current="true">Cũ nhất<', oldest.text)
    assert re.search(r'aria-current="true">Mới nhất<', first.text)


async def test_a_permalink_opens_the_page_of_its_comment(site: Context, reader: httpx.AsyncClient) -> None:
    """303 to the list that holds it, at its anchor; the list's own fragment begins at the same place."""
    ids = discussion(site, 12)
    target = ids[3]
    moved = await reader.get(f"/c/{target}")
    assert moved.status_code == 303
    path, _, anchor = moved.headers["location"].removeprefix("/engagement").partition("#")
    assert (path, anchor) == (f"{LIST}?at={target}", f"c-{target}")
    page = await reader.get(path)
    assert shown(page) == new_first(ids)[8:]
    fragment = re.search(r'data-ew-fragment="([^"]*)"', page.text)
    assert fragment is not None
    again = await reader.get(html.unescape(fragment[1]).removeprefix("/engagement"))
    assert shown(again) == shown(page)
    assert shown(await reader.get(link(page, "Bình luận mới hơn"))) == new_first(ids)[3:8]


async def test_a_long_thread_has_its_own_page(site: Context, reader: httpx.AsyncClient) -> None:
    """The link "Xem N trả lời" names how many more there are; a permalink to a far reply opens its thread there."""
    root = approved(site.storage)
    replies = []
    for _ in range(12):
        advance(site, 1)
        replies.append(approved(site.storage, parent=root))
    first = await reader.get(FRAGMENT)
    assert shown(first) == [str(root), *map(str, replies[:10])]
    for attribute in ("href", "data-ew-more"):
        thread = await reader.get(link(first, "Xem 2 trả lời", attribute).partition("#")[0])
        assert shown(thread) == [str(root), *map(str, replies)]

    far = (await reader.get(f"/c/{replies[11]}")).headers["location"].removeprefix("/engagement")
    page = await reader.get(far.partition("#")[0])
    assert shown(page) == [str(root), str(replies[11])]
    assert shown(await reader.get(link(page, "Xem các trả lời trước"))) == [str(root), *map(str, replies[:11])]
    near = (await reader.get(f"/c/{replies[9]}")).headers["location"].removeprefix("/engagement")
    assert len(shown(await reader.get(near.partition("#")[0]))) == 11


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("sort=best", 400, "bad_query"),
        ("cursor=forged", 400, "bad_cursor"),
        ("thread=x", 400, "bad_query"),
        ("foo=1", 400, "unknown_parameter"),
        ("sort=newest&sort=oldest", 400, "duplicate_field"),
        (f"thread={uuid4()}", 404, "unknown_comment"),
    ],
)
async def test_an_address_that_cannot_be(
    site: Context, reader: httpx.AsyncClient, query: str, status: int, code: str
) -> None:
    """Page and fragment answer alike, with a stable code."""
    approved(site.storage)
    for path in (f"{LIST}?{query}", f"{DATA}?{query}"):
        answer = await reader.get(path, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_what_is_not_there(site: Context, reader: httpx.AsyncClient) -> None:
    """404 for pages nobody wrote on, unknown comments, and a comment of another page."""
    other = approved(site.storage, page=OTHER_PAGE)
    approved(site.storage)
    for path in (f"/pages/{uuid4()}/comments", f"/c/{uuid4()}", f"/comments/{uuid4()}/reply", f"{LIST}?at={other}"):
        assert (await reader.get(path)).status_code == 404
    assert (await reader.get("/c/not-an-id")).status_code == 404


@pytest.mark.parametrize("status", list(Status))
async def test_one_rule_for_every_way_out(site: Context, reader: httpx.AsyncClient, status: Status) -> None:
    """Every public way out agrees on whether a comment, and on whether a reply, may be seen."""
    root = approved(site.storage)
    reply = post(site.storage, parent=root, name="Tên Riêng", body="Lời riêng tư").comment_id
    move(site.storage, reply, status)
    public = status is Status.APPROVED
    api = {"accept": "application/json"}

    for path in (FRAGMENT, DATA, LIST, f"{LIST}?thread={root}", f"{LIST}?sort=oldest", f"/api/v1{LIST}"):
        text = (await reader.get(path)).text
        assert ("Lời riêng tư" in text) == public, path
        assert ("Tên Riêng" in text) == public, path
    assert (await reader.get(DATA)).json()["count"] == 1 + public
    for path in (f"/c/{reply}", f"/comments/{reply}/reply", f"/api/v1/comments/{reply}", f"{LIST}?at={reply}"):
        assert ((await reader.get(path, headers=api)).status_code < 400) == public, path


async def test_a_hidden_root_keeps_its_place(site: Context, reader: httpx.AsyncClient) -> None:
    """A line without name, text and tools stands above its replies; the API says `gone`."""
    root = approved(site.storage, name="Tên Riêng", body="Lời riêng tư")
    reply = approved(site.storage, parent=root)
    move(site.storage, root, Status.SPAM)
    fragment = await reader.get(FRAGMENT)
    assert "Bình luận này không còn hiển thị" in words(fragment)
    assert (shown(fragment), "1 bình luận" in words(fragment)) == ([str(reply)], True)
    (gone,) = (await reader.get(f"/api/v1{LIST}")).json()["comments"]
    assert (gone["gone"], gone["author"], gone["body"]) == (True, None, None)
    assert len(gone["replies"]) == 1


async def test_a_receipt_is_for_its_author(site: Context, reader: httpx.AsyncClient) -> None:
    """Another browser gets 404; so does everybody after thirty days; a host user reads theirs anywhere."""
    comment_id = await write(site, reader)
    assert (await reader.get(f"/receipts/{comment_id}")).status_code == 200
    async with browser(site) as other:
        refused = await other.get(f"/receipts/{comment_id}")
        assert (refused.status_code, "Không tìm thấy biên nhận" in words(refused)) == (404, True)
    async with browser(site, **{"x-user": "7"}) as member:
        mine = await write(site, member, challenge=None, code=None)
    async with browser(site, **{"x-user": "7"}) as elsewhere:
        assert (await elsewhere.get(f"/receipts/{mine}")).status_code == 200
    advance(site, 30 * 24 * 3600)
    assert (await reader.get(f"/receipts/{comment_id}")).status_code == 404


async def test_a_forged_cookie_opens_nothing(site: Context, reader: httpx.AsyncClient) -> None:
    """A reader's cookie that we did not sign is as good as none."""
    comment_id = await write(site, reader)
    token = reader.cookies["ew_reader"]
    async with browser(site, cookie=f"ew_reader={token[:-3]}abc") as thief:
        assert (await thief.get(f"/receipts/{comment_id}")).status_code == 404


async def test_the_author_reads_the_reason(site: Context, reader: httpx.AsyncClient) -> None:
    """Rejected with a reason: on the receipt and among the reader's own; spam is told like any refusal."""
    first = await write(site, reader, body="Bình luận thứ nhất")
    second = await write(site, reader, body="Bình luận thứ hai")
    move(site.storage, first, Status.REJECTED, actor=MAI, note="Có số điện thoại <của người khác>")
    move(site.storage, second, Status.SPAM)

    receipt = await reader.get(f"/receipts/{first}")
    assert "Bình luận chưa được đăng. Lý do: Có số điện thoại <của người khác>" in words(receipt)
    assert "Bình luận chưa được đăng." in words(await reader.get(f"/receipts/{second}"))
    assert (await reader.get(f"/api/v1/receipts/{second}")).json()["status"] == "rejected"
    mine = site.storage.read_sync(
        my_comments, MyComments(page_id=PAGE_ID, author=Author(readers=_names(site, first)), window=timedelta())
    )
    markup = site.templates.render("engagement/comments/mine.html", "vi", comments=mine)
    assert "Lý do chưa được đăng: Có số điện thoại &lt;của người khác&gt;" in markup
    assert "thứ hai" not in markup


def _names(site: Context, comment_id: UUID) -> tuple[str, ...]:
    return (site.storage.read_sync(queue_item, comment_id).reader,)


async def test_ones_own_waiting_reply_names_what_it_stands_under(site: Context, reader: httpx.AsyncClient) -> None:
    """`mine.html` gives items alone, each with what our script puts it under."""
    root = approved(site.storage)
    reply = await write(site, reader, parent=str(root))
    mine = site.storage.read_sync(
        my_comments, MyComments(page_id=PAGE_ID, author=Author(readers=_names(site, reply)), window=timedelta())
    )
    markup = site.templates.render("engagement/comments/mine.html", "vi", comments=mine)
    assert re.match(
        rf'\s*<li data-ew-above="{root}" data-ew-depth="1">\s*'
        rf'<article class="ew-comment ew-comment--wait" id="c-{reply}"',
        markup,
    )
    assert 'data-ew-do="reply"' not in markup


async def test_the_widget_is_the_same_for_everyone(site: Context, reader: httpx.AsyncClient) -> None:
    """Same bytes before and after a reader wrote; no token, no challenge, no key in them."""

    async def widget(rules: PageRules) -> str:
        fragment = Markup((await reader.get(FRAGMENT)).text)  # noqa: S704  (our own markup)
        view = comments_widget(
            SETTINGS, page_id=PAGE_ID, fragment=fragment, reference=reference(site), locale="vi", rules=rules
        )
        return str(site.templates.render("engagement/comments/widget.html", "vi", comments=view))

    before = await widget(PageRules())
    await write(site, reader)
    assert await widget(PageRules()) == before
    for name in ("challenge", "submission_key", "code"):
        assert f'name="{name}"' not in before
    for part in ('data-ew-widget="comments"', 'data-ew-mine="comments"', "data-ew-outcome", "data-ew-captcha-slot"):
        assert part in before
    for text in ("draft", "counted", "offline", "sending", "unanswered"):
        assert f'data-ew-text="{text}"' in before
    published = await widget(PageRules(moderation=Moderation.POST))
    assert "được duyệt trước khi hiển thị" in before
    assert "được duyệt trước khi hiển thị" not in published
    closed = await widget(PageRules(comments_open=False))
    assert "Bài viết đã ngừng nhận bình luận" in closed
    assert "<form" not in closed


async def test_english(site: Context, reader: httpx.AsyncClient) -> None:
    """The locale of the fragment's address decides; numbers and dates follow."""
    approved(site.storage, page=ENGLISH)
    identity = page_id("test", ENGLISH.key)
    fragment = await reader.get(f"/fragments/{identity}/comments.html?locale=en")
    assert "1 comment Newest Oldest" in words(fragment)
    assert "Reply" in words(fragment)
    assert '<html lang="en"' in (await reader.get(f"/pages/{identity}/comments")).text


async def test_reading_changes_nothing(site: Context, reader: httpx.AsyncClient) -> None:
    """GET and HEAD on every route of the slice leave every table as it was, and set no cookie."""
    comment_id = await write(site, reader, OPEN)
    page = page_id("test", OPEN.key)
    before = site.storage.read_sync(written, None)
    for path in (
        f"/pages/{page}/comments",
        f"/c/{comment_id}",
        f"/comments/{comment_id}/reply",
        f"/receipts/{comment_id}",
        f"/fragments/{page}/comments.html",
        f"/fragments/{page}/comments.json",
        f"/api/v1/pages/{page}/comments",
        f"/api/v1/comments/{comment_id}",
        f"/api/v1/receipts/{comment_id}",
        "/comments",
    ):
        for method in ("GET", "HEAD"):
            answer = await reader.request(method, path)
            assert answer.status_code == (405 if path == "/comments" else 303 if path.startswith("/c/") else 200)
            assert "set-cookie" not in answer.headers
    assert site.storage.read_sync(written, None) == before
