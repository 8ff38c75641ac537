"""The desk's door: every route, every role, signing in and out."""

import html
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from comment_factory import post
from desk_factory import BASE, MOUNT, ONE_TIME, OURS, PASSWORD, add_account, at_the_desk, browser, open_token
from engagement_widgets import Engagement, Settings
from engagement_widgets.desk.admission import PER_LOGIN
from engagement_widgets.desk.routes import routes
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.settings import Worker
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from engagement_widgets.web.context import Context
from engagement_widgets.web.policies import STRICT_CSP
from engagement_widgets.web.throttle import RATES, Rate, Throttle

pytestmark = pytest.mark.anyio

LOGIN = f"{MOUNT}/desk/login"
PUBLIC = {"/desk/login", "/desk/login/code", "/desk/invitations/{invitation}"}


@pytest.fixture
def settings(sqlite_url: str) -> Settings:
    """Our own accounts."""
    return Settings(database_url=sqlite_url, secret_keys=("k" * 32,), site="test", worker=Worker.OFF)


@pytest.fixture
def engagement(settings: Settings, clock: FakeClock) -> Iterator[Engagement]:
    """An instance on a fresh database."""
    made = Engagement(settings, clock=clock)
    yield made
    made.close()


@pytest.fixture
def app(engagement: Engagement) -> ASGIApp:
    """The instance as a host mounts it."""
    return engagement.wrap(Starlette(), MOUNT)


@pytest.fixture
def ctx(engagement: Engagement, app: ASGIApp) -> Context:
    """The parts of the mounted instance."""
    assert app is not engagement
    return engagement.boot()


@pytest.fixture
def storage(ctx: Context) -> Storage:
    """Its database."""
    return ctx.storage


