"""Which waves of votes are flagged, by a clock that is told the time.

The two that matter most run on both databases; the arithmetic of the others does not depend on one.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count, islice
from random import Random

import pytest

from engagement_widgets.ratings.decisions import clear_flag, leave_out
from engagement_widgets.ratings.service import CastRating, cast
from engagement_widgets.ratings.sets import PreviewQuery, VoteSet, preview, set_of
from engagement_widgets.ratings.views import SCORES
from engagement_widgets.ratings.watch import Flag
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from rating_factory import PAGE, PAGE_ID, counts, decide, state, vote

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LIKED = (2, 1, 2, 6, 9)  # how readers of a good article share their votes out over one to five stars
MIXED = (5, 3, 4, 5, 6)  # a much discussed one
DISLIKED = (12, 4, 2, 1, 1)


@pytest.fixture
def voters() -> Iterator[str]:
    """Readers nobody has seen before."""
    return (f"r:{number}" for number in count())


@pytest.fixture
def embedded(sqlite_url: str, clock: FakeClock) -> Iterator[Storage]:
    """A booted storage on SQLite alone."""
    storage = Storage(url=sqlite_url, site="test", clock=clock)
    storage.boot()
    yield storage
    storage.close()


def rate(
    storage: Storage,
    clock: FakeClock,
    voters: Iterator[str],
    *,
    number: int,
    over: timedelta,
    weights: Sequence[int],
    new: float = 1,
) -> None:
    """So many votes over a span, shared out by weight, a share of them by new readers; they come in forty moments."""
    chance = Random(number)  # noqa: S311  (the same shares every time)
    moments = min(number, 40)
    for moment in range(moments):
        here = number * (moment + 1) // moments - number * moment // moments
        scores = chance.choices(SCORES, weights, k=here)
        together = tuple(
            CastRating(
                page=PAGE, voter=voter, score=score, day=clock.now().date(), quota=voter, is_new=chance.random() < new
            )
            for voter, score in zip(islice(voters, here), scores, strict=True)
        )
        storage.write_sync(cast_all, together)
        clock.advance(over / moments)


def cast_all(tx: Tx, together: Sequence[CastRating]) -> None:
    """Votes of one moment in one transaction: a test has thousands of them."""
    for command in together:
        cast(tx, command)


def flag(storage: Storage) -> Flag | None:
    """What is flagged."""
    return state(storage).watch.flag


def caught(storage: Storage) -> tuple[int, ...]:
    """How many votes of each score the flagged set has."""
    found = flag(storage)
    assert found is not None
    query = PreviewQuery(page_id=PAGE_ID, chosen=set_of(found), taking_in=False)
    return storage.read_sync(preview, query).moved.counts


def test_a_wave_of_one_star_is_flagged_within_a_minute(
    storage: Storage, clock: FakeClock, voters: Iterator[str]
) -> None:
    """Two votes an hour for three days, then 120 one-star votes in five minutes: flagged while it runs, all of it."""
    rate(storage, clock, voters, number=144, over=72 * HOUR, weights=LIKED, new=0.5)
    assert flag(storage) is None
    began = clock.now()
    for _ in range(120):
        vote(storage, next(voters), 1, is_new=True)
        clock.advance(5 * MINUTE / 120)
    found = flag(storage)

    assert found is not None
    assert (state(storage).flagged_at or clock.now()) - began <= MINUTE
    assert (found.scores, found.new_only) == ((1,), True)
    assert caught(storage) == (120, 0, 0, 0, 0)
    decide(storage, leave_out, set_of(found))
    assert flag(storage) is None


def test_a_wave_that_lasts_is_one_set(embedded: Storage, clock: FakeClock, voters: Iterator[str]) -> None:
    """Forty minutes of it, longer than the window, with honest votes between: every vote of the wave is in the set."""
    rate(embedded, clock, voters, number=144, over=72 * HOUR, weights=LIKED, new=0.5)
    for number in range(240):
        vote(embedded, next(voters), 1, is_new=True)
        if number % 12 == 0:
            vote(embedded, next(voters), 5)
        clock.advance(10 * timedelta(seconds=1))
    assert caught(embedded) == (240, 0, 0, 0, 0)


def test_a_wave_that_comes_back_is_flagged_again(embedded: Storage, clock: FakeClock, voters: Iterator[str]) -> None:
    """After the first set was left out, or cleared, the next wave is judged against the honest history."""
    rate(embedded, clock, voters, number=144, over=72 * HOUR, weights=LIKED, new=0.5)
    for decision in (leave_out, clear_flag):
        rate(embedded, clock, voters, number=40, over=2 * MINUTE, weights=(1, 0, 0, 0, 0))
        found = flag(embedded)
        assert found is not None
        decide(embedded, decision, set_of(found))
        assert flag(embedded) is None
        clock.advance(HOUR)
    rate(embedded, clock, voters, number=40, over=2 * MINUTE, weights=(1, 0, 0, 0, 0))
    assert caught(embedded) == (40, 0, 0, 0, 0)


def test_a_wave_of_praise_is_flagged_too(embedded: Storage, clock: FakeClock, voters: Iterator[str]) -> None:
    """Five stars bought for an article that readers find mediocre."""
    rate(embedded, clock, voters, number=100, over=48 * HOUR, weights=(4, 4, 6, 2, 1), new=0.5)
    rate(embedded, clock, voters, number=60, over=5 * MINUTE, weights=(0, 0, 0, 0, 1))
    assert caught(embedded) == (0, 0, 0, 0, 60)


def test_two_scores_make_one_wave(embedded: Storage, clock: FakeClock, voters: Iterator[str]) -> None:
    """One and two stars in turn are no way round: low scores are looked at together."""
    rate(embedded, clock, voters, number=144, over=72 * HOUR, weights=LIKED, new=0.5)
    for number in range(60):
        vote(embedded, next(voters), 1 + number % 2, is_new=True)
        clock.advance(timedelta(seconds=4))
    assert caught(embedded) == (30, 30, 0, 0, 0)


@pytest.mark.parametrize("before", [0, 200], ids=["from the start", "with a history"])
def test_an_article_that_goes_round_is_not_flagged(
    storage: Storage, clock: FakeClock, voters: Iterator[str], before: int
) -> None:
    """500 mixed votes in ten minutes from 400 addresses (a hundred readers share theirs, most are new): no flag."""
    rate(storage, clock, voters, number=before, over=6 * HOUR, weights=MIXED, new=0.5)
    rate(storage, clock, voters, number=500, over=10 * MINUTE, weights=MIXED, new=0.8)
    assert flag(storage) is None
    assert sum(counts(storage)) == before + 500


def test_a_slow_honest_rise_is_not_flagged(embedded: Storage, clock: FakeClock, voters: Iterator[str]) -> None:
    """From two votes an hour to 130 over a day while opinions cool: fast at its end, and no flag."""
    for hour in range(24):
        weights = tuple(liked + hour * disliked // 24 for liked, disliked in zip(LIKED, DISLIKED, strict=True))
        rate(embedded, clock, voters, number=2 + hour * hour // 4, over=HOUR, weights=weights, new=0.8)
    assert flag(embedded) is None


def test_an_article_that_readers_really_dislike_is_not_flagged(
    embedded: Storage, clock: FakeClock, voters: Iterator[str]
) -> None:
    """A page whose whole history is one burst of low votes has nothing to be compared with."""
    rate(embedded, clock, voters, number=300, over=30 * MINUTE, weights=DISLIKED)
    assert flag(embedded) is None


def test_readers_we_knew_need_a_clearer_shift(embedded: Storage, clock: FakeClock, voters: Iterator[str]) -> None:
    """Regular readers who come at once after a correction, seven in ten with low scores, are no wave."""
    rate(embedded, clock, voters, number=144, over=72 * HOUR, weights=LIKED, new=0.5)
    rate(embedded, clock, voters, number=60, over=5 * MINUTE, weights=(5, 2, 1, 1, 1), new=0.1)
    assert flag(embedded) is None
    clock.advance(HOUR)
    rate(embedded, clock, voters, number=40, over=2 * MINUTE, weights=(1, 0, 0, 0, 0), new=1)
    assert flag(embedded) is not None


def test_changed_votes_are_part_of_a_wave(embedded: Storage, clock: FakeClock, voters: Iterator[str]) -> None:
    """Readers that voted five stars long ago and change to one star together are a wave of their changes."""
    rate(embedded, clock, voters, number=100, over=48 * HOUR, weights=LIKED, new=0.5)
    sleepers = [f"r:sleeper{number}" for number in range(60)]
    for voter in sleepers:
        vote(embedded, voter, 5, is_new=True)
        clock.advance(MINUTE * 20)
    for voter in sleepers:
        vote(embedded, voter, 1)
        clock.advance(timedelta(seconds=3))
    assert caught(embedded) == (60, 0, 0, 0, 0)


def test_the_last_minutes_are_what_the_votes_say(embedded: Storage, clock: FakeClock, voters: Iterator[str]) -> None:
    """The minutes a page remembers are few and hold exactly the counted votes of the window."""
    rate(embedded, clock, voters, number=200, over=HOUR, weights=MIXED)
    watch = state(embedded).watch
    since = state(embedded).rated_at.replace(second=0, microsecond=0) - 9 * MINUTE
    query = PreviewQuery(page_id=PAGE_ID, chosen=VoteSet(since=since), taking_in=False)
    assert len(watch.minutes) <= 10
    assert watch.recent == embedded.read_sync(preview, query).moved
