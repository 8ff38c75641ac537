"""The queue in a browser: the list stays as long as it was, the phone has room, former texts open, masks are undone."""

import re
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from authoring_factory import edit
from browsing import LOOKS, Newspaper, OpenPage, assert_clean
from comment_factory import examined, post
from desk_factory import add_account, open_token
from engagement_widgets.comments.rules.ruleset import load_rules
from engagement_widgets.comments.service import Author, queue_item

pytestmark = pytest.mark.browser
QUEUE = "/engagement/desk/queue"
FORMER, PRESENT = "Ai cần thì gọi 0912 345 612 gặp Hoa", "Cần sách cũ thì gọi 0912 345 612"
MASK: Final = "Che thông tin cá nhân"


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


def edited(newspaper: Newspaper, name: str) -> UUID:
    """A comment with a telephone number, whose author has changed it once."""
    storage = newspaper.storage
    sent = post(storage, name=name, reader=f"r:{name}", body=FORMER).comment_id
    looked = examined(name, PRESENT, storage.read_sync(load_rules, None))
    edit(storage, sent, PRESENT, author=Author(readers=(f"r:{name}",)), examined=looked)
    return sent


def texts(newspaper: Newspaper, comment_id: UUID) -> list[str]:
    """What a comment says, then what it said before."""
    item = newspaper.storage.read_sync(queue_item, comment_id)
    return [item.body, *(former.body for former in item.former)]


def look_closely(card: Locator) -> None:
    """Let axe judge one card, in the middle of the window: what is told at its foot covers what is there."""
    card.evaluate("card => card.scrollIntoView({block: 'center'})")
    assert_clean(card.page, f"[data-ew-row='{card.get_attribute('data-ew-row')}']")


@pytest.mark.parametrize(
    ("javascript", "look"),
    [*(pytest.param(True, *look.values, id=look.id, marks=look.marks) for look in LOOKS), (False, {})],
)
def test_former_texts_open_and_masks_are_undone(
    open_page: OpenPage, newspaper: Newspaper, look: dict[str, Any], *, javascript: bool
) -> None:
    """The former text opens by its line; the button masks both texts and goes; undone, the number is back."""
    name = f"Bà {uuid4()}"
    sent = edited(newspaper, name)
    page = at_the_desk(open_page, newspaper, "?sort=newest", javascript=javascript, **look)
    card = page.locator(f"[data-ew-row='{sent}']")
    expect(card.get_by_text(FORMER)).to_be_hidden()
    card.get_by_text("1 bản trước khi sửa").click()
    expect(card.get_by_text(FORMER)).to_be_visible()
    if javascript:  # axe itself needs it
        look_closely(card)
    card.get_by_role("button", name=MASK).click()
    expect(card.get_by_text("Cần sách cũ thì gọi 09•• ••• •12")).to_be_visible()
    assert texts(newspaper, sent) == ["Cần sách cũ thì gọi 09•• ••• •12", "Ai cần thì gọi 09•• ••• •12 gặp Hoa"]
    expect(card.get_by_role("button", name=MASK)).to_have_count(0)
    if javascript:
        look_closely(card)
    page.get_by_role("button", name="Hoàn tác").first.click()
    expect(card.get_by_text(PRESENT, exact=True)).to_be_visible()
    assert texts(newspaper, sent) == [PRESENT, FORMER]
