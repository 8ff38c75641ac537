"""A captcha service elsewhere, as a real server on this machine: only its clear yes passes."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from engagement_widgets.errors import SettingsError, Unavailable
from engagement_widgets.hooks import Answer, Ask, Asker, Remote, Verdict
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
    "seen": (200, '{"success": false, "error-codes": ["already-seen-response"]}'),
    "secret": (200, '{"success": false, "error-codes": ["invalid-input-secret"]}'),
    "mismatch": (200, '{"success": false, "error-codes": ["invalid-input-response", "sitekey-secret-mismatch"]}'),
    "strange": (200, '{"success": false, "error-codes": [{}]}'),
    "cap-ok": (200, '{"success": true}'),
    "cap-used": (404, '{"success": false, "error": "Token not found"}'),
    "cap-late": (403, '{"success": false, "error": "Token expired"}'),
    "cap-form": (400, '{"success": false, "error": "Missing required parameters"}'),
    "cap-secret": (403, '{"success": false, "error": "Invalid site key or secret"}'),
    "cap-lost": (404, '{"success": true}'),
    "cap-proxy": (404, "<html>"),
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


def _cap(url: str) -> SiteVerify:
    return SiteVerify(
        service="cap",
        site_key="key",
        secret="shh",
        script_url="https://cap.bao.example/assets/widget.js",
        verify_url=f"{url}/key/siteverify",
    )


async def _remote(provider: SiteVerify, locale: str = "vi") -> Remote:
    challenge = await provider.issue(Ask(purpose="comment", page_id=PAGE, asker=ASKER, locale=locale))
    assert challenge.remote is not None
    return challenge.remote


async def _judge(provider: SiteVerify, token: str) -> Verdict:
    answer = Answer(challenge="any", text=token)
    return await provider.verify(answer, purpose="comment", page_id=PAGE, asker=ASKER)


@pytest.mark.parametrize(
    ("token", "verdict"),
    [
        ("ok", Verdict.PASSED),
        ("wrong", Verdict.WRONG),
        ("late", Verdict.EXPIRED),
        ("seen", Verdict.EXPIRED),
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


@pytest.mark.parametrize(
    ("token", "verdict"),
    [
        ("cap-ok", Verdict.PASSED),
        ("cap-used", Verdict.WRONG),
        ("cap-form", Verdict.WRONG),
        ("cap-late", Verdict.EXPIRED),
    ],
)
async def test_what_cap_says(fake: str, token: str, verdict: Verdict) -> None:
    """It names neither host nor action, and says no with a status of its own."""
    assert await _judge(_cap(fake), token) is verdict


@pytest.mark.parametrize("token", ["cap-secret", "cap-lost", "cap-proxy", "500", "garbage"])
async def test_what_makes_no_sense_of_cap(fake: str, token: str) -> None:
    """A wrong key, a yes with the status of a no, a page of something between: nothing passes."""
    with pytest.raises(Unavailable, match="captcha_unavailable"):
        await _judge(_cap(fake), token)


@pytest.mark.parametrize(
    "token", ["secret", "mismatch", "strange", "cap-used", "500", "redirect", "garbage", "list", "deep", "huge", "slow"]
)
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


URL = "https://dich-vu.bao.example"
HOSTS = {"hostnames": ["bao.example"]}


@pytest.mark.parametrize(
    ("service", "more", "script", "api", "options"),
    [
        (
            "turnstile",
            HOSTS,
            "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit",
            "turnstile",
            {"sitekey": "key", "language": "vi", "action": "comment"},
        ),
        (
            "hcaptcha",
            HOSTS,
            "https://js.hcaptcha.com/1/api.js?render=explicit&recaptchacompat=off",
            "hcaptcha",
            {"sitekey": "key", "hl": "vi"},
        ),
        (
            "recaptcha",
            HOSTS | {"script_url": "https://www.recaptcha.net/recaptcha/api.js"},
            "https://www.recaptcha.net/recaptcha/api.js?render=explicit&hl=vi",
            "grecaptcha",
            {"sitekey": "key"},
        ),
        (
            "cap",
            {"script_url": f"{URL}/assets/widget.js", "verify_url": f"{URL}/key/siteverify"},
            f"{URL}/assets/widget.js",
            "cap-widget",
            {"data-cap-api-endpoint": f"{URL}/key/", "data-cap-lang": "vi"},
        ),
    ],
)
async def test_what_the_widget_is_told(
    service: str, more: dict[str, Any], script: str, api: str, options: dict[str, str]
) -> None:
    """Its script, its key, the page's language where it can be set, and the purpose where it is told back."""
    remote = await _remote(SiteVerify(service=service, site_key="key", secret="shh", **more))
    told = {name: value for name, value in remote.options.items() if "i18n" not in name}
    assert (remote.script, remote.api, told) == (script, api, options)


async def test_cap_speaks_vietnamese() -> None:
    """Its script does not bring the language, so its words are ours; English is its own."""
    words = {name: value for name, value in (await _remote(_cap(URL))).options.items() if "i18n" in name}
    assert words["data-cap-i18n-initial-state"] == "Xác nhận là người"
    assert len(words) == 10
    assert list((await _remote(_cap(URL), "en")).options) == ["data-cap-api-endpoint", "data-cap-lang"]


def test_what_a_page_lets_in() -> None:
    """As the services say; in the place of a script's own origin stands the one that was given."""
    assert _provider(URL).sources == {
        "script-src": ("https://challenges.cloudflare.com",),
        "frame-src": ("https://challenges.cloudflare.com",),
    }
    mirror = SiteVerify(
        service="recaptcha",
        site_key="key",
        secret="shh",
        hostnames=["bao.example"],
        script_url="https://www.recaptcha.net/recaptcha/api.js",
    )
    assert mirror.sources == {
        "script-src": ("https://www.recaptcha.net/recaptcha/", "https://www.gstatic.com/recaptcha/"),
        "frame-src": ("https://www.recaptcha.net/recaptcha/", "https://recaptcha.google.com/recaptcha/"),
    }
    assert _cap(URL).sources["connect-src"] == ("https://cap.bao.example", URL)
    assert _cap(URL).sources["script-src"] == ("https://cap.bao.example", "'wasm-unsafe-eval'")


CAP = {
    "service": "cap",
    "hostnames": (),
    "script_url": f"{URL}/assets/widget.js",
    "verify_url": f"{URL}/key/siteverify",
}


@pytest.mark.parametrize(
    "wrong",
    [
        CAP | {"hostnames": ["bao.example"]},
        CAP | {"script_url": None},
        CAP | {"verify_url": None},
        CAP | {"verify_url": f"{URL}/other/siteverify"},
        {"script_url": "http://bao.example/api.js"},
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
