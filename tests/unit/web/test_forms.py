"""Strict forms: whatever is wrong is refused with a stable code, nothing is repaired."""

from collections.abc import Callable
from urllib.parse import unquote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from engagement_widgets.errors import EngagementError, Malformed, TooLarge, Unsupported
from engagement_widgets.web.forms import LIMIT_BYTES, parse_pairs, read_form

MakeRequest = Callable[..., Request]
FORM = ("Content-Type", "application/x-www-form-urlencoded")


@pytest.mark.anyio
async def test_a_form_is_read_as_it_was_sent(make_request: MakeRequest) -> None:
    """Vietnamese, plus signs, line ends and empty values arrive unchanged."""
    sent = {"name": "Nguyễn Văn Ánh", "body": "một\r\nhai + ba = 5 & ☕", "email": ""}
    form = await read_form(make_request(headers=[FORM], chunks=[urlencode(sent).encode()]))
    assert form.fields == sent
    assert form.get("email") == ""
    assert form.get("page") is None
    assert form.text("page") == ""


@pytest.mark.anyio
async def test_a_form_split_over_chunks_is_one_form(make_request: MakeRequest) -> None:
    """A server may cut anywhere, also inside an escape."""
    form = await read_form(make_request(headers=[FORM], chunks=[b"name=%E", b"1%BB%8", b"5"]))
    assert form.text("name") == "ễ"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"body=%", "bad_form"),
        (b"body=%4", "bad_form"),
        (b"body=%zz", "bad_form"),
        (b"body=a%E1%BB", "bad_form"),  # cut inside a letter
        (b"body=\xff\xfe", "bad_form"),
        (b"body=%FF", "bad_form"),
        (b"body=%C0%AF", "bad_form"),  # an overlong slash
        (b"body=%ED%A0%80", "bad_form"),  # a lone surrogate
        (b"body=%00", "bad_form"),
        (b"bo%00dy=x", "bad_form"),
        (b"body=a\0b", "bad_form"),
        (b"body=a&body=b", "duplicate_field"),
        (b"body=a&b%6Fdy=b", "duplicate_field"),
        (b"body=a&&", "duplicate_field"),
    ],
)
@pytest.mark.anyio
async def test_bad_bodies_are_malformed(make_request: MakeRequest, body: bytes, code: str) -> None:
    """Truncated escapes, invalid UTF-8, NUL, surrogates and repeated fields get 400 and their code."""
    with pytest.raises(Malformed) as caught:
        await read_form(make_request(headers=[FORM], chunks=[body]))
    assert caught.value.code == code


@pytest.mark.anyio
async def test_fifty_fields_pass_and_fifty_one_do_not(make_request: MakeRequest) -> None:
    """The limit on fields is exact and counted before anything is decoded."""
    fifty = "&".join(f"f{number}=1" for number in range(50)).encode()
    assert len((await read_form(make_request(headers=[FORM], chunks=[fifty]))).fields) == 50
    with pytest.raises(TooLarge) as caught:
        await read_form(make_request(headers=[FORM], chunks=[fifty + b"&f50=%"]))
    assert caught.value.code == "too_many_fields"


@pytest.mark.anyio
async def test_a_megabyte_is_refused_by_its_announced_length(make_request: MakeRequest) -> None:
    """A body that says it is too large is refused without being received."""
    request = make_request(headers=[FORM, ("Content-Length", str(1 << 20))], chunks=[b"a"], pause=60)
    with pytest.raises(TooLarge) as caught:
        await read_form(request)
    assert caught.value.code == "body_too_large"


@pytest.mark.anyio
async def test_a_megabyte_is_refused_when_it_says_nothing_or_lies(make_request: MakeRequest) -> None:
    """A chunked body is counted as it comes, whatever Content-Length claims."""
    for headers in ([FORM], [FORM, ("Content-Length", "3")]):
        with pytest.raises(TooLarge):
            await read_form(make_request(headers=headers, chunks=[b"a" * 4096] * 256))


