"""Writing, changing and taking back in a real browser: by keyboard alone, with scripts and without, in vi and en."""

import re
from typing import Any, Final
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import LOOKS, Newspaper, OpenPage, assert_clean, started
from comment_factory import move
from commenting import BOTH_WAYS, EN, VI, Words, form_of, open_article, reach, send_button, type_comment
from engagement_widgets.comments.service import Status, queue_counts
from engagement_widgets.testing import KNOWN_CODE

pytestmark = pytest.mark.browser


def write(page: Page, name: str, body: str) -> Locator:
    """Write a comment and return it as it waits."""
    form_of(page).get_by_label(VI.name).fill(name)
    form_of(page).get_by_label(VI.body).fill(body)
    page.get_by_role("textbox", name=VI.code).fill(KNOWN_CODE)
    send_button(page).click()
    waiting = page.locator("article.ew-comment--wait", has_text=name)
    expect(waiting).to_be_visible()
    return waiting


@BOTH_WAYS
@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
def test_change_and_take_back_by_keyboard(open_page: OpenPage, words: Words, *, javascript: bool) -> None:
    """Write, change with a wrong text and a right one, take back; focus and status follow; a code opens it."""
    name = f"Bạn đọc {words.edit} {javascript}"
    page = open_article(open_page, words, javascript=javascript)
    type_comment(page, words, name, f"Câu đầu tiên của {name}", javascript=javascript)
    comment = page.locator("article.ew-comment--wait", has_text=name)
    if javascript:
        page.reload()
        started(page, "comments")
        expect(comment).to_be_visible()
    reach(page, comment.get_by_role("link", name=words.edit))
    page.keyboard.press("Enter")
    field = page.locator("form[data-ew-form=comment-edit]").get_by_label(words.body, exact=True)
    expect(field).to_have_value(f"Câu đầu tiên của {name}")
    if javascript:
        expect(field).to_be_focused()
    reach(page, field)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("x")
    save(page, words)
    summary = page.locator("form[data-ew-form=comment-edit] [data-ew-summary]")
    expect(summary).to_be_visible()
    if javascript:
        expect(summary).to_be_focused()
    else:
        assert page.title().startswith(("Lỗi: ", "Error: "))
    reach(page, field)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(f"Câu đã sửa của {name}")
    save(page, words)
    expect(page.get_by_text(words.saved).first).to_be_visible()
    expect(comment).to_contain_text(f"Câu đã sửa của {name}")
    if javascript:
        expect(comment.locator(".ew-author")).to_be_focused()
        reach(page, comment.locator("a[href*='/receipts/']"))
        page.keyboard.press("Enter")
    code = page.locator(".ew-code").inner_text()
    open_elsewhere(open_page, words, code, name, javascript=javascript)
    if javascript:
        page.go_back()
        started(page, "comments")
    reach(page, comment.get_by_role("link", name=words.withdraw))
    page.keyboard.press("Enter")
    reach(page, page.locator("form[data-ew-form=comment-withdraw]").get_by_role("button", name=words.withdraw))
    page.keyboard.press("Enter")
    expect(page.get_by_text(words.withdrawn).first).to_be_visible()
    if javascript:
        expect(comment).to_have_count(0)


def save(page: Page, words: Words) -> None:
    """Press the edit form's button by keyboard."""
    reach(page, page.locator("form[data-ew-form=comment-edit]").get_by_role("button", name=words.save))
    page.keyboard.press("Enter")


def open_elsewhere(open_page: OpenPage, words: Words, code: str, name: str, *, javascript: bool) -> None:
    """On another device: from the article to the form of the code, a wrong one first."""
    device = open_article(open_page, words, javascript=javascript)
    reach(device, form_of(device).locator("a[href*='/receipts']"))
    device.keyboard.press("Enter")
    for typed in ("K7RM-2CXF-94TN", code.lower()):
        field = device.get_by_label(words.receipt_code)
        reach(device, field)
        device.keyboard.press("Control+A")
        device.keyboard.type(typed)
        reach(device, device.get_by_role("button", name=words.open_receipt))
        device.keyboard.press("Enter")
        if typed != code.lower():
            expect(device.get_by_label(words.receipt_code)).to_have_attribute("aria-invalid", "true")
            expect(device.get_by_label(words.receipt_code)).to_have_value(typed)
    expect(device.locator("article.ew-comment", has_text=name)).to_be_visible()
    expect(device.get_by_role("link", name=words.withdraw)).to_be_visible()


