"""The star rating in a real browser: the keyboard, what is announced, every state, and pages that came from a cache."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from browsing import LOOKS, Newspaper, OpenPage, assert_clean, rate, started
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.pages.reference import page_id
from engagement_widgets.ratings.commands import DecideRating
from engagement_widgets.ratings.decisions import freeze, leave_out, reopen
from engagement_widgets.ratings.sets import VoteSet
from engagement_widgets.ratings.state import find_state
from newspaper import SITE
from rating_factory import Decision

pytestmark = pytest.mark.browser
NEWSPAPER = ["note"]
EMPTY = "xe-sach-ba-banh"
FEW = "vuon-tren-mai-cho-ca"
MANY = "den-giay-dem-ram"
RATING = "#ew-rating"
# What a live region says, as ears get it: each text that is put into it.
LISTEN = """() => {
  window.heard = [];
  const region = document.querySelector("#ew-rating [data-ew-outcome]");
  const hear = (node) => window.heard.push(node.textContent);
  const note = (list) => list.forEach((change) => change.addedNodes.forEach(hear));
  new MutationObserver(note).observe(region, {childList: true, characterData: true, subtree: true});
}"""


def address(slug: str) -> str:
    """Where an article is read."""
    return f"/bai/{slug}"


def decide(newspaper: Newspaper, slug: str, decision: Decision, chosen: VoteSet | None = None) -> None:
    """What an editor does meanwhile."""
    identity = page_id(SITE, f"bai/{slug}")
    state = newspaper.storage.read_sync(find_state, identity)
    assert state is not None
    editor = DeskUser(id="ha", name="Phạm Minh Hà", role=Role.EDITOR)
    command = DecideRating(
        page_id=identity, version=state.version, actor=editor, chosen=VoteSet() if chosen is None else chosen
    )
    newspaper.storage.write_sync(decision, command)


def test_the_keyboard_alone_rates(open_page: OpenPage) -> None:
    """Tab in, arrows travel and send nothing, the button sends, focus stays in the widget, one announcement."""
    page = open_page(address(MANY))
    started(page, "rating")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate(LISTEN)
    page.locator("#ew-rating summary").focus()
    page.keyboard.press("Tab")
    focused = "document.activeElement.value"
    page.keyboard.press("Space")
    assert page.evaluate(focused) == "1"
    for expected in ("2", "3", "4", "5", "4"):
        page.keyboard.press("ArrowLeft" if expected == "4" and page.evaluate(focused) == "5" else "ArrowRight")
        assert page.evaluate(focused) == expected
    assert sent == []
    assert page.evaluate("window.heard") == []
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Gửi đánh giá"
    page.keyboard.press("Enter")
    expect(page.locator("#ew-rating")).to_contain_text("Đã ghi nhận đánh giá 4 sao.")
    expect(page.get_by_role("link", name="Đổi đánh giá")).to_be_focused()
    page.wait_for_load_state("networkidle")
    heard = page.evaluate("window.heard")
    assert len(heard) == 1, heard
    assert heard[0].strip().startswith("Đã ghi nhận đánh giá 4 sao. Trung bình")
    assert len(sent) == 1


def test_a_page_whose_cookies_are_thrown_away_still_votes(open_page: OpenPage) -> None:
    """Nothing of the vote hangs on what came with the page: fetched, cookies gone, voted, twice by two readers."""
    page = open_page(address(MANY))
    started(page, "rating")
    page.context.clear_cookies()
    rate(page, 5)
    expect(page.locator("#ew-rating")).to_contain_text("Đã ghi nhận đánh giá 5 sao.")
    before = page.locator(".ew-score__line").first.inner_text()
    page.context.clear_cookies()
    page.get_by_role("link", name="Đổi đánh giá").click()
    rate(page, 3)
    expect(page.locator("#ew-rating")).to_contain_text("Đã ghi nhận đánh giá 3 sao.")
    expect(page.locator(".ew-score__line").first).not_to_have_text(before)


@pytest.mark.parametrize("look", LOOKS)
def test_every_state_is_clean(open_page: OpenPage, newspaper: Newspaper, look: dict[str, object]) -> None:
    """Empty, few, normal, voted, asked for a note, noted, changed, left out, taken back, too fast, offline, frozen."""
    page = open_page(address(EMPTY), **look)
    expect(page.locator("#ew-rating .ew-score__line")).to_have_text("Chưa có lượt đánh giá nào")
    assert_clean(page, RATING)
    page.goto(address(FEW))
    assert_clean(page, RATING)
    rating = page.locator("#ew-rating")
    started(page, "rating")
    rate(page, 2)
    expect(rating).to_contain_text("Đã ghi nhận đánh giá 2 sao.")
    assert_clean(page, RATING)
    rating.get_by_label("Điều gì chưa ổn?").fill("Bài chưa có ý kiến của bà con.")
    rating.get_by_role("button", name="Gửi tòa soạn").click()
    expect(rating).to_contain_text("Đã gửi góp ý cho tòa soạn.")
    expect(rating.get_by_label("Điều gì chưa ổn?")).to_have_value("Bài chưa có ý kiến của bà con.")
    assert_clean(page, RATING)
    rating.get_by_role("link", name="Đổi đánh giá").click()
    assert_clean(page, RATING)
    rate(page, 4)
    expect(rating).to_contain_text("Đã ghi nhận đánh giá 4 sao.")
    decide(newspaper, FEW, leave_out)
    page.reload()
    rating.scroll_into_view_if_needed()
    expect(rating).to_contain_text("Tòa soạn đã để lượt này ngoài điểm trung bình.")
    assert_clean(page, RATING)
    started(page, "rating")
    rating.get_by_role("button", name="Bỏ đánh giá").click()
    expect(rating).to_contain_text("Đã bỏ đánh giá.")
    assert_clean(page, RATING)
    page.context.set_offline(True)
    rate(page, 5)
    expect(rating).to_contain_text("Chưa gửi được vì mất kết nối.")
    assert_clean(page, RATING)
    page.context.set_offline(False)
    rating.get_by_role("button", name="Thử lại").click()
    expect(rating).to_contain_text("Đã ghi nhận đánh giá 5 sao.")
    too_fast(page)
    assert_clean(page, RATING)
    decide(newspaper, FEW, freeze)
    page.reload()
    expect(rating).to_contain_text("Bài viết đã ngừng nhận đánh giá")
    assert_clean(page, RATING)
    decide(newspaper, FEW, reopen)


def too_fast(page: Page) -> None:
    """Use the quota up from beside, then press the button: the seconds to wait stand in the same line."""
    rating = page.locator("#ew-rating")
    page.get_by_role("link", name="Đổi đánh giá").click()
    fields: dict[str, Any] = {"page": page.locator("#ew-rating input[name=page]").first.input_value()}
    for number in range(20):
        form = {**fields, "score": str(1 + number % 2)}
        page.context.request.post("/engagement/ratings", form=form, headers={"Sec-Fetch-Site": "same-origin"})
    rate(page, 3)
    expect(rating.locator("[data-ew-outcome]")).to_contain_text("Vui lòng thử lại sau")
    expect(rating.locator("input[value='3']")).to_be_checked()


def test_a_cached_article_learns_that_its_page_is_frozen(open_page: OpenPage, newspaper: Newspaper) -> None:
    """The article's bytes are older than the decision; the fragment is not, so the form goes and the sentence comes."""
    old = httpx.get(newspaper.url + address(MANY))
    assert "Gửi đánh giá" in old.text
    decide(newspaper, MANY, freeze)
    page = open_page("/")

    def cached(route: Route) -> None:
        route.fulfill(status=200, headers={"content-type": "text/html; charset=utf-8"}, body=old.text)

    page.route(f"**{address(MANY)}", cached)
    page.goto(address(MANY))
    rating = page.locator("#ew-rating")
    rating.scroll_into_view_if_needed()
    expect(rating).to_contain_text("Bài viết đã ngừng nhận đánh giá")
    expect(rating.get_by_role("button", name="Gửi đánh giá")).to_have_count(0)
    decide(newspaper, MANY, reopen)


def test_a_note_without_javascript(open_page: OpenPage) -> None:
    """The receipt of a low vote has the form; sending it says so, and an empty one takes the words away."""
    page = open_page(address(EMPTY), javascript=False)
    rate(page, 1)
    page.get_by_label("Điều gì chưa ổn?").fill("Ảnh cũ.")
    page.get_by_role("button", name="Gửi tòa soạn").click()
    expect(page.locator("[data-ew-receipt]")).to_contain_text("Đã gửi góp ý cho tòa soạn.")
    page.get_by_label("Điều gì chưa ổn?").fill("")
    page.get_by_role("button", name="Sửa góp ý").click()
    expect(page.locator("[data-ew-receipt]")).to_contain_text("Đã xóa góp ý.")
    page.get_by_role("button", name="Bỏ đánh giá").click()
    expect(page.locator("[data-ew-receipt]")).to_contain_text("Đã bỏ đánh giá.")
