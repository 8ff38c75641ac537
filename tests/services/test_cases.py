"""Cases about unlawful comments: numbers, evidence, hiding with its bounds, decisions."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from comment_factory import LAN, MAI, OTHER_PAGE, PAGE, approved, move, post
from engagement_widgets.comments.cases.deciding import CaseDecision, DecideCase, decide_case
from engagement_widgets.comments.cases.freezing import FROZEN, frozen, require_thawed
from engagement_widgets.comments.cases.opening import (
    HIDDEN_BY_ADDRESS,
    HIDDEN_BY_READER,
    QUOTA,
    Opened,
    open_case,
)
from engagement_widgets.comments.cases.reading import (
    CasesQuery,
    NoticeQuery,
    list_cases,
    read_case,
    read_notice,
)
from engagement_widgets.comments.cases.states import CaseStatus
from engagement_widgets.comments.cases.tables import case_comments, cases
from engagement_widgets.comments.service import (
    Decide,
    HeldReason,
    ListQuery,
    Recount,
    Status,
    decide,
    list_comments,
    queue_item,
    recount,
)
from engagement_widgets.comments.tables import comments
from engagement_widgets.desk.page_deeds import PageDeed, restore_page, withdraw_page
from engagement_widgets.errors import Conflict, NotFound, TooMany
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from judgement_factory import notice, opened

PAGE_ID = page_id("test", PAGE.key)


def close(storage: Storage, case: Opened, decision: CaseDecision, **values: Any) -> None:
    """Decide a case as it stands."""
    version = storage.read_sync(read_case, case.case_id).case.version
    given = {"version": version, "actor": LAN, "note": "Đã đối chiếu với cơ quan chức năng", **values}
    storage.write_sync(decide_case, DecideCase(case_id=case.case_id, decision=decision, **given))


def status(storage: Storage, comment_id: UUID) -> Status:
    """Where a comment stands."""
    return storage.read_sync(queue_item, comment_id).status


def written(storage: Storage) -> tuple[int, int]:
    """How many cases there are, and how many comments they are about."""

    def count(tx: Tx, _: None) -> tuple[int, int]:
        first, second = (
            tx.execute(select(func.count()).select_from(table)).scalar_one() for table in (cases, case_comments)
        )
        return first, second

    return storage.read_sync(count, None)


def test_a_case_has_a_number_a_deadline_and_hides_at_once(storage: Storage, clock: FakeClock) -> None:
    """Its comments vanish with the commit, the desk reads why, the journal has it, and figures equal rows."""
    pair = [approved(storage), approved(storage)]
    case = opened(storage, *pair)
    assert (case.number, case.due_at - clock.now(), case.hides) == ("KN-2026-000001", timedelta(hours=24), True)
    assert not storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=5)).comments
    for comment in pair:
        item = storage.read_sync(queue_item, comment)
        assert (item.status, item.decided_by) == (Status.PENDING, "Mai")
        assert {held.reason: dict(held.params) for held in item.holds}[HeldReason.CASE] == {
            "number": case.number,
            "hides": True,
        }
    entry = storage.read_sync(read_entries, EntriesQuery(size=1))[0]
    assert (entry.action, entry.subject_id) == ("case.opened", case.number)
    assert storage.read_sync(recount, Recount()).was_right


def test_what_is_sent_twice_opens_one_case(storage: Storage, clock: FakeClock) -> None:
    """A reader's and a colleague's alike; other words, other comments or a later day open another."""
    first, second = approved(storage), approved(storage)
    for command in (notice(first, reader="r:mai"), notice(second, reader="desk:lan", actor=LAN)):
        cases = {storage.write_sync(open_case, command) for _ in range(3)}
        assert len(cases) == 1
        clock.advance(11 * 60)
    again = notice(second, reader="desk:lan", actor=LAN)
    late = storage.write_sync(open_case, again)
    assert late not in cases
    assert storage.write_sync(open_case, replace(again, statement="Một chuyện khác hẳn")) != late
    assert storage.write_sync(open_case, replace(again, comment_ids=(first, second))) != late


def test_evidence_is_what_readers_saw(storage: Storage) -> None:
    """Text, name, times and version of the moment, with a fingerprint that tells any change of the copy."""
    comment = approved(storage, body="Nguyên văn ngày ấy", name="Hoa")
    case = opened(storage, comment)
    storage.write_sync(lambda tx, _: tx.execute(update(comments).values(body="đã sửa")) and None, None)
    kept = storage.read_sync(read_case, case.case_id).evidence[0]
    assert (kept.values["body"], kept.values["author_name"], kept.values["status"]) == (
        "Nguyên văn ngày ấy",
        "Hoa",
        "approved",
    )
    assert (kept.values["version"], kept.version) == (2, 3)
    assert kept.intact
    forged = {**kept.values, "body": "khác"}
    storage.write_sync(lambda tx, _: tx.execute(update(case_comments).values(evidence=forged)) and None, None)
    assert not storage.read_sync(read_case, case.case_id).evidence[0].intact


def test_numbers_follow_each_other_also_at_once(storage: Storage) -> None:
    """Twelve notices in six threads and two years: no number twice, none left out, though some are refused."""
    subjects = [approved(storage) for _ in range(12)]
    waiting = post(storage).comment_id

    def one(place: int) -> str | None:
        try:
            return opened(storage, waiting if place % 4 == 3 else subjects[place], year=2026 + place % 2).number
        except NotFound:
            return None

    with ThreadPoolExecutor(6) as threads:
        numbers = sorted(number for number in threads.map(one, range(12)) if number)
    assert numbers == sorted([*(f"KN-2026-{n:06d}" for n in range(1, 7)), *(f"KN-2027-{n:06d}" for n in range(1, 4))])


def test_a_rejected_case_brings_its_comments_back(storage: Storage) -> None:
    """As they were before, and no longer held; what was not public before stays where it was."""
    comment = approved(storage)
    case = opened(storage, comment)
    close(storage, case, CaseDecision.REJECTED)
    assert status(storage, comment) is Status.APPROVED
    assert HeldReason.CASE not in {held.reason for held in storage.read_sync(queue_item, comment).holds}
    found = storage.read_sync(read_case, case.case_id).case
    assert (found.status, found.decided_by, found.note) == (
        CaseStatus.REJECTED,
        "Lan",
        "Đã đối chiếu với cơ quan chức năng",
    )
    assert storage.read_sync(recount, Recount()).was_right


@pytest.mark.parametrize("hides", [True, False])
def test_an_upheld_case_takes_its_comments_down(storage: Storage, *, hides: bool) -> None:
    """Hidden at once or not, they are rejected now, and their authors read why."""
    comment = approved(storage)
    close(storage, opened(storage, comment, hides=hides), CaseDecision.UPHELD)
    item = storage.read_sync(queue_item, comment)
    assert (item.status, item.decided_by, item.note) == (Status.REJECTED, "Lan", "Đã đối chiếu với cơ quan chức năng")
    assert storage.read_sync(recount, Recount()).was_right


def test_what_was_decided_meanwhile_stays(storage: Storage) -> None:
    """A moderator called it spam while the case was open: rejecting the case does not publish it."""
    comment = approved(storage)
    case = opened(storage, comment)
    move(storage, comment, Status.SPAM)
    close(storage, case, CaseDecision.REJECTED)
    assert status(storage, comment) is Status.SPAM


def test_an_open_case_is_not_passed_by(storage: Storage) -> None:
    """Approving in the queue is refused with the case's number; once it is closed it works again."""
    comment = approved(storage)
    case = opened(storage, comment)
    with pytest.raises(Conflict) as refused:
        move(storage, comment, Status.APPROVED)
    assert (refused.value.code, refused.value.params) == ("case_open", {"number": case.number})
    close(storage, case, CaseDecision.UPHELD)
    move(storage, comment, Status.APPROVED)
    assert status(storage, comment) is Status.APPROVED


