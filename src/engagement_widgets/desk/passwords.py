"""Passwords of the desk: what is accepted, how they are hashed, and the one-time password a new person gets.

Hashing takes tens of milliseconds on purpose, so it happens in worker threads and never inside a unit.
"""

import secrets
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from engagement_widgets.errors import FieldError, Invalid

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MINIMUM = 10
MAXIMUM = 200  # far above any passphrase; bounds what is fed to the hash

# No 0/O, 1/l/I: a one-time password is read aloud or copied from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS = 4
_GROUP_LENGTH = 4


def one_time_password() -> str:
    """A password for the first sign-in: four groups of four symbols, about 92 random bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))


def check_password(password: str, *, login: str, field: str = "password") -> None:
    """Accept a new password or say what is wrong with it.

    Length is the only rule that helps people choose; the login as password is the one guess everybody makes.

    Raises:
        Invalid: `too_short`, `too_long` or `password_is_login` at `field`.
    """
    if len(password) < MINIMUM:
        raise Invalid([FieldError(field, "too_short", {"minimum": MINIMUM})])
    if len(password) > MAXIMUM:
        raise Invalid([FieldError(field, "too_long", {"maximum": MAXIMUM})])
    if password.strip().casefold() == login.casefold():
        raise Invalid([FieldError(field, "password_is_login")])


def hash_password(password: str) -> str:
    """The argon2id hash to store. Slow: call it in a worker thread."""
    return _hasher().hash(_as_typed_anywhere(password))


def verify_password(stored: str | None, password: str) -> bool:
    """True when `password` is the one behind `stored`. Slow: call it in a worker thread.

    Without a stored hash (an unknown login, or a person who has been invited and has set none yet) a dummy is
    verified, so that the time tells nothing.
    """
    from argon2.exceptions import VerificationError

    dummy = _dummy()  # made at the first call whatever the login, for the same reason
    try:
        _hasher().verify(stored or dummy, _as_typed_anywhere(password))
    except VerificationError:
        return False
    return bool(stored)


def _as_typed_anywhere(password: str) -> str:
    """Keyboards send Vietnamese letters composed or as letter and marks; both are the same password (RFC 8265)."""
    return unicodedata.normalize("NFC", password)


@cache
def _hasher() -> "PasswordHasher":
    """Argon2 with its library's own current defaults (RFC 9106, low-memory profile)."""
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _dummy() -> str:
    """A hash nobody knows the password of, made with the parameters of the real ones."""
    return _hasher().hash(secrets.token_urlsafe(32))
