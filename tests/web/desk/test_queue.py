"""The queue through HTTP: what a moderator sees, decides, undoes; by plain forms and by our script."""

import html
import re
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import LAN, PAGE, move, post
from desk_factory import MOUNT, add_account, at_the_desk, browser, open_token
from engagement_widgets.comments.service import Status, queue_counts, queue_item
from engagement_widgets.desk.accounts import Account
from engagement_widgets.desk.place import PAGE_SIZE
from engagement_widgets.hooks import Page, Role
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

pytestmark = pytest.mark.anyio

QUEUE = f"{MOUNT}/desk/queue"
SCRIPT = {"ew-partial": "1"}
ENGLISH_PAGE = Page(key="news/market", url="https://bao.example/en/market", title="The market", locale="en")


@pytest.fixture
def account(storage: Storage) -> Account:
    """The moderator at the desk."""
    return add_account(storage, name="Phạm Minh Hà")


@pytest.fixture
async def desk(app: ASGIApp, storage: Storage, account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """Her browser."""
    async with at_the_desk(app, storage, account) as client:
        yield client


def words(response: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


def counts(response: httpx.Response) -> dict[str, str]:
    """The views and their figures."""
    found = re.findall(
        r'<a href="[^"]*/desk/queue[^"]*"[^>]*>([^<]+) <span class="ew-num">([\d.]+)</span>', response.text
    )
    return dict(found)


def rows(response: httpx.Response) -> list[str]:
    """The ids of the comments shown, in order."""
    return re.findall(r'data-ew-row="([^"]+)"', response.text)


def decision(comment_id: UUID, query: str = "") -> str:
    """Where a decision about a comment is posted."""
    return f"{MOUNT}/desk/comments/{comment_id}/decision{query}"


def undo_address(response: httpx.Response) -> str:
    """Where the first undo that a page offers is posted."""
    return html.unescape(re.findall(r'action="([^"]+/desk/undo/[^"]+)"', response.text)[0])


def status_of(storage: Storage, comment_id: UUID) -> Status:
    """Where a comment stands."""
    return storage.read_sync(queue_item, comment_id).status


async def test_a_card_says_who_how_long_why_what_and_where(
    desk: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """In this order, readable without opening anything."""
    root = post(storage, name="Lê Hoàng Khuê", body="Bến xe buýt nên đặt thêm thùng rác.").comment_id
    move(storage, root, Status.APPROVED)
    post(storage, name="Trần Thị Mai", body="Xem https://vd.example/a nhé", parent=root)
    clock.advance(2 * 3600 + 55 * 60)
    said = words(await desk.get(QUEUE))
    parts = [
        "Trần Thị Mai",
        "01/07/2026 09:00",
        "chờ 2 giờ 55 phút",
        "Có 1 liên kết",
        "Bình luận đầu tiên của người này",
        "Duyệt trước khi đăng",
        "Trả lời Lê Hoàng Khuê : “Bến xe buýt nên đặt thêm thùng rác.”",
        "Xem https://vd.example/a nhé",
        "doi-song · Chợ Bến Đá",
        "Duyệt",
        "Từ chối",
    ]
    position = 0
    for part in parts:
        position = said.find(part, position)
        assert position >= 0, part
        position += len(part)


async def test_views_hold_what_they_say_and_count_it(desk: httpx.AsyncClient, storage: Storage) -> None:
    """Every status has its view, and all of them together have one."""
    ids = {status: post(storage).comment_id for status in Status}
    for status, comment_id in ids.items():
        if status is not Status.PENDING:
            move(storage, comment_id, status)
    for status, comment_id in ids.items():
        page = await desk.get(QUEUE, params={"view": status.value})
        assert rows(page) == [str(comment_id)], status
    everything = await desk.get(QUEUE, params={"view": "all"})
    assert set(rows(everything)) == {str(comment_id) for comment_id in ids.values()}
    assert counts(everything) == {
        "Chờ duyệt": "1",
        "Bị báo cáo": "0",
        "Đã duyệt": "1",
        "Đã từ chối": "1",
        "Spam": "1",
        "Thùng rác": "1",
        "Tất cả": "5",
    }
    assert "<title>Tất cả (5) – Bàn duyệt</title>" in everything.text


@pytest.mark.parametrize("view", [*Status, "all"])
async def test_an_empty_view_says_so(desk: httpx.AsyncClient, view: str) -> None:
    """A sentence, never a blank."""
    page = await desk.get(QUEUE, params={"view": view})
    assert page.status_code == 200
    assert re.search(r'<h2 class="ew-empty__title">[^<]{10,}</h2>', page.text)


async def test_the_oldest_waits_in_front_and_the_order_can_be_turned(
    desk: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """In the queue the oldest first, elsewhere the newest; the other way by a link."""
    ids = []
    for _ in range(3):
        ids.append(str(post(storage).comment_id))
        clock.advance(60)
    assert rows(await desk.get(QUEUE)) == ids
    assert rows(await desk.get(QUEUE, params={"sort": "newest"})) == ids[::-1]
    assert rows(await desk.get(QUEUE, params={"view": "all"})) == ids[::-1]


async def test_pages_follow_each_other_without_gap_or_repeat(desk: httpx.AsyncClient, storage: Storage) -> None:
    """The next page begins after the last comment, whatever was decided meanwhile; the last page has none after it."""
    ids = [str(post(storage).comment_id) for _ in range(PAGE_SIZE + 3)]
    first = await desk.get(QUEUE)
    match = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert match
    move(storage, UUID(ids[PAGE_SIZE - 1]), Status.SPAM)
    second = await desk.get(html.unescape(match[1]))
    assert rows(first) + rows(second) == ids
    assert 'rel="next"' not in second.text
    assert "Về trang đầu" in second.text


async def test_a_decision_by_form_leads_back_to_the_list_with_its_undo(
    desk: httpx.AsyncClient, storage: Storage, account: Account
) -> None:
    """303, then one line for what was decided, a toast that names the time left, and the way back."""
    first, second = post(storage, name="Lê Hoàng Khuê").comment_id, post(storage).comment_id
    answer = await desk.post(decision(first), data={"version": "1", "decision": "approved"})
    assert answer.status_code == 303
    page = await desk.get(answer.headers["location"])
    assert rows(page) == [str(first), str(second)]
    assert 'data-ew-shape="done"' in page.text
    assert "Đã duyệt bình luận của Lê Hoàng Khuê. Còn hoàn tác được trong 10 phút." in words(page)
    assert status_of(storage, first) is Status.APPROVED
    entry = storage.read_sync(read_entries, EntriesQuery(size=1))[0]
    assert (entry.action, entry.actor) == ("comment.approved", str(account.id))

    back = await desk.post(undo_address(page))
    assert back.status_code == 303
    page = await desk.get(back.headers["location"])
    assert set(rows(page)) == {str(first), str(second)}
    assert "Đã hoàn tác. Bình luận của Lê Hoàng Khuê trở lại mục Chờ duyệt." in words(page)
    assert status_of(storage, first) is Status.PENDING


async def test_the_list_one_came_from_is_the_list_one_returns_to(desk: httpx.AsyncClient, storage: Storage) -> None:
    """View, order and page travel in the form's address."""
    comment = post(storage).comment_id
    move(storage, comment, Status.SPAM)
    page = await desk.get(QUEUE, params={"view": "spam", "sort": "oldest"})
    address = html.unescape(re.findall(r'action="([^"]+/decision[^"]*)"', page.text)[0])
    answer = await desk.post(address, data={"version": "2", "decision": "pending"})
    assert answer.headers["location"].startswith(f"{QUEUE}?view=spam&sort=oldest&done=")


@pytest.mark.parametrize("start", Status)
async def test_every_move_is_offered_and_made(desk: httpx.AsyncClient, storage: Storage, start: Status) -> None:
    """From each state to each other one; the view offers all of them and not its own."""
    for end in set(Status) - {start}:
        comment = post(storage).comment_id
        version = 1
        if start is not Status.PENDING:
            version = move(storage, comment, start).version
        page = await desk.get(QUEUE, params={"view": start.value})
        offered = set(re.findall(rf'form="ew-d-{comment}" name="decision" value="(\w+)"', page.text))
        assert offered == set(Status) - {start}
        await desk.post(decision(comment), data={"version": str(version), "decision": end.value})
        assert status_of(storage, comment) is end


async def test_a_reason_rejects_and_reaches_the_author_in_the_pages_language(
    desk: httpx.AsyncClient, storage: Storage
) -> None:
    """A button of the menu is enough; one's own words do as well."""
    vietnamese = post(storage).comment_id
    english = post(storage, page=ENGLISH_PAGE).comment_id
    own = post(storage).comment_id
    for comment in (vietnamese, english):
        await desk.post(decision(comment), data={"version": "1", "reason": "off_topic"})
    await desk.post(decision(own), data={"version": "1", "decision": "rejected", "note": "Vui lòng  viết\r\ncó dấu "})
    assert storage.read_sync(queue_item, vietnamese).note == "Bình luận không nói về bài viết này."
    assert storage.read_sync(queue_item, english).note == "The comment is not about this article."
    assert storage.read_sync(queue_item, own).note == "Vui lòng  viết\ncó dấu"
    assert {status_of(storage, comment) for comment in (vietnamese, english, own)} == {Status.REJECTED}
    rejected = words(await desk.get(QUEUE, params={"view": "rejected"}))
    assert "Lý do gửi tác giả: “Bình luận không nói về bài viết này.”" in rejected
    assert "Lý do: “The comment is not about this article.”" in words(await desk.get(f"{MOUNT}/desk/journal"))


async def test_whoever_comes_second_changes_nothing_and_is_told(
    desk: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """409 with who, when and what; the list as it is now below it."""
    comment, other = post(storage).comment_id, post(storage).comment_id
    clock.advance(21 * 60)
    move(storage, comment, Status.APPROVED, actor=LAN)
    before = storage.read_sync(queue_counts, None)
    for headers in ({}, SCRIPT):
        data = {"version": "1", "decision": "rejected"}
        answer = await desk.post(decision(comment), data=data, headers=headers)
        assert answer.status_code == 409
        assert "Lan đã xử lý bình luận này lúc 09:21 (Duyệt). Chưa có gì thay đổi thêm." in words(answer)
        assert (str(other) in rows(answer)) is not bool(headers)
        assert f'form="ew-d-{comment}"' not in answer.text
    assert status_of(storage, comment) is Status.APPROVED
    assert storage.read_sync(queue_counts, None) == before
    reload = re.findall(r'href="([^"]+)" data-ew-reload', answer.text)[0]
    assert 'data-ew-shape="card"' in (await desk.get(html.unescape(reload))).text


async def test_the_script_gets_the_row_the_counts_and_the_toast(desk: httpx.AsyncClient, storage: Storage) -> None:
    """The same templates, without the list; an undo gives the card back."""
    comment, other = post(storage).comment_id, post(storage).comment_id
    answer = await desk.post(decision(comment), data={"version": "1", "decision": "spam"}, headers=SCRIPT)
    assert answer.status_code == 200
    assert rows(answer) == [str(comment)]
    assert str(other) not in answer.text
    assert counts(answer)["Chờ duyệt"] == "1"
    assert "<title>Chờ duyệt (1) – Bàn duyệt</title>" in answer.text
    assert "data-ew-toast" in answer.text
    assert 'class="ew-top"' not in answer.text
    back = await desk.post(undo_address(answer), headers=SCRIPT)
    assert 'data-ew-shape="card"' in back.text
    assert counts(back)["Chờ duyệt"] == "2"


async def test_an_undo_too_late_or_twice_says_so(desk: httpx.AsyncClient, storage: Storage, clock: FakeClock) -> None:
    """And after the window the line offers none."""
    first, second, third = (post(storage).comment_id for _ in range(3))
    pages = []
    for comment in (first, second, third):
        answer = await desk.post(decision(comment), data={"version": "1", "decision": "approved"})
        pages.append(await desk.get(answer.headers["location"]))
    assert (await desk.post(undo_address(pages[0]))).status_code == 303
    twice = await desk.post(undo_address(pages[0]))
    assert (twice.status_code, "Thao tác này đã được hoàn tác." in words(twice)) == (409, True)
    move(storage, second, Status.SPAM, actor=LAN)
    since = await desk.post(undo_address(pages[1]))
    assert since.status_code == 409
    assert "Lan đã xử lý bình luận này" in words(since)
    clock.advance(601)
    late = await desk.post(undo_address(pages[2]))
    assert (late.status_code, "Đã hết thời gian hoàn tác." in words(late)) == (409, True)
    assert status_of(storage, third) is Status.APPROVED
    assert undo_address(pages[2]) not in (await desk.get(str(pages[2].url))).text


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"decision": "approved"}, 422),
        ({"version": "1"}, 422),
        ({"version": "1", "decision": "burn"}, 422),
        ({"version": "one", "decision": "approved"}, 422),
        ({"version": "-1", "decision": "approved"}, 422),
        ({"version": "9" * 40, "decision": "approved"}, 422),
        ({"version": "1", "reason": "because"}, 422),
        ({"version": "1", "decision": "rejected", "note": "x" * 501}, 422),
        ({"version": "1", "decision": "rejected", "note": "a\x07b"}, 422),
    ],
)
async def test_a_decision_that_makes_no_sense_changes_nothing(
    desk: httpx.AsyncClient, storage: Storage, data: dict[str, str], status: int
) -> None:
    """Each is a clear refusal in the desk's frame, for people and for our script."""
    comment = post(storage).comment_id
    for headers in ({}, SCRIPT):
        answer = await desk.post(decision(comment), data=data, headers=headers)
        assert answer.status_code == status
        assert "data-ew-refusal" in answer.text
    assert status_of(storage, comment) is Status.PENDING
    assert storage.read_sync(queue_item, comment).version == 1


@pytest.mark.parametrize("query", ["view=nonsense", "sort=up", "cursor=forged", "view=spam&cursor=x.y.z"])
async def test_an_address_that_makes_no_sense_is_refused(desk: httpx.AsyncClient, query: str) -> None:
    """400, never an empty list that looks like the truth."""
    assert (await desk.get(f"{QUEUE}?{query}")).status_code == 400


async def test_unknown_comments_and_undos_are_not_found(desk: httpx.AsyncClient) -> None:
    """404 in the desk's frame; what an address merely mentions is left out."""
    data = {"version": "1", "decision": "approved"}
    assert (await desk.post(decision(uuid4()), data=data)).status_code == 404
    assert (await desk.get(f"{MOUNT}/desk/comments/{uuid4()}")).status_code == 404
    assert (await desk.post(f"{MOUNT}/desk/undo/{uuid4()}")).status_code == 404
    assert (await desk.get(f"{QUEUE}?done={uuid4()}")).status_code == 200
    assert (await desk.get(f"{QUEUE}?done=nonsense")).status_code == 200


@pytest.mark.parametrize("status", Status)
async def test_hostile_text_is_shown_as_text_in_every_view(
    desk: httpx.AsyncClient, storage: Storage, status: Status
) -> None:
    """Name, text, page, reason and parent: before approval too, in every shape a comment is shown in."""
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    page = Page(key="evil", url="https://bao.example/'\"><b>", title=evil, section=evil[:40])
    root = post(storage, page=page, name=evil[:50], body=evil).comment_id
    move(storage, root, Status.APPROVED)
    comment = post(
        storage, page=page, parent=root, name=evil[:50], body=f'{evil} https://a.example/"><script>'
    ).comment_id
    if status is not Status.PENDING:
        move(storage, comment, status, note=evil)
    version = storage.read_sync(queue_item, comment).version
    shown = [
        await desk.get(QUEUE, params={"view": status.value}),
        await desk.get(f"{MOUNT}/desk/comments/{comment}"),
        await desk.get(f"{MOUNT}/desk/journal"),
        await desk.post(decision(comment), data={"version": "0", "decision": "spam"}),
        await desk.post(
            decision(comment), data={"version": str(version), "decision": "rejected", "note": evil}, headers=SCRIPT
        ),
    ]
    for answer in shown:
        assert "<script>" not in answer.text
        assert "<img" not in answer.text
        assert 'onerror="' not in answer.text
    assert "&lt;script&gt;" in shown[0].text


async def test_what_came_since_the_last_sign_in_is_said(
    app: ASGIApp, storage: Storage, account: Account, clock: FakeClock
) -> None:
    """How many wait and how long the oldest of them; nothing at the very first sign-in."""
    post(storage)
    async with at_the_desk(app, storage, account) as first:
        assert "Từ lần đăng nhập trước" not in words(await first.get(QUEUE))
    async with at_the_desk(app, storage, account) as second:
        assert "Từ lần đăng nhập trước: chưa có bình luận mới" in words(await second.get(QUEUE))
        clock.advance(3600)
        post(storage)
        clock.advance(3600)
        move(storage, post(storage).comment_id, Status.SPAM)
        post(storage)
        clock.advance(4 * 3600 + 1800)
        said = words(await second.get(QUEUE))
    assert "Từ lần đăng nhập trước: 2 bình luận mới, cũ nhất chờ 5 giờ" in said


async def test_the_desk_speaks_the_browsers_language(desk: httpx.AsyncClient, storage: Storage) -> None:
    """English where it is preferred, Vietnamese otherwise; readers' words stay as they are."""
    post(storage, body="Ý kiến bằng tiếng Việt")
    english = words(await desk.get(QUEUE, headers={"Accept-Language": "en-GB,vi;q=0.5"}))
    assert "Pending" in english
    assert "waiting less than a minute" in english
    assert "Ý kiến bằng tiếng Việt" in english
    assert not re.search(r"Duyệt|Từ chối|Chờ", english)
    for preferred in ("vi,en;q=0.9", "fr", ""):
        assert "Chờ duyệt" in words(await desk.get(QUEUE, headers={"Accept-Language": preferred}))


async def test_looking_changes_nothing(desk: httpx.AsyncClient, storage: Storage) -> None:
    """GET and HEAD of every page leave comments, counts and journal as they were."""
    comment = post(storage).comment_id
    paths = ["queue", "queue?view=all", f"comments/{comment}", "journal", "sessions", "password", "keys", ""]
    before = (storage.read_sync(queue_counts, None), storage.read_sync(read_entries, EntriesQuery(size=50)))
    for path in paths:
        assert (await desk.get(f"{MOUNT}/desk/{path}")).status_code in {200, 303}
        assert (await desk.head(f"{MOUNT}/desk/{path}")).status_code in {200, 303}
    after = (storage.read_sync(queue_counts, None), storage.read_sync(read_entries, EntriesQuery(size=50)))
    assert before == after


async def test_an_approved_comment_is_public_and_an_undone_one_is_not(
    app: ASGIApp, desk: httpx.AsyncClient, storage: Storage
) -> None:
    """The article's fragment follows each decision at its next load."""
    sent = post(storage, body="Chữ riêng của bài thử")
    page_id = storage.read_sync(queue_item, sent.comment_id).page_id
    address = f"{MOUNT}/fragments/{page_id}/comments.html"
    async with browser(app) as reader:
        seen = ["Chữ riêng" in (await reader.get(address)).text]
        answer = await desk.post(decision(sent.comment_id), data={"version": "1", "decision": "approved"})
        seen.append("Chữ riêng" in (await reader.get(address)).text)
        await desk.post(undo_address(await desk.get(answer.headers["location"])))
        seen.append("Chữ riêng" in (await reader.get(address)).text)
    assert seen == [False, True, False]


async def test_the_journal_is_paged_newest_first(desk: httpx.AsyncClient, storage: Storage) -> None:
    """Who did what to what; every page has its own entries."""
    for _ in range(PAGE_SIZE + 2):
        move(storage, post(storage, page=PAGE).comment_id, Status.SPAM, actor=LAN)
    first = await desk.get(f"{MOUNT}/desk/journal")
    assert first.text.count("Đánh dấu bình luận là spam") == PAGE_SIZE
    match = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert match
    second = await desk.get(html.unescape(match[1]))
    assert second.text.count("Đánh dấu bình luận là spam") == 2
    assert "Thêm thành viên" in second.text
    assert "Hệ thống" in second.text
    assert (await desk.get(f"{MOUNT}/desk/journal?cursor=forged")).status_code == 400
    queue_cursor = re.search(r'cursor=([^"&]+)', first.text)
    assert queue_cursor
    assert (await desk.get(f"{QUEUE}?cursor={queue_cursor[1]}")).status_code == 400


async def test_each_role_lands_at_its_work(app: ASGIApp, storage: Storage) -> None:
    """Each role begins where its work is, and sees only its own entries in the menu."""
    for role, home, entries in (
        (Role.EDITOR, "/desk/pages", {"Bài viết", "Liên kết", "Đánh giá"}),
        (Role.MODERATOR, "/desk/queue", {"Hàng đợi", "Bài viết", "Hồ sơ khiếu nại", "Số liệu", "Nhật ký"}),
        (
            Role.ADMIN,
            "/desk/queue",
            {"Hàng đợi", "Bài viết", "Liên kết", "Đánh giá", "Hồ sơ khiếu nại", "Số liệu", "Nhật ký", "Thành viên"},
        ),
    ):
        account = add_account(storage, role=role)
        async with browser(app, cookies={"ew_desk": open_token(storage, account)}) as client:
            answer = await client.get(f"{MOUNT}/desk")
            assert answer.headers["location"] == MOUNT + home
            page = (await client.get(answer.headers["location"])).text
            navigation = page.partition('<nav class="ew-mainnav"')[2].partition("</nav>")[0]
            assert set(re.findall(r">([^<>]+)</a>", navigation)) == entries