def test_evidence_is_frozen_while_a_case_is_open(storage: Storage) -> None:
    """`frozen`, `require_thawed` and the condition say the same, also of a case that hides nothing."""
    comment, other = approved(storage), approved(storage)
    case = opened(storage, comment, hides=False)

    def thawed(tx: Tx, _: None) -> list[UUID]:
        return list(tx.execute(select(comments.c.id).where(~FROZEN)).scalars())

    assert status(storage, comment) is Status.APPROVED
    assert storage.read_sync(frozen, comment) == case.number
    assert storage.read_sync(frozen, other) is None
    assert storage.read_sync(thawed, None) == [other]
    with pytest.raises(Conflict, match="case_open"):
        storage.read_sync(require_thawed, comment)
    close(storage, case, CaseDecision.REJECTED)
    storage.read_sync(require_thawed, comment)
    assert set(storage.read_sync(thawed, None)) == {comment, other}


def test_a_second_case_keeps_what_the_first_lets_go(storage: Storage) -> None:
    """Two notices about one comment: closing one leaves the hold and the freezing of the other."""
    comment = approved(storage)
    first = opened(storage, comment, hides=False)
    second = opened(storage, comment)
    close(storage, first, CaseDecision.REJECTED)
    held = {held.reason: dict(held.params) for held in storage.read_sync(queue_item, comment).holds}
    assert (status(storage, comment), held[HeldReason.CASE]) == (
        Status.PENDING,
        {"number": second.number, "hides": True},
    )
    close(storage, second, CaseDecision.REJECTED)
    assert status(storage, comment) is Status.APPROVED


