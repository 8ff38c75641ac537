"""Writing a comment without JavaScript: the second step, what is refused and how, the receipt."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import pytest

from comment_factory import approved, move
from comment_site import (
    CLOSED,
    ENGLISH,
    OPEN,
    PAGE,
    PAGE_ID,
    advance,
    answered,
    browser,
    challenge,
    complete,
    reference,
    typed,
    value,
    words,
    write,
    written,
)
from engagement_widgets.comments.service import ListQuery, Status, list_comments, queue_counts, queue_item
from engagement_widgets.testing import KNOWN_CODE
from engagement_widgets.web.context import Context
from engagement_widgets.web.throttle import Rate, Throttle

pytestmark = pytest.mark.anyio

WRONG = "Mã xác thực không đúng. Vui lòng nhập mã mới trong hình."
EXPIRED = "Mã xác thực đã hết hạn. Vui lòng nhập mã mới."
KEY = "key-" + "0" * 22


@pytest.fixture
def site(ctx: Context) -> Context:
    """One instance."""
    return complete(ctx)


@pytest.fixture
async def reader(site: Context) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without cookies."""
    async with browser(site) as client:
        yield client


async def test_the_main_way_without_javascript(site: Context, reader: httpx.AsyncClient) -> None:
    """Form, second step with the text kept, right code, receipt; pending for its author alone, also after a reload."""
    step = await reader.post("/comments", data=typed(site, email="mai@thu.example"))
    assert step.status_code == 200
    assert "Thêm một bước" in words(step)
    assert (value(step, "name"), value(step, "email")) == ("Trần Thị Mai", "mai@thu.example")
    assert value(step, "body") == "Mong ban quản lý nhắn qua loa chợ."
    assert f'src="/engagement/captcha/{value(step, "challenge")}.png"' in step.text
    assert site.storage.read_sync(written, None) == (0,) * 8

    key = value(step, "submission_key")
    sent = await reader.post("/comments", data=answered(site, submission_key=key))
    assert sent.status_code == 303
    assert "ew_reader=" in sent.headers["set-cookie"]
    for _ in range(2):
        receipt = await reader.get(sent.headers["location"].removeprefix("/engagement"))
        assert receipt.status_code == 200
        assert "Đã gửi bình luận. Bình luận đang chờ duyệt." in words(receipt)
        assert "Đang chờ duyệt – chưa hiển thị công khai" in words(receipt)
        assert 'href="https://bao.example/tin/cho-ben-da?ref=1#ew-comments"' in receipt.text
        assert receipt.headers["cache-control"] == "private, no-store"
    assert "Chưa có bình luận nào" in words(await reader.get(f"/fragments/{PAGE_ID}/comments.html"))


async def test_a_wrong_code_posts_nothing_and_keeps_the_text(site: Context, reader: httpx.AsyncClient) -> None:
    """422 with the sentence, a new picture, an empty field, everything typed; the old picture is spent."""
    data = answered(site, code="SAI123", submission_key=KEY)
    wrong = await reader.post("/comments", data=data)

    assert wrong.status_code == 422
    assert "<title>Lỗi: " in wrong.text
    assert words(wrong).count(WRONG) >= 2
    assert "data-ew-summary" in wrong.text
    assert 'href="#ew-code"' in wrong.text
    assert (value(wrong, "body"), value(wrong, "code"), value(wrong, "submission_key")) == (data["body"], "", KEY)
    assert value(wrong, "challenge") not in {"", data["challenge"]}
    assert "set-cookie" not in wrong.headers
    assert site.storage.read_sync(written, None) == (0,) * 8

    again = await reader.post("/comments", data=data | {"code": KNOWN_CODE})
    assert (again.status_code, WRONG in words(again)) == (422, True)
    assert site.storage.read_sync(written, None) == (0,) * 8


async def test_a_late_code_has_its_own_sentence(site: Context, reader: httpx.AsyncClient) -> None:
    """After ten minutes the code is expired, not wrong."""
    data = answered(site)
    advance(site, 601)
    late = await reader.post("/comments", data=data)
    assert (late.status_code, EXPIRED in words(late)) == (422, True)
    assert site.storage.read_sync(written, None) == (0,) * 8


