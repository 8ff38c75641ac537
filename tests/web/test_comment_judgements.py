"""Likes, reports and notices over HTTP without JavaScript, and for programs: the main way, and every wrong one."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from comment_factory import OTHER_PAGE, approved, move, post
from comment_site import (
    ENGLISH,
    PAGE_ID,
    browser,
    challenge,
    complete,
    judged,
    value,
    words,
    write,
)
from engagement_widgets.comments.cases.fields import MOST_COMMENTS
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.testing import KNOWN_CODE
from engagement_widgets.web.context import Context
from engagement_widgets.web.throttle import Rate, Throttle

pytestmark = pytest.mark.anyio

FRAGMENT = f"/fragments/{PAGE_ID}/comments.html"


@pytest.fixture
def site(ctx: Context) -> Context:
    """One instance."""
    return complete(ctx)


@pytest.fixture
async def reader(site: Context) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without cookies."""
    async with browser(site) as client:
        yield client


@pytest.fixture
async def program(site: Context) -> AsyncIterator[httpx.AsyncClient]:
    """A program, that keeps its cookies."""
    async with browser(site, accept="application/json") as client:
        yield client


def notice(site: Context, comment: UUID | str, **fields: Any) -> dict[str, str]:
    """A notice as somebody fills it in, with a right code; a field that is None is left out."""
    filled = {
        "comments": f"http://127.0.0.1/engagement/c/{comment}",
        "name": "Trần Thị Mai",
        "email": "mai@thu.example",
        "phone": "",
        "statement": "Bình luận bịa đặt về gia đình tôi.",
        "good_faith": "yes",
        "challenge": challenge(site, purpose="case"),
        "code": KNOWN_CODE,
        **fields,
    }
    return {name: text for name, text in filled.items() if text is not None}


async def test_a_like_without_javascript(site: Context, reader: httpx.AsyncClient) -> None:
    """Button, receipt with the way back to the comment, taken back; the first like brings the cookie."""
    comment = approved(site.storage, name="Bà Lý")
    shown = await reader.get(FRAGMENT)
    assert f'action="/engagement/comments/{comment}/vote"' in shown.text
    liked = await reader.post(f"/comments/{comment}/vote", data={"vote": "like"})
    assert (liked.status_code, liked.headers["location"]) == (303, f"/engagement/comments/{comment}/vote")
    assert "ew_reader" in liked.headers["set-cookie"]
    receipt = await reader.get(f"/comments/{comment}/vote")
    assert receipt.headers["cache-control"] == "private, no-store"
    assert "Đã thích bình luận của Bà Lý. 1 người thích bình luận này." in words(receipt)
    assert f'href="/engagement/c/{comment}"' in receipt.text
    assert (await reader.get(FRAGMENT)).text.count("data-ew-likes>1<") == 1

    await reader.post(f"/comments/{comment}/vote", data={"vote": "unlike"})
    assert "Chưa thích bình luận của Bà Lý." in words(await reader.get(f"/comments/{comment}/vote"))


async def test_public_bytes_say_nothing_of_the_reader(site: Context, reader: httpx.AsyncClient) -> None:
    """Who likes what is in no cacheable answer: the fragment is the same for who liked and who did not."""
    comment = approved(site.storage)
    await reader.post(f"/comments/{comment}/vote", data={"vote": "like"})
    async with browser(site) as other:
        assert (await reader.get(FRAGMENT)).content == (await other.get(FRAGMENT)).content
        assert "Chưa thích" in words(await other.get(f"/comments/{comment}/vote"))


async def test_likes_for_programs(site: Context, program: httpx.AsyncClient) -> None:
    """PUT and DELETE can be repeated; the form route answers the same; nothing to take back sets no cookie."""
    comment = approved(site.storage)
    path = f"/api/v1/comments/{comment}/like"
    nothing = await program.delete(path)
    assert (nothing.json(), nothing.headers.get("set-cookie")) == ({"outcome": "absent", "likes": 0}, None)
    told = [(await program.put(path)).json() for _ in range(2)]
    assert told == [{"outcome": "liked", "likes": 1}, {"outcome": "unchanged", "likes": 1}]
    assert (await program.get(f"/api/v1/comments/{comment}")).json()["likes"] == 1
    posted = await program.post(f"/comments/{comment}/vote", data={"vote": "unlike"})
    assert posted.json() == {"outcome": "unliked", "likes": 0}


