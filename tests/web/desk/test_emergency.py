"""Holding everything by hand, through HTTP: the form, the line on every page, who may, and the brake's own line."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import PAGE, approved, post
from desk_factory import MOUNT, add_account, at_the_desk
from engagement_widgets.comments.brake import Pull, pull
from engagement_widgets.comments.emergencies import Emergency, HoldAll, Scope, hold_all, list_emergencies
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.errors import Refused
from engagement_widgets.hooks import DeskUser, Moderation, Role
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

pytestmark = pytest.mark.anyio

EMERGENCY = f"{MOUNT}/desk/emergency"
JOURNAL = f"{MOUNT}/desk/journal"
FORM = {"scope": "site", "hours": "3", "until": "", "section": "", "page": "", "reason": "Nhiều thư rác", "banner": ""}
PAGE_ID = str(page_id("test", PAGE.key))


@pytest.fixture
async def admin(app: ASGIApp, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """An admin's browser."""
    account = add_account(storage, name="Phạm Minh Hà", role=Role.ADMIN)
    async with at_the_desk(app, storage, account) as client:
        yield client


def held(storage: Storage) -> tuple[Emergency, ...]:
    """What is held."""
    return storage.read_sync(list_emergencies, None)


def came(storage: Storage) -> Status:
    """Where a comment stands that comes now to a page that publishes first."""
    comment = post(storage, moderation=Moderation.POST).comment_id
    return storage.read_sync(queue_item, comment).status


async def test_the_site_is_held_until_its_time_and_every_page_says_so(
    admin: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """With who and why, on each page of the desk; when its time has come the line is gone and comments are public."""
    assert "Hiện không có gì bị tạm giữ toàn bộ." in html.unescape((await admin.get(EMERGENCY)).text)
    assert (await admin.post(EMERGENCY, data=FORM)).headers["location"] == EMERGENCY
    for path in (EMERGENCY, JOURNAL, f"{MOUNT}/desk/queue", f"{MOUNT}/desk/people"):
        text = html.unescape((await admin.get(path)).text)
        assert "Tạm giữ toàn bộ trang" in text
        assert "Phạm Minh Hà bật lúc" in text
        assert "Nhiều thư rác" in text
    assert came(storage) is Status.PENDING
    clock.advance(3 * 3600)
    assert "Tạm giữ toàn bộ trang" not in html.unescape((await admin.get(f"{MOUNT}/desk/people")).text)
    assert came(storage) is Status.APPROVED


async def test_a_hold_is_ended_by_hand(admin: httpx.AsyncClient, storage: Storage) -> None:
    """The button on its line ends it at once; a second time there is nothing to end."""
    await admin.post(EMERGENCY, data=FORM)
    ended = await admin.post(f"{EMERGENCY}/end", data={"scope": "site", "target": ""})
    assert (ended.status_code, held(storage), came(storage)) == (303, (), Status.APPROVED)
    assert (await admin.post(f"{EMERGENCY}/end", data={"scope": "site", "target": ""})).status_code == 404


@pytest.mark.parametrize("typed", [PAGE.url, PAGE.key])
async def test_a_page_is_held_by_its_address_or_key(admin: httpx.AsyncClient, storage: Storage, typed: str) -> None:
    """The line names the article; a moment of the newsroom's own clock ends it."""
    approved(storage)
    until = "2026-07-02T08:00"
    await admin.post(EMERGENCY, data=FORM | {"scope": "page", "page": typed, "until": until})
    (hold,) = held(storage)
    assert (hold.scope, hold.target, hold.until.isoformat()) == (Scope.PAGE, PAGE_ID, "2026-07-02T01:00:00+00:00")
    assert "bài “Chợ Bến Đá”" in html.unescape((await admin.get(JOURNAL)).text)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": ""}, "Vui lòng điền mục này."),
        ({"scope": ""}, "Vui lòng điền mục này."),
        ({"scope": "section"}, "Vui lòng điền mục này."),
        ({"scope": "page", "page": "tin/khong-co"}, "Không có bài viết nào với địa chỉ hoặc khóa này."),
        ({"hours": "0"}, "Vui lòng điền mục này."),
        ({"until": "hôm sau"}, "Vui lòng nhập ngày và giờ, hoặc để trống."),
        ({"until": "2026-06-01T00:00"}, "Thời điểm kết thúc phải ở sau lúc này."),
        ({"until": "2027-06-01T00:00"}, "Chỉ tạm giữ được đến 30 ngày."),
    ],
)
async def test_a_wrong_field_of_a_hold_is_explained(
    admin: httpx.AsyncClient, storage: Storage, typed: dict[str, str], said: str
) -> None:
    """422, nothing is held, what was typed is kept."""
    page = await admin.post(EMERGENCY, data=FORM | typed)
    assert (page.status_code, held(storage)) == (422, ())
    text = html.unescape(page.text)
    assert said in text
    if "reason" not in typed:
        assert 'value="Nhiều thư rác"' in text


async def test_moderators_look_and_admins_hold(app: ASGIApp, storage: Storage) -> None:
    """A moderator sees what is held; beginning and ending answer 403 and change nothing."""
    async with at_the_desk(app, storage, add_account(storage)) as moderator:
        page = html.unescape((await moderator.get(EMERGENCY)).text)
        assert "Quản trị viên bật và bỏ tạm giữ." in page
        assert (await moderator.post(EMERGENCY, data=FORM)).status_code == 403
        assert (await moderator.post(f"{EMERGENCY}/end", data={"scope": "site", "target": ""})).status_code == 403
    assert held(storage) == ()


def test_people_limited_to_sections_hold_their_own(storage: Storage, clock: FakeClock) -> None:
    """Their section and its pages, not the site, not another section."""
    approved(storage)
    actor = DeskUser(id="hoa", name="Hoa", role=Role.ADMIN, sections=frozenset({"doi-song"}))
    until = clock.now() + timedelta(hours=1)

    def hold(scope: Scope, target: str) -> None:
        command = HoldAll(scope=scope, target=target, until=until, reason="thử", banner="", actor=actor)
        storage.write_sync(hold_all, command)

    hold(Scope.SECTION, "doi-song")
    hold(Scope.PAGE, PAGE_ID)
    for scope, target in ((Scope.SITE, ""), (Scope.SECTION, "thoi-su")):
        with pytest.raises(Refused, match="section_required"):
            hold(scope, target)
    assert len(held(storage)) == 2


async def test_the_brake_says_why_and_can_be_let_go(
    admin: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """Its figures, until when, the way to the wave alone; ending it by its own button."""
    approved(storage)
    post(storage, name="Có từ trước")
    clock.advance(3600)
    post(storage, name="Chờ từ đầu đợt")
    storage.write_sync(pull, Pull(scope=Scope.PAGE, target=PAGE_ID, cause="comments", count=90, usual=4, minutes=10))
    text = html.unescape((await admin.get(JOURNAL)).text)
    assert "Phanh tự động ở bài “Chợ Bến Đá”" in text
    assert "bình luận đến 90 trong 10 phút, thường lệ 4" in text
    post(storage, name="Đến cùng đợt")
    (link,) = re.findall(r'href="([^"]*)">Xem cả đợt<', text)
    wave = html.unescape((await admin.get(link)).text)
    for name in ("Chờ từ đầu đợt", "Đến cùng đợt"):
        assert name in wave
    assert "Có từ trước" not in wave
    sent = {"scope": "page", "target": PAGE_ID, "automatic": "yes"}
    assert (await admin.post(f"{EMERGENCY}/end", data=sent)).status_code == 303
    assert held(storage) == ()
