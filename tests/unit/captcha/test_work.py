"""Proof of work: what was found for one puzzle proves so many bits, and nothing for another."""

from itertools import count
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engagement_widgets.captcha.work import LONGEST, puzzle, raised, zero_bits
from engagement_widgets.errors import SettingsError
from engagement_widgets.settings import MOST_WORK, Settings


def solve(challenge_id: UUID, bits: int) -> str:
    """The first number that is enough."""
    return next(str(number) for number in count() if zero_bits(challenge_id, str(number)) >= bits)


@settings(max_examples=30, deadline=None)
@given(st.uuids(), st.uuids(), st.integers(1, 10))
def test_what_was_found_is_enough_for_its_puzzle_alone(challenge: UUID, other: UUID, bits: int) -> None:
    """Its own bits are reached, the number just before it does not reach them, another puzzle has its own hash."""
    found = solve(challenge, bits)
    assert zero_bits(challenge, found) >= bits
    assert all(zero_bits(challenge, str(number)) < bits for number in range(int(found)))
    assert (puzzle(challenge) == puzzle(other)) is (challenge == other)


@given(st.one_of(st.text(), st.text(min_size=LONGEST + 1), st.text(alphabet="٠١٢０１", min_size=1)))
def test_junk_raises_nothing(nonce: str) -> None:
    """Every text has a figure; what is no nonce has none."""
    bits = zero_bits(UUID(int=0), nonce)
    assert 0 <= bits <= 256
    if not nonce or not nonce.isascii() or len(nonce) > LONGEST:
        assert bits == 0


def test_a_nonce_of_one_challenge_is_rarely_worth_as_much_for_another() -> None:
    """Of 200 other puzzles, 12 bits are met by almost none."""
    found = solve(uuid4(), 12)
    assert sum(zero_bits(uuid4(), found) >= 12 for _ in range(200)) <= 2


def test_bits_rise_with_the_level() -> None:
    """Two a step, two steps at most, never above what a browser can do; none stays none."""
    assert [raised(16, steps) for steps in range(4)] == [16, 18, 20, 20]
    assert raised(23, 2) == MOST_WORK
    assert raised(0, 2) == 0


@pytest.mark.parametrize("values", [{"captcha_picture": False}, {"captcha_work": -1}, {"captcha_work": 25}])
def test_settings_that_ask_nothing_or_too_much(values: dict[str, object]) -> None:
    """Refused when they are constructed."""
    with pytest.raises(SettingsError, match="ENGAGEMENT_CAPTCHA_"):
        Settings(**values)
    assert not Settings(captcha_picture=False, captcha_work=1).captcha_picture
