"""Replies under replies, what is pinned, and the newest of the site, as people see them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from examples.demo.news import load_news
from playwright.sync_api import Locator, Page, expect

from browsing import LOOKS, Newspaper, OpenPage, assert_clean, started
from comment_factory import move, submission
from engagement_widgets.comments.rules.ruleset import load_rules
from engagement_widgets.comments.service import Status, submit_comment
from engagement_widgets.hooks import Moderation
from engagement_widgets.pages.reference import page_id
from engagement_widgets.testing import KNOWN_CODE

pytestmark = pytest.mark.browser
ARTICLE = "/bai/xe-sach-ba-banh"
PINNED = "/bai/den-giay-dem-ram"
PHONE = pytest.param({"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}, id="phone-dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A thread by its ids: each answers the one before, and the second is gone."""

    root: UUID
    replies: tuple[UUID, ...]


@pytest.fixture(scope="module")
def talk(newspaper: Newspaper) -> Talk:
    """Five replies deep under a new comment."""
    article = load_news(datetime.now(UTC)).article(ARTICLE.rpartition("/")[2])
    assert article is not None

    rules = newspaper.storage.read_sync(load_rules, None)

    def send(name: str, parent: UUID | None) -> UUID:
        words = f"Lời của {name}, người ở xóm biển, kể cho rõ đầu đuôi một chuyến xe sách."
        given = {"name": name, "body": words, "parent": parent, "moderation": Moderation.POST, "rules": rules}
        sent = submission(page=article.page, **given)
        sent = replace(sent, page_id=page_id("vinh-sao", article.page.key))
        return newspaper.storage.write_sync(submit_comment, sent).comment_id

    ids: list[UUID] = []
    for name in ("Gốc", "Hải", "Sáu", "Tư", "Năm", "Út"):
        ids.append(send(name, ids[-1] if ids else None))
    move(newspaper.storage, ids[2], Status.REJECTED)
    return Talk(root=ids[0], replies=tuple(ids[1:]))


def item(page: Page, comment: UUID) -> Locator:
    """The list's entry of a reply."""
    return page.locator(".ew-replies > li", has=page.locator(f"[id='c-{comment}']"))


def left(page: Page, comment: UUID) -> float:
    """Where a comment begins."""
    box = page.locator(f"[id='c-{comment}']").bounding_box()
    assert box is not None
    return box["x"]


@pytest.mark.parametrize("look", [PHONE, *LOOKS])
def test_a_deep_thread_is_clean_and_indented_to_the_third_level(
    open_page: OpenPage, talk: Talk, look: dict[str, object]
) -> None:
    """Each level further in, the deeper ones level with the third, the gone one a line; nothing scrolls sideways."""
    page = open_page(ARTICLE, **look)
    page.locator(f"[id='c-{talk.root}']").scroll_into_view_if_needed()
    edges = [left(page, one) for one in (talk.root, *talk.replies)]
    assert edges[0] < edges[1] < edges[2] < edges[3] == edges[4] == edges[5]
    expect(page.locator(f"[id='c-{talk.replies[1]}']")).to_have_text("Bình luận này không còn hiển thị")
    flat = page.locator(f"[id='c-{talk.replies[4]}']")
    expect(flat.get_by_role("link", name="trả lời Năm")).to_be_visible()
    nested = page.locator(f"[id='c-{talk.replies[3]}'] .ew-to")
    expect(nested).to_have_count(1)  # level with what it answers: deeper is not indented
    assert_clean(page)
    page.goto(PINNED)
    expect(page.locator("#ew-comments .ew-thread > li").first).to_contain_text("Được ghim")
    assert_clean(page)
    page.goto("/")
    expect(page.get_by_role("heading", name="Bình luận mới")).to_be_visible()
    expect(page.locator(".ew-recent > li")).to_have_count(6)
    assert_clean(page)


@pytest.mark.parametrize("answered", ["a nested one", "a flat one"])
def test_ones_own_reply_waits_where_it_will_stand(open_page: OpenPage, talk: Talk, answered: str) -> None:
    """After everything that stands under what it answers, as deep as it will be, and there after a reload."""
    parent, before = (talk.replies[0], talk.replies[4]) if answered == "a nested one" else (talk.replies[4],) * 2
    page = open_page(ARTICLE)
    started(page, "comments")
    page.locator(f"[id='c-{parent}'] [data-ew-do=reply]").click()
    form = page.locator("form[data-ew-form=comment]", has=page.get_by_role("button", name="Hủy"))
    form.get_by_label("Tên hiển thị").fill("Bé Na")
    form.get_by_label("Nội dung bình luận").fill(f"Em cũng thấy vậy, {answered}.")
    form.get_by_role("textbox", name="Mã xác thực").fill(KNOWN_CODE)
    form.locator(".ew-send").get_by_role("button", name="Gửi bình luận").click()
    waits = page.locator(".ew-replies > li", has=page.locator(".ew-comment--wait"))
    for _ in range(2):
        expect(waits).to_have_attribute("data-ew-depth", "2" if answered == "a nested one" else "3")
        expect(item(page, before).locator("xpath=following-sibling::li[1]")).to_contain_text("Em cũng thấy vậy")
        assert_clean(page)
        page.reload()
        started(page, "comments")


def test_without_javascript_whom_it_answers_is_a_way_there(open_page: OpenPage, talk: Talk) -> None:
    """Each "trả lời X" leads to the page that holds X; so do the newest comments on the front page."""
    page = open_page(ARTICLE, javascript=False)
    page.locator(f"[id='c-{talk.replies[4]}']").get_by_role("link", name="trả lời Năm").click()
    assert page.url.endswith(f"#c-{talk.replies[3]}")
    expect(page.locator(f"[id='c-{talk.replies[3]}']")).to_be_visible()
    page.goto("/")
    first = page.locator(".ew-recent > li").first.locator(".ew-recent__words a")
    words = first.inner_text()
    first.click()
    expect(page.locator(f"[id='{page.url.rpartition('#')[2]}'] .ew-body")).to_contain_text(words[:40])


def test_a_pinned_comment_is_first_in_every_order(open_page: OpenPage) -> None:
    """Also after the order is changed in place; it stands nowhere else."""
    page = open_page(PINNED)
    started(page, "comments")
    first = page.locator("#ew-comments .ew-thread > li").first
    expect(first).to_contain_text("Được ghim")
    pinned = first.locator("article").first.get_attribute("id")
    page.get_by_role("link", name="Cũ nhất").click()
    expect(page.get_by_role("link", name="Cũ nhất")).to_have_attribute("aria-current", "true")
    expect(first.locator("article").first).to_have_attribute("id", pinned or "")
    expect(page.locator(f"[id='{pinned}']")).to_have_count(1)