def test_esc_closes_the_form_and_gives_the_focus_back(open_page: OpenPage) -> None:
    """From the edit form as from the question; a second comment that is sent meanwhile wipes nothing typed in it."""
    page = open_article(open_page)
    comment = write(page, "Đinh Thị Hẹ", "Câu để mở rồi đóng")
    for deed in (VI.edit, VI.withdraw):
        link = comment.get_by_role("link", name=deed)
        link.press("Enter")
        form = page.locator("[data-ew-open]")
        expect(form).to_be_visible()
        page.keyboard.press("Escape")
        expect(form).to_have_count(0)
        expect(comment.get_by_role("link", name=deed)).to_be_focused()
    comment.get_by_role("link", name=VI.edit).click()
    field = page.locator("[data-ew-open] textarea")
    field.fill("Đang sửa dở câu này")
    form_of(page).get_by_label(VI.body).fill("Một câu khác gửi trong lúc đó")
    form_of(page).get_by_role("textbox", name=VI.code).fill(KNOWN_CODE)
    send_button(page).click()
    expect(form_of(page).get_by_text(VI.sent)).to_be_visible()
    expect(field).to_have_value("Đang sửa dở câu này")
    page.locator("[data-ew-open]").get_by_role("button", name="Hủy").click()
    expect(page.locator("article.ew-comment--wait", has_text="Một câu khác gửi trong lúc đó")).to_be_visible()


def test_a_public_comment_is_changed_where_everybody_reads_it(open_page: OpenPage, newspaper: Newspaper) -> None:
    """Its tools stand in the public comment for its author alone; saved, it waits again, and the page says so."""
    page = open_article(open_page)
    address = write(page, "Trương Thị Mận", "Câu đã lên báo").locator("a[href*='/receipts/']").get_attribute("href")
    move(newspaper.storage, UUID((address or "").rpartition("/")[2]), Status.APPROVED)
    stranger = open_article(open_page)
    page.reload()
    started(page, "comments")
    public = "[data-ew-fragment] article.ew-comment"
    comment = page.locator(public, has_text="Câu đã lên báo")
    expect(comment.get_by_role("link", name=VI.edit)).to_be_visible()
    expect(comment.get_by_role("link", name="Trả lời")).to_be_visible()
    expect(stranger.locator(public, has_text="Câu đã lên báo")).to_be_visible()
    expect(stranger.locator("[data-ew-own]")).to_have_count(0)
    comment.get_by_role("link", name=VI.edit).press("Enter")
    page.locator("[data-ew-open] textarea").fill("Câu chờ duyệt lại")
    page.locator("[data-ew-open]").get_by_role("button", name=VI.save).press("Enter")
    waiting = page.locator("article.ew-comment--wait", has_text="Câu chờ duyệt lại")
    expect(waiting.locator(".ew-author")).to_be_focused()
    expect(comment).to_have_count(0)
    expect(form_of(page).get_by_text(VI.saved)).to_be_visible()
    stranger.reload()
    started(stranger, "comments")
    expect(stranger.get_by_text("Trương Thị Mận")).to_have_count(0)


def test_a_change_meanwhile_keeps_what_was_typed(open_page: OpenPage) -> None:
    """Two tabs: the later one is told, sees what stands now beside its own text, and can save."""
    page = open_article(open_page)
    comment = write(page, "Cao Văn Lầu", "Câu của hai thẻ")
    comment.get_by_role("link", name=VI.edit).click()
    page.locator("[data-ew-open] textarea").fill("Chữ của thẻ thứ nhất")
    tab = page.context.new_page()
    tab.goto(comment.locator("a[href*='/edit']").get_attribute("href") or "")
    tab.get_by_label(VI.body).fill("Chữ của thẻ thứ hai")
    tab.get_by_role("button", name=VI.save).click()
    expect(tab.get_by_text(VI.saved)).to_be_visible()
    form = page.locator("[data-ew-open]")
    form.get_by_role("button", name=VI.save).click()
    expect(form.get_by_text("Bình luận đã thay đổi từ khi mở phần sửa này.")).to_be_visible()
    expect(form).to_contain_text("Chữ của thẻ thứ hai")
    expect(form.locator("textarea")).to_have_value("Chữ của thẻ thứ nhất")
    form.get_by_role("button", name=VI.save).click()
    expect(comment).to_contain_text("Chữ của thẻ thứ nhất")


