"""Likes: one a reader and comment, counters that equal rows, and the order they make."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from comment_factory import OTHER_PAGE, PAGE, approved, move, post
from engagement_widgets.comments.likes.dropping import SPACE, drop_liked
from engagement_widgets.comments.likes.ranking import rank
from engagement_widgets.comments.likes.service import (
    CHANGES_ALLOWED,
    LikeQuery,
    LikesQuery,
    Outcome,
    Vote,
    load_like,
    my_likes,
    vote,
)
from engagement_widgets.comments.likes.tables import likes
from engagement_widgets.comments.service import ListQuery, Recount, Sort, Status, list_comments, queue_item, recount
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.views import Position
from engagement_widgets.errors import NotFound, Refused, TooMany
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.tables import changes, outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from judgement_factory import complain, like, opened
from peers import start

PAGE_ID = page_id("test", PAGE.key)


def order(storage: Storage, size: int = 20, position: Position | None = None) -> list[UUID]:
    """The page's roots in the order "Quan tâm nhất"."""
    query = ListQuery(page_id=PAGE_ID, size=size, sort=Sort.HELPFUL, position=position)
    return [view.id for view in storage.read_sync(list_comments, query).comments]


def due(tx: Tx, _: None) -> list[float]:
    """How many seconds from now each event about likes may be delivered."""
    rows = tx.execute(select(outbox.c.not_before).where(outbox.c.kind == "LikesChanged").order_by(outbox.c.not_before))
    return [(row.not_before - tx.now).total_seconds() for row in rows]


def test_a_like_counts_once_and_can_be_taken_back(storage: Storage) -> None:
    """Twice is once; taken back is gone; taken back twice is gone once."""
    comment = approved(storage)
    told = [like(storage, comment, likes=liked) for liked in (True, True, False, False)]
    assert [(voted.outcome, voted.likes) for voted in told] == [
        (Outcome.LIKED, 1),
        (Outcome.UNCHANGED, 1),
        (Outcome.UNLIKED, 0),
        (Outcome.ABSENT, 0),
    ]
    assert storage.read_sync(recount, Recount()).was_right


def test_a_reader_s_likes_are_told_to_that_reader(storage: Storage) -> None:
    """Those of this page alone, and nobody else's."""
    here, there = approved(storage), approved(storage, page=OTHER_PAGE)
    for comment in (here, there):
        like(storage, comment)
    like(storage, here, "r:lan")
    assert storage.read_sync(my_likes, LikesQuery(page_id=PAGE_ID, voter="r:mai")) == (here,)
    assert storage.read_sync(my_likes, LikesQuery(page_id=PAGE_ID, voter=None)) == ()
    found = storage.read_sync(load_like, LikeQuery(comment_id=here, voter="r:lan"))
    assert (found.outcome, found.likes) == (Outcome.UNCHANGED, 2)


def test_nobody_likes_their_own_comment(storage: Storage) -> None:
    """Also not one that was written before the reader signed in."""
    comment = approved(storage, reader="r:mai")
    command = Vote(comment_id=comment, voter="u:mai", names=("u:mai", "r:mai"), likes=True)
    with pytest.raises(Refused, match="own_like"):
        storage.write_sync(vote, command)
    assert storage.read_sync(queue_item, comment).likes == 0


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.APPROVED])
def test_only_public_comments_are_liked(storage: Storage, status: Status) -> None:
    """A comment that nobody sees is as good as none, and nothing is written."""
    comment = post(storage).comment_id
    move(storage, comment, status)
    for subject in (comment, uuid4()):
        with pytest.raises(NotFound, match="unknown_comment"):
            like(storage, subject)
    assert storage.read_sync(lambda tx, _: tx.execute(select(func.count()).select_from(likes)).scalar(), None) == 0


