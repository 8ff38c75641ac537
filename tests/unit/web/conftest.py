"""Requests as a server would hand them over, without a server."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message


def _request(
    *,
    method: str = "POST",
    path: str = "/",
    root_path: str = "",
    query: bytes = b"",
    headers: Sequence[tuple[str, str]] = (),
    chunks: Sequence[bytes] = (b"",),
    pause: float = 0.0,
    client: tuple[str, int] | None = ("127.0.0.1", 50000),
    scheme: str = "http",
) -> Request:
    waiting = list(chunks)

    async def receive() -> Message:
        if pause:
            await asyncio.sleep(pause)
        if not waiting:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": root_path + path,
        "root_path": root_path,
        "query_string": query,
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": client,
        "server": ("127.0.0.1", 8000),
        "scheme": scheme,
    }
    return Request(scope, receive)


@pytest.fixture
def make_request() -> Callable[..., Request]:
    """Build a request from its parts."""
    return _request
