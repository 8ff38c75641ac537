"""Text: one canonical form, counted as people count."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import Fields, TextError, TextField, canonical, fold, graphemes, has_graphemes

NAME = TextField("name", minimum=2, maximum=60, max_bytes=240)
BODY = TextField("body", minimum=2, maximum=3000, max_bytes=16 * 1024, multiline=True)
NOTE = TextField("note", minimum=0, maximum=5, max_bytes=40)


def _errors(field: TextField, raw: object) -> list[FieldError]:
    with pytest.raises(Invalid) as caught:
        field.parse(raw)
    return list(caught.value.errors)


@given(st.text())
@example("a \r\n\r\n\tb\u00a0\n")
@example(" \u0300 x")
@example("\u2000x\u2001 \n \u0301")
def test_canonical_form_is_a_fixed_point(raw: str) -> None:
    """Twice gives the same as once, in NFC, without forbidden characters or blanks at the ends."""
    try:
        once = canonical(raw, multiline=True)
    except TextError:
        return
    assert canonical(once, multiline=True) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()
    assert not any(line != line.rstrip() for line in once.split("\n"))
    assert "\r" not in once
    once.encode()


@pytest.mark.parametrize(
    "raw",
    [b"\xff", b"\xed\xa0\x80", "\ud800", "a\x00b", "a\x1bb", "a\x7fb", "a\x85b", "a\x0cb", b"\xc0\xaf"],
)
def test_what_no_text_may_hold_is_refused(raw: str | bytes) -> None:
    """Invalid UTF-8, surrogates and control characters are refused, not replaced."""
    with pytest.raises(TextError):
        canonical(raw, multiline=True)


def test_line_feeds_and_tabs_belong_to_several_lines_only() -> None:
    """A name has one line; a body keeps its lines and tabs."""
    assert canonical("một\r\nhai\rba\tbốn", multiline=True) == "một\nhai\nba\tbốn"
    for raw in ("một\nhai", "một\thai", "một\r"):
        with pytest.raises(TextError, match="control_character"):
            canonical(raw, multiline=False)


def test_decomposed_vietnamese_becomes_composed() -> None:
    """Text typed on a Mac equals text typed on Windows."""
    assert canonical(unicodedata.normalize("NFD", "Xóa hòa thủy"), multiline=False) == "Xóa hòa thủy"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("abc", 3),
        ("Tiếng Việt", 10),
        (unicodedata.normalize("NFD", "ễ"), 1),
        ("👨‍👩‍👧‍👦", 1),
        ("🇻🇳", 1),
        ("a\nb", 3),
    ],
)
def test_graphemes_are_what_people_count(text: str, count: int) -> None:
    """Marks, joiners and flags belong to the character they stand with."""
    assert graphemes(text) == count


@given(st.text(alphabet="a\u0301ễ👨\u200d👩🇻🇳\n", max_size=12), st.integers(0, 12))
def test_counting_may_stop_early(text: str, count: int) -> None:
    """Asking for so many characters agrees with counting them all."""
    assert has_graphemes(text, count) == (graphemes(text) >= count)


def test_fold_finds_the_same_words_again() -> None:
    """Case, marks, đ, full-width letters, invisible characters and blanks make no difference."""
    assert fold("  ĐẸP   quá,\nVIỆT\u200b Nam ") == fold("đep qua, Viet nam") == "dep qua, viet nam"
    assert fold("ＡＢＣ") == "abc"
    assert fold("Straße") == fold("STRASSE")
    assert fold("Łódź, Østergård, Æsop, œuvre, Ħal, ılık, Þór, ŧ, Ŋ, Ðông, Ɖông") == (
        "lodz, ostergard, aesop, oeuvre, hal, ilik, thor, t, ng, dong, dong"
    )


@given(st.text())
def test_fold_is_a_fixed_point(raw: str) -> None:
    """Folding what is folded changes nothing."""
    assert fold(fold(raw)) == fold(raw)


def test_a_field_gives_the_canonical_text() -> None:
    """What is stored is the canonical form; an optional field may be empty."""
    assert NAME.parse("  Nguyễn Văn A ") == "Nguyễn Văn A"
    assert BODY.parse("Hay quá \r\n\r\nCảm ơn") == "Hay quá\n\nCảm ơn"
    assert NOTE.parse(None) == NOTE.parse("  ") == ""


@pytest.mark.parametrize(
    ("raw", "code", "params"),
    [
        (None, "required", {}),
        ("", "required", {}),
        (" \u200b\u2060\ufeff ", "required", {}),
        ("a", "too_short", {"minimum": 2}),
        ("ễ", "too_short", {"minimum": 2}),
        ("ễ" * 61, "too_long", {"maximum": 60}),
        ("a" + "\u0301" * 200, "too_long", {"maximum": 60}),
        ("a\x00b", "invalid_text", {}),
        ("\udfff", "invalid_text", {}),
        (5, "wrong_type", {}),
        (b"bytes", "wrong_type", {}),
        (["a", "b"], "wrong_type", {}),
    ],
)
def test_a_wrong_text_has_one_stable_code(raw: object, code: str, params: dict[str, int]) -> None:
    """Each way to be wrong has its code and the figure its sentence needs."""
    assert _errors(NAME, raw) == [FieldError("name", code, params)]


def test_limits_are_inclusive() -> None:
    """Exactly the minimum and the maximum are accepted."""
    assert NAME.parse("ễễ") == "ễễ"
    assert NAME.parse("ễ" * 60) == "ễ" * 60


def test_all_fields_are_refused_at_once() -> None:
    """A person hears of every wrong field, under the form's own names."""
    fields = Fields()
    assert fields.take("name", NAME.parse, "Lan") == "Lan"
    assert fields.take("comment", BODY.parse, "") is None
    assert fields.take("note", NOTE.parse, "quá dài") is None
    with pytest.raises(Invalid) as caught:
        fields.check()
    assert [(error.field, error.code) for error in caught.value.errors] == [
        ("comment", "required"),
        ("note", "too_long"),
    ]


def test_nothing_wrong_raises_nothing() -> None:
    """A form without errors passes."""
    fields = Fields()
    fields.take("name", NAME.parse, "Lan")
    fields.check()
