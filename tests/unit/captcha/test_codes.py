"""Which codes are made, and what counts as having typed one."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.captcha.codes import ALPHABET, CONFUSABLE, LENGTH, fold, is_fit, new_code, swapped


def test_a_code_is_made_of_the_alphabet() -> None:
    """Six symbols of the alphabet, none twice running."""
    for _ in range(500):
        code = new_code()
        assert len(code) == LENGTH
        assert set(code) <= set(ALPHABET)
        assert all(left != right for left, right in pairwise(code))


def test_the_alphabet_holds_nothing_a_vietnamese_keyboard_combines() -> None:
    """No vowel, no Y, W or D: Telex and VNI have nothing to put a mark on."""
    assert not set(ALPHABET) & set("AEIOUYWD")
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_seeding_random_does_not_make_codes_alike() -> None:
    """Codes come from the system's entropy, not from a generator that can be seeded."""
    runs = []
    for _ in range(2):
        random.seed(1)
        runs.append([new_code() for _ in range(5)])
    assert runs[0] != runs[1]


@pytest.mark.parametrize(
    "typed", ["HM3X2", "НМ4Х2С", "H M 3 X 2 9 0", "HM-3X29", "HМ3Х2Я", "", "\0", "\ud800", "HM3X29" + " " * 1_000_000]
)
def test_what_is_no_code_folds_to_nothing_or_to_another_code(typed: str) -> None:
    """Strange input never raises and never becomes a code it does not spell."""
    assert fold(typed) != "HM3X29"


@pytest.mark.parametrize("typed", ["hm3x29", " HM3 X29 ", "ＨＭ３Ｘ２９", "hM3\u00a0x29", "H M 3 X 2 9\n"])
def test_case_spaces_and_width_do_not_matter(typed: str) -> None:
    """However it is typed, it is the same code."""
    assert fold(typed) == "HM3X29"


@given(st.text())
def test_folding_is_idempotent(typed: str) -> None:
    """What is folded stays as it is."""
    assert fold(fold(typed)) == fold(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "НМ3Х29",  # Cyrillic letters
        "нмзх29",
        "ΗΜ3Χ29",  # Greek letters
        "H\u200bM\u200d3\ufeffX\u206029",
        "H\u0301M3X\u032329",
        "𝐇𝐌𝟑𝐗𝟐𝟗",
        "HMEXZ9",
        "hm3xz9",
        "ｈｍ３ｘ２９",
    ],
)
def test_what_looks_like_the_code_is_the_code(typed: str) -> None:
    """Letters of other scripts, unseen characters, the symbols people confuse."""
    assert fold(typed) == "HM3X29"


def test_one_of_each_confusable_class() -> None:
    """No two symbols of the alphabet are taken for each other, and no symbol stands in two classes."""
    for group in CONFUSABLE:
        assert len(set(group) & set(ALPHABET)) <= 1, group
    everything = "".join(CONFUSABLE)
    assert len(set(everything)) == len(everything)
    assert all(fold(symbol) == symbol for symbol in ALPHABET)


def test_no_code_insults() -> None:
    """Among 10,000 codes none spells a curse, and neither does the list let one of its own through."""
    assert all(is_fit(new_code()) for _ in range(10_000))
    assert not any(is_fit(f"2{word}9") for word in ("CTM", "C4T", "X4C", "CH3T"))


def test_a_swap_is_of_two_neighbours() -> None:
    """Every other symbol stays."""
    assert [swapped("HM3X29", at) for at in (0, 4)] == ["MH3X29", "HM3X92"]
