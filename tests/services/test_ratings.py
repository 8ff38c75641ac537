"""Votes and their five counters on both databases: one vote a reader, one transaction, counters that are the votes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from fractions import Fraction
from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from engagement_widgets.errors import TooMany
from engagement_widgets.hooks import Page
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.service import find_page
from engagement_widgets.ratings.recount import FIRST_PAGE, Difference, Recount, Recounted, recount
from engagement_widgets.ratings.service import (
    CHANGES_ALLOWED,
    CHANGES_WINDOW,
    CastRating,
    Outcome,
    RatingResult,
    StandingQuery,
    SummaryQuery,
    VoteQuery,
    WithdrawRating,
    cast,
    find_vote,
    load_standing,
    load_summary,
    load_totals,
    load_totals_of,
    withdraw,
)
from engagement_widgets.ratings.tables import totals, votes
from engagement_widgets.ratings.views import Counts, Totals
from engagement_widgets.storage.tables import changes, outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock

PAGE = Page(key="tin/cho-ben-da", url="https://bao.example/tin/cho-ben-da", title="Chợ Bến Đá")
PAGE_ID = page_id("test", PAGE.key)
TODAY = date(2026, 7, 1)

_pages = count(1)


def vote(storage: Storage, voter: str, score: int, page: Page = PAGE) -> RatingResult:
    """Give a page a score."""
    return storage.write_sync(cast, CastRating(page=page, voter=voter, score=score, day=TODAY, quota=voter))


def take_back(storage: Storage, voter: str, identity: UUID = PAGE_ID) -> RatingResult:
    """Take a vote back."""
    return storage.write_sync(withdraw, WithdrawRating(page_id=identity, voter=voter, quota=voter))


def counts(storage: Storage, identity: UUID = PAGE_ID) -> Counts:
    """The five integers of a page."""
    return storage.read_sync(load_totals, identity).counts


def score_of(storage: Storage, voter: str) -> int | None:
    """What a voter gave the page, or None."""
    found = storage.read_sync(find_vote, VoteQuery(page_id=PAGE_ID, voter=voter))
    return None if found is None else found.score


def proof(storage: Storage) -> Recounted:
    """Counters compared with votes."""
    return storage.read_sync(recount, Recount())


def traces(tx: Tx, _: None) -> tuple[int, int, int]:
    """How many votes, events and changed topics there are."""
    tables = (votes, outbox, changes)
    one, two, three = (tx.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)
    return one, two, three


def test_a_vote_is_counted_once(storage: Storage) -> None:
    """The first vote makes the page, one row, one counter, one event and one changed topic."""
    result = vote(storage, "r:mai", 4)

    assert (result.outcome, result.page_id) == (Outcome.CAST, PAGE_ID)
    assert result.totals.counts == counts(storage) == (0, 0, 0, 1, 0)
    assert storage.read_sync(find_page, PAGE_ID) is not None
    assert storage.read_sync(traces, None) == (1, 1, 1)
    assert score_of(storage, "r:mai") == 4


def test_a_changed_vote_moves_between_counters(storage: Storage) -> None:
    """Another score by the same reader is the same vote, moved."""
    vote(storage, "r:mai", 4)
    result = vote(storage, "r:mai", 1)

    assert result.outcome is Outcome.CHANGED
    assert counts(storage) == (1, 0, 0, 0, 0)
    assert storage.read_sync(traces, None) == (1, 2, 2)


def test_the_same_score_again_leaves_no_trace(storage: Storage) -> None:
    """A repeated vote changes no row, tells no event and touches no topic."""
    vote(storage, "r:mai", 4)
    before = storage.read_sync(traces, None)

    assert vote(storage, "r:mai", 4).outcome is Outcome.UNCHANGED
    assert storage.read_sync(traces, None) == before


def test_a_vote_can_be_taken_back(storage: Storage) -> None:
    """Taking back removes the row and its count, and can be followed by a new vote."""
    vote(storage, "r:mai", 4)
    vote(storage, "r:lan", 2)

    assert take_back(storage, "r:mai").outcome is Outcome.WITHDRAWN
    assert counts(storage) == (0, 1, 0, 0, 0)
    assert score_of(storage, "r:mai") is None
    assert vote(storage, "r:mai", 5).outcome is Outcome.CAST


def test_taking_back_nothing_writes_nothing(storage: Storage) -> None:
    """Without a vote, or without a page, taking back is told as absent and leaves no trace."""
    assert take_back(storage, "r:mai").outcome is Outcome.ABSENT
    assert storage.read_sync(find_page, PAGE_ID) is None
    assert storage.read_sync(traces, None) == (0, 0, 0)


def test_pages_and_voters_are_apart(storage: Storage) -> None:
    """A host user and a reader of the same name are two voters, and a vote counts on its page only."""
    other = Page(key="tin/xe-buyt", url="/tin/xe-buyt", title="Xe buýt")
    vote(storage, "r:mai", 4)
    vote(storage, "u:mai", 5)
    vote(storage, "r:mai", 1, other)

    assert counts(storage) == (0, 0, 0, 1, 1)
    assert counts(storage, page_id("test", other.key)) == (1, 0, 0, 0, 0)


def test_many_pages_are_read_at_once(storage: Storage) -> None:
    """Every page asked for is in the answer, also one that nobody has rated."""
    vote(storage, "r:mai", 4)
    unrated = UUID(int=1)

    assert storage.read_sync(load_totals_of, (PAGE_ID, unrated)) == {
        PAGE_ID: Totals(counts=(0, 0, 0, 1, 0)),
        unrated: Totals(),
    }
    assert storage.read_sync(load_totals_of, ()) == {}


def test_summary_and_standing_tell_the_same_figures(storage: Storage) -> None:
    """The public summary and one reader's standing agree; a stranger has no score."""
    for voter, score in (("r:mai", 4), ("r:lan", 5), ("r:an", 5)):
        vote(storage, voter, score)
    summary = storage.read_sync(load_summary, SummaryQuery(page_id=PAGE_ID, minimum=3))
    mine = storage.read_sync(load_standing, StandingQuery(page_id=PAGE_ID, voter="r:mai", minimum=3))
    stranger = storage.read_sync(load_standing, StandingQuery(page_id=PAGE_ID, voter=None, minimum=3))

    assert summary.average == Fraction(14, 3)
    assert (mine.summary, mine.vote and mine.vote.score) == (summary, 4)
    assert stranger.vote is None


