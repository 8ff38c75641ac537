"""The desk's screens of ratings by plain requests: list, page, preview, decisions, undo, refusals, roles."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from starlette.types import ASGIApp

from desk_factory import add_account, at_the_desk
from engagement_widgets.hooks import Page, Role
from engagement_widgets.pages.reference import page_id
from engagement_widgets.ratings.decisions import freeze, leave_out
from engagement_widgets.ratings.notes import WriteNote, write_note
from engagement_widgets.ratings.sets import VoteSet
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from rating_factory import MINH, PAGE, PAGE_ID, counts, decide, state, vote

pytestmark = pytest.mark.anyio

RATINGS = "/engagement/desk/ratings"
HERE = f"{RATINGS}/{PAGE_ID}"
ONES = {"score_1": "1", "since": "", "until": ""}


@pytest.fixture
async def editor(app: ASGIApp, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """An editor's browser."""
    account = add_account(storage, name="Phạm Minh Hà", role=Role.EDITOR)
    async with at_the_desk(app, storage, account) as client:
        yield client


def words(response: httpx.Response) -> str:
    """What a page says, without its tags."""
    body = re.sub(r"<(template|svg)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def hidden(response: httpx.Response, button: str) -> dict[str, str]:
    """The hidden fields of the form that a button belongs to."""
    form = next(
        form
        for form in re.findall(r"<form\b.*?</form>", response.text, re.DOTALL)
        if f'name="decision" value="{button}"' in form
    )
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def fill(storage: Storage, *scores: int) -> None:
    """One vote of each score by readers with numbers."""
    for number, score in enumerate(scores):
        vote(storage, f"r:{number}", score)


def wave(storage: Storage, clock: FakeClock) -> None:
    """Two votes an hour for three days, then 120 of one star in five minutes."""
    for number in range(144):
        vote(storage, f"r:{number}", 2 + number % 4)
        clock.advance(timedelta(minutes=30))
    for number in range(120):
        vote(storage, f"r:wave{number}", 1, is_new=True)
        clock.advance(timedelta(seconds=2.5))


async def test_an_empty_list_says_so(editor: httpx.AsyncClient) -> None:
    """Before the first vote the screen tells what will stand there."""
    assert "Chưa có bài viết nào được đánh giá" in words(await editor.get(RATINGS))


async def test_the_list_has_the_latest_vote_first_and_finds_without_marks(
    editor: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """Titles are found whatever their marks and case, keys as they are; nothing found says how far was looked."""
    fill(storage, 5)
    clock.advance(timedelta(hours=1))
    vote(storage, "r:0", 2, Page(key="tin/xe-buyt", url="/tin/xe-buyt", title="Xe buýt số 3 thêm chuyến"))
    listed = words(await editor.get(RATINGS))
    assert listed.index("Xe buýt số 3 thêm chuyến Trung bình: 2,0 Lượt đánh giá: 1") < listed.index(
        "Chợ Bến Đá Trung bình: 5,0 Lượt đánh giá: 1"
    )
    found = words(await editor.get(RATINGS, params={"q": "CHO BEN"}))
    assert "Chợ Bến Đá" in found
    assert "Xe buýt số 3" not in found
    assert "Xe buýt số 3" in words(await editor.get(RATINGS, params={"q": "xe-buyt"}))
    assert "Đã tìm trong 2 bài" in words(await editor.get(RATINGS, params={"q": "đò"}))


async def test_a_long_list_is_paged(editor: httpx.AsyncClient, storage: Storage, clock: FakeClock) -> None:
    """Every page stands on exactly one of its pages, latest first; a foreign cursor is refused."""
    for number in range(60):
        vote(storage, "r:0", 3, Page(key=f"tin/{number}", url="/", title=f"Bài số {number}."), quota=f"{number}")
        clock.advance(timedelta(minutes=1))
    first = await editor.get(RATINGS)
    following = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert following is not None
    second = await editor.get(html.unescape(following[1]))
    titles = [re.findall(r">(Bài số \d+\.)<", page.text) for page in (first, second)]
    assert [len(found) for found in titles] == [50, 10]
    assert titles[0] + titles[1] == [f"Bài số {number}." for number in reversed(range(60))]
    assert (await editor.get(RATINGS, params={"cursor": "x"})).status_code == 400


async def test_a_wave_stands_in_front_with_its_set_and_effect(app: ASGIApp, storage: Storage, clock: FakeClock) -> None:
    """The flagged page comes first, its page has the 120 votes chosen and says what leaving them out does."""
    wave(storage, clock)
    account = add_account(storage, role=Role.EDITOR)
    async with at_the_desk(app, storage, account) as editor:
        listed = words(await editor.get(RATINGS))
        assert "Dòng đánh giá bất thường 1 " in listed
        page = await editor.get(HERE)
        said = words(page)

        assert (
            "120 lượt 1 sao từ 04/07/2026 09:00 đến 04/07/2026 09:04. Phần lớn là lượt đầu tiên của bạn đọc mới."
            in said
        )
        assert "Trung bình 2,4 → 3,5 ; loại 120 lượt" in said
        assert re.findall(r'name="score_(\d)" value="1" checked', page.text) == ["1"]
        sent = await editor.post(
            f"{HERE}/decision", data={**hidden(page, "leave_out"), "decision": "leave_out", "why": "Rủ nhau."}
        )
        assert sent.status_code == 303
        assert counts(storage) == (0, 36, 36, 36, 36)
        after = words(await editor.get(sent.headers["location"]))
        assert "Đã loại các lượt được chọn khỏi điểm trung bình." in after
        assert "Lý do: “Rủ nhau.”" in after
        assert "Dòng đánh giá bất thường" not in words(await editor.get(RATINGS))


async def test_a_preview_chooses_what_its_button_then_decides(
    editor: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """A vote that comes between preview and button is not in the set."""
    fill(storage, 5, 5, 4, 1)
    clock.advance(timedelta(minutes=1))
    page = await editor.get(HERE, params={**ONES, "set": "leave_out"})
    assert "Trung bình 3,8 → 4,7 ; loại 1 lượt" in words(page)
    clock.advance(timedelta(minutes=1))
    vote(storage, "r:late", 1)
    await editor.post(f"{HERE}/decision", data={**hidden(page, "leave_out"), "decision": "leave_out"})
    assert counts(storage) == (1, 0, 0, 1, 2)
    back = await editor.get(HERE, params={**ONES, "set": "take_in"})
    assert "tính lại 1 lượt" in words(back)
    await editor.post(f"{HERE}/decision", data={**hidden(back, "take_in"), "decision": "take_in"})
    assert counts(storage) == (2, 0, 0, 1, 2)


async def test_a_set_by_time_is_in_the_sites_zone(
    editor: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """Nine in the morning is nine in Hanoi, and the last minute is meant whole."""
    for number in range(3):
        vote(storage, f"r:{number}", 1)
        clock.advance(timedelta(seconds=59))
    span = {**ONES, "since": "2026-07-01T09:00", "until": "2026-07-01T09:00", "set": "leave_out"}
    assert "loại 2 lượt" in words(await editor.get(HERE, params=span))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"score_1": "0"}, "Vui lòng chọn ít nhất một mức sao."),
        ({"since": "hôm qua"}, "Vui lòng nhập ngày và giờ, hoặc để trống."),
        ({"until": "9999-12-31T23:59"}, None),
        ({"since": "0001-01-01T00:00"}, None),
        ({"since": "2026-07-02T09:00", "until": "2026-07-01T09:00"}, "chọn thời điểm kết thúc sau"),
    ],
    ids=["no score", "no time", "far", "long ago", "backwards"],
)
async def test_a_set_that_is_none_is_explained(
    editor: httpx.AsyncClient, storage: Storage, change: dict[str, str], said: str | None
) -> None:
    """What was typed stays, the field says what is wrong, and nothing can be decided with it."""
    fill(storage, 1, 5)
    asked = {**ONES, **change, "set": "leave_out"}
    page = await editor.get(HERE, params=asked)
    assert page.status_code == 200
    sent = await editor.post(f"{HERE}/decision", data={**asked, "decision": "leave_out", "version": "0"})
    if said is None:
        assert sent.status_code in {303, 422}
        return
    assert said in words(page)
    assert sent.status_code == 422
    assert said in words(sent)
    assert counts(storage) == (1, 0, 0, 0, 1)


