"""Cases through HTTP: the list, one of them, its decision and dossier, a complaint from outside, the banner."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import LAN, PAGE, approved, post
from desk_factory import MOUNT, add_account, at_the_desk
from engagement_widgets.comments.cases.deciding import CaseDecision, DecideCase, decide_case
from engagement_widgets.comments.cases.opening import open_case
from engagement_widgets.comments.cases.reading import CasesQuery, list_cases
from engagement_widgets.comments.cases.states import CaseStatus
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.errors import Refused
from engagement_widgets.hooks import Role
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from judgement_factory import notice, opened

pytestmark = pytest.mark.anyio

CASES = f"{MOUNT}/desk/cases"
QUEUE = f"{MOUNT}/desk/queue"


@pytest.fixture
async def desk(app: ASGIApp, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """A moderator's browser."""
    async with at_the_desk(app, storage, add_account(storage, name="Phạm Minh Hà")) as client:
        yield client


def outside(comment: UUID, **fields: str) -> dict[str, str]:
    """A complaint as the form sends it."""
    return {
        "channel": "authority",
        "name": "Sở Thông tin",
        "comments": f"https://bao.example/engagement/c/{comment}",
        "statement": "Công văn số 12 yêu cầu gỡ thông tin sai sự thật.",
        "hours": "6",
        **fields,
    }


def status(storage: Storage, comment: UUID) -> Status:
    """Where a comment stands."""
    return storage.read_sync(queue_item, comment).status


async def test_the_page_of_a_case_shows_notice_evidence_quotations_and_timeline(
    desk: httpx.AsyncClient, storage: Storage
) -> None:
    """The words as they were, escaped; who answers or repeats them; the clock; the journal's entries."""
    body = "Ông ấy ăn chặn tiền quỹ chợ <b>cả chục năm</b> nay ai cũng biết"
    comment = approved(storage, body=body, name="Hoa")
    reply = approved(storage, parent=comment, body="Đúng quá")
    quote = approved(storage, body=f"Có người viết: {body}. Thật không?")
    other = approved(storage, body="Chuyện khác hẳn về chợ hôm nay")
    case = opened(storage, comment)
    page = await desk.get(f"{CASES}/{case.case_id}")
    text = html.unescape(page.text)
    assert page.status_code == 200
    assert "&lt;b&gt;cả chục năm&lt;/b&gt;" in page.text
    for said in (case.number, "Trần Thị Mai", "Bình luận bịa đặt về gia đình tôi.", "còn 1 ngày", "Mở khiếu nại"):
        assert said in text
    assert [f"/desk/comments/{one}" in page.text for one in (reply, quote, other)] == [True, True, False]
    assert text.count("trích lại nguyên văn") == 1


async def test_a_decision_needs_its_reason_and_the_version_that_was_seen(
    desk: httpx.AsyncClient, storage: Storage
) -> None:
    """Without a reason 422 and nothing changes; upheld, the author reads it; the second decision is refused."""
    comment = approved(storage)
    case = opened(storage, comment)
    path = f"{CASES}/{case.case_id}"
    empty = await desk.post(f"{path}/decision", data={"decision": "upheld", "version": "1", "note": " "})
    assert (empty.status_code, status(storage, comment)) == (422, Status.PENDING)
    assert "Vui lòng ghi lý do của quyết định." in html.unescape(empty.text)
    sent = {"decision": "upheld", "version": "1", "note": "Sai sự thật"}
    done = await desk.post(f"{path}/decision", data=sent)
    assert (done.status_code, done.headers["location"]) == (303, path)
    assert status(storage, comment) is Status.REJECTED
    again = await desk.post(f"{path}/decision", data=sent | {"decision": "rejected"})
    assert (again.status_code, status(storage, comment)) == (409, Status.REJECTED)
    (tab,) = re.findall(r'href="([^"]+)"[^>]*>Đã giải quyết<', html.unescape((await desk.get(CASES)).text))
    decided = html.unescape((await desk.get(tab)).text)
    assert case.number in decided
    assert "Phạm Minh Hà quyết định" in decided
    assert case.number not in (await desk.get(CASES)).text


