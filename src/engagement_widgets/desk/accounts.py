"""Accounts at the desk: made by an admin or the command line, never by signing up.

Every function here is a unit `fn(tx, command)`. Passwords arrive as hashes: hashing is slow and stays outside.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select, update

from engagement_widgets.comments.fields import parse_email
from engagement_widgets.desk.account_fields import NAME, parse_login, parse_role, parse_sections, told
from engagement_widgets.desk.tables import accounts, sessions
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.journal.service import SYSTEM, Record, record
from engagement_widgets.kernel.text import Fields
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may sign in at the desk. `id` names them in the journal.

    Attributes:
        id: their id.
        login: what they sign in as.
        name: what colleagues see.
        role: what they may do.
        one_time: their password has to be changed before anything else.
        created_at: UTC.
        last_login_at: of the latest sign-in.
        previous_login_at: of the one before.
        disabled_at: since when the account is shut.
        sections: the only ones they have to do with; None for all.
        email: for letters to them.
        has_second_factor: a code is asked for beside the password.
        link_until: until when an open link sets their password.
    """

    id: UUID
    login: str
    name: str
    role: Role
    one_time: bool
    created_at: datetime
    last_login_at: datetime | None
    previous_login_at: datetime | None
    disabled_at: datetime | None
    sections: frozenset[str] | None
    email: str | None = field(repr=False)
    has_second_factor: bool
    link_until: datetime | None

    @property
    def user(self) -> DeskUser:
        """The same person as the rest of the desk knows them."""
        return DeskUser(id=str(self.id), name=self.name, role=self.role, sections=self.sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to make. Build it with `new_account`.

    `password_hash` is of a one-time password, or "" for a person who is invited to set one.
    """

    login: str
    name: str
    role: Role
    password_hash: str = field(repr=False)
    actor: DeskUser = SYSTEM
    sections: frozenset[str] | None = None
    email: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset:
    """A new one-time password for the account named `login`."""

    login: str
    password_hash: str = field(repr=False)
    actor: DeskUser = SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChange:
    """A password its owner chose. The owner's sessions end, but for `keep`, the one that asks."""

    account_id: UUID
    password_hash: str = field(repr=False)
    keep: UUID | None = None


_COLUMNS = [
    accounts.c.totp_secret.is_not(None).label(name) if name == "has_second_factor" else accounts.c[name]
    for name in Account.__dataclass_fields__
]
_SITE = accounts.c.site_id == bindparam("site")
_ALL = select(*_COLUMNS).where(_SITE).order_by(accounts.c.disabled_at.is_not(None), accounts.c.login)
_BY_ID = select(*_COLUMNS).where(_SITE, accounts.c.id == bindparam("account_id"))
_BY_LOGIN = select(*_COLUMNS).where(_SITE, accounts.c.login == bindparam("login"))
_PASSWORD = select(accounts.c.password_hash).where(_SITE, accounts.c.id == bindparam("account_id"))
_INSERT = Upsert(
    lambda insert: insert(accounts).on_conflict_do_nothing(index_elements=["site_id", "login"]).returning(accounts.c.id)
)
_SET_PASSWORD = (
    update(accounts)
    .where(_SITE, accounts.c.id == bindparam("account_id"))
    .values(password_hash=bindparam("new_hash"), one_time=bindparam("is_one_time"), link_id=None, link_until=None)
)
_END_SESSIONS = (
    update(sessions)
    .where(
        sessions.c.site_id == bindparam("site"),
        sessions.c.account_id == bindparam("owner"),
        sessions.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("at"))
)


def new_account(
    *, login: str, name: str, role: str, sections: str = "", email: str = "", actor: DeskUser = SYSTEM
) -> NewAccount:
    """Check what was typed for a new account; its password is still missing. `sections`: one a line, "" for all.

    Raises:
        Invalid: with every wrong field: `login` (`bad_login`), `name`, `sections` and `email` (as any text), `role`
            (`unknown_role`).
    """
    fields = Fields()
    parsed_name = fields.take("name", NAME.parse, name)
    parsed_login = fields.take("login", parse_login, login)
    parsed_role = fields.take("role", parse_role, role)
    parsed_sections = fields.take("sections", parse_sections, sections)
    parsed_email = fields.take("email", parse_email, email)
    fields.check()
    assert parsed_login and parsed_name and parsed_role  # noqa: S101, PT018  (check() has raised otherwise)
    return NewAccount(
        login=parsed_login,
        name=parsed_name,
        role=parsed_role,
        password_hash="",
        actor=actor,
        sections=parsed_sections,
        email=parsed_email,
    )


def create_account(tx: Tx, command: NewAccount) -> Account:
    """Make an account whose password must be changed at the first sign-in.

    Raises:
        Conflict: `login_taken`.
    """
    account_id = tx.new_id()
    row = {
        "site_id": tx.site,
        "id": account_id,
        "login": command.login,
        "name": command.name,
        "role": command.role.value,
        "password_hash": command.password_hash,
        "one_time": bool(command.password_hash),
        "created_at": tx.now,
        "sections": None if command.sections is None else sorted(command.sections),
        "email": command.email,
    }
    if tx.execute(_INSERT[tx.dialect], row).first() is None:
        raise Conflict("login_taken", login=command.login)
    after = {"login": command.login, "name": command.name, **told(command.role, command.sections)}
    write_down(tx, command.actor, "account.created", account_id, after=after)
    return find_account(tx, account_id)


def find_account(tx: Tx, account_id: UUID) -> Account:
    """One account.

    Raises:
        NotFound: `unknown_account`.
    """
    row = tx.execute(_BY_ID, {"site": tx.site, "account_id": account_id}).mappings().first()
    if row is None:
        raise NotFound("unknown_account")
    return _account_of(row)


def find_login(tx: Tx, login: str) -> Account:
    """The account that signs in as `login`.

    Raises:
        NotFound: `unknown_account`.
    """
    wanted = {"site": tx.site, "login": login.strip().casefold()}
    row = tx.execute(_BY_LOGIN, wanted).mappings().first()
    if row is None:
        raise NotFound("unknown_account")
    return _account_of(row)


def list_accounts(tx: Tx, command: None = None) -> tuple[Account, ...]:
    """Everybody, those whose account is shut last."""
    del command
    return tuple(_account_of(row) for row in tx.execute(_ALL, {"site": tx.site}).mappings())


def password_hash(tx: Tx, account_id: UUID) -> str | None:
    """The stored hash, to verify outside the transaction."""
    stored: str | None = tx.execute(_PASSWORD, {"site": tx.site, "account_id": account_id}).scalar()
    return stored


def reset_password(tx: Tx, command: PasswordReset) -> Account:
    """Set a one-time password; every session of the account ends.

    Raises:
        NotFound: `unknown_account`.
    """
    account = find_login(tx, command.login)
    _set_password(tx, account.id, command.password_hash, one_time=True)
    end_sessions(tx, account.id, keep=None)
    write_down(tx, command.actor, "account.password_reset", account.id)
    return find_account(tx, account.id)


def change_password(tx: Tx, command: PasswordChange) -> Account:
    """Set the password its owner chose; the owner's other sessions end, and no link sets another."""
    account = find_account(tx, command.account_id)
    _set_password(tx, account.id, command.password_hash, one_time=False)
    end_sessions(tx, account.id, keep=command.keep)
    write_down(tx, account.user, "account.password_changed", account.id)
    return find_account(tx, account.id)


def end_sessions(tx: Tx, account_id: UUID, *, keep: UUID | None) -> None:
    """End every open session of an account but `keep`."""
    statement = _END_SESSIONS if keep is None else _END_SESSIONS.where(sessions.c.id != keep)
    tx.execute(statement, {"site": tx.site, "owner": account_id, "at": tx.now})


def _account_of(row: RowMapping) -> Account:
    """The account in a row that selects its columns."""
    values = {name: row[name] for name in Account.__dataclass_fields__}
    sections = None if row["sections"] is None else frozenset(row["sections"])
    return Account(**values | {"role": Role(row["role"]), "sections": sections})


def _set_password(tx: Tx, account_id: UUID, new_hash: str, *, one_time: bool) -> None:
    tx.execute(
        _SET_PASSWORD,
        {"site": tx.site, "account_id": account_id, "new_hash": new_hash, "is_one_time": one_time},
    )


def write_down(
    tx: Tx,
    actor: DeskUser,
    action: str,
    account_id: UUID,
    *,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    """Write a deed about an account into the journal."""
    deed = Record(
        actor=actor, action=action, subject_kind="account", subject_id=str(account_id), before=before, after=after
    )
    record(tx, deed)