async def test_a_code_of_another_page_is_wrong(site: Context, reader: httpx.AsyncClient) -> None:
    """A challenge is bound to its page."""
    answer = await reader.post("/comments", data=typed(site, challenge=challenge(site, OPEN), code=KNOWN_CODE))
    assert (answer.status_code, WRONG in words(answer)) == (422, True)


async def test_another_picture_keeps_what_was_typed(site: Context, reader: httpx.AsyncClient) -> None:
    """The button "Đổi mã khác" checks and stores nothing; the picture it replaces is worth nothing more."""
    data = answered(site, name="", body="Nửa câu", submission_key=KEY)
    step = await reader.post("/comments", data=data | {"new_code": "1"})
    assert step.status_code == 200
    assert (value(step, "body"), value(step, "submission_key")) == ("Nửa câu", KEY)
    assert value(step, "challenge") != data["challenge"]
    given_up = await reader.post("/comments", data=data | {"name": "Mai"})
    assert (given_up.status_code, WRONG in words(given_up)) == (422, True)


async def test_without_a_code_it_waits_in_its_own_lane(site: Context, reader: httpx.AsyncClient) -> None:
    """The button "Gửi không cần mã" is accepted, held for that reason, also where comments are published first."""
    sent = await reader.post("/comments", data=typed(site, OPEN, no_code="1"))
    assert sent.status_code == 303
    item = site.storage.read_sync(queue_item, UUID(sent.headers["location"].rpartition("/")[2]))
    assert (item.status, [hold.reason for hold in item.holds]) == (Status.PENDING, ["no_code"])


async def test_the_lane_without_a_code_has_a_limit_for_each_address(site: Context) -> None:
    """Twenty in ten minutes from one address; then the way with a code is still open."""
    for _ in range(20):
        async with browser(site) as other:
            assert (await other.post("/comments", data=typed(site, no_code="1"))).status_code == 303
    async with browser(site) as other:
        refused = await other.post("/comments", data=typed(site, no_code="1"))
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        assert "Vui lòng nhập mã trong hình" in words(refused)
        assert (await other.post("/comments", data=answered(site))).status_code == 303


async def test_a_published_comment_says_so(site: Context, reader: httpx.AsyncClient) -> None:
    """Where the page publishes first, the receipt tells it and the list shows it at the next load."""
    comment_id = await write(site, reader, OPEN, body="Được đăng ngay")
    assert "Bình luận đã được đăng." in words(await reader.get(f"/receipts/{comment_id}"))
    page = site.storage.read_sync(queue_item, comment_id).page_id
    assert "Được đăng ngay" in words(await reader.get(f"/fragments/{page}/comments.html"))


async def test_a_signed_in_reader_types_the_text_alone(site: Context) -> None:
    """No name, e-mail or code: the host says who it is; what is typed for them is not looked at."""
    async with browser(site, **{"x-user": "7"}) as member:
        comment_id = await write(site, member, name="Người Khác", email="x", challenge=None, code=None)
        item = site.storage.read_sync(queue_item, comment_id)
        assert (item.name, item.email, item.reader, item.is_staff) == ("Lê Thị Hoa", None, "u:7", False)
        assert (await member.get(f"/receipts/{comment_id}")).status_code == 200
        refused = await member.post("/comments", data=typed(site, name=None, body=""))
        assert refused.status_code == 422
        assert 'name="challenge"' not in refused.text
        assert 'name="name"' not in refused.text


async def test_the_newsroom_is_known_by_the_host_not_by_its_name(site: Context, reader: httpx.AsyncClient) -> None:
    """The badge comes from the identity alone, and the newsroom's comment is public at once."""
    async with browser(site, **{"x-user": "staff", "x-name": "Bao Tan Khe"}) as staff:
        await write(site, staff, challenge=None, code=None)
    pretender = await write(site, reader, name="Tòa soạn")
    move(site.storage, pretender, Status.APPROVED)
    fragment = (await reader.get(f"/fragments/{PAGE_ID}/comments.html")).text
    assert fragment.count("ew-badge--staff") == 1


