"""An author's own pages and the same for programs: change, take back, open by a code; and every refusal of these."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import httpx
import pytest

from comment_factory import approved, move, post
from comment_site import ENGLISH, OPEN, advance, browser, complete, value, words, write, written
from engagement_widgets.comments.receipt_codes import TRIES_OF_ADDRESS, TRIES_OF_SITE, receipt_code
from engagement_widgets.comments.receipt_cookie import COOKIE as RECEIPTS_COOKIE
from engagement_widgets.comments.service import QueueItem, Status, queue_item
from engagement_widgets.hooks import Page, PageRules
from engagement_widgets.web.context import Context
from engagement_widgets.web.throttle import Rate, Throttle
from judgement_factory import opened

pytestmark = pytest.mark.anyio

API = "/api/v1/comments"
TEXT = "Một câu đã được sửa lại."


@pytest.fixture
def site(ctx: Context) -> Context:
    """One instance."""
    return complete(ctx)


@pytest.fixture
async def author(site: Context) -> AsyncIterator[httpx.AsyncClient]:
    """The browser that writes."""
    async with browser(site) as client:
        yield client


@pytest.fixture
async def other(site: Context) -> AsyncIterator[httpx.AsyncClient]:
    """Another device, without cookies."""
    async with browser(site) as client:
        yield client


def standing(site: Context, comment_id: UUID) -> QueueItem:
    """The comment as the desk sees it."""
    return site.storage.read_sync(queue_item, comment_id)


def code_on(receipt: httpx.Response) -> str:
    """The code that a receipt shows."""
    found = re.search(r'<b class="ew-code">([^<]+)</b>', receipt.text)
    assert found is not None
    return found[1]


async def change(client: httpx.AsyncClient, comment_id: UUID, **fields: str) -> httpx.Response:
    """Send the edit form."""
    return await client.post(f"/comments/{comment_id}/edit", data={"body": TEXT, "version": "1", **fields})


async def test_the_way_without_javascript(site: Context, author: httpx.AsyncClient) -> None:
    """From the receipt to the form and back with the new text; then the question, and the comment is taken back."""
    sent = await write(site, author)
    receipt = await author.get(f"/receipts/{sent}")
    assert f'href="/engagement/comments/{sent}/edit"' in receipt.text
    assert "Còn 15 phút để sửa, đến 23/11/2026 12:15 ." in words(receipt)
    form = await author.get(f"/comments/{sent}/edit")
    assert (value(form, "body"), value(form, "version")) == ("Mong ban quản lý nhắn qua loa chợ.", "1")
    saved = await change(author, sent)
    assert (saved.status_code, saved.headers["location"]) == (303, f"/engagement/receipts/{sent}?done=edited")
    receipt = await author.get(f"/receipts/{sent}?done=edited")
    assert "Đã lưu thay đổi. Bình luận đang chờ duyệt." in words(receipt)
    assert TEXT in words(receipt)
    assert "đã sửa 23/11/2026 12:00" in words(receipt)
    asked = await author.get(f"/comments/{sent}/withdraw")
    assert "Thu hồi bình luận này?" in words(asked)
    assert standing(site, sent).status is Status.PENDING
    taken = await author.post(f"/comments/{sent}/withdraw")
    assert (taken.status_code, taken.headers["location"]) == (303, f"/engagement/receipts/{sent}")
    receipt = await author.get(f"/receipts/{sent}")
    assert "Đã thu hồi bình luận." in words(receipt)
    assert "data-ew-do" not in receipt.text
    assert receipt.headers["cache-control"] == "private, no-store"


async def test_the_same_for_programs(site: Context, author: httpx.AsyncClient) -> None:
    """PATCH and POST answer the receipt; JSON from the form routes too."""
    sent = await write(site, author)
    changed = await author.patch(f"{API}/{sent}", json={"body": TEXT, "version": 1})
    receipt = (await author.get(f"/api/v1/receipts/{sent}")).json()
    assert (changed.status_code, changed.json()) == (200, receipt)
    assert (receipt["body"], receipt["version"], receipt["can_edit"]) == (TEXT, 2, True)
    assert (receipt["edited_at"], receipt["edit_until"]) == ("2026-11-23T05:00:00Z", "2026-11-23T05:15:00Z")
    told = await author.post(
        f"/comments/{sent}/edit", data={"body": "Câu thứ ba.", "version": "2"}, headers={"accept": "application/json"}
    )
    assert (told.status_code, told.json()["version"]) == (200, 3)
    taken = (await author.post(f"{API}/{sent}/withdraw")).json()
    assert (taken["status"], taken["withdrawn"], taken["can_edit"], taken["can_withdraw"]) == (
        "deleted",
        True,
        False,
        False,
    )


async def test_two_clicks_are_one_change(site: Context, author: httpx.AsyncClient) -> None:
    """The second is answered as the first, for the text as for taking back."""
    sent = await write(site, author)
    assert [(await change(author, sent)).status_code for _ in range(2)] == [303, 303]
    assert standing(site, sent).version == 2
    assert [(await author.post(f"/comments/{sent}/withdraw")).status_code for _ in range(2)] == [303, 303]
    assert standing(site, sent).version == 3


async def test_a_comment_that_changed_meanwhile_costs_no_text(site: Context, author: httpx.AsyncClient) -> None:
    """Another tab, or a moderator: 409 with what was typed, what stands now and its version, and a way to save."""
    sent = await write(site, author)
    await change(author, sent)
    move(site.storage, sent, Status.APPROVED)
    stale = await change(author, sent, body="Chữ gõ ở thẻ kia")
    assert stale.status_code == 409
    assert "<title>Lỗi: Bình luận đã thay đổi" in stale.text
    assert (value(stale, "body"), value(stale, "version")) == ("Chữ gõ ở thẻ kia", "3")
    assert f"Bản hiện tại {TEXT}" in words(stale)
    assert standing(site, sent).body == TEXT
    again = await change(author, sent, body="Chữ gõ ở thẻ kia", version="3")
    assert again.status_code == 303
    move(site.storage, sent, Status.REJECTED)
    late = await change(author, sent, body="Chữ gõ lần nữa", version="3")
    assert (late.status_code, "Chữ gõ lần nữa" in words(late)) == (403, True)
    assert "Bình luận này đã được xử lý" in words(late)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "Vui lòng nhập nội dung bình luận."),
        ("\u200b\u2060 \u3164", "Vui lòng nhập nội dung bình luận."),
        ("x", "Vui lòng viết ít nhất 2 ký tự."),
        ("x" * 3001, "Bình luận chỉ được dài tối đa 3000 ký tự."),
        ("chữ\x07chuông", "ký tự không dùng được"),
    ],
)
async def test_a_wrong_text_is_kept_and_says_what_to_do(
    site: Context, author: httpx.AsyncClient, body: str, sentence: str
) -> None:
    """422, the sentence in the summary and at the field, the text in the form, nothing written."""
    sent = await write(site, author)
    before = site.storage.read_sync(written, None)
    answer = await change(author, sent, body=body)
    assert (answer.status_code, words(answer).count(sentence)) == (422, 3)
    assert value(answer, "body") == body
    assert "data-ew-summary" in answer.text
    assert (standing(site, sent).version, site.storage.read_sync(written, None)) == (1, before)


async def test_what_has_no_form_any_more_says_why(site: Context, author: httpx.AsyncClient) -> None:
    """After the window, after an answer: the page and the post both refuse, with the text kept."""
    sent = await write(site, author)
    advance(site, 900)
    for answer in (await author.get(f"/comments/{sent}/edit"), await change(author, sent)):
        assert (answer.status_code, "Đã hết thời gian sửa bình luận này." in words(answer)) == (403, True)
    assert (await author.get(f"/comments/{sent}/withdraw")).status_code == 200
    move(site.storage, sent, Status.APPROVED)
    for answer in (await author.get(f"/comments/{sent}/withdraw"), await author.post(f"/comments/{sent}/withdraw")):
        assert (answer.status_code, "Đã hết thời gian thu hồi" in words(answer)) == (403, True)
    answered = await write(site, author, body="Câu sẽ có người trả lời")
    move(site.storage, answered, Status.APPROVED)
    approved(site.storage, parent=answered)
    late = await change(author, answered, version="2")
    assert (late.status_code, "đã có trả lời" in words(late), TEXT in words(late)) == (403, True, True)


async def test_nobody_elses_comment_can_be_touched(
    site: Context, author: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    """Another reader, a forged cookie, a cookie signed for something else, no cookie: 404 whatever is asked."""
    sent = await write(site, author)
    await write(site, other, body="Người khác viết câu khác")
    forged = [
        "x",
        site.secrets.sign("reader", [[sent.hex, 9_999_999_999]]),
        site.secrets.sign("opened-receipts", [[sent.hex, 1]]),
        site.secrets.sign("opened-receipts", [[uuid4().hex, 9_999_999_999]]),
        site.secrets.sign("opened-receipts", "x"),
        site.secrets.sign("opened-receipts", 7),
        site.secrets.sign("opened-receipts", [[sent.hex]]),
    ]
    async with browser(site) as nobody:
        visitors = [(other, None), *((nobody, token) for token in (None, *forged))]
        for client, token in visitors:
            if token is not None:
                client.cookies.set(RECEIPTS_COOKIE, token)
            answers = [
                await client.get(f"/receipts/{sent}"),
                await client.get(f"/comments/{sent}/edit"),
                await change(client, sent),
                await client.post(f"/comments/{sent}/withdraw"),
                await client.patch(f"{API}/{sent}", json={"body": TEXT, "version": 1}),
                await client.post(f"{API}/{sent}/withdraw"),
            ]
            assert [answer.status_code for answer in answers] == [404] * 6
            assert TEXT in words(answers[2])
    assert standing(site, sent).version == 1


async def test_a_code_opens_one_receipt_elsewhere(
    site: Context, author: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    """As it is printed, or as a phone may make of it; the device reads, changes, takes back, and stays who it was."""
    sent = await write(site, author)
    own = await write(site, other, body="Thiết bị này cũng đã viết", page=OPEN)
    second = await write(site, author, body="Câu thứ hai cũng của người này")
    before = dict(other.cookies)
    code = code_on(await author.get(f"/receipts/{sent}"))
    for typed in (code, code.lower().replace("-", " "), f" {code.replace('-', '')}\u200b".replace("5", "S")):
        opened = await other.post("/receipts", data={"receipt_code": typed})
        assert (opened.status_code, opened.headers["location"]) == (303, f"/engagement/receipts/{sent}")
    cookie = opened.headers["set-cookie"]
    assert cookie.startswith(f"{RECEIPTS_COOKIE}=")
    assert "httponly" in cookie.lower()
    assert "Path=/engagement" in cookie
    assert {name: text for name, text in other.cookies.items() if name != RECEIPTS_COOKIE} == before
    assert code_on(await other.get(f"/receipts/{sent}")) == code
    assert (await other.get(f"/receipts/{own}")).status_code == 200
    assert (await other.get(f"/receipts/{second}")).status_code == 404
    assert (await change(other, sent)).status_code == 303
    assert (await other.post(f"/comments/{sent}/withdraw")).status_code == 303


async def test_an_opened_receipt_closes_after_a_day(
    site: Context, author: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    """The code opens it again, for the life of the receipt and no longer; a signed program gets the same cookie."""
    sent = await write(site, author)
    code = receipt_code(site.secrets, sent)
    opened = await other.post("/api/v1/receipts", json={"receipt_code": code})
    assert (opened.status_code, opened.json()["id"]) == (200, str(sent))
    assert (await other.get(f"/api/v1/receipts/{sent}")).status_code == 200
    advance(site, 24 * 3600)
    assert (await other.get(f"/api/v1/receipts/{sent}")).status_code == 404
    advance(site, 29 * 24 * 3600 - 1)
    assert (await other.post("/receipts", data={"receipt_code": code})).status_code == 303
    assert (await other.get(f"/receipts/{sent}")).status_code == 200
    advance(site, 1)
    await other.post("/receipts", data={"receipt_code": code})
    assert (await other.get(f"/receipts/{sent}")).status_code == 404


async def test_five_receipts_stay_open(site: Context, other: httpx.AsyncClient) -> None:
    """The sixth closes the first."""
    ids = [post(site.storage).comment_id for _ in range(6)]
    for comment_id in ids:
        await other.post("/receipts", data={"receipt_code": receipt_code(site.secrets, comment_id)})
    assert [(await other.get(f"/receipts/{each}")).status_code for each in ids] == [404, *[200] * 5]


@pytest.mark.parametrize(
    "code", ["", "K7RM", "K7RM-2CXF-94T1", "K7RM-2CXF-94TN", "K7RM-2CXF-94TN-2222", "đ" * 12, "2" * 99]
)
async def test_a_wrong_code_opens_nothing(site: Context, other: httpx.AsyncClient, code: str) -> None:
    """422 in words, with what was typed; no cookie."""
    post(site.storage)
    answer = await other.post("/receipts", data={"receipt_code": code})
    assert (answer.status_code, value(answer, "receipt_code")) == (422, code)
    sentence = "Mã biên nhận không đúng." if code else "Vui lòng nhập mã biên nhận."
    assert words(answer).count(sentence) == 3
    assert "set-cookie" not in answer.headers


async def test_guessing_codes_ends_soon(site: Context, other: httpx.AsyncClient) -> None:
    """So many tries from one address, so many on the site: then also the right code waits, and opens afterwards."""
    code = receipt_code(site.secrets, post(site.storage).comment_id)
    wrong = {"receipt_code": code[:-1] + ("3" if code[-1] != "3" else "4")}
    for _ in range(TRIES_OF_ADDRESS):
        assert (await other.post("/receipts", data=wrong)).status_code == 422
    late = await other.post("/receipts", data={"receipt_code": code})
    assert (late.status_code, int(late.headers["retry-after"]) <= 600) == (429, True)
    assert "Đã thử quá nhiều mã biên nhận." in words(late)
    assert value(late, "receipt_code") == code
    advance(site, 600)
    assert (await other.post("/receipts", data={"receipt_code": code})).status_code == 303
    assert TRIES_OF_SITE / TRIES_OF_ADDRESS == 15  # as docs/explanation/security.md reckons


async def test_the_form_of_a_code_speaks_the_language_of_the_page(site: Context, author: httpx.AsyncClient) -> None:
    """An English page leads to an English form; errors and receipts of its comments speak English."""
    sent = await write(site, author, page=ENGLISH)
    form = await author.get("/receipts", params={"locale": "en"})
    assert "Open a receipt by its code" in words(form)
    wrong = await author.post("/receipts?locale=en", data={"receipt_code": "x"})
    assert "This code of a receipt is not right." in words(wrong)
    advance(site, 900)
    late = await change(author, sent)
    assert "The time for changing this comment is over." in words(late)
    assert '<html lang="en"' in late.text


async def test_changes_are_slowed_down(site: Context, author: httpx.AsyncClient) -> None:
    """Too fast: 429 with the form and the text, as with a post."""
    sent = await write(site, author)
    async with browser(replace(site, throttle=Throttle({"comment": Rate(1, 60)}))) as hasty:
        hasty.cookies.update(author.cookies)
        assert (await change(hasty, sent)).status_code == 303
        fast = await change(hasty, sent, body="Nhanh quá", version="2")
    assert (fast.status_code, value(fast, "body"), "retry-after" in fast.headers) == (429, "Nhanh quá", True)


async def test_a_public_comment_shows_that_it_was_edited(site: Context, author: httpx.AsyncClient) -> None:
    """With the time, in the list and for programs; `/me` is not needed for it."""
    sent = await write(site, author, page=OPEN)
    assert standing(site, sent).status is Status.APPROVED
    advance(site, 60)
    assert (await change(author, sent)).status_code == 303
    listed = await author.get(f"/pages/{standing(site, sent).page_id}/comments")
    assert "đã sửa 23/11/2026 12:01" in words(listed)
    single = (await author.get(f"/api/v1/comments/{sent}")).json()
    assert (single["body"], single["edited_at"]) == (TEXT, "2026-11-23T05:01:00Z")


async def test_a_closed_page_takes_no_change_but_lets_take_back(site: Context, author: httpx.AsyncClient) -> None:
    """A change is like a new comment; taking back is the author's whatever the page does."""

    async def closed(page: Page, now: datetime, /) -> PageRules:
        del page, now
        return PageRules(comments_open=False)

    sent = await write(site, author)
    async with browser(replace(site, policy=closed)) as later:
        later.cookies.update(author.cookies)
        answer = await change(later, sent)
        assert (answer.status_code, "đã ngừng nhận bình luận" in words(answer)) == (403, True)
        assert (await later.post(f"/comments/{sent}/withdraw")).status_code == 303


