"""Two steps to sign in, recovery codes, invitations by link, and the password again before dangerous acts."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from starlette.types import ASGIApp

from desk_factory import MOUNT, PASSWORD, SECRET, add_account, at_the_desk, browser, code_of, open_token, with_factor
from engagement_widgets import Engagement
from engagement_widgets.desk.accounts import Account, find_account, find_login
from engagement_widgets.desk.gate import PROOF_LIFE
from engagement_widgets.hooks import Role
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

pytestmark = pytest.mark.anyio

LOGIN = f"{MOUNT}/desk/login"
CODE = f"{LOGIN}/code"
FACTOR = f"{MOUNT}/desk/second-factor"
PEOPLE = f"{MOUNT}/desk/people"
NEW_PASSWORD = "một câu khác cũng dài"


@pytest.fixture
async def stranger(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody has signed in with."""
    async with browser(app) as client:
        yield client


@pytest.fixture
def boss(storage: Storage) -> Account:
    """The admin."""
    return add_account(storage, name="Quản trị", role=Role.ADMIN)


def _hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def _codes(page: httpx.Response) -> list[str]:
    return re.findall(r"<li><code>([^<]+)</code></li>", page.text)


async def _first_step(client: httpx.AsyncClient, account: Account, **more: str) -> httpx.Response:
    return await client.post(LOGIN, data={"login": account.login, "password": PASSWORD, **more})


async def test_a_second_factor_is_set_up_with_its_first_code(app: ASGIApp, storage: Storage, clock: FakeClock) -> None:
    """QR and text say the same secret; a wrong code keeps both; then ten recovery codes are shown, once."""
    account = add_account(storage)
    async with at_the_desk(app, storage, account) as client:
        page = await client.get(FACTOR)
        secret = "".join(re.findall(r'translate="no">([^<]+)<', page.text)[0].split())
        assert page.headers["cache-control"] == "no-store"
        assert "<svg" in page.text
        assert "style=" not in page.text
        assert not storage.read_sync(find_account, account.id).has_second_factor
        sealed = _hidden(page, "secret")
        wrong = await client.post(FACTOR, data={"secret": sealed, "code": "000000"})
        assert (wrong.status_code, "Mã không đúng" in wrong.text) == (422, True)
        assert "".join(re.findall(r'translate="no">([^<]+)<', wrong.text)[0].split()) == secret
        stale = await client.post(FACTOR, data={"secret": sealed[:-2], "code": code_of(secret, clock.now())})
        assert stale.status_code == 422
        done = await client.post(FACTOR, data={"secret": sealed, "code": code_of(secret, clock.now())})
        assert len(_codes(done)) == 10
        assert storage.read_sync(find_account, account.id).has_second_factor
        assert not _codes(await client.get(FACTOR))
        fresh = await client.post(f"{FACTOR}/codes")
        assert not set(_codes(fresh)) & set(_codes(done))
        assert (await client.post(f"{FACTOR}/off")).status_code == 303
        assert "Đã tắt xác thực hai bước" in (await client.get(f"{FACTOR}?done=off")).text


async def test_signing_in_takes_the_password_and_then_a_code(
    engagement: Engagement, storage: Storage, stranger: httpx.AsyncClient, clock: FakeClock
) -> None:
    """No session before the code; the code works once; one goes where one wanted to be."""
    account = add_account(storage)
    with_factor(storage, engagement.boot().secrets, account)
    step = await _first_step(stranger, account, next="/desk/journal")
    assert (step.status_code, "set-cookie" in step.headers) == (200, False)
    assert PASSWORD not in step.text
    typed = {"step": _hidden(step, "step"), "next": _hidden(step, "next"), "code": "000000"}
    wrong = await stranger.post(CODE, data=typed)
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (422, False)
    assert _hidden(wrong, "step") == typed["step"]
    typed["code"] = code_of(SECRET, clock.now())
    inside = await stranger.post(CODE, data=typed)
    assert inside.headers["location"] == f"{MOUNT}/desk/journal"
    stranger.cookies.clear()
    again = await stranger.post(CODE, data=typed)
    assert (again.status_code, "set-cookie" in again.headers) == (422, False)


