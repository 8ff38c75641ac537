"""Which codes are made, and what counts as having typed one."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.captcha.codes import ALPHABET, LENGTH, fold, new_code


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
    "typed", ["KM7X", "КМ4Х2С", "K M 3 X 2 9 0", "K\u200bM3X29", "", "\0", "\ud800", "9" * 1_000_000 + "!"]
)
def test_what_is_no_code_folds_to_nothing_or_to_another_code(typed: str) -> None:
    """Strange input never raises and never becomes a code it does not spell."""
    assert fold(typed) != "KM3X29"


@pytest.mark.parametrize("typed", ["km3x29", " KM3 X29 ", "ＫＭ３Ｘ２９", "kM3\u00a0x29", "K M 3 X 2 9\n"])
def test_case_spaces_and_width_do_not_matter(typed: str) -> None:
    """However it is typed, it is the same code."""
    assert fold(typed) == "KM3X29"


@given(st.text())
def test_folding_is_idempotent(typed: str) -> None:
    """What is folded stays as it is."""
    assert fold(fold(typed)) == fold(typed)
