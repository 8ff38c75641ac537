"""Bodies of requests, read strictly and bounded: nothing is repaired, guessed or silently dropped.

Starlette's own form parser turns invalid UTF-8 into U+FFFD and keeps the last of two fields, so it is not used.
"""

import asyncio
import re
from binascii import a2b_qp
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request

from engagement_widgets.errors import Malformed, TooLarge, Unsupported

LIMIT_BYTES = 64 * 1024
LIMIT_FIELDS = 50
RECEIVE_SECONDS = 10.0

_FORM = "application/x-www-form-urlencoded"
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields of a posted form, each once, in valid Unicode. Kept out of `repr`: some are passwords."""

    fields: Mapping[str, str] = field(repr=False)

    def get(self, name: str) -> str | None:
        """The field as sent, or None when it is missing."""
        return self.fields.get(name)

    def text(self, name: str) -> str:
        """The field as sent, "" when it is missing."""
        return self.fields.get(name, "")


async def read_form(
    request: Request,
    *,
    limit_bytes: int = LIMIT_BYTES,
    limit_fields: int = LIMIT_FIELDS,
    seconds: float = RECEIVE_SECONDS,
) -> Form:
    """Read an urlencoded form.

    Raises:
        Unsupported: `content_type`, `content_encoding`.
        TooLarge: `body_too_large`, `too_many_fields`.
        Malformed: `bad_form`, `duplicate_field`, `slow_body`, `incomplete_body`.
    """
    require_type(request, _FORM)
    body = await read_body(request, limit_bytes=limit_bytes, seconds=seconds)
    return Form(fields=parse_pairs(body, limit_fields=limit_fields))


def parse_pairs(raw: bytes, *, limit_fields: int = LIMIT_FIELDS) -> dict[str, str]:
    """Decode urlencoded pairs, of a body or of a query string, without repairing anything.

    Raises:
        TooLarge: `too_many_fields`.
        Malformed: `bad_form` for a truncated escape, invalid UTF-8 or NUL; `duplicate_field`.
    """
    if not raw:
        return {}
    if raw.count(b"&") >= limit_fields:
        raise TooLarge("too_many_fields", maximum=limit_fields)
    fields: dict[str, str] = {}
    for pair in raw.split(b"&"):
        name, _, value = pair.partition(b"=")
        decoded = _decode(name)
        if decoded in fields:
            raise Malformed("duplicate_field")
        fields[decoded] = _decode(value)
    return fields


async def read_body(request: Request, *, limit_bytes: int, seconds: float) -> bytes:
    """Receive a body that is neither too large, too slow nor compressed.

    Raises:
        Unsupported: `content_encoding`.
        TooLarge: `body_too_large`, before more than the limit is held.
        Malformed: `slow_body`, `incomplete_body`.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Unsupported("content_encoding")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit_bytes:
        raise TooLarge("body_too_large", maximum=limit_bytes)
    try:
        async with asyncio.timeout(seconds):
            return await _collect(request, limit_bytes)
    except TimeoutError:
        raise Malformed("slow_body") from None
    except ClientDisconnect:
        raise Malformed("incomplete_body") from None


def require_type(request: Request, expected: str) -> None:
    """Refuse every other content type, and every charset but UTF-8.

    Raises:
        Unsupported: `content_type`.
    """
    kind, *parameters = request.headers.get("content-type", "").lower().split(";")
    if kind.strip() != expected:
        raise Unsupported("content_type", expected=expected)
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in {"utf-8", "utf8"}:
            raise Unsupported("content_type", expected=expected)


async def _collect(request: Request, limit_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise TooLarge("body_too_large", maximum=limit_bytes)
    return bytes(body)


def _decode(raw: bytes) -> str:
    if b"%" in raw or b"+" in raw:
        raw = _unescaped(raw)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("bad_form") from None
    if "\0" in text:
        raise Malformed("bad_form")
    return text


def _unescaped(raw: bytes) -> bytes:
    if _BAD_ESCAPE.search(raw):
        raise Malformed("bad_form")
    # The escapes of quoted-printable are the same but for their sign, and are decoded in C: ten times faster than
    # urllib, and a comment in Vietnamese is half escapes.
    return a2b_qp(raw.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"="))