async def test_a_recovery_code_opens_once(
    engagement: Engagement, storage: Storage, stranger: httpx.AsyncClient
) -> None:
    """In the same field."""
    account = add_account(storage)
    codes = with_factor(storage, engagement.boot().secrets, account)
    step = _hidden(await _first_step(stranger, account), "step")
    assert (await stranger.post(CODE, data={"step": step, "code": codes[3]})).status_code == 303
    stranger.cookies.clear()
    assert (await stranger.post(CODE, data={"step": step, "code": codes[3]})).status_code == 422


async def test_the_second_step_is_over_in_time_and_with_the_password(
    engagement: Engagement, app: ASGIApp, storage: Storage, stranger: httpx.AsyncClient, boss: Account, clock: FakeClock
) -> None:
    """And nobody makes one up: the sign-in begins anew."""
    account = add_account(storage)
    with_factor(storage, engagement.boot().secrets, account)
    step = _hidden(await _first_step(stranger, account), "step")
    clock.advance(timedelta(minutes=5))
    late = await stranger.post(CODE, data={"step": step, "code": code_of(SECRET, clock.now())})
    assert (late.status_code, "Bước đăng nhập đã hết hạn" in late.text) == (422, True)
    step = _hidden(await _first_step(stranger, account), "step")
    async with at_the_desk(app, storage, boss) as admin:
        await admin.post(f"{PEOPLE}/{account.id}/password")
    for forged in (step, step[:-1], "x", engagement.boot().secrets.sign("other", [str(account.id), "", "2030-01-01"])):
        answer = await stranger.post(CODE, data={"step": forged, "code": code_of(SECRET, clock.now())})
        assert (answer.status_code, "set-cookie" in answer.headers) == (422, False)


async def test_codes_are_guessed_so_often_and_then_wait(
    engagement: Engagement, storage: Storage, stranger: httpx.AsyncClient, clock: FakeClock
) -> None:
    """Then even the right one waits, with the seconds in a header."""
    account = add_account(storage)
    with_factor(storage, engagement.boot().secrets, account)
    step = _hidden(await _first_step(stranger, account), "step")
    for _ in range(5):
        assert (await stranger.post(CODE, data={"step": step, "code": "1"})).status_code == 422
    refused = await stranger.post(CODE, data={"step": step, "code": code_of(SECRET, clock.now())})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


