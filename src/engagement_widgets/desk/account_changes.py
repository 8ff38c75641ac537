"""What an admin changes of an account: its role, sections and address; whether it is shut."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import bindparam, select, update

from engagement_widgets.comments.fields import parse_email
from engagement_widgets.desk.account_fields import parse_role, parse_sections, told
from engagement_widgets.desk.accounts import Account, end_sessions, find_account, write_down
from engagement_widgets.desk.tables import accounts
from engagement_widgets.errors import Refused
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.kernel.text import Fields
from engagement_widgets.storage.schema import Json
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What an account is to be. Build it with `account_change`."""

    account_id: UUID
    role: Role
    sections: frozenset[str] | None
    email: str | None = field(repr=False)
    actor: DeskUser


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSwitch:
    """Shut an account, or open it again."""

    account_id: UUID
    disabled: bool
    actor: DeskUser


# Locked, so that two admins who shut each other at the same moment cannot both succeed.
_ADMINS = (
    select(accounts.c.id, accounts.c.sections)
    .where(
        accounts.c.site_id == bindparam("site"), accounts.c.role == Role.ADMIN.value, accounts.c.disabled_at.is_(None)
    )
    .with_for_update()
)
_CHANGE = (
    update(accounts)
    .where(accounts.c.site_id == bindparam("site"), accounts.c.id == bindparam("account_id"))
    .values(role=bindparam("new_role"), sections=bindparam("new_sections", type_=Json()), email=bindparam("new_email"))
)
_SWITCH = (
    update(accounts)
    .where(accounts.c.site_id == bindparam("site"), accounts.c.id == bindparam("account_id"))
    .values(disabled_at=bindparam("at"))
)


def account_change(account_id: UUID, *, role: str, sections: str, email: str, actor: DeskUser) -> AccountChange:
    """Check what was typed. `sections`: one a line, "" for all.

    Raises:
        Invalid: with every wrong field: `role`, `sections`, `email`.
    """
    fields = Fields()
    parsed_role = fields.take("role", parse_role, role)
    parsed_sections = fields.take("sections", parse_sections, sections)
    parsed_email = fields.take("email", parse_email, email)
    fields.check()
    assert parsed_role is not None  # noqa: S101  (check() has raised otherwise)
    return AccountChange(
        account_id=account_id, role=parsed_role, sections=parsed_sections, email=parsed_email, actor=actor
    )


def change_account(tx: Tx, command: AccountChange) -> Account:
    """Change it, from the next request of its owner on.

    Raises:
        NotFound: `unknown_account`.
        Refused: `own_account`, because nobody may take their own rights away; `last_admin`: somebody has to look after
            the people of the whole site.
    """
    account = find_account(tx, command.account_id)
    before, after = told(account.role, account.sections), told(command.role, command.sections)
    if before != after:
        if command.actor.id == str(account.id):
            raise Refused("own_account")
        if (command.role is not Role.ADMIN or command.sections is not None) and _is_last_admin(tx, account):
            raise Refused("last_admin")
    values = {
        "new_role": command.role.value,
        "new_sections": None if command.sections is None else sorted(command.sections),
        "new_email": command.email,
    }
    tx.execute(_CHANGE, {"site": tx.site, "account_id": account.id, **values})
    if before != after:
        write_down(tx, command.actor, "account.changed", account.id, before=before, after=after)
    return find_account(tx, account.id)


def switch_account(tx: Tx, command: AccountSwitch) -> Account:
    """Shut an account (its sessions end at once) or open it again; twice is the same as once.

    Raises:
        NotFound: `unknown_account`.
        Refused: `own_account`, because nobody may lock themself out, or `last_admin`.
    """
    account = find_account(tx, command.account_id)
    if (account.disabled_at is not None) == command.disabled:
        return account
    if command.disabled:
        if command.actor.id == str(account.id):
            raise Refused("own_account")
        if _is_last_admin(tx, account):
            raise Refused("last_admin")
        end_sessions(tx, account.id, keep=None)
    at = tx.now if command.disabled else None
    tx.execute(_SWITCH, {"site": tx.site, "account_id": account.id, "at": at})
    action = "account.disabled" if command.disabled else "account.enabled"
    write_down(tx, command.actor, action, account.id)
    return find_account(tx, account.id)


def _is_last_admin(tx: Tx, account: Account) -> bool:
    """Whether nobody else could look after the people of the whole site."""
    admins = [row.id for row in tx.execute(_ADMINS, {"site": tx.site}) if row.sections is None]
    return admins == [account.id]
