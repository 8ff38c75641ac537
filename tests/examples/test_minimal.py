"""The mounting examples run as they stand: an article with its widgets, and the mount answering below it."""

import runpy
from pathlib import Path

import httpx
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("script", "name", "article"),
    [
        ("minimal_starlette.py", "app", "/news/1"),
        ("minimal_fastapi.py", "app", "/news/1"),
        ("wrapped_asgi.py", "application", "/"),
    ],
)
async def test_an_example_shows_the_widgets(
    script: str, name: str, article: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The article holds both forms; the mount answers for itself and leaves the host's addresses alone."""
    monkeypatch.chdir(tmp_path)
    example = runpy.run_path(str(EXAMPLES / script))
    async with (
        example["engagement"].lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(example[name]), base_url="http://127.0.0.1") as client,
    ):
        page = await client.get(article)
        assert page.status_code == 200
        assert 'action="/engagement/ratings"' in page.text
        assert 'action="/engagement/comments"' in page.text
        assert (await client.get("/engagement/health")).status_code == 200
        assert (await client.get("/engagement/nowhere")).status_code == 404


async def test_stand_alone_pages_take_the_look_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`HtmlFileLayout` puts our pages into the host's one HTML file."""
    monkeypatch.chdir(tmp_path)
    example = runpy.run_path(str(EXAMPLES / "wrapped_asgi.py"))
    transport = httpx.ASGITransport(example["application"])
    async with (
        example["engagement"].lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        page = await client.get("/engagement/nowhere")
        assert page.status_code == 404
        assert "Tờ báo một trang" in page.text
        assert "<!-- engagement:" not in page.text
