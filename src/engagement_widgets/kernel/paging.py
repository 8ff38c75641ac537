"""Signed keyset cursors: where the next page begins, in a form that readers cannot edit."""

from engagement_widgets.errors import Malformed, Refused
from engagement_widgets.kernel.signing import Secrets

_PURPOSE = "cursor"


def encode_cursor(secrets: Secrets, values: tuple[str, ...]) -> str:
    """Return the URL-safe cursor of a row, given its sort key."""
    return secrets.sign(_PURPOSE, list(values))


def decode_cursor(secrets: Secrets, raw: str, *, length: int) -> tuple[str, ...]:
    """Return the sort key of `length` values that a cursor holds.

    Raises:
        Malformed: `bad_cursor`, when it is not ours or belongs to another list.
    """
    try:
        values = secrets.unsign(_PURPOSE, raw)
    except Refused:
        raise Malformed("bad_cursor") from None
    if len(values) != length:
        raise Malformed("bad_cursor")
    return tuple(values)
