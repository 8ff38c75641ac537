"""Bringing a database to the schema of this release, and refusing one that is not there."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, inspect, text

from engagement_widgets.errors import SchemaError, SettingsError
from engagement_widgets.storage.engine import is_busy, open_postgresql, open_sqlite, parse_url

HEAD = "0018"
"""The newest revision in `migrations/versions`, written here so that a boot compares it without loading Alembic."""

VERSION_TABLE = "engagement_version"

_SCRIPTS = Path(__file__).parent / "migrations"
_MODULE = "fts5"  # the search of comments
_WAIT_SECONDS = 60  # for another process that migrates the same file
_LOCK_KEY = 0x656E67616765  # "engage": ours among the advisory locks of a shared database
_VERSION = text(f"SELECT version_num FROM {VERSION_TABLE}")
# Alembic keeps the running migration in module globals, so one process runs one at a time.
_alembic_lock = threading.Lock()


def upgrade(url: str) -> None:
    """Bring the database at `url` to this release's schema; rows are kept, several callers may come at once."""
    parsed = parse_url(url)
    embedded = parsed.get_backend_name() == "sqlite"
    engine = open_sqlite(parsed) if embedded else open_postgresql(parsed)
    try:
        (upgrade_sqlite if embedded else upgrade_postgresql)(engine)
    finally:
        engine.dispose()


def check(engine: Engine) -> None:
    """Refuse a database at another revision.

    Raises:
        SchemaError: it names the command that helps.
    """
    with engine.connect() as connection:
        found = _version(connection)
    if found != HEAD:
        raise SchemaError(found=found, needed=HEAD)


def upgrade_sqlite(engine: Engine) -> None:
    """Upgrade a SQLite file, in one transaction on a connection of its own.

    Foreign keys are off meanwhile and checked before the commit: Alembic rebuilds a table by copying it and dropping
    the old one, and with foreign keys on that empties the tables that refer to it.

    Raises:
        SettingsError: this Python's SQLite was built without FTS5.
    """
    with engine.connect() as connection:
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        connection.detach()  # what is set below does not go back to the pool
        driver.execute(f"PRAGMA busy_timeout={_WAIT_SECONDS * 1000}")
        _require_search(driver)
        _use_wal(driver)
        if _version(connection) == HEAD:
            return
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("BEGIN IMMEDIATE")
        _run_scripts(connection)
        if (broken := driver.execute("PRAGMA foreign_key_check").fetchone()) is not None:
            raise RuntimeError(f"the migration left a row of {broken[0]} that refers to nothing")
        connection.commit()


def upgrade_postgresql(engine: Engine) -> None:
    """Upgrade a PostgreSQL database, in one transaction under an advisory lock."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        _run_scripts(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(_VERSION).scalar()


def _run_scripts(connection: Connection) -> None:
    """Run what is missing, in the connection's transaction."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    found = _version(connection)  # under the lock: another process may have been faster
    if found == HEAD:
        return
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        with _alembic_lock:
            command.upgrade(config, HEAD)
    except CommandError as error:  # a revision of a newer release, which these scripts do not know
        raise SchemaError(found=found, needed=HEAD) from error


def _require_search(driver: sqlite3.Connection) -> None:
    """Say at the boot what would otherwise fail at somebody's first comment."""
    if driver.execute("SELECT 1 FROM pragma_module_list WHERE name = ?", (_MODULE,)).fetchone() is None:
        said = f"this Python's SQLite {sqlite3.sqlite_version} was built without FTS5; use one with it, or PostgreSQL"
        raise SettingsError([f"ENGAGEMENT_DATABASE_URL: {said}"])


def _use_wal(driver: sqlite3.Connection) -> None:
    """Switch the file to write-ahead logging, which it remembers; SQLite refuses while anybody else uses the file."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while driver.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            driver.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
