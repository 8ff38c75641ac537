"""The units of signing in. Between them the password is verified, outside any transaction.

A refusal must leave its trace (the spent quota), so it is returned, not raised: a raise would roll it back.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, delete

from engagement_widgets.desk.accounts import Account, find_login, password_hash
from engagement_widgets.desk.second_factor import code_bucket
from engagement_widgets.desk.sessions import Opening, SignedIn, open_session, prove_session
from engagement_widgets.errors import NotFound
from engagement_widgets.journal.service import Record, record
from engagement_widgets.storage.quotas import spend
from engagement_widgets.storage.tables import quotas
from engagement_widgets.storage.units import Tx

WINDOW: Final = timedelta(minutes=15)
PER_LOGIN: Final = 10
PER_ADDRESS: Final = 60  # a newsroom shares one address

_ENDLESS: Final = 2**31 - 1  # a refused use would write nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Somebody wants to sign in as `login` from the address behind `address_hash`."""

    login: str
    address_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Whether the password may be tried at all.

    Attributes:
        wait: seconds until it may, None for at once.
        account: who would be signed in; None for an unknown login.
        password_hash: what to verify against.
    """

    wait: int | None = None
    account: Account | None = None
    password_hash: str | None = field(default=None, repr=False)


_FORGET = delete(quotas).where(quotas.c.site_id == bindparam("site"), quotas.c.bucket == bindparam("spent"))


def admit(tx: Tx, attempt: Attempt) -> Admission:
    """Count the attempt per login and per address, exactly, and look the account up."""
    login = attempt.login.strip().casefold()
    waits = [
        spend(tx, _login_bucket(login), PER_LOGIN, WINDOW),
        spend(tx, f"sign-in:address:{attempt.address_hash}", PER_ADDRESS, WINDOW),
    ]
    wait = max((seconds for seconds in waits if seconds is not None), default=None)
    if wait is not None:
        return Admission(wait=wait)
    try:
        account = find_login(tx, login)
    except NotFound:
        return Admission()
    return Admission(account=account, password_hash=password_hash(tx, account.id))


def enter(tx: Tx, command: Opening) -> SignedIn:
    """Open the session, and forget the failed attempts of this login: its owner has arrived."""
    signed_in = open_session(tx, command)
    _forget(tx, signed_in.account)
    return signed_in


def prove(tx: Tx, signed_in: SignedIn) -> None:
    """Write down that the session's owner has shown the password again, and forget the attempts it took."""
    prove_session(tx, signed_in.session.id)
    _forget(tx, signed_in.account)


def note_failure(tx: Tx, account: Account | None) -> None:
    """Write a wrong password down in the journal.

    An unknown login writes one row too, so that both take the same time; not into the journal, which keeps
    everything for good and must not be filled by whoever likes to.
    """
    if account is None:
        spend(tx, "sign-in:unknown", _ENDLESS, WINDOW)
        return
    deed = Record(actor=account.user, action="session.refused", subject_kind="account", subject_id=str(account.id))
    record(tx, deed)


def _forget(tx: Tx, account: Account) -> None:
    for bucket in (_login_bucket(account.login), code_bucket(account.id)):
        tx.execute(_FORGET, {"site": tx.site, "spent": bucket})


def _login_bucket(login: str) -> str:
    """A name of fixed length, whatever was typed."""
    return f"sign-in:login:{hashlib.sha256(login.encode()).hexdigest()}"
