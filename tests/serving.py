"""Real server processes for tests: a free port, a started server, a sure end."""

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

START_SECONDS = 90  # a newspaper is seeded with thousands of comments first, on a machine that may be busy


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def served(
    command: Sequence[str], *, url: str, log: Path, folder: Path | None = None, environment: Mapping[str, str]
) -> Iterator[str]:
    """Run a server until the block ends; begins when `url` answers, and yields it.

    Raises:
        AssertionError: when it does not answer in time, with what it printed.
    """
    with (
        log.open("w") as output,
        subprocess.Popen(command, cwd=folder, env=dict(environment), stdout=output, stderr=output) as process,
    ):
        try:
            _wait(process, url, log)
            yield url
        finally:
            process.terminate()
            process.wait(20)


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url, timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{url} does not answer:\n{log.read_text()}")
