"""What each stored field takes."""

import pytest

from engagement_widgets.comments.fields import (
    BODY,
    NAME,
    NOTE,
    host_email,
    host_name,
    new_submission_key,
    parse_comment_id,
    parse_email,
    parse_submission_key,
)
from engagement_widgets.errors import Invalid
from engagement_widgets.hooks import HostUser


@pytest.mark.parametrize(
    "address", ["mai@thu.example", "a.b+c@xn--d.vn", "mai@thư.vn", "o'neil@a-b.co.uk", " mai@thu.example "]
)
def test_addresses_that_letters_reach(address: str) -> None:
    """Ordinary, tagged and international addresses are kept as typed, without blanks around."""
    assert parse_email(address) == address.strip()


@pytest.mark.parametrize("raw", [None, "", "  "])
def test_no_address_is_none(raw: object) -> None:
    """The field is optional."""
    assert parse_email(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        "mai",
        "mai@",
        "@a.vn",
        "mai@vn",
        "a b@c.vn",
        "a@b@c.vn",
        "a@b.vn, c@d.vn",
        "<a@b.vn>",
        "a@b..vn",
        "a@.vn",
        "a@b.vn.",
    ],
)
def test_what_is_no_address(raw: str) -> None:
    """Nothing that names nobody, two people, or could start another header."""
    with pytest.raises(Invalid) as refused:
        parse_email(raw)
    assert [error.code for error in refused.value.errors] == ["invalid_email"]


@pytest.mark.parametrize("raw", ["x" * 21, "x" * 65, "k" * 22 + " ", "đ" * 30, 7])
def test_a_submission_key_is_unguessable_or_refused(raw: object) -> None:
    """Too short, too long, other characters, another type."""
    with pytest.raises(Invalid):
        parse_submission_key(raw)


def test_our_own_submission_keys_are_accepted() -> None:
    """What the server makes, the server takes; none is none."""
    key = new_submission_key()
    assert (parse_submission_key(key), parse_submission_key("")) == (key, None)


@pytest.mark.parametrize("raw", ["x", "0" * 31, 5])
def test_an_id_is_a_uuid(raw: object) -> None:
    """Anything else is told to be none."""
    with pytest.raises(Invalid):
        parse_comment_id(raw)


@pytest.mark.parametrize(
    ("name", "stored"),
    [("Lê Hoa", "Lê Hoa"), (" a\nb\x00 ", "a b"), ("x" * 100, "x" * 60), ("\ud800", "7"), ("", "7")],
)
def test_a_hosts_name_is_cut_to_fit(name: str, stored: str) -> None:
    """The reader cannot correct it, so it is never refused, and always a name that the field itself would take."""
    assert host_name(HostUser(id="7", name=name)) == stored
    assert NAME.parse(stored) == stored


def test_a_hosts_address_is_taken_where_it_can_be() -> None:
    """One that cannot be stored is left out."""
    assert host_email(HostUser(id="7", name="x", email="a@b.vn")) == "a@b.vn"
    assert host_email(HostUser(id="7", name="x", email="nonsense")) is None


def test_limits_are_in_letters_and_bytes() -> None:
    """Sixty letters, three thousand, five hundred; a letter of many bytes cannot get round them."""
    assert NAME.parse("ễ" * 60) == "ễ" * 60
    assert BODY.parse("ễ" * 3000) == "ễ" * 3000
    assert NOTE.parse("") == ""
    for field, text in ((NAME, "👨‍👩‍👧‍👦" * 20), (BODY, "👨‍👩‍👧‍👦" * 2000), (NOTE, "x" * 501)):
        with pytest.raises(Invalid) as refused:
            field.parse(text)
        assert [error.code for error in refused.value.errors] == ["too_long"]
