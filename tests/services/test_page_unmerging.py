"""A merge of two pages is undone, on both databases."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from comment_factory import HA, MAI, OTHER_PAGE, PAGE, approved, post
from engagement_widgets.comments.emergencies import HoldAll, Scope, hold_all, list_emergencies
from engagement_widgets.comments.pins import Pin, pin
from engagement_widgets.comments.service import (
    ListQuery,
    Recount,
    count_approved,
    list_comments,
    queue_item,
    recount,
)
from engagement_widgets.desk.page_deeds import PageDeed, UndoPage, rename_page, undo_page, update_page, withdraw_page
from engagement_widgets.desk.page_merging import MergePages, forget_merges, merge_pages
from engagement_widgets.errors import Conflict, Refused
from engagement_widgets.events import PageChanged
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.states import PageStates
from engagement_widgets.pages.tables import merge_rows
from engagement_widgets.ratings.decisions import leave_out, reset
from engagement_widgets.ratings.state import find_state
from engagement_widgets.ratings.tables import merged_votes, votes
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from rating_factory import counts, decide, proved, take_back, vote

PAGE_ID = page_id("test", PAGE.key)
OTHER_ID = page_id("test", OTHER_PAGE.key)
BOTH = (PAGE_ID, OTHER_ID)


def merge(storage: Storage, identity: UUID = PAGE_ID, into: UUID = OTHER_ID) -> UUID:
    """Merge a page into another; the undo of it."""
    undo_id = storage.write_sync(merge_pages, MergePages(page_id=identity, into=into, actor=MAI)).undo_id
    assert undo_id is not None
    return undo_id


def unmerge(storage: Storage, undo_id: UUID, actor: DeskUser = HA) -> None:
    """Take a merge back."""
    storage.write_sync(undo_page, UndoPage(undo_id=undo_id, actor=actor))


def exact(storage: Storage) -> bool:
    """Whether every figure is what its rows say."""
    return storage.read_sync(recount, Recount()).was_right and proved(storage)


def pin_one(storage: Storage, comment: UUID) -> None:
    """Pin a comment."""
    version = storage.read_sync(queue_item, comment).version
    storage.write_sync(pin, Pin(comment_id=comment, version=version, actor=MAI))


def _votes(tx: Tx, command: None) -> list[dict[str, Any]]:
    del command
    found = tx.execute(select(votes).order_by(votes.c.page_id, votes.c.voter)).mappings()
    return [dict(row) for row in found]


def _remembered(tx: Tx, command: None) -> int:
    del command
    return sum(tx.execute(select(func.count()).select_from(table)).scalar_one() for table in (merge_rows, merged_votes))


def _changed(tx: Tx, command: None) -> set[str]:
    del command
    rows = tx.execute(select(outbox.c.payload).where(outbox.c.kind == PageChanged.__name__)).scalars()
    return {row["page_id"] for row in rows}


def seen(storage: Storage) -> dict[str, Any]:
    """What both pages show and keep: lists with their order, counts, votes, figures and what editors decided."""
    states = PageStates(storage)
    found: dict[str, Any] = {"votes": storage.read_sync(_votes, None)}
    for page in BOTH:
        listed = storage.read_sync(list_comments, ListQuery(page_id=page, size=20))
        state = storage.read_sync(find_state, page)
        rated = {} if state is None else asdict(state)
        rated.pop("version", None)  # of decisions: it only grows
        found[str(page)] = (listed, storage.read_sync(count_approved, page), rated, states.shown(page))
    found["holds"] = sorted(hold.target for hold in storage.read_sync(list_emergencies, None))
    return found


def test_everything_is_as_it_was(storage: Storage, clock: FakeClock) -> None:
    """Lists, pins, aliases, holds, votes left out, reset or doubled, figures and watches of both pages."""
    vote(storage, "r:reset", 1, PAGE)
    decide(storage, reset)
    clock.advance(60)
    vote(storage, "r:left", 1, PAGE)
    decide(storage, leave_out)
    for voter, score in (("r:older", 1), ("r:newer", 2), ("r:here", 4)):
        vote(storage, voter, score, PAGE)
    vote(storage, "r:beaten", 5, OTHER_PAGE)
    clock.advance(timedelta(days=40).total_seconds())
    vote(storage, "r:newer", 3, OTHER_PAGE)
    vote(storage, "r:older", 4, OTHER_PAGE)
    vote(storage, "r:there", 5, OTHER_PAGE)
    vote(storage, "r:beaten", 1, PAGE)
    roots = [approved(storage) for _ in range(4)]
    approved(storage, parent=roots[0])
    waiting = post(storage).comment_id
    there = [approved(storage, page=OTHER_PAGE) for _ in range(3)]
    for comment in (*roots[:3], *there[:2]):
        pin_one(storage, comment)
    until = clock.now() + timedelta(hours=1)
    hold = HoldAll(scope=Scope.PAGE, target=str(PAGE_ID), until=until, reason="", banner="", actor=MAI)
    storage.write_sync(hold_all, hold)
    storage.write_sync(rename_page, PageDeed(page_id=PAGE_ID, actor=MAI, changes={"key": "tin/hai"}))
    before = seen(storage)
    clock.advance(1)
    undo_id = merge(storage)
    assert seen(storage) != before
    assert PageStates(storage).shown(page_id("test", "tin/hai")) == OTHER_ID
    clock.advance(60)
    unmerge(storage, undo_id)
    assert seen(storage) == before
    assert storage.read_sync(queue_item, waiting).page_id == PAGE_ID
    assert PageStates(storage).shown(page_id("test", "tin/hai")) == PAGE_ID
    assert storage.read_sync(_remembered, None) == 0
    assert {str(page) for page in BOTH} <= storage.read_sync(_changed, None)
    assert storage.read_sync(read_entries, EntriesQuery(size=1))[0].action == "page.unmerged"
    assert exact(storage)
    with pytest.raises(Conflict, match="already_undone"):
        unmerge(storage, undo_id)


def test_what_was_written_meanwhile_finds_its_place(storage: Storage, clock: FakeClock) -> None:
    """Replies go along with their thread, other comments stay; a vote given anew keeps the dropped one away."""
    root = approved(storage)
    approved(storage, page=OTHER_PAGE)
    for voter in ("r:doubled", "r:anew", "r:gone"):
        vote(storage, voter, 1, PAGE)
    vote(storage, "r:moved", 2, PAGE)
    vote(storage, "r:again", 2, PAGE)
    clock.advance(1)
    for voter in ("r:doubled", "r:anew", "r:gone"):
        vote(storage, voter, 5, OTHER_PAGE)
    clock.advance(1)
    undo_id = merge(storage)
    clock.advance(1)
    reply = approved(storage, page=OTHER_PAGE, parent=root)
    later = approved(storage, page=PAGE)
    vote(storage, "r:new", 3, PAGE)
    vote(storage, "r:anew", 4, OTHER_PAGE)
    vote(storage, "r:moved", 3, OTHER_PAGE)
    take_back(storage, "r:gone", OTHER_ID)
    take_back(storage, "r:again", OTHER_ID)
    vote(storage, "r:again", 4, OTHER_PAGE)
    unmerge(storage, undo_id)
    homes = {comment: storage.read_sync(queue_item, comment).page_id for comment in (root, reply, later)}
    assert homes == {root: PAGE_ID, reply: PAGE_ID, later: OTHER_ID}
    assert [storage.read_sync(count_approved, page) for page in BOTH] == [2, 2]
    assert counts(storage, PAGE_ID) == (1, 0, 1, 0, 0)  # doubled, moved
    assert counts(storage, OTHER_ID) == (0, 0, 1, 2, 1)  # new; anew and again; doubled
    assert exact(storage)


def test_a_page_that_nobody_had_rated_has_no_ratings_again(storage: Storage) -> None:
    """Of two pages only the one that goes has votes; the undo leaves the other without a row of figures."""
    vote(storage, "r:here", 4, PAGE)
    post(storage, page=OTHER_PAGE)
    unmerge(storage, merge(storage))
    assert storage.read_sync(find_state, OTHER_ID) is None
    assert counts(storage, PAGE_ID) == (0, 0, 0, 1, 0)
    assert exact(storage)


def test_what_has_changed_since_is_not_undone(storage: Storage) -> None:
    """Renamed, withdrawn, or votes of both left out: the answer is a refusal, and nothing is half undone."""
    vote(storage, "r:here", 4, PAGE)
    post(storage, page=OTHER_PAGE)
    undo_id = merge(storage)
    told = storage.write_sync(update_page, PageDeed(page_id=OTHER_ID, actor=MAI, changes={"title": "Khác"}))
    with pytest.raises(Conflict, match="stale_page"):
        unmerge(storage, undo_id)
    assert told.undo_id is not None
    unmerge(storage, told.undo_id)
    withdrawn = storage.write_sync(withdraw_page, PageDeed(page_id=OTHER_ID, actor=MAI))
    with pytest.raises(Conflict, match="stale_page"):
        unmerge(storage, undo_id)
    assert withdrawn.undo_id is not None
    unmerge(storage, withdrawn.undo_id)
    decide(storage, leave_out, identity=OTHER_ID)
    with pytest.raises(Conflict, match="stale_page"):
        unmerge(storage, undo_id)
    assert PageStates(storage).shown(PAGE_ID) == OTHER_ID
    assert exact(storage)


def test_merges_are_undone_the_last_first(storage: Storage) -> None:
    """A page that was merged on comes back after what it was merged into."""
    third = OTHER_PAGE.__class__(key="tin/ba", url="https://bao.example/tin/ba", title="Ba")
    for page in (PAGE, OTHER_PAGE, third):
        approved(storage, page=page)
        vote(storage, "r:all", 3, page)
    first = merge(storage)
    second = merge(storage, OTHER_ID, page_id("test", third.key))
    with pytest.raises(Conflict, match="stale_page"):
        unmerge(storage, first)
    unmerge(storage, second)
    unmerge(storage, first)
    assert [storage.read_sync(count_approved, page) for page in BOTH] == [1, 1]
    assert [counts(storage, page) for page in BOTH] == [(0, 0, 1, 0, 0)] * 2
    assert exact(storage)


def test_who_may_not_merge_may_not_undo_it(storage: Storage) -> None:
    """Moderators, and editors of another section."""
    post(storage)
    post(storage, page=OTHER_PAGE)
    undo_id = merge(storage)
    with pytest.raises(Refused, match="role_required"):
        unmerge(storage, undo_id, DeskUser(id="m", name="Minh", role=Role.MODERATOR))
    limited = DeskUser(id="e", name="Mai", role=Role.EDITOR, sections=frozenset({"khác"}))
    with pytest.raises(Refused, match="section_required"):
        unmerge(storage, undo_id, limited)


def test_a_merge_is_forgotten_after_its_window(storage: Storage, clock: FakeClock) -> None:
    """What it was remembered by is deleted, not before; its undo is too late."""
    approved(storage)
    vote(storage, "r:here", 4, PAGE)
    post(storage, page=OTHER_PAGE)
    undo_id = merge(storage)
    storage.write_sync(forget_merges, None)
    assert storage.read_sync(_remembered, None) == 2
    clock.advance(timedelta(minutes=10).total_seconds())
    assert not storage.write_sync(forget_merges, None)
    assert storage.read_sync(_remembered, None) == 0
    with pytest.raises(Conflict, match="undo_expired"):
        unmerge(storage, undo_id)
