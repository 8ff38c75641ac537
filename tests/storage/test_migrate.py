"""Migrations: a database comes to this release's schema whole, or is refused with the command that helps."""

import importlib
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, create_engine, insert, inspect, text
from sqlalchemy.exc import DBAPIError

from cluster import Cluster
from comment_factory import approved
from engagement_widgets.comments.search.finding import Search, search
from engagement_widgets.comments.search.index import CheckIndex, check_index
from engagement_widgets.comments.search.words import parse_query
from engagement_widgets.errors import SchemaError, SettingsError
from engagement_widgets.journal.tables import entries
from engagement_widgets.storage import migrate
from engagement_widgets.storage.schema import metadata
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from page_units import add, keys
from peers import StartPeer

SCRIPTS = Path(migrate.__file__).parent / "migrations"
COMMENTS = ("comments", "comments.likes", "comments.reports", "comments.cases", "comments.search")
SLICES = ("pages", "journal", "ratings", *COMMENTS, "captcha", "links", "desk", "storage")

RELEASE = migrate.HEAD
NEXT = "next"

_NEXT = '''
"""A later release's migration, which rebuilds a table that others refer to."""
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{release}"


def upgrade():
    with op.batch_alter_table("engagement_pages") as batch:
        batch.alter_column("section", existing_type=sa.String(255), nullable=True)
        batch.add_column(sa.Column("extra", sa.Text()))
    {after}
'''


def _script(after: str) -> str:
    return _NEXT.format(revision=NEXT, release=RELEASE, after=after)


def head() -> str | None:
    """The newest revision among the scripts."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return ScriptDirectory.from_config(config).get_current_head()


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Scripts with one more migration than this release has, in place of ours; returns the new one."""
    scripts = tmp_path / "100% other scripts"
    shutil.copytree(SCRIPTS, scripts)
    monkeypatch.setattr(migrate, "_SCRIPTS", scripts)
    monkeypatch.setattr(migrate, "HEAD", NEXT)
    script = scripts / "versions" / "next_later.py"
    script.write_text(_script(after=""))
    return script


def test_the_boot_compares_with_the_newest_script() -> None:
    """The constant that spares a boot from loading Alembic is the scripts' own head."""
    assert head() == migrate.HEAD


def test_the_migrated_schema_is_the_models_schema(database_url: str) -> None:
    """Every table, column, type, index and constraint that the code expects is there, and nothing else."""
    for name in SLICES:
        importlib.import_module(f"engagement_widgets.{name}.tables")
    engine = create_engine(database_url)
    with engine.connect() as connection:
        opts = {"version_table": migrate.VERSION_TABLE, "include_object": _is_common}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []
        assert _checks(connection) == _expected_checks()
    engine.dispose()


def _is_common(item: object, name: str | None, kind: str, *_: object) -> bool:
    """False for what one database alone has: the tables inside SQLite's full-text index, PostgreSQL's GIN indexes."""
    del item
    if kind == "table":
        return not str(name).startswith("engagement_comment_fts")
    return name not in {"ix_engagement_comment_words_folded", "ix_engagement_comment_words_exact"}


def _checks(connection: Connection) -> set[str]:
    inspector = inspect(connection)
    return {str(check["name"]) for table in metadata.tables for check in inspector.get_check_constraints(table)}


def _expected_checks() -> set[str]:
    return {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }


def _journal_entry(tx: Tx, command: None) -> None:
    del command
    tx.execute(
        insert(entries),
        {
            "site_id": tx.site,
            "id": tx.new_id(),
            "at": tx.now,
            "actor": "lan",
            "actor_name": "Lan",
            "action": "approve",
            "subject_kind": "comment",
            "subject_id": "1",
        },
    )


@pytest.mark.parametrize("statement", ["UPDATE engagement_journal SET actor = 'x'", "DELETE FROM engagement_journal"])
def test_the_journal_only_grows(storage: Storage, statement: str) -> None:
    """The database itself refuses to change or delete an entry."""

    def change(tx: Tx, command: str) -> None:
        tx.execute(text(command))

    storage.write_sync(_journal_entry, None)
    with pytest.raises(DBAPIError, match="append-only"):
        storage.write_sync(change, statement)
    assert (
        storage.read_sync(lambda tx, _: tx.execute(text("SELECT actor FROM engagement_journal")).scalar(), None)
        == "lan"
    )


def test_several_processes_boot_at_once_on_an_empty_file(
    tmp_path: Path, start_peer: StartPeer, clock: FakeClock
) -> None:
    """One of them migrates, the others wait for it; all of them run."""
    url = f"sqlite:///{tmp_path}/new.db"
    peers = [start_peer(url, "write", name, 5) for name in "abcd"]
    assert [peer.wait(timeout=60) for peer in peers] == [0, 0, 0, 0]
    storage = Storage(url=url, site="test", clock=clock)
    storage.boot()
    assert len(storage.read_sync(keys, None)) == 20
    storage.close()


def test_several_processes_migrate_an_empty_server_at_once(cluster: Cluster, clock: FakeClock) -> None:
    """An advisory lock lets one through, and the others find nothing to do."""
    url = cluster.new_database(template="template1")
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate.upgrade, [url] * 4))
    storage = Storage(url=url, site="test", clock=clock)
    storage.boot()
    assert storage.write_sync(add, "a") == "a"
    storage.close()


@pytest.mark.usefixtures("next_release")
def test_a_migration_keeps_every_row(database_url: str, clock: FakeClock) -> None:
    """A table that others refer to is rebuilt, and no row of either is lost."""
    _write_children(database_url, clock)
    migrate.upgrade(database_url)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert "extra" in {column["name"] for column in inspect(connection).get_columns("engagement_pages")}
        assert connection.execute(text("SELECT count(*) FROM engagement_pages")).scalar() == 3
        assert connection.execute(text("SELECT count(*) FROM engagement_comment_page_counts")).scalar() == 3
    engine.dispose()