async def test_a_closed_page_refuses_with_the_text_kept(site: Context, reader: httpx.AsyncClient) -> None:
    """403 `comments_closed` at the second step and after it, and for the reply form."""
    for data in (typed(site, CLOSED), answered(site, CLOSED)):
        refused = await reader.post("/comments", data=data)
        assert refused.status_code == 403
        assert "Bài viết đã ngừng nhận bình luận" in words(refused)
        assert data["body"] in words(refused)
    parent = approved(site.storage, page=CLOSED)
    assert (await reader.get(f"/comments/{parent}/reply")).status_code == 403


async def test_a_reply_by_form(site: Context, reader: httpx.AsyncClient) -> None:
    """The link "Trả lời" leads to a page with the comment and its form; the reply stands under it once approved."""
    root = approved(site.storage, page=PAGE, name="Đặng Thị Đào", body="Nên lùi một tiếng")
    page = await reader.get(f"/comments/{root}/reply")
    assert page.status_code == 200
    assert "Nên lùi một tiếng" in words(page)
    assert (value(page, "parent"), value(page, "page")) == (str(root), reference(site))

    step = await reader.post("/comments", data=typed(site, parent=str(root)))
    assert value(step, "parent") == str(root)
    reply = await write(site, reader, parent=str(root), body="Đồng ý với chị Đào")
    move(site.storage, reply, Status.APPROVED)
    views = site.storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=5)).comments
    assert [view.id for view in views[0].replies] == [reply]


async def test_a_reply_to_what_is_gone_can_be_sent_on_its_own(site: Context, reader: httpx.AsyncClient) -> None:
    """404 with the text kept, without the parent; the captcha was not spent on it."""
    root = approved(site.storage, page=PAGE)
    move(site.storage, root, Status.REJECTED)
    data = answered(site, parent=str(root))
    gone = await reader.post("/comments", data=data)
    assert (gone.status_code, value(gone, "body")) == (404, data["body"])
    assert 'name="parent"' not in gone.text
    assert "không còn hiển thị" in words(gone)
    del data["parent"]
    assert (await reader.post("/comments", data=data)).status_code == 303
    assert (await reader.get(f"/comments/{root}/reply")).status_code == 404


async def test_sent_twice_is_one_comment(site: Context, reader: httpx.AsyncClient) -> None:
    """A resend by the same browser is led to the first receipt although the code is spent."""
    data = answered(site, submission_key=KEY)
    first = await reader.post("/comments", data=data)
    second = await reader.post("/comments", data=data)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert site.storage.read_sync(queue_counts, None)[Status.PENDING] == 1


async def test_a_resend_after_a_lost_answer_finds_its_receipt(site: Context, reader: httpx.AsyncClient) -> None:
    """The first answer, and with it the first cookie, never arrived: the resend gets both."""
    data = answered(site, submission_key=KEY)
    first = await reader.post("/comments", data=data)
    async with browser(site) as same:
        again = await same.post("/comments", data=data)
        assert again.headers["location"] == first.headers["location"]
        assert (await same.get(again.headers["location"].removeprefix("/engagement"))).status_code == 200
    assert site.storage.read_sync(queue_counts, None)[Status.PENDING] == 1


async def test_a_key_of_another_reader_is_refused(site: Context, reader: httpx.AsyncClient) -> None:
    """409 with the text kept and a key that can be used."""
    await reader.post("/comments", data=answered(site, submission_key=KEY))
    async with browser(site, **{"x-user": "7"}) as other:
        refused = await other.post("/comments", data=typed(site, submission_key=KEY, body="Của tôi"))
    assert (refused.status_code, value(refused, "body")) == (409, "Của tôi")
    assert value(refused, "submission_key") not in {"", KEY}


