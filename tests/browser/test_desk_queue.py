"""The queue in a browser: the list stays as long as it was, what has come is announced, the phone has room."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browsing import Newspaper, OpenPage, assert_clean
from desk_factory import add_account, open_token

pytestmark = pytest.mark.browser
QUEUE = "/engagement/desk/queue"


def at_the_desk(open_page: OpenPage, newspaper: Newspaper, query: str = "", **options: Any) -> Page:
    """A page of a moderator who is signed in."""
    page = open_page(QUEUE, **options)
    token = open_token(newspaper.storage, add_account(newspaper.storage))
    page.context.add_cookies([{"name": "ew_desk", "value": token, "url": page.url}])
    page.goto(QUEUE + query)
    return page


def test_a_decided_card_is_made_up_for(open_page: OpenPage, newspaper: Newspaper) -> None:
    """As many cards as before, the new one at the end; the focus is on the card after the decided one."""
    page = at_the_desk(open_page, newspaper, "?view=approved")
    cards = page.locator("[data-ew-shape=card]")
    expect(cards).to_have_count(50)
    second = cards.nth(1).get_attribute("data-ew-row")
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.locator("[data-ew-shape=done]")).to_have_count(1)
    expect(cards).to_have_count(50)
    expect(page.locator(f'[data-ew-row="{second}"] [data-ew-card]')).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("[data-ew-shape=done]")).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False])
def test_filters_and_piles_work_on_a_phone(open_page: OpenPage, newspaper: Newspaper, *, javascript: bool) -> None:
    """The form leads to an address, with and without JavaScript; nothing scrolls sideways but the pills."""
    look: dict[str, Any] = {"viewport": {"width": 360, "height": 800}, "javascript": javascript}
    page = at_the_desk(open_page, newspaper, "?sort=newest", **look)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_text("Bộ lọc", exact=True).click()
    page.get_by_label("Có liên kết").check()
    page.get_by_role("button", name="Lọc", exact=True).click()
    expect(page).to_have_url(re.compile(r"sort=newest.*link=1"))
    pile = page.locator(".ew-stack", has_text="Nhận ngay quà")
    expect(pile).to_contain_text("5 bình luận gần giống nhau")
    pile.get_by_role("link", name="Xem từng bình luận").click()
    expect(page.locator("[data-ew-shape=card]")).to_have_count(5)
    if javascript:
        assert_clean(page)
