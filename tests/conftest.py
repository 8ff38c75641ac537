"""What every test may ask for: a clock, and a fresh migrated database of either kind."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from engagement_widgets.storage.migrate import upgrade
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

_SERVER_OPTIONS = (
    "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
    "-c deadlock_timeout=50ms -c max_connections=200 -c shared_buffers=32MB"
)


class Cluster:
    """A PostgreSQL server of our own, reached by a socket in a temporary directory."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self.directory = Path(tempfile.mkdtemp(prefix="ew-pg-"))
        self._numbers = count(1)
        self._as_server: Sequence[str] = ()
        if os.geteuid() == 0:  # the server refuses to run as root
            user = pwd.getpwnam("postgres")
            os.chown(self.directory, user.pw_uid, user.pw_gid)
            self._as_server = ("runuser", "-u", "postgres", "--")
        self.data = self.directory / "data"

    def start(self) -> None:
        """Make the cluster and the template of every database: an empty one at this release's schema."""
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = f"-k {self.directory} {_SERVER_OPTIONS}"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.directory / "log", "-o", options, "start")
        upgrade(self.new_database(template="template1", name="migrated"))

    def stop(self) -> None:
        """End the server and forget it."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.directory)

    def new_database(self, template: str = "migrated", name: str | None = None) -> str:
        """Make a database and return its URL."""
        name = name or f"test{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql+psycopg://postgres@/{name}?host={self.directory}"

    def sql(self, statement: str) -> None:
        """Run one statement as the server's owner."""
        import psycopg

        with psycopg.connect(host=str(self.directory), user="postgres", dbname="postgres", autocommit=True) as server:
            server.execute(statement.encode())

    def _run(self, program: str, *arguments: object) -> None:
        command = [*self._as_server, str(self._binaries / program), *map(str, arguments)]
        result = subprocess.run(
            command, cwd="/", check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert result.returncode == 0, result.stdout


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Every asynchronous test runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL server, or a skip where its programs are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL's server programs are not installed, and with CI=true nothing is skipped")
        pytest.skip("PostgreSQL's server programs are not installed (apt-get install postgresql)")
    cluster = Cluster(found[-1].parent)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def postgresql_url(cluster: Cluster) -> str:
    """A fresh PostgreSQL database at this release's schema."""
    return cluster.new_database()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at this release's schema, to copy."""
    path = tmp_path_factory.mktemp("migrated") / "engagement.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A fresh SQLite file at this release's schema."""
    path = tmp_path / "engagement.db"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at nine in the morning in Hanoi, on 1 July 2026."""
    return FakeClock(datetime(2026, 7, 1, 2, 0, tzinfo=UTC))


@pytest.fixture
def storage(database_url: str, clock: FakeClock) -> Iterator[Storage]:
    """A booted storage of the site `test` on a fresh database, once on SQLite and once on PostgreSQL."""
    storage = Storage(url=database_url, site="test", clock=clock)
    storage.boot()
    yield storage
    storage.close()