def _write_children(url: str, clock: FakeClock) -> None:
    """Three pages with a row each that refers to it."""

    def add_both(tx: Tx, key: str) -> None:
        add(tx, key)
        tx.execute(
            text(
                "INSERT INTO engagement_comment_page_counts (site_id, page_id, approved) "
                "SELECT site_id, id, 0 FROM engagement_pages WHERE key = :key"
            ),
            {"key": key},
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "HEAD", RELEASE)
        storage = Storage(url=url, site="test", clock=clock)
        storage.boot()
        for key in "abc":
            storage.write_sync(add_both, key)
        storage.close()


def test_a_migration_that_fails_changes_nothing(database_url: str, clock: FakeClock, next_release: Path) -> None:
    """It is one transaction: after the failure the old release still runs."""
    _write_children(database_url, clock)
    next_release.write_text(_script(after='op.execute("nonsense")'))
    with pytest.raises(DBAPIError):
        migrate.upgrade(database_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "HEAD", RELEASE)
        storage = Storage(url=database_url, site="test", clock=clock)
        storage.boot()
        assert storage.read_sync(keys, None) == ["a", "b", "c"]
        storage.close()


def test_a_migration_that_breaks_a_reference_is_refused(sqlite_url: str, clock: FakeClock, next_release: Path) -> None:
    """Foreign keys are off while SQLite migrates, so they are checked before the commit."""
    _write_children(sqlite_url, clock)
    next_release.write_text(_script(after='op.execute("DELETE FROM engagement_pages")'))
    with pytest.raises(RuntimeError, match="refers to nothing"):
        migrate.upgrade(sqlite_url)
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM engagement_pages")).scalar() == 3
    engine.dispose()


@pytest.mark.usefixtures("next_release")
def test_sqlite_upgrades_itself_at_the_boot(sqlite_url: str, clock: FakeClock) -> None:
    """The embedded database needs no command."""
    storage = Storage(url=sqlite_url, site="test", clock=clock)
    storage.boot()
    assert storage.write_sync(add, "a") == "a"
    storage.close()


@pytest.mark.usefixtures("next_release")
def test_postgresql_refuses_a_stale_schema_and_names_the_command(postgresql_url: str, clock: FakeClock) -> None:
    """A server's schema is changed by its people, not by whichever process starts first."""
    storage = Storage(url=postgresql_url, site="test", clock=clock)
    with pytest.raises(SchemaError, match=f"at {RELEASE}, this release needs {NEXT}. Run: engagement-widgets migrate"):
        storage.boot()
    migrate.upgrade(postgresql_url)
    storage.boot()
    assert storage.write_sync(add, "a") == "a"
    storage.close()


def test_postgresql_refuses_an_empty_database(cluster: Cluster, clock: FakeClock) -> None:
    """A database without our tables is at no version."""
    storage = Storage(url=cluster.new_database(template="template1"), site="test", clock=clock)
    with pytest.raises(SchemaError, match="at none"):
        storage.boot()


def test_a_newer_schema_is_refused(sqlite_url: str, clock: FakeClock) -> None:
    """An older release does not write into what it does not know."""
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE engagement_version SET version_num = '9999'"))
    engine.dispose()
    storage = Storage(url=sqlite_url, site="test", clock=clock)
    with pytest.raises(SchemaError, match="at 9999"):
        storage.boot()


def test_a_boot_that_finds_its_schema_loads_no_alembic(sqlite_url: str) -> None:
    """Start-up time: the migration tool and the other database's driver stay on disk."""
    script = (
        "import sys\n"
        "from engagement_widgets.kernel.clock import SystemClock\n"
        "from engagement_widgets.storage.units import Storage\n"
        f"storage = Storage(url={sqlite_url!r}, site='test', clock=SystemClock())\n"
        "storage.boot()\n"
        "storage.close()\n"
        "print([name for name in ('alembic', 'psycopg') if name in sys.modules])\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_a_sqlite_without_full_text_search_is_refused_by_name(
    sqlite_url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the boot, before anybody's first comment fails."""
    monkeypatch.setattr(migrate, "_MODULE", "a module that no SQLite has")
    with pytest.raises(SettingsError, match="built without FTS5; use one with it, or PostgreSQL"):
        Storage(url=sqlite_url, site="test", clock=clock).boot()


def test_comments_from_before_are_found(database_url: str, clock: FakeClock) -> None:
    """The migration folds and indexes every comment there is, a chunk at a time, in the order they came."""
    engine = create_engine(database_url)
    storage = Storage(url=database_url, site="test", clock=clock)
    storage.boot()
    made = [approved(storage, body=body) for body in ("chợ một", "cho hai", "chợ ba", "bến")]
    search_migration = importlib.import_module("engagement_widgets.storage.migrations.versions.0009_search")
    with engine.begin() as connection, pytest.MonkeyPatch.context() as patch:
        connection.execute(text("DELETE FROM engagement_comment_words"))
        patch.setattr(search_migration, "_TEXTS", search_migration._TEXTS.execution_options(yield_per=2))
        patch.setattr(search_migration, "op", Operations(MigrationContext.configure(connection)))
        search_migration._fill(*search_migration._FILL[connection.dialect.name])
    engine.dispose()
    assert storage.read_sync(check_index, CheckIndex()).wrong == ()
    command = Search(phrases=parse_query("chợ"), size=9, public_only=True)
    assert storage.read_sync(search, command).ids == (made[2], made[0], made[1])
    storage.close()
