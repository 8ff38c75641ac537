"""Every view clean under axe-core (WCAG 2.2 A and AA), light and dark, wide and at 320 px, never scrolling sideways."""

import re

import pytest
from playwright.sync_api import Page, expect

from browsing import LOOKS, Newspaper, OpenPage, assert_clean, started
from engagement_widgets.testing import KNOWN_CODE

pytestmark = pytest.mark.browser
ARTICLE = "/bai/cong-ngan-man-vam-trang"
DESK_VIEWS = (
    "queue",
    "queue?view=approved",
    "queue?view=reported",
    "queue?view=deleted",
    "queue?view=approved&q=cho",
    "queue?q=khong-co-chu-nay",
    "queue?q=!",
    "pages",
    "pages?q=khong-co",
    "cases",
    "cases?view=decided",
    "cases/new",
    "emergency",
    "journal",
    "ratings",
    "ratings?q=khong-co",
    "links",
    "people",
    "second-factor",
    "proof",
    "sessions",
    "keys",
)


@pytest.mark.parametrize("look", LOOKS)
def test_article_in_its_states(open_page: OpenPage, look: dict[str, object]) -> None:
    """The article as it comes, with a choice made, with errors in the form, with a comment that waits."""
    page = open_page(ARTICLE, **look)
    assert_clean(page)
    started(page, "rating")
    page.locator("#ew-rating input[value='4']").check(force=True)
    page.get_by_role("button", name="Gửi đánh giá").click()
    expect(page.locator("#ew-rating")).to_contain_text("Đã ghi nhận đánh giá 4 sao.")
    page.locator("#ew-rating summary").click()
    form = page.locator("#ew-comments form").first
    form.get_by_label("Nội dung bình luận").fill("Hay!")
    expect(form.get_by_role("textbox", name="Mã xác thực")).to_be_visible()
    send = form.locator(".ew-send").get_by_role("button", name="Gửi bình luận")
    send.click()
    expect(page.locator("[data-ew-summary]")).to_be_visible()
    assert_clean(page)
    form.get_by_role("button", name="Nghe mã", exact=True).click()
    expect(form.get_by_label("Mã đọc gồm 6 chữ số")).to_be_visible()
    assert_clean(page)
    form.get_by_label("Tên hiển thị").fill("Đặng Thị Đào")
    form.get_by_role("textbox", name="Mã xác thực").fill(KNOWN_CODE)
    send.click()
    expect(page.locator(".ew-comment--wait").first).to_be_visible()
    assert_clean(page)


@pytest.mark.parametrize("look", LOOKS)
def test_pages_without_javascript(open_page: OpenPage, look: dict[str, object]) -> None:
    """The second step, its errors, the receipts, the page with one link, the list on its own, an unknown address."""
    page = open_page(ARTICLE, **look)  # axe itself needs a page that runs scripts
    for path in ("/engagement/receipts/00000000-0000-7000-8000-000000000000", "/engagement/nothing"):
        page.goto(path)
        assert_clean(page)
    page.goto(ARTICLE)
    page.locator("#ew-comments form").first.evaluate(
        "form => { form.elements.name.value = 'Bé Na'; form.elements.body.value = 'Hay quá!'; form.submit(); }"
    )
    expect(page.get_by_text("Nội dung đã gõ vẫn còn nguyên")).to_be_visible()
    assert_clean(page)
    page.goto(ARTICLE)
    page.locator("#ew-rating form").first.evaluate("form => form.submit()")
    expect(page.get_by_text("Vui lòng chọn").first).to_be_visible()
    assert_clean(page)
    page.goto(ARTICLE)
    page.get_by_role("combobox", name="Liên kết website").select_option(index=1)
    page.get_by_role("button", name="Mở website").click()
    expect(page.get_by_role("link", name="Mở website")).to_be_visible()
    assert_clean(page)


@pytest.mark.parametrize("look", LOOKS)
def test_desk_views(open_page: OpenPage, newspaper: Newspaper, look: dict[str, object]) -> None:
    """Sign-in, password, every screen, a set of votes with its preview, a decided row with its undo."""
    page = open_page("/engagement/desk/login", **look)
    assert_clean(page)
    page.get_by_label("Tên đăng nhập").fill("mai")
    page.get_by_label("Mật khẩu", exact=True).fill("not the password")
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("alert").or_(page.get_by_role("status")).first).to_be_visible()
    assert_clean(page)
    sign_in(page, newspaper)
    for path in DESK_VIEWS:
        answer = page.goto(f"/engagement/desk/{path}")
        assert answer is not None
        assert answer.status == 200, path
        assert_clean(page)
    page.goto("/engagement/desk/cases")
    page.locator(".ew-caselink").first.click()
    expect(page.get_by_role("heading", name="Diễn biến")).to_be_visible()
    assert_clean(page)
    page.goto(f"{page.url}/dossier")
    assert_clean(page)
    page.goto("/engagement/desk/ratings")
    page.locator(".ew-rated a").first.click()
    page.get_by_role("button", name="Xem trước khi loại").click()
    expect(page.get_by_role("button", name=re.compile(r"Loại \d+ lượt"))).to_be_visible()
    assert_clean(page)
    page.goto("/engagement/desk/queue")
    card = page.locator("[data-ew-row]").filter(has_not_text="khiếu nại").first  # a case is decided before its comment
    card.get_by_role("button", name="Duyệt", exact=True).click()
    undo = page.locator("[data-ew-shape=done]").get_by_role("button", name="Hoàn tác").first
    expect(undo).to_be_visible()
    undo.evaluate("button => button.scrollIntoView({block: 'center'})")  # out from under the toast
    assert_clean(page)
    undo.click()


CHOSEN = "một câu dài dễ nhớ"


def sign_in(page: Page, newspaper: Newspaper) -> None:
    """Sign in, with a password of one's own from the second time on."""
    password = CHOSEN if newspaper.signed_in else newspaper.password
    page.goto("/engagement/desk/login")
    page.get_by_label("Tên đăng nhập").fill("mai")
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    if not newspaper.signed_in:
        expect(page.get_by_label("Mật khẩu dùng một lần")).to_be_visible()
        assert_clean(page)
        page.get_by_label("Mật khẩu dùng một lần").fill(password)
        page.get_by_label("Mật khẩu mới", exact=True).fill(CHOSEN)
        page.get_by_label("Nhập lại mật khẩu mới").fill(CHOSEN)
        page.get_by_role("button", name="Đổi mật khẩu").click()
        newspaper.signed_in.append("mai")
    expect(page.get_by_role("heading", name="Chờ duyệt")).to_be_visible()
