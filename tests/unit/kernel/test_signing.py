"""Signing: purposes, rotation, and nothing that shows a key."""

from base64 import urlsafe_b64decode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.errors import Refused
from engagement_widgets.kernel.signing import Secrets, reader_hash

OLD = "o" * 32
NEW = "n" * 32


@given(st.lists(st.text() | st.none() | st.integers() | st.booleans()))
def test_what_is_signed_comes_back(value: list[object]) -> None:
    """Any JSON value survives, and the text is safe in a URL."""
    secrets = Secrets([NEW])
    token = secrets.sign("page", value)
    assert secrets.unsign("page", token) == value
    assert all(char.isalnum() or char in "-_." for char in token)


def test_the_same_value_gives_the_same_text() -> None:
    """Nothing of the moment is in a signature: the HTML of an article does not change."""
    assert Secrets([NEW]).sign("page", ["a", 1]) == Secrets([NEW]).sign("page", ["a", 1])


def test_another_purpose_is_refused() -> None:
    """A token signed for one use proves nothing for another."""
    secrets = Secrets([NEW])
    with pytest.raises(Refused, match="bad_signature"):
        secrets.unsign("receipt", secrets.sign("page", 1))


@pytest.mark.parametrize("token", ["", ".", "abc", "abc.def", "\ud800", "é.ü", "\x00", "." * 100_000])
def test_what_we_did_not_sign_is_refused(token: str) -> None:
    """Rubbish is refused with the same code, whatever it is made of."""
    with pytest.raises(Refused, match="bad_signature"):
        Secrets([NEW]).unsign("page", token)


def test_every_key_verifies_and_the_newest_signs() -> None:
    """After a rotation old tokens still count; after the old key is gone they do not."""
    before, after = Secrets([OLD]), Secrets([NEW, OLD])
    assert after.unsign("page", before.sign("page", "x")) == "x"
    assert after.sign("page", "x") == Secrets([NEW]).sign("page", "x")
    with pytest.raises(Refused):
        Secrets([NEW]).unsign("page", before.sign("page", "x"))


def test_keyed_hashes_match_under_every_key_and_only_for_their_purpose() -> None:
    """A stored hash outlives a rotation."""
    stored = Secrets([OLD]).keyed_hash("answer", "7KQ2")
    assert len(stored) == 64
    assert Secrets([NEW, OLD]).matches("answer", b"7KQ2", stored)
    assert not Secrets([NEW, OLD]).matches("address", "7KQ2", stored)
    assert not Secrets([NEW]).matches("answer", "7KQ2", stored)
    assert not Secrets([NEW]).matches("answer", "7KQ2", "é")


def test_keys_never_show() -> None:
    """Neither repr nor str gives a key away, and a Secrets without keys cannot be made."""
    secrets = Secrets([NEW, OLD])
    assert NEW not in f"{secrets!r} {secrets}"
    assert OLD not in f"{secrets!r} {secrets}"
    with pytest.raises(ValueError, match="at least one key"):
        Secrets([])


def test_a_readers_hash_does_not_depend_on_the_keys() -> None:
    """One reader stays one voter for ever: the value is pinned."""
    assert reader_hash(bytes(16)) == "160f057c2aca2b5adb18b5f6e72f747fe90c7b815a40f44c7a3718b6ea5b8b73"


def test_what_is_sealed_is_read_by_its_purpose_and_any_key() -> None:
    """Another text each time, that says nothing of the value; keys rotate as for signatures."""
    old, both = Secrets(("o" * 32,)), Secrets(("n" * 32, "o" * 32))
    value = b"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    sealed = old.seal("totp", value)
    assert both.unseal("totp", sealed) == value
    assert both.unseal("totp", both.seal("totp", b"")) == b""
    assert old.seal("totp", value) != sealed
    assert value not in urlsafe_b64decode(sealed)
    with pytest.raises(ValueError, match="32 bytes"):
        old.seal("totp", b"x" * 33)


@pytest.mark.parametrize(
    "spoil", [lambda s: s[:-4], lambda s: "A" + s[1:], lambda s: s + "AAAA", lambda s: s + "é", str.swapcase]
)
def test_nobody_else_seals(spoil: Callable[[str], str]) -> None:
    """Changed, cut, of another purpose or another key: refused."""
    secrets = Secrets(("k" * 32,))
    sealed = secrets.seal("totp", b"value")
    for keys, purpose, token in (
        (secrets, "totp", spoil(sealed)),
        (secrets, "other", sealed),
        (Secrets(("x" * 32,)), "totp", sealed),
    ):
        with pytest.raises(Refused, match="bad_signature"):
            keys.unseal(purpose, token)