async def test_freezing_reaches_readers_at_once(editor: httpx.AsyncClient, storage: Storage) -> None:
    """The fragment is another one, the API refuses with `ratings_closed`, and an undo opens the page again."""
    fill(storage, 5, 4)
    fragment = f"/engagement/fragments/{PAGE_ID}/rating.html"
    before = await editor.get(fragment)
    page = await editor.get(HERE)
    sent = await editor.post(f"{HERE}/decision", data={**hidden(page, "freeze"), "decision": "freeze"})
    frozen = await editor.get(fragment)
    assert frozen.headers["etag"] != before.headers["etag"]
    assert "data-ew-closed" in frozen.text
    done = await editor.get(sent.headers["location"])
    assert "Bài viết đã ngừng nhận đánh giá." in words(done)
    undo = re.search(r'action="([^"]+/undo/[^"]+)"', done.text)
    assert undo is not None
    await editor.post(undo[1])
    assert (await editor.get(fragment)).text == before.text
    assert not state(storage).frozen


async def test_whoever_comes_second_is_told_and_changes_nothing(
    editor: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """Who was first, when and with what; the reason typed and the chosen set are still there."""
    fill(storage, 5, 1)
    page = await editor.get(HERE, params={**ONES, "set": "leave_out"})
    clock.advance(timedelta(minutes=5))
    decide(storage, freeze, actor=MINH)
    fields = {**hidden(page, "leave_out"), "decision": "leave_out", "why": "Một đợt phá."}
    late = await editor.post(f"{HERE}/decision", data=fields)

    assert late.status_code == 409
    said = "Trần Minh đã xử lý bài viết này lúc 01/07/2026 09:05 (Ngừng nhận đánh giá). Chưa có gì thay đổi thêm."
    assert said in words(late)
    assert late.text.startswith("<!doctype html>")
    assert 'value="Một đợt phá."' in late.text
    assert re.findall(r'name="score_(\d)" value="1" checked', late.text) == ["1"]
    assert counts(storage) == (1, 0, 0, 0, 1)
    program = await editor.post(f"{HERE}/decision", data=fields, headers={"accept": "application/json"})
    assert (program.status_code, program.json()["code"]) == (409, "stale_version")


async def test_an_undo_too_late_says_so(editor: httpx.AsyncClient, storage: Storage, clock: FakeClock) -> None:
    """After the window the button is gone, and a kept one is refused in words."""
    fill(storage, 5, 1)
    decided = decide(storage, leave_out, VoteSet(scores=(1,)))
    clock.advance(timedelta(minutes=10))
    assert "Hoàn tác" not in words(await editor.get(HERE))
    late = await editor.post(f"{HERE}/undo/{decided.undo_id}")
    assert late.status_code == 409
    assert "Đã hết thời gian hoàn tác." in words(late)


async def test_private_notes_are_read_here_and_nowhere_else(editor: httpx.AsyncClient, storage: Storage) -> None:
    """The desk shows the note as text; no public way out of the page has it."""
    fill(storage, 1, 5, 5, 5)
    note = "Ảnh <b>cũ</b>, mong báo đổi."
    storage.write_sync(write_note, WriteNote(page_id=PAGE_ID, voter="r:0", text=note, quota="q"))
    desk = await editor.get(HERE)
    assert html.escape(note) in desk.text
    for path in (
        f"fragments/{PAGE_ID}/rating.html",
        f"fragments/{PAGE_ID}/rating.json",
        f"api/v1/pages/{PAGE_ID}/rating",
    ):
        assert "mong báo" not in (await editor.get(f"/engagement/{path}")).text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"decision": ""}, 422),
        ({"decision": "delete", "version": "0"}, 422),
        ({"decision": "freeze"}, 422),
        ({"decision": "freeze", "version": "-1"}, 422),
        ({"decision": "freeze", "version": "7"}, 409),
        ({"decision": "leave_out", "version": "0", "score_3": "1"}, 422),
        ({"decision": "freeze", "version": "0", "why": "x" * 501}, 422),
    ],
)
async def test_a_decision_that_makes_no_sense_changes_nothing(
    editor: httpx.AsyncClient, storage: Storage, fields: dict[str, str], status: int
) -> None:
    """It comes back as the page with the reason on it."""
    fill(storage, 1, 5)
    before = state(storage)
    sent = await editor.post(f"{HERE}/decision", data=fields)
    assert (sent.status_code, state(storage)) == (status, before)
    assert "<title>Lỗi: " in sent.text


