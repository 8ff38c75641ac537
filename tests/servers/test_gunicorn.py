"""Real server processes: what only shows when a process forks."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

APPLICATION = """
from starlette.applications import Starlette
from engagement_widgets import Engagement, Page, Settings

engagement = Engagement(Settings(database_url="sqlite:///{folder}/engagement.db"))
app = Starlette()
engagement.install(app, "/engagement")
engagement.worker_parts()  # boots in the parent, before gunicorn forks
"""


@pytest.fixture
def preloaded(tmp_path: Path, free_port: int) -> Iterator[str]:
    """Two forked workers of an application that had booted before the fork."""
    (tmp_path / "application.py").write_text(APPLICATION.format(folder=tmp_path))
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "2", "--bind", f"127.0.0.1:{free_port}"]
    command += ["--worker-class", "uvicorn.workers.UvicornWorker", "--chdir", str(tmp_path), "application:app"]
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            yield f"http://127.0.0.1:{free_port}"
        finally:
            server.terminate()
            server.wait(20)


@pytest.mark.servers
def test_preloaded_workers_boot_anew(preloaded: str, tmp_path: Path) -> None:
    """An application that booted before the fork serves from both children: engines and threads are their own."""
    deadline = time.monotonic() + 30
    answers: list[int] = []
    while time.monotonic() < deadline and len(answers) < 20:
        try:
            answers.append(httpx.get(f"{preloaded}/engagement/health", timeout=5).status_code)
        except httpx.TransportError:
            time.sleep(0.1)
    assert answers == [200] * 20, (tmp_path / "log").read_text()
