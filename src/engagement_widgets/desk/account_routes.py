"""Signing in and out, one's own password, one's own sessions."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.desk.agents import agent_name
from engagement_widgets.desk.gate import EVERYBODY, HOME, LOGIN, PASSWORD, Seat, desk_route, safe_next, seat_of
from engagement_widgets.desk.passwords import MINIMUM
from engagement_widgets.desk.screen import desk_page, error_page, home_of
from engagement_widgets.desk.sessions import Ending, Session, SignedIn, end_session, list_sessions
from engagement_widgets.desk.sign_in import (
    Credentials,
    NewPassword,
    Opened,
    SecondCode,
    SecondStep,
    give_cookie,
    replace_password,
    sign_in,
    take_cookie,
    take_second_step,
)
from engagement_widgets.errors import EngagementError, Invalid, Refused, TooMany
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale, wants_json
from engagement_widgets.web.problem import error_headers
from engagement_widgets.web.responses import see_other
from engagement_widgets.web.routing import route

SESSIONS: Final = "/desk/sessions"
NOTICES: Mapping[str, str] = MappingProxyType(
    {
        "password": N_("Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc."),
        "ended": N_("Đã kết thúc phiên đăng nhập."),
    }
)


def routes(ctx: Context) -> list[BaseRoute]:
    """Everybody's own pages. With an `Authorizer` the host signs people in, and there is nothing here."""
    if ctx.authorizer is not None:
        return []
    mine = partial(desk_route, ctx, roles=EVERYBODY, error_page=error_page)
    return [
        route(ctx, LOGIN, show_login),
        route(ctx, LOGIN, log_in, methods=["POST"]),
        route(ctx, f"{LOGIN}/code", take_code, methods=["POST"]),
        mine("/desk/logout", log_out, methods=["POST"], one_time=True),
        mine(PASSWORD, show_password, one_time=True),
        mine(PASSWORD, set_password, methods=["POST"], one_time=True),
        mine(SESSIONS, show_sessions),
        mine("/desk/sessions/{session_id:uuid}/end", end_one, methods=["POST"]),
    ]


async def show_login(ctx: Context, request: Request) -> Response:
    """The sign-in form; who is signed in already goes on."""
    seat = await seat_of(ctx, request)
    if seat is not None:
        return see_other(ctx.urls.path(home_of(seat)))
    return await _login_page(ctx, request, wanted=request.query_params.get("next", ""))


async def log_in(ctx: Context, request: Request) -> Response:
    """Sign in, or show the form again with the reason."""
    login = wanted = ""
    try:
        form = await read_form(request)
        login, wanted = form.text("login"), form.text("next")
        typed = Credentials(login=login, password=form.text("password"), shared=form.get("shared") is not None)
        opened = await sign_in(ctx, request, typed)
    except EngagementError as error:
        if wants_json(request):
            raise
        return await _login_page(ctx, request, wanted=wanted, login=login, error=error)
    if isinstance(opened, SecondStep):
        return await _code_page(ctx, request, SecondCode(token=opened.token, shared=typed.shared), wanted=wanted)
    return _welcome(ctx, request, opened, wanted)


async def take_code(ctx: Context, request: Request) -> Response:
    """Sign in with the code that was missing, or ask for it again with the reason."""
    form = await read_form(request)
    wanted = form.text("next")
    typed = SecondCode(token=form.text("step"), code=form.text("code"), shared=form.get("shared") is not None)
    try:
        opened = await take_second_step(ctx, request, typed)
    except EngagementError as error:
        if wants_json(request):
            raise
        if error.code == "step_over":
            return await _login_page(ctx, request, wanted=wanted, error=error)
        return await _code_page(ctx, request, typed, wanted=wanted, error=error)
    return _welcome(ctx, request, opened, wanted)


async def log_out(ctx: Context, request: Request, seat: Seat) -> Response:
    """End this session."""
    signed_in = signed_in_at(seat)
    await ctx.storage.write(end_session, Ending(session_id=signed_in.session.id, account_id=signed_in.account.id))
    response = see_other(ctx.urls.path(LOGIN, out=1))
    take_cookie(ctx, request, response)
    return response


async def show_password(ctx: Context, request: Request, seat: Seat) -> Response:
    """The form to set a password of one's own."""
    return await _password_page(ctx, request, seat)