async def test_the_order_quan_tam_nhat(site: Context, program: httpx.AsyncClient) -> None:
    """A third tab; cursors of this order lead through it and are refused by the others; permalinks go by time."""
    ids = [approved(site.storage) for _ in range(7)]
    await program.put(f"/api/v1/comments/{ids[2]}/like")
    first = (await program.get(f"/api/v1/pages/{PAGE_ID}/comments", params={"sort": "helpful"})).json()
    query = {"sort": "helpful", "cursor": first["next"]}
    rest = (await program.get(f"/api/v1/pages/{PAGE_ID}/comments", params=query)).json()
    listed = [comment["id"] for comment in (*first["comments"], *rest["comments"])]
    assert listed == [str(ids[2]), *(str(one) for one in reversed(ids) if one != ids[2])]
    back = {"sort": "helpful", "cursor": rest["previous"]}
    again = (await program.get(f"/api/v1/pages/{PAGE_ID}/comments", params=back)).json()
    assert again["comments"] == first["comments"]

    for sort, cursor in (("newest", first["next"]), ("oldest", rest["previous"])):
        refused = await program.get(f"/api/v1/pages/{PAGE_ID}/comments", params={"sort": sort, "cursor": cursor})
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_cursor")
    by_time = (await program.get(f"/api/v1/pages/{PAGE_ID}/comments")).json()["next"]
    refused = await program.get(f"/api/v1/pages/{PAGE_ID}/comments", params={"sort": "helpful", "cursor": by_time})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_cursor")
    at = {"sort": "helpful", "at": str(ids[4])}
    found = (await program.get(f"/api/v1/pages/{PAGE_ID}/comments", params=at)).json()
    assert (found["sort"], found["comments"][0]["id"]) == ("newest", str(ids[4]))
    page = await program.get(f"/pages/{PAGE_ID}/comments?sort=helpful", headers={"accept": "text/html"})
    assert re.search(r'aria-current="true">Quan tâm nhất<', page.text)


