"""What a moderator does, what the public then sees, and how it is taken back."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from comment_factory import LAN, MAI, OTHER_PAGE, PAGE, approved, move, post
from engagement_widgets.comments.service import (
    Decide,
    Decided,
    ListQuery,
    QueueQuery,
    QueueSort,
    Recount,
    Status,
    UndoDecision,
    count_approved,
    decide,
    list_comments,
    queue,
    queue_counts,
    queue_item,
    recount,
    undo_decision,
)
from engagement_widgets.comments.tables import page_counts
from engagement_widgets.comments.views import CommentView
from engagement_widgets.errors import Conflict, EngagementError, NotFound
from engagement_widgets.hooks import Moderation
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock

PAGE_ID = page_id("test", PAGE.key)


def roots(storage: Storage) -> tuple[CommentView, ...]:
    """What the public sees of the page."""
    return storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=20)).comments


def events(tx: Tx, _: None) -> list[str]:
    """The kinds of the events recorded so far, oldest first."""
    return [row.kind for row in tx.execute(select(outbox.c.kind).order_by(outbox.c.id))]


def test_an_approved_comment_is_public(storage: Storage) -> None:
    """Approving lists the comment, counts it, bumps its version and records the event once."""
    comment_id = post(storage).comment_id
    decided = move(storage, comment_id, Status.APPROVED)

    assert (decided.before, decided.status, decided.version) == (Status.PENDING, Status.APPROVED, 2)
    assert [root.id for root in roots(storage)] == [comment_id]
    assert storage.read_sync(count_approved, PAGE_ID) == 1
    counts = storage.read_sync(queue_counts, None)
    assert (counts[Status.PENDING], counts[Status.APPROVED]) == (0, 1)
    assert storage.read_sync(events, None) == ["CommentApproved"]


@pytest.mark.parametrize("before", list(Status))
@pytest.mark.parametrize("after", list(Status))
def test_every_move_is_possible_and_exact(storage: Storage, before: Status, after: Status) -> None:
    """From any status to any other: figures equal rows, and an event is recorded only for what the public sees."""
    comment_id = post(storage).comment_id
    move(storage, comment_id, before)
    told = len(storage.read_sync(events, None))
    move(storage, comment_id, after)

    assert storage.read_sync(queue_item, comment_id).status is after
    assert storage.read_sync(recount, Recount()).was_right
    visible = (before is Status.APPROVED) != (after is Status.APPROVED)
    assert len(storage.read_sync(events, None)) - told == int(visible)
    assert bool(roots(storage)) == (after is Status.APPROVED)


def test_the_public_is_told_only_of_what_it_sees(storage: Storage) -> None:
    """The page's topic is announced when its public output changes, and not for moves behind the scenes."""
    told: list[frozenset[str]] = []
    storage.on_change(told.append)
    comment_id = post(storage).comment_id
    move(storage, comment_id, Status.SPAM)
    move(storage, comment_id, Status.REJECTED)
    assert told == []
    move(storage, comment_id, Status.APPROVED)
    move(storage, comment_id, Status.DELETED)
    assert told == [frozenset({str(PAGE_ID), "recent"})] * 2


def test_a_stale_decision_changes_nothing_and_names_who_was_first(storage: Storage, clock: FakeClock) -> None:
    """The second moderator is told who decided, when and how."""
    comment_id = post(storage).comment_id
    move(storage, comment_id, Status.APPROVED, actor=LAN)
    when = clock.now()
    clock.advance(60)

    with pytest.raises(Conflict) as refused:
        storage.write_sync(decide, Decide(comment_id=comment_id, version=1, status=Status.SPAM, actor=MAI))
    assert refused.value.code == "stale_version"
    assert refused.value.params == {"decided_by": "Lan", "decided_at": when.isoformat(), "status": "approved"}
    assert storage.read_sync(queue_item, comment_id).status is Status.APPROVED
    assert len(storage.read_sync(read_entries, EntriesQuery(size=10))) == 1


