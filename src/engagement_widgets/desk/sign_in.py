"""Signing in: counted, looked up, verified in a worker thread, then opened; in that order for every login."""

from dataclasses import dataclass, field
from typing import Final

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.desk.account_fields import LOGIN_MAXIMUM
from engagement_widgets.desk.accounts import Account, PasswordChange, change_password, password_hash
from engagement_widgets.desk.admission import Attempt, admit, enter, note_failure, prove
from engagement_widgets.desk.gate import COOKIE, HOME
from engagement_widgets.desk.passwords import check_password, hash_password, verify_password
from engagement_widgets.desk.second_step import account_of_step, check_code, step_token
from engagement_widgets.desk.sessions import ABSOLUTE, Opening, SignedIn, new_token
from engagement_widgets.errors import FieldError, Invalid, Refused, TooMany
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import client_of, cookie_name, is_https, is_loopback

# A hash takes 64 MB for a moment; a flood of sign-ins may slow sign-ins down, not the newspaper.
_HASHES_AT_ONCE: Final = 2
_limiter: RunVar[CapacityLimiter] = RunVar("desk_hashing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What was typed to sign in. `code`: of the second factor, "" where it is asked for in a step of its own.

    `shared`: other people use the same computer.
    """

    login: str
    password: str = field(repr=False)
    code: str = field(default="", repr=False)
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStep:
    """The password was right and a code is still missing. `token` says so to the next step, for five minutes."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondCode:
    """What was typed in the second step."""

    token: str = field(repr=False)
    code: str = field(default="", repr=False)
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword:
    """What was typed to change a password."""

    current: str = field(repr=False)
    new: str = field(repr=False)
    again: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session and the token that opens it, which nobody can read again."""

    signed_in: SignedIn
    token: str = field(repr=False)
    shared: bool


async def sign_in(ctx: Context, request: Request, credentials: Credentials) -> Opened | SecondStep:
    """Open a session, or say that a code is missing.

    Raises:
        Refused: `https_required`.
        TooMany: `too_fast`, `sign_in_too_often`.
        Refused: `wrong_credentials`, for an unknown login, a wrong password and a shut account alike; `wrong_factor`.
    """
    check_transport(ctx, request)
    address = (await client_of(ctx, request)).address_hash
    ctx.throttle.check("sign-in", address)
    login = credentials.login[:LOGIN_MAXIMUM]
    admission = await ctx.storage.write(admit, Attempt(login=login, address_hash=address))
    if admission.wait is not None:
        raise TooMany("sign_in_too_often", retry_after=admission.wait)
    right = await verify(admission.password_hash, credentials.password)
    account = admission.account
    if account is None or not right or account.disabled_at is not None:
        await ctx.storage.write(note_failure, account)
        raise Refused("wrong_credentials")
    if account.has_second_factor:
        if not credentials.code:
            return SecondStep(token=step_token(ctx, account, admission.password_hash))
        await check_code(ctx, account, credentials.code)
    return await _open(ctx, request, account, shared=credentials.shared)


async def take_second_step(ctx: Context, request: Request, typed: SecondCode) -> Opened:
    """Open a session with the code that was missing.

    Raises:
        Refused: `https_required`; `step_over`: too late, or the password was changed meanwhile; `wrong_factor`.
        TooMany: `too_fast`, `sign_in_too_often`.
    """
    check_transport(ctx, request)
    ctx.throttle.check("sign-in-code", (await client_of(ctx, request)).address_hash)
    account = await account_of_step(ctx, typed.token)
    await check_code(ctx, account, typed.code)
    return await _open(ctx, request, account, shared=typed.shared)


async def prove_again(ctx: Context, request: Request, signed_in: SignedIn, typed: Credentials) -> None:
    """Take the password, and the code of who has a second factor, once more.

    Raises:
        Refused: `wrong_credentials`, `wrong_factor`.
        TooMany: `too_fast`, `sign_in_too_often`.
    """
    ctx.throttle.check("sign-in", str(signed_in.account.id))
    address = (await client_of(ctx, request)).address_hash
    admission = await ctx.storage.write(admit, Attempt(login=signed_in.account.login, address_hash=address))
    if admission.wait is not None:
        raise TooMany("sign_in_too_often", retry_after=admission.wait)
    if not await verify(admission.password_hash, typed.password):
        await ctx.storage.write(note_failure, signed_in.account)
        raise Refused("wrong_credentials")
    if signed_in.account.has_second_factor:
        await check_code(ctx, signed_in.account, typed.code)
    await ctx.storage.write(prove, signed_in)


async def _open(ctx: Context, request: Request, account: Account, *, shared: bool) -> Opened:
    token = new_token()
    agent = request.headers.get("user-agent", "")
    opening = Opening(account_id=account.id, token=token, agent=agent, shared=shared)
    signed_in = await ctx.storage.write(enter, opening)
    return Opened(signed_in=signed_in, token=token, shared=shared)


async def replace_password(ctx: Context, signed_in: SignedIn, typed: NewPassword) -> Account:
    """Set a password its owner chose; every other session of theirs ends.

    Raises:
        Invalid: `password` (`wrong_password`), `new_password` (see `check_password`, `password_unchanged`),
            `again` (`password_differs`).
    """
    account = signed_in.account
    checked_new_password(typed.new, typed.again, login=account.login)
    if typed.new == typed.current:
        raise Invalid([FieldError("new_password", "password_unchanged")])
    ctx.throttle.check("sign-in", str(account.id))
    if not await verify(await ctx.storage.read(password_hash, account.id), typed.current):
        raise Invalid([FieldError("password", "wrong_password")])
    change = PasswordChange(account_id=account.id, password_hash=await hashed(typed.new), keep=signed_in.session.id)
    return await ctx.storage.write(change_password, change)


def checked_new_password(new: str, again: str, *, login: str) -> str:
    """The password that was typed twice.

    Raises:
        Invalid: `new_password` (see `check_password`), `again` (`password_differs`).
    """
    check_password(new, login=login, field="new_password")
    if new != again:
        raise Invalid([FieldError("again", "password_differs")])
    return new


async def hashed(password: str) -> str:
    """The hash to store, made in a worker thread."""
    return await to_thread.run_sync(hash_password, password, limiter=_slots())


async def verify(stored: str | None, password: str) -> bool:
    """True when the password is the one behind `stored`, found out in a worker thread."""
    return await to_thread.run_sync(verify_password, stored, password, limiter=_slots())


def give_cookie(ctx: Context, request: Request, response: Response, opened: Opened) -> None:
    """Hand the session to the browser: for the desk's addresses only, never to scripts or other sites."""
    response.set_cookie(
        cookie_name(COOKIE, https=is_https(ctx, request)),
        opened.token,
        # on a shared computer it goes with the browser's window
        max_age=None if opened.shared else int(ABSOLUTE.total_seconds()),
        path=ctx.urls.path(HOME),
        secure=is_https(ctx, request),
        httponly=True,
        samesite="strict",
    )


def take_cookie(ctx: Context, request: Request, response: Response) -> None:
    """Take the session's cookie away."""
    https = is_https(ctx, request)
    response.delete_cookie(
        cookie_name(COOKIE, https=https), path=ctx.urls.path(HOME), secure=https, httponly=True, samesite="strict"
    )


def check_transport(ctx: Context, request: Request) -> None:
    """Passwords and sessions travel encrypted, or not beyond this machine.

    Raises:
        Refused: `https_required`.
    """
    if not (is_https(ctx, request) or ctx.settings.insecure_http or is_loopback(request)):
        raise Refused("https_required")


def _slots() -> CapacityLimiter:
    """This event loop's limit of hashes at once."""
    try:
        return _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(_HASHES_AT_ONCE)
        _limiter.set(limiter)
        return limiter
