"""Liking, reporting and giving notice in a real browser: by mouse and by keyboard, with and without JavaScript."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import LOOKS, Newspaper, OpenPage, assert_clean, started
from engagement_widgets.captcha.service import LEAST_TIME
from engagement_widgets.comments.service import queue_item
from engagement_widgets.testing import KNOWN_CODE

pytestmark = pytest.mark.browser
ARTICLE = "/bai/cong-ngan-man-vam-trang"
CALM = "/bai/muoi-go-sen-trai-bat"
ENGLISH = "/bai/con-lau-night-ferry"


def comments(page: Page, article: str = ARTICLE) -> Locator:
    """The public comments of an article, with the script in charge and this reader's own known."""
    page.goto(article)
    started(page, "comments")
    return page.locator("#ew-comments [data-ew-fragment] article.ew-comment")


def like(comment: Locator) -> Locator:
    """The button of one comment."""
    return comment.locator("form[data-ew-form=like] button")


def count(button: Locator) -> int:
    """How many like it, by what the button says."""
    return int(button.locator("[data-ew-likes]").inner_text() or 0)


def test_liking_with_javascript(open_page: OpenPage) -> None:
    """Pressed, counted, still pressed after a reload and in another order, taken back; nothing reloads."""
    page = open_page("/")
    button = like(comments(page).first)
    before = count(button)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button.locator("[data-ew-likes]")).to_have_text(str(before + 1))
    assert page.url.endswith(ARTICLE)

    button = like(comments(page).first)
    expect(button).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Cũ nhất").click()
    page.get_by_role("link", name="Mới nhất").click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(button).to_be_focused()

    page.get_by_role("button", name="Xóa dấu vết trên máy này").click()
    expect(page.get_by_text("Đã xóa dấu vết trên máy này").first).to_be_visible()
    expect(page.locator("#ew-comments [aria-pressed=true]")).to_have_count(0)


def test_a_like_that_cannot_be_sent_says_so(open_page: OpenPage) -> None:
    """Offline the button stays as it is, with a sentence beside it; afterwards it works."""
    page = open_page("/")
    comment = comments(page).nth(1)
    page.context.set_offline(True)
    like(comment).click()
    told = page.locator("#ew-comments [role=status]", has_text="Chưa tải được vì mất kết nối.")
    expect(told).to_be_visible()
    page.context.set_offline(False)
    like(comment).click()
    expect(like(comment)).to_have_attribute("aria-pressed", "true")
    expect(told).to_have_count(0)


def test_liking_without_javascript(open_page: OpenPage) -> None:
    """The button leads to a page that says so, with the way back to the comment and the way out of it."""
    page = open_page(ARTICLE, javascript=False)
    comment = page.locator("#ew-comments article.ew-comment").nth(2)
    anchor = comment.get_attribute("id")
    like(comment).click()
    expect(page.get_by_text("Đã thích bình luận của")).to_be_visible()
    page.get_by_role("button", name="Bỏ thích").click()
    expect(page.get_by_text("Chưa thích bình luận của")).to_be_visible()
    page.get_by_role("link", name="Quay lại bình luận").click()
    assert page.url.endswith(f"#{anchor}")
    expect(page.locator(f"[id='{anchor}']")).to_be_visible()


def test_reporting_by_keyboard_alone(open_page: OpenPage, newspaper: Newspaper) -> None:
    """Opens below its comment, Esc closes it and gives the focus back, an error takes the focus, the receipt stays."""
    page = open_page("/")
    comment = comments(page).nth(3)
    link = comment.get_by_role("link", name="Báo cáo vi phạm")
    link.press("Enter")
    form = page.locator("form[data-ew-form=report]")
    reason = form.get_by_label("Lý do")
    expect(reason).to_be_focused()
    reason.press("Escape")
    expect(form).to_have_count(0)
    expect(link).to_be_focused()

    link.press("Enter")
    form.get_by_label("Nội dung báo cáo").fill("Rao bán vé tàu")
    form.get_by_role("button", name="Gửi báo cáo").press("Enter")
    expect(form.locator("[data-ew-summary]")).to_be_focused()
    expect(form.get_by_label("Nội dung báo cáo")).to_have_value("Rao bán vé tàu")
    reason.focus()
    page.keyboard.type("Spam")
    expect(reason).to_have_value("spam")
    form.get_by_role("button", name="Gửi báo cáo").press("Enter")
    told = page.locator("[data-ew-receipt=report]")
    expect(told).to_be_focused()
    expect(told).to_contain_text("Đã gửi báo cáo. Tòa soạn sẽ xem xét bình luận này.")
    expect(form).to_have_count(0)
    item = newspaper.storage.read_sync(queue_item, _id(comment))
    assert "Rao bán vé tàu" in {report.text for report in item.reports}

    again = comments(page).nth(3)
    again.get_by_role("link", name="Báo cáo vi phạm").click()
    expect(page.locator("[data-ew-receipt=report]")).to_be_visible()