def test_hiding_has_bounds_and_notices_have_others(storage: Storage) -> None:
    """Beyond five comments a day of one reader cases open without hiding; beyond five cases there are none."""
    told = [opened(storage, approved(storage), approved(storage), reader="r:angry").hides for _ in range(QUOTA)]
    assert told == [True, True, False, False, False]
    with pytest.raises(TooMany, match="too_many_cases"):
        opened(storage, approved(storage), reader="r:angry")
    assert written(storage) == (QUOTA, 2 * QUOTA)
    assert HIDDEN_BY_READER < HIDDEN_BY_ADDRESS


def test_one_address_hides_so_many_whoever_asks(storage: Storage) -> None:
    """New cookies do not help: the address is counted too."""
    told = [
        opened(storage, approved(storage), address_hash="one home", is_new=False).hides
        for _ in range(HIDDEN_BY_ADDRESS + 1)
    ]
    assert told == [True] * HIDDEN_BY_ADDRESS + [False]


def test_one_comment_that_is_not_public_refuses_the_whole_notice(storage: Storage) -> None:
    """Waiting, gone, unknown: nothing is written, hidden or counted."""
    public, gone = approved(storage), approved(storage)
    move(storage, gone, Status.DELETED)
    for subject in (post(storage).comment_id, gone, uuid4()):
        with pytest.raises(NotFound, match="unknown_comment"):
            opened(storage, public, subject)
    assert (status(storage, public), written(storage)) == (Status.APPROVED, (0, 0))
    assert opened(storage, public).number == "KN-2026-000001"


def test_a_notice_about_a_comment_of_a_withdrawn_page_is_refused(storage: Storage) -> None:
    """Readers cannot see it any more; a colleague may still write a complaint down, and readers once it is back."""
    here, elsewhere = approved(storage), approved(storage, page=OTHER_PAGE)
    deed = PageDeed(page_id=PAGE_ID, actor=MAI)
    storage.write_sync(withdraw_page, deed)
    with pytest.raises(NotFound, match="unknown_comment"):
        opened(storage, elsewhere, here)
    assert (status(storage, here), written(storage)) == (Status.APPROVED, (0, 0))
    assert opened(storage, here, actor=MAI).number == "KN-2026-000001"
    storage.write_sync(restore_page, deed)
    assert opened(storage, approved(storage), elsewhere).number == "KN-2026-000002"


def test_a_stale_decision_changes_nothing(storage: Storage) -> None:
    """The second moderator is told who was first."""
    comment = approved(storage)
    case = opened(storage, comment)
    close(storage, case, CaseDecision.UPHELD)
    for version in (1, 2):
        with pytest.raises(Conflict) as refused:
            close(storage, case, CaseDecision.REJECTED, version=version, actor=MAI)
        assert refused.value.params["decided_by"] == "Lan"
    command = DecideCase(case_id=uuid4(), version=1, decision=CaseDecision.UPHELD, actor=MAI)
    with pytest.raises(NotFound, match="unknown_case"):
        storage.write_sync(decide_case, command)
    assert status(storage, comment) is Status.REJECTED


def test_the_first_due_stands_first(storage: Storage, clock: FakeClock) -> None:
    """Pages follow each other by deadline; closed cases are another list."""
    numbers = []
    for hours in (30, 10, 20):
        numbers.append(opened(storage, approved(storage), deadline=timedelta(hours=hours)).number)
        clock.advance(60)
    first = storage.read_sync(list_cases, CasesQuery(status=CaseStatus.OPEN, size=2))
    rest = storage.read_sync(list_cases, CasesQuery(status=CaseStatus.OPEN, size=2, after=first.next))
    assert [case.number for case in (*first.cases, *rest.cases)] == [numbers[1], numbers[2], numbers[0]]
    assert rest.next is None
    assert storage.read_sync(list_cases, CasesQuery(status=CaseStatus.UPHELD, size=2)).cases == ()


def test_a_notifier_reads_their_own_case_alone(storage: Storage) -> None:
    """By the reader who sent it; to others it is unknown."""
    case = opened(storage, approved(storage), reader="r:mai")
    mine = storage.read_sync(read_notice, NoticeQuery(case_id=case.case_id, readers=("u:mai", "r:mai")))
    assert (mine.case.number, mine.page.page.key) == (case.number, PAGE.key)
    for readers in (("r:lan",), ()):
        with pytest.raises(NotFound, match="unknown_case"):
            storage.read_sync(read_notice, NoticeQuery(case_id=case.case_id, readers=readers))


def test_the_same_comment_at_once_opens_one_hiding_case(storage: Storage) -> None:
    """Four notices about one comment: the first hides it, to the others it is no longer shown."""
    comment = approved(storage)

    def one(_: int) -> bool:
        try:
            return opened(storage, comment).hides
        except NotFound:
            return False

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(one, range(4))) == 1
    assert written(storage) == (1, 1)
    version = storage.read_sync(queue_item, comment).version
    rejection = Decide(comment_id=comment, version=version, status=Status.REJECTED, actor=MAI)
    assert storage.write_sync(decide, rejection).status is Status.REJECTED
