"""A captcha service elsewhere, as a real server on this machine: only its clear yes passes."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from engagement_widgets.errors import SettingsError, Unavailable
from engagement_widgets.hooks import Answer, Ask, Asker, Verdict
from engagement_widgets.integrations.siteverify import LONGEST_TOKEN, SiteVerify
from serving import free_port, served

pytestmark = pytest.mark.anyio

ASKER = Asker(reader=None, address="a" * 64)
PAGE = uuid4()
GOOD = {"success": True, "hostname": "bao.example", "action": "comment"}
# What the fake does with a token of this name; the rest of a pair is the status.
ANSWERS = {
    "ok": (200, json.dumps(GOOD)),
    "wrong": (200, '{"success": false, "error-codes": ["invalid-input-response"]}'),
    "late": (200, '{"success": false, "error-codes": ["timeout-or-duplicate"]}'),
    "host": (200, json.dumps(GOOD | {"hostname": "evil.example"})),
    "nohost": (200, '{"success": true, "action": "comment"}'),
    "action": (200, json.dumps(GOOD | {"action": "login"})),
    "truthy": (200, json.dumps(GOOD | {"success": "true"})),
    "secret": (200, '{"success": false, "error-codes": ["invalid-input-secret"]}'),
    "500": (500, json.dumps(GOOD)),
    "redirect": (307, json.dumps(GOOD)),
    "garbage": (200, "<html>"),
    "list": (200, "[true]"),
    "deep": (200, "[" * 10_000),
    "huge": (200, json.dumps(GOOD | {"pad": "x" * 100_000})),
}
FAKE = """
import asyncio, json
from urllib.parse import parse_qs
ANSWERS = json.load(open("answers.json"))
async def app(scope, receive, send):
    if scope["type"] != "http": return
    body = (await receive()).get("body", b"").decode()
    token = parse_qs(body).get("response", ["ok"])[0]
    assert "remoteip" not in body
    if token == "slow": await asyncio.sleep(5)
    status, text = ANSWERS.get(token, ANSWERS["ok"])
    await send({"type": "http.response.start", "status": status, "headers": [(b"location", b"/else")]})
    await send({"type": "http.response.body", "body": text.encode()})
"""


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service's server."""
    folder: Path = tmp_path_factory.mktemp("service")
    (folder / "fake.py").write_text(FAKE)
    (folder / "answers.json").write_text(json.dumps(ANSWERS))
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(folder), "--lifespan", "off", "--port", str(port)]
    with served([*command, "fake:app"], url=url, log=folder / "log", folder=folder, environment={}):
        yield url


def _provider(url: str) -> SiteVerify:
    return SiteVerify(
        service="turnstile", site_key="key", secret="shh", hostnames=["bao.example"], verify_url=f"{url}/siteverify"
    )


async def _judge(provider: SiteVerify, token: str) -> Verdict:
    challenge = await provider.issue(Ask(purpose="comment", page_id=PAGE, asker=ASKER, locale="vi"))
    assert challenge.remote is not None
    assert (challenge.remote.site_key, challenge.remote.action) == ("key", "comment")
    answer = Answer(challenge=str(challenge.id), text=token)
    return await provider.verify(answer, purpose="comment", page_id=PAGE, asker=ASKER)


@pytest.mark.parametrize(
    ("token", "verdict"),
    [
        ("ok", Verdict.PASSED),
        ("wrong", Verdict.WRONG),
        ("late", Verdict.EXPIRED),
        ("host", Verdict.WRONG),
        ("nohost", Verdict.WRONG),
        ("action", Verdict.WRONG),
        ("truthy", Verdict.WRONG),
        ("", Verdict.WRONG),
        ("ok" * LONGEST_TOKEN, Verdict.WRONG),
    ],
)
async def test_what_the_service_says(fake: str, token: str, verdict: Verdict) -> None:
    """Its yes for our host and this action passes; everything else it says does not."""
    assert await _judge(_provider(fake), token) is verdict


@pytest.mark.parametrize("token", ["secret", "500", "redirect", "garbage", "list", "deep", "huge", "slow"])
async def test_what_makes_no_sense(fake: str, token: str) -> None:
    """Told as unavailable within two seconds and a little."""
    started = time.monotonic()
    with pytest.raises(Unavailable, match="captcha_unavailable"):
        await _judge(_provider(fake), token)
    assert time.monotonic() - started < 3


async def test_nobody_there() -> None:
    """A refused connection passes nobody."""
    with pytest.raises(Unavailable, match="captcha_unavailable"):
        await _judge(_provider(f"http://127.0.0.1:{free_port()}"), "ok")


@pytest.mark.parametrize(
    "wrong",
    [
        {"service": "other"},
        {"secret": ""},
        {"site_key": ""},
        {"hostnames": []},
        {"hostnames": "bao.example"},
        {"verify_url": "http://bao.example/siteverify"},
        {"verify_url": "file:///etc/passwd"},
    ],
)
def test_what_cannot_work(wrong: dict[str, object]) -> None:
    """Told at construction; the secret shows nowhere."""
    right = {"service": "hcaptcha", "site_key": "key", "secret": "shh-shh", "hostnames": ["bao.example"]}
    with pytest.raises(SettingsError) as told:
        SiteVerify(**(right | wrong))  # type: ignore[arg-type]
    assert "shh-shh" not in str(told.value)
    assert "shh-shh" not in repr(SiteVerify(**right))  # type: ignore[arg-type]