async def test_a_report_without_javascript(site: Context, reader: httpx.AsyncClient) -> None:
    """Link, form, receipt; the form of somebody who reported is the receipt, also once the comment is hidden."""
    comment = approved(site.storage, name="Bà Lý")
    path = f"/comments/{comment}/report"
    assert f'href="/engagement{path}"' in (await reader.get(FRAGMENT)).text
    form = await reader.get(path)
    assert "Bà Lý" in words(form)
    assert f'href="/engagement/cases/new?comment={comment}"' in form.text
    sent = await reader.post(path, data={"reason": "insult", "text": "Chửi cả làng"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/engagement{path}")
    assert "ew_reader" in sent.headers["set-cookie"]
    move(site.storage, comment, Status.REJECTED)
    receipt = await reader.get(path)
    assert receipt.headers["cache-control"] == "private, no-store"
    assert "Đã gửi báo cáo. Tòa soạn sẽ xem xét bình luận này." in words(receipt)
    assert [told.text for told in site.storage.read_sync(queue_item, comment).reports] == ["Chửi cả làng"]


async def test_a_wrong_report_comes_back_with_what_was_typed(site: Context, reader: httpx.AsyncClient) -> None:
    """No reason, an unknown one, a text too long: 422, each field told, everything kept, nothing written."""
    comment = approved(site.storage)
    before = site.storage.read_sync(judged, None)
    for reason, text, sentences in (
        ("", "Chửi", ["Vui lòng chọn một lý do báo cáo."]),
        ("rude", "Chửi", ["Vui lòng chọn một lý do báo cáo."]),
        ("spam", "a" * 501, ["Nội dung báo cáo chỉ được dài tối đa 500 ký tự."]),
        ("", "a" * 501, ["Vui lòng chọn một lý do báo cáo.", "Nội dung báo cáo chỉ được dài tối đa 500 ký tự."]),
    ):
        answer = await reader.post(f"/comments/{comment}/report", data={"reason": reason, "text": text})
        assert answer.status_code == 422
        assert "<title>Lỗi: " in answer.text
        assert all(sentence in words(answer) for sentence in sentences)
        assert value(answer, "text") == text
        assert "set-cookie" not in answer.headers
    assert site.storage.read_sync(judged, None) == before


async def test_reports_for_programs(site: Context, program: httpx.AsyncClient) -> None:
    """201 once, then 409; field errors all at once with their codes."""
    comment = approved(site.storage)
    path = f"/api/v1/comments/{comment}/reports"
    wrong = await program.post(path, json={"reason": 7, "text": "a" * 501})
    assert {(item["field"], item["code"]) for item in wrong.json()["errors"]} == {
        ("reason", "choose_reason"),
        ("text", "too_long"),
    }
    sent = await program.post(path, json={"reason": "spam"})
    assert (sent.status_code, sent.json()) == (201, {"reported": True})
    again = await program.post(path, json={"reason": "hate"})
    assert (again.status_code, again.json()["code"]) == (409, "already_reported")
    posted = await program.post(f"/comments/{comment}/report", data={"reason": "hate"})
    assert (posted.status_code, posted.json()["code"]) == (409, "already_reported")


async def test_what_cannot_be_judged(site: Context, program: httpx.AsyncClient) -> None:
    """Waiting, deleted, unknown, one's own, another site's: each has its own answer, and nothing is written."""
    own = await write(site, program_browser := browser(site))
    move(site.storage, own, Status.APPROVED)
    gone = approved(site.storage)
    move(site.storage, gone, Status.DELETED)
    waiting = post(site.storage).comment_id
    before = site.storage.read_sync(judged, None)
    for subject in (waiting, gone, uuid4()):
        for method, path, body in (
            ("PUT", "like", None),
            ("DELETE", "like", None),
            ("POST", "reports", {"reason": "spam"}),
        ):
            answer = await program.request(method, f"/api/v1/comments/{subject}/{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_comment")
        answer = await program.post("/cases", data=notice(site, subject, challenge=None, code=None, no_code="1"))
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_comment")
    for path, data, code in (
        ("vote", {"vote": "like"}, "own_like"),
        ("report", {"reason": "spam"}, "own_report"),
    ):
        answer = await program_browser.post(
            f"/comments/{own}/{path}", data=data, headers={"accept": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    told = await program_browser.post(f"/comments/{own}/vote", data={"vote": "like"})
    assert "Không thể thích bình luận của chính mình." in words(told)
    answer = await program.post(f"/comments/{own}/vote", data={"vote": "adore"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_vote")
    assert site.storage.read_sync(judged, None) == before
    await program_browser.aclose()


async def test_a_forged_cookie_is_as_good_as_none(site: Context, program: httpx.AsyncClient) -> None:
    """It likes as a new reader, whose cookie comes with the answer."""
    comment = approved(site.storage)
    program.cookies.set("ew_reader", "forged")
    liked = await program.put(f"/api/v1/comments/{comment}/like")
    assert liked.json() == {"outcome": "liked", "likes": 1}
    assert "ew_reader" in liked.headers["set-cookie"]


@pytest.mark.parametrize(
    ("name", "method", "path", "body"),
    [
        ("like", "PUT", "comments/{}/like", None),
        ("report", "POST", "comments/{}/reports", {"reason": "spam"}),
    ],
)
async def test_a_reader_in_a_hurry_is_slowed_down(
    site: Context, program: httpx.AsyncClient, name: str, method: str, path: str, body: dict[str, str] | None
) -> None:
    """429 with the seconds to wait, from the second click on where the rate is one."""
    object.__setattr__(site, "throttle", Throttle({name: Rate(1, 60), "like": Rate(1, 60)} | {name: Rate(1, 60)}))
    subjects = [approved(site.storage) for _ in range(3)]
    told = [await program.request(method, f"/api/v1/{path.format(one)}", json=body) for one in subjects]
    assert [answer.status_code for answer in told[:2]] in ([200, 200], [201, 201])  # the first had no cookie
    assert (told[2].status_code, told[2].json()["code"]) == (429, "too_fast")
    assert int(told[2].headers["retry-after"]) > 0


async def test_a_notice_without_javascript(site: Context, reader: httpx.AsyncClient) -> None:
    """Form, step with the captcha and everything kept, receipt with the number; the comment is hidden."""
    comment = approved(site.storage)
    form = await reader.get("/cases/new", params={"comment": str(comment)})
    assert value(form, "comments").endswith(f"/engagement/c/{comment}")
    back = f'<a class="ew-btn" href="/engagement/c/{comment}">Quay lại bình luận</a>'
    assert back in form.text
    assert "Quay lại bình luận" not in (await reader.get("/cases/new")).text
    step = await reader.post("/cases", data=notice(site, comment, challenge=None, code=None))
    assert step.status_code == 200
    assert "Thêm một bước" in step.text
    assert value(step, "statement") == "Bình luận bịa đặt về gia đình tôi."
    assert value(step, "challenge")
    assert back in step.text
    assert site.storage.read_sync(queue_item, comment).status is Status.APPROVED

    sent = await reader.post("/cases", data=notice(site, comment))
    assert sent.status_code == 303, words(sent)
    assert "ew_reader" in sent.headers["set-cookie"]
    receipt = await reader.get(sent.headers["location"].removeprefix("/engagement"))
    assert re.search(r"Đã nhận thông báo số KN-2026-000001\..*Bình luận đã được tạm ẩn", words(receipt))
    assert site.storage.read_sync(queue_item, comment).status is Status.PENDING
    async with browser(site) as other:
        assert (await other.get(sent.headers["location"].removeprefix("/engagement"))).status_code == 404


async def test_without_a_code_a_notice_hides_nothing(site: Context, reader: httpx.AsyncClient) -> None:
    """Who cannot read the picture is heard all the same."""
    comment = approved(site.storage)
    sent = await reader.post("/cases", data=notice(site, comment, challenge=None, code=None, no_code="1"))
    receipt = await reader.get(sent.headers["location"].removeprefix("/engagement"))
    assert "Bình luận vẫn hiển thị cho đến khi người duyệt xem xét." in words(receipt)
    assert site.storage.read_sync(queue_item, comment).status is Status.APPROVED


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"code": "WRONG"}, "Mã xác thực không đúng. Vui lòng nhập mã mới trong hình."),
        ({"code": ""}, "Vui lòng nhập mã xác thực trong hình."),
        ({"email": ""}, "Vui lòng cho biết email hoặc số điện thoại."),
        ({"email": "mai"}, "Vui lòng nhập email theo dạng"),
        ({"phone": "gọi tôi"}, "Vui lòng nhập số điện thoại"),
        ({"name": " "}, "Vui lòng nhập tên hiển thị."),
        ({"statement": "xấu"}, "Vui lòng viết ít nhất 10 ký tự."),
        ({"statement": "a" * 2001}, "Nội dung thông báo chỉ được dài tối đa 2000 ký tự."),
        ({"good_faith": None}, "Vui lòng xác nhận lời cam đoan."),
        ({"comments": ""}, "Vui lòng cho biết bình luận nào"),
        ({"comments": "https://bao.example/tin"}, "Có địa chỉ không phải của một bình luận."),
        (
            {"comments": "\n".join(str(UUID(int=number)) for number in range(1, MOST_COMMENTS + 2))},
            "Mỗi thông báo chỉ nêu tối đa 10 bình luận.",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_a_wrong_notice_comes_back_with_what_was_typed(
    site: Context, reader: httpx.AsyncClient, wrong: dict[str, str], sentence: str
) -> None:
    """422, the sentence, the text kept, a fresh captcha, and no case."""
    comment = approved(site.storage)
    before = site.storage.read_sync(judged, None)
    answer = await reader.post("/cases", data=notice(site, comment, **wrong))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert value(answer, "statement") == wrong.get("statement", "Bình luận bịa đặt về gia đình tôi.")
    assert ('name="challenge"' in answer.text) is ("comments" not in wrong)  # it is bound to the comment's page
    assert site.storage.read_sync(judged, None) == before


async def test_notices_for_programs(site: Context, program: httpx.AsyncClient) -> None:
    """201 with number and deadline; every wrong field at once; 422 where the captcha is missing."""
    pair = [str(approved(site.storage)), str(approved(site.storage, page=OTHER_PAGE))]
    body = {
        "comments": pair,
        "name": "Mai",
        "phone": "0912 345 678",
        "statement": "Bịa đặt về gia đình tôi.",
        "good_faith": True,
    }
    missing = await program.post("/api/v1/cases", json=body)
    assert (missing.status_code, missing.json()["code"]) == (422, "captcha_required")
    wrong = await program.post("/api/v1/cases", json=body | {"name": "", "good_faith": False, "phone": None})
    codes = {item["code"] for item in wrong.json()["errors"]}
    assert codes == {"required", "good_faith_required", "contact_required"}
    solved = {"challenge": challenge(site, purpose="case"), "code": KNOWN_CODE}
    sent = await program.post("/api/v1/cases", json=body | solved)
    assert (sent.status_code, sent.json()["number"], sent.json()["hidden"]) == (201, "KN-2026-000001", True)
    assert {site.storage.read_sync(queue_item, UUID(one)).status for one in pair} == {Status.PENDING}


async def test_an_english_page_is_judged_in_english(site: Context, reader: httpx.AsyncClient) -> None:
    """Receipts, forms and refusals speak the language of the comment's page."""
    comment = await write(site, reader, ENGLISH)
    move(site.storage, comment, Status.APPROVED)
    async with browser(site) as other:
        assert "What is wrong with this comment?" in words(await other.get(f"/comments/{comment}/report"))
        assert "Notice of unlawful content" in words(await other.get(f"/cases/new?comment={comment}"))
        await other.post(f"/comments/{comment}/vote", data={"vote": "like"})
        assert "1 reader likes this comment." in words(await other.get(f"/comments/{comment}/vote"))
    assert "You cannot like your own comment." in words(
        await reader.post(f"/comments/{comment}/vote", data={"vote": "like"})
    )
