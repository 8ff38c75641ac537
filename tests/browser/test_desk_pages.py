"""Whole pages at the desk by a real browser: found, closed, renamed, withdrawn, merged and taken back."""

import re

import pytest
from playwright.sync_api import Page, expect

from browsing import LOOKS, Newspaper, OpenPage, assert_clean
from desk_factory import add_account, open_token
from engagement_widgets.hooks import Role

pytestmark = pytest.mark.browser
BRIDGE = "Cây cầu tre cuối cùng của cồn"
CLOSED = "Hội làng năm ngoái: những gì còn lại"
DELETED = "Tin thử trước giờ lên trang"


def at_the_desk(page: Page, newspaper: Newspaper) -> Page:
    """The same browser with an admin's session, at the list of pages."""
    token = open_token(newspaper.storage, add_account(newspaper.storage, name="Mai Chi", role=Role.ADMIN))
    page.context.add_cookies([{"name": "ew_desk", "value": token, "url": newspaper.url}])
    page.goto("/engagement/desk/pages")
    return page


def open_form(page: Page, name: str) -> None:
    """Unfold an operation."""
    page.locator("summary", has_text=re.compile(f"^\\s*{name}\\s*$")).click()


def press(page: Page, name: str) -> None:
    """Press the button of the operation that is unfolded."""
    page.locator(".ew-op[open]").get_by_role("button", name=name).click()


def undo(page: Page) -> None:
    """Press the toast's undo."""
    page.locator("[data-ew-toast]").get_by_role("button", name="Hoàn tác").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_an_article_is_dealt_with_as_a_whole(open_page: OpenPage, newspaper: Newspaper, *, javascript: bool) -> None:
    """Search, rename, withdraw without a reason and with one, take back, look at a merge; each answer in words."""
    page = at_the_desk(
        open_page("/engagement/desk/login", javascript=javascript, viewport={"width": 360, "height": 740}), newspaper
    )
    page.get_by_role("searchbox").fill("cay cau tre")
    page.get_by_role("button", name="Tìm").click()
    page.get_by_role("link", name=BRIDGE).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(BRIDGE)
    expect(page.get_by_text("/luu-tru/cau-tre-ban-nhap").first).to_be_visible()
    open_form(page, "Đổi khóa")
    page.get_by_label("Khóa mới").fill("/luu-tru/cau-tre-hai")
    press(page, "Đổi khóa")
    toast = page.locator("[data-ew-toast]")
    expect(toast).to_contain_text("Đã đổi khóa.")
    undo(page)
    expect(toast).to_contain_text("Đã hoàn tác.")
    open_form(page, "Gỡ bài viết")
    page.get_by_label("Lý do").locator("visible=true").fill("Theo yêu cầu của nhân vật")
    press(page, "Gỡ bài viết")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã gỡ xuống")
    undo(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đang mở")
    open_form(page, "Gộp vào bài khác")
    page.get_by_label("Khóa hoặc địa chỉ của bài nhận").fill("/luu-tru/hoi-lang-2024")
    press(page, "Xem trước khi gộp")
    expect(page.get_by_text("Lượt đánh giá được chuyển")).to_be_visible()
    expect(page.get_by_role("link", name=CLOSED)).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_every_view_is_accessible(open_page: OpenPage, newspaper: Newspaper, look: dict[str, object]) -> None:
    """The list, a page with every form unfolded, one that waits to be purged, a refusal, the preview of a merge."""
    page = at_the_desk(open_page("/engagement/desk/login", **look), newspaper)
    assert_clean(page)
    page.get_by_role("link", name=DELETED).click()
    expect(page.get_by_text("Bài viết bị xóa hẳn cùng mọi bình luận")).to_be_visible()
    assert_clean(page)
    page.goto("/engagement/desk/pages")
    page.get_by_role("link", name=CLOSED).click()
    page.locator(".ew-op").evaluate_all("all => all.forEach(one => { one.open = true })")
    assert_clean(page)
    page.locator("#merge").get_by_role("textbox").fill("khong-co")
    page.get_by_role("button", name="Xem trước khi gộp").click()
    expect(page.locator("#merge").get_by_text("Không tìm thấy bài viết có khóa")).to_be_visible()
    assert_clean(page)
    page.locator("#merge").get_by_role("textbox").fill("/luu-tru/cau-tre")
    page.get_by_role("button", name="Xem trước khi gộp").click()
    assert_clean(page)
