"""Votes at four server processes at once: whatever interleaves, the counters are exact."""

import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import sleep

import httpx
import pytest

from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.reference import make_reference, page_id
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from rating_factory import PAGE, counts, proved
from serving import free_port, served

APPLICATION = """
from starlette.applications import Starlette
from engagement_widgets import Engagement, HostUser, Settings

async def identity(request, /):
    name = request.headers.get("x-user")
    return HostUser(id=name, name=name) if name else None

engagement = Engagement(Settings(database_url={url!r}, secret_keys=("{key}",), site="test"), identity=identity)
app = Starlette()
engagement.install(app, "/engagement")
"""
KEY = "k" * 32
READERS = 50
CHANGES = 4
ANY_PROCESS = httpx.Limits(max_keepalive_connections=0)  # each request comes on a connection of its own


@pytest.mark.servers
def test_two_hundred_changes_by_fifty_readers_at_four_processes_are_exact(
    database_url: str, tmp_path: Path, clock: FakeClock
) -> None:
    """Each reader sends four scores, none waiting for another; every reader has one vote, counted once."""
    (tmp_path / "application.py").write_text(APPLICATION.format(url=database_url, key=KEY))
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "uvicorn", "--workers", "4", "--port", address.rpartition(":")[2]]
    command += ["--log-level", "warning", "application:app"]
    base = f"http://{address}/engagement"
    reference = make_reference(Secrets((KEY,)), "test", PAGE)

    def rate(client: httpx.Client, number: int) -> int:
        reader, turn = divmod(number, CHANGES)
        body = {"page": reference, "score": 1 + (reader + turn) % 5}
        while True:
            answer = client.post(f"{base}/api/v1/ratings", json=body, headers={"x-user": f"reader{reader}"})
            if answer.status_code != 503:
                return answer.status_code
            sleep(int(answer.headers["retry-after"]))  # busy, and says so: nothing was written

    with (
        served(command, url=f"{base}/health", log=tmp_path / "log", folder=tmp_path, environment=os.environ),
        httpx.Client(timeout=30, limits=ANY_PROCESS) as client,
        ThreadPoolExecutor(16) as crowd,
    ):
        statuses = Counter(crowd.map(partial(rate, client), range(READERS * CHANGES)))
        shown = httpx.get(f"{base}/api/v1/pages/{page_id('test', PAGE.key)}/rating").json()

    assert statuses == {200: READERS * CHANGES}, (tmp_path / "log").read_text()
    storage = Storage(url=database_url, site="test", clock=clock)
    storage.boot()
    kept, exact = counts(storage), proved(storage)
    storage.close()
    assert exact
    assert sum(kept) == READERS
    assert tuple(shown["scores"].values()) == kept
