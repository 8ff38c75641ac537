"""JSON bodies: bytes, depth and text are checked before any model sees them.

Pydantic lets NUL and lone surrogates pass and takes the last of two equal keys; both are refused here.
"""

import json
import re
from typing import Any, NoReturn

from starlette.requests import Request

from engagement_widgets.errors import Malformed
from engagement_widgets.web.forms import LIMIT_BYTES, RECEIVE_SECONDS, read_body, require_type

LIMIT_DEPTH = 16

# The closing quote is optional, or a body of unclosed strings would be scanned once from every quote in it.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


async def read_json(
    request: Request,
    *,
    depth: int = LIMIT_DEPTH,
    limit_bytes: int = LIMIT_BYTES,
    seconds: float = RECEIVE_SECONDS,
) -> dict[str, Any]:
    """Read one JSON object.

    Raises:
        Unsupported: `content_type`, `content_encoding`.
        TooLarge: `body_too_large`.
        Malformed: `bad_json`, `slow_body`, `incomplete_body`.
    """
    return parse_json(await _read(request, limit_bytes, seconds), depth=depth)


async def read_json_bytes(request: Request) -> bytes:
    """Read and check one JSON object, and return its bytes, for a model that parses them itself.

    Raises:
        EngagementError: as `read_json`.
    """
    raw = await _read(request, LIMIT_BYTES, RECEIVE_SECONDS)
    parse_json(raw)
    return raw


def parse_json(raw: bytes, *, depth: int = LIMIT_DEPTH) -> dict[str, Any]:
    """Decode one JSON object that nests no deeper than `depth`.

    Raises:
        Malformed: `bad_json` also for equal keys, NaN, Infinity, NUL and lone surrogates.
    """
    if _depth(raw) > depth:
        raise Malformed("bad_json")
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse, parse_int=_integer)
    except (ValueError, RecursionError):
        raise Malformed("bad_json") from None
    if not isinstance(value, dict):
        raise Malformed("bad_json")
    _check_text(value)
    return value


async def _read(request: Request, limit_bytes: int, seconds: float) -> bytes:
    require_type(request, "application/json")
    return await read_body(request, limit_bytes=limit_bytes, seconds=seconds)


def _depth(raw: bytes) -> int:
    """How deep the brackets outside strings nest, without parsing."""
    deepest = level = 0
    for token in _TOKEN.finditer(raw):
        character = token.group()
        if character in {b"[", b"{"}:
            level += 1
            deepest = max(deepest, level)
        elif character in {b"]", b"}"}:
            level -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("equal keys")
    return value


def _integer(digits: str) -> int:
    # No figure of ours is longer, and int() of thousands of digits is slow.
    if len(digits) > 20:  # noqa: PLR2004  (explained above)
        raise ValueError("too long a number")
    return int(digits)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _check_text(value: object) -> None:
    if isinstance(value, str):
        if "\0" in value or _SURROGATE.search(value):
            raise Malformed("bad_json")
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name)
            _check_text(item)
    elif isinstance(value, list):
        for item in value:
            _check_text(item)
