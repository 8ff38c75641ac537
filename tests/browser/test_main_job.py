"""The main job, once with and once without JavaScript: rate, comment, decide, read, follow a link."""

import re

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import Newspaper, OpenPage, rate, started
from engagement_widgets.comments.service import Status, queue_counts
from engagement_widgets.testing import KNOWN_CODE, KNOWN_DIGITS

pytestmark = pytest.mark.browser
ARTICLE = "/bai/xe-sach-ba-banh"
BODY = "Sáng nay tôi gặp chiếc xe ở đầu hẻm, lũ trẻ xếp hàng dài.\n\nMong xe ghé thêm buổi chiều!"
CHOSEN = "ngọn đèn ngoài bến"
WRONG = "Mã xác thực không đúng. Vui lòng nhập mã mới trong hình."


def waiting(newspaper: Newspaper) -> int:
    """How many comments wait for a moderator."""
    return newspaper.storage.read_sync(queue_counts, None)[Status.PENDING]


def write(page: Page, name: str, body: str) -> None:
    """Fill in the form of the article or of the second step."""
    form = page.locator("form[data-ew-form=comment]").first
    form.get_by_label("Tên hiển thị").fill(name)
    form.get_by_label("Nội dung bình luận").fill(body)


def answer(page: Page, code: str) -> None:
    """Type the code and send."""
    page.get_by_role("textbox", name="Mã xác thực").fill(code)
    page.locator("form[data-ew-form=comment] .ew-send").get_by_role("button", name="Gửi bình luận").click()


def sign_in(page: Page, password: str) -> None:
    """Sign in at the desk; a one-time password is changed on the way."""
    page.goto("/engagement/desk/")
    page.get_by_label("Tên đăng nhập").fill("mai")
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    if password != CHOSEN:
        page.get_by_label("Mật khẩu dùng một lần").fill(password)
        page.get_by_label("Mật khẩu mới", exact=True).fill(CHOSEN)
        page.get_by_label("Nhập lại mật khẩu mới").fill(CHOSEN)
        page.get_by_role("button", name="Đổi mật khẩu").click()
    expect(page.get_by_role("heading", name="Chờ duyệt")).to_be_visible()


def decide(page: Page, author: str, button: str) -> None:
    """Find the author's card (newest first) and press one of its buttons."""
    card(page, author).get_by_role("button", name=button, exact=True).click()


def card(page: Page, author: str) -> Locator:
    """The card of a comment by its author."""
    return page.locator("[data-ew-row]", has=page.get_by_role("heading", name=author, exact=True))


def done(page: Page, author: str) -> Locator:
    """The line a decided comment shrinks to."""
    return page.locator("[data-ew-row][data-ew-shape=done]", has_text=author)


def test_rating_with_javascript(open_page: OpenPage) -> None:
    """Cast, reload, change, take back: nothing reloads, the receipt stays in its place, the cookie is the mount's."""
    page = open_page(ARTICLE)
    started(page, "rating")
    rating = page.locator("#ew-rating")
    before = figures(rating)
    rate(page, 4)
    expect(rating).to_contain_text("Đã ghi nhận đánh giá 4 sao.")
    assert page.url.endswith(ARTICLE)
    expect(rating.locator(".ew-score__line")).to_contain_text(f"{before + 1} lượt")
    cookies = page.context.cookies()
    assert [(cookie["name"], cookie["path"], cookie["httpOnly"]) for cookie in cookies] == [
        ("ew_reader", "/engagement", True)
    ]
    page.reload()
    rating.scroll_into_view_if_needed()
    expect(rating).to_contain_text("Đã ghi nhận đánh giá 4 sao.")
    rating.get_by_text("Đổi đánh giá").click()
    rate(page, 2)
    expect(rating).to_contain_text("Đã ghi nhận đánh giá 2 sao.")
    expect(rating.locator(".ew-score__line")).to_contain_text(f"{before + 1} lượt")
    rating.get_by_role("button", name="Bỏ đánh giá").click()
    expect(rating.locator(".ew-score__line")).not_to_contain_text(f"{before + 1} lượt")
    assert figures(rating) == before
    expect(rating.get_by_role("button", name="Gửi đánh giá")).to_be_visible()


