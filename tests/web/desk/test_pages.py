"""The desk's screens of whole pages by plain requests: list, one page, every operation and refusal, sections, roles."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp

from comment_factory import OTHER_PAGE, PAGE, approved, post
from desk_factory import MOUNT, add_account, at_the_desk, browser
from engagement_widgets import Engagement, Settings
from engagement_widgets.desk.page_deeds import PageDeed, update_page
from engagement_widgets.hooks import DeskUser, Page, Role
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.service import find_page
from engagement_widgets.settings import Worker
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from rating_factory import vote

pytestmark = pytest.mark.anyio

PAGES = f"{MOUNT}/desk/pages"
PAGE_ID = page_id("test", PAGE.key)
OTHER_ID = page_id("test", OTHER_PAGE.key)
HERE = f"{PAGES}/{PAGE_ID}"
LAN = DeskUser(id="lan", name="Lan", role=Role.ADMIN)


@pytest.fixture
async def admin(app: ASGIApp, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """An admin's browser."""
    account = add_account(storage, name="Phạm Minh Hà", role=Role.ADMIN)
    async with at_the_desk(app, storage, account) as client:
        yield client


def words(response: httpx.Response) -> str:
    """What a page says, without its tags."""
    body = re.sub(r"<(template|svg)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def titles(response: httpx.Response) -> list[str]:
    """The titles of the list."""
    return re.findall(r'ew-rated__page"><a [^>]*>([^<]*)<', response.text)


async def seen(client: httpx.AsyncClient, here: str = HERE) -> str:
    """What the forms of a page carry."""
    found = re.search(r'name="seen" value="(\w+)"', (await client.get(here)).text)
    assert found
    return found[1]


async def operate(client: httpx.AsyncClient, deed: str, **fields: str) -> httpx.Response:
    """Send a form of the page as it stands, and follow to where it leads."""
    stamp = fields.pop("seen", None) or await seen(client)
    answer = await client.post(f"{HERE}/{deed}", data={"seen": stamp, **fields})
    return await client.get(answer.headers["location"]) if answer.status_code == 303 else answer


async def take_back(client: httpx.AsyncClient, page: httpx.Response) -> httpx.Response:
    """Press the undo of the toast."""
    action = re.search(r'action="([^"]*/desk/pages/undo/[^"]*)"', page.text)
    assert action
    answer = await client.post(action[1])
    assert answer.status_code == 303
    return await client.get(answer.headers["location"])


async def test_an_empty_list_says_what_will_stand_there(admin: httpx.AsyncClient) -> None:
    """Before anybody has written, and where nothing matches, there is a sentence and not an empty table."""
    assert "Chưa có bài viết nào" in words(await admin.get(PAGES))
    assert "Không có bài viết nào khớp" in words(await admin.get(PAGES, params={"q": "x"}))


async def test_the_list_is_found_filtered_and_paged(
    admin: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """By title without marks, key, former key and address; by section and state; each page once, newest first."""
    approved(storage)
    vote(storage, "r:one", 4)
    clock.advance(1)
    post(storage, page=OTHER_PAGE)
    listed = await admin.get(PAGES)
    assert titles(listed) == [OTHER_PAGE.title, PAGE.title]
    assert "doi-song Đang mở Bình luận : 1 Chờ duyệt : 0 Đánh giá : 4,0 (1)" in words(listed).replace(": ", " : ")
    await operate(admin, "rename", key="tin/moi", why="")
    for asked in ("CHO BEN", "tin/moi", PAGE.key, "bao.example/tin/cho"):
        assert titles(await admin.get(PAGES, params={"q": asked})) == [PAGE.title], asked
    assert titles(await admin.get(PAGES, params={"section": "doi-song"})) == [PAGE.title]
    await operate(admin, "close", why="")
    assert titles(await admin.get(PAGES, params={"state": "closed"})) == [PAGE.title]
    assert titles(await admin.get(PAGES, params={"state": "open"})) == [OTHER_PAGE.title]
    for number in range(60):
        clock.advance(1)
        vote(storage, "r:one", 3, Page(key=f"tin/{number}", url="/", title=f"Số {number}"), quota=f"{number}")
    first = await admin.get(PAGES)
    following = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert following
    second = await admin.get(html.unescape(following[1]))
    assert [*titles(first), *titles(second)] == [
        *(f"Số {number}" for number in reversed(range(60))),
        OTHER_PAGE.title,
        PAGE.title,
    ]
    assert (await admin.get(PAGES, params={"cursor": "x"})).status_code == 400


@pytest.mark.parametrize(
    ("deed", "fields", "said", "state"),
    [
        ("close", {}, "Bài viết không nhận bình luận mới nữa.", "Đã ngừng nhận bình luận"),
        ("update", {"url": "/moi", "title": "Chợ mới", "section": ""}, "Đã lưu thông tin bài viết.", "Chợ mới"),
        ("rename", {"key": "tin/moi"}, "Đã đổi khóa.", "Khóa khác cũng dẫn về đây tin/cho-ben-da"),
        ("withdraw", {"why": "Tòa yêu cầu"}, "Đã gỡ bài viết.", "Đã gỡ xuống"),
        ("delete", {"why": "Tòa yêu cầu"}, "Đã xóa bài viết.", "Chờ xóa hẳn"),
    ],
)
async def test_each_operation_is_done_told_and_taken_back(
    admin: httpx.AsyncClient, storage: Storage, deed: str, fields: dict[str, str], said: str, state: str
) -> None:
    """The toast says what was done and for how long it can be undone; the history has it with its reason."""
    approved(storage)
    before = storage.read_sync(find_page, PAGE_ID)
    done = await operate(admin, deed, **{"why": "Đủ rồi", **fields})
    text = words(done)
    assert said in text
    assert state in text
    assert "Còn hoàn tác được trong 10 phút." in text
    assert f"Lý do: “{fields.get('why', 'Đủ rồi')}”" in text
    back = await take_back(admin, done)
    assert storage.read_sync(find_page, PAGE_ID) == before
    assert "Còn hoàn tác được" not in words(back)


async def test_what_was_withdrawn_deleted_or_closed_comes_back(admin: httpx.AsyncClient, storage: Storage) -> None:
    """By its own form, long after the undo; a deleted page says until when."""
    approved(storage)
    await operate(admin, "delete", why="nhầm bài")
    assert "Bài viết bị xóa hẳn cùng mọi bình luận và đánh giá sau 31/07/2026" in words(await admin.get(HERE))
    assert "Đã khôi phục bài viết." in words(await operate(admin, "restore"))
    await operate(admin, "close")
    assert "Bài viết nhận bình luận trở lại." in words(await operate(admin, "reopen"))
    assert storage.read_sync(find_page, PAGE_ID).comments_closed_at is None  # type: ignore[union-attr]


async def test_a_merge_is_shown_before_it_is_made(admin: httpx.AsyncClient, storage: Storage) -> None:
    """How many comments and votes move, who has rated both; then everything leads there, until it is taken back."""
    approved(storage)
    post(storage)
    approved(storage, page=OTHER_PAGE)
    for page in (PAGE, OTHER_PAGE):
        vote(storage, "r:both", 4, page)
    for named in (OTHER_PAGE.key, OTHER_PAGE.url, str(OTHER_ID)):
        preview = await admin.get(f"{HERE}/merge", params={"into": named})
        text = words(preview)
        assert "Bình luận được chuyển 2 Lượt đánh giá được chuyển 1 – 1 bạn đọc đã đánh giá cả hai bài" in text, named
    stamp = re.search(r'name="seen" value="(\w+)"', preview.text)
    assert stamp
    form = {"seen": stamp[1], "into": str(OTHER_ID), "why": "Trùng bài"}
    merged = await admin.post(f"{HERE}/merge", data=form)
    assert merged.headers["location"].startswith(f"{PAGES}/{OTHER_ID}")
    told = await admin.get(merged.headers["location"])
    assert "Đã gộp bài viết." in words(told)
    assert "Khóa khác cũng dẫn về đây tin/cho-ben-da" in words(told)
    assert (await admin.get(HERE)).headers["location"] == f"{PAGES}/{OTHER_ID}"
    undone = await take_back(admin, told)
    assert undone.url.path == HERE
    assert "Đã hoàn tác gộp." in words(undone)
    assert "Hoàn tác gộp bài viết" in words(undone)
    again = await admin.get(f"{HERE}/merge", params={"into": OTHER_PAGE.key})
    assert "Bình luận được chuyển 2 Lượt đánh giá được chuyển 1 – 1 bạn đọc" in words(again)


@pytest.mark.parametrize(
    ("locale", "sentences"),
    [
        ("vi", ("Không tìm thấy bài viết có khóa", "Đây chính là bài đang mở", "Vui lòng nhập khóa hoặc địa chỉ")),
        ("en", ("There is no article with this key", "This is the article itself", "Please enter the key")),
    ],
)
async def test_what_cannot_be_merged_is_said(
    admin: httpx.AsyncClient, storage: Storage, locale: str, sentences: tuple[str, ...]
) -> None:
    """An article that is not there, the article itself, nothing: the form comes back open with its sentence."""
    approved(storage)
    for named, said in zip(("tin/khong-co", PAGE.key, ""), sentences, strict=True):
        answer = await admin.get(f"{HERE}/merge", params={"into": named}, headers={"accept-language": locale})
        assert answer.status_code == 422
        assert said in words(answer)
        assert 'id="merge" open' in answer.text


@pytest.mark.parametrize(
    ("locale", "deed", "fields", "said"),
    [
        ("vi", "withdraw", {"why": " "}, "Vui lòng ghi lý do."),
        ("en", "delete", {"why": ""}, "Please give a reason."),
        ("vi", "rename", {"key": OTHER_PAGE.key}, "Khóa này đã thuộc một bài viết khác"),
        ("en", "rename", {"key": OTHER_PAGE.key}, "This key belongs to another article"),
        ("vi", "update", {"url": "javascript:x", "title": "T", "section": ""}, "Địa chỉ phải bắt đầu bằng"),
    ],
)
async def test_a_wrong_form_comes_back_as_typed(
    admin: httpx.AsyncClient, storage: Storage, locale: str, deed: str, fields: dict[str, str], said: str
) -> None:
    """Open, with its sentence, and nothing is changed."""
    for page in (PAGE, OTHER_PAGE):
        approved(storage, page=page)
    before = storage.read_sync(find_page, PAGE_ID)
    stamp = await seen(admin)
    answer = await admin.post(f"{HERE}/{deed}", data={"seen": stamp, **fields}, headers={"accept-language": locale})
    assert answer.status_code in {409, 422}
    assert said in words(answer)
    assert f'id="{deed}" open' in answer.text
    assert storage.read_sync(find_page, PAGE_ID) == before


async def test_whoever_comes_second_is_told_who_was_first(
    admin: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """A form about a page that has changed since does nothing and says who did what, when; a late undo too."""
    approved(storage)
    stamp = await seen(admin)
    done = await operate(admin, "close")
    changes = {"title": "Chợ mới"}
    storage.write_sync(update_page, PageDeed(page_id=PAGE_ID, actor=LAN, changes=changes))
    stale = await operate(admin, "withdraw", seen=stamp, why="gỡ")
    assert stale.status_code == 409
    assert "Lan đã xử lý bài viết này lúc 09:00 (Sửa thông tin bài viết). Chưa có gì thay đổi thêm." in words(stale)
    assert "gỡ" in stale.text
    clock.advance(timedelta(minutes=11).total_seconds())
    action = re.search(r'action="([^"]*/desk/pages/undo/[^"]*)"', done.text)
    assert action
    late = await admin.post(action[1])
    assert (late.status_code, "Đã hết thời gian hoàn tác" in words(late)) == (409, True)


async def test_roles(app: ASGIApp, storage: Storage) -> None:
    """A moderator reads and closes, an editor does all the rest; neither sees what the other may."""
    approved(storage)
    for role, own, others in (
        (Role.MODERATOR, {"close"}, ("update", "rename", "withdraw", "delete", "restore", "merge")),
        (Role.EDITOR, {"update", "rename", "merge", "withdraw", "delete"}, ("close", "reopen")),
    ):
        async with at_the_desk(app, storage, add_account(storage, role=role)) as client:
            page = await client.get(HERE)
            assert set(re.findall(r'ew-op" id="(\w+)"', page.text)) == own
            for deed in others:
                assert (await client.post(f"{HERE}/{deed}", data={})).status_code == 403
            assert titles(await client.get(PAGES)) == [PAGE.title]


async def test_other_sections_are_not_there(sqlite_url: str, clock: FakeClock) -> None:
    """No row, no page, no form, no merge into one of another section, and no section to give a page away to."""

    async def hoa(request: Request) -> DeskUser:
        del request
        return DeskUser(id="hoa", name="Hoa", role=Role.ADMIN, sections=frozenset({"doi-song"}))

    settings = Settings(database_url=sqlite_url, secret_keys=("k" * 32,), site="test", worker=Worker.OFF)
    engagement = Engagement(settings, clock=clock, authorizer=hoa)
    app = engagement.wrap(Starlette(), MOUNT)
    storage = engagement.boot().storage
    elsewhere = Page(key="tin/thep", url="/tin/thep", title="Giá thép", section="kinh-te")
    for page in (PAGE, elsewhere):
        approved(storage, page=page)
    there = f"{PAGES}/{page_id('test', elsewhere.key)}"
    async with browser(app) as client:
        for asked in ({}, {"q": "tin/thep"}, {"q": "giá thép"}, {"section": "kinh-te"}):
            assert "Giá thép" not in titles(await client.get(PAGES, params=asked))
        assert "kinh-te" not in (await client.get(PAGES)).text
        stamp = await seen(client)
        given = {"url": "/x", "title": "", "section": "kinh-te", "seen": stamp}
        into = {"into": str(page_id("test", elsewhere.key)), "seen": stamp, "why": ""}
        for answer in (
            await client.get(there),
            await client.post(f"{there}/withdraw", data={"seen": stamp, "why": "gỡ"}),
            await client.post(f"{HERE}/update", data=given),
            await client.get(f"{HERE}/merge", params={"into": "tin/thep"}),
            await client.post(f"{HERE}/merge", data=into),
        ):
            assert answer.status_code == 403
            assert "ngoài chuyên mục" in words(answer)
    engagement.close()


async def test_a_card_leads_to_its_page(admin: httpx.AsyncClient, storage: Storage) -> None:
    """From the queue there is one link to everything about the article; the journal's entries lead there too."""
    post(storage)
    assert f'href="{HERE}"' in (await admin.get(f"{MOUNT}/desk/queue")).text
    await operate(admin, "close")
    assert f'href="{HERE}"' in (await admin.get(f"{MOUNT}/desk/journal")).text
