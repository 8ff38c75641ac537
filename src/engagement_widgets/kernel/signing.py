"""Proof that a value came from us, and hashes that mean nothing without our key.

Every signature and every keyed hash names its purpose, so that what was signed for one use is refused for another.
"""

import hashlib
import hmac
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from secrets import token_bytes
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from engagement_widgets.errors import Refused

_SEALED_MOST: Final = hashlib.sha256().digest_size
_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 16


class Secrets:
    """The site's signing keys.

    Args:
        keys: newest first. The newest signs and hashes, all of them verify, so a key can be retired in two steps.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("signing needs at least one key")
        self._keys = tuple(key.encode() for key in keys)
        self._serializers: dict[str, URLSafeSerializer] = {}

    def __repr__(self) -> str:
        return f"Secrets({len(self._keys)} hidden)"

    def sign(self, purpose: str, value: object) -> str:
        """Return `value` (anything JSON can hold) as signed, URL-safe text. The same value gives the same text."""
        token = self._serializer(purpose).dumps(value)
        return token.decode() if isinstance(token, bytes) else token

    def unsign(self, purpose: str, token: str) -> Any:  # noqa: ANN401  # whatever was signed
        """Return the value that was signed for this purpose.

        Raises:
            Refused: `bad_signature`, for anything else than a token of ours for this purpose.
        """
        try:
            return self._serializer(purpose).loads(token)
        except (BadData, UnicodeError):
            raise Refused("bad_signature") from None

    def keyed_hash(self, purpose: str, value: str | bytes) -> str:
        """Return the HMAC-SHA-256 of `value` in hex, under the newest key."""
        return _keyed(self._keys[0], purpose, value)

    def keyed_hashes(self, purpose: str, value: str | bytes) -> tuple[str, ...]:
        """Return the keyed hash of `value` under every key, newest first, for what is compared elsewhere."""
        return tuple(_keyed(key, purpose, value) for key in self._keys)

    def matches(self, purpose: str, value: str | bytes, digest: str) -> bool:
        """Tell whether `digest` is the keyed hash of `value` under any of the keys, in constant time."""
        given = digest.encode()
        found = [hmac.compare_digest(_keyed(key, purpose, value).encode(), given) for key in self._keys]
        return any(found)

    def seal(self, purpose: str, value: bytes) -> str:
        """Return `value`, at most 32 bytes of it, as text that nobody can read or change without a key of ours.

        A one-time pad of HMAC-SHA-256 over a fresh 128-bit salt, then a tag of its own over both: encrypt-then-MAC with
        the one primitive that is here already. The same value gives another text each time.
        """
        if len(value) > _SEALED_MOST:
            raise ValueError(f"only {_SEALED_MOST} bytes can be sealed")
        salt = token_bytes(_SALT_BYTES)
        hidden = salt + _masked(self._keys[0], purpose, salt, value)
        return urlsafe_b64encode(hidden + _tag(self._keys[0], purpose, hidden)).decode()

    def unseal(self, purpose: str, token: str) -> bytes:
        """Return what was sealed for this purpose, under whichever of the keys.

        Raises:
            Refused: `bad_signature`, for anything else.
        """
        try:
            raw = b64decode(token, altchars=b"-_", validate=True)
        except ValueError:
            raise Refused("bad_signature") from None
        hidden, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
        for key in self._keys:
            if hmac.compare_digest(_tag(key, purpose, hidden), tag):
                return _masked(key, purpose, hidden[:_SALT_BYTES], hidden[_SALT_BYTES:])
        raise Refused("bad_signature")

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        serializer = self._serializers.get(purpose)
        if serializer is None:
            serializer = self._serializers[purpose] = URLSafeSerializer(
                list(reversed(self._keys)),  # itsdangerous signs with the last
                salt=f"engagement-widgets.{purpose}",
                signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
            )
        return serializer


def reader_hash(reader_id: bytes) -> str:
    """Return the hash a reader's rows carry: SHA-256 of the cookie's 128 random bits, without a key.

    Without a key on purpose: 128 random bits cannot be guessed from their hash, and a key rotation must not turn
    one voter into two.
    """
    return hashlib.sha256(b"engagement-widgets.reader\x00" + reader_id).hexdigest()


def _masked(key: bytes, purpose: str, salt: bytes, value: bytes) -> bytes:
    """`value` under the pad of this salt; twice is the value again."""
    pad = hmac.digest(key, b"seal\x00" + purpose.encode() + b"\x00" + salt, "sha256")
    return bytes(one ^ other for one, other in zip(value, pad, strict=False))


def _tag(key: bytes, purpose: str, hidden: bytes) -> bytes:
    return hmac.digest(key, b"sealed\x00" + purpose.encode() + b"\x00" + hidden, "sha256")[:_TAG_BYTES]


def _keyed(key: bytes, purpose: str, value: str | bytes) -> str:
    raw = value.encode() if isinstance(value, str) else value
    return hmac.digest(key, purpose.encode() + b"\x00" + raw, "sha256").hex()