def test_rating_without_javascript(open_page: OpenPage) -> None:
    """The same by forms: a receipt says what was done, changes it, takes it back, and leads to the article."""
    page = open_page(ARTICLE, javascript=False)
    before = figures(page.locator("#ew-rating"))
    page.get_by_role("button", name="Gửi đánh giá").click()
    expect(page.get_by_text("Vui lòng chọn").first).to_be_visible()
    assert page.title().startswith("Lỗi: ")
    page.goto(ARTICLE)
    rate(page, 4)
    expect(page.locator("[data-ew-receipt]")).to_contain_text("Đã ghi nhận đánh giá 4 sao.")
    assert figures(page.locator(".ew-rating")) == before + 1
    page.locator("form[data-ew-form=rating] input[value='2']").check(force=True)
    page.get_by_role("button", name="Gửi đánh giá").click()
    expect(page.locator("[data-ew-receipt]")).to_contain_text("Đã ghi nhận đánh giá 2 sao.")
    page.get_by_role("button", name="Bỏ đánh giá").click()
    expect(page.locator("[data-ew-receipt]")).to_contain_text("Đã bỏ đánh giá.")
    page.get_by_role("link", name="Quay lại bài viết").click()
    assert page.url.endswith(f"{ARTICLE}#ew-rating")
    assert figures(page.locator("#ew-rating")) == before


