"""Passwords: what is accepted, hashed and verified."""

import unicodedata

import pytest

from engagement_widgets.desk.passwords import (
    MAXIMUM,
    MINIMUM,
    check_password,
    hash_password,
    one_time_password,
    verify_password,
)
from engagement_widgets.errors import Invalid

PASSWORD = "một câu dài dễ nhớ"


def test_a_hash_is_argon2id_and_verifies_only_its_own_password() -> None:
    """The stored text names its algorithm; another password does not pass."""
    stored = hash_password(PASSWORD)
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, PASSWORD)
    assert not verify_password(stored, PASSWORD + "!")


def test_a_password_is_the_same_typed_composed_or_decomposed() -> None:
    """Keyboards differ in how they send marks."""
    stored = hash_password(unicodedata.normalize("NFC", PASSWORD))
    assert verify_password(stored, unicodedata.normalize("NFD", PASSWORD))


def test_an_unknown_login_verifies_a_dummy_and_fails() -> None:
    """Nothing stored never passes, whatever is typed."""
    assert not verify_password(None, PASSWORD)
    assert not verify_password(None, "")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("a" * (MINIMUM - 1), "too_short"),
        ("a" * (MAXIMUM + 1), "too_long"),
        ("Truc-Ban-Dem", "password_is_login"),
        (" truc-ban-dem ", "password_is_login"),
    ],
)
def test_bad_passwords_are_refused(password: str, code: str) -> None:
    """Too short, too long, or the login itself."""
    with pytest.raises(Invalid) as refused:
        check_password(password, login="truc-ban-dem", field="new_password")
    assert [(error.field, error.code) for error in refused.value.errors] == [("new_password", code)]


def test_a_one_time_password_is_long_enough_and_never_twice_the_same() -> None:
    """It passes our own rule, and has no symbols that look like others."""
    passwords = {one_time_password() for _ in range(200)}
    assert len(passwords) == 200
    for password in passwords:
        check_password(password, login="anybody")
        assert not set(password) & set("0O1lI")