def test_an_unknown_comment_cannot_be_decided(storage: Storage) -> None:
    """Deciding about nothing is answered plainly."""
    with pytest.raises(NotFound) as refused:
        storage.write_sync(decide, Decide(comment_id=uuid4(), version=1, status=Status.SPAM, actor=MAI))
    assert refused.value.code == "unknown_comment"


def test_every_decision_is_in_the_journal(storage: Storage) -> None:
    """Who, what, before, after and why are written with the decision itself."""
    comment_id = post(storage).comment_id
    move(storage, comment_id, Status.REJECTED, note="Có số điện thoại của người khác")

    (entry,) = storage.read_sync(read_entries, EntriesQuery(size=10, subject=("comment", str(comment_id))))
    assert (entry.actor, entry.action, entry.why) == ("mai", "comment.rejected", "Có số điện thoại của người khác")
    assert (entry.before, entry.after) == ({"status": "pending"}, {"status": "rejected"})


def test_undo_restores_what_was(storage: Storage, clock: FakeClock) -> None:
    """Status, reason, who and when come back as they were; the public sees it, and an event says so."""
    comment_id = post(storage).comment_id
    move(storage, comment_id, Status.REJECTED, note="Lạc đề")
    first = storage.read_sync(queue_item, comment_id)
    clock.advance(30)
    decided = move(storage, comment_id, Status.APPROVED, actor=LAN)
    assert decided.undo_id is not None
    undone = storage.write_sync(undo_decision, UndoDecision(undo_id=decided.undo_id, actor=MAI))

    now = storage.read_sync(queue_item, comment_id)
    assert (undone.before, undone.status, undone.undo_id) == (Status.APPROVED, Status.REJECTED, None)
    assert (now.status, now.note, now.decided_by, now.decided_at) == (
        first.status,
        first.note,
        first.decided_by,
        first.decided_at,
    )
    assert roots(storage) == ()
    assert storage.read_sync(events, None) == ["CommentApproved", "CommentHidden"]
    assert storage.read_sync(recount, Recount()).was_right


def test_undo_is_once_in_time_and_not_over_a_later_decision(storage: Storage, clock: FakeClock) -> None:
    """Each refusal has its own code and changes nothing."""

    def undo(decided: Decided) -> str:
        assert decided.undo_id is not None
        with pytest.raises(Conflict) as refused:
            storage.write_sync(undo_decision, UndoDecision(undo_id=decided.undo_id, actor=MAI))
        return refused.value.code

    comment_id = post(storage).comment_id
    first = move(storage, comment_id, Status.APPROVED)
    second = move(storage, comment_id, Status.SPAM)
    assert undo(first) == "stale_version"
    assert second.undo_id is not None
    storage.write_sync(undo_decision, UndoDecision(undo_id=second.undo_id, actor=MAI))
    assert undo(second) == "already_undone"
    third = move(storage, comment_id, Status.DELETED)
    clock.advance(timedelta(minutes=10))
    assert undo(third) == "undo_expired"
    assert storage.read_sync(queue_item, comment_id).status is Status.DELETED


def test_a_root_that_leaves_keeps_the_place_of_its_replies(storage: Storage) -> None:
    """Approved replies stay under a line without name and text; with none the root vanishes; the count follows."""
    root = approved(storage, name="Lê Khuê", body="Nói xấu")
    reply = approved(storage, parent=root)
    move(storage, root, Status.REJECTED)

    (view,) = roots(storage)
    assert (view.gone, view.name, view.body) == (True, "", "")
    assert [child.id for child in view.replies] == [reply]
    assert storage.read_sync(count_approved, PAGE_ID) == 1

    move(storage, reply, Status.DELETED)
    assert roots(storage) == ()
    move(storage, reply, Status.APPROVED)
    assert [view.gone for view in roots(storage)] == [True]
    move(storage, root, Status.APPROVED)
    assert [view.gone for view in roots(storage)] == [False]
    assert storage.read_sync(recount, Recount()).was_right