async def test_too_fast_is_told_with_the_time_to_wait(site: Context, reader: httpx.AsyncClient) -> None:
    """By the quota of the reader, and earlier by the throttle in memory; the text is kept."""
    for number in range(11):
        await write(site, reader, body=f"Bình luận số {number}")
    refused = await reader.post("/comments", data=answered(site, body="Số mười hai"))
    assert (refused.status_code, value(refused, "body")) == (429, "Số mười hai")
    assert int(refused.headers["retry-after"]) > 0

    quick = replace(site, throttle=Throttle({"comment": Rate(1, 60), "captcha": Rate(60, 60)}))
    async with browser(quick, **{"x-user": "9"}) as busy:
        await write(quick, busy, challenge=None, code=None)
        early = await busy.post("/comments", data=typed(quick))
    assert early.status_code == 429
    assert site.storage.read_sync(queue_counts, None)[Status.PENDING] == 12


@pytest.mark.parametrize(
    ("field", "raw", "sentence"),
    [
        ("name", None, "Vui lòng nhập tên hiển thị."),
        ("name", " \u200b ", "Vui lòng nhập tên hiển thị."),
        ("name", "x" * 61, "Tên hiển thị chỉ được dài tối đa 60 ký tự."),
        ("name", "e" + "\u0301" * 200, "Tên hiển thị có chữ mang quá nhiều dấu. Vui lòng gõ lại."),
        ("name", "\u0301" * 200, "Tên hiển thị có chữ mang quá nhiều dấu. Vui lòng gõ lại."),
        ("name", "\u3164\u2800", "Vui lòng nhập tên hiển thị."),
        ("name", "a\nb", "ký tự không dùng được"),
        ("email", "mai@", "Vui lòng nhập email"),
        ("email", "a@b.vn\r\nBcc: c@d.vn", "ký tự không dùng được"),
        ("email", "a" * 250 + "@b.vn", "Email chỉ được dài tối đa 254 ký tự."),
        ("body", "", "Vui lòng nhập nội dung bình luận."),
        ("body", "\u2060\ufeff \n\t", "Vui lòng nhập nội dung bình luận."),
        ("body", "x", "Vui lòng viết ít nhất 2 ký tự."),
        ("body", "x" * 3001, "Bình luận chỉ được dài tối đa 3000 ký tự."),
        ("body", "chữ\x07chuông", "ký tự không dùng được"),
        ("code", "  ", "Vui lòng nhập mã xác thực trong hình."),
    ],
)
async def test_each_wrong_field_says_what_to_do(
    site: Context, reader: httpx.AsyncClient, field: str, raw: str | None, sentence: str
) -> None:
    """422, the sentence beside its field and in the summary, the other fields kept, the picture not spent."""
    data = answered(site)
    wrong = await reader.post("/comments", data={k: v for k, v in (data | {field: raw}).items() if v is not None})
    assert wrong.status_code == 422
    assert words(wrong).count(sentence) >= 2
    assert f'href="#ew-{field}"' in wrong.text
    assert f'id="ew-{field}-error"' in wrong.text
    assert 'aria-invalid="true"' in wrong.text
    kept = "name" if field == "body" else "body"
    assert value(wrong, kept) == data[kept]
    assert site.storage.read_sync(written, None) == (0,) * 8
    assert (await reader.post("/comments", data=data)).status_code == 303