@pytest.fixture
async def stranger(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody has signed in with."""
    async with browser(app) as client:
        yield client


def _addresses(ctx: Context) -> list[tuple[str, str]]:
    """Every (method, address) of the desk, with ids of nothing."""
    found = []
    for entry in routes(ctx):
        assert isinstance(entry, Route)
        path = re.sub(r"\{\w+:uuid\}", str(uuid4()), entry.path)
        found += [(method, path) for method in sorted(entry.methods or ()) if entry.path not in PUBLIC]
    return found


def _actions(storage: Storage) -> list[str]:
    return [entry.action for entry in storage.read_sync(read_entries, EntriesQuery(size=50))]


def _cookie(response: httpx.Response) -> str:
    return str(response.headers.get("set-cookie", ""))


async def _sign_in(client: httpx.AsyncClient, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await client.post(LOGIN, data={"login": login, "password": password, **more})


async def test_nobody_enters_without_signing_in(ctx: Context, stranger: httpx.AsyncClient) -> None:
    """Every page leads to the sign-in, every post is refused and says so."""
    addresses = _addresses(ctx)
    assert len(addresses) > 20
    for method, path in addresses:
        answer = await stranger.request(method, MOUNT + path)
        if method in {"GET", "HEAD"}:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith(LOGIN), path
        else:
            assert answer.status_code == 403, path
            assert method == "HEAD" or "đăng nhập" in answer.text, path


async def test_a_session_of_nobody_is_no_session(ctx: Context, app: ASGIApp) -> None:
    """Neither a made-up cookie nor the bare hash of a real one opens anything."""
    async with browser(app, cookies={"ew_desk": "made-up"}) as client:
        for method, path in _addresses(ctx):
            assert (await client.request(method, MOUNT + path)).status_code in {303, 403}, path


def _may_do_to_pages(path: str) -> set[Role]:
    """Everybody reads pages, moderators close and reopen them, editors do the rest."""
    deed = path.rpartition("/")[2]
    if deed in {"close", "reopen"}:
        return {Role.MODERATOR, Role.ADMIN}
    editing = deed in {"update", "rename", "merge", "withdraw", "delete", "restore"}
    return {Role.EDITOR, Role.ADMIN} if editing else set(Role)


@pytest.mark.parametrize("role", Role)
async def test_each_route_is_for_its_roles_alone(ctx: Context, app: ASGIApp, storage: Storage, role: Role) -> None:
    """Moderators decide, editors edit links, admins do all; everybody has their own sessions and password."""
    async with at_the_desk(app, storage, add_account(storage, role=role)) as client:
        for method, path in _addresses(ctx):
            if path == "/desk/logout":
                continue  # would end the session of this test
            section = path.split("/")[2] if path.count("/") > 1 else ""
            allowed = {
                "queue": role is not Role.EDITOR,
                "comments": role is not Role.EDITOR,
                "authors": role is not Role.EDITOR,
                "undo": role is not Role.EDITOR,
                "journal": role is Role.ADMIN if path.endswith("/export") else role is not Role.EDITOR,
                "ratings": role is not Role.MODERATOR,
                "links": role is not Role.MODERATOR,
                "people": role is Role.ADMIN,
                "groups": role is not Role.EDITOR,
                "cases": role is not Role.EDITOR,
                "figures": role is not Role.EDITOR,
                "emergency": role is Role.ADMIN if method == "POST" else role is not Role.EDITOR,
                "pages": role in _may_do_to_pages(path),
            }.get(section, True)
            answer = await client.request(method, MOUNT + path)
            assert (answer.status_code == 403) is not allowed, (method, path, answer.status_code)


async def test_a_one_time_password_opens_the_change_of_password_only(
    ctx: Context, app: ASGIApp, storage: Storage
) -> None:
    """Every page leads there, every other post is refused."""
    async with at_the_desk(app, storage, add_account(storage, role=Role.ADMIN, one_time=True)) as client:
        for method, path in _addresses(ctx):
            if path in {"/desk/password", "/desk/logout"}:
                continue
            answer = await client.request(method, MOUNT + path)
            if method in {"GET", "HEAD"}:
                assert answer.headers["location"] == f"{MOUNT}/desk/password", path
            else:
                assert answer.status_code == 403, path


async def test_the_first_sign_in_ends_with_a_password_of_ones_own(
    app: ASGIApp, storage: Storage, stranger: httpx.AsyncClient
) -> None:
    """One-time password, new password, the desk; the one-time password is worth nothing afterwards."""
    account = add_account(storage, one_time=True)
    answer = await _sign_in(stranger, account.login, ONE_TIME)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{MOUNT}/desk/password")
    assert "mật khẩu dùng một lần" in (await stranger.get(f"{MOUNT}/desk/password")).text
    typed = {"password": ONE_TIME, "new_password": PASSWORD, "again": PASSWORD}
    answer = await stranger.post(f"{MOUNT}/desk/password", data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{MOUNT}/desk")
    assert (await stranger.get(f"{MOUNT}/desk")).headers["location"] == f"{MOUNT}/desk/queue"
    assert (await stranger.get(f"{MOUNT}/desk/queue")).status_code == 200
    async with browser(app) as other:
        assert (await _sign_in(other, account.login, ONE_TIME)).status_code == 422
        assert (await _sign_in(other, account.login.upper())).status_code == 303


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password": "wrong"}, "Mật khẩu hiện tại không đúng."),
        ({"new_password": "ngắn", "again": "ngắn"}, "Mật khẩu mới cần ít nhất 10 ký tự."),
        ({"again": "khác hẳn cái kia"}, "Hai lần nhập mật khẩu mới không giống nhau."),
        ({"new_password": PASSWORD, "again": PASSWORD}, "Mật khẩu mới phải khác mật khẩu hiện tại."),
    ],
)
async def test_a_bad_change_of_password_says_why(
    app: ASGIApp, storage: Storage, typed: dict[str, str], said: str
) -> None:
    """The sentence stands in the summary and beside its field; the old password stays."""
    account = add_account(storage)
    good = {"password": PASSWORD, "new_password": "một câu khác hẳn", "again": "một câu khác hẳn"}
    async with at_the_desk(app, storage, account) as client:
        answer = await client.post(f"{MOUNT}/desk/password", data=good | typed)
        assert answer.status_code == 422
        assert answer.text.count(said) == 2
        assert 'aria-invalid="true"' in answer.text
        assert PASSWORD not in answer.text
    assert _actions(storage).count("account.password_changed") == 1  # the one that made this account


async def test_the_cookie_is_for_the_desk_of_this_browser_alone(storage: Storage, stranger: httpx.AsyncClient) -> None:
    """Not for scripts, not for other sites, not for the newspaper's own pages; longer than a day only if it may be."""
    account = add_account(storage)
    cookie = _cookie(await _sign_in(stranger, account.login))
    assert cookie.startswith("ew_desk=")
    assert f"Path={MOUNT}/desk;" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age=604800" in cookie
    stranger.cookies.clear()
    assert "Max-Age" not in _cookie(await _sign_in(stranger, account.login, shared="1"))


async def test_on_https_the_cookie_travels_on_https_only(app: ASGIApp, storage: Storage) -> None:
    """`__Secure-` makes the browser keep that promise."""
    account = add_account(storage)
    transport = httpx.ASGITransport(app=app, client=("203.0.113.7", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="https://news.example", headers=OURS) as client:
        answer = await _sign_in(client, account.login)
        assert _cookie(answer).startswith("__Secure-ew_desk=")
        assert "Secure" in _cookie(answer)
        assert (await client.get(f"{MOUNT}/desk/queue")).status_code == 200


async def test_no_password_is_taken_over_plain_http_from_afar(app: ASGIApp, storage: Storage) -> None:
    """Somebody between could read it."""
    account = add_account(storage)
    transport = httpx.ASGITransport(app=app, client=("203.0.113.7", 50000))
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=OURS) as client:
        answer = await _sign_in(client, account.login)
    assert answer.status_code == 403
    assert not _cookie(answer)
    assert "https" in answer.text


async def test_wrong_credentials_say_the_same_whoever_is_meant(storage: Storage, stranger: httpx.AsyncClient) -> None:
    """Unknown login, wrong password, disabled account: one page, what was typed kept but for the password."""
    account = add_account(storage)
    answers = [await _sign_in(stranger, login, "sai mật khẩu") for login in (account.login, "nobody")]
    for answer, login in zip(answers, (account.login, "nobody"), strict=True):
        assert answer.status_code == 422
        assert "Tên đăng nhập hoặc mật khẩu không đúng. Vui lòng thử lại." in answer.text
        assert f'value="{login}"' in answer.text
        assert "sai mật khẩu" not in answer.text
        assert not _cookie(answer)
    assert answers[0].text.replace(account.login, "nobody") == answers[1].text
    assert _actions(storage)[0] == "session.refused"


async def test_a_login_is_guessed_so_often_and_then_waits(ctx: Context, storage: Storage, clock: FakeClock) -> None:
    """Then even the right password waits, with the seconds in a header; later it opens again."""
    roomy = Throttle({**RATES, "sign-in": Rate(1000, 60)})
    app = Starlette(routes=routes(replace(ctx, throttle=roomy)))
    account = add_account(storage)
    path = "/desk/login"
    async with browser(app) as client:
        for _ in range(PER_LOGIN):
            assert (await client.post(path, data={"login": account.login, "password": "x"})).status_code == 422
        right = {"login": account.login, "password": PASSWORD}
        refused = await client.post(path, data=right)
        assert refused.status_code == 429
        wait = int(refused.headers["retry-after"])
        assert str(wait) in refused.text
        clock.advance(wait)
        assert (await client.post(path, data=right)).status_code == 303


async def test_a_flood_is_refused_before_it_costs_a_hash(ctx: Context, app: ASGIApp) -> None:
    """In memory, per address."""
    assert ctx.throttle
    async with browser(app) as client:
        statuses = [(await client.post(LOGIN, data={"login": "", "password": ""})).status_code for _ in range(12)]
    assert statuses.count(429) == 2


async def test_after_signing_in_one_is_where_one_wanted_to_be(storage: Storage, stranger: httpx.AsyncClient) -> None:
    """The wanted address travels through the form, and never leads out of the desk."""
    account = add_account(storage)
    asked = await stranger.get(f"{MOUNT}/desk/queue?view=spam")
    form = (await stranger.get(asked.headers["location"])).text
    match = re.search(r'name="next" value="([^"]*)"', form)
    assert match
    wanted = html.unescape(match[1])
    assert (await _sign_in(stranger, account.login, next=wanted)).headers["location"] == (
        f"{MOUNT}/desk/queue?view=spam"
    )
    stranger.cookies.clear()
    evil = await _sign_in(stranger, account.login, next="//evil.example/desk")
    assert evil.headers["location"] == f"{MOUNT}/desk"


async def test_signing_out_ends_the_session_itself(app: ASGIApp, storage: Storage) -> None:
    """A copy of the cookie is worth nothing afterwards; a link cannot sign anybody out."""
    account = add_account(storage)
    token = open_token(storage, account)
    async with browser(app, cookies={"ew_desk": token}) as client:
        assert (await client.get(f"{MOUNT}/desk/logout")).status_code == 405
        answer = await client.post(f"{MOUNT}/desk/logout")
        assert answer.status_code == 303
        assert 'ew_desk=""' in _cookie(answer)
    async with browser(app, cookies={"ew_desk": token}) as thief:
        assert (await thief.get(f"{MOUNT}/desk/queue")).status_code == 303
    assert _actions(storage)[0] == "session.closed"


async def test_ones_sessions_are_listed_and_ended_one_by_one(app: ASGIApp, storage: Storage) -> None:
    """Only one's own; the present one stands first."""
    account = add_account(storage)
    other = open_token(storage, account)
    open_token(storage, add_account(storage))
    async with at_the_desk(app, storage, account) as client:
        page = (await client.get(f"{MOUNT}/desk/sessions")).text
        assert page.count("Firefox, Linux") == 3  # two sessions, and the name of one button
        assert page.index("phiên này") < page.index("Kết thúc")
        (address,) = re.findall(r'action="([^"]+/end)"', page)
        assert (await client.post(address)).status_code == 303
        assert (await client.get(f"{MOUNT}/desk/queue")).status_code == 200
    async with browser(app, cookies={"ew_desk": other}) as client:
        assert (await client.get(f"{MOUNT}/desk/queue")).status_code == 303


async def test_using_a_session_is_written_down_once_a_minute(app: ASGIApp, storage: Storage, clock: FakeClock) -> None:
    """A session in use lives on past its idle time, at one write a minute."""
    async with at_the_desk(app, storage, add_account(storage)) as client:
        for _ in range(3):
            clock.advance(timedelta(hours=11))
            assert (await client.get(f"{MOUNT}/desk/queue")).status_code == 200
        clock.advance(timedelta(hours=13))
        assert (await client.get(f"{MOUNT}/desk/queue")).status_code == 303


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_no_other_site_posts_at_the_desk(app: ASGIApp, storage: Storage, headers: dict[str, str]) -> None:
    """Neither the sign-in nor a decision, with or without the cookie."""
    account = add_account(storage)
    token = open_token(storage, account)
    transport = httpx.ASGITransport(app=app)
    cookies = {"ew_desk": token}
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers, cookies=cookies) as client:
        comment = post(storage).comment_id
        for path in ("/desk/login", "/desk/logout", f"/desk/comments/{comment}/decision"):
            answer = await client.post(MOUNT + path, data={"login": account.login, "password": PASSWORD})
            assert answer.status_code == 403, path
            assert PASSWORD not in answer.text
    async with browser(app, cookies=cookies) as client:
        assert (await client.get(f"{MOUNT}/desk/queue")).status_code == 200


