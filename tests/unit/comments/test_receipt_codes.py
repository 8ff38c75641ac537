"""The code of a receipt: how it is spelled, read back, and proven."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.comments import receipt_codes
from engagement_widgets.comments.ownership import RECEIPT_LIFE
from engagement_widgets.comments.receipt_codes import SYMBOLS, find_proven, parse_receipt_code, receipt_code
from engagement_widgets.errors import Invalid
from engagement_widgets.kernel.ids import new_id
from engagement_widgets.kernel.signing import Secrets
from vietnamese_keyboards import METHODS, compose

SECRETS = Secrets(["k" * 32])
NOW = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)


def ids(count: int) -> list[UUID]:
    """Ids of so many moments, an hour apart."""
    return [new_id(NOW + timedelta(hours=number)) for number in range(count)]


def test_a_code_leads_to_its_comment_and_no_other() -> None:
    """Of many ids exactly one proves a code, and the code tells when that was."""
    every = ids(200)
    for comment_id in every:
        typed = parse_receipt_code(receipt_code(SECRETS, comment_id))
        assert find_proven(SECRETS, every, typed.proof) == comment_id
        begin = receipt_codes._latest_begin(typed.slot, NOW + timedelta(hours=200))
        assert 0 <= (comment_id.int >> 80) - begin < receipt_codes.SLOT / timedelta(milliseconds=1)


def test_the_time_in_a_code_covers_the_life_of_a_receipt() -> None:
    """No earlier slot of the same number can be meant."""
    assert receipt_codes.SLOT * len(SYMBOLS) ** receipt_codes.TIME_SYMBOLS >= RECEIPT_LIFE


def test_the_secret_part_has_forty_bits() -> None:
    """As docs/explanation/security.md says."""
    assert len(SYMBOLS) ** receipt_codes.PROOF_SYMBOLS > 2**40


def test_keys_rotate() -> None:
    """A code made with an older key still opens; with a key that is gone it does not."""
    comment_id = uuid4()
    proof = parse_receipt_code(receipt_code(SECRETS, comment_id)).proof
    assert find_proven(Secrets(["n" * 32, "k" * 32]), [comment_id], proof) == comment_id
    assert find_proven(Secrets(["n" * 32]), [comment_id], proof) is None


@pytest.mark.parametrize("method", METHODS)
def test_vietnamese_keyboards_leave_a_code_alone(method: str) -> None:
    """With an input method left on, what stands in the field still is the code; shorthands for twins aside."""
    for comment_id in ids(50):
        code = receipt_code(SECRETS, comment_id)
        typed = compose(METHODS[method], code.lower())
        if method != "quick telex":
            assert parse_receipt_code(typed) == parse_receipt_code(code)


@given(st.text(max_size=80) | st.text(SYMBOLS + SYMBOLS.lower() + " -", max_size=20))
def test_anything_typed_is_a_code_or_refused(raw: str) -> None:
    """Whatever it is, one clear answer."""
    try:
        typed = parse_receipt_code(raw)
    except Invalid as refused:
        codes = {error.code for error in refused.errors}
    else:
        codes = set()
        assert set(typed.proof) <= set(SYMBOLS)
    assert codes <= {"required", "wrong_receipt_code"}


def test_what_looks_alike_is_taken_for_it() -> None:
    """`S` reads as 5, `Z` as 2, `B` as 8, `O`, `D` and 0 as Q."""
    assert parse_receipt_code("szbo-d0sz-bodo") == parse_receipt_code("528Q-QQ52-8QQQ")