async def test_all_wrong_fields_are_told_at_once(site: Context, reader: httpx.AsyncClient) -> None:
    """One correction is enough."""
    wrong = await reader.post("/comments", data=typed(site, name="", email="x", body="y"))
    assert "vui lòng sửa 3 chỗ" in words(wrong)


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 404, "unknown_page"),
        (b"page=forged&body=abc", 404, "unknown_page"),
        (b"page=x&page=x", 400, "duplicate_field"),
        (b"page=x&body=%ff%fe", 400, "bad_form"),
        (b"page=x&body=%00", 400, "bad_form"),
        (b"page=x&body=%4", 400, "bad_form"),
        (b"body=" + b"x" * 1_000_000, 413, "body_too_large"),
        (b"&".join(b"f%d=1" % number for number in range(60)), 413, "too_many_fields"),
    ],
)
async def test_a_body_that_cannot_be_read(
    site: Context, reader: httpx.AsyncClient, raw: bytes, status: int, code: str
) -> None:
    """Each has its own stable code; nothing is written; a person gets a page with a sentence."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    told = await reader.post("/comments", content=raw, headers={**headers, "accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (status, code)
    seen = await reader.post("/comments", content=raw, headers=headers)
    assert (seen.status_code, "data-ew-reply" in seen.text) == (status, True)
    assert site.storage.read_sync(written, None) == (0,) * 8


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"parent": "x"}, 422, "invalid_id"),
        ({"parent": str(uuid4())}, 404, "unknown_parent"),
        ({"submission_key": "short"}, 422, "invalid_key"),
        ({"submission_key": "x" * 65}, 422, "invalid_key"),
        ({"challenge": "x"}, 422, "wrong"),
        ({"challenge": str(uuid4())}, 422, "wrong"),
        ({"challenge": None}, 422, "captcha_required"),
    ],
)
async def test_what_a_script_sends_wrong(
    site: Context, reader: httpx.AsyncClient, fields: dict[str, str | None], status: int, code: str
) -> None:
    """The form route answers programs with a problem document."""
    data = {k: v for k, v in (answered(site) | fields).items() if v is not None}
    told = await reader.post("/comments", data=data, headers={"accept": "application/json"})
    problem = told.json()
    assert told.status_code == status
    assert code in {problem["code"], *(item["code"] for item in problem["errors"])}
    assert site.storage.read_sync(written, None) == (0,) * 8


async def test_another_content_type_or_origin_is_refused(site: Context, reader: httpx.AsyncClient) -> None:
    """415 for JSON on the form route; 403 from another site, with the text kept."""
    as_json = await reader.post("/comments", json={"body": "x"}, headers={"accept": "application/json"})
    assert (as_json.status_code, as_json.json()["code"]) == (415, "content_type")
    foreign = await reader.post("/comments", data=answered(site), headers={"sec-fetch-site": "cross-site"})
    assert (foreign.status_code, typed(site)["body"] in words(foreign)) == (403, True)
    assert site.storage.read_sync(written, None) == (0,) * 8


async def test_scripts_get_the_receipts_address(site: Context, reader: httpx.AsyncClient) -> None:
    """`Accept: application/json` on the form route answers 201 with id, status and receipt."""
    made = await reader.post("/comments", data=answered(site), headers={"accept": "application/json"})
    assert made.status_code == 201
    assert made.json()["status"] == "pending"
    assert made.json()["receipt"] == f"/engagement/receipts/{made.json()['id']}"


async def test_the_page_speaks_the_articles_language(site: Context, reader: httpx.AsyncClient) -> None:
    """An English article has English steps, errors and receipts."""
    step = await reader.post("/comments", data=typed(site, ENGLISH))
    assert '<html lang="en"' in step.text
    assert "One more step" in words(step)
    wrong = await reader.post("/comments", data=typed(site, ENGLISH, body=""))
    assert "Please write your comment." in words(wrong)
    comment_id = await write(site, reader, ENGLISH)
    assert "waiting for review" in words(await reader.get(f"/receipts/{comment_id}"))


async def test_only_a_receipt_is_asked_by_our_script_without_the_layout(
    site: Context, reader: httpx.AsyncClient
) -> None:
    """With `ew-partial` the form in place can be closed, and the ids of two forms never meet."""
    root = approved(site.storage, page=PAGE)
    partial = await reader.get(f"/comments/{root}/reply", headers={"ew-partial": "1"})
    assert 'data-ew-do="cancel"' in partial.text
    assert f'id="ew-{root}-body"' in partial.text
    assert 'id="ew-body"' not in partial.text
    assert "<header" not in partial.text
    whole = await reader.get(f"/comments/{root}/reply")
    assert 'data-ew-do="cancel"' not in whole.text