async def set_password(ctx: Context, request: Request, seat: Seat) -> Response:
    """Set it, or show the form again with the reason."""
    signed_in = signed_in_at(seat)
    form = await read_form(request)
    typed = NewPassword(current=form.text("password"), new=form.text("new_password"), again=form.text("again"))
    try:
        await replace_password(ctx, signed_in, typed)
    except (Invalid, TooMany) as error:
        if wants_json(request):
            raise
        return await _password_page(ctx, request, seat, error)
    first_time = signed_in.account.one_time
    return see_other(ctx.urls.path(HOME) if first_time else ctx.urls.path(SESSIONS, done="password"))


async def show_sessions(ctx: Context, request: Request, seat: Seat) -> Response:
    """One's own open sessions."""
    signed_in = signed_in_at(seat)
    sessions = await ctx.storage.read(list_sessions, signed_in.account.id)
    translate = translator(desk_locale(request, ctx.settings)).gettext
    done = NOTICES.get(request.query_params.get("done", ""))
    return await desk_page(
        ctx,
        request,
        seat,
        title=translate(N_("Phiên đăng nhập")),
        template="engagement/desk/sessions.html",
        sessions=[(session, agent_name(session.agent)) for session in _this_first(sessions, signed_in)],
        this=signed_in.session.id,
        notice=translate(done) if done else "",
    )


async def end_one(ctx: Context, request: Request, seat: Seat) -> Response:
    """End one of one's own sessions; ending this one is signing out."""
    signed_in = signed_in_at(seat)
    session_id: UUID = request.path_params["session_id"]
    await ctx.storage.write(end_session, Ending(session_id=session_id, account_id=signed_in.account.id))
    return see_other(ctx.urls.path(SESSIONS, done="ended"))


def _welcome(ctx: Context, request: Request, opened: Opened, wanted: str) -> Response:
    one_time = opened.signed_in.account.one_time
    response = see_other(ctx.urls.path(PASSWORD) if one_time else ctx.urls.base + safe_next(wanted))
    give_cookie(ctx, request, response, opened)
    return response


async def _code_page(
    ctx: Context, request: Request, step: SecondCode, *, wanted: str, error: EngagementError | None = None
) -> Response:
    locale = desk_locale(request, ctx.settings)
    return await desk_page(
        ctx,
        request,
        None,
        title=translator(locale).gettext(N_("Nhập mã xác thực")),
        template="engagement/desk/login_code.html",
        status=form_status(error),
        headers=error_headers(error),
        step=step.token,
        shared=step.shared,
        next=safe_next(wanted) if wanted else "",
        message=sentence(error.code, error.params, locale) if error else "",
        wrong=error is not None and error.code == "wrong_factor",
    )


async def _login_page(
    ctx: Context, request: Request, *, wanted: str, login: str = "", error: EngagementError | None = None
) -> Response:
    locale = desk_locale(request, ctx.settings)
    title = translator(locale).gettext(N_("Đăng nhập bàn duyệt"))
    return await desk_page(
        ctx,
        request,
        None,
        title=title,
        template="engagement/desk/login.html",
        status=form_status(error),
        headers=error_headers(error),
        login=login,
        next=safe_next(wanted) if wanted else "",
        message=sentence(error.code, error.params, locale) if error else "",
        wrong=error is not None and error.code == "wrong_credentials",
        signed_out=error is None and "out" in request.query_params,
        has_set=error is None and "done" in request.query_params,
    )


async def _password_page(ctx: Context, request: Request, seat: Seat, error: EngagementError | None = None) -> Response:
    locale = desk_locale(request, ctx.settings)
    return await desk_page(
        ctx,
        request,
        seat,
        title=translator(locale).gettext(N_("Đổi mật khẩu")),
        template="engagement/desk/password.html",
        status=form_status(error),
        headers=error_headers(error),
        errors=field_messages(error, locale) if error else {},
        message=sentence(error.code, error.params, locale) if isinstance(error, TooMany) else "",
        login=signed_in_at(seat).account.login,
        first_time=seat.has_one_time_password,
        minimum=MINIMUM,
    )


def form_status(error: EngagementError | None) -> int:
    """A wrong password or code is a wrong field of its form; everything else keeps its own status."""
    if error is None:
        return 200
    return 422 if error.code in {"wrong_credentials", "wrong_factor", "step_over"} else error.status


def signed_in_at(seat: Seat) -> SignedIn:
    """The account and session of a person whom we signed in.

    Raises:
        Refused: `sign_in_required`, where the host did.
    """
    if seat.signed_in is None:
        raise Refused("sign_in_required")
    return seat.signed_in


def _this_first(sessions: tuple[Session, ...], signed_in: SignedIn) -> list[Session]:
    return sorted(sessions, key=lambda session: session.id != signed_in.session.id)