def test_reporting_without_javascript(open_page: OpenPage) -> None:
    """A page of its own, the error with everything kept, the receipt."""
    page = open_page(ARTICLE, javascript=False)
    page.locator("#ew-comments article.ew-comment").nth(4).get_by_role("link", name="Báo cáo vi phạm").click()
    page.get_by_label("Nội dung báo cáo").fill("a" * 501)
    page.get_by_label("Lý do").select_option("false")
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.locator("#ew-comments, .ew").get_by_text("tối đa 500 ký tự.").first).to_be_visible()
    expect(page.get_by_label("Lý do")).to_have_value("false")
    page.get_by_label("Nội dung báo cáo").fill("Số liệu sai")
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.get_by_role("heading", name="Đã gửi báo cáo")).to_be_visible()
    page.get_by_role("link", name="Quay lại bài viết").click()
    expect(page).to_have_url(re.compile(rf"{ARTICLE}#ew-comments$"))


def test_a_notice_from_the_comment_to_its_number(open_page: OpenPage, newspaper: Newspaper) -> None:
    """The report's form leads to the notice; with a code it hides the comment for everybody."""
    page = open_page("/")
    comment = comments(page, CALM).first
    anchor, identity = comment.get_attribute("id"), _id(comment)
    comment.get_by_role("link", name="Báo cáo vi phạm").click()
    page.get_by_role("link", name="Gửi thông báo nội dung trái pháp luật").click()
    page.get_by_label("Họ tên người thông báo").fill("Trần Thị Mai")
    page.get_by_label("Số điện thoại").fill("0912 345 678")
    page.get_by_label("Nội dung nào trái pháp luật").fill("Bình luận bịa đặt về gia đình tôi.")
    page.get_by_label("Cam đoan").check()
    send = page.locator(".ew-send").get_by_role("button", name="Gửi thông báo")
    send.click()
    page.get_by_role("textbox", name="Mã xác thực").fill(KNOWN_CODE)
    page.wait_for_timeout(LEAST_TIME / timedelta(milliseconds=1))  # what comes sooner than people type hides nothing
    send.click()
    expect(page.get_by_text("Đã nhận thông báo số KN-")).to_be_visible()
    expect(page.get_by_text("Bình luận đã được tạm ẩn trong lúc chờ.")).to_be_visible()
    assert newspaper.storage.read_sync(queue_item, identity).status == "pending"
    other = open_page("/")
    comments(other, CALM)
    expect(other.locator(f"[id='{anchor}']:not(.ew-gone)")).to_have_count(0)


def test_an_english_article_is_judged_in_english(open_page: OpenPage) -> None:
    """Buttons, tab and form speak the article's language."""
    page = open_page("/")
    comment = comments(page, ENGLISH).first
    expect(like(comment)).to_contain_text("Like")
    expect(page.get_by_role("link", name="Most liked")).to_be_visible()
    comment.get_by_role("link", name="Report").click()
    expect(page.locator("form[data-ew-form=report]")).to_contain_text("What is wrong with this comment?")


@pytest.mark.parametrize("look", LOOKS)
def test_judging_is_accessible(open_page: OpenPage, look: dict[str, object]) -> None:
    """A liked comment, the report's form with an error, the pages of their own: clean in every look."""
    page = open_page("/", **look)
    comment = comments(page).nth(5)
    like(comment).click()
    expect(like(comment)).to_have_attribute("aria-pressed", "true")
    comment.get_by_role("link", name="Báo cáo vi phạm").click()
    form = page.locator("form[data-ew-form=report]")
    form.get_by_role("button", name="Gửi báo cáo").click()
    expect(form.locator("[data-ew-summary]")).to_be_visible()
    assert_clean(page)
    identity = _id(comment)
    for path in (f"comments/{identity}/report", f"comments/{identity}/vote", f"cases/new?comment={identity}"):
        page.goto(f"/engagement/{path}")
        assert_clean(page)
    page.locator(".ew-send").get_by_role("button", name="Gửi thông báo").click()
    page.locator("form").first.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    expect(page.locator("[data-ew-summary]")).to_be_visible()
    assert_clean(page)


def _id(comment: Locator) -> UUID:
    return UUID((comment.get_attribute("id") or "").removeprefix("c-"))
