"""Personal data: what is found, what is left alone, and what a mask leaves."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.comments.rules.personal import Kind, allowed_form, find, mask
from personal_data import IMPERSONAL, PERSONAL


def masked(text: str) -> str:
    """The text with everything found masked."""
    return mask(text, find(text))


def test_of_two_hundred_ways_to_write_personal_data_all_but_four_are_found() -> None:
    """Dots, blanks, O for 0, words, +84, look-alike digits."""
    assert len(set(PERSONAL)) >= 200
    assert sum(bool(find(text)) for text in PERSONAL) >= 0.98 * len(PERSONAL)


def test_of_two_hundred_other_numbers_none_is_found() -> None:
    """Prices, dates, scores, decrees, plates, coordinates, hotlines."""
    assert len(set(IMPERSONAL)) >= 200
    assert [text for text in IMPERSONAL if find(text)] == []


@pytest.mark.parametrize("text", PERSONAL)
def test_what_is_masked_is_not_found_again(text: str) -> None:
    """Two digits at each end are no number."""
    assert find(masked(text)) == ()


@pytest.mark.parametrize(
    ("text", "kind", "result"),
    [
        ("gọi 0912 345 612 nhé", Kind.PHONE, "gọi 09•• ••• •12 nhé"),
        ("O912345678", Kind.PHONE, "O9••••••78"),
        ("+84 912 345 678", Kind.PHONE, "+84 ••• ••• •78"),
        ("không chín một hai ba bốn năm sáu bảy tám", Kind.PHONE, "••••• •••• ••• ••• •• ••• ••• ••• ••• •••"),
        ("cccd 001199012345", Kind.CITIZEN_ID, "cccd 00••••••••45"),
        ("stk 1903 4567", Kind.BANK_ACCOUNT, "stk 19•• ••67"),
        ("a.b@mail.example", Kind.EMAIL, "•.•@••••.•••••••"),
    ],
)
def test_a_mask_keeps_two_digits_at_each_end(text: str, kind: Kind, result: str) -> None:
    """And the form of what it hides."""
    assert [span.kind for span in find(text)] == [kind]
    assert masked(text) == result


def test_the_sites_own_numbers_may_be_written() -> None:
    """In any form; another number beside them is still found."""
    allowed = {allowed_form("+84 24 3825 1234"), allowed_form("ToaSoan@bao.example")}
    text = "Đường dây nóng (024) 3825.1234, toasoan@bao.example, không phải 0912345678"
    assert [(span.kind, text[span.start : span.end]) for span in find(text, allowed)] == [(Kind.PHONE, "0912345678")]


_PIECES = st.sampled_from(
    [
        "0912",
        "345",
        "678",
        " ",
        ".",
        "-",
        "không",
        "chín",
        "mot",
        "O",
        "l",
        "0",
        "84",
        "+",
        "stk ",
        "@",
        "a.vn",
        "•",
        "̣",
        "\n",
    ]
)


@given(st.text() | st.lists(_PIECES, max_size=30).map("".join))
def test_any_text_can_be_searched_and_masked(text: str) -> None:
    """Places lie inside it, in order, apart; the mask has its length and hides all that was found."""
    spans = find(text)
    ends = [0, *(span.end for span in spans)]
    assert all(end <= span.start < span.end <= len(text) for end, span in zip(ends, spans, strict=False))
    assert len(mask(text, spans)) == len(text)
    assert find(mask(text, spans)) == ()


@pytest.mark.parametrize(
    "unit", ["0912 ", "0", "không chín ", "o", "a@", "a.", "stk ", "0912345678 ", "1.000.000 ", " ", "at ", "oil"]
)
def test_the_work_grows_with_the_text_and_no_faster(unit: str) -> None:
    """Four times the text, at most eight times the work."""

    def spent(size: int) -> float:
        times = []
        for _ in range(3):
            begun = time.process_time()
            find(unit * size)
            times.append(time.process_time() - begun)
        return min(times)

    assert spent(2000) < 8 * spent(500) + 0.01
