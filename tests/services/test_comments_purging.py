"""What was deleted or spam for long enough goes for good, with all that hangs on it, and nothing else does."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from authoring_factory import edit, take_back
from comment_factory import MAI, PAGE, approved, move, post
from engagement_widgets.comments.cases.deciding import CaseDecision, DecideCase, decide_case
from engagement_widgets.comments.cases.reading import read_case
from engagement_widgets.comments.letters.tables import told
from engagement_widgets.comments.likes.tables import likes
from engagement_widgets.comments.purging import Purge, purge_comments, purging
from engagement_widgets.comments.reports.tables import reports
from engagement_widgets.comments.rules.tables import bands
from engagement_widgets.comments.search.index import CheckIndex, check_index
from engagement_widgets.comments.search.tables import comment_words
from engagement_widgets.comments.service import (
    Author,
    Decide,
    ListQuery,
    MaskPersonalData,
    ReceiptQuery,
    Recount,
    Status,
    UndoDecision,
    decide,
    list_comments,
    mask_personal_data,
    queue_counts,
    queue_item,
    read_receipt,
    recount,
    undo_deed,
)
from engagement_widgets.comments.tables import comments, holds, versions
from engagement_widgets.errors import NotFound
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.journal.tables import undo_records
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from judgement_factory import complain, like, opened

MONTH = timedelta(days=30)
PAGE_ID = page_id("test", PAGE.key)


def purge(storage: Storage, most: int = 200) -> bool:
    """Run the purge once."""
    return storage.write_sync(purge_comments, Purge(after=MONTH, most=most))


def rows(storage: Storage, table: Any) -> int:
    """How many rows a table has."""
    count = select(func.count()).select_from(table)
    return int(storage.read_sync(lambda tx, _: tx.execute(count).scalar_one(), None))


def is_exact(storage: Storage) -> bool:
    """Figures equal rows and the index is whole."""
    return storage.read_sync(recount, Recount()).was_right and not storage.read_sync(check_index, CheckIndex()).wrong


def kept(storage: Storage, comment_id: UUID) -> Any:
    """The row of a comment, or None."""
    one = select(comments).where(comments.c.id == comment_id)
    return storage.read_sync(lambda tx, _: tx.execute(one).first(), None)


def test_it_goes_with_all_that_hangs_on_it(storage: Storage, clock: FakeClock) -> None:
    """Row, holds, versions, likes, reports, words, bands and undo go after 30 days, none of them sooner."""
    gone = post(storage, reader="r:me", name="Hoa 0912345678", compared=True).comment_id
    edit(storage, gone, "Gọi số 0912 345 678 nhé")
    move(storage, gone, Status.APPROVED)
    like(storage, gone, "r:lan")
    complain(storage, gone, "r:tan")
    version = storage.read_sync(queue_item, gone).version
    mask = MaskPersonalData(comment_id=gone, version=version, actor=MAI, undo_window=timedelta(days=400))
    masked = storage.write_sync(mask_personal_data, mask)
    move(storage, gone, Status.DELETED)
    clock.advance(MONTH)
    purge(storage)
    assert kept(storage, gone) is not None
    clock.advance(1)
    assert purge(storage) is False
    tables = (comments, holds, versions, likes, reports, bands, told, comment_words, undo_records)
    assert [rows(storage, table) for table in tables] == [0] * len(tables)
    assert is_exact(storage)
    assert set(storage.read_sync(queue_counts, None).values()) == {0}
    entry = storage.read_sync(read_entries, EntriesQuery(size=1))[0]
    assert (entry.action, entry.subject_id, entry.before, entry.after, entry.why) == (
        "comment.purged",
        str(gone),
        {"status": "deleted"},
        None,
        None,
    )
    assert masked.undo_id is not None
    with pytest.raises(NotFound):
        storage.write_sync(undo_deed, UndoDecision(undo_id=masked.undo_id, actor=MAI))


@pytest.mark.parametrize("status", list(Status))
def test_only_what_is_deleted_or_spam_goes(storage: Storage, clock: FakeClock, status: Status) -> None:
    """Whatever its age, a comment of another status stays."""
    comment_id = post(storage).comment_id
    move(storage, comment_id, status)
    clock.advance(MONTH * 20)
    purge(storage)
    assert (kept(storage, comment_id) is None) == (status in {Status.DELETED, Status.SPAM})
    assert is_exact(storage)


def test_the_time_begins_with_the_last_deed(storage: Storage, clock: FakeClock) -> None:
    """A decision about old spam, and a taking back, begin the thirty days anew."""
    spam, mine = post(storage).comment_id, post(storage, reader="r:me").comment_id
    move(storage, spam, Status.SPAM)
    clock.advance(timedelta(days=20))
    move(storage, spam, Status.DELETED)
    take_back(storage, mine)
    clock.advance(timedelta(days=20))
    purge(storage)
    assert kept(storage, spam) is not None
    assert kept(storage, mine) is not None
    clock.advance(timedelta(days=11))
    purge(storage)
    assert kept(storage, spam) is None
    assert kept(storage, mine) is None


def test_what_replies_stand_under_keeps_an_empty_row(storage: Storage, clock: FakeClock) -> None:
    """The public sees the same as before; nobody opens, decides or counts the row; it goes with its last reply."""
    root = approved(storage, reader="r:me", email="hoa@thu.example", address_hash="a" * 64)
    reply = approved(storage, parent=root)
    deep = approved(storage, parent=reply)
    for comment_id in (root, reply):
        move(storage, comment_id, Status.DELETED, note="Có số điện thoại của Hoa")
    before = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=20))
    clock.advance(MONTH + timedelta(seconds=1))
    purge(storage)
    assert storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=20)) == before
    for comment_id in (root, reply):
        row = kept(storage, comment_id)
        assert (row.author_name, row.body, row.reader, row.body_hash) == ("", "", "", "")
        assert {row.author_email, row.address_hash, row.submission_key, row.decision_note} == {None}
        command = Decide(comment_id=comment_id, version=row.version, status=Status.APPROVED, actor=MAI)
        with pytest.raises(NotFound):
            storage.write_sync(decide, command)
        with pytest.raises(NotFound):
            storage.read_sync(queue_item, comment_id)
        asked = ReceiptQuery(comment_id=comment_id, author=Author(readers=(), has_code=True), window=MONTH)
        with pytest.raises(NotFound):
            storage.read_sync(read_receipt, asked)
    assert storage.read_sync(queue_counts, None)[Status.DELETED] == 0
    assert is_exact(storage)
    move(storage, deep, Status.SPAM)
    clock.advance(MONTH + timedelta(seconds=1))
    while purge(storage, most=1):
        assert is_exact(storage)
    assert rows(storage, comments) == 0


def test_evidence_of_an_open_case_stays_whole(storage: Storage, clock: FakeClock) -> None:
    """While the case is open nothing of it goes; afterwards the row the case refers to is emptied, its copy stays."""
    comment_id = approved(storage, body="Nguyên văn ngày ấy")
    case = opened(storage, comment_id)
    move(storage, comment_id, Status.DELETED)
    clock.advance(MONTH * 2)
    purge(storage)
    assert kept(storage, comment_id).body == "Nguyên văn ngày ấy"
    version = storage.read_sync(read_case, case.case_id).case.version
    closing = DecideCase(case_id=case.case_id, version=version, decision=CaseDecision.UPHELD, actor=MAI)
    storage.write_sync(decide_case, closing)
    purge(storage)
    assert kept(storage, comment_id).body == ""
    evidence = storage.read_sync(read_case, case.case_id).evidence[0]
    assert evidence.values["body"] == "Nguyên văn ngày ấy"
    assert is_exact(storage)


def test_the_chore_takes_so_many_at_once_and_none_for_zero_days(storage: Storage, clock: FakeClock) -> None:
    """It tells that more is left; a site that sets 0 has no such chore."""
    for _ in range(3):
        move(storage, post(storage).comment_id, Status.SPAM)
    clock.advance(MONTH * 2)
    assert purge(storage, most=2)
    assert rows(storage, comments) == 1
    assert purging(0) == ()
    (chore,) = purging(30)
    assert storage.write_sync(chore, None) is False
    assert rows(storage, comments) == 0