def figures(block: Locator) -> int:
    """The number of votes a block shows."""
    found = re.search(r"(\d+) lượt", block.locator(".ew-score__line").inner_text())
    return int(found[1]) if found else 0


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_comment_from_writing_to_reading(open_page: OpenPage, newspaper: Newspaper, *, javascript: bool) -> None:
    """Write, answer wrongly, answer rightly, wait; be approved, undone, approved again; be read by somebody else."""
    author = "Lê Thị Sương" if javascript else "Trịnh Hoài Nam"
    before = waiting(newspaper)
    page = open_page(ARTICLE, javascript=javascript)
    write(page, author, f"{BODY} {author}")
    if javascript:
        expect(page.get_by_role("textbox", name="Mã xác thực")).to_be_visible()
    else:
        page.locator("form[data-ew-form=comment] .ew-send").get_by_role("button", name="Gửi bình luận").click()
        expect(page.get_by_text("Nội dung đã gõ vẫn còn nguyên")).to_be_visible()
    answer(page, "999999")
    expect(page.get_by_text(WRONG).first).to_be_visible()
    expect(page.get_by_label("Nội dung bình luận")).to_have_value(f"{BODY} {author}")
    expect(page.get_by_label("Tên hiển thị")).to_have_value(author)
    assert waiting(newspaper) == before
    if not javascript:
        assert page.title().startswith("Lỗi: ")
    answer(page, KNOWN_CODE.lower())
    expect(page.get_by_text("Đã gửi bình luận. Bình luận đang chờ duyệt.").first).to_be_visible()
    assert waiting(newspaper) == before + 1
    page.reload()
    if javascript:
        page.locator("#ew-comments").scroll_into_view_if_needed()
    expect(page.locator(".ew-comment--wait", has_text=author)).to_contain_text("Đang chờ duyệt")
    stranger = open_page(ARTICLE, javascript=javascript)
    expect(stranger.get_by_text(author)).to_have_count(0)
    moderate(open_page, newspaper, author, javascript=javascript)
    stranger.reload()
    expect(stranger.locator("article.ew-comment", has_text=author)).to_contain_text("Mong xe ghé thêm buổi chiều!")
    page.reload()
    if not javascript:
        expect(page.get_by_text("Bình luận đã được đăng.")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_comment_by_ear(open_page: OpenPage, newspaper: Newspaper, *, javascript: bool) -> None:
    """Ask to hear a code: what was typed stays, the sound can be played, its digits send the comment."""
    before = waiting(newspaper)
    page = open_page(ARTICLE, javascript=javascript)
    body = f"{BODY} Nghe được. {javascript}"
    write(page, "Đỗ Thị Lành", body)
    if not javascript:
        page.locator("form[data-ew-form=comment] .ew-send").get_by_role("button", name="Gửi bình luận").click()
    picture = page.locator("[data-ew-captcha] img")
    expect(picture).to_have_attribute("alt", re.compile('chọn "Nghe mã" hoặc'))
    first = picture.get_attribute("src")
    page.get_by_role("button", name="Nghe mã", exact=True).click()
    sound = page.get_by_label("Mã đọc gồm 6 chữ số")
    expect(sound).to_be_visible()
    assert picture.get_attribute("src") != first
    expect(page.get_by_label("Nội dung bình luận")).to_have_value(body)
    expect(page.get_by_text("Nhập 6 chữ số nghe được, hoặc mã trong hình.")).to_be_visible()
    expect(page.get_by_role("button", name="Nghe mã khác")).to_be_visible()
    assert sound.get_attribute("autoplay") is None
    if javascript:
        expect(sound).to_be_focused()
        page.wait_for_function("() => document.querySelector('[data-ew-captcha] audio').readyState >= 2")
        assert 3 < sound.evaluate("audio => audio.duration") < 12
        assert sound.evaluate("audio => audio.paused")
    answer(page, KNOWN_DIGITS)
    expect(page.get_by_text("Đã gửi bình luận. Bình luận đang chờ duyệt.").first).to_be_visible()
    assert waiting(newspaper) == before + 1


def moderate(open_page: OpenPage, newspaper: Newspaper, author: str, *, javascript: bool) -> None:
    """Approve, undo, reject, undo, approve."""
    desk = open_page("/engagement/desk/", javascript=javascript)
    sign_in(desk, CHOSEN if newspaper.signed_in else newspaper.password)
    newspaper.signed_in.append("mai")
    desk.goto("/engagement/desk/queue?sort=newest")
    expect(card(desk, author)).to_contain_text("Bình luận đầu tiên")
    for button, status in (("Duyệt", Status.APPROVED), ("Từ chối", Status.REJECTED)):
        pending = waiting(newspaper)
        decide(desk, author, button)
        expect(done(desk, author)).to_be_visible()
        assert waiting(newspaper) == pending - 1, status
        done(desk, author).get_by_role("button", name="Hoàn tác").click()
        expect(card(desk, author)).to_be_visible()
        assert waiting(newspaper) == pending
    decide(desk, author, "Duyệt")
    expect(done(desk, author)).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_linked_websites(open_page: OpenPage, *, javascript: bool) -> None:
    """The select never opens anything by itself; its button leads to a page with one real link."""
    page = open_page(ARTICLE, javascript=javascript)
    select = page.get_by_role("combobox", name="Liên kết website")
    names = select.locator("option").all_inner_texts()
    assert names[0] == "— Chọn website —"
    select.select_option(index=1)
    assert page.url.endswith(ARTICLE)
    page.get_by_role("button", name="Mở website").click()
    link = page.get_by_role("link", name="Mở website")
    expect(link).to_be_visible()
    assert (link.get_attribute("href") or "").startswith("https://")
    expect(page.get_by_text(names[1]).first).to_be_visible()


def test_article_is_the_same_bytes_for_every_reader(newspaper: Newspaper, open_page: OpenPage) -> None:
    """No token, challenge or name of a reader stands in the article: cookies change no byte of it."""
    page = open_page(ARTICLE)
    started(page, "rating")
    rate(page, 5)
    expect(page.locator("#ew-rating")).to_contain_text("Đã ghi nhận đánh giá 5 sao.")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert cookies
    address = newspaper.url + ARTICLE
    language = {"Accept-Language": "en"}
    assert httpx.get(address).content == httpx.get(address, cookies=cookies, headers=language).content


def test_english_page(open_page: OpenPage) -> None:
    """`Page.locale` decides the language, whatever the browser asks for."""
    page = open_page("/bai/con-lau-night-ferry")
    for block in ("#ew-rating", "#ew-comments"):
        expect(page.locator(block)).not_to_contain_text("Đánh giá")
        expect(page.locator(block)).not_to_contain_text("Bình luận")
    expect(page.locator("#ew-rating").get_by_role("button").first).to_be_visible()
