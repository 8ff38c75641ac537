"""Links (*liên kết mời*) by which a person sets a password: for a new account, or in place of a lost password.

Its address carries the id of the link, signed: a dump of the database opens nothing without a key of the site. The row
says until when it holds; it opens once, and a newer link or any other new password voids it.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select, update

from engagement_widgets.desk.accounts import Account, PasswordChange, change_password, find_account, write_down
from engagement_widgets.desk.tables import accounts
from engagement_widgets.errors import NotFound, Refused
from engagement_widgets.events import AccountInvited
from engagement_widgets.hooks import DeskUser
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

LINK_LIFE: Final = timedelta(days=3)
_PURPOSE: Final = "desk-invitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A link to make; `by_mail`: a letter takes it to the account's address."""

    account_id: UUID
    actor: DeskUser
    by_mail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An account and its open link."""

    account: Account
    link_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptLink:
    """The password that was set through a link."""

    link_id: UUID
    password_hash: str = field(repr=False)


_LINK = (
    update(accounts)
    .where(accounts.c.site_id == bindparam("site"), accounts.c.id == bindparam("account_id"))
    .values(link_id=bindparam("new_link"), link_until=bindparam("until", type_=Moment()))
)
_OPEN = select(accounts.c.id).where(
    accounts.c.site_id == bindparam("site"),
    accounts.c.link_id == bindparam("link"),
    accounts.c.link_until > bindparam("now", type_=Moment()),
    accounts.c.disabled_at.is_(None),
)


def link_token(secrets: Secrets, link_id: UUID) -> str:
    """What stands in the link's address."""
    return secrets.sign(_PURPOSE, str(link_id))


def read_link(secrets: Secrets, token: str) -> UUID:
    """The link that an address names.

    Raises:
        NotFound: `invitation_over`, for whatever we did not sign.
    """
    try:
        return UUID(str(secrets.unsign(_PURPOSE, token)))
    except (Refused, ValueError):
        raise NotFound("invitation_over") from None


def invite(tx: Tx, command: Invite) -> Invited:
    """Make a link for `LINK_LIFE`; an earlier one is void. The password that stands goes on until it is used.

    Raises:
        NotFound: `unknown_account`.
        Refused: `account_disabled`.
    """
    account = find_account(tx, command.account_id)
    if account.disabled_at is not None:
        raise Refused("account_disabled")
    link_id = tx.new_id()
    tx.execute(_LINK, {"site": tx.site, "account_id": account.id, "new_link": link_id, "until": tx.now + LINK_LIFE})
    write_down(tx, command.actor, "account.invited", account.id)
    if command.by_mail and account.email is not None:
        tx.emit(AccountInvited(**tx.event_fields(), account_id=account.id, link_id=link_id))
    return Invited(account=find_account(tx, account.id), link_id=link_id)


def open_link(tx: Tx, link_id: UUID) -> Account:
    """Whose password a link sets.

    Raises:
        NotFound: `invitation_over`: used, replaced by another, or too old.
    """
    owner = tx.execute(_OPEN, {"site": tx.site, "link": link_id, "now": tx.now}).scalar()
    if owner is None:
        raise NotFound("invitation_over")
    return find_account(tx, owner)


def accept_link(tx: Tx, command: AcceptLink) -> Account:
    """Set the password; every session of the account ends, and the link with it.

    Raises:
        NotFound: `invitation_over`.
    """
    account = open_link(tx, command.link_id)
    return change_password(tx, PasswordChange(account_id=account.id, password_hash=command.password_hash))
