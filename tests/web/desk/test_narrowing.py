"""The queue narrowed, arranged and watched through HTTP."""

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import OTHER_PAGE, PAGE, post
from desk_factory import MOUNT, add_account, at_the_desk
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

pytestmark = pytest.mark.anyio

QUEUE = f"{MOUNT}/desk/queue"
SPAM = "Nhận ngay quà khủng khi đăng ký hôm nay nhé cả nhà"


@pytest.fixture
async def desk(app: ASGIApp, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """A moderator's browser."""
    async with at_the_desk(app, storage, add_account(storage)) as client:
        yield client


def rows(response: httpx.Response) -> list[str]:
    """The ids of the comments shown, in order."""
    return re.findall(r'data-ew-row="([^"]+)"', response.text)


def words(response: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


async def test_filters_stand_in_the_address_and_in_the_form(desk: httpx.AsyncClient, storage: Storage) -> None:
    """By name, address, reason, section and day, alone and with words; what is asked stays in the form."""
    mine = str(post(storage, name="Trần Thị Mai", email="mai@thu.example", body="Chợ đông quá").comment_id)
    other = str(post(storage, page=OTHER_PAGE, no_code=True, body="di cho som cung Mai").comment_id)
    for query, found in (
        ("author=tran thi mai", [mine]),
        ("author=Mai", [mine]),
        ("author=mai@thu.example", [mine]),
        ("reason=no_code", [other]),
        (f"section={PAGE.section}", [mine]),
        ("unmarked=1", [other]),
        ("to=2020-01-01", []),
        ("from=2020-01-01", [mine, other]),
        ("q=mai&unmarked=1", [other]),
    ):
        page = await desk.get(f"{QUEUE}?{query}")
        assert (page.status_code, sorted(rows(page))) == (200, sorted(found)), query
    page = await desk.get(f"{QUEUE}?author=Mai&from=2020-01-01")
    assert 'name="author" value="Mai"' in page.text
    assert 'name="from" value="2020-01-01"' in page.text


@pytest.mark.parametrize(
    "query", ["from=gestern", "page=7", "reason=x", "group=x", "rows=0", "rows=51", "sort=priority&view=spam"]
)
async def test_what_is_no_filter_is_refused(desk: httpx.AsyncClient, query: str) -> None:
    """In words, as a malformed address."""
    assert (await desk.get(f"{QUEUE}?{query}")).status_code == 400


async def test_reasons_and_sections_are_links_with_their_counts(desk: httpx.AsyncClient, storage: Storage) -> None:
    """As the look has them; the lane says how long its oldest waits."""
    post(storage, no_code=True)
    post(storage, page=OTHER_PAGE)
    said = words(await desk.get(QUEUE))
    for part in ("Mọi lý do 2", "Bình luận đầu tiên 2", "Không cần mã 1", "Mọi chuyên mục 2", f"{PAGE.section} 1"):
        assert part in said
    assert "Gửi không cần mã: cũ nhất chờ chưa đầy 1 phút" in said


async def test_news_is_told_once(desk: httpx.AsyncClient, storage: Storage, clock: FakeClock) -> None:
    """A number with an ETag; 304 while it stays; the link leads to the latest first."""
    post(storage)
    at = html.unescape(re.findall(r'data-ew-news-at="([^"]+)"', (await desk.get(QUEUE)).text)[0])
    nothing = await desk.get(at)
    assert nothing.json()["count"] == 0
    clock.advance(60)
    post(storage)
    came = await desk.get(at, headers={"If-None-Match": nothing.headers["etag"]})
    assert (came.status_code, came.json()["count"], came.json()["text"]) == (200, 1, "Xem 1 bình luận mới")
    assert came.json()["href"].endswith("sort=newest")
    again = await desk.get(at, headers={"If-None-Match": came.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_list_is_filled_up_with_as_many_rows_as_are_asked(desk: httpx.AsyncClient, storage: Storage) -> None:
    """The address of the following page gives some of it, and where the rest begins."""
    ids = [str(post(storage).comment_id) for _ in range(53)]
    first = await desk.get(QUEUE)
    assert rows(first) == ids[:50]
    following = html.unescape(re.findall(r'href="([^"]+)" rel="next"', first.text)[0])
    part = await desk.get(f"{following}&rows=2")
    assert rows(part) == ids[50:52]
    rest = html.unescape(re.findall(r'href="([^"]+)" rel="next"', part.text)[0])
    assert rows(await desk.get(rest)) == ids[52:]


async def test_a_pile_is_decided_by_a_plain_form_and_taken_back(desk: httpx.AsyncClient, storage: Storage) -> None:
    """One card for three; after it the list without them and the way back."""
    ids = [post(storage, body=SPAM, compared=True).comment_id for _ in range(3)]
    alone = post(storage).comment_id
    page = await desk.get(QUEUE)
    assert rows(page) == [str(ids[0]), str(alone)]
    assert "3 bình luận gần giống nhau" in words(page)
    form = re.findall(r'action="([^"]+/groups/[^"]+/decide[^"]*)"', page.text)[0]
    seen = re.findall(r'name="seen" value="([^"]+)"', page.text)[0]
    done = await desk.post(html.unescape(form), data={"seen": html.unescape(seen), "decision": "spam"})
    assert done.status_code == 303
    after = await desk.get(done.headers["location"])
    assert "Đã đánh dấu 3 bình luận của nhóm là spam." in words(after)
    assert rows(after) == [str(alone)]
    undo = html.unescape(re.findall(r'action="([^"]+/groups/undo/[^"]+)"', after.text)[0])
    undone = await desk.post(undo)
    assert "Đã hoàn tác, 3 bình luận trở lại như trước." in words(await desk.get(undone.headers["location"]))
    assert {storage.read_sync(queue_item, one).status for one in ids} == {Status.PENDING}
    assert (await desk.post(undo)).status_code == 409
