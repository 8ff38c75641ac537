"""Signed keyset cursors, where the next page begins, in a form that readers cannot edit; and how long a list may be."""

from engagement_widgets.errors import FieldError, Invalid, Malformed, Refused
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


def parse_limit(raw: object, maximum: int) -> int:
    """How many rows a host or a program asks for, from 1 to the maximum.

    Raises:
        Invalid: naming `limit`: `wrong_type`, `out_of_range` {minimum, maximum}.
    """
    if isinstance(raw, str) and raw.isascii() and raw.isdigit():
        raw = int(raw[:20])  # a longer one is out of range all the same
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise Invalid([FieldError("limit", "wrong_type")])
    if not 1 <= raw <= maximum:
        raise Invalid([FieldError("limit", "out_of_range", {"minimum": 1, "maximum": maximum})])
    return raw
