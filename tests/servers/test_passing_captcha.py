"""The provider that takes every answer, before a real server and across a real network: it stays on its machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from comment_factory import PAGE
from engagement_widgets.comments.fields import new_submission_key
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.reference import make_reference
from namespaces import CannotMake, Machine, two_machines
from whole_site import KEY

TESTS = Path(__file__).parent.parent
PORT = 8000
CALL = """
import json, sys, time, httpx
asked, deadline = json.load(sys.stdin), time.monotonic() + 20
while True:
    try:
        answer = httpx.post(**asked, timeout=10)
    except httpx.ConnectError:
        if time.monotonic() > deadline:
            raise
        time.sleep(0.05)
    else:
        break
print(answer.status_code)
"""


@pytest.fixture
def machines() -> Iterator[tuple[Machine, Machine]]:
    """Two machines, or a skip where this user may not make them."""
    with ExitStack() as stack:
        try:
            made = stack.enter_context(two_machines())
        except CannotMake as error:
            if os.environ.get("CI") == "true":
                pytest.fail(f"No network namespaces ({error}), and with CI=true nothing is skipped")
            pytest.skip(f"No network namespaces: {error}")
        yield made


def _call(machine: Machine, host: str, headers: Mapping[str, str] | None = None) -> int:
    fields = {
        "page": make_reference(Secrets((KEY,)), "test", PAGE),
        "name": "Mai",
        "body": f"Gọi từ {machine.name} tới {host}",
        "challenge": str(uuid4()),
        "code": "x",
        "submission_key": new_submission_key(),
    }
    asked = {"url": f"http://{host}:{PORT}/engagement/comments", "data": fields}
    asked["headers"] = {"accept": "application/json", "sec-fetch-site": "same-origin", **(headers or {})}
    command = machine.command([sys.executable, "-c", CALL])
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout)


def test_the_passing_provider_across_a_network(machines: tuple[Machine, Machine], sqlite_url: str) -> None:
    """On the loopback every answer passes; from another machine, or by the outer address, none, whatever is claimed."""
    here, there = machines
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    command = here.command([sys.executable, TESTS / "passing_site.py", sqlite_url, str(PORT)])
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert _call(here, "127.0.0.1") == 201
            claims = [{}, {"host": f"127.0.0.1:{PORT}"}, {"host": "localhost"}, {"x-forwarded-for": "127.0.0.1"}]
            claims += [{"forwarded": "for=127.0.0.1;host=localhost"}]
            assert [_call(there, here.address, claim) for claim in claims] == [500] * len(claims)
            assert _call(here, here.address) == 500
            assert _call(here, "127.0.0.1", {"host": "bao.example"}) == 500
        finally:
            server.terminate()
            told = server.communicate(timeout=20)[1]
    assert "PassingCaptcha is for tests and judges nothing beyond this machine." in told
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM engagement_comments")).scalar_one() == 1
    engine.dispose()
