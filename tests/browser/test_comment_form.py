"""The comment's form and the list below it, sentence by sentence, as readers with and without JavaScript meet it."""

import re
from typing import Final
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import Newspaper, OpenPage, started
from comment_factory import move
from commenting import BOTH_WAYS, EN, VI, Words, form_of, open_article, reach, send_button, type_comment
from engagement_widgets.comments.service import Status, queue_counts
from engagement_widgets.testing import KNOWN_CODE

pytestmark = pytest.mark.browser
LONG: Final = "/bai/pha-con-lau-chay-dem"
BADGES: Final = {
    VI.article: "Đang chờ duyệt – chưa hiển thị công khai",
    EN.article: "Waiting for review – not public yet",
}
NOTICES: Final = {VI.article: "Tên và nội dung sẽ công khai.", EN.article: "Name and comment will be public."}


def waiting(newspaper: Newspaper) -> int:
    """How many comments wait for a moderator."""
    return newspaper.storage.read_sync(queue_counts, None)[Status.PENDING]


def fill(page: Page, name: str, body: str) -> None:
    """Write without sending."""
    form_of(page).get_by_label(VI.name).fill(name)
    form_of(page).get_by_label(VI.body).fill(body)


def second_step(page: Page, name: str, body: str) -> None:
    """To the page with the code, where there is no script."""
    fill(page, name, body)
    send_button(page).click()
    page.get_by_role("textbox", name=VI.code).fill(KNOWN_CODE)


def roots(page: Page) -> Locator:
    """The threads of the list."""
    return page.locator("#ew-comments [data-ew-fragment] > .ew-thread > li")


