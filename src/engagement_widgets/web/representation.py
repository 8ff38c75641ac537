"""Bytes that are ready to go out: compressed once, tagged once, answered without building a response."""

import gzip
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from starlette.types import Message, Scope, Send

Headers = Sequence[tuple[bytes, bytes]]

# What each stored body costs beside its two byte strings: header lists, tags and the objects that hold them.
OVERHEAD_BYTES: Final = 4096

GZIP_LEVEL: Final = 6
"""Of 9, which takes a fifth more time for three bytes in a thousand."""


class Variant:
    """One body in one encoding with its headers; the tag is of exactly these bytes."""

    __slots__ = ("body", "etag", "headers", "headers_unchanged")

    def __init__(self, body: bytes, etag: bytes, described: Headers, common: Headers) -> None:
        self.body = body
        self.etag = etag
        self.headers_unchanged = [(b"etag", etag), *common]
        self.headers = [*described, (b"content-length", b"%d" % len(body)), *self.headers_unchanged]


class Representation:
    """A body and its gzip, with strong tags per encoding.

    Args:
        body: the bytes.
        content_type: of the bytes.
        headers: what else every answer carries, 304 included.
    """

    __slots__ = ("packed", "plain")

    def __init__(self, body: bytes, *, content_type: str, headers: Headers) -> None:
        digest = hashlib.sha256(body).hexdigest()[:32]
        kind = (b"content-type", content_type.encode())
        common = (*headers, (b"vary", b"Accept-Encoding"))
        self.plain = Variant(body, f'"{digest}"'.encode(), (kind,), common)
        packed = gzip.compress(body, GZIP_LEVEL, mtime=0)  # no time in it: every process makes the same bytes
        self.packed = Variant(packed, f'"{digest}-gz"'.encode(), (kind, (b"content-encoding", b"gzip")), common)

    @property
    def body(self) -> bytes:
        """The bytes as they are, not compressed."""
        return self.plain.body

    @property
    def size(self) -> int:
        """What keeping it costs, in bytes."""
        return len(self.plain.body) + len(self.packed.body) + OVERHEAD_BYTES

    def answer(self, scope: Scope) -> tuple[Message, Message]:
        """The two messages to send: 200, or 304 where the client names the tag it would get; no body for HEAD."""
        variant = self.plain
        known = b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                if accepts_gzip(value):
                    variant = self.packed
            elif name == b"if-none-match":
                known = value
        # The lists are copied: middleware of the host may append to the one it sees.
        if known and is_known(known, variant.etag):
            start = {"type": "http.response.start", "status": 304, "headers": variant.headers_unchanged.copy()}
            return start, {"type": "http.response.body", "body": b""}
        body = b"" if scope["method"] == "HEAD" else variant.body
        start = {"type": "http.response.start", "status": 200, "headers": variant.headers.copy()}
        return start, {"type": "http.response.body", "body": body}


@lru_cache(maxsize=256)
def accepts_gzip(value: bytes) -> bool:
    """True when `Accept-Encoding` names gzip and does not refuse it by `q=0`.

    Remembered: browsers send a handful of different values, and reading one costs as much as all the rest.
    """
    for item in value.lower().split(b","):
        name, _, parameter = item.partition(b";")
        if name.strip() == b"gzip":
            return parameter.strip().rstrip(b"0") not in {b"q=", b"q=0.", b"q=."}
    return False


def is_known(header: bytes, etag: bytes) -> bool:
    """True when `If-None-Match` names this tag, weak or not, or any tag at all."""
    if header in (etag, b"*"):
        return True
    return any(item.strip().removeprefix(b"W/") == etag for item in header.split(b","))


async def send_bytes(scope: Scope, send: Send, status: int, body: bytes, headers: Headers) -> None:
    """Send one small answer that is not kept; HEAD is told the length of what GET gets."""
    start = [(b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
