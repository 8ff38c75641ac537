"""Bytes ready to go out: tags per encoding, 304, gzip, HEAD."""

import gzip
from typing import Any

import pytest

from engagement_widgets.web.representation import Representation, accepts_gzip, is_known

BODY = ("<p>Một bình luận khá dài để nén được.</p>" * 50).encode()


def _made(body: bytes = BODY) -> Representation:
    return Representation(body, content_type="text/html; charset=utf-8", headers=((b"cache-control", b"no-cache"),))


def _ask(made: Representation, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "method": method, "headers": raw}
    start, body = made.answer(scope)
    shown = {name.decode(): value.decode() for name, value in start["headers"]}
    assert len(shown) == len(start["headers"]), "a header was sent twice"
    return start["status"], shown, body["body"]


def test_each_encoding_has_its_own_tag() -> None:
    """A strong tag names bytes, and gzip makes other bytes."""
    made = _made()
    status, plain, body = _ask(made)
    assert (status, body) == (200, BODY)
    assert "content-encoding" not in plain
    status, packed, body = _ask(made, accept_encoding="br, gzip, deflate")
    assert (status, gzip.decompress(body)) == (200, BODY)
    assert packed["content-encoding"] == "gzip"
    assert plain["etag"] != packed["etag"]
    assert plain["vary"] == packed["vary"] == "Accept-Encoding"
    assert int(packed["content-length"]) == len(body) < int(plain["content-length"]) == len(BODY)


def test_a_known_tag_gets_304_in_its_own_encoding_only() -> None:
    """The tag of the gzip bytes is not taken for the plain ones."""
    made = _made()
    plain = (_ask(made))[1]["etag"]
    packed = (_ask(made, accept_encoding="gzip"))[1]["etag"]
    status, headers, body = _ask(made, if_none_match=plain)
    assert (status, body) == (304, b"")
    assert headers == {"etag": plain, "cache-control": "no-cache", "vary": "Accept-Encoding"}
    assert (_ask(made, if_none_match=packed))[0] == 200
    assert (_ask(made, if_none_match=packed, accept_encoding="gzip"))[0] == 304
    assert (_ask(made, if_none_match=plain, accept_encoding="gzip"))[0] == 200


def test_head_is_get_without_the_body() -> None:
    """The headers are the same to the letter."""
    made = _made()
    assert (_ask(made, "HEAD"))[:2] == (_ask(made))[:2]
    assert (_ask(made, "HEAD"))[2] == b""


def test_a_middleware_cannot_spoil_what_is_kept() -> None:
    """Headers that a host adds to one answer do not show up in the next."""
    made = _made()

    start, _ = made.answer({"type": "http", "method": "GET", "headers": []})
    start["headers"].append((b"x-host", b"1"))
    start["status"] = 500
    status, headers, _ = _ask(made)
    assert status == 200
    assert "x-host" not in headers


def test_equal_bytes_have_equal_tags_and_other_bytes_others() -> None:
    """Two processes behind one balancer agree on the tag."""
    assert _made().plain.etag == _made().plain.etag
    assert _made().packed.body == _made().packed.body
    assert _made(b"a").plain.etag != _made(b"b").plain.etag


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"gzip", True),
        (b"GZIP", True),
        (b"br,gzip", True),
        (b"gzip;q=0.5, br", True),
        (b"gzip; q=1.0", True),
        (b"gzip;q=0", False),
        (b"gzip;q=0.000, br", False),
        (b"br;q=1, gzip ;q=0.0", False),
        (b"identity", False),
        (b"xgzip", False),
        (b"", False),
        (b"*", False),
    ],
)
def test_gzip_goes_to_those_who_ask_for_it(header: bytes, *, expected: bool) -> None:
    """Named and not weighed zero."""
    assert accepts_gzip(header) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [(b'"a"', True), (b"*", True), (b'W/"a"', True), (b'"b", "a"', True), (b'"b"', False), (b"a", False), (b"", False)],
)
def test_if_none_match_is_a_list(header: bytes, *, expected: bool) -> None:
    """Lists, weak forms and the star are understood."""
    assert is_known(header, b'"a"') is expected
