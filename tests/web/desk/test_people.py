"""Accounts through HTTP: an admin adds people, issues one-time passwords, shuts accounts."""

import html
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from starlette.types import ASGIApp

from desk_factory import MOUNT, ONE_TIME, PASSWORD, add_account, at_the_desk, browser, open_token
from engagement_widgets.desk.accounts import Account, find_login, list_accounts
from engagement_widgets.hooks import Role
from engagement_widgets.storage.units import Storage

pytestmark = pytest.mark.anyio

PEOPLE = f"{MOUNT}/desk/people"
NEW = {"name": "Trần Minh", "login": "tran.minh", "role": "moderator", "by": "password"}


@pytest.fixture
def boss(storage: Storage) -> Account:
    """The admin."""
    return add_account(storage, name="Quản trị", role=Role.ADMIN)


@pytest.fixture
async def admin(app: ASGIApp, storage: Storage, boss: Account) -> AsyncIterator[httpx.AsyncClient]:
    """The admin's browser."""
    async with at_the_desk(app, storage, boss) as client:
        yield client


def _issued(response: httpx.Response) -> str:
    found = re.findall(r'<code class="ew-secret">([^<]+)</code>', response.text)
    return html.unescape(found[0]) if found else ""


async def test_a_new_persons_password_is_shown_once_and_works_once(
    app: ASGIApp, storage: Storage, admin: httpx.AsyncClient
) -> None:
    """It opens the change of password; the list never shows it again."""
    page = await admin.post(PEOPLE, data=NEW)
    password = _issued(page)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert len(password) >= 16
    assert not _issued(await admin.get(PEOPLE))
    assert storage.read_sync(find_login, "tran.minh").one_time
    async with browser(app) as person:
        answer = await person.post(f"{MOUNT}/desk/login", data={"login": "tran.minh", "password": password})
        assert answer.headers["location"] == f"{MOUNT}/desk/password"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"login": ""}, "Vui lòng nhập tên đăng nhập."),
        ({"login": "Trần Minh"}, "Tên đăng nhập chỉ gồm chữ thường không dấu"),
        ({"name": " "}, "Vui lòng nhập tên hiển thị."),
        ({"role": "king"}, "Vui lòng chọn một vai trò."),
        ({"login": "taken"}, "Đã có tài khoản tên taken."),
    ],
)
async def test_a_wrong_field_is_explained_and_the_rest_is_kept(
    storage: Storage, admin: httpx.AsyncClient, typed: dict[str, str], said: str
) -> None:
    """422, nothing made, nothing typed lost."""
    add_account(storage, login="taken")
    before = storage.read_sync(list_accounts, None)
    page = await admin.post(PEOPLE, data=NEW | typed)
    assert page.status_code == 422
    assert said in html.unescape(page.text)
    assert not _issued(page)
    for name in {"name", "login"} - set(typed):
        assert f'value="{NEW[name]}"' in html.unescape(page.text)
    assert storage.read_sync(list_accounts, None) == before


async def test_a_lost_password_is_replaced_by_a_one_time_one(
    app: ASGIApp, storage: Storage, admin: httpx.AsyncClient
) -> None:
    """The old password and the open sessions are over."""
    person = add_account(storage)
    token = open_token(storage, person)
    password = _issued(await admin.post(f"{PEOPLE}/{person.id}/password"))
    async with browser(app, cookies={"ew_desk": token}) as client:
        assert (await client.get(f"{MOUNT}/desk/queue")).headers["location"].startswith(f"{MOUNT}/desk/login")
        typed = {"login": person.login, "password": PASSWORD}
        assert (await client.post(f"{MOUNT}/desk/login", data=typed)).status_code == 422
        answer = await client.post(f"{MOUNT}/desk/login", data=typed | {"password": password})
        assert answer.headers["location"] == f"{MOUNT}/desk/password"


async def test_a_shut_account_stays_out_until_it_is_opened(
    app: ASGIApp, storage: Storage, admin: httpx.AsyncClient
) -> None:
    """At once, sessions included; the right password says no more than a wrong one."""
    person = add_account(storage)
    token = open_token(storage, person)
    typed = {"login": person.login, "password": PASSWORD}
    assert (await admin.post(f"{PEOPLE}/{person.id}/disable")).status_code == 303
    assert "đã khóa" in (await admin.get(PEOPLE)).text
    async with browser(app, cookies={"ew_desk": token}) as client:
        assert (await client.get(f"{MOUNT}/desk/queue")).status_code == 303
        assert (await client.post(f"{MOUNT}/desk/login", data=typed)).status_code == 422
        await admin.post(f"{PEOPLE}/{person.id}/enable")
        assert (await client.post(f"{MOUNT}/desk/login", data=typed)).status_code == 303


async def test_an_admin_does_not_shut_themself_out(admin: httpx.AsyncClient, boss: Account) -> None:
    """The page says why, and offers no such button."""
    answer = await admin.post(f"{PEOPLE}/{boss.id}/disable")
    assert (answer.status_code, "Không thể khóa hoặc đổi quyền của tài khoản đang dùng." in answer.text) == (403, True)
    assert f"{boss.id}/disable" not in (await admin.get(PEOPLE)).text


async def test_nobody_there_is_not_found(admin: httpx.AsyncClient) -> None:
    """404 for each deed about an unknown account."""
    for deed in ("password", "disable", "enable"):
        assert (await admin.post(f"{PEOPLE}/{uuid4()}/{deed}")).status_code == 404


async def test_no_page_tells_a_hash_or_a_token(storage: Storage, admin: httpx.AsyncClient) -> None:
    """Secrets stay where they are."""
    add_account(storage, one_time=True)
    for path in ("people", "sessions", "journal"):
        page = (await admin.get(f"{MOUNT}/desk/{path}")).text
        assert "$argon2" not in page
        assert ONE_TIME not in page
        assert admin.cookies["ew_desk"] not in page
