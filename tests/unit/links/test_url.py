"""What may stand behind a link, and how it is stored."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.errors import Invalid
from engagement_widgets.links.fields import parse_name
from engagement_widgets.links.url import MAX_BYTES, display_host, parse_url


def refused(raw: Any) -> str:
    """The code with which an address is refused."""
    with pytest.raises(Invalid) as error:
        parse_url(raw)
    (only,) = error.value.errors
    assert only.field == "url"
    return only.code


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("https://tankhe.example", "https://tankhe.example/"),
        ("  https://tankhe.example/bus?tuyen=3#gio  ", "https://tankhe.example/bus?tuyen=3#gio"),
        ("HTTPS://TanKhe.Example/Bus", "https://tankhe.example/Bus"),
        ("http://tankhe.example:8080/a", "http://tankhe.example:8080/a"),
        ("https://báo.example/", "https://xn--bo-mia.example/"),
        ("https://tankhe.example/tin/chợ", "https://tankhe.example/tin/ch%E1%BB%A3"),
        ("https://tankhe.example/%C3%A0?q=đá&x=%20", "https://tankhe.example/%C3%A0?q=%C4%91%C3%A1&x=%20"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("https://192.0.2.7/a", "https://192.0.2.7/a"),
    ],
)
def test_an_address_is_stored_as_a_browser_sends_it(raw: str, stored: str) -> None:
    """Scheme and host in lower case, the host in IDNA, the rest in ASCII."""
    assert parse_url(raw) == stored


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "required"),
        ("", "required"),
        ("   ", "required"),
        (7, "wrong_type"),
        ("tankhe.example", "url_not_http"),
        ("//tankhe.example", "url_not_http"),
        ("/desk", "url_not_http"),
        ("javascript:alert(1)", "url_not_http"),
        ("data:text/html,x", "url_not_http"),
        ("ftp://tankhe.example", "url_not_http"),
        ("https://mai:bimat@tankhe.example", "url_credentials"),
        ("https://tankhe.example@evil.example", "url_credentials"),
        ("https://", "url_invalid"),
        ("https:///a", "url_invalid"),
        ("https:tankhe.example", "url_invalid"),
        ("https://tan khe.example", "url_invalid"),
        ("https://tankhe.example/a b", "url_invalid"),
        ("https://tankhe.example\\@evil.example", "url_invalid"),
        ("https://tankhe.example/\nLocation: x", "url_invalid"),
        ("https://tankhe.example/\x00", "url_invalid"),
        ("https://tankhe.example/\ud800", "url_invalid"),
        ("https://tankhe.example:99999/", "url_invalid"),
        ("https://tankhe.example:cổng/", "url_invalid"),
        ("https://[tankhe]/", "url_invalid"),
        ("https://a..example/", "url_invalid"),
        ('https://a"b.example/', "url_invalid"),
        (f"https://{'a' * 64}.example/", "url_invalid"),
        (f"https://tankhe.example/{'a' * MAX_BYTES}", "too_long"),
        (f"https://tankhe.example/{'ợ' * 600}", "too_long"),
    ],
)
def test_anything_else_is_refused(raw: Any, code: str) -> None:
    """Only absolute http and https addresses without credentials, blanks, backslashes or control characters."""
    assert refused(raw) == code


@given(st.text(max_size=40))
def test_what_is_accepted_stays_as_it_is(text: str) -> None:
    """Whatever is typed is refused with `Invalid` or stored in ASCII, and storing it again changes nothing."""
    try:
        stored = parse_url(f"https://tankhe.example/{text}")
    except Invalid:
        return

    assert stored.isascii()
    assert stored.isprintable()
    assert parse_url(stored) == stored


@given(st.text(max_size=20))
def test_a_host_is_refused_or_ascii(text: str) -> None:
    """Whatever stands where the host belongs never breaks the parser and never comes out as anything but a host."""
    try:
        stored = parse_url(f"https://{text}.example/")
    except Invalid:
        return

    assert stored.isascii()
    assert parse_url(stored) == stored


def test_people_read_the_host_in_their_own_letters() -> None:
    """The stored host is shown decoded, an address as it is."""
    assert display_host(parse_url("https://báo.example:8443/a")) == "báo.example"
    assert display_host("https://192.0.2.7/") == "192.0.2.7"


@pytest.mark.parametrize("raw", ["partners", "co-quan_1", "2026", " partners "])
def test_a_group_name_stands_in_addresses(raw: str) -> None:
    """Lower-case letters, digits, hyphen and underscore name a group."""
    assert parse_name(raw) == raw.strip()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "required"),
        ("", "required"),
        (3, "wrong_type"),
        ("Đối tác", "group_name_invalid"),
        ("-a", "group_name_invalid"),
        ("a/b", "group_name_invalid"),
        ("A", "group_name_invalid"),
        ("a" * 65, "group_name_invalid"),
        ("all", "group_name_invalid"),
    ],
)
def test_other_group_names_are_refused(raw: Any, code: str) -> None:
    """What cannot stand in an address, or means every group, is no name."""
    with pytest.raises(Invalid) as error:
        parse_name(raw)

    assert [(item.field, item.code) for item in error.value.errors] == [("name", code)]
