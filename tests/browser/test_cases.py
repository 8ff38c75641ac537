"""A complaint at the desk from its letter to its decision and its print, with the script and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from browsing import Newspaper, OpenPage
from desk_factory import add_account, open_token

pytestmark = pytest.mark.browser
ARTICLE = "/bai/den-giay-dem-ram"


def decided_by_hand(page: Page, newspaper: Newspaper) -> None:
    """Record a complaint about a comment of an article, be refused without a reason, uphold it, print it."""
    page.goto(ARTICLE)
    link = page.locator("a[href*='/engagement/c/']").first.get_attribute("href")
    token = open_token(newspaper.storage, add_account(newspaper.storage))
    page.context.add_cookies([{"name": "ew_desk", "value": token, "url": f"{newspaper.url}/engagement/desk"}])
    page.goto("/engagement/desk/cases")
    page.get_by_role("link", name="Ghi khiếu nại từ bên ngoài").click()
    page.get_by_label("Cách gửi").select_option("authority")
    page.get_by_label("Người hoặc cơ quan khiếu nại").fill("Sở Thông tin")
    page.get_by_label("Địa chỉ các bình luận").fill(link or "")
    page.get_by_label("Nội dung khiếu nại").fill("Công văn số 12 yêu cầu gỡ.")
    page.get_by_role("button", name="Mở hồ sơ và tạm ẩn").click()
    expect(page.get_by_role("heading", name=re.compile("Hồ sơ KN-"))).to_be_visible()
    page.get_by_role("button", name="Chấp nhận: gỡ bình luận").click()
    expect(page.get_by_role("alert")).to_contain_text("Vui lòng ghi lý do của quyết định.")
    page.get_by_label("Lý do").fill("Đúng như văn bản")
    page.get_by_role("button", name="Chấp nhận: gỡ bình luận").click()
    expect(page.get_by_text("Đã chấp nhận").first).to_be_visible()
    page.get_by_role("button", name="Lập bộ hồ sơ để in").click()
    expect(page.locator(".ew-whole")).to_have_text(re.compile("[0-9a-f]{64}"))
    page.emulate_media(media="print")
    expect(page.locator(".ew-top")).to_be_hidden()
    expect(page.locator(".ew-dossier")).to_be_visible()


def test_a_complaint_is_recorded_decided_and_printed(open_page: OpenPage, newspaper: Newspaper) -> None:
    """On a wide screen with the script: every step, and the print has neither navigation nor buttons."""
    decided_by_hand(open_page(ARTICLE), newspaper)


def test_the_same_without_javascript(open_page: OpenPage, newspaper: Newspaper) -> None:
    """By plain forms on a phone."""
    decided_by_hand(open_page(ARTICLE, javascript=False, viewport={"width": 360, "height": 740}), newspaper)