async def test_a_complaint_is_told_to_the_author_in_their_words(site: Context, author: httpx.AsyncClient) -> None:
    """The receipt says that it is hidden for now; changing and taking back are refused, with the text kept."""
    sent = await write(site, author)
    move(site.storage, sent, Status.APPROVED)
    opened(site.storage, sent)
    version = str(standing(site, sent).version)
    receipt = await author.get(f"/receipts/{sent}")
    assert "Bình luận tạm ẩn vì có khiếu nại. Tòa soạn đang xem xét." in words(receipt)
    assert "chờ duyệt" not in words(receipt)
    assert "data-ew-do" not in receipt.text
    assert "Tạm ẩn vì có khiếu nại" in words(receipt)

    sentence = "Bình luận này đang có khiếu nại nên chưa sửa hay thu hồi được"
    for refused in (
        await author.get(f"/comments/{sent}/edit"),
        await author.get(f"/comments/{sent}/withdraw"),
        await author.post(f"/comments/{sent}/withdraw"),
        await change(author, sent, body="Chữ vừa gõ", version=version),
        await change(author, sent, body="Chữ vừa gõ", version="1"),
    ):
        assert refused.status_code == 403
        assert sentence in words(refused)
    assert "Chữ vừa gõ" in refused.text
    edited = await author.patch(f"{API}/{sent}", json={"body": TEXT, "version": int(version)})
    taken = await author.post(f"{API}/{sent}/withdraw")
    told = [(answer.status_code, answer.json()["code"]) for answer in (edited, taken)]
    assert told == [(403, "comment_disputed")] * 2
    found = (await author.get(f"/api/v1/receipts/{sent}")).json()
    assert (found["suspended"], found["can_edit"], found["can_withdraw"]) == (True, False, False)
    assert (standing(site, sent).status, standing(site, sent).former) == (Status.PENDING, ())
