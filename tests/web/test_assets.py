"""Style sheets and scripts: cached for a year under their hash, still there for pages of other releases."""

import gzip
import re
from pathlib import Path

import httpx
import pytest

from engagement_widgets.web.assets import CONTENT_TYPES, PACKAGE, Assets, static_files
from engagement_widgets.web.context import Context
from engagement_widgets.web.urls import Urls


def _client(assets: Assets, root_path: str = "/engagement") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=assets, root_path=root_path)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.mark.anyio
async def test_the_release_is_kept_for_a_year(ctx: Context) -> None:
    """Under the hash of all files a file can never change."""
    async with _client(ctx.assets) as client:
        answer = await client.get(ctx.assets.url("base.css"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("other", ["0123456789abcdef", "0", "f" * 64])
@pytest.mark.anyio
async def test_pages_of_another_release_find_the_file(ctx: Context, other: str) -> None:
    """HTML that was cached before an upgrade, or comes from a newer server, still loads; it asks each time."""
    async with _client(ctx.assets) as client:
        answer = await client.get(f"/engagement/assets/{other}/base.css")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, no-cache"
        again = await client.get(
            f"/engagement/assets/{other}/base.css", headers={"If-None-Match": answer.headers["etag"]}
        )
    assert again.status_code == 304


@pytest.mark.parametrize("name", sorted(static_files()))
@pytest.mark.anyio
async def test_every_file_is_served_as_it_is(ctx: Context, name: str) -> None:
    """The right type, packed or not, the same bytes."""
    async with _client(ctx.assets) as client:
        answer = await client.get(ctx.assets.url(name), headers={"Accept-Encoding": "gzip"})
        plain = await client.get(ctx.assets.url(name), headers={"Accept-Encoding": "identity"})
    content = static_files()[name].read_bytes()
    assert answer.content == plain.content == content
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == CONTENT_TYPES[Path(name).suffix]
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "path",
    [
        "/engagement/assets/abc/nothing.css",
        "/engagement/assets/abc/",
        "/engagement/assets/base.css",
        "/engagement/assets/ABC/base.css",
        "/engagement/assets/abc/../base.css",
        "/engagement/assets/abc/%2e%2e/%2e%2e/settings.py",
        "/engagement/assets/abc//etc/passwd",
        "/engagement/assets/abc/base.css/",
    ],
)
@pytest.mark.anyio
async def test_nothing_else_is_served(ctx: Context, path: str) -> None:
    """Names are looked up, never joined to a directory."""
    async with _client(ctx.assets) as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_address")


def test_a_name_nobody_has_fails_loudly(ctx: Context) -> None:
    """A mistyped file in a template is found by its first test, not by a reader."""
    with pytest.raises(LookupError, match="no asset"):
        ctx.assets.url("base.cs")


@pytest.mark.anyio
async def test_files_are_only_read(ctx: Context) -> None:
    """405 for everything but GET and HEAD."""
    async with _client(ctx.assets) as client:
        assert (await client.post(ctx.assets.url("base.css"))).status_code == 405
        head = await client.head(ctx.assets.url("base.css"))
    assert (head.status_code, head.content) == (200, b"")


def test_the_hash_is_the_same_in_every_process() -> None:
    """Two servers of one release give one address."""
    assert Assets(Urls("")).hash == Assets(Urls("")).hash
    assert re.fullmatch("[0-9a-f]{16}", Assets(Urls("")).hash)


def test_templates_and_modules_name_files_that_exist() -> None:
    """Every `asset("…")` and every relative import leads to a file of ours."""
    names = set(static_files())
    for path in PACKAGE.glob("*/templates/**/*.html"):
        for name in re.findall(r"""asset\(["']([^"']+)""", path.read_text(encoding="utf-8")):
            assert name in names, (path.name, name)
    for name, path in static_files().items():
        if path.suffix == ".js":
            for target in re.findall(r"""from ["'](\.[^"']+)""", path.read_text(encoding="utf-8")):
                joined = (Path("/") / name).parent / target
                assert joined.resolve().relative_to("/").as_posix() in names, (name, target)


def test_packed_files_are_smaller() -> None:
    """What is kept packed is worth it."""
    total = sum(len(path.read_bytes()) for path in static_files().values())
    assert sum(len(gzip.compress(path.read_bytes())) for path in static_files().values()) < total
