"""What the browser tests of comments speak in: the words of an article in each language, and the keyboard."""

from dataclasses import dataclass
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import OpenPage, started
from engagement_widgets.testing import KNOWN_CODE

MOST_STEPS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """An article and what its comments say."""

    article: str
    name: str
    body: str
    code: str
    send: str
    sent: str
    edit: str
    save: str
    saved: str
    withdraw: str
    withdrawn: str
    receipt_code: str
    open_receipt: str


VI: Final = Words(
    article="/bai/xe-sach-ba-banh",
    name="Tên hiển thị",
    body="Nội dung bình luận",
    code="Mã xác thực",
    send="Gửi bình luận",
    sent="Đã gửi bình luận. Bình luận đang chờ duyệt.",
    edit="Sửa",
    save="Lưu thay đổi",
    saved="Đã lưu thay đổi. Bình luận đang chờ duyệt.",
    withdraw="Thu hồi bình luận",
    withdrawn="Đã thu hồi bình luận.",
    receipt_code="Mã biên nhận",
    open_receipt="Mở biên nhận",
)
EN: Final = Words(
    article="/bai/con-lau-night-ferry",
    name="Display name",
    body="Comment",
    code="Verification code",
    send="Send comment",
    sent="Your comment was sent. It is waiting for review.",
    edit="Edit",
    save="Save the change",
    saved="The change was saved. The comment is waiting for a moderator.",
    withdraw="Take the comment back",
    withdrawn="The comment was taken back.",
    receipt_code="Code of the receipt",
    open_receipt="Open the receipt",
)
BOTH_WAYS = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


def reach(page: Page, wanted: Locator) -> None:
    """Go to a control with the Tab key alone."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_STEPS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} cannot be reached by keyboard")


def form_of(page: Page) -> Locator:
    """The form of a comment."""
    return page.locator("form[data-ew-form=comment]").first


def send_button(page: Page, words: Words = VI) -> Locator:
    """The button that sends it."""
    return form_of(page).locator(".ew-send").get_by_role("button", name=words.send)


def type_comment(page: Page, words: Words, name: str, body: str, *, javascript: bool) -> None:
    """Write and send a comment by keyboard alone."""
    form = form_of(page)
    reach(page, form.get_by_label(words.name))
    page.keyboard.insert_text(name)
    reach(page, form.get_by_label(words.body, exact=True))
    page.keyboard.insert_text(body)
    if not javascript:
        reach(page, send_button(page, words))
        page.keyboard.press("Enter")
    reach(page, page.get_by_role("textbox", name=words.code))
    page.keyboard.type(KNOWN_CODE)
    page.keyboard.press("Enter")
    expect(page.get_by_text(words.sent).first).to_be_visible()


def open_article(open_page: OpenPage, words: Words = VI, *, javascript: bool = True, **look: Any) -> Page:
    """The article with its comments' script at work, if it has one."""
    page = open_page(words.article, javascript=javascript, **look)
    if javascript:
        started(page, "comments")
    return page