async def test_notes_are_for_colleagues_alone(desk: httpx.AsyncClient, storage: Storage) -> None:
    """On the page of the case with who and when, also once it is decided; in no dossier; an empty one is refused."""
    case = opened(storage, approved(storage))
    path = f"{CASES}/{case.case_id}"
    refused = await desk.post(f"{path}/notes", data={"remark": " "})
    assert (refused.status_code, "Vui lòng điền mục này." in html.unescape(refused.text)) == (422, True)
    noted = await desk.post(f"{path}/notes", data={"remark": "Đã gọi lại, hẹn chiều mai"})
    assert (noted.status_code, noted.headers["location"]) == (303, path)
    await desk.post(f"{path}/decision", data={"decision": "rejected", "version": "1", "note": "Không đúng"})
    assert "<b>Phạm Minh Hà</b>: Đã gọi lại, hẹn chiều mai" in html.unescape((await desk.get(path)).text)
    assert "Đã gọi lại" not in html.unescape((await desk.get(f"{path}/dossier")).text)


async def test_what_notifiers_write_turns_nothing_around(desk: httpx.AsyncClient, storage: Storage) -> None:
    """Controls of direction in a name or a statement are left out wherever a case is shown."""
    turned = "Lời này \u202e quay ngược mọi chữ sau nó"
    case = opened(storage, approved(storage, body="Nguyên văn"), name="Mai \u202e Lan", statement=turned)
    for path in (CASES, f"{CASES}/{case.case_id}", f"{CASES}/{case.case_id}/dossier"):
        text = (await desk.get(path)).text
        assert "Mai" in text
        assert "\u202e" not in text


async def test_the_list_goes_on_page_by_page(desk: httpx.AsyncClient, storage: Storage) -> None:
    """By deadline, each case once; a cursor of one list opens no other."""
    numbers = [opened(storage, approved(storage)).number for _ in range(52)]
    first = await desk.get(CASES)
    following = re.findall(r'href="([^"]+)" rel="next"', first.text)
    second = await desk.get(html.unescape(following[0]))
    found = re.findall(r"KN-\d+-\d+", first.text + second.text)
    assert found == numbers
    cursor = html.unescape(following[0]).partition("cursor=")[2]
    assert (await desk.get(f"{CASES}?view=decided&cursor={cursor}")).status_code == 400


async def test_a_complaint_from_outside_hides_at_once(desk: httpx.AsyncClient, storage: Storage) -> None:
    """Public or not, what it names is evidence; number, channel, deadline and who wrote it down are kept."""
    shown, waiting = approved(storage), post(storage).comment_id
    fields = outside(shown, comments=f"{shown}\n{waiting}")
    made = await desk.post(CASES, data=fields)
    assert made.status_code == 303
    assert [status(storage, one) for one in (shown, waiting)] == [Status.PENDING] * 2
    (case,) = storage.read_sync(list_cases, CasesQuery(status=CaseStatus.OPEN, size=5)).cases
    assert (case.channel.value, case.recorded_by, case.comments) == ("authority", "Phạm Minh Hà", 2)
    assert (case.due_at - case.opened_at).total_seconds() == 6 * 3600
    page = html.unescape((await desk.get(made.headers["location"])).text)
    assert "Văn bản của cơ quan nhà nước" in page
    entry = storage.read_sync(read_entries, EntriesQuery(size=1))[0]
    assert (entry.action, entry.actor_name) == ("case.opened", "Phạm Minh Hà")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"channel": "form"}, "Vui lòng chọn cách khiếu nại được gửi đến."),
        ({"name": ""}, "Vui lòng nhập tên hiển thị."),
        ({"comments": "không phải"}, "Có địa chỉ không phải của một bình luận."),
        ({"comments": "00000000-0000-7000-8000-000000000000"}, "Bình luận này không còn hiển thị."),
        ({"statement": "ngắn"}, "Vui lòng viết ít nhất 10 ký tự."),
        ({"hours": "0"}, "Vui lòng nhập số từ 1 đến 720."),
        ({"hours": "١٢"}, "Vui lòng nhập số từ 1 đến 720."),
    ],
)
async def test_a_wrong_field_of_a_complaint_is_explained(
    desk: httpx.AsyncClient, storage: Storage, typed: dict[str, str], said: str
) -> None:
    """422, the rest is kept, no case is opened, nothing is hidden."""
    comment = approved(storage)
    page = await desk.post(CASES, data=outside(comment, **typed))
    text = html.unescape(page.text)
    assert page.status_code == 422
    assert said in text
    if "statement" not in typed:
        assert "Công văn số 12" in text
    assert status(storage, comment) is Status.APPROVED
    assert not storage.read_sync(list_cases, CasesQuery(status=CaseStatus.OPEN, size=5)).cases


