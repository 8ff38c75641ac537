"""People at the desk for tests: accounts with known passwords, and browsers that are signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any, Final

import httpx
import pyotp
from starlette.types import ASGIApp

from engagement_widgets.desk.accounts import (
    Account,
    NewAccount,
    PasswordChange,
    change_password,
    create_account,
)
from engagement_widgets.desk.passwords import hash_password
from engagement_widgets.desk.second_factor import (
    EnableFactor,
    enable_factor,
    factor_purpose,
    new_recovery_codes,
    recovery_hash,
)
from engagement_widgets.desk.sessions import Opening, new_token, open_session
from engagement_widgets.hooks import Role
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.storage.units import Storage

BASE: Final = "http://127.0.0.1"
MOUNT: Final = "/engagement"
PASSWORD: Final = "một câu dài dễ nhớ"
SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ONE_TIME: Final = "Ab3k-Ck7m-Dq2p-Ez9t"
OURS: Final = {"Sec-Fetch-Site": "same-origin"}

_logins = count(1)
_hash = cache(hash_password)  # slow on purpose, and the same two passwords all the time


def add_account(
    storage: Storage,
    *,
    login: str | None = None,
    name: str = "Phạm Minh Hà",
    role: Role = Role.MODERATOR,
    one_time: bool = False,
    sections: frozenset[str] | None = None,
) -> Account:
    """An account with the password `PASSWORD`, or still with the one-time password `ONE_TIME`."""
    login = login or f"login{next(_logins)}"
    made = storage.write_sync(
        create_account,
        NewAccount(login=login, name=name, role=role, password_hash=_hash(ONE_TIME), sections=sections),
    )
    if one_time:
        return made
    return storage.write_sync(change_password, PasswordChange(account_id=made.id, password_hash=_hash(PASSWORD)))


def open_token(storage: Storage, account: Account) -> str:
    """The token of a new session, as a cookie or a bearer token carries it."""
    token = new_token()
    opening = Opening(account_id=account.id, token=token, agent="Mozilla/5.0 (X11; Linux) Firefox/130", shared=False)
    storage.write_sync(open_session, opening)
    return token


def with_factor(storage: Storage, secrets: Secrets, account: Account) -> tuple[str, ...]:
    """Give an account a second factor whose secret is `SECRET`; its recovery codes."""
    codes = new_recovery_codes()
    command = EnableFactor(
        account_id=account.id,
        sealed=secrets.seal(factor_purpose(account.id), SECRET.encode()),
        counter=0,
        code_hashes=tuple(recovery_hash(account.id, code) for code in codes),
        keep=account.id,
    )
    storage.write_sync(enable_factor, command)
    return codes


def code_of(secret: str, at: datetime) -> str:
    """What the app shows at a moment."""
    return pyotp.TOTP(secret).at(at)


@asynccontextmanager
async def browser(app: ASGIApp, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that posts from our own pages and does not follow redirects by itself."""
    headers = {**OURS, **options.pop("headers", {})}
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers, **options) as client:
        yield client


@asynccontextmanager
async def at_the_desk(app: ASGIApp, storage: Storage, account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with a session of this account."""
    async with browser(app, cookies={"ew_desk": open_token(storage, account)}) as client:
        yield client
