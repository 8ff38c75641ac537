"""The comment's form in a browser: with proof of work beside the picture and in its place, and for a spared reader."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from browsing import Newspaper, OpenPage, started
from engagement_widgets.comments.service import HeldReason, QueueQuery, QueueSort, Status, queue
from engagement_widgets.comments.tables import comments
from engagement_widgets.kernel.signing import Secrets, reader_hash
from engagement_widgets.storage.units import Tx
from engagement_widgets.testing import KNOWN_CODE
from engagement_widgets.web.identity import COOKIE, reader_token

pytestmark = pytest.mark.browser
ARTICLE: Final = "/bai/xe-sach-ba-banh"
SENT: Final = "Đã gửi bình luận. Bình luận đang chờ duyệt."
READER: Final = bytes(range(16))

KEY: Final = "k" * 32
WORK: Final = {"ENGAGEMENT_CAPTCHA_WORK": "12", "ENGAGEMENT_SECRET_KEYS": KEY}

BESIDE = pytest.mark.parametrize("newspaper", [WORK], indirect=True, ids=["beside"])
ALONE = pytest.mark.parametrize(
    "newspaper", [WORK | {"ENGAGEMENT_CAPTCHA_PICTURE": "false"}], indirect=True, ids=["alone"]
)
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


def write(page: Page, body: str) -> None:
    """Fill in the form of the article."""
    form = page.locator("form[data-ew-form=comment]").first
    form.get_by_label("Tên hiển thị").fill("Đỗ Thị Lành")
    form.get_by_label("Nội dung bình luận").fill(body)


def send(page: Page) -> None:
    """Press the form's own button."""
    page.locator("form[data-ew-form=comment] .ew-send").get_by_role("button", name="Gửi bình luận").click()


def newest(newspaper: Newspaper, body: str) -> set[HeldReason]:
    """Why the newest comment is held, which says this."""
    query = QueueQuery(status=Status.PENDING, size=1, sort=QueueSort.NEWEST)
    item = newspaper.storage.read_sync(queue, query).items[0]
    assert item.body == body
    return {hold.reason for hold in item.holds}


@BESIDE
@BOTH
def test_work_beside_the_picture(open_page: OpenPage, newspaper: Newspaper, *, javascript: bool) -> None:
    """Both are done and nothing is held for it; without JavaScript the code alone is taken, and held for it."""
    body = f"Nhớ chuyến xe sách. {javascript}"
    page = open_page(ARTICLE, javascript=javascript)
    if javascript:
        started(page, "comments")
    write(page, body)
    if not javascript:
        send(page)
    code = page.get_by_role("textbox", name="Mã xác thực")
    expect(code).to_be_visible()
    code.fill(KNOWN_CODE)
    send(page)
    expect(page.get_by_text(SENT).first).to_be_visible()
    assert (HeldReason.NO_WORK in newest(newspaper, body)) is not javascript


@BESIDE
@BOTH
def test_a_reader_who_is_spared(open_page: OpenPage, newspaper: Newspaper, *, javascript: bool) -> None:
    """Two approved comments: no code is asked and no work done, neither in the form nor in a next step."""
    body = "Lần này không cần mã." if javascript else "Máy tắt kịch bản mà vẫn gửi được."  # unlike each other
    newspaper.storage.write_sync(_give, f"r:{reader_hash(READER)}")
    page = open_page("/", javascript=javascript)
    token = reader_token(Secrets((KEY,)), READER)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": f"{newspaper.url}/engagement"}])
    page.goto(ARTICLE)
    if javascript:
        started(page, "comments")
    write(page, body)
    if javascript:
        expect(page.get_by_text("Không cần mã xác thực")).to_be_visible()
    send(page)
    expect(page.get_by_text(SENT).first).to_be_visible()
    expect(page.get_by_role("textbox", name="Mã xác thực")).to_have_count(0)
    assert newest(newspaper, body) == {HeldReason.PREMODERATION}


def _give(tx: Tx, reader: str) -> None:
    """Two of the approved comments are this reader's."""
    two = select(comments.c.id).where(comments.c.status == Status.APPROVED).limit(2)
    tx.execute(update(comments).where(comments.c.id.in_(two)).values(reader=reader))


@ALONE
def test_work_in_place_of_the_picture(open_page: OpenPage, newspaper: Newspaper) -> None:
    """Nothing is asked: the form is sent when the work is done, and nothing is held for it."""
    body = "Xe sách ghé xóm tôi mỗi tuần."
    page = open_page(ARTICLE)
    started(page, "comments")
    write(page, body)
    expect(page.locator("[data-ew-puzzle]")).to_be_attached()
    send(page)
    expect(page.get_by_text(SENT).first).to_be_visible()
    expect(page.get_by_role("textbox", name="Mã xác thực")).to_have_count(0)
    expect(page.get_by_role("button", name="Gửi không cần mã")).to_be_hidden()
    assert not {HeldReason.NO_WORK, HeldReason.NO_CODE} & newest(newspaper, body)


@ALONE
def test_work_in_place_of_the_picture_without_javascript(open_page: OpenPage, newspaper: Newspaper) -> None:
    """The next step says what lacks, and so does sending it as it is; the way without a code keeps the text."""
    body = "Máy tôi tắt JavaScript."
    page = open_page(ARTICLE, javascript=False)
    write(page, body)
    send(page)
    expect(page.get_by_text("cần JavaScript và kết nối https")).to_be_visible()
    expect(page.locator("[data-ew-captcha] img")).to_have_count(0)
    send(page)
    expect(page.get_by_text("chưa làm xong bước kiểm tra").first).to_be_visible()
    expect(page.get_by_label("Nội dung bình luận")).to_have_value(body)
    page.get_by_role("button", name="Gửi không cần mã").click()
    expect(page.get_by_text(SENT).first).to_be_visible()
    assert HeldReason.NO_CODE in newest(newspaper, body)
