"""JSON bodies: bytes, depth and text are checked before a model sees them."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from engagement_widgets.errors import EngagementError, Malformed, TooLarge, Unsupported
from engagement_widgets.web.json_bodies import parse_json, read_json

MakeRequest = Callable[..., Request]
JSON = ("Content-Type", "application/json")


@pytest.mark.anyio
async def test_an_object_is_read(make_request: MakeRequest) -> None:
    """Vietnamese text and nested values arrive as sent; a charset may be named."""
    sent = {"score": 4, "body": "Hay “lắm” [thật] {đấy}", "tags": ["một", {"hai": None}]}
    for kind in ("application/json", "application/json; charset=utf-8"):
        request = make_request(headers=[("Content-Type", kind)], chunks=[json.dumps(sent).encode()])
        assert await read_json(request) == sent


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"12",
        b"null",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": 1, "\\u0061": 2}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": ["\\ud800"]}',
        b'{"a": "\\udc00\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "raw\nline"}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 1} {"b": 2}',
    ],
)
def test_bad_json_is_malformed(body: bytes) -> None:
    """Everything a strict reader could stumble over is refused with one code."""
    with pytest.raises(Malformed) as caught:
        parse_json(body)
    assert caught.value.code == "bad_json"


def test_a_pair_of_surrogates_is_one_letter() -> None:
    """Escapes of letters beyond the first plane are not lone surrogates."""
    assert parse_json(b'{"a": "\\ud83d\\ude00"}') == {"a": "😀"}


def test_depth_is_exact() -> None:
    """Sixteen levels pass, seventeen do not, and brackets inside strings do not count."""
    assert parse_json(b'{"a":' * 16 + b"1" + b"}" * 16)
    with pytest.raises(Malformed):
        parse_json(b'{"a":' * 17 + b"1" + b"}" * 17)
    assert parse_json(b'{"a": "' + b"[{" * 500 + b'", "b": "\\"[[[[[[[[[[[[[[[[[[[["}')


@pytest.mark.parametrize(
    "body", [b'{"a":' + b"[" * 30_000, b'{"a":"' + b'"' * 60_000, b'{"' + b'\\"' * 30_000 + b"\\", b"[" * 65_000]
)
def test_hostile_bodies_are_refused_quickly(body: bytes) -> None:
    """Deep nesting and unclosed strings cost a scan, not a stack and not a square."""
    started = time.perf_counter()
    with pytest.raises(Malformed):
        parse_json(body)
    assert time.perf_counter() - started < 1


@pytest.mark.anyio
async def test_size_and_type_are_checked_first(make_request: MakeRequest) -> None:
    """A megabyte is 413, another content type 415."""
    with pytest.raises(TooLarge):
        await read_json(make_request(headers=[JSON], chunks=[b'{"a":"' + b"a" * (1 << 20)]))
    for kind in ("", "text/json", "application/x-www-form-urlencoded", "application/json; charset=latin-1"):
        with pytest.raises(Unsupported):
            await read_json(make_request(headers=[("Content-Type", kind)], chunks=[b"{}"]))


plain_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | plain_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain_text, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(plain_text, values, max_size=5))
def test_valid_objects_come_back(value: dict[str, Any]) -> None:
    """Whatever a program can say in valid text is read as said."""
    try:
        assert parse_json(json.dumps(value).encode(), depth=64) == value
    except EngagementError:
        pytest.fail("a valid object was refused")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """No bytes lead to another exception than our own."""
    try:
        parse_json(raw)
    except EngagementError:
        return