def test_offline_at_sending_keeps_everything_and_says_so(open_page: OpenPage, newspaper: Newspaper) -> None:
    """A comment and a change: the sentence, all text, a button to try again that works once the line is back."""
    page = open_article(open_page)
    form = form_of(page)
    form.get_by_label(VI.name).fill("Võ Thị Sáo")
    form.get_by_label(VI.body).fill("Viết lúc mất mạng")
    form.get_by_role("textbox", name=VI.code).fill(KNOWN_CODE)
    before = newspaper.storage.read_sync(queue_counts, None)[Status.PENDING]
    page.context.set_offline(True)
    send_button(page).click()
    lost = "Chưa gửi được vì mất kết nối. Nội dung vẫn được giữ, vui lòng thử lại."
    expect(form.get_by_role("status").get_by_text(lost)).to_be_visible()
    expect(form.get_by_label(VI.name)).to_have_value("Võ Thị Sáo")
    expect(form.get_by_label(VI.body)).to_have_value("Viết lúc mất mạng")
    assert newspaper.storage.read_sync(queue_counts, None)[Status.PENDING] == before
    page.context.set_offline(False)
    form.get_by_role("button", name="Thử lại").click()
    comment = page.locator("article.ew-comment--wait", has_text="Viết lúc mất mạng")
    expect(comment).to_be_visible()
    assert newspaper.storage.read_sync(queue_counts, None)[Status.PENDING] == before + 1
    comment.get_by_role("link", name=VI.edit).click()
    changed = page.locator("[data-ew-open]")
    changed.locator("textarea").fill("Sửa lúc mất mạng")
    page.context.set_offline(True)
    changed.get_by_role("button", name=VI.save).click()
    expect(changed.get_by_text(lost)).to_be_visible()
    expect(changed.locator("textarea")).to_have_value("Sửa lúc mất mạng")
    page.context.set_offline(False)
    changed.get_by_role("button", name="Thử lại").click()
    expect(page.locator("article.ew-comment--wait", has_text="Sửa lúc mất mạng")).to_be_visible()


def test_a_draft_comes_back_and_can_be_discarded(open_page: OpenPage) -> None:
    """Restored with a visible notice, discarded with the focus in the empty field, dropped after seven days."""
    page = open_article(open_page)
    kept = "() => Object.keys(localStorage).filter(key => key.startsWith('ew-draft:')).length"

    def write_and_reload() -> None:
        form_of(page).get_by_label(VI.name).fill("Hồ Thị Nụ")
        form_of(page).get_by_label(VI.body).fill("Nửa câu viết dở")
        page.wait_for_function("() => Object.keys(localStorage).some(key => key.startsWith('ew-draft:'))")
        page.reload()
        started(page, "comments")

    write_and_reload()
    form = form_of(page)
    expect(form.get_by_label(VI.body)).to_have_value("Nửa câu viết dở")
    expect(form.get_by_label(VI.name)).to_have_value("Hồ Thị Nụ")
    expect(form.get_by_text(re.compile(r"Đã khôi phục bản nháp lưu lúc \d\d:\d\d trên máy này\."))).to_be_visible()
    form.get_by_role("button", name="Xóa bản nháp").press("Enter")
    expect(form.get_by_label(VI.body)).to_have_value("")
    expect(form.get_by_label(VI.body)).to_be_focused()
    assert page.evaluate(kept) == 0
    write_and_reload()
    page.evaluate(
        """() => {
          const key = Object.keys(localStorage).find(name => name.startsWith("ew-draft:"));
          const draft = JSON.parse(localStorage.getItem(key));
          localStorage.setItem(key, JSON.stringify({...draft, at: draft.at - 7 * 24 * 3600 * 1000}));
        }"""
    )
    page.reload()
    started(page, "comments")
    expect(form.get_by_label(VI.body)).to_have_value("")
    assert page.evaluate(kept) == 0


