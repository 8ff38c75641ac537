"""What the public sees, in which order, at which cost."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine

import comment_factory
from comment_factory import OTHER_PAGE, PAGE, approved, move, post
from engagement_widgets.comments import listing, sending, submission
from engagement_widgets.comments.service import (
    Author,
    ListQuery,
    MyComments,
    ReceiptQuery,
    Sort,
    Status,
    ThreadQuery,
    find_place,
    list_comments,
    my_comments,
    read_receipt,
    read_thread,
)
from engagement_widgets.comments.views import Position, Toward
from engagement_widgets.errors import EngagementError, NotFound
from engagement_widgets.hooks import Moderation
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from statements import statements

PAGE_ID = page_id("test", PAGE.key)


def discussion(storage: Storage, clock: FakeClock, size: int) -> list[UUID]:
    """So many published roots, oldest first, two of them always at the same moment."""
    written = []
    for number in range(size):
        written.append(post(storage, moderation=Moderation.POST).comment_id)
        clock.advance(number % 2)
    return written


def pages(storage: Storage, sort: Sort, size: int) -> Iterator[list[UUID]]:
    """The ids of every page in turn, by following `next`."""
    position: Position | None = None
    while True:
        found = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=size, sort=sort, position=position))
        yield [view.id for view in found.comments]
        if found.next is None:
            return
        position = found.next


def test_a_page_nobody_wrote_on_is_empty(storage: Storage) -> None:
    """No row, no error: an empty list with the count 0."""
    found = storage.read_sync(list_comments, ListQuery(page_id=uuid4(), size=20))
    assert (found.count, found.comments, found.next, found.previous) == (0, (), None, None)


@pytest.mark.parametrize("sort", list(Sort))
def test_following_pages_hold_every_comment_once(storage: Storage, clock: FakeClock, sort: Sort) -> None:
    """Pages join without gap or repetition, in order, also among comments of the same moment."""
    written = discussion(storage, clock, 11)
    expected = written if sort is Sort.OLDEST else written[::-1]
    got = list(pages(storage, sort, 4))
    assert [len(part) for part in got] == [4, 4, 3]
    assert [comment_id for part in got for comment_id in part] == expected


def test_pages_stay_right_while_comments_arrive(storage: Storage, clock: FakeClock) -> None:
    """A newer comment neither repeats nor hides one on the next page."""
    written = discussion(storage, clock, 6)
    first = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=3))
    clock.advance(1)
    discussion(storage, clock, 2)
    second = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=3, position=first.next))
    assert [view.id for view in (*first.comments, *second.comments)] == written[::-1]


@pytest.mark.parametrize("sort", list(Sort))
def test_backwards_is_the_same_way(storage: Storage, clock: FakeClock, sort: Sort) -> None:
    """`previous` leads back over the same comments to the first page, which has none."""
    discussion(storage, clock, 7)
    query = ListQuery(page_id=PAGE_ID, size=3, sort=sort)
    first = storage.read_sync(list_comments, query)
    second = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=3, sort=sort, position=first.next))
    back = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=3, sort=sort, position=second.previous))
    assert (back.comments, back.previous, back.next) == (first.comments, None, first.next)


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_a_permalink_opens_the_page_of_its_comment(storage: Storage, clock: FakeClock, sort: Sort) -> None:
    """From a root's or a reply's place the page begins with that root; the first of all has no page before."""
    written = discussion(storage, clock, 9)
    reply = approved(storage, parent=written[4])
    for comment_id, root in ((written[4], written[4]), (reply, written[4]), (written[0], written[0])):
        place = storage.read_sync(find_place, comment_id)
        found = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=3, sort=sort, position=place.position))
        assert (place.root_id, place.thread, found.comments[0].id) == (root, None, root)
        begins = root == (written[0] if sort is Sort.OLDEST else written[-1])
        assert (found.previous is None) == begins


def test_ten_replies_are_shown_and_the_rest_counted(storage: Storage, clock: FakeClock) -> None:
    """The first ten of each root, oldest first; the thread's own page has them all, in pages."""
    roots = discussion(storage, clock, 3)
    replies = []
    for _ in range(13):
        clock.advance(1)
        replies.append(approved(storage, parent=roots[1]))
    approved(storage, parent=roots[2])

    views = {view.id: view for view in storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=20)).comments}
    assert [view.id for view in views[roots[1]].replies] == replies[:10]
    assert [views[root].more_replies for root in roots] == [0, 3, 0]
    assert len(views[roots[2]].replies) == 1

    thread = storage.read_sync(read_thread, ThreadQuery(page_id=PAGE_ID, root_id=roots[1], size=8))
    assert [view.id for view in thread.comments[0].replies] == replies[:8]
    rest = storage.read_sync(read_thread, ThreadQuery(page_id=PAGE_ID, root_id=roots[1], size=8, position=thread.next))
    assert [view.id for view in rest.comments[0].replies] == replies[8:]
    assert (rest.next, rest.previous is not None) == (None, True)

    assert storage.read_sync(find_place, replies[9]).thread is None
    far = storage.read_sync(find_place, replies[10]).thread
    assert far is not None
    assert (far.toward, far.id) == (Toward.FROM, replies[10])