def test_a_hidden_name_is_not_answered_to(storage: Storage) -> None:
    """`trả lời X` does not tell the name of an author whose reply is no longer shown."""
    root = approved(storage)
    reply = approved(storage, parent=root, name="Tên Bị Ẩn")
    approved(storage, parent=reply)
    move(storage, reply, Status.SPAM)

    (view,) = roots(storage)
    line, answer = view.replies
    assert (line.gone, line.id, line.name) == (True, reply, "")
    assert (answer.answers_id, answer.answers) == (reply, None)


def test_the_queue_shows_what_waits_and_why(storage: Storage, clock: FakeClock) -> None:
    """Oldest first with page, parent and reasons; a key leads to the following page; all statuses together too."""
    root = approved(storage, name="Lê Khuê", body="Chỗ này đông quá")
    clock.advance(1)
    waiting = []
    for number in range(5):
        waiting.append(post(storage, parent=root, body=f"Xem http://a.example/{number}", email="a@b.vn").comment_id)
        clock.advance(1)

    page = storage.read_sync(queue, QueueQuery(status=Status.PENDING, size=3))
    assert [item.id for item in page.items] == waiting[:3]
    item = page.items[0]
    assert [hold.reason for hold in item.holds] == ["first_comment", "has_links", "premoderation"]
    assert item.answered is not None
    assert (item.answered.body, item.answered.status) == ("Chỗ này đông quá", Status.APPROVED)
    assert (item.page_title, item.section, item.email) == (PAGE.title, PAGE.section, "a@b.vn")

    rest = storage.read_sync(queue, QueueQuery(status=Status.PENDING, size=3, after=page.next))
    assert ([item.id for item in rest.items], rest.next) == (waiting[3:], None)
    newest = storage.read_sync(queue, QueueQuery(status=Status.PENDING, size=5, sort=QueueSort.NEWEST))
    assert [item.id for item in newest.items] == waiting[::-1]
    everything: list[UUID] = []
    after = None
    while True:
        part = storage.read_sync(queue, QueueQuery(status=None, size=2, after=after))
        everything += [item.id for item in part.items]
        after = part.next
        if after is None:
            break
    assert everything == [root, *waiting]


def test_recount_proves_and_repairs(storage: Storage) -> None:
    """A figure that was tampered with is found, told and put right."""
    root = approved(storage)
    approved(storage, parent=root)
    assert storage.read_sync(recount, Recount()).was_right

    def tamper(tx: Tx, _: None) -> None:
        tx.execute(update(page_counts).values(approved=7))

    storage.write_sync(tamper, None)
    found = storage.write_sync(recount, Recount(repair=True))
    assert (found.pages, found.shelves, found.replies) == ({PAGE_ID: (7, 2)}, {}, {})
    assert storage.read_sync(count_approved, PAGE_ID) == 2
    assert storage.read_sync(recount, Recount()).was_right


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.integers(0, 9), st.sampled_from(list(Moderation))),
        st.tuples(st.just("decide"), st.integers(0, 9), st.sampled_from(list(Status))),
        st.tuples(st.just("undo"), st.integers(0, 9), st.none()),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_figures_equal_rows_after_any_sequence(storage: Storage, steps: list[tuple[str, int, object]]) -> None:
    """Whatever is posted, decided and undone in whatever order, every counter equals a recount."""
    written: list[UUID] = []
    undos: list[UUID] = []
    for kind, number, detail in steps:
        try:
            if kind == "post":
                parent = written[number % len(written)] if written and number % 3 else None
                page = OTHER_PAGE if number == 9 else PAGE
                written.append(post(storage, page=page, parent=parent, moderation=detail).comment_id)
            elif kind == "decide" and written:
                decided = move(storage, written[number % len(written)], Status(str(detail)))
                undos += [decided.undo_id] if decided.undo_id else []
            elif kind == "undo" and undos:
                storage.write_sync(undo_decision, UndoDecision(undo_id=undos[number % len(undos)], actor=LAN))
        except EngagementError as refused:
            assert refused.code in {"unknown_parent", "stale_version", "already_undone"}  # noqa: PT017
    assert storage.read_sync(recount, Recount()).was_right