async def test_a_dossier_can_be_proved_by_the_journal(desk: httpx.AsyncClient, storage: Storage) -> None:
    """Drawing it up writes its fingerprint down; looking writes nothing; a decision changes the fingerprint."""
    case = opened(storage, approved(storage, body="Nguyên văn"))
    path = f"{CASES}/{case.case_id}/dossier"
    shown = await desk.get(path)
    whole = re.findall(r'<code class="ew-whole">([0-9a-f]{64})</code>', shown.text)[0]
    assert "Nguyên văn" in shown.text
    assert (await desk.post(path)).headers["location"] == path
    entry = storage.read_sync(read_entries, EntriesQuery(size=1))[0]
    assert (entry.action, entry.after) == ("case.dossier", {"sha256": whole})
    sent = {"decision": "rejected", "version": "1", "note": "Không đúng"}
    await desk.post(f"{CASES}/{case.case_id}/decision", data=sent)
    assert whole not in re.findall(r'ew-whole">([0-9a-f]{64})<', (await desk.get(path)).text)


async def test_the_queue_says_that_a_case_is_due_soon(
    desk: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """The first due, with what is left; then how much it is late; nothing once it is decided."""
    case = opened(storage, approved(storage))
    opened(storage, approved(storage))
    text = html.unescape((await desk.get(QUEUE)).text)
    assert f"Hồ sơ khiếu nại {case.number}:" in text
    assert "Còn 1 hồ sơ khác sắp đến hạn" in text
    clock.advance(3 * 3600)
    assert "còn 21 giờ" in html.unescape((await desk.get(QUEUE)).text)


def test_people_limited_to_sections_see_their_sections_cases(storage: Storage) -> None:
    """A case that touches another section is in no list of theirs, and opening it is refused."""
    here, there = approved(storage), approved(storage, page=replace(PAGE, key="tin/khac", section="thoi-su"))
    case = opened(storage, there)
    mine = opened(storage, here)
    viewer = replace(LAN, sections=frozenset({"doi-song"}))
    query = CasesQuery(status=CaseStatus.OPEN, size=5, viewer=viewer)
    assert [one.number for one in storage.read_sync(list_cases, query).cases] == [mine.number]
    decide = DecideCase(case_id=case.case_id, version=1, decision=CaseDecision.REJECTED, actor=viewer)
    with pytest.raises(Refused, match="section_required"):
        storage.write_sync(decide_case, decide)
    with pytest.raises(Refused, match="section_required"):
        storage.write_sync(open_case, notice(there, actor=viewer))


async def test_editors_have_no_cases(app: ASGIApp, storage: Storage) -> None:
    """Every address of theirs is a moderator's."""
    case = opened(storage, approved(storage))
    async with at_the_desk(app, storage, add_account(storage, role=Role.EDITOR)) as editor:
        for path in (CASES, f"{CASES}/new", f"{CASES}/{case.case_id}", f"{CASES}/{case.case_id}/dossier"):
            assert (await editor.get(path)).status_code == 403