async def test_every_page_of_the_desk_is_ours_and_never_stored(
    ctx: Context, app: ASGIApp, storage: Storage, stranger: httpx.AsyncClient
) -> None:
    """Strict policy, no store, no sniffing, no inline script or style; errors and the sign-in included."""
    post(storage)
    async with at_the_desk(app, storage, add_account(storage, role=Role.ADMIN)) as client:
        pages = [await client.get(MOUNT + path) for method, path in _addresses(ctx) if method == "GET"]
        pages += [await client.get(f"{MOUNT}/desk/nowhere"), await client.post(f"{MOUNT}/desk/undo/{uuid4()}")]
    pages.append(await stranger.get(LOGIN))
    for page in pages:
        assert page.headers["cache-control"] == "no-store", page.url
        if page.status_code in {303, 307}:
            continue
        assert page.headers["content-security-policy"] == STRICT_CSP, page.url
        assert page.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page.text), page.url
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)", page.text), page.url


async def test_the_host_may_bring_its_own_people(settings: Settings, clock: FakeClock) -> None:
    """With an Authorizer there are no accounts, no sign-in of ours, and no one else gets in."""

    async def authorizer(request: Request, /) -> DeskUser | None:
        name = request.headers.get("x-user")
        return DeskUser(id=f"host:{name}", name=str(name), role=Role.ADMIN) if name else None

    engagement = Engagement(settings, authorizer=authorizer, clock=clock)
    app = engagement.wrap(Starlette(), MOUNT)
    try:
        async with browser(app, headers={"x-user": "Lan"}) as client:
            assert (await client.get(f"{MOUNT}/desk/queue")).status_code == 200
            for path in ("login", "people", "sessions", "password"):
                assert (await client.get(f"{MOUNT}/desk/{path}")).status_code == 404, path
            post(engagement.boot().storage)
            page = (await client.get(f"{MOUNT}/desk/queue")).text
            address, version = _first_decision(page)
            answer = await client.post(address, data={"version": version, "decision": "approved"})
            assert answer.status_code == 303
        async with browser(app) as client:
            answer = await client.get(f"{MOUNT}/desk/queue")
            assert answer.status_code == 403
            assert "Vui lòng đăng nhập" in answer.text
        entry = engagement.boot().storage.read_sync(read_entries, EntriesQuery(size=1))[0]
        assert (entry.actor, entry.actor_name) == ("host:Lan", "Lan")
    finally:
        engagement.close()


def _first_decision(page: str) -> tuple[str, str]:
    match = re.search(r'action="([^"]+/decision[^"]*)"[^>]*>\s*<input type="hidden" name="version" value="(\d+)"', page)
    assert match
    return html.unescape(match[1]), match[2]
