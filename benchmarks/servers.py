"""Real uvicorn processes on the servers' core, each on a port of its own on the loopback."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from benchmarks.machine import SERVER_CORE
from benchmarks.news import KEYS, PREFIX, SITE, database_url

HOUSE: Final = Path(__file__).parent.parent
UVICORN: Final = (
    *("-m", "uvicorn", "--loop", "uvloop", "--http", "httptools"),
    *("--no-access-log", "--log-level", "warning"),
)
"""What every site behind it is served by."""

_START_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.002
_AT_ROOT: Final = ("empty", "root")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One whole answer; the names of its headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that answers.

    Attributes:
        port: on 127.0.0.1.
        pid: of its one process.
        base: path of the mount, "" for a root application.
        started: seconds from the start of its process to its first whole answer.
    """

    port: int
    pid: int
    base: str
    started: float

    def url(self, path: str) -> str:
        """The address of a path below the mount."""
        return f"http://127.0.0.1:{self.port}{self.base}{path}"

    def fetch(self, path: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """Read a path below the mount once."""
        return _fetch(self.port, self.base + path, headers or {})


@contextmanager
def serve(
    app: str, database: Path | str, *, ready: str = "/health", cache_bytes: int | None = None
) -> Iterator[Server]:
    """Run the empty app or a factory of `apps`, hand it out once `ready` is answered, and end it by its process id.

    The database is a SQLite file or a URL.

    Raises:
        RuntimeError: with the server's own words, when it does not come up.
    """
    base = "" if app in _AT_ROOT else PREFIX
    port = free_port()
    environment = _environment(database, cache_bytes)
    with running(_command(app, port), environment, port=port, base=base, ready=ready) as server:
        yield server


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], *, port: int, base: str, ready: str
) -> Iterator[Server]:
    """Run a server on its core, hand it out once `ready` is answered, and end it by its process id.

    Raises:
        RuntimeError: with the server's own words, when it does not come up.
    """
    began = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        pinned = ["taskset", "-c", str(SERVER_CORE), *command]
        process = subprocess.Popen(pinned, env=environment, stderr=output)
        try:
            if not _answers(process, port, base + ready):
                output.seek(0)
                raise RuntimeError(f"{' '.join(command)} did not answer {ready}: {output.read().decode()}")
            yield Server(port=port, pid=process.pid, base=base, started=time.perf_counter() - began)
        finally:
            _end(process)


def _command(app: str, port: int) -> list[str]:
    served = ("benchmarks.empty:app",) if app == "empty" else ("--factory", f"benchmarks.apps:{app}")
    return [sys.executable, *UVICORN, *served, "--port", str(port)]


def _environment(database: Path | str, cache_bytes: int | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGEMENT_")}
    cache = {} if cache_bytes is None else {"ENGAGEMENT_CACHE_BYTES": str(cache_bytes)}
    return {
        **kept,
        **cache,
        "ENGAGEMENT_DATABASE_URL": database_url(database),
        "ENGAGEMENT_SECRET_KEYS": ",".join(KEYS),
        "ENGAGEMENT_SITE": SITE,
        "ENGAGEMENT_TRUSTED_PROXIES": "1",
        "PYTHONPATH": os.pathsep.join([str(HOUSE / "src"), str(HOUSE)]),
    }


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], port: int, path: str) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(ConnectionRefusedError):
            return _fetch(port, path, {}).status == 200
        time.sleep(_LOOK_SECONDS)
    return False


def _fetch(port: int, path: str, headers: Mapping[str, str]) -> Fetched:
    with closing(HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)) as connection:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Fetched(status=answer.status, headers=names, body=answer.read())


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