def test_a_flood_of_changes_is_slowed_down(storage: Storage, clock: FakeClock) -> None:
    """The change after the last allowed one says how long to wait and changes nothing; other readers go on."""
    for number in range(CHANGES_ALLOWED):
        vote(storage, "r:mai", 1 + number % 2)
    before = counts(storage), storage.read_sync(traces, None)

    with pytest.raises(TooMany) as refused:
        vote(storage, "r:mai", 5)
    assert refused.value.code == "rating_too_fast"
    assert 1 <= refused.value.retry_after <= CHANGES_WINDOW.total_seconds()
    with pytest.raises(TooMany):
        take_back(storage, "r:mai")
    assert (counts(storage), storage.read_sync(traces, None)) == before
    assert vote(storage, "r:lan", 5).outcome is Outcome.CAST

    clock.advance(timedelta(seconds=refused.value.retry_after))
    assert vote(storage, "r:mai", 5).outcome is Outcome.CHANGED


def test_readers_who_vote_at_once_are_all_counted(storage: Storage) -> None:
    """Thirty readers and their changes on a fresh page, from eight threads: no vote is lost or counted twice."""

    def life(number: int) -> None:
        vote(storage, f"r:{number}", 1 + number % 5)
        vote(storage, f"r:{number}", 5)
        if number % 3 == 0:
            take_back(storage, f"r:{number}")

    with ThreadPoolExecutor(8) as readers:
        list(readers.map(life, range(30)))

    assert counts(storage) == (0, 0, 0, 0, 20)
    assert proof(storage).differences == ()


def test_one_voter_from_two_tabs_is_one_vote(storage: Storage) -> None:
    """Two first votes of one reader at the same moment make one row."""
    with ThreadPoolExecutor(8) as tabs:
        list(tabs.map(lambda score: vote(storage, "r:mai", score), [1, 2, 3, 4, 5]))

    assert sum(counts(storage)) == 1
    assert proof(storage).differences == ()


def _spoil(tx: Tx, _: None) -> None:
    tx.execute(update(totals).values(score_4=7))


def test_a_recount_finds_and_repairs(storage: Storage) -> None:
    """A counter that is not what the votes say is reported, and after the repair it is."""
    vote(storage, "r:mai", 4)
    storage.write_sync(_spoil, None)
    found = Difference(page_id=PAGE_ID, kept=Totals(counts=(0, 0, 0, 7, 0)), counted=Totals(counts=(0, 0, 0, 1, 0)))

    assert proof(storage) == Recounted(pages=1, differences=(found,), tallies=(), next_after=None)
    assert storage.write_sync(recount, Recount(repair=True)).differences == (found,)
    assert counts(storage) == (0, 0, 0, 1, 0)
    assert proof(storage).differences == ()


def test_a_recount_goes_page_by_page(storage: Storage) -> None:
    """Chunks meet every rated page once and end."""
    for number in range(5):
        vote(storage, "r:mai", 4, Page(key=f"tin/{number}", url="/", title=""))
    seen, after = 0, FIRST_PAGE
    for _ in range(3):
        chunk = storage.read_sync(recount, Recount(after=after, size=2))
        seen += chunk.pages
        if chunk.next_after is None:
            break
        after = chunk.next_after

    assert (seen, chunk.next_after) == (5, None)


ACTIONS = st.lists(st.tuples(st.sampled_from(["mai", "lan", "an"]), st.integers(0, 5)), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(ACTIONS)
def test_counters_equal_a_recount_after_any_sequence(storage: Storage, actions: list[tuple[str, int]]) -> None:
    """Whatever several readers set, change and take back: counters, votes and a plain model agree."""
    page = Page(key=f"tin/{next(_pages)}", url="/", title="")
    identity = page_id("test", page.key)
    model: dict[str, int] = {}
    for reader, score in actions:
        voter = f"r:{page.key}:{reader}"  # a quota of its own in every example
        if score:
            vote(storage, voter, score, page)
            model[reader] = score
        else:
            take_back(storage, voter, identity)
            model.pop(reader, None)

    expected = tuple(list(model.values()).count(score) for score in range(1, 6))
    assert counts(storage, identity) == expected
    assert proof(storage).differences == ()
