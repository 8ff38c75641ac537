"""Between the password and the session: the code of who has a second factor."""

import hashlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from engagement_widgets.desk.accounts import Account, find_account, password_hash
from engagement_widgets.desk.admission import note_failure
from engagement_widgets.desk.second_factor import (
    CodeTry,
    factor_purpose,
    matching_step,
    recovery_hash,
    sealed_secret,
    spend_code,
)
from engagement_widgets.errors import Refused, TooMany
from engagement_widgets.web.context import Context

_STEP_LIFE: Final = timedelta(minutes=5)
_STEP_PURPOSE: Final = "desk-second-step"


async def check_code(ctx: Context, account: Account, typed: str) -> None:
    """Use up a code of the authenticator app, or a recovery code.

    Raises:
        Refused: `wrong_factor`, also for one that was used.
        TooMany: `sign_in_too_often`.
    """
    sealed = await ctx.storage.read(sealed_secret, account.id)
    if sealed is None:  # given up meanwhile
        raise Refused("wrong_factor")
    verdict = await ctx.storage.write(spend_code, _code_try(ctx, account.id, sealed, typed))
    if verdict.wait is not None:
        raise TooMany("sign_in_too_often", retry_after=verdict.wait)
    if not verdict.right:
        await ctx.storage.write(note_failure, account)
        raise Refused("wrong_factor")


def _code_try(ctx: Context, account_id: UUID, sealed: str, typed: str) -> CodeTry:
    code_hash = recovery_hash(account_id, typed)
    try:
        secret = ctx.secrets.unseal(factor_purpose(account_id), sealed)
    except Refused:  # its key is gone from the settings: the recovery codes still work
        return CodeTry(account_id=account_id, counter=None, sealed="", code_hash=code_hash)
    return CodeTry(
        account_id=account_id,
        counter=matching_step(secret.decode(), typed, ctx.clock.now()),
        sealed=ctx.secrets.seal(factor_purpose(account_id), secret),  # under the newest key
        code_hash=code_hash,
    )


def step_token(ctx: Context, account: Account, stored: str | None) -> str:
    """Proof for the second step that the password was right, for five minutes. Another password voids it."""
    until = ctx.clock.now() + _STEP_LIFE
    return ctx.secrets.sign(_STEP_PURPOSE, [str(account.id), _stamp(stored), until.isoformat()])


async def account_of_step(ctx: Context, token: str) -> Account:
    """Whose password was right in the first step.

    Raises:
        Refused: `step_over`: too late, the password was changed or the account shut meanwhile.
    """
    try:
        account_id, stamp, until = ctx.secrets.unsign(_STEP_PURPOSE, token)
    except Refused:
        raise Refused("step_over") from None
    known = await ctx.storage.read(password_hash, UUID(account_id))
    if datetime.fromisoformat(until) <= ctx.clock.now() or _stamp(known) != stamp:
        raise Refused("step_over")
    account = await ctx.storage.read(find_account, UUID(account_id))
    if account.disabled_at is not None:
        raise Refused("step_over")
    return account


def _stamp(stored: str | None) -> str:
    return hashlib.sha256((stored or "").encode()).hexdigest()[:16]