async def test_a_program_sends_the_code_beside_the_password(
    engagement: Engagement, storage: Storage, stranger: httpx.AsyncClient, clock: FakeClock
) -> None:
    """Without one it is told that it is missing."""
    account = add_account(storage)
    with_factor(storage, engagement.boot().secrets, account)
    api, typed = f"{MOUNT}/api/v1/desk/sessions", {"login": account.login, "password": PASSWORD}
    missing = await stranger.post(api, json=typed)
    assert (missing.status_code, missing.json()["code"]) == (403, "code_required")
    wrong = await stranger.post(api, json={**typed, "code": "1"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_factor")
    right = await stranger.post(api, json={**typed, "code": code_of(SECRET, clock.now())})
    assert right.status_code == 201


async def test_an_admin_takes_the_second_factor_off(
    engagement: Engagement, app: ASGIApp, storage: Storage, stranger: httpx.AsyncClient, boss: Account
) -> None:
    """For who has lost phone and codes: the password alone is enough then, and the list no longer says otherwise."""
    account = add_account(storage)
    with_factor(storage, engagement.boot().secrets, account)
    async with at_the_desk(app, storage, boss) as admin:
        assert "hai bước" in (await admin.get(PEOPLE)).text
        assert (await admin.post(f"{PEOPLE}/{account.id}/second-factor")).status_code == 303
        assert "Đã tắt xác thực hai bước" in (await admin.get(f"{PEOPLE}?done=factor")).text
    assert (await _first_step(stranger, account)).status_code == 303


async def test_a_retired_key_leaves_the_recovery_codes(
    engagement: Engagement, storage: Storage, stranger: httpx.AsyncClient, clock: FakeClock
) -> None:
    """The secret cannot be read any more; its owner still comes in, to set up another."""
    account = add_account(storage)
    secrets = engagement.boot().secrets
    codes = with_factor(storage, type(secrets)(("gone" * 8,)), account)
    step = _hidden(await _first_step(stranger, account), "step")
    assert (await stranger.post(CODE, data={"step": step, "code": code_of(SECRET, clock.now())})).status_code == 422
    assert (await stranger.post(CODE, data={"step": step, "code": codes[0]})).status_code == 303


async def test_a_person_is_invited_by_a_link(
    app: ASGIApp, storage: Storage, stranger: httpx.AsyncClient, boss: Account
) -> None:
    """Shown once; it sets a password once; looking at it uses nothing up."""
    new = {"name": "Trần Minh", "login": "tran.minh", "role": "moderator", "sections": "doi-song", "by": "link"}
    async with at_the_desk(app, storage, boss) as admin:
        page = await admin.post(PEOPLE, data=new)
        link = html.unescape(re.findall(r'<code class="ew-secret">([^<]+)</code>', page.text)[0])
        assert link not in (await admin.get(PEOPLE)).text
        assert "có liên kết chờ dùng" in (await admin.get(PEOPLE)).text
    person = storage.read_sync(find_login, "tran.minh")
    assert person.sections == frozenset({"doi-song"})
    assert (await stranger.post(LOGIN, data={"login": "tran.minh", "password": ""})).status_code == 422
    for _ in range(2):
        form = await stranger.get(link)
        assert (form.status_code, "tran.minh" in form.text) == (200, True)
    typed = {"new_password": NEW_PASSWORD, "again": NEW_PASSWORD}
    for wrong in ({"again": "x"}, {"new_password": "ngắn", "again": "ngắn"}):
        assert (await stranger.post(link, data=typed | wrong)).status_code == 422
    assert (await stranger.post(link, data=typed)).headers["location"].startswith(LOGIN)
    for answer in (await stranger.get(link), await stranger.post(link, data=typed)):
        assert (answer.status_code, "Liên kết này đã dùng" in answer.text) == (404, True)
    inside = await stranger.post(LOGIN, data={"login": "tran.minh", "password": NEW_PASSWORD})
    assert inside.headers["location"] == f"{MOUNT}/desk"


async def test_a_lost_password_is_replaced_by_a_link(
    app: ASGIApp, storage: Storage, stranger: httpx.AsyncClient, boss: Account
) -> None:
    """The old one works until then, and the sessions it opened."""
    account = add_account(storage)
    token = open_token(storage, account)
    async with at_the_desk(app, storage, boss) as admin:
        page = await admin.post(f"{PEOPLE}/{account.id}/link")
    link = html.unescape(re.findall(r'<code class="ew-secret">([^<]+)</code>', page.text)[0])
    assert (await _first_step(stranger, account)).status_code == 303
    await stranger.post(link, data={"new_password": NEW_PASSWORD, "again": NEW_PASSWORD})
    stranger.cookies.clear()
    assert (await _first_step(stranger, account)).status_code == 422
    async with browser(app, cookies={"ew_desk": token}) as client:
        assert (await client.get(f"{MOUNT}/desk/queue")).status_code == 303


async def test_what_a_person_may_do_is_changed(app: ASGIApp, storage: Storage, boss: Account) -> None:
    """The form says what stands; a wrong field is explained and the rest is kept."""
    account = add_account(storage, sections=frozenset({"doi-song"}))
    async with at_the_desk(app, storage, boss) as admin:
        page = await admin.get(f"{PEOPLE}/{account.id}")
        assert "doi-song" in page.text
        wrong = await admin.post(
            f"{PEOPLE}/{account.id}", data={"role": "editor", "sections": "thoi-su", "email": "không phải"}
        )
        assert (wrong.status_code, "thoi-su" in wrong.text) == (422, True)
        typed = {"role": "editor", "sections": "doi-song\nthoi-su", "email": "ha@bao.example"}
        assert (await admin.post(f"{PEOPLE}/{account.id}", data=typed)).status_code == 303
        assert "doi-song, thoi-su" in (await admin.get(PEOPLE)).text
    assert storage.read_sync(find_account, account.id).role is Role.EDITOR


async def test_the_password_is_asked_for_again_before_a_dangerous_act(
    app: ASGIApp, storage: Storage, boss: Account, clock: FakeClock
) -> None:
    """Ten minutes after it was shown; then one comes back to the act; nothing was done meanwhile."""
    other = add_account(storage)
    async with at_the_desk(app, storage, boss) as client:
        clock.advance(PROOF_LIFE)
        assert (await client.get(PEOPLE)).status_code == 200
        clock.advance(1)
        asked = await client.get(f"{PEOPLE}?done=changed")
        assert asked.headers["location"] == f"{MOUNT}/desk/proof?next=%2Fdesk%2Fpeople%3Fdone%3Dchanged"
        refused = await client.post(f"{PEOPLE}/{other.id}/disable")
        assert "/desk/proof?next=" in refused.headers["location"]
        assert storage.read_sync(find_account, other.id).disabled_at is None
        for_programs = await client.post(f"{PEOPLE}/{other.id}/disable", headers={"accept": "application/json"})
        assert (for_programs.status_code, for_programs.json()["code"]) == (403, "proof_required")
        page = await client.get(refused.headers["location"])
        typed = {"next": _hidden(page, "next"), "password": "sai rồi nhé"}
        wrong = await client.post(f"{MOUNT}/desk/proof", data=typed)
        assert (wrong.status_code, "không đúng" in wrong.text) == (422, True)
        assert (await client.get(PEOPLE)).status_code == 303
        right = await client.post(f"{MOUNT}/desk/proof", data=typed | {"password": PASSWORD})
        assert right.headers["location"] == f"{MOUNT}/desk/people"
        assert (await client.get(PEOPLE)).status_code == 200
        away = await client.post(f"{MOUNT}/desk/proof", data={"next": "//evil.example", "password": PASSWORD})
        assert away.headers["location"] == f"{MOUNT}/desk"


async def test_the_proof_of_two_steps_takes_both(
    engagement: Engagement, app: ASGIApp, storage: Storage, boss: Account, clock: FakeClock
) -> None:
    """The password alone is not enough."""
    with_factor(storage, engagement.boot().secrets, boss)
    async with at_the_desk(app, storage, boss) as client:
        clock.advance(PROOF_LIFE + timedelta(seconds=1))
        assert 'name="code"' in (await client.get(f"{MOUNT}/desk/proof")).text
        for code, status in (("", 422), (code_of(SECRET, clock.now()), 303)):
            answer = await client.post(f"{MOUNT}/desk/proof", data={"password": PASSWORD, "code": code})
            assert answer.status_code == status


async def test_an_export_by_a_program_needs_a_fresh_session(
    storage: Storage, stranger: httpx.AsyncClient, boss: Account, clock: FakeClock
) -> None:
    """It signs in again."""
    headers = {"authorization": f"Bearer {open_token(storage, boss)}"}
    address = f"{MOUNT}/api/v1/desk/ratings/export"
    assert (await stranger.get(address, headers=headers)).status_code == 200
    clock.advance(PROOF_LIFE + timedelta(seconds=1))
    refused = await stranger.get(address, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "proof_required")


async def test_an_unknown_login_costs_what_a_wrong_password_costs(
    storage: Storage, stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hash is verified and one row is written in each case, for a person without a password too."""
    from engagement_widgets.desk import passwords

    hasher = passwords._hasher()
    verified: list[str] = []
    known = add_account(storage)
    monkeypatch.setattr(passwords, "_hasher", lambda: _Counting(hasher, verified))
    for login in (known.login, "nobody", "nobody.else"):
        before = len(verified)
        answer = await stranger.post(LOGIN, data={"login": login, "password": "sai mật khẩu"})
        assert answer.status_code == 422
        assert len(verified) == before + 1, login
    assert all(stored.startswith("$argon2id$") for stored in verified)
    assert len({stored.rsplit("$", 2)[0] for stored in verified}) == 1  # the same parameters


class _Counting:
    """The real hasher, which notes what it verifies against."""

    def __init__(self, hasher: object, verified: list[str]) -> None:
        self._hasher = hasher
        self._verified = verified

    def verify(self, stored: str, password: str) -> bool:
        """Verify it really."""
        self._verified.append(stored)
        return bool(self._hasher.verify(stored, password))  # type: ignore[attr-defined]


async def test_a_planted_cookie_is_never_the_session(app: ASGIApp, storage: Storage) -> None:
    """Signing in always makes a token of its own, whatever the browser brings."""
    account = add_account(storage)
    async with browser(app, cookies={"ew_desk": "planted-by-somebody-else"}) as client:
        await _first_step(client, account)
        tokens = {cookie.value for cookie in client.cookies.jar if cookie.name == "ew_desk" and cookie.path != "/"}
    assert tokens
    assert "planted-by-somebody-else" not in tokens
    async with browser(app, cookies={"ew_desk": "planted-by-somebody-else"}) as client:
        assert (await client.get(f"{MOUNT}/desk/queue")).status_code == 303
