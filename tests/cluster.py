"""A private PostgreSQL server for the test run."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from sqlalchemy import make_url

from engagement_widgets.storage.migrate import upgrade

_SERVER_OPTIONS = (
    "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
    "-c deadlock_timeout=50ms -c max_connections=200 -c shared_buffers=32MB"
)


def _memory() -> str | None:
    """Where files cost no disk, if there is room for a cluster of about 150 MB."""
    memory = Path("/dev/shm")  # noqa: S108  # mkdtemp makes the private directory
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30 else None


def binaries() -> Path | None:
    """Where the newest installed server has its programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class Cluster:
    """A PostgreSQL server of our own, reached by a socket in a temporary directory."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self.directory = Path(tempfile.mkdtemp(prefix="ew-pg-", dir=_memory()))
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

    def drop_database(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        self.sql(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

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
