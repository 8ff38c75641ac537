"""A page that was deleted long ago goes with all it carries, on both databases; until then it can be restored."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from authoring_factory import edit
from comment_factory import HA, MAI, OTHER_PAGE, PAGE, approved, move, post, submission
from engagement_widgets.comments.cases.deciding import CaseDecision, DecideCase, decide_case
from engagement_widgets.comments.cases.tables import case_comments
from engagement_widgets.comments.emergencies import HoldAll, Scope, hold_all, list_emergencies
from engagement_widgets.comments.likes.tables import likes
from engagement_widgets.comments.reports.tables import reports
from engagement_widgets.comments.search.tables import comment_words
from engagement_widgets.comments.service import Recount, Status, count_approved, recount, submit_comment
from engagement_widgets.comments.tables import comments, holds, page_counts, versions
from engagement_widgets.desk.page_deeds import (
    PageDeed,
    UndoPage,
    delete_page,
    rename_page,
    restore_page,
    undo_page,
)
from engagement_widgets.desk.page_purging import PurgePages, purge_pages
from engagement_widgets.desk.page_rows import PageStanding
from engagement_widgets.errors import Conflict, NotFound, Refused
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.journal.tables import undo_records
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.tables import tallies, totals, votes
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from judgement_factory import complain, like, opened
from rating_factory import counts, proved, vote

MONTH = timedelta(days=30)
PAGE_ID = page_id("test", PAGE.key)
OTHER_ID = page_id("test", OTHER_PAGE.key)
CARRIED = (comments, holds, versions, likes, reports, comment_words, page_counts, votes, tallies, totals, undo_records)


def deed(**values: Any) -> PageDeed:
    """Something done to the page."""
    return PageDeed(page_id=PAGE_ID, actor=MAI, **values)


def delete(storage: Storage) -> PageStanding:
    """Delete the page."""
    return storage.write_sync(delete_page, deed(why="tòa soạn gỡ bài"))


def purge(storage: Storage, most: int = 200) -> int:
    """Run the purge to its end, every figure exact after each of its transactions; how many there were."""
    for number in range(100):
        more = storage.write_sync(purge_pages, PurgePages(after=MONTH, most=most))
        assert exact(storage)
        if not more:
            return number
    raise AssertionError("the purge does not end")


def exact(storage: Storage) -> bool:
    """Whether every figure is what its rows say."""
    return storage.read_sync(recount, Recount()).was_right and proved(storage)


def rows(storage: Storage, table: Any) -> int:
    """How many rows a table has."""
    count = select(func.count()).select_from(table)
    return int(storage.read_sync(lambda tx, _: tx.execute(count).scalar_one(), None))


def fill(storage: Storage) -> None:
    """Comments of each status in threads, with likes, reports, former texts and votes; a second key of the page."""
    root = approved(storage, body="phà đêm")
    reply = approved(storage, parent=root)
    approved(storage, parent=reply)
    mine = post(storage, reader="r:me").comment_id
    edit(storage, mine, "Sửa lại câu này")
    for status in (Status.REJECTED, Status.SPAM, Status.DELETED):
        move(storage, post(storage).comment_id, status)
    like(storage, root, "r:lan")
    complain(storage, root, "r:tan")
    for number in range(5):
        vote(storage, f"r:{number}", 1 + number % 5)
    storage.write_sync(rename_page, deed(changes={"key": "tin/moi"}))


@pytest.mark.parametrize("most", [200, 2])
def test_it_goes_with_all_it_carried(storage: Storage, clock: FakeClock, most: int) -> None:
    """After thirty days, not sooner, in transactions of bounded size; another page keeps all of its own."""
    fill(storage)
    delete(storage)
    clock.advance(MONTH)
    assert purge(storage) == 0
    assert rows(storage, comments) == 7
    clock.advance(1)
    kept = approved(storage, page=OTHER_PAGE)
    vote(storage, "r:1", 4, OTHER_PAGE)
    assert purge(storage, most) >= (3 if most == 200 else 8)
    undos = 1  # of the decision about the other page's comment
    assert [rows(storage, table) for table in CARRIED] == [1, 2, 0, 0, 0, 1, 1, 1, 3, 1, undos]
    assert storage.read_sync(count_approved, OTHER_ID) == 1
    assert counts(storage, OTHER_ID) == (0, 0, 0, 1, 0)
    left = storage.read_sync(lambda tx, _: tx.execute(select(pages).where(pages.c.id != OTHER_ID)).all(), None)
    assert {(row.url, row.title, row.section, row.locale) for row in left} == {("", "", "", None)}
    assert {row.key for row in left} == {f"\x7f{row.id}" for row in left}
    entry = storage.read_sync(read_entries, EntriesQuery(size=1))[0]
    assert (entry.action, entry.subject_id, entry.actor) == ("page.purged", str(PAGE_ID), "system")
    assert kept is not None


def test_under_its_names_nobody_writes_again(storage: Storage, clock: FakeClock) -> None:
    """Saved articles are refused, no deed knows the page, and no other takes its key."""
    fill(storage)
    approved(storage, page=OTHER_PAGE)
    delete(storage)
    clock.advance(MONTH + timedelta(seconds=1))
    purge(storage)
    with pytest.raises(NotFound, match="page_withdrawn"):
        storage.write_sync(submit_comment, submission())
    with pytest.raises(NotFound, match="page_withdrawn"):
        vote(storage, "r:two", 4)
    with pytest.raises(NotFound, match="unknown_page"):
        storage.write_sync(restore_page, deed())
    taken = PageDeed(page_id=OTHER_ID, actor=MAI, changes={"key": PAGE.key})
    with pytest.raises(Conflict, match="page_exists"):
        storage.write_sync(rename_page, taken)


def test_until_then_it_is_restored_as_it_was(storage: Storage, clock: FakeClock) -> None:
    """By the undo within its window and by hand later; the days begin anew when it is deleted again."""
    fill(storage)
    before = storage.read_sync(count_approved, PAGE_ID), counts(storage, PAGE_ID)
    deleted = delete(storage)
    assert deleted.withdrawn_at == deleted.deleted_at == clock.now()
    with pytest.raises(NotFound, match="page_withdrawn"):
        storage.write_sync(submit_comment, submission())
    assert deleted.undo_id is not None
    undone = storage.write_sync(undo_page, UndoPage(undo_id=deleted.undo_id, actor=HA))
    assert (undone.withdrawn_at, undone.deleted_at) == (None, None)
    delete(storage)
    clock.advance(timedelta(days=20))
    storage.write_sync(restore_page, deed())
    delete(storage)
    clock.advance(timedelta(days=20))
    assert purge(storage) == 0
    storage.write_sync(restore_page, deed())
    assert (storage.read_sync(count_approved, PAGE_ID), counts(storage, PAGE_ID)) == before


def test_an_open_case_holds_the_whole_page(storage: Storage, clock: FakeClock) -> None:
    """Nothing of it goes before the case is decided; then all but the empty row that the case names."""
    root = approved(storage)
    evidence = approved(storage, parent=root, body="Nội dung bị khiếu nại")
    case = opened(storage, evidence)
    delete(storage)
    clock.advance(MONTH + timedelta(seconds=1))
    assert purge(storage) == 0
    assert rows(storage, comments) == 2
    decision = DecideCase(
        case_id=case.case_id, version=1, decision=CaseDecision.REJECTED, note="Không vi phạm", actor=MAI
    )
    storage.write_sync(decide_case, decision)
    purge(storage)
    left = storage.read_sync(lambda tx, _: tx.execute(select(comments)).all(), None)
    assert {(row.author_name, row.body, row.reader, row.status) for row in left} == {("", "", "", "deleted")}
    assert {row.id for row in left} == {root, evidence}
    assert rows(storage, case_comments) == 1


def test_a_hold_of_the_page_goes_too(storage: Storage, clock: FakeClock) -> None:
    """No emergency hold names a page that is gone."""
    post(storage)
    held = HoldAll(
        scope=Scope.PAGE, target=str(PAGE_ID), until=clock.now() + timedelta(hours=1), reason="", banner="", actor=MAI
    )
    storage.write_sync(hold_all, held)
    delete(storage)
    clock.advance(MONTH + timedelta(seconds=1))
    purge(storage)
    assert storage.read_sync(list_emergencies, None) == ()


def test_whoever_has_other_sections_deletes_nothing(storage: Storage) -> None:
    """The page of another section is refused, and so is moving one there or taking such a deed back."""
    post(storage)
    hoa = DeskUser(id="hoa", name="Hoa", role=Role.EDITOR, sections=frozenset({"kinh-te"}))
    with pytest.raises(Refused, match="section_required"):
        storage.write_sync(delete_page, PageDeed(page_id=PAGE_ID, actor=hoa))
    deleted = delete(storage)
    assert deleted.undo_id is not None
    with pytest.raises(Refused, match="section_required"):
        storage.write_sync(undo_page, UndoPage(undo_id=deleted.undo_id, actor=hoa))
    storage.write_sync(undo_page, UndoPage(undo_id=deleted.undo_id, actor=HA))