@pytest.mark.anyio
async def test_the_limit_on_bytes_is_exact(make_request: MakeRequest) -> None:
    """64 KiB pass, one byte more does not."""
    exact = b"body=" + b"a" * (LIMIT_BYTES - 5)
    assert len((await read_form(make_request(headers=[FORM], chunks=[exact]))).text("body")) == LIMIT_BYTES - 5
    with pytest.raises(TooLarge):
        await read_form(make_request(headers=[FORM], chunks=[exact + b"a"]))


@pytest.mark.anyio
async def test_a_body_that_trickles_in_is_refused(make_request: MakeRequest) -> None:
    """The seconds are for the whole body, so a byte now and then does not help."""
    request = make_request(headers=[FORM], chunks=[b"a"] * 100, pause=0.02)
    with pytest.raises(Malformed) as caught:
        await read_form(request, seconds=0.1)
    assert caught.value.code == "slow_body"


@pytest.mark.anyio
async def test_a_client_that_goes_away_is_malformed(make_request: MakeRequest) -> None:
    """A connection lost in the middle of the body is no server error."""
    request = make_request(headers=[FORM], chunks=[])
    with pytest.raises(Malformed) as caught:
        await read_form(request)
    assert caught.value.code == "incomplete_body"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=iso-8859-1",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencodedx",
    ],
)
@pytest.mark.anyio
async def test_other_content_types_are_unsupported(make_request: MakeRequest, content_type: str) -> None:
    """Only urlencoded, only UTF-8, also when the wrong charset hides in a parameter."""
    with pytest.raises(Unsupported) as caught:
        await read_form(make_request(headers=[("Content-Type", content_type)], chunks=[b"a=b"]))
    assert caught.value.code == "content_type"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded;charset=UTF-8",
        'Application/X-WWW-Form-Urlencoded ; charset="utf-8"',
        "application/x-www-form-urlencoded; boundary=ignored",
    ],
)
@pytest.mark.anyio
async def test_parameters_of_the_right_type_are_fine(make_request: MakeRequest, content_type: str) -> None:
    """Scripts add a charset; case and blanks do not matter."""
    form = await read_form(make_request(headers=[("Content-Type", content_type)], chunks=[b"a=b"]))
    assert form.text("a") == "b"


@pytest.mark.anyio
async def test_a_compressed_body_is_unsupported(make_request: MakeRequest) -> None:
    """We never unpack what a reader sends."""
    with pytest.raises(Unsupported) as caught:
        await read_form(make_request(headers=[FORM, ("Content-Encoding", "gzip")], chunks=[b"a=b"]))
    assert caught.value.code == "content_encoding"


@pytest.mark.anyio
async def test_a_form_does_not_show_its_fields(make_request: MakeRequest) -> None:
    """A password must not reach a log by way of repr."""
    form = await read_form(make_request(headers=[FORM], chunks=[b"password=open-sesame"]))
    assert "open-sesame" not in repr(form)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        max_size=20,
    )
)
def test_what_a_browser_encodes_comes_back(fields: dict[str, str]) -> None:
    """Any fields of valid text survive encoding and strict decoding."""
    assert parse_pairs(urlencode(fields).encode()) == fields


@given(st.lists(st.sampled_from(["=", "%3D", "+", "%2B", "_", "\r\n", "\n", "%0A", "%e1%bb%85", "a", " ", "."])))
def test_escapes_mean_what_they_mean_elsewhere(parts: list[str]) -> None:
    """Equals signs, line ends and blanks beside escapes are read as urllib reads them."""
    raw = "".join(parts)
    assert parse_pairs(b"body=" + raw.encode()) == {"body": unquote_plus(raw)}


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """No bytes lead to another exception than our own."""
    try:
        fields = parse_pairs(raw)
    except EngagementError:
        return
    for text in (*fields, *fields.values()):
        assert "\0" not in text
        text.encode()
