"""Opening databases, and the one place where their errors become ours."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engagement_widgets.errors import SettingsError, Unavailable

BUSY_SECONDS = 5
STATEMENT_SECONDS = 10
POOL_SIZE = 8

_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock
_TIMED_OUT = {"57014", "55P03"}  # statement_timeout, lock_timeout
_AWAY = {None, "57P01", "57P02", "57P03", "53300"}  # no answer, shutting down, crashed, starting, too many clients


def parse_url(raw: str) -> URL:
    """Return the database URL.

    Raises:
        SettingsError: no URL, a database we do not know, or one that lives in the memory of one connection.
    """
    try:
        url = make_url(raw)
    except ArgumentError:
        raise SettingsError(["ENGAGEMENT_DATABASE_URL: not a database URL"]) from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise SettingsError(["ENGAGEMENT_DATABASE_URL: sqlite:///… or postgresql+psycopg://…"])
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise SettingsError(["ENGAGEMENT_DATABASE_URL: SQLite needs a file, its threads share nothing else"])
    return url


# readable, and so that what the journal keeps can be searched
_json = partial(json.dumps, ensure_ascii=False)


def open_sqlite(url: URL) -> Engine:
    """Make an engine on a SQLite file. Its connections begin nothing by themselves: the caller says BEGIN."""
    engine = create_engine(
        url,
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        pool_size=POOL_SIZE,
        max_overflow=-1,  # the threads that read are few already
        json_serializer=_json,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def open_sqlite_readers(url: URL) -> Engine:
    """Make an engine on a SQLite file whose connections refuse to write."""
    engine = open_sqlite(url)
    event.listen(engine, "connect", _refuse_writes)
    return engine


def open_postgresql(url: URL) -> Engine:
    """Make an engine on PostgreSQL with limits on how long anything may hold a lock.

    Raises:
        SettingsError: its driver is not installed.
    """
    try:
        return _postgresql_engine(url)
    except ModuleNotFoundError:
        raise SettingsError(["ENGAGEMENT_DATABASE_URL: pip install engagement-widgets[postgres]"]) from None


def _postgresql_engine(url: URL) -> Engine:
    limit = STATEMENT_SECONDS * 1000
    return create_engine(
        url,
        connect_args={
            "options": f"-c statement_timeout={limit} -c idle_in_transaction_session_timeout={limit}",
            "connect_timeout": 5,
            "tcp_user_timeout": limit,
            "application_name": "engagement-widgets",
        },
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=5,
    )


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.execute("PRAGMA synchronous=FULL")  # an acknowledged write survives a power cut
    connection.execute("PRAGMA foreign_keys=ON")


def _refuse_writes(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.execute("PRAGMA query_only=ON")


def translated(error: BaseException) -> BaseException:
    """Return our own error for a database that is busy, full or away; any other error as it is."""
    code = _unavailable(error)
    if code is None:
        return error
    ours = Unavailable(code)
    ours.__cause__ = error
    return ours


@contextmanager
def our_errors() -> Iterator[None]:
    """Raise `translated` errors out of this block."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        ours = translated(error)
        raise ours from ours.__cause__


def is_busy(error: BaseException) -> bool:
    """True when SQLite gave up waiting for another process's lock."""
    return _sqlite_code(error) in _SQLITE_BUSY


def is_retryable(error: BaseException) -> bool:
    """True when PostgreSQL ended the transaction only because of others, so that it can simply run again."""
    return _sqlstate(error) in _RETRYABLE


def is_away(error: BaseException) -> bool:
    """True when PostgreSQL cannot be reached, or went away before it answered."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError) and _sqlstate(error) in _AWAY


def _unavailable(error: BaseException) -> str | None:
    if isinstance(error, PoolTimeout) or is_busy(error) or _sqlstate(error) in _RETRYABLE | _TIMED_OUT:
        return "busy"
    if _sqlite_code(error) in _SQLITE_FULL:
        return "storage_full"
    return "storage_away" if is_away(error) else None


def _sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's five letters; None when it never answered; "" for another database's error."""
    original = error.orig if isinstance(error, DBAPIError) else None
    state: str | None = getattr(original, "sqlstate", "")
    return state


def _sqlite_code(error: BaseException) -> int | None:
    """The primary result code: the low byte of the extended one."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None
