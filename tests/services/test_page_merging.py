"""Two pages become one, on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from comment_factory import HA, MAI, OTHER_PAGE, PAGE, approved, move, post
from engagement_widgets.comments.emergencies import HoldAll, Scope, hold_all, list_emergencies
from engagement_widgets.comments.pins import Pin, pin
from engagement_widgets.comments.recent import RecentQuery, recent_comments
from engagement_widgets.comments.search.finding import Search, search
from engagement_widgets.comments.search.words import parse_query
from engagement_widgets.comments.service import (
    ListQuery,
    Recount,
    Status,
    UndoDecision,
    count_approved,
    list_comments,
    queue_item,
    recount,
    undo_decision,
)
from engagement_widgets.desk.page_deeds import PageDeed, UndoPage, rename_page, undo_page, withdraw_page
from engagement_widgets.desk.page_merging import MergePages, merge_pages
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.states import PageStates
from engagement_widgets.ratings.decisions import leave_out, reset
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from rating_factory import counts, decide, proved, take_back, undo, vote

PAGE_ID = page_id("test", PAGE.key)
OTHER_ID = page_id("test", OTHER_PAGE.key)


def merge(storage: Storage, identity: UUID = PAGE_ID, into: UUID = OTHER_ID) -> None:
    """Merge a page into another."""
    storage.write_sync(merge_pages, MergePages(page_id=identity, into=into, actor=MAI))


def exact(storage: Storage) -> bool:
    """Whether every figure is what its rows say."""
    return storage.read_sync(recount, Recount()).was_right and proved(storage)


def pinned_of(storage: Storage, comments: Sequence[UUID]) -> list[UUID]:
    """Which of these are pinned."""
    return [comment for comment in comments if storage.read_sync(queue_item, comment).pinned]


def pin_one(storage: Storage, comment: UUID) -> UUID | None:
    """Pin a comment; the undo of it."""
    version = storage.read_sync(queue_item, comment).version
    return storage.write_sync(pin, Pin(comment_id=comment, version=version, actor=MAI)).undo_id


def test_comments_move_with_their_threads(storage: Storage) -> None:
    """Whatever their status, found under the other page, in its section and by the search; every figure is exact."""
    root = approved(storage, body="phà đêm")
    reply = approved(storage, parent=root)
    waiting = post(storage).comment_id
    there = approved(storage, page=OTHER_PAGE)
    merge(storage)
    assert storage.read_sync(count_approved, OTHER_ID) == 3
    assert storage.read_sync(count_approved, PAGE_ID) == 0
    assert storage.read_sync(queue_item, waiting).page_id == OTHER_ID
    listed = storage.read_sync(list_comments, ListQuery(page_id=OTHER_ID, size=20)).comments
    assert {comment.id for comment in listed} == {root, there}
    move(storage, waiting, Status.APPROVED)
    move(storage, reply, Status.SPAM)
    later = approved(storage, page=PAGE)  # by a reference from before
    ids = [comment.id for comment in storage.read_sync(recent_comments, RecentQuery(section=OTHER_PAGE.section))]
    assert ids == [later, there, waiting, root]
    assert storage.read_sync(recent_comments, RecentQuery(section=PAGE.section)) == ()
    asked = Search(phrases=parse_query("pha"), size=5, public_only=True, page_id=OTHER_ID)
    assert storage.read_sync(search, asked).ids == (root,)
    assert exact(storage)


def test_both_names_and_every_alias_lead_there(storage: Storage) -> None:
    """What had been renamed before follows, whatever is merged into what next; the journal tells of each."""
    states = PageStates(storage)
    post(storage)
    post(storage, page=OTHER_PAGE)
    storage.write_sync(rename_page, PageDeed(page_id=PAGE_ID, actor=MAI, changes={"key": "tin/hai"}))
    merge(storage)
    merge(storage)  # nothing more to do
    third = replace(OTHER_PAGE, key="tin/ba")
    post(storage, page=third)
    merge(storage, PAGE_ID, page_id("test", "tin/ba"))
    names = (PAGE.key, "tin/hai", OTHER_PAGE.key, "tin/ba")
    assert {states.shown(page_id("test", key)) for key in names} == {page_id("test", "tin/ba")}
    actions = [entry.action for entry in storage.read_sync(read_entries, EntriesQuery(size=9))]
    assert actions == ["page.merged", "page.merged", "page.renamed"]
    assert exact(storage)


def test_a_reader_keeps_one_vote_the_newest(storage: Storage, clock: FakeClock) -> None:
    """Each vote counts as it did where it was given; figures, tallies and the site's counts are exact."""
    vote(storage, "r:older-there", 1, OTHER_PAGE)
    vote(storage, "r:newer-there", 1, PAGE)
    vote(storage, "r:here", 4, PAGE)
    clock.advance(timedelta(days=40).total_seconds())
    vote(storage, "r:older-there", 5, PAGE)
    vote(storage, "r:newer-there", 2, OTHER_PAGE)
    merge(storage)
    assert counts(storage, OTHER_ID) == (0, 1, 0, 1, 1)
    assert exact(storage)
    vote(storage, "r:here", 3, PAGE)
    take_back(storage, "r:older-there", PAGE_ID)
    assert counts(storage, OTHER_ID) == (0, 1, 1, 0, 0)
    assert exact(storage)


