"""The figures of a page: exact until they are shown, and shown only when there is enough to show."""

from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.errors import Invalid
from engagement_widgets.ratings.fields import parse_score
from engagement_widgets.ratings.views import Counts, RatingSummary, Totals

PAGE = UUID(int=7)
COUNTS = st.tuples(*[st.integers(0, 10_000)] * 5)


def summary(*counts: int, minimum: int = 3) -> RatingSummary:
    """A page with these votes of one to five stars."""
    one, two, three, four, five = counts
    return RatingSummary(page_id=PAGE, totals=Totals(counts=(one, two, three, four, five)), minimum=minimum)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((0, 0, 0, 4, 7), "4.6"),
        ((0, 0, 1, 4, 7), "4.5"),
        ((3, 0, 0, 0, 1), "2.0"),
        ((0, 3, 1, 0, 0), "2.3"),
        ((0, 19, 1, 0, 0), "2.1"),
        ((0, 0, 0, 0, 3), "5.0"),
    ],
)
def test_the_shown_average_is_rounded_half_up(counts: Counts, shown: str) -> None:
    """2.25 is shown as 2.3 and 2.05 as 2.1, where binary floats and banker's rounding would say 2.2 and 2.0."""
    assert summary(*counts).score == Decimal(shown)


@given(COUNTS)
def test_the_average_is_the_mean_of_all_votes(counts: Counts) -> None:
    """The average is the exact fraction of the five integers, whatever they are."""
    votes = [score for score, number in enumerate(counts, 1) for _ in range(number)]
    average = Totals(counts=counts).average

    assert average == (Fraction(sum(votes), len(votes)) if votes else None)


def test_the_average_waits_for_enough_votes() -> None:
    """Below the minimum there is a count and no average; from it on there is one."""
    few, enough = summary(0, 0, 0, 1, 1), summary(0, 0, 0, 2, 1)

    assert (few.count, few.average, few.score) == (2, None, None)
    assert enough.average == Fraction(13, 3)


def test_the_distribution_runs_from_five_to_one() -> None:
    """Rows come five first, shares are exact and bars whole per cent."""
    bars = summary(0, 0, 1, 4, 7).bars

    assert [(bar.score, bar.count, bar.width) for bar in bars] == [
        (5, 7, 58),
        (4, 4, 33),
        (3, 1, 8),
        (2, 0, 0),
        (1, 0, 0),
    ]
    assert sum(bar.share for bar in bars) == 1


@pytest.mark.parametrize("raw", ["1", "5", 1, 5])
def test_a_score_is_one_to_five(raw: object) -> None:
    """Form text and API numbers from 1 to 5 are scores."""
    assert parse_score(raw) == int(str(raw))


@pytest.mark.parametrize("raw", [None, "", "0", "6", "05", " 4", "4.0", "４", "-1", "10", 0, 6, 4.0, True, [4], {}])
def test_anything_else_is_no_score(raw: Any) -> None:
    """Whatever is no score is refused with one code; nothing is clamped or guessed."""
    with pytest.raises(Invalid) as refused:
        parse_score(raw)

    assert [(error.field, error.code) for error in refused.value.errors] == [("score", "choose_score")]
