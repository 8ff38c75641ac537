"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

A secret is stored sealed under the site's key. A code is worth one sign-in: the row remembers the time step of the last
one, and nothing up to it counts again (RFC 6238, 5.2). One step more or less is let pass for clocks that differ.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from engagement_widgets.desk.accounts import Account, end_sessions, find_account, write_down
from engagement_widgets.desk.passwords import one_time_password
from engagement_widgets.desk.tables import accounts, recovery_codes
from engagement_widgets.errors import Conflict
from engagement_widgets.hooks import DeskUser
from engagement_widgets.storage.quotas import spend
from engagement_widgets.storage.units import Tx

STEP: Final = 30
DRIFT: Final = 1
RECOVERY_CODES: Final = 10
TRIES: Final = 5
TRIES_WINDOW: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableFactor:
    """A second factor whose first code was right. `keep`: the session it is set in; the account's others end."""

    account_id: UUID
    sealed: str = field(repr=False)
    counter: int
    code_hashes: tuple[str, ...] = field(repr=False)
    keep: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewCodes:
    """New recovery codes in place of the old."""

    account_id: UUID
    code_hashes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableFactor:
    """A second factor to give up, by its owner or an admin."""

    account_id: UUID
    actor: DeskUser


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTry:
    """A code that was typed.

    Attributes:
        account_id: whose.
        counter: the time step whose code it is, None for none of the present ones.
        sealed: the secret under the newest key.
        code_hash: of the same text as a recovery code.
    """

    account_id: UUID
    counter: int | None
    sealed: str = field(repr=False)
    code_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeVerdict:
    """What became of a code. `wait`: seconds until another may be tried, None for at once."""

    right: bool = False
    wait: int | None = None


_MINE = (accounts.c.site_id == bindparam("site"), accounts.c.id == bindparam("account_id"))
_SECRET = select(accounts.c.totp_secret).where(*_MINE)
_SET = update(accounts).where(*_MINE).values(totp_secret=bindparam("sealed"), totp_counter=bindparam("counter"))
_SPEND = _SET.where(
    accounts.c.totp_secret.is_not(None),
    or_(accounts.c.totp_counter.is_(None), accounts.c.totp_counter < bindparam("counter")),
)
_MY_CODES = (recovery_codes.c.site_id == bindparam("site"), recovery_codes.c.account_id == bindparam("owner"))
_DROP_CODES = delete(recovery_codes).where(*_MY_CODES)
_ADD_CODES = insert(recovery_codes)
_SPEND_CODE = (
    update(recovery_codes)
    .where(*_MY_CODES, recovery_codes.c.code_hash == bindparam("hash"), recovery_codes.c.used_at.is_(None))
    .values(used_at=bindparam("at"))
)
_COUNT_CODES = select(func.count()).where(*_MY_CODES, recovery_codes.c.used_at.is_(None))


def new_secret() -> str:
    """160 random bits in base 32, as authenticator apps take them."""
    import pyotp

    return pyotp.random_base32()


def key_address(secret: str, *, login: str, issuer: str) -> str:
    """What the QR code says to the app: `otpauth://totp/…`."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, of the present one and its neighbours; None for any other text."""
    import pyotp

    typed = "".join(code.split()).encode()
    present, generator = int(now.timestamp()) // STEP, pyotp.HOTP(secret)
    steps = range(present - DRIFT, present + DRIFT + 1)
    found = [step for step in steps if hmac.compare_digest(generator.at(step).encode(), typed)]
    return found[-1] if found else None


def factor_purpose(account_id: UUID) -> str:
    """What a secret is sealed for: one account, so that rows cannot be exchanged."""
    return f"desk-totp:{account_id}"


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes to write down, about 92 random bits each."""
    return tuple(one_time_password() for _ in range(RECOVERY_CODES))


def recovery_hash(account_id: UUID, code: str) -> str:
    """What a row keeps of a recovery code. Not keyed: 92 random bits cannot be guessed, and keys are rotated."""
    return hashlib.sha256(f"desk-recovery:{account_id}:{code.strip()}".encode("utf-8", "replace")).hexdigest()


def sealed_secret(tx: Tx, account_id: UUID) -> str | None:
    """The stored secret, or None without a second factor."""
    sealed: str | None = tx.execute(_SECRET, {"site": tx.site, "account_id": account_id}).scalar()
    return sealed


def count_recovery_codes(tx: Tx, account_id: UUID) -> int:
    """How many codes are left."""
    return int(tx.execute(_COUNT_CODES, {"site": tx.site, "owner": account_id}).scalar_one())


def enable_factor(tx: Tx, command: EnableFactor) -> Account:
    """Ask for a code from now on; sessions that were opened without one end, but for this.

    Raises:
        Conflict: `factor_is_on`.
    """
    account = find_account(tx, command.account_id)
    if account.has_second_factor:
        raise Conflict("factor_is_on")
    key = {"site": tx.site, "account_id": account.id}
    tx.execute(_SET, {**key, "sealed": command.sealed, "counter": command.counter})
    _store_codes(tx, account.id, command.code_hashes)
    end_sessions(tx, account.id, keep=command.keep)
    write_down(tx, account.user, "account.factor_enabled", account.id)
    return find_account(tx, account.id)


def renew_codes(tx: Tx, command: RenewCodes) -> bool:
    """Replace the recovery codes, and say whether there is a second factor that they could be of."""
    account = find_account(tx, command.account_id)
    if account.has_second_factor:
        _store_codes(tx, account.id, command.code_hashes)
        write_down(tx, account.user, "account.codes_renewed", account.id)
    return account.has_second_factor


def disable_factor(tx: Tx, command: DisableFactor) -> Account:
    """Ask for no code any more; where an admin does it, the account's sessions end. Off already, nothing changes.

    Raises:
        NotFound: `unknown_account`.
    """
    account = find_account(tx, command.account_id)
    if not account.has_second_factor:
        return account
    tx.execute(_SET, {"site": tx.site, "account_id": account.id, "sealed": None, "counter": None})
    tx.execute(_DROP_CODES, {"site": tx.site, "owner": account.id})
    if command.actor.id != str(account.id):
        end_sessions(tx, account.id, keep=None)
    write_down(tx, command.actor, "account.factor_disabled", account.id)
    return find_account(tx, account.id)


def spend_code(tx: Tx, command: CodeTry) -> CodeVerdict:
    """Count the try, exactly, and use the code up if it is one.

    A refusal must leave its trace (the spent try), so it is returned, not raised.
    """
    wait = spend(tx, code_bucket(command.account_id), TRIES, TRIES_WINDOW)
    if wait is not None:
        return CodeVerdict(wait=wait)
    if command.counter is not None:
        key = {"site": tx.site, "account_id": command.account_id}
        spent = tx.execute(_SPEND, {**key, "sealed": command.sealed, "counter": command.counter})
        return CodeVerdict(right=spent.rowcount == 1)
    code = {"site": tx.site, "owner": command.account_id, "hash": command.code_hash, "at": tx.now}
    return CodeVerdict(right=tx.execute(_SPEND_CODE, code).rowcount == 1)


def code_bucket(account_id: UUID) -> str:
    """The quota in which the tries of an account are counted; whoever has arrived has them forgotten."""
    return f"second-factor:{account_id}"


def _store_codes(tx: Tx, account_id: UUID, hashes: Sequence[str]) -> None:
    tx.execute(_DROP_CODES, {"site": tx.site, "owner": account_id})
    tx.execute(
        _ADD_CODES,
        [{"site_id": tx.site, "account_id": account_id, "code_hash": one, "used_at": None} for one in hashes],
    )
