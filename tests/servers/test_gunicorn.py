"""What only shows when a process forks."""

import os
import sys
from pathlib import Path

import httpx
import pytest

from serving import free_port, served

APPLICATION = """
from starlette.applications import Starlette
from engagement_widgets import Engagement, Settings

engagement = Engagement(Settings(database_url="sqlite:///{folder}/engagement.db"))
app = Starlette()
engagement.install(app, "/engagement")
engagement.boot()  # boots in the parent, before gunicorn forks
"""


@pytest.mark.servers
def test_preloaded_workers_boot_anew(tmp_path: Path) -> None:
    """An application that booted before the fork serves from both children: engines and threads are their own."""
    (tmp_path / "application.py").write_text(APPLICATION.format(folder=tmp_path))
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "2", "--bind", address]
    command += ["--worker-class", "asgi", "application:app"]
    health = f"http://{address}/engagement/health"
    with served(command, url=health, log=tmp_path / "log", folder=tmp_path, environment=os.environ):
        answers = [httpx.get(health, timeout=5) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}, (tmp_path / "log").read_text()
    assert "Traceback" not in (tmp_path / "log").read_text()
