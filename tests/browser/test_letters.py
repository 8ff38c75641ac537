"""From the form to the letter to the page it leads to, in a browser and over a real mail server."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from browsing import LOOKS, OpenPage, assert_clean, started
from engagement_widgets.testing import KNOWN_CODE
from letterbox import Mailbox, open_mailbox, text_of
from serving import free_port

PORT = free_port()
MAILING = {
    "ENGAGEMENT_SMTP_URL": f"smtp://127.0.0.1:{PORT}?tls=none",
    "ENGAGEMENT_MAIL_FROM": "Báo Vịnh Sao <binh-luan@bao.example>",
    "ENGAGEMENT_PUBLIC_URL": "http://127.0.0.1/engagement",
}
ARTICLE = "/bai/cong-ngan-man-vam-trang"

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("newspaper", [MAILING], indirect=True)]


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    """The mail server that the newspaper hands its letters to."""
    with open_mailbox(PORT) as opened:
        yield opened


def path_of(box: Mailbox) -> str:
    """Where the last letter leads, once it has come."""
    assert box.arrived.wait(15)
    found = re.search(r"http://127\.0\.0\.1(/engagement/letters/\S+)", text_of(box.received[-1].message))
    assert found is not None
    return found[1]


def test_an_address_is_asked_and_confirmed(open_page: OpenPage, box: Mailbox) -> None:
    """The form says that a letter comes first; it comes; its page works without JavaScript; each state is clean."""
    page = open_page(ARTICLE)
    started(page, "comments")
    form = page.locator("#ew-comments form").first
    expect(form).to_contain_text("sau khi xác nhận qua thư đầu tiên")
    form.get_by_label("Tên hiển thị").fill("Nguyễn Văn Ánh")
    form.get_by_label("Email").fill("anh@thu.example")
    form.get_by_label("Nội dung bình luận").fill("Mong cống sớm vận hành.")
    form.get_by_role("textbox", name="Mã xác thực").fill(KNOWN_CODE)
    form.locator(".ew-send").get_by_role("button", name="Gửi bình luận").click()
    expect(page.locator(".ew-comment--wait").first).to_be_visible()
    path = path_of(box)
    letter = open_page(path, javascript=False)
    letter.get_by_role("button", name="Xác nhận nhận thư").click()
    expect(letter.locator("main")).to_contain_text("Địa chỉ này nhận thư khi bình luận được duyệt")
    letter.get_by_role("button", name="Ngừng thư về bình luận này").click()
    expect(letter.locator("main")).to_contain_text("Không còn thư về bình luận này")
    letter.get_by_role("button", name="Ngừng mọi thư").click()
    expect(letter.locator("main")).to_contain_text("Không còn thư nào được gửi")
    letter.goto(path)
    letter.get_by_role("button", name="Nhận thư trở lại").click()
    expect(letter.get_by_role("button", name="Ngừng mọi thư")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_of_letters_in_its_states(open_page: OpenPage, box: Mailbox, look: dict[str, object]) -> None:
    """No barrier in any of them, light and dark, wide and narrow."""
    page = open_page(path_of(box), **look)
    for button in ("Ngừng thư về bình luận này", "Ngừng mọi thư", "Nhận thư trở lại"):
        assert_clean(page)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("button", name=button)).to_have_count(0)
    assert_clean(page)
    page.goto(f"{ARTICLE}")
    assert_clean(page)
