"""What readers meet when a rule, an emergency hold or a closed page stands in the way, and what the desk marks."""

from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Route, expect

from browsing import LOOKS, Newspaper, OpenPage, assert_clean, started
from comment_factory import MAI
from engagement_widgets.comments.closing import ClosePage, close_page
from engagement_widgets.comments.emergencies import EndHold, HoldAll, Scope, end_hold, hold_all
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.pages.reference import page_id
from engagement_widgets.testing import KNOWN_CODE
from newspaper import SITE
from rule_factory import add, words

pytestmark = pytest.mark.browser
MANY = "den-giay-dem-ram"
ADDRESS = f"/bai/{MANY}"
PAGE_ID = page_id(SITE, f"bai/{MANY}")
CLOSED = "Bài viết đã ngừng nhận bình luận"


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_refused_text_is_mended_and_sent(open_page: OpenPage, newspaper: Newspaper, *, javascript: bool) -> None:
    """The field says what is wrong and keeps its text; mended, with the code of the new picture, it goes through."""
    name = f"Từ chối {javascript}"
    add(newspaper.storage, words(f"lời cay độc {int(javascript)}", name=name, action=Action.REJECT))
    page = open_page(ADDRESS, javascript=javascript)
    if javascript:
        started(page, "comments")
    body = f"Đây là lời cay độc {int(javascript)} của tôi"
    form = page.locator("form[data-ew-form=comment]").first
    form.get_by_label("Tên hiển thị").fill("Đỗ Quang Huy")
    form.get_by_label("Nội dung bình luận").fill(body)
    send = page.locator("form[data-ew-form=comment] .ew-send").get_by_role("button", name="Gửi bình luận")
    if not javascript:
        send.click()
    page.get_by_role("textbox", name="Mã xác thực").fill(KNOWN_CODE)
    send.click()
    field = page.get_by_label("Nội dung bình luận").first
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value(body)
    expect(page.get_by_text("Bình luận có nội dung mà trang này không nhận.").first).to_be_visible()
    field.fill(f"Đây là lời khen {int(javascript)} của tôi")
    page.get_by_role("textbox", name="Mã xác thực").fill(KNOWN_CODE)
    send.click()
    expect(page.get_by_text("Đã gửi bình luận. Bình luận đang chờ duyệt.").first).to_be_visible()


def test_a_cached_article_learns_that_its_page_is_closed(open_page: OpenPage, newspaper: Newspaper) -> None:
    """The article's bytes are older than the decision; the fragment is not, so the form goes and the sentence comes."""
    old = httpx.get(newspaper.url + ADDRESS)
    newspaper.storage.write_sync(close_page, ClosePage(page_id=PAGE_ID, closed=True, actor=MAI))
    assert CLOSED in httpx.get(newspaper.url + ADDRESS).text
    page = open_page("/")

    def cached(route: Route) -> None:
        route.fulfill(status=200, headers={"content-type": "text/html; charset=utf-8"}, body=old.text)

    page.route(f"**{ADDRESS}", cached)
    page.goto(ADDRESS)
    started(page, "comments")
    comments = page.locator("#ew-comments")
    expect(comments.locator(".ew-msg", has_text=CLOSED)).to_be_visible()
    expect(comments.get_by_role("button", name="Gửi bình luận")).to_have_count(0)
    newspaper.storage.write_sync(close_page, ClosePage(page_id=PAGE_ID, closed=False, actor=MAI))


@pytest.mark.parametrize("look", LOOKS)
def test_banner_and_closed_page_are_accessible(
    open_page: OpenPage, newspaper: Newspaper, look: dict[str, object]
) -> None:
    """No violation of axe-core, nothing wider than the window, by every look."""
    until = newspaper.storage.clock.now() + timedelta(hours=1)
    banner = "Bình luận ở bài này được duyệt trước khi hiển thị."
    hold = HoldAll(scope=Scope.PAGE, target=str(PAGE_ID), until=until, reason="", banner=banner, actor=MAI)
    newspaper.storage.write_sync(hold_all, hold)
    newspaper.storage.write_sync(close_page, ClosePage(page_id=PAGE_ID, closed=True, actor=MAI))
    page = open_page(ADDRESS, **look)
    started(page, "comments")
    expect(page.get_by_text(banner)).to_be_visible()
    expect(page.get_by_text(CLOSED)).to_be_visible()
    assert_clean(page, "#ew-comments")
    newspaper.storage.write_sync(end_hold, EndHold(scope=Scope.PAGE, target=str(PAGE_ID), actor=MAI))
    newspaper.storage.write_sync(close_page, ClosePage(page_id=PAGE_ID, closed=False, actor=MAI))
