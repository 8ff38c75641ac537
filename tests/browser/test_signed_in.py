"""Readers whom the host has signed in: no name, no captcha, and no byte of it in the article."""

from typing import Any

import pytest
from playwright.sync_api import expect

from browsing import Newspaper, OpenPage, started

pytestmark = pytest.mark.browser
NEWSPAPER = ["sign-in"]
ARTICLE = "/bai/xe-sach-ba-banh"


def test_the_form_becomes_the_readers_own(open_page: OpenPage, newspaper: Newspaper) -> None:
    """Two comments one after the other, each with the host's name, without a code, kept apart from each other."""
    cookie: Any = {"name": "host_reader", "value": "Thanh", "url": newspaper.url}
    page = open_page("/")
    page.context.add_cookies([cookie])
    page.goto(ARTICLE)
    page.locator("#ew-comments").scroll_into_view_if_needed()
    form = page.locator("#ew-comments > form")
    expect(form).to_contain_text("Gửi với tên Thanh")
    expect(form.get_by_label("Tên hiển thị")).to_have_count(0)
    for text in ("Xe ghé xóm tôi chiều thứ Tư.", "Tôi xin góp thêm hai cuốn truyện."):
        page.locator("#ew-comments > form").get_by_label("Nội dung bình luận").fill(text)
        page.locator("#ew-comments > form .ew-send").get_by_role("button", name="Gửi bình luận").click()
        expect(page.locator(".ew-comment--wait", has_text=text)).to_be_visible()
    expect(page.locator(".ew-comment--wait")).to_have_count(2)
    started(page, "rating")
    page.get_by_role("radio").nth(3).check(force=True)
    page.get_by_role("button", name="Gửi đánh giá").click()
    expect(page.locator("#ew-rating")).to_contain_text("Đã ghi nhận đánh giá 4 sao.")
    other = open_page("/")
    other.context.add_cookies([cookie])
    other.goto(ARTICLE)
    other.locator("#ew-rating").scroll_into_view_if_needed()
    expect(other.locator("#ew-rating")).to_contain_text("Đã ghi nhận đánh giá 4 sao.")


def test_everybody_else_keeps_the_ordinary_form(open_page: OpenPage) -> None:
    """Asking who somebody is changes nothing for a reader the host does not know."""
    page = open_page(ARTICLE)
    page.locator("#ew-comments").scroll_into_view_if_needed()
    expect(page.locator("#ew-comments > form").get_by_label("Tên hiển thị")).to_be_visible()
