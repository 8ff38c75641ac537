"""Who is signed in: server-side sessions that can be listed and ended.

The cookie holds 256 random bits; the row holds only their hash, so a dump of the database opens nothing.
"""

import hashlib
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, desc, insert, select, update

from engagement_widgets.desk.accounts import Account, find_account
from engagement_widgets.desk.tables import accounts, sessions
from engagement_widgets.errors import NotFound
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record
from engagement_widgets.storage.units import Tx

IDLE = timedelta(hours=12)
IDLE_SHARED = timedelta(minutes=30)  # for a computer other people use too
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
_MINUTE = timedelta(minutes=1)
_AGENT_MAXIMUM = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in that is still open. `proved_at`: when the password was last shown in it."""

    id: UUID
    agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    idle_minutes: int
    proved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """An account and the session it came with."""

    account: Account
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A sign-in whose password was right."""

    account_id: UUID
    token: str = field(repr=False)
    agent: str
    shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One session to end, by its owner."""

    session_id: UUID
    account_id: UUID


def new_token() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What a row keeps of a token.

    Not keyed: 256 random bits cannot be guessed, and a rotated key must not sign everybody out.
    """
    return hashlib.sha256(b"desk-session:" + token.encode("utf-8", "replace")).hexdigest()


_SITE = sessions.c.site_id == bindparam("site")
_OPEN = sessions.c.revoked_at.is_(None) & (sessions.c.expires_at > bindparam("now"))
_SESSION_COLUMNS = [sessions.c[name] for name in Session.__dataclass_fields__]
_BY_TOKEN = (
    select(*_SESSION_COLUMNS, sessions.c.account_id)
    .join(accounts, (accounts.c.site_id == sessions.c.site_id) & (accounts.c.id == sessions.c.account_id))
    .where(_SITE, sessions.c.token_hash == bindparam("hash"), _OPEN, accounts.c.disabled_at.is_(None))
)
_OF_ACCOUNT = (
    select(*_SESSION_COLUMNS)
    .where(_SITE, sessions.c.account_id == bindparam("owner"), _OPEN)
    .order_by(desc(sessions.c.last_seen_at))
)
_INSERT = insert(sessions)
_SEEN = update(sessions).where(_SITE, sessions.c.id == bindparam("session")).values(last_seen_at=bindparam("now"))
_PROVED = update(sessions).where(_SITE, sessions.c.id == bindparam("session")).values(proved_at=bindparam("now"))
_REVOKE = (
    update(sessions)
    .where(
        _SITE,
        sessions.c.id == bindparam("session"),
        sessions.c.account_id == bindparam("owner"),
        sessions.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("now"))
)
_LOGGED_IN = (
    update(accounts)
    .where(accounts.c.site_id == bindparam("site"), accounts.c.id == bindparam("owner"))
    .values(previous_login_at=accounts.c.last_login_at, last_login_at=bindparam("now"))
)


def open_session(tx: Tx, command: Opening) -> SignedIn:
    """Begin a session; the account's former sign-in becomes the previous one."""
    idle = IDLE_SHARED if command.shared else IDLE
    session = Session(
        id=tx.new_id(),
        agent=command.agent[:_AGENT_MAXIMUM],
        created_at=tx.now,
        last_seen_at=tx.now,
        expires_at=tx.now + ABSOLUTE,
        idle_minutes=idle // _MINUTE,
        proved_at=tx.now,
    )
    owner = {"site_id": tx.site, "account_id": command.account_id, "token_hash": token_hash(command.token)}
    tx.execute(_INSERT, asdict(session) | owner)
    tx.execute(_LOGGED_IN, {"site": tx.site, "owner": command.account_id, "now": tx.now})
    account = find_account(tx, command.account_id)
    _write_down(tx, account.user, "session.opened", session.id)
    return SignedIn(account=account, session=session)


def find_session(tx: Tx, token: str) -> SignedIn | None:
    """The open session of a cookie, or None: unknown, ended, idle too long, too old, or its account is shut."""
    wanted = {"site": tx.site, "hash": token_hash(token), "now": tx.now}
    row = tx.execute(_BY_TOKEN, wanted).mappings().first()
    if row is None:
        return None
    session = Session(**{name: row[name] for name in Session.__dataclass_fields__})
    if not _alive(session, tx.now):
        return None
    return SignedIn(account=find_account(tx, row["account_id"]), session=session)


def see_session(tx: Tx, session_id: UUID) -> None:
    """Write down that the session was used. Call it when `SEEN_EVERY` has passed, not at every request."""
    tx.execute(_SEEN, {"site": tx.site, "session": session_id, "now": tx.now})


def prove_session(tx: Tx, session_id: UUID) -> None:
    """Write down that the session's owner has just shown the password again."""
    tx.execute(_PROVED, {"site": tx.site, "session": session_id, "now": tx.now})


def list_sessions(tx: Tx, account_id: UUID) -> tuple[Session, ...]:
    """The open sessions of an account, the latest used first."""
    rows = tx.execute(_OF_ACCOUNT, {"site": tx.site, "owner": account_id, "now": tx.now}).mappings()
    found = (Session(**row) for row in rows)
    return tuple(session for session in found if _alive(session, tx.now))


def end_session(tx: Tx, command: Ending) -> None:
    """End one session of an account; ending it twice is the same as once.

    Raises:
        NotFound: `unknown_session`, also for somebody else's.
    """
    account = find_account(tx, command.account_id)
    owned = select(sessions.c.id).where(_SITE, sessions.c.id == command.session_id)
    mine = owned.where(sessions.c.account_id == account.id)
    if tx.execute(mine, {"site": tx.site}).first() is None:
        raise NotFound("unknown_session")
    ended = tx.execute(_REVOKE, {"site": tx.site, "session": command.session_id, "owner": account.id, "now": tx.now})
    if ended.rowcount:
        _write_down(tx, account.user, "session.closed", command.session_id)


def _alive(session: Session, now: datetime) -> bool:
    return session.last_seen_at + session.idle_minutes * _MINUTE > now


def _write_down(tx: Tx, user: DeskUser, action: str, session_id: UUID) -> None:
    record(tx, Record(actor=user, action=action, subject_kind="session", subject_id=str(session_id)))
