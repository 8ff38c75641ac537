"""The table of characters: it is the documented one, and what it keeps, drops and refuses over all of Unicode."""

import sys
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.comments.fields import BODY, NAME
from engagement_widgets.errors import Invalid
from engagement_widgets.kernel.characters import KINDS, Treatment, has_ink, has_stacked_marks, pattern_of
from engagement_widgets.kernel.text import TextField, canonical
from manual import read, rows, section

# Any text a string of Python can hold, lone surrogates included; and what the table is about, thickly sown.
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60) | st.text(
    st.sampled_from("aệe\u0301\u0302\u0323 \n\t\r\x00\x85\u200b\u200d\u202e\u2066\ufe0f\U000e0061\U0001f3f4\ud83c<&"),
    max_size=40,
)
BLOCK = 64


def test_the_table_is_the_documented_one() -> None:
    """Every kind with its treatment and its reason, in the same order."""
    told = rows(section("explanation/text.md", "Characters that act beyond their text"))
    assert [tuple(row) for row in told] == [(kind.name, kind.treatment.value, kind.why) for kind in KINDS]
    assert "stacked_marks" in read("explanation/text.md")


def blocks() -> Iterator[str]:
    """All of Unicode, in its order, so many characters at a time."""
    for first in range(0, sys.maxunicode + 1, BLOCK):
        yield "".join(map(chr, range(first, first + BLOCK)))


def parsed(field: TextField, raw: str) -> str | None:
    """The text a field takes, or None where it is refused; checked to be its canonical form and to stay so."""
    try:
        text = field.parse(raw)
    except Invalid as refused:
        assert {error.code for error in refused.errors} <= {  # noqa: PT017  (both outcomes are right)
            "required",
            "too_short",
            "too_long",
            "invalid_text",
            "stacked_marks",
        }
        return None
    assert text == canonical(raw, multiline=field.multiline)
    assert field.parse(text) == text
    assert unicodedata.is_normalized("NFC", text)
    text.encode()
    return text


def test_every_character_there_is_comes_back_or_is_refused() -> None:
    """One million and more code points, each between two letters: the canonical form, or a code."""
    refused = pattern_of(Treatment.REFUSED)
    for block in blocks():
        raw = "a" + "a".join(block) + "a"
        is_refused = refused.search(raw.replace("\r", "\n")) is not None
        assert (parsed(BODY, raw) is None) == is_refused, hex(ord(block[0]))


@given(ANYTHING)
def test_any_text_is_its_canonical_form_or_refused(raw: str) -> None:
    """Idempotent, in NFC, encodable; on several lines and on one."""
    parsed(BODY, raw)
    parsed(NAME, raw)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "\u200b\u2060\ufeff",
        "\u3164\uffa0\u115f\u1160",
        "\u2800",
        "\u0301\u0302",
        "\ufe0f\u20e3",
        "\U000e0061",
    ],
)
def test_what_nobody_can_read_has_no_ink(text: str) -> None:
    """Blanks, invisible characters, fillers, marks without a letter: empty."""
    assert not has_ink(text)
    assert has_ink(text + "đ")


def test_marks_are_counted_on_one_letter() -> None:
    """Vietnamese in NFD, Thai and emoji have few; a flood has many."""
    for text in (unicodedata.normalize("NFD", "Nguyễn Thị Ậ ẫ ỗ"), "ที่นี่ก็", "👨‍👩‍👧‍👦❤️‍🔥1️⃣", "a" + "\u0301" * 4):
        assert not has_stacked_marks(text)
    assert has_stacked_marks("a" + "\u0301" * 5)
    assert has_stacked_marks("a" + "\u0301\u200d" * 100)
