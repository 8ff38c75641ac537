"""Reports: one a reader and comment, and what enough of them do."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from comment_factory import MAI, PAGE, approved, move, post
from engagement_widgets.comments.likes.ranking import rank
from engagement_widgets.comments.likes.service import Vote, vote
from engagement_widgets.comments.reports.reasons import ReportReason
from engagement_widgets.comments.reports.service import (
    QUOTA,
    OwnReport,
    load_subject,
)
from engagement_widgets.comments.reports.tables import reports
from engagement_widgets.comments.service import (
    HeldReason,
    QueueQuery,
    Recount,
    Status,
    UndoDecision,
    count_reported,
    queue,
    queue_counts,
    queue_item,
    recount,
    undo_decision,
)
from engagement_widgets.comments.tables import comments
from engagement_widgets.desk.page_deeds import PageDeed, restore_page, withdraw_page
from engagement_widgets.errors import Conflict, NotFound, Refused, TooMany
from engagement_widgets.hooks import Moderation
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from judgement_factory import complain

PAGE_ID = page_id("test", PAGE.key)


def rows(storage: Storage) -> int:
    """How many reports there are."""
    count = select(func.count()).select_from(reports)
    return storage.read_sync(lambda tx, _: int(tx.execute(count).scalar_one()), None)


def deeds(storage: Storage) -> list[str]:
    """What the journal holds, oldest first."""
    return [entry.action for entry in reversed(storage.read_sync(read_entries, EntriesQuery(size=20)))]


def marks(storage: Storage, comment_id: UUID) -> dict[HeldReason, dict[str, Any]]:
    """Why a comment is held, with the figures."""
    return {held.reason: dict(held.params) for held in storage.read_sync(queue_item, comment_id).holds}


def test_enough_reports_return_a_comment_to_the_desk(storage: Storage, clock: FakeClock) -> None:
    """The third of three tells the desk, once; the comment stays public and every report is read with it."""
    comment = approved(storage)
    clock.advance(60)
    told = [complain(storage, comment, f"r:v{number}", text=f"lời {number}") for number in range(4)]
    assert [(one.count, one.held) for one in told] == [(1, False), (2, False), (3, True), (4, False)]

    item = storage.read_sync(queue_item, comment)
    assert item.status is Status.APPROVED
    assert marks(storage, comment)[HeldReason.REPORTED] == {"count": 4}
    assert {(view.reason, view.text, view.is_open) for view in item.reports} == {
        (ReportReason.INSULT, f"lời {number}", True) for number in range(4)
    }
    assert deeds(storage) == ["comment.approved", "comment.reported"]
    assert [found.id for found in storage.read_sync(queue, QueueQuery(status=None, size=5, reported=3)).items] == [
        comment
    ]
    assert storage.read_sync(count_reported, 3) == 1
    assert storage.read_sync(count_reported, 5) == 0
    assert storage.read_sync(recount, Recount()).was_right


def test_enough_reports_hide_a_comment_where_the_site_says_so(storage: Storage, clock: FakeClock) -> None:
    """It waits as if it were new, with the last decision still told, and figures follow."""
    comment = approved(storage)
    clock.advance(60)
    for number in range(3):
        complain(storage, comment, f"r:v{number}", hides=True)
    item = storage.read_sync(queue_item, comment)
    assert (item.status, item.decided_by) == (Status.PENDING, "Mai")
    assert storage.read_sync(queue_counts, None)[Status.PENDING] == 1
    assert storage.read_sync(recount, Recount()).was_right
    with pytest.raises(NotFound, match="unknown_comment"):
        complain(storage, comment, "r:v9", hides=True)


@pytest.mark.parametrize("hides", [False, True])
def test_old_reports_do_not_return_a_comment_that_was_approved_in_spite_of_them(
    storage: Storage, clock: FakeClock, *, hides: bool
) -> None:
    """After the decision only new ones count, so it takes three more; an undo brings the old ones back."""
    comment = approved(storage)
    clock.advance(60)
    for number in range(3):
        complain(storage, comment, f"r:v{number}", hides=hides)
    clock.advance(60)
    decided = move(storage, comment, Status.APPROVED)
    assert HeldReason.REPORTED not in marks(storage, comment)
    assert [view.is_open for view in storage.read_sync(queue_item, comment).reports] == [False] * 3
    assert storage.read_sync(count_reported, 1) == 0
    clock.advance(60)
    told = [complain(storage, comment, f"r:w{number}", hides=hides) for number in range(2)]
    assert [one.held for one in told] == [False, False]
    assert storage.read_sync(queue_item, comment).status is Status.APPROVED
    assert decided.undo_id is not None
    storage.write_sync(undo_decision, UndoDecision(undo_id=decided.undo_id, actor=MAI))
    assert marks(storage, comment)[HeldReason.REPORTED] == {"count": 5}
    assert storage.read_sync(recount, Recount()).was_right


def test_a_report_in_the_moment_of_a_decision_comes_after_it(storage: Storage) -> None:
    """Whoever gets the row second is second, whatever their clocks say: the figure equals the rows."""
    comment = approved(storage)
    assert complain(storage, comment, "r:lan").count == 1
    assert storage.read_sync(recount, Recount()).was_right
    assert [view.is_open for view in storage.read_sync(queue_item, comment).reports] == [True]


def test_zero_holds_nothing(storage: Storage) -> None:
    """Reports are kept and shown; their number does nothing."""
    comment = approved(storage)
    assert not any(complain(storage, comment, f"r:v{number}", to_hold=0, hides=True).held for number in range(5))
    assert storage.read_sync(queue_item, comment).status is Status.APPROVED
    assert storage.read_sync(count_reported, 0) == 1


def test_a_second_report_is_told_that_there_is_one(storage: Storage) -> None:
    """Also when the comment is hidden by now; nothing is written."""
    comment = approved(storage)
    complain(storage, comment, "r:lan")
    with pytest.raises(Conflict, match="already_reported"):
        complain(storage, comment, "r:lan")
    move(storage, comment, Status.REJECTED)
    with pytest.raises(Conflict, match="already_reported"):
        complain(storage, comment, "r:lan")
    assert rows(storage) == 1
    subject = storage.read_sync(load_subject, OwnReport(comment_id=comment, reader="r:lan"))
    assert (subject.page.page.key, subject.comment) == (PAGE.key, None)


def test_one_address_counts_once_a_day(storage: Storage, clock: FakeClock) -> None:
    """Three private windows are no three readers: their reports are kept, and hold nothing."""
    comment = approved(storage)
    clock.advance(1)
    told = [complain(storage, comment, f"r:v{number}", address_hash="one home") for number in range(5)]
    assert [one.count for one in told] == [1] * 5
    assert not any(one.held for one in told)
    assert len(storage.read_sync(queue_item, comment).reports) == 5
    clock.advance(24 * 3600)
    assert complain(storage, comment, "r:tomorrow", address_hash="one home").count == 2


def test_own_and_unknown_comments_cannot_be_reported(storage: Storage) -> None:
    """One's own, one that waits, one that is gone, one that never was: each is refused and nothing is written."""
    own = approved(storage, reader="r:lan")
    with pytest.raises(Refused, match="own_report"):
        complain(storage, own, "r:lan")
    gone = approved(storage)
    move(storage, gone, Status.DELETED)
    for subject in (post(storage).comment_id, gone, uuid4()):
        with pytest.raises(NotFound, match="unknown_comment"):
            complain(storage, subject, "r:lan")
        with pytest.raises(NotFound, match="unknown_comment"):
            storage.read_sync(load_subject, OwnReport(comment_id=subject, reader="r:lan"))
    assert rows(storage) == 0