def test_a_thread_belongs_to_its_page(storage: Storage) -> None:
    """Another page's root, a reply and an unknown id are no thread of this page."""
    root = approved(storage)
    reply = approved(storage, parent=root)
    for page, wanted in ((page_id("test", OTHER_PAGE.key), root), (PAGE_ID, reply), (PAGE_ID, uuid4())):
        with pytest.raises(NotFound):
            storage.read_sync(read_thread, ThreadQuery(page_id=page, root_id=wanted))


@pytest.mark.parametrize("status", list(Status))
def test_one_rule_for_every_way_out(storage: Storage, status: Status) -> None:
    """List, count, thread, permalink and the parent a reply needs agree: public while approved, else not."""
    root = post(storage, name="Tên Riêng", body="Lời riêng").comment_id
    move(storage, root, status)
    reply = approved(storage)
    move(storage, reply, Status.APPROVED)
    public = status is Status.APPROVED

    found = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=20))
    assert found.count == 1 + public
    assert (root in {view.id for view in found.comments}) == public

    def allowed(unit: Any, command: object) -> bool:
        try:
            storage.read_sync(unit, command)
        except EngagementError:
            return False
        return True

    assert allowed(find_place, root) == public
    assert allowed(read_thread, ThreadQuery(page_id=PAGE_ID, root_id=root)) == public
    check = sending.Check(page_id=PAGE_ID, reader="r:x", submission_key=None, parent=root)
    assert allowed(submission.check_submission, check) == public


def test_an_author_sees_what_waits(storage: Storage, clock: FakeClock) -> None:
    """Pending and rejected comments of this page by this reader, the reason with them; nothing of others."""
    waiting = post(storage, reader="r:me").comment_id
    clock.advance(1)
    rejected = post(storage, reader="u:7").comment_id
    move(storage, rejected, Status.REJECTED, note="Lạc đề")
    approved(storage, reader="r:me")
    post(storage, reader="r:me", page=OTHER_PAGE)
    post(storage, reader="r:you")

    mine = storage.read_sync(
        my_comments, MyComments(page_id=PAGE_ID, author=Author(readers=("r:me", "u:7")), window=timedelta())
    )
    assert [(own.comment.id, own.status, own.note) for own in mine] == [
        (rejected, Status.REJECTED, "Lạc đề"),
        (waiting, Status.PENDING, None),
    ]
    assert (
        storage.read_sync(my_comments, MyComments(page_id=PAGE_ID, author=Author(readers=()), window=timedelta())) == ()
    )


@pytest.mark.parametrize("status", list(Status))
def test_a_receipt_is_its_authors_for_thirty_days(storage: Storage, clock: FakeClock, status: Status) -> None:
    """The author reads it in every status; another reader, nobody, and the author on day 31 do not."""
    sent = post(storage, reader="r:me", body="Lời của tôi").comment_id
    move(storage, sent, status)
    receipt = storage.read_sync(
        read_receipt, ReceiptQuery(comment_id=sent, author=Author(readers=("r:me",)), window=timedelta())
    )
    assert (receipt.comment.body, receipt.status, receipt.page_url) == ("Lời của tôi", status, PAGE.url)

    def refused(readers: tuple[str, ...]) -> str:
        with pytest.raises(NotFound) as error:
            storage.read_sync(
                read_receipt, ReceiptQuery(comment_id=sent, author=Author(readers=readers), window=timedelta())
            )
        return error.value.code

    assert refused(("r:you", "u:me")) == refused(()) == "unknown_receipt"
    clock.advance(30 * 24 * 3600)
    assert refused(("r:me",)) == "unknown_receipt"


def test_a_page_of_comments_costs_four_statements(storage: Storage, clock: FakeClock) -> None:
    """However many roots and replies there are: roots, pinned ones, their replies, the count."""
    roots = discussion(storage, clock, 20)
    for root in roots[::2]:
        approved(storage, parent=root)
    with statements() as sent:
        storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=20))
    assert len([one for one in sent if "engagement_comment" in one]) == 4


def test_a_post_costs_six_statements(storage: Storage) -> None:
    """Facts, quota, comment, words, holds, figure: what a known page's held comment costs, one too short to compare."""
    post(storage)
    with statements() as sent:
        storage.write_sync(submission.submit_comment, comment_factory.submission())
    assert len([one for one in sent if "engagement_" in one]) == 6


def test_every_public_walk_is_led_by_its_index(sqlite_url: str) -> None:
    """SQLite's plan of each listing statement searches the partial index made for it and sorts nothing."""
    engine = create_engine(sqlite_url)
    walks = {
        "roots": listing._ROOT_WALKS.values(),
        "helpful": listing._HELPFUL_WALKS.values(),
        "replies": listing._REPLY_WALKS.values(),
    }
    with engine.connect() as connection:
        for index, found in walks.items():
            for statement in found:
                sql = str(statement.compile(engine))
                explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (None,) * sql.count("?"))
                plan = [row.detail for row in explained]
                assert f"USING INDEX ix_engagement_comments_{index}" in plan[0], plan
                assert not any("TEMP B-TREE" in line or line.startswith("SCAN") for line in plan), plan
    engine.dispose()