def test_another_site_s_comment_is_unknown(storage: Storage, database_url: str, clock: FakeClock) -> None:
    """In one database with two sites nobody likes, reports or gives notice across."""
    comment = approved(storage)
    other = Storage(url=database_url, site="other", clock=clock)
    other.boot()
    try:
        with pytest.raises(NotFound, match="unknown_comment"):
            like(other, comment)
        with pytest.raises(NotFound, match="unknown_comment"):
            complain(other, comment, "r:mai")
        with pytest.raises(NotFound, match="unknown_comment"):
            opened(other, comment)
    finally:
        other.close()
    assert storage.read_sync(recount, Recount()).was_right


def test_likes_survive_hiding_and_showing_again(storage: Storage) -> None:
    """Who liked it still does when it is back."""
    comment = approved(storage)
    like(storage, comment)
    move(storage, comment, Status.SPAM)
    move(storage, comment, Status.APPROVED)
    assert storage.read_sync(queue_item, comment).likes == 1
    assert storage.read_sync(recount, Recount()).was_right


def test_too_many_changes_wait(storage: Storage) -> None:
    """The quota refuses the next one and writes nothing; somebody else is not held up."""
    comment = approved(storage)
    for turn in range(CHANGES_ALLOWED):
        like(storage, comment, likes=turn % 2 == 0)
    with pytest.raises(TooMany, match="too_many_likes"):
        like(storage, comment)
    assert like(storage, comment, "r:lan").likes == 1


def test_many_at_once_are_counted_exactly(storage: Storage) -> None:
    """Eight threads like two comments and take half of it back."""
    pair = [approved(storage), approved(storage)]
    jobs = [(comment, f"r:voter{number}") for number in range(24) for comment in pair]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda job: like(storage, *job), jobs))
        list(threads.map(lambda job: like(storage, *job, likes=False), jobs[:24]))
    assert [storage.read_sync(queue_item, comment).likes for comment in pair] == [12, 12]
    assert storage.read_sync(recount, Recount()).was_right


def test_two_processes_count_exactly_and_drop_the_page_together(
    storage: Storage, database_url: str, clock: FakeClock
) -> None:
    """All likes are counted; the page is dropped at most every five seconds, with one drop ahead for the rest."""
    comment = approved(storage)
    clock.advance(-3600)  # so that nothing of this process keeps the others waiting
    peers = [start(database_url, "like_many", comment, name, 30) for name in ("a", "b")]
    for peer in peers:
        peer.communicate(timeout=60)
    assert [peer.returncode for peer in peers] == [0, 0]
    assert storage.read_sync(queue_item, comment).likes == 60
    assert storage.read_sync(recount, Recount()).was_right

    told = select(changes.c.at).where(changes.c.topic == str(PAGE_ID)).order_by(changes.c.seq)
    moments = storage.read_sync(lambda tx, _: list(tx.execute(told).scalars()), None)[1:]  # the first is the approval
    assert moments
    assert all(later - earlier > SPACE * 0.8 for earlier, later in pairwise(moments))
    assert len(storage.read_sync(due, None)) == 1 + len(moments)  # one told with each drop, one that is still ahead


def test_a_recount_repairs_what_is_wrong(storage: Storage) -> None:
    """Wrong figures are named and set right."""
    comment = approved(storage)
    like(storage, comment)
    storage.write_sync(lambda tx, _: tx.execute(update(comments).values(likes=7, reported=2, rank=5)) and None, None)
    found = storage.write_sync(recount, Recount(repair=True))
    assert found.likes == {comment: (7, 1)}
    assert found.reported == {comment: (2, 0)}
    assert found.ranks == {comment: (5, rank(1, 0))}
    assert storage.read_sync(recount, Recount()).was_right


