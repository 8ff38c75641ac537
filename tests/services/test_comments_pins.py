"""Pinned comments: first on the first page of every order, three at the most, and as reversible as every decision."""

from uuid import UUID, uuid4

import pytest

from comment_factory import LAN, MAI, OTHER_PAGE, PAGE, approved, move, post
from engagement_widgets.comments.pinned import MOST_PINNED
from engagement_widgets.comments.recount import Recount, recount
from engagement_widgets.comments.service import (
    Decided,
    ListQuery,
    Pin,
    Sort,
    Status,
    UndoDecision,
    find_place,
    list_comments,
    pin,
    queue_item,
    undo_decision,
    unpin,
)
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

PAGE_ID = page_id("test", PAGE.key)


def pinned(storage: Storage, comment_id: UUID) -> Decided:
    """Pin one, whatever its version."""
    version = storage.read_sync(queue_item, comment_id).version
    return storage.write_sync(pin, Pin(comment_id=comment_id, version=version, actor=MAI))


def undo(storage: Storage, decided: Decided) -> Decided:
    """Take it back."""
    assert decided.undo_id is not None
    return storage.write_sync(undo_decision, UndoDecision(undo_id=decided.undo_id, actor=MAI))


def listed(storage: Storage, sort: Sort = Sort.NEWEST, size: int = 20) -> list[tuple[UUID, bool]]:
    """The first page: which comments, and whether they are pinned."""
    found = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=size, sort=sort))
    return [(view.id, view.pinned) for view in found.comments]


def refused(storage: Storage, comment_id: UUID) -> Conflict:
    """Why it cannot be pinned."""
    with pytest.raises(Conflict) as error:
        pinned(storage, comment_id)
    return error.value


@pytest.mark.parametrize("sort", list(Sort))
def test_a_pinned_comment_stands_first_and_once(storage: Storage, clock: FakeClock, sort: Sort) -> None:
    """In front of the first page, whose size it does not take from, with its replies; on no other page."""
    ids = []
    for _ in range(5):
        ids.append(approved(storage))
        clock.advance(1)
    reply = approved(storage, parent=ids[2])
    pinned(storage, ids[2])
    clock.advance(1)
    pinned(storage, ids[0])

    others = [ids[1], ids[3], ids[4]] if sort is Sort.OLDEST else [ids[4], ids[3], ids[1]]
    first = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=2, sort=sort))
    assert [(view.id, view.pinned) for view in first.comments] == [
        (ids[0], True),
        (ids[2], True),
        *((one, False) for one in others[:2]),
    ]
    assert [view.id for view in first.comments[1].replies] == [reply]
    query = ListQuery(page_id=PAGE_ID, size=2, sort=sort, position=first.next)
    second = storage.read_sync(list_comments, query)
    assert [view.id for view in second.comments] == others[2:]
    back = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=2, sort=sort, position=second.previous))
    assert back.comments == first.comments
    assert (storage.read_sync(find_place, ids[2]).position, storage.read_sync(find_place, reply).position) == (
        None,
    ) * 2


def test_three_are_the_most_of_a_page(storage: Storage) -> None:
    """A fourth is refused with the figure; unpinning makes room; another page has room of its own."""
    ids = [approved(storage) for _ in range(MOST_PINNED + 1)]
    for one in ids[:-1]:
        pinned(storage, one)
    error = refused(storage, ids[-1])
    assert (error.code, error.params) == ("too_many_pinned", {"maximum": MOST_PINNED})
    pinned(storage, approved(storage, page=OTHER_PAGE))
    version = storage.read_sync(queue_item, ids[0]).version
    storage.write_sync(unpin, Pin(comment_id=ids[0], version=version, actor=MAI))
    pinned(storage, ids[-1])
    assert [is_pinned for _, is_pinned in listed(storage)] == [True] * MOST_PINNED + [False]