async def test_what_is_not_there_is_not_found(editor: httpx.AsyncClient, storage: Storage) -> None:
    """Unknown pages and undos answer 404, a period nobody offers 400."""
    nowhere = page_id("test", "tin/khong-co")
    fill(storage, 1)
    assert (await editor.get(f"{RATINGS}/{nowhere}")).status_code == 404
    data = {"decision": "freeze", "version": "0"}
    assert (await editor.post(f"{RATINGS}/{nowhere}/decision", data=data)).status_code == 404
    assert (await editor.post(f"{HERE}/undo/{nowhere}")).status_code == 404
    assert (await editor.get(HERE, params={"period": "week"})).status_code == 400


@pytest.mark.parametrize("period", ["day", "month", "year"])
async def test_the_chart_and_its_table_say_the_same(
    editor: httpx.AsyncClient, storage: Storage, clock: FakeClock, period: str
) -> None:
    """Each span has the votes in it, by three groups of scores, with those left out told."""
    fill(storage, 1, 2, 3, 4, 5)
    decide(storage, leave_out, VoteSet(scores=(1,)))
    clock.advance(timedelta(minutes=20))
    page = await editor.get(HERE, params={"period": period})
    label = {"day": "09:00", "month": "01/07", "year": "07/2026"}[period]
    assert f"{label} 2 1 2 1" in words(page)
    assert page.text.count('<rect class="a"') == page.text.count('<rect class="c"') == 2  # a bar and the legend