def test_the_most_liked_stand_first(storage: Storage, clock: FakeClock) -> None:
    """More likes first; of equals the latest; pages follow each other without a gap, backwards too."""
    written = []
    for _ in range(7):
        written.append(approved(storage))
        clock.advance(1)
    for number, comment in enumerate(written[:3], start=1):
        for reader in range(number):
            like(storage, comment, f"r:v{reader}")
    wanted = [written[2], written[1], written[0], *reversed(written[3:])]
    assert order(storage) == wanted

    first = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=3, sort=Sort.HELPFUL))
    second = storage.read_sync(
        list_comments, ListQuery(page_id=PAGE_ID, size=3, sort=Sort.HELPFUL, position=first.next)
    )
    assert [view.id for view in (*first.comments, *second.comments)] == wanted[:6]
    assert order(storage, 3, second.previous) == wanted[:3]
    assert [view.likes for view in first.comments] == [3, 2, 1]


def test_the_rank_is_the_bound_that_wilson_gives() -> None:
    """Figures of the published formula: 1 of 1, 10 of 10, 600 of 1,000; nothing is nothing."""
    assert rank(0, 5) == 0
    assert rank(1, 0) / 1e9 == pytest.approx(0.20655, abs=1e-5)
    assert rank(10, 0) / 1e9 == pytest.approx(0.72247, abs=1e-5)
    assert rank(600, 400) / 1e9 == pytest.approx(0.56931, abs=1e-5)


@given(st.integers(0, 10**6), st.integers(0, 10**4))
def test_a_like_lifts_and_a_report_lowers(count: int, reported: int) -> None:
    """In every state of things."""
    assert rank(count + 1, reported) >= rank(count, reported) >= rank(count, reported + 1)
    assert 0 <= rank(count, reported) < 10**9


def test_a_wave_of_likes_drops_the_page_at_most_every_five_seconds(storage: Storage, clock: FakeClock) -> None:
    """The first drops at once, those of the next five seconds together after them, and the last is not lost."""
    comment = approved(storage)
    told: list[frozenset[str]] = []
    storage.on_change(told.append)
    for reader in range(10):
        like(storage, comment, f"r:v{reader}")
        clock.advance(0.1)
    assert told == [{str(PAGE_ID)}]
    assert storage.read_sync(due, None) == [pytest.approx(-1), pytest.approx(4)]

    assert not storage.write_sync(drop_liked, PAGE_ID)  # delivered too early, as after a crash: nothing
    clock.advance(4)
    assert storage.write_sync(drop_liked, PAGE_ID)
    assert not storage.write_sync(drop_liked, PAGE_ID)  # and delivered twice: once
    assert told == [{str(PAGE_ID)}] * 2

    like(storage, comment, "r:late")  # within five seconds of that drop
    assert len(told) == 2
    assert storage.read_sync(due, None)[-1] == SPACE.total_seconds()
    clock.advance(5)
    assert storage.write_sync(drop_liked, PAGE_ID)
    clock.advance(60)
    like(storage, comment, "r:later")
    assert len(told) == 4


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.tuples(st.sampled_from(["like", "deliver"]), st.floats(0, 4)), max_size=15))
def test_no_like_is_ever_lost_to_the_readers(steps: list[tuple[str, float]], sqlite_url: str, clock: FakeClock) -> None:
    """After any sequence: a drop or a due event follows the last like, and drops are five seconds apart."""
    storage = Storage(url=sqlite_url, site="test", clock=clock)
    storage.boot()
    try:
        _wave(storage, clock, steps)
    finally:
        storage.close()


def _wave(storage: Storage, clock: FakeClock, steps: list[tuple[str, float]]) -> None:
    comment = approved(storage)
    clock.advance(SPACE.total_seconds())
    drops = []
    storage.on_change(lambda _: drops.append(clock.now()))
    unseen = False
    for number, (step, pause) in enumerate(steps):
        clock.advance(pause)
        before = len(drops)
        if step == "like":
            like(storage, comment, f"r:{comment}-{number}")
            unseen = len(drops) == before
        elif storage.write_sync(drop_liked, PAGE_ID):
            unseen = False
    assert all(later - earlier >= SPACE for earlier, later in pairwise(drops))
    if unseen:
        assert max(storage.read_sync(due, None)) >= -timedelta(minutes=2).total_seconds()
        clock.advance(SPACE.total_seconds())
        assert storage.write_sync(drop_liked, PAGE_ID)
