"""People at the desk in a real browser: two steps, links, the password again; and who wrote a comment."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from browsing import Newspaper, OpenPage, assert_clean
from comment_factory import post
from desk_factory import PASSWORD, add_account, code_of, open_token
from engagement_widgets.comments.blocks import list_blocks
from engagement_widgets.desk.accounts import Account, find_account
from engagement_widgets.desk.gate import COOKIE, PROOF_LIFE
from engagement_widgets.desk.tables import sessions
from engagement_widgets.hooks import Role
from engagement_widgets.storage.units import Tx

WIDE = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
JAVASCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])


def _sign_in(page: Page, account: Account) -> None:
    page.goto("/engagement/desk/login")
    page.get_by_label("Tên đăng nhập").fill(account.login)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def _enter(page: Page, newspaper: Newspaper, account: Account) -> None:
    """With a session that is open already: sign-ins from one address are few a minute."""
    token = open_token(newspaper.storage, account)
    cookie = {"name": COOKIE, "value": token, "url": f"{newspaper.url}/engagement/desk"}
    page.context.add_cookies([cookie])  # type: ignore[list-item]  # a typed dictionary of the same keys
    page.goto("/engagement/desk/queue")


def _now() -> datetime:
    return datetime.now(UTC)


def _age_proofs(tx: Tx, command: None) -> None:
    """As if every password had been shown a while ago."""
    del command
    tx.execute(update(sessions).values(proved_at=_now() - PROOF_LIFE - timedelta(minutes=1)))


def _check(page: Page, javascript: bool = True) -> None:  # noqa: FBT001, FBT002
    """Clean under axe, which needs a page that runs scripts."""
    if javascript:
        assert_clean(page)


def _set_up(page: Page, javascript: bool) -> tuple[str, list[str]]:  # noqa: FBT001
    """Two steps set up on the page that offers them: the secret and the recovery codes."""
    page.goto("/engagement/desk/second-factor")
    _check(page, javascript)
    box = page.locator(".ew-qr svg").bounding_box()
    assert box is not None
    assert box["width"] > 150
    secret = (page.locator(".ew-secret").text_content() or "").replace(" ", "")
    page.get_by_label("Mã xác thực", exact=True).fill(code_of(secret, _now()))
    page.get_by_role("button", name="Bật xác thực hai bước").click()
    expect(page.get_by_role("heading", name="Mã khôi phục")).to_be_visible()
    _check(page, javascript)
    return secret, page.locator(".ew-codes code").all_text_contents()


@pytest.mark.parametrize(
    ("look", "javascript"), [(WIDE, True), (PHONE, True), (PHONE, False)], ids=["wide", "phone", "no-script"]
)
def test_two_steps_are_set_up_and_signed_in_with(
    open_page: OpenPage,
    newspaper: Newspaper,
    look: dict[str, object],
    javascript: bool,  # noqa: FBT001
) -> None:
    """A wrong code is explained, the next of the app opens, a recovery code opens once."""
    account = add_account(newspaper.storage)
    page = open_page("/engagement/desk/login", javascript=javascript, **look)
    _enter(page, newspaper, account)
    secret, codes = _set_up(page, javascript)
    page.get_by_role("link", name="Đã cất xong").click()
    for code in (code_of(secret, _now() + timedelta(seconds=30)), codes[0]):
        page.context.clear_cookies()
        _sign_in(page, account)
        expect(page.get_by_role("heading", name="Nhập mã xác thực")).to_be_visible()
        _check(page, javascript)
        if code in codes:
            page.get_by_label("Mã xác thực").fill("000000")
            page.get_by_role("button", name="Đăng nhập").click()
            expect(page.get_by_text("Mã không đúng hoặc đã dùng.")).to_be_visible()
            _check(page, javascript)
        page.get_by_label("Mã xác thực").fill(code)
        page.get_by_role("button", name="Đăng nhập").click()
        expect(page).to_have_url(re.compile("/desk/queue$"))
    page.goto("/engagement/desk/second-factor")
    expect(page.get_by_text("Còn 9 mã khôi phục chưa dùng.")).to_be_visible()
    _check(page, javascript)
    page.get_by_role("button", name="Tắt xác thực hai bước").click()
    expect(page.get_by_text("Đã tắt xác thực hai bước.")).to_be_visible()


@JAVASCRIPT
def test_a_person_is_invited_and_comes_in(open_page: OpenPage, newspaper: Newspaper, javascript: bool) -> None:  # noqa: FBT001
    """The link is handed over; behind it one sets a password and signs in, limited to a section."""
    admin = add_account(newspaper.storage, role=Role.ADMIN)
    page = open_page("/engagement/desk/login", javascript=javascript, **WIDE)
    _enter(page, newspaper, admin)
    page.goto("/engagement/desk/people")
    login = f"moi{javascript:d}"
    page.get_by_label("Tên hiển thị").fill("Trần Minh Khôi")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Chuyên mục phụ trách").fill("Không có chuyên mục này")
    page.get_by_role("button", name="Mời bằng liên kết").click()
    link = page.locator(".ew-secret").text_content() or ""
    _check(page, javascript)
    guest = open_page(urlsplit(link).path, javascript=javascript, **PHONE)
    _check(guest, javascript)
    guest.get_by_label("Mật khẩu mới", exact=True).fill("ngắn")
    guest.get_by_label("Nhập lại mật khẩu mới").fill("ngắn")
    guest.get_by_role("button", name="Đặt mật khẩu").click()
    expect(guest.locator(".ew-error").first).to_contain_text("ít nhất 10 ký tự")
    guest.get_by_label("Mật khẩu mới", exact=True).fill(PASSWORD)
    guest.get_by_label("Nhập lại mật khẩu mới").fill(PASSWORD)
    guest.get_by_role("button", name="Đặt mật khẩu").click()
    expect(guest.get_by_text("Đã đặt mật khẩu.")).to_be_visible()
    guest.get_by_label("Tên đăng nhập").fill(login)
    guest.get_by_label("Mật khẩu").fill(PASSWORD)
    guest.get_by_role("button", name="Đăng nhập").click()
    expect(guest).to_have_url(re.compile("/desk/queue$"))


@JAVASCRIPT
def test_the_password_is_asked_for_again(open_page: OpenPage, newspaper: Newspaper, javascript: bool) -> None:  # noqa: FBT001
    """Before people are changed; then one is back where they are, and the act goes on."""
    admin, other = add_account(newspaper.storage, role=Role.ADMIN), add_account(newspaper.storage, name="Hồ Thanh Tâm")
    page = open_page("/engagement/desk/login", javascript=javascript, **PHONE)
    _enter(page, newspaper, admin)
    page.goto(f"/engagement/desk/people/{other.id}")
    newspaper.storage.write_sync(_age_proofs, None)
    page.get_by_label("Chuyên mục phụ trách").fill("doi-song")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("heading", name="Xác nhận mật khẩu")).to_be_visible()
    _check(page, javascript)
    assert newspaper.storage.read_sync(find_account, other.id).sections is None
    page.get_by_label("Mật khẩu").fill("không phải mật khẩu này")
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("alert")).to_be_visible()
    _check(page, javascript)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page).to_have_url(re.compile("/desk/people$"))
    page.goto(f"/engagement/desk/people/{other.id}")
    page.get_by_label("Chuyên mục phụ trách").fill("doi-song")
    _check(page, javascript)
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("Đã đổi quyền của thành viên.")).to_be_visible()
    assert newspaper.storage.read_sync(find_account, other.id).sections == frozenset({"doi-song"})


def test_the_author_stands_beside_the_queue(open_page: OpenPage, newspaper: Newspaper) -> None:
    """By key and by name; notes, a block and its undo stay in the panel; the queue stays where it is."""
    account = add_account(newspaper.storage)
    page = open_page("/engagement/desk/login", **WIDE)
    _enter(page, newspaper, account)
    expect(page.locator("[data-ew-card]").first).to_be_visible()
    page.keyboard.press("j")
    panel = page.locator("[data-ew-aside]")
    expect(panel).to_be_visible()
    name = page.locator("[data-ew-card].is-focus .ew-card__author").text_content() or ""
    expect(panel.get_by_role("heading", level=2)).to_have_text(name.strip())
    _check(page)
    page.keyboard.press("h")
    expect(page.locator("[data-ew-author]")).to_be_focused()
    panel.get_by_label("Ghi chú mới").fill("Hay góp ý kỹ về chợ")
    panel.get_by_role("button", name="Thêm ghi chú").click()
    expect(panel.get_by_text("Hay góp ý kỹ về chợ")).to_be_visible()
    before = len(newspaper.storage.read_sync(list_blocks, None))
    panel.get_by_text("Chặn…").click()
    panel.get_by_label("Lý do").fill("Phá")
    panel.get_by_role("button", name="Chặn", exact=True).click()
    expect(panel.get_by_text("Luôn giữ lại để duyệt").first).to_be_visible()
    assert len(newspaper.storage.read_sync(list_blocks, None)) == before + 1
    _check(page)
    panel.get_by_role("button", name="Hoàn tác").click()
    expect(panel.get_by_text("Đã hoàn tác việc chặn.")).to_be_visible()
    assert len(newspaper.storage.read_sync(list_blocks, None)) == before
    expect(page).to_have_url(re.compile("/desk/queue$"))


def test_the_author_is_a_page_of_its_own(open_page: OpenPage, newspaper: Newspaper) -> None:
    """On a phone without scripts: the name leads there; a block is set, told, lifted; other marks are a link away."""
    account = add_account(newspaper.storage)
    comment_id = post(newspaper.storage, reader="r:phone", name="Lê Hoàng Khuê", email="khue@thu.example").comment_id
    page = open_page("/engagement/desk/login", javascript=False, **PHONE)
    _enter(page, newspaper, account)
    page.goto(f"/engagement/desk/comments/{comment_id}")
    page.get_by_role("link", name="Lê Hoàng Khuê").click()
    expect(page.get_by_role("heading", name="Lịch sử tác giả")).to_be_visible()
    page.get_by_text("Chặn…").click()
    page.get_by_label("Mức chặn").select_option("refuse")
    page.get_by_role("button", name="Chặn", exact=True).click()
    expect(page.get_by_text("Không nhận bình luận").first).to_be_visible()
    page.get_by_role("button", name="Bỏ chặn").click()
    expect(page.get_by_text("Đã đổi việc chặn.")).to_be_visible()
    page.get_by_role("link", name="E-mail này").click()
    expect(page.get_by_role("link", name="Trình duyệt này")).to_be_visible()