def test_what_editors_left_out_stays_out(storage: Storage, clock: FakeClock) -> None:
    """Votes left out move as such; those of a reset are gone until given anew; older undos change nothing."""
    vote(storage, "r:reset", 1, PAGE)
    decide(storage, reset)
    clock.advance(1)
    vote(storage, "r:there", 3, OTHER_PAGE)
    vote(storage, "r:left", 1, PAGE)
    left = decide(storage, leave_out)
    vote(storage, "r:counted", 5, PAGE)
    merge(storage)
    assert counts(storage, OTHER_ID) == (0, 0, 1, 0, 1)
    with pytest.raises(Conflict, match="stale_version"):
        undo(storage, left)
    vote(storage, "r:left", 2, OTHER_PAGE)
    vote(storage, "r:reset", 2, PAGE)
    assert counts(storage, OTHER_ID) == (0, 1, 1, 0, 1)
    assert exact(storage)


def test_three_stay_pinned_at_most(storage: Storage) -> None:
    """Those of the page that stays, then the newest of the other; the pin of one that lost it is not undone."""
    here = [approved(storage) for _ in range(3)]
    there = [approved(storage, page=OTHER_PAGE) for _ in range(2)]
    undos = [pin_one(storage, comment) for comment in (*here, *there)]
    merge(storage)
    assert pinned_of(storage, [*here, *there]) == [here[2], *there]
    assert undos[0] is not None
    with pytest.raises(Conflict, match="stale_version"):
        storage.write_sync(undo_decision, UndoDecision(undo_id=undos[0], actor=MAI))
    assert exact(storage)


def test_a_hold_of_the_page_comes_along(storage: Storage, clock: FakeClock) -> None:
    """What was held because of the one page is held on the other."""
    post(storage)
    post(storage, page=OTHER_PAGE)
    until = clock.now() + timedelta(hours=1)
    held = HoldAll(scope=Scope.PAGE, target=str(PAGE_ID), until=until, reason="", banner="", actor=MAI)
    storage.write_sync(hold_all, held)
    merge(storage)
    assert [hold.target for hold in storage.read_sync(list_emergencies, None)] == [str(OTHER_ID)]


def test_what_cannot_be_merged_changes_nothing(storage: Storage) -> None:
    """A page nobody wrote on, and one that is withdrawn; an undo of what was done before is refused."""
    post(storage)
    with pytest.raises(NotFound, match="unknown_page"):
        merge(storage)
    post(storage, page=OTHER_PAGE)
    renamed = storage.write_sync(rename_page, PageDeed(page_id=PAGE_ID, actor=MAI, changes={"key": "tin/hai"}))
    withdrawn = storage.write_sync(withdraw_page, PageDeed(page_id=OTHER_ID, actor=MAI))
    for pair in ((PAGE_ID, OTHER_ID), (OTHER_ID, PAGE_ID)):
        with pytest.raises(NotFound, match="page_withdrawn"):
            merge(storage, *pair)
    assert withdrawn.undo_id is not None
    storage.write_sync(undo_page, UndoPage(undo_id=withdrawn.undo_id, actor=HA))
    merge(storage)
    assert renamed.undo_id is not None
    with pytest.raises(Conflict, match="stale_page"):
        storage.write_sync(undo_page, UndoPage(undo_id=renamed.undo_id, actor=HA))