@BOTH_WAYS
@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
def test_the_fields_come_in_their_order_by_keyboard(open_page: OpenPage, words: Words, *, javascript: bool) -> None:
    """Name, e-mail, text, what is done with them, the button; no code before the form is touched."""
    page = open_article(open_page, words, javascript=javascript)
    form = form_of(page)
    expect(page.locator("[data-ew-captcha]")).to_have_count(0)
    expect(form.locator(".ew-send")).to_contain_text(NOTICES[words.article])
    reach(page, form.get_by_label(words.name))
    page.keyboard.press("Tab")
    expect(form.locator("input[type=email]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(form.get_by_label(words.body, exact=True)).to_be_focused()
    if javascript:
        expect(page.get_by_role("textbox", name=words.code)).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.locator("[data-ew-captcha] :focus")).to_have_count(1)
    reach(page, send_button(page, words))


@BOTH_WAYS
@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
def test_sent_by_keyboard_it_waits_and_a_reason_comes_back(
    open_page: OpenPage, newspaper: Newspaper, words: Words, *, javascript: bool
) -> None:
    """Badge, focus on its heading, there after a reload; rejected with a reason, the receipt tells that reason."""
    name = f"Lưu Thị Mơ {words.edit} {javascript}"
    page = open_article(open_page, words, javascript=javascript)
    type_comment(page, words, name, f"Chuyện kể của {name} ở bến cũ.", javascript=javascript)
    comment = page.locator("article.ew-comment--wait", has_text=name)
    expect(comment).to_contain_text(BADGES[words.article])
    receipt = page.url
    if javascript:
        expect(comment.locator(".ew-author")).to_be_focused()
        expect(form_of(page).get_by_label(words.body, exact=True)).to_have_value("")
        receipt = comment.locator("a[href*='/receipts/']").get_attribute("href") or ""
    page.reload()
    if javascript:
        started(page, "comments")
    expect(comment).to_be_visible()
    move(newspaper.storage, UUID(receipt.rpartition("/")[2]), Status.REJECTED, note="Chuyện riêng của người khác.")
    page.goto(receipt)
    expect(page.locator("[data-ew-receipt]")).to_contain_text("Chuyện riêng của người khác.")


@BOTH_WAYS
def test_each_wrong_field_is_told_at_the_field(open_page: OpenPage, *, javascript: bool) -> None:
    """Marked as wrong, described by its own message, reached from the summary; what was right stays."""
    page = open_article(open_page, javascript=javascript)
    form = form_of(page)
    fill(page, "Tạ Thị Lựu", "x")
    form.locator("input[type=email]").fill("lựu ở nhà")
    form.evaluate("form => { form.noValidate = true; }")  # the browser would stop it before the server says a word
    if javascript:
        page.get_by_role("textbox", name=VI.code).fill(KNOWN_CODE)
    send_button(page).click()
    summary = page.locator("form[data-ew-form=comment] [data-ew-summary]")
    expect(summary.get_by_role("link")).to_have_count(2)
    for field in (form_of(page).locator("input[type=email]"), form_of(page).get_by_label(VI.body)):
        expect(field).to_have_attribute("aria-invalid", "true")
        described = (field.get_attribute("aria-describedby") or "").split()
        told = [page.locator(f"[id='{one}'].ew-error") for one in described]
        assert sum(message.count() for message in told) == 1
    summary.get_by_role("link").first.click()
    expect(form_of(page).locator("input[type=email]")).to_be_focused()
    expect(form_of(page).get_by_label(VI.name)).to_have_value("Tạ Thị Lựu")
    expect(form_of(page).get_by_label(VI.name)).not_to_have_attribute("aria-invalid", "true")


def test_a_double_click_makes_one_comment(open_page: OpenPage, newspaper: Newspaper) -> None:
    """With the script and, on the second step, without."""
    before = waiting(newspaper)
    page = open_article(open_page)
    fill(page, "Phó Thị Bấm", "Bấm hai lần liền cho chắc.")
    page.get_by_role("textbox", name=VI.code).fill(KNOWN_CODE)
    send_button(page).dblclick()
    expect(page.locator("article.ew-comment--wait", has_text="Bấm hai lần liền cho chắc.")).to_have_count(1)
    assert waiting(newspaper) == before + 1
    plain = open_article(open_page, javascript=False)
    second_step(plain, "Phó Văn Bấm", "Cũng bấm hai lần mà không có kịch bản.")
    send_button(plain).dblclick()
    expect(plain.get_by_text(VI.sent).first).to_be_visible()
    assert waiting(newspaper) == before + 2


def test_the_back_button_makes_no_second_comment(open_page: OpenPage, newspaper: Newspaper) -> None:
    """Back from the receipt to the article and sent again: the same receipt."""
    before = waiting(newspaper)
    page = open_article(open_page, javascript=False)
    second_step(page, "Lùi Thị Lại", "Gửi xong rồi quay lại gửi nữa.")
    send_button(page).click()
    expect(page.get_by_text(VI.sent).first).to_be_visible()
    receipt = page.url
    page.evaluate("history.go(-2)")  # over the second step, which no browser keeps
    expect(page).to_have_url(re.compile(f"{VI.article}$"))
    second_step(page, "Lùi Thị Lại", "Gửi xong rồi quay lại gửi nữa.")
    send_button(page).click()
    expect(page).to_have_url(receipt)
    assert waiting(newspaper) == before + 1


@BOTH_WAYS
def test_two_tabs_make_one_comment(open_page: OpenPage, newspaper: Newspaper, *, javascript: bool) -> None:
    """The same text sent from both, each with a code of its own: the second is shown the first."""
    before = waiting(newspaper)
    first = open_article(open_page, javascript=javascript)
    second = first.context.new_page()
    second.goto(VI.article)
    body = f"Mở hai thẻ, gửi cả hai. {javascript}"
    for page in (first, second):
        if javascript:
            started(page, "comments")
            fill(page, "Song Thị Thẻ", body)
            page.get_by_role("textbox", name=VI.code).fill(KNOWN_CODE)
        else:
            second_step(page, "Song Thị Thẻ", body)
    for page in (first, second):
        send_button(page).click()
        expect(page.get_by_text(VI.sent).first).to_be_visible()
        expect(page.locator("article.ew-comment--wait", has_text=body)).to_have_count(1)
    assert waiting(newspaper) == before + 1


def test_a_draft_outlives_a_refusal_and_goes_with_the_sending(open_page: OpenPage) -> None:
    """An answer of 422 leaves it on this machine; only the comment that was taken clears it."""
    page = open_article(open_page)
    kept = "() => Object.keys(localStorage).filter(key => key.startsWith('ew-draft:')).length"
    fill(page, "Nháp Thị Bền", "Câu chưa gửi được vì sai mã.")
    page.wait_for_function(kept)
    page.get_by_role("textbox", name=VI.code).fill("999999")
    send_button(page).click()
    expect(page.get_by_role("textbox", name=VI.code)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("textbox", name=VI.code)).to_be_focused()
    assert page.evaluate(kept) == 1
    page.get_by_role("textbox", name=VI.code).fill(KNOWN_CODE)
    send_button(page).click()
    expect(page.locator("article.ew-comment--wait", has_text="Câu chưa gửi được vì sai mã.")).to_be_visible()
    assert page.evaluate(kept) == 0


@pytest.mark.parametrize(("article", "reply"), [(LONG, "Trả lời"), (EN.article, "Reply")], ids=["vi", "en"])
def test_esc_cancels_a_reply_and_gives_the_focus_back(open_page: OpenPage, article: str, reply: str) -> None:
    """It opens after its comment with the focus in it; opened again, what was typed is there."""
    page = open_page(article)
    started(page, "comments")
    comment = roots(page).first.locator("article").first
    link = comment.get_by_role("link", name=reply)
    link.press("Enter")
    form = comment.locator("xpath=following-sibling::form")
    expect(form.locator("input[name=name]")).to_be_focused()
    form.locator("textarea").fill("Đang viết dở")
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    expect(link).to_be_focused()
    link.press("Enter")
    expect(form.locator("textarea")).to_have_value("Đang viết dở")


def test_more_comments_follow_with_the_focus_on_the_first_of_them(open_page: OpenPage) -> None:
    """By keyboard; the ones before stay, and nothing is there twice."""
    page = open_page(LONG)
    started(page, "comments")
    before = roots(page).count()
    more = page.get_by_role("link", name="Xem thêm bình luận")
    more.press("Enter")
    expect(roots(page).nth(before).locator(".ew-author").first).to_be_focused()
    ids = page.locator("#ew-comments article[id]").evaluate_all("all => all.map(one => one.id)")
    assert roots(page).count() > before
    assert len(ids) == len(set(ids))


@BOTH_WAYS
def test_the_three_orders(open_page: OpenPage, *, javascript: bool) -> None:
    """Newest first as it comes, then the oldest, then by what readers think; the chosen one is marked."""
    page = open_page(LONG, javascript=javascript)
    if javascript:
        started(page, "comments")
    times = page.locator(".ew-thread > li > article .ew-when:first-of-type time")
    seen = []
    for name in ("Mới nhất", "Cũ nhất", "Quan tâm nhất"):
        tab = page.get_by_role("link", name=name, exact=True)
        tab.press("Enter")
        expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute("aria-current", "true")
        seen.append(times.evaluate_all("all => all.map(one => one.dateTime)"))
        if javascript:
            expect(page.get_by_role("link", name=name, exact=True)).to_be_focused()
            assert page.url.endswith(LONG)
    newest, oldest, liked = seen
    assert newest == sorted(newest, reverse=True)
    assert oldest == sorted(oldest)
    assert oldest[0] < newest[-1]
    assert liked not in (newest, oldest)


@BOTH_WAYS
def test_a_permalink_opens_the_page_of_a_long_discussion(open_page: OpenPage, *, javascript: bool) -> None:
    """From another page of the list: the comment is there, marked, in sight, and in its place among the others."""
    page = open_page(LONG, javascript=False)
    page.get_by_role("link", name="Cũ nhất").click()
    identity = page.locator("article.ew-comment").nth(3).get_attribute("id") or ""
    reader = open_page("/", javascript=javascript)
    reader.goto(f"/engagement/c/{identity.removeprefix('c-')}")
    comment = reader.locator(f"[id='{identity}']")
    expect(comment).to_be_in_viewport()
    assert reader.url.endswith(f"#{identity}")
    painted = "one => getComputedStyle(one).boxShadow"
    assert comment.evaluate(painted) != "none"
    assert reader.locator("article.ew-comment").count() > 1
    if javascript:
        reader.goto(f"{LONG}#{identity}")
        expect(comment).to_be_in_viewport()
        expect(comment.locator(".ew-author")).to_be_focused()
        expect(comment).to_have_class(re.compile("is-target"))


def test_a_link_in_a_comment_is_whole_and_vouched_for_by_nobody(open_page: OpenPage) -> None:
    """Shown as it leads, and told to be a reader's; signs that turn the reading direction are gone."""
    page = open_article(open_page)
    address = "https://tai-lieu.example/cau-chuyen?trang=2"
    fill(page, "Liên Thị Kết", f"Xem ở {address} nhé\u202e bà con.")
    page.get_by_role("textbox", name=VI.code).fill(KNOWN_CODE)
    send_button(page).click()
    comment = page.locator("article.ew-comment--wait", has_text="Liên Thị Kết")
    link = comment.locator(".ew-body a")
    expect(link).to_have_text(address)
    expect(link).to_have_attribute("href", address)
    assert set((link.get_attribute("rel") or "").split()) == {"ugc", "nofollow", "noopener"}
    assert "\u202e" not in comment.inner_text()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_pinned_comment_keeps_its_shape(open_page: OpenPage, width: int) -> None:
    """The line that says so stands above; letter, name and text stand as in every other comment."""
    page = open_page("/bai/den-giay-dem-ram", viewport={"width": width, "height": 800})
    comments = page.locator("#ew-comments .ew-thread > li > article")
    lefts = (
        "one => ['.ew-avatar', '.ew-by', '.ew-body'].map(part => one.querySelector(part).getBoundingClientRect().left)"
    )
    pinned, other = comments.nth(0), comments.nth(1)
    expect(pinned).to_contain_text("Được ghim")
    assert pinned.evaluate(lefts) == other.evaluate(lefts)
