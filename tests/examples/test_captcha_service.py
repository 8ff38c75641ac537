"""The example with a captcha service runs as it stands, against the practice service beside it."""

import os
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from serving import free_port, served

EXAMPLES = Path(__file__).parents[2] / "examples"
OURS = {"sec-fetch-site": "same-origin"}
SENT = {"name": "Lan", "body": "Một góp ý", "challenge": "any"}

pytestmark = pytest.mark.anyio


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[str]:
    """The practice service on a port of its own."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(EXAMPLES), "--port", str(port), "practice_captcha:app"]
    url = f"http://127.0.0.1:{port}"
    with served(command, url=f"{url}/api.js", log=tmp_path / "log", folder=tmp_path, environment=os.environ):
        yield url


async def test_a_token_of_the_service_posts_once(
    practice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Article and second step let the service in; a token for them passes, and not a second time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRACTICE_URL", practice)
    monkeypatch.setenv("ENGAGEMENT_WORKER", "off")
    monkeypatch.delenv("CAPTCHA_SECRET", raising=False)
    example = runpy.run_path(str(EXAMPLES / "captcha_service.py"))
    asked = {"hostname": "127.0.0.1", "action": "comment"}
    async with (
        example["engagement"].lifespan(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(example["app"]), base_url="http://127.0.0.1", headers=OURS
        ) as reader,
        httpx.AsyncClient(base_url=practice) as service,
    ):
        article = await reader.get("/news/1")
        assert f"script-src 'self' {practice}" in article.headers["content-security-policy"]
        reference = article.text.partition('name="page" value="')[2].partition('"')[0]
        step = await reader.post("/engagement/comments", data={**SENT, "challenge": "", "page": reference})
        assert f"frame-src {practice}" in step.headers["content-security-policy"]
        token = (await service.post("/token", params=asked)).json()["token"]
        sent = {**SENT, "page": reference, "cf-turnstile-response": token}
        assert (await reader.post("/engagement/comments", data=sent)).status_code == 303
        again = await reader.post("/engagement/comments", data={**sent, "body": "Góp ý khác"})
        assert again.status_code == 422
        assert "Bước kiểm tra đã hết hạn." in again.text
