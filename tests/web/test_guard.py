"""The guard in front of an app: what passes reaches it, what does not gets 403 with the text kept."""

from collections.abc import Callable

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from engagement_widgets.web.context import Context
from engagement_widgets.web.guard import Guard

OURS = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
FORM = {"name": "Ánh", "body": "Một bình luận <dài>", "password": "open-sesame", "page": "token"}


class _Reached:
    def __init__(self) -> None:
        self.methods: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.methods.append(scope["method"])
        await PlainTextResponse("reached")(scope, receive, send)


def _client(app: Guard) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, root_path="/engagement")
    return httpx.AsyncClient(transport=transport, base_url="http://test/engagement/")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
@pytest.mark.anyio
async def test_unsafe_methods_need_proof(ctx: Context, method: str) -> None:
    """Every method that may change something, known or not."""
    reached = _Reached()
    async with _client(Guard(reached, ctx)) as client:
        assert (await client.request(method, "comments", headers=FOREIGN)).status_code == 403
        assert reached.methods == []
        assert (await client.request(method, "comments", headers=OURS)).status_code == 200
        assert (await client.request(method, "comments")).status_code == 200
    assert reached.methods == [method, method]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.anyio
async def test_safe_methods_pass(ctx: Context, method: str) -> None:
    """They change nothing, wherever they come from."""
    async with _client(Guard(_Reached(), ctx)) as client:
        assert (await client.request(method, "desk/queue", headers=FOREIGN)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        FOREIGN,
        {"Origin": "null"},
        {"Origin": "http://test"},  # equals Host
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": ""},
        {"Cookie": "ew_reader=x"},
    ],
)
@pytest.mark.anyio
async def test_the_refusal_is_told_in_words_and_keeps_the_text(ctx: Context, headers: dict[str, str]) -> None:
    """What was typed stands on the page, escaped; passwords and tokens do not."""
    async with _client(Guard(_Reached(), ctx)) as client:
        answer = await client.post("comments", headers=headers, data=FORM)
        problem = await client.post("comments", headers={**headers, "Accept": "application/json"}, data=FORM)
    assert answer.status_code == problem.status_code == 403
    assert "<title>Lỗi: " in answer.text
    assert "Một bình luận &lt;dài&gt;</textarea>" in answer.text
    assert "Ánh</textarea>" in answer.text
    assert "open-sesame" not in answer.text
    assert "token" not in answer.text
    assert problem.json()["code"] == "origin_refused"
    assert "Một bình luận" not in problem.text


@pytest.mark.parametrize("path", ["desk", "desk/sign-in", "desk/queue/decide"])
@pytest.mark.anyio
async def test_the_desk_and_its_sign_in_take_no_scripts(ctx: Context, path: str) -> None:
    """A request without any header could come from an old browser on a foreign page."""
    async with _client(Guard(_Reached(), ctx)) as client:
        assert (await client.post(path)).status_code == 403
        assert (await client.post(path, headers=OURS)).status_code == 200


@pytest.mark.anyio
async def test_configured_origins_pass_everywhere(make_context: Callable[..., Context]) -> None:
    """A site with several hosts names them; a request that also carries a cookie passes."""
    ctx = make_context(origins=("https://m.news.example",), public_url="https://news.example/engagement")
    async with _client(Guard(_Reached(), ctx)) as client:
        for origin, status in (
            ("https://m.news.example", 200),
            ("https://news.example", 200),
            ("http://news.example", 403),
            ("https://x.news.example", 403),
        ):
            headers = {"Origin": origin, "Cookie": "a=b", "Sec-Fetch-Site": "same-site"}
            assert (await client.post("desk/sign-in", headers=headers)).status_code == status


@pytest.mark.anyio
async def test_a_body_that_cannot_be_read_is_refused_all_the_same(ctx: Context) -> None:
    """The refusal comes first; the text is kept where there is one."""
    async with _client(Guard(_Reached(), ctx)) as client:
        for content in (b"body=%", b"a" * (1 << 20), b""):
            answer = await client.post("comments", headers=FOREIGN, content=content)
            assert answer.status_code == 403