def test_the_counter_is_seen_at_once_and_heard_after_a_pause(open_page: OpenPage) -> None:
    """The figure is hidden from ears, a sentence follows; too long is told and never cut."""
    page = open_article(open_page)
    form = form_of(page)
    field = form.get_by_label(VI.body)
    assert field.get_attribute("maxlength") is None
    figure = form.locator("[data-ew-counted]")
    spoken = form.locator(".ew-foot > .ew-vh[role=status]")
    field.fill("ễ👨‍👩‍👧‍👦e\u0301")
    expect(figure).to_have_text("3 / 3.000")
    expect(figure).to_have_attribute("aria-hidden", "true")
    assert spoken.inner_text() == ""
    expect(spoken).to_have_text("Đã viết 3 trên 3.000 ký tự.", timeout=2500)
    field.fill("x" * 3001)
    expect(figure).to_have_text("3.001 / 3.000")
    form.get_by_label(VI.name).fill("Lý Thị Dài")
    form.get_by_role("textbox", name=VI.code).fill(KNOWN_CODE)
    send_button(page).click()
    summary = page.locator("form[data-ew-form=comment] [data-ew-summary]")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_text("Bình luận chỉ được dài tối đa 3000 ký tự. Vui lòng rút ngắn.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(form_of(page).get_by_label(VI.body)).to_be_focused()
    expect(form_of(page).get_by_label(VI.body)).to_have_value("x" * 3001)
    expect(form_of(page).get_by_label(VI.body)).to_have_attribute("aria-invalid", "true")


# What a Telex keyboard sends for "tiếng Việt" without composition events: keys, Backspaces, whole new letters.
TELEX: Final = (
    *("t", "i", "e", "\b", "ê", "n", "g", "\b\b\b", "ếng", " "),
    *("V", "i", "e", "\b", "ê", "t", "\b\b", "ệt"),
)


def type_as_telex(page: Page) -> None:
    """Send those events to the focused field."""
    for step in TELEX:
        for _ in range(step.count("\b")):
            page.keyboard.press("Backspace")
        if text := step.replace("\b", ""):
            page.keyboard.insert_text(text)


def test_a_vietnamese_keyboard_is_never_misread(open_page: OpenPage) -> None:
    """Backspace and a new letter in place of composition: text, counter and form are as typed, nothing closes."""
    page = open_page("/bai/cong-ngan-man-vam-trang")
    started(page, "comments")
    page.locator("article.ew-comment a[data-ew-do=reply]").first.click()
    reply = page.locator("form.ew-form", has=page.locator('input[name="parent"]'))
    reply.get_by_label(VI.body).focus()
    type_as_telex(page)
    expect(reply.get_by_label(VI.body)).to_have_value("tiếng Việt")
    expect(reply.locator("[data-ew-counted]")).to_have_text("10 / 3.000")
    reply.get_by_role("button", name="Hủy").click()
    form = form_of(page)
    for label in (VI.name, VI.body):
        form.get_by_label(label).focus()
        type_as_telex(page)
    expect(form.get_by_label(VI.body)).to_have_value("tiếng Việt")
    expect(form.locator("[data-ew-counted]")).to_have_text("10 / 3.000")
    form.get_by_role("textbox", name=VI.code).fill(KNOWN_CODE)
    send_button(page).click()
    comment = page.locator("article.ew-comment--wait", has_text="tiếng Việt").first
    expect(comment.locator(".ew-body")).to_have_text("tiếng Việt")
    comment.get_by_role("link", name=VI.edit).click()
    field = page.locator("[data-ew-open] textarea")
    field.fill("")
    field.focus()
    type_as_telex(page)
    expect(field).to_have_value("tiếng Việt")
    expect(page.locator("[data-ew-open] [data-ew-counted]")).to_have_text("10 / 3.000")


def test_traces_are_removed_from_this_device(open_page: OpenPage) -> None:
    """Draft, both cookies, what we keep locally and what stands on the screen; the receipt then needs its code."""
    page = open_article(open_page)
    comment = write(page, "Mạc Thị Bưởi", "Câu trên máy dùng chung")
    address = comment.locator("a[href*='/receipts/']").get_attribute("href") or ""
    form_of(page).get_by_label(VI.body).fill("Nháp trên máy dùng chung")
    page.wait_for_function("() => Object.keys(localStorage).some(key => key.startsWith('ew-draft:'))")
    form_of(page).get_by_role("button", name="Xóa dấu vết trên máy này").press("Enter")
    expect(form_of(page).get_by_text("Đã xóa dấu vết trên máy này")).to_be_visible()
    expect(comment).to_have_count(0)
    expect(form_of(page).get_by_label(VI.body)).to_have_value("")
    assert page.evaluate("() => Object.keys(localStorage).filter(key => key.startsWith('ew-'))") == []
    assert page.context.cookies() == []
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("look", LOOKS)
def test_new_states_are_accessible(open_page: OpenPage, look: dict[str, Any]) -> None:
    """Forms in place and as pages, with errors, the question, receipts, the form of a code and its error."""
    page = open_article(open_page, **look)
    comment = write(page, "Bùi Thị Nhạn", f"Câu để nhìn {sorted(map(str, look.values()))}")
    comment.get_by_role("link", name=VI.edit).click()
    form = page.locator("[data-ew-open]")
    expect(form).to_be_visible()
    assert_clean(page)
    form.locator("textarea").fill("x")
    form.get_by_role("button", name=VI.save).click()
    expect(form.locator("[data-ew-summary]")).to_be_visible()
    assert_clean(page)
    comment.get_by_role("link", name=VI.withdraw).click()
    expect(page.locator("form[data-ew-form=comment-withdraw]")).to_be_visible()
    assert_clean(page)
    receipt = comment.locator("a[href*='/receipts/']").get_attribute("href") or ""
    edit = comment.locator("a[href*='/edit']").get_attribute("href") or ""
    for address in (receipt, edit, edit.replace("/edit", "/withdraw"), "/engagement/receipts"):
        page.goto(address)
        assert_clean(page)
    page.get_by_label(VI.receipt_code).fill("K7RM")
    page.get_by_role("button", name=VI.open_receipt).click()
    expect(page.get_by_label(VI.receipt_code)).to_have_attribute("aria-invalid", "true")
    assert_clean(page)
    page.goto(edit.replace("/edit", "/withdraw"))
    page.get_by_role("button", name=VI.withdraw).click()
    expect(page.get_by_text(VI.withdrawn)).to_be_visible()
    assert_clean(page)
