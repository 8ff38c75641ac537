"""Cursors: ours come back, everything else is refused."""

import pytest

from engagement_widgets.errors import Malformed
from engagement_widgets.kernel.paging import decode_cursor, encode_cursor
from engagement_widgets.kernel.signing import Secrets

SECRETS = Secrets(["k" * 32])


def test_a_cursor_gives_its_sort_key_back() -> None:
    """What was encoded is decoded, in a form that fits a URL."""
    cursor = encode_cursor(SECRETS, ("2026-07-01T02:00:00+00:00", "0197c"))
    assert decode_cursor(SECRETS, cursor, length=2) == ("2026-07-01T02:00:00+00:00", "0197c")


@pytest.mark.parametrize(
    "raw", ["", "x", "x.y", "\ud800", encode_cursor(SECRETS, ("one",)), SECRETS.sign("page", ["a", "b"])]
)
def test_another_cursor_is_refused(raw: str) -> None:
    """Edited, foreign, or made for a list with another key: one code for all."""
    with pytest.raises(Malformed, match="bad_cursor"):
        decode_cursor(SECRETS, raw, length=2)