@pytest.mark.parametrize("role", list(Role))
async def test_editors_and_admins_alone_decide_about_ratings(app: ASGIApp, storage: Storage, role: Role) -> None:
    """A moderator is refused at every address and has no entry in the navigation."""
    fill(storage, 5)
    async with at_the_desk(app, storage, add_account(storage, role=role)) as client:
        allowed = role is not Role.MODERATOR
        home = await client.get("/engagement/desk/keys")
        assert (f'href="{RATINGS}"' in home.text) is allowed
        for path in (RATINGS, HERE):
            assert (await client.get(path)).status_code == (200 if allowed else 403)
        for path in (f"{HERE}/decision", f"{HERE}/undo/{PAGE_ID}"):
            refused = await client.post(path, data={"decision": "freeze", "version": "0"})
            assert (refused.status_code == 403) is not allowed
    assert state(storage).frozen is allowed


async def test_nobody_decides_without_signing_in(app: ASGIApp, storage: Storage) -> None:
    """The door is shut to strangers."""
    fill(storage, 5)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1", headers={"sec-fetch-site": "same-origin"}
    ) as stranger:
        assert (await stranger.get(HERE)).status_code == 303
        assert (await stranger.post(f"{HERE}/decision", data={"decision": "freeze", "version": "0"})).status_code == 403
    assert not state(storage).frozen
    assert PAGE.title


async def test_looking_changes_nothing(editor: httpx.AsyncClient, storage: Storage) -> None:
    """List, page and previews write no row."""
    fill(storage, 1, 5)
    await editor.get(RATINGS)
    before = state(storage)
    for params in ({}, {**ONES, "set": "leave_out"}, {**ONES, "set": "take_in"}):
        await editor.get(HERE, params=params)
    assert state(storage) == before
