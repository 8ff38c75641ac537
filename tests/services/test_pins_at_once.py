"""Moderators who pin at the same moment never pin more than a page may have, on both databases."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from uuid import UUID

from comment_factory import LAN, MAI, PAGE, approved
from engagement_widgets.comments.pinned import MOST_PINNED
from engagement_widgets.comments.service import (
    Decided,
    ListQuery,
    Pin,
    Recount,
    UndoDecision,
    list_comments,
    pin,
    queue_item,
    recount,
    undo_decision,
    unpin,
)
from engagement_widgets.errors import Conflict
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage

ROUNDS = 4


def deed(storage: Storage, unit: Callable[..., Decided], comment_id: UUID) -> Decided:
    """Pin or unpin one at the version it has, by one moderator or the other."""
    version = storage.read_sync(queue_item, comment_id).version
    command = Pin(comment_id=comment_id, version=version, actor=(MAI, LAN)[comment_id.int % 2])
    return storage.write_sync(unit, command)


def at_once(deeds: Sequence[Callable[[], Decided]]) -> list[Decided]:
    """Do all of these in the same moment; what came of those that were not one too many."""
    start = Barrier(len(deeds))
    refused: list[Conflict] = []

    def one(deed: Callable[[], Decided]) -> Decided | None:
        start.wait()
        try:
            return deed()
        except Conflict as conflict:
            refused.append(conflict)
            return None

    with ThreadPoolExecutor(len(deeds)) as pool:
        done = [each for each in pool.map(one, deeds) if each is not None]
    assert {(each.code, each.params["maximum"]) for each in refused} == {("too_many_pinned", MOST_PINNED)}
    return done


def pinned(storage: Storage) -> set[UUID]:
    """What the public sees pinned; every figure is exact meanwhile."""
    assert storage.read_sync(recount, Recount()).was_right
    found = storage.read_sync(list_comments, ListQuery(page_id=page_id("test", PAGE.key), size=50))
    return {view.id for view in found.comments if view.pinned}


def test_as_many_as_there_is_room_for(storage: Storage) -> None:
    """Six pin six comments: three are pinned, the others are told that the page is full."""
    ids = [approved(storage) for _ in range(2 * MOST_PINNED)]
    for _ in range(ROUNDS):
        done = at_once([partial(deed, storage, pin, one) for one in ids])
        assert len(done) == MOST_PINNED
        assert pinned(storage) == {each.comment_id for each in done}
        for each in done:
            deed(storage, unpin, each.comment_id)


def test_an_undo_and_a_pin_share_the_last_place(storage: Storage) -> None:
    """While an unpinned one is brought back by its undo another is pinned: one of the two has the place."""
    *kept, first, second = (approved(storage) for _ in range(MOST_PINNED + 1))
    for one in kept:
        deed(storage, pin, one)
    for _ in range(ROUNDS):
        deed(storage, pin, first)
        undo_id = deed(storage, unpin, first).undo_id
        assert undo_id is not None
        undo = partial(storage.write_sync, undo_decision, UndoDecision(undo_id=undo_id, actor=LAN))
        (done,) = at_once([undo, partial(deed, storage, pin, second)])
        assert pinned(storage) == {*kept, done.comment_id}
        deed(storage, unpin, done.comment_id)
