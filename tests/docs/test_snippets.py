"""The Python of the documentation: all of it compiles, and what is marked `run` runs as it stands."""

import ast
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio.to_thread
import httpx
import pytest

from engagement_widgets import Engagement
from manual import Snippet, pages, snippets

PYTHON = [snippet for path in pages() for snippet in snippets(path) if snippet.info.split()[:1] == ["python"]]
COMPLETE = [snippet for snippet in PYTHON if snippet.info == "python run"]
FILES = {snippet.path: snippet.body for path in pages() for snippet in snippets(path) if snippet.info == "html"}

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("snippet", PYTHON, ids=lambda snippet: snippet.name)
def test_a_snippet_compiles(snippet: Snippet) -> None:
    """Also those that show a part of something, with their `await` outside a function."""
    compile(snippet.body, snippet.name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("snippet", [one for one in PYTHON if one not in COMPLETE], ids=lambda snippet: snippet.name)
def test_what_is_not_run_could_not_be(snippet: Snippet) -> None:
    """A snippet that begins with imports is complete, and must be marked."""
    assert not snippet.body.startswith(("from ", "import ")), "mark it `python run`"


@pytest.mark.parametrize("snippet", COMPLETE, ids=lambda snippet: snippet.name)
async def test_a_complete_snippet_runs(snippet: Snippet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs in an empty folder; a host it makes shows its article, and the mount answers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENGAGEMENT_WORKER", "off")
    if snippet.path in FILES:
        (tmp_path / "layout.html").write_text(FILES[snippet.path], encoding="utf-8")
    names = await anyio.to_thread.run_sync(executed, snippet)
    app = names.get("application", names.get("app"))
    engagement = names.get("engagement")
    if app is None or engagement is None:
        return
    async with visiting(engagement, app) as client:
        assert (await client.get("/engagement/health")).json() == {"status": "ok"}
        if "async def article" in snippet.body or "def article" in snippet.body or "async def host" in snippet.body:
            answer = await client.get("/news/42")
            assert answer.status_code == 200
            assert 'id="ew-rating"' in answer.text


def executed(snippet: Snippet) -> dict[str, Any]:
    """The names a snippet leaves behind; run in a thread, where it may start an event loop of its own."""
    names: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(snippet.body, snippet.name, "exec"), names)  # noqa: S102  (our own documentation)
    return names


@asynccontextmanager
async def visiting(engagement: Engagement, app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A reader of the host a snippet made."""
    transport = httpx.ASGITransport(app)
    async with engagement.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client