def test_a_reader_in_a_hurry_waits(storage: Storage) -> None:
    """The quota of one reader, whatever the comment."""
    for _ in range(QUOTA):
        complain(storage, approved(storage), "r:angry")
    with pytest.raises(TooMany, match="too_many_reports"):
        complain(storage, approved(storage), "r:angry")
    assert rows(storage) == QUOTA


def test_reports_lower_a_rank_until_they_are_answered(storage: Storage, clock: FakeClock) -> None:
    """The order "Quan tâm nhất" knows two judgements, and a moderator's answer takes one of them out."""

    def stored() -> int:
        statement = select(comments.c.rank).where(comments.c.id == comment)
        return storage.read_sync(lambda tx, _: int(tx.execute(statement).scalar_one()), None)

    comment = approved(storage)
    clock.advance(1)
    storage.write_sync(vote, Vote(comment_id=comment, voter="r:mai", names=(), likes=True))
    complain(storage, comment, "r:lan")
    assert stored() == rank(1, 1)
    clock.advance(1)
    move(storage, comment, Status.APPROVED)
    assert stored() == rank(1, 0)


@pytest.mark.parametrize("hides", [False, True])
def test_reporters_at_once_cross_the_threshold_once(storage: Storage, clock: FakeClock, *, hides: bool) -> None:
    """Six threads, three reports wanted: one crossing, one journal entry, figures that equal rows."""
    comment = post(storage, moderation=Moderation.POST).comment_id
    clock.advance(1)

    def one(number: int) -> bool:
        try:
            return complain(storage, comment, f"r:v{number}", hides=hides).held
        except NotFound:  # hidden by then
            return False

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(one, range(6))) == 1
    assert deeds(storage) == ["comment.reported"]
    assert storage.read_sync(recount, Recount()).was_right


def test_a_comment_of_a_withdrawn_page_is_not_reported(storage: Storage) -> None:
    """It is as unknown as one that is hidden, and nothing is written; with its page restored it can be reported."""
    comment = approved(storage)
    deed = PageDeed(page_id=PAGE_ID, actor=MAI)
    storage.write_sync(withdraw_page, deed)
    with pytest.raises(NotFound, match="unknown_comment"):
        complain(storage, comment, "r:lan")
    assert rows(storage) == 0
    storage.write_sync(restore_page, deed)
    assert complain(storage, comment, "r:lan").count == 1
