"""What is done to whole pages, on both databases."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from comment_factory import HA, MAI, OTHER_PAGE, PAGE, approved, post, submission
from engagement_widgets.comments.recent import RecentQuery, recent_comments
from engagement_widgets.comments.search.finding import Search, search
from engagement_widgets.comments.search.words import parse_query
from engagement_widgets.comments.service import (
    ListQuery,
    Recount,
    count_approved,
    find_place,
    list_comments,
    recount,
    submit_comment,
)
from engagement_widgets.desk.page_deeds import (
    PageDeed,
    UndoPage,
    rename_page,
    restore_page,
    undo_page,
    update_page,
    withdraw_page,
)
from engagement_widgets.desk.page_rows import PageStanding
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.hooks import Page
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.service import find_page
from engagement_widgets.pages.states import PageStates
from engagement_widgets.ratings.periods import Period
from engagement_widgets.ratings.ranking import parse_ranking, top_rated
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from rating_factory import HANOI, proved, vote

PAGE_ID = page_id("test", PAGE.key)
NEW = replace(PAGE, key="tin/cho-ben-da-moi")
NEW_ID = page_id("test", NEW.key)


def rename(storage: Storage, identity: UUID, key: str, **changes: str) -> PageStanding:
    """Give a page another key."""
    return storage.write_sync(rename_page, PageDeed(page_id=identity, actor=MAI, changes={"key": key, **changes}))


def ranked(storage: Storage, section: str | None = None) -> list[str]:
    """The keys of the best rated pages."""
    today = storage.clock.now().astimezone(HANOI).date()
    query = parse_ranking(section=section, period=Period.ALL.value, limit=10, today=today, minimum=1)
    return [rated.page.key for rated in storage.read_sync(top_rated, query)]


def test_a_renamed_page_answers_to_both_names(storage: Storage) -> None:
    """Comments and votes under the old reference and the new one land in one place, and back and forth again."""
    states = PageStates(storage)
    approved(storage)
    assert rename(storage, PAGE_ID, NEW.key).key == NEW.key
    assert (states.shown(PAGE_ID), states.shown(NEW_ID)) == (PAGE_ID, PAGE_ID)
    for page in (PAGE, NEW):
        approved(storage, page=page)
        vote(storage, f"r:{page.key}", 4, page)
    assert storage.read_sync(count_approved, PAGE_ID) == 3
    rename(storage, NEW_ID, PAGE.key)
    rename(storage, PAGE_ID, "tin/ba")
    approved(storage, page=replace(PAGE, key="tin/ba"))
    approved(storage, page=NEW)
    found = storage.read_sync(find_page, PAGE_ID)
    assert found is not None
    assert found.page.key == "tin/ba"
    assert len(storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=20)).comments) == 5
    assert storage.read_sync(recount, Recount()).was_right
    assert proved(storage)


def test_a_key_that_is_taken_is_refused(storage: Storage) -> None:
    """A page cannot take the key of another that has been written on; nothing changes."""
    post(storage)
    post(storage, page=OTHER_PAGE)
    with pytest.raises(Conflict, match="page_exists"):
        rename(storage, PAGE_ID, OTHER_PAGE.key)
    with pytest.raises(NotFound, match="unknown_page"):
        rename(storage, NEW_ID, "x")


def test_what_a_page_says_changes_only_so(storage: Storage) -> None:
    """Address, title and section change by this deed, never by an older reference; the ranking follows the section."""
    vote(storage, "r:one", 5, PAGE)
    changes = {"url": "https://bao.example/moi", "title": "Chợ mới", "section": "kinh-te"}
    old = approved(storage)
    storage.write_sync(update_page, PageDeed(page_id=PAGE_ID, actor=MAI, changes=changes))
    vote(storage, "r:two", 5, PAGE)
    found = storage.read_sync(find_page, PAGE_ID)
    assert found is not None
    assert found.page == Page(key=PAGE.key, url=changes["url"], title=changes["title"], section=changes["section"])
    new = approved(storage)
    recent = storage.read_sync(recent_comments, RecentQuery(section="kinh-te"))
    assert [comment.id for comment in recent] == [new, old]
    assert ranked(storage, "kinh-te") == [PAGE.key]
    assert proved(storage)


def test_a_withdrawn_page_vanishes_with_all_it_carries(storage: Storage) -> None:
    """Permalink, search and ranking know nothing of it, nobody writes on it; restored, everything is back."""
    states = PageStates(storage)
    comment_id = approved(storage, body="phà đêm")
    vote(storage, "r:one", 5)
    asked = Search(phrases=parse_query("phà"), size=5, public_only=True)

    storage.write_sync(withdraw_page, PageDeed(page_id=PAGE_ID, actor=MAI, why="tòa yêu cầu"))
    with pytest.raises(NotFound, match="page_withdrawn"):
        states.shown(PAGE_ID)
    with pytest.raises(NotFound, match="unknown_comment"):
        storage.read_sync(find_place, comment_id)
    assert storage.read_sync(search, asked).ids == ()
    assert ranked(storage) == []
    with pytest.raises(NotFound, match="page_withdrawn"):
        storage.write_sync(submit_comment, submission())
    with pytest.raises(NotFound, match="page_withdrawn"):
        vote(storage, "r:two", 4)

    storage.write_sync(restore_page, PageDeed(page_id=PAGE_ID, actor=MAI))
    assert states.shown(PAGE_ID) == PAGE_ID
    assert storage.read_sync(find_place, comment_id).page_id == PAGE_ID
    assert storage.read_sync(search, asked).ids == (comment_id,)
    assert ranked(storage) == [PAGE.key]
    entries = storage.read_sync(read_entries, EntriesQuery(size=9, subject=("page", str(PAGE_ID))))
    assert [entry.action for entry in entries] == ["page.restored", "page.withdrawn"]


def test_each_deed_can_be_undone_once_and_in_time(storage: Storage, clock: FakeClock) -> None:
    """An undo tells the page as before; not twice, not after something else was done, not after ten minutes."""
    post(storage)
    renamed = rename(storage, PAGE_ID, NEW.key, title="Khác")
    assert renamed.undo_id is not None
    undo = UndoPage(undo_id=renamed.undo_id, actor=HA)
    back = storage.write_sync(undo_page, undo)
    assert (back.key, back.title) == (PAGE.key, PAGE.title)
    with pytest.raises(Conflict, match="already_undone"):
        storage.write_sync(undo_page, undo)
    post(storage, page=NEW)

    withdrawn = storage.write_sync(withdraw_page, PageDeed(page_id=PAGE_ID, actor=MAI))
    updated = storage.write_sync(update_page, PageDeed(page_id=PAGE_ID, actor=MAI, changes={"title": "Mới"}))
    assert withdrawn.undo_id is not None
    assert updated.undo_id is not None
    with pytest.raises(Conflict, match="stale_page"):
        storage.write_sync(undo_page, UndoPage(undo_id=withdrawn.undo_id, actor=HA))
    clock.advance(timedelta(minutes=11).total_seconds())
    with pytest.raises(Conflict, match="undo_expired"):
        storage.write_sync(undo_page, UndoPage(undo_id=updated.undo_id, actor=HA))
