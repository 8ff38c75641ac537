"""Pages stay right while comments arrive, go and come back between two of them."""

from collections.abc import Callable
from itertools import count
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comment_factory import MAI, move, post
from engagement_widgets.comments.pins import Pin, pin, unpin
from engagement_widgets.comments.service import (
    ListQuery,
    Sort,
    Status,
    ThreadQuery,
    list_comments,
    queue_item,
    read_thread,
)
from engagement_widgets.comments.views import CommentList, Position
from engagement_widgets.hooks import Moderation, Page
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

_pages = count(1)
# What happens after each page that is read: a kind of change, and which comment it falls on.
CHANGES = st.lists(st.tuples(st.sampled_from(["post", "hide", "restore", "wait"]), st.integers(0, 100)), max_size=12)
Walk = Callable[[Storage, UUID, UUID, Position | None], CommentList]


def _roots(sort: Sort, size: int) -> Walk:
    def read(storage: Storage, page: UUID, root: UUID, position: Position | None) -> CommentList:
        del root
        return storage.read_sync(list_comments, ListQuery(page_id=page, size=size, sort=sort, position=position))

    return read


def _thread(size: int) -> Walk:
    def read(storage: Storage, page: UUID, root: UUID, position: Position | None) -> CommentList:
        query = ThreadQuery(page_id=page, root_id=root, position=position, size=size)
        return storage.read_sync(read_thread, query)

    return read


WALKS = st.one_of(
    st.builds(_roots, st.sampled_from(list(Sort)), st.integers(1, 4)),
    st.builds(_thread, st.integers(1, 4)),
)


class Discussion:
    """A page with ten comments, all roots or all in one thread, and what became of each."""

    def __init__(self, storage: Storage, clock: FakeClock, *, in_thread: bool, depths: list[int]) -> None:
        self.storage, self.clock = storage, clock
        self.page = Page(key=f"tin/{next(_pages)}", url="/", title="")
        self.id = page_id("test", self.page.key)
        self.root = self._post(None)
        self.in_thread = in_thread
        self.ids: list[UUID] = []
        self.stood: set[UUID] = set()  # public all the time since the walk began
        for number in depths:
            self.post(number)
        self.stood = set(self.ids)

    def post(self, number: int) -> None:
        """One more, under any of the others where it is a thread."""
        parents = [self.root, *self.ids[-3:]]
        self.ids.append(self._post(parents[number % len(parents)] if self.in_thread else None))

    def change(self, kind: str, number: int) -> None:
        """What others do meanwhile."""
        one = self.ids[number % len(self.ids)]
        if kind == "post":
            if not self.in_thread or self.ids[-1] in self.stood:
                self.post(0)
        elif kind == "wait":
            self.clock.advance(1)
        elif kind == "hide":
            move(self.storage, one, Status.REJECTED)
            self.stood.discard(one)
        else:
            move(self.storage, one, Status.APPROVED)

    def _post(self, parent: UUID | None) -> UUID:
        return post(self.storage, page=self.page, parent=parent, moderation=Moderation.POST).comment_id


def shown(part: CommentList, root: UUID) -> list[UUID]:
    """What a page shows: its roots, or the replies of its one root."""
    views = part.comments[0].replies if part.thread else part.comments
    return [view.id for view in views if view.id != root and not view.gone]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    walk=WALKS,
    depths=st.lists(st.integers(0, 3), min_size=6, max_size=10),
    changes=CHANGES,
    back=st.booleans(),
)
def test_nothing_is_doubled_and_nothing_that_stood_is_lost(
    storage: Storage,
    clock: FakeClock,
    walk: Walk,
    depths: list[int],
    changes: list[tuple[str, int]],
    back: bool,  # noqa: FBT001  (drawn)
) -> None:
    """Whatever is approved, hidden and restored between two pages, forwards to the end or backwards from there."""
    is_thread = walk.__qualname__.startswith("_thread")
    discussion = Discussion(storage, clock, in_thread=is_thread, depths=depths)
    position: Position | None = None
    if back:  # go to the last page first
        while (part := walk(storage, discussion.id, discussion.root, position)).next is not None:
            position = part.next
    seen: list[UUID] = []
    todo = list(changes)
    while True:
        part = walk(storage, discussion.id, discussion.root, position)
        seen += shown(part, discussion.root)
        position = part.previous if back else part.next
        if position is None:
            break
        for _ in range(2):
            if todo:
                discussion.change(*todo.pop())
    assert len(seen) == len(set(seen))
    assert discussion.stood <= set(seen)


def test_what_is_pinned_meanwhile_is_met_at_the_beginning(storage: Storage, clock: FakeClock) -> None:
    """A pin moves a comment, so a walk already past the first page misses it once; the next reader meets it first."""
    discussion = Discussion(storage, clock, in_thread=False, depths=[0] * 6)
    read = _roots(Sort.OLDEST, 2)
    first = read(storage, discussion.id, discussion.root, None)
    last = discussion.ids[-1]
    version = storage.read_sync(queue_item, last).version
    pinned = storage.write_sync(pin, Pin(comment_id=last, version=version, actor=MAI))
    seen = [view.id for view in first.comments]
    position = first.next
    while position is not None:
        part = read(storage, discussion.id, discussion.root, position)
        seen += [view.id for view in part.comments]
        position = part.next
    assert seen == [discussion.root, *discussion.ids[:-1]]
    assert read(storage, discussion.id, discussion.root, None).comments[0].id == last
    storage.write_sync(unpin, Pin(comment_id=last, version=pinned.version, actor=MAI))
    assert read(storage, discussion.id, discussion.root, None).comments[0].id == discussion.root