def test_only_a_shown_root_can_be_pinned(storage: Storage) -> None:
    """A reply and a waiting comment are refused; what is done already changes nothing."""
    root = approved(storage)
    for one in (approved(storage, parent=root), post(storage).comment_id):
        assert refused(storage, one).code == "not_pinnable"
    nothing = storage.write_sync(unpin, Pin(comment_id=root, version=2, actor=MAI))
    assert (nothing.version, nothing.pinned, nothing.undo_id) == (2, False, None)
    pinned(storage, root)
    again = pinned(storage, root)
    assert (again.version, again.pinned, again.undo_id) == (3, True, None)
    with pytest.raises(NotFound, match="unknown_comment"):
        storage.write_sync(pin, Pin(comment_id=uuid4(), version=1, actor=MAI))


def test_a_stale_pin_changes_nothing(storage: Storage) -> None:
    """Two moderators: the second, who saw another version, is refused; a pin is a version of its own."""
    root = approved(storage)
    seen = storage.read_sync(queue_item, root).version
    done = storage.write_sync(pin, Pin(comment_id=root, version=seen, actor=MAI))
    assert done.version == seen + 1
    with pytest.raises(Conflict, match="stale_version"):
        storage.write_sync(unpin, Pin(comment_id=root, version=seen, actor=LAN))
    assert listed(storage) == [(root, True)]


def test_every_pin_is_journalled_announced_and_can_be_undone(storage: Storage) -> None:
    """Pin, undo, pin, unpin, undo: the page is told each time, and the journal says who did what."""
    told: list[frozenset[str]] = []
    root = approved(storage)
    storage.on_change(told.append)
    assert not undo(storage, pinned(storage, root)).pinned
    assert listed(storage) == [(root, False)]
    again = pinned(storage, root)
    released = storage.write_sync(unpin, Pin(comment_id=root, version=again.version, actor=LAN))
    assert undo(storage, released).pinned
    assert told == [frozenset({str(PAGE_ID)})] * 5
    entries = storage.read_sync(read_entries, EntriesQuery(size=5))
    assert [(entry.action, entry.actor_name) for entry in entries] == [
        ("comment.undone", "Mai"),
        ("comment.unpinned", "Lan"),
        ("comment.pinned", "Mai"),
        ("comment.undone", "Mai"),
        ("comment.pinned", "Mai"),
    ]
    approved_row, pinned_row = {"status": "approved"}, {"status": "approved", "pinned": True}
    assert (entries[1].before, entries[1].after) == (pinned_row, approved_row)
    with pytest.raises(Conflict, match="already_undone"):
        undo(storage, released)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.APPROVED])
def test_what_leaves_approved_is_pinned_no_more(storage: Storage, status: Status) -> None:
    """It is gone from the front, and its place is free; undone, it is back there; approved anew, it is one of many."""
    root, other = approved(storage), approved(storage)
    approved(storage, parent=root)
    pinned(storage, root)
    hidden = move(storage, root, status)
    found = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=5))
    assert [(view.id, view.gone, view.pinned) for view in found.comments] == [
        (other, False, False),
        (root, True, False),
    ]
    assert undo(storage, hidden).pinned
    assert listed(storage) == [(root, True), (other, False)]
    move(storage, root, status)
    move(storage, root, Status.APPROVED)
    assert [is_pinned for _, is_pinned in listed(storage)] == [False, False]
    assert storage.read_sync(recount, Recount()).was_right


def test_an_undo_never_pins_a_fourth(storage: Storage) -> None:
    """A hidden one comes back unpinned where others took its place; an unpinned one is told that there is no room."""
    ids = [approved(storage) for _ in range(MOST_PINNED + 2)]
    for one in ids[:MOST_PINNED]:
        pinned(storage, one)
    hidden = move(storage, ids[0], Status.SPAM)
    pinned(storage, ids[3])
    back = undo(storage, hidden)
    assert (back.status, back.pinned) == (Status.APPROVED, False)

    version = storage.read_sync(queue_item, ids[1]).version
    released = storage.write_sync(unpin, Pin(comment_id=ids[1], version=version, actor=MAI))
    pinned(storage, ids[4])
    with pytest.raises(Conflict, match="too_many_pinned"):
        undo(storage, released)
    assert sum(is_pinned for _, is_pinned in listed(storage)) == MOST_PINNED
