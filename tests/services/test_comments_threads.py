"""Replies under replies: where they stand, what stays of one that is gone, and what a long thread costs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from comment_factory import PAGE, approved, move, post, submission
from engagement_widgets.comments.listing import REPLIES_SHOWN
from engagement_widgets.comments.recount import Recount, recount
from engagement_widgets.comments.service import (
    ListQuery,
    Status,
    ThreadQuery,
    find_place,
    list_comments,
    read_thread,
    submit_comment,
)
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.threads import MOST_DEPTH, depth_of, path_of_reply, standing_above
from engagement_widgets.comments.views import CommentView, Position
from engagement_widgets.hooks import Moderation, Page
from engagement_widgets.pages.reference import page_id
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Storage, Tx
from statements import statements

PAGE_ID = page_id("test", PAGE.key)
LONG = 1000
_pages = count(1)


def replies(storage: Storage, root: UUID, *, page: UUID = PAGE_ID, size: int = 50) -> list[CommentView]:
    """Every reply of a thread, by following `next`."""
    found: list[CommentView] = []
    position: Position | None = None
    while True:
        part = storage.read_sync(read_thread, ThreadQuery(page_id=page, root_id=root, position=position, size=size))
        found += part.comments[0].replies
        if part.next is None:
            return found
        position = part.next


def told(views: Sequence[CommentView]) -> list[tuple[UUID, int, bool]]:
    """Which replies, how deep, and whether it is said whom they answer."""
    return [(view.id, view.depth, view.tells_answered) for view in views]


def test_replies_stand_oldest_first_under_what_they_answer(storage: Storage) -> None:
    """A later answer to an early reply comes before a later reply; the root's first ten are in the same order."""
    root = approved(storage)
    first = approved(storage, parent=root)
    second = approved(storage, parent=root)
    answer = approved(storage, parent=first)
    deeper = approved(storage, parent=answer)
    again = approved(storage, parent=first)
    expected = [(first, 1, False), (answer, 2, False), (deeper, 3, False), (again, 2, False), (second, 1, False)]
    assert told(replies(storage, root)) == expected
    (listed,) = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=5)).comments
    assert told(listed.replies) == expected


@pytest.mark.parametrize("depth", [1, 3, MOST_DEPTH])
def test_deeper_replies_stay_flat_and_say_whom_they_answer(storage: Storage, depth: int) -> None:
    """Down to the depth of the setting each stands under the one before; below that beside it, in the order of time."""
    root = approved(storage)
    chain = [root]
    for _ in range(depth + 2):
        chain.append(approved(storage, parent=chain[-1], reply_depth=depth))
    expected = [(one, min(level, depth), level > depth) for level, one in enumerate(chain[1:], start=1)]
    assert told(replies(storage, root)) == expected


def test_a_reply_on_another_page_than_its_parent_says_whom_it_answers(storage: Storage) -> None:
    """The reader who comes in there does not see what it stands under."""
    root = approved(storage)
    first = approved(storage, parent=root)
    answers = [approved(storage, parent=first) for _ in range(3)]
    assert told(replies(storage, root, size=2)) == [
        (first, 1, False),
        (answers[0], 2, False),
        (answers[1], 2, True),
        (answers[2], 2, True),
    ]


def test_a_reply_that_is_gone_keeps_its_place_while_replies_stand_under_it(storage: Storage) -> None:
    """A line without name and text, uncounted; when the last reply under it goes, it vanishes; back, it is whole."""
    root = approved(storage)
    middle = approved(storage, parent=root, name="Tên Riêng")
    deeper = approved(storage, parent=middle)
    deepest = approved(storage, parent=deeper)
    for one in (middle, deeper):
        move(storage, one, Status.REJECTED)

    shown = replies(storage, root)
    assert [(view.id, view.gone) for view in shown] == [(middle, True), (deeper, True), (deepest, False)]
    assert (shown[0].name, shown[0].body, shown[0].is_staff, shown[1].answers_id) == ("", "", False, None)
    found = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=5))
    assert (found.count, found.comments[0].more_replies) == (2, 0)

    move(storage, deepest, Status.SPAM)
    assert replies(storage, root) == []
    move(storage, deeper, Status.APPROVED)
    assert [(view.id, view.gone) for view in replies(storage, root)] == [(middle, True), (deeper, False)]
    assert storage.read_sync(recount, Recount()).was_right


def test_lines_of_what_is_gone_are_no_replies_to_come(storage: Storage) -> None:
    """What "Xem N trả lời" counts can be read."""
    root = approved(storage)
    gone = approved(storage, parent=root)
    for _ in range(REPLIES_SHOWN + 3):
        approved(storage, parent=gone)
    move(storage, gone, Status.DELETED)
    (view,) = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=5)).comments
    assert (len(view.replies), view.replies[0].gone, view.more_replies) == (REPLIES_SHOWN, True, 4)


def test_a_deep_figure_that_is_wrong_is_found_and_repaired(storage: Storage) -> None:
    """The figure of a reply is proved like a root's, and so is what is listed."""
    root = approved(storage)
    middle = approved(storage, parent=root)
    approved(storage, parent=middle)

    def tamper(tx: Tx, _: None) -> None:
        tx.execute(update(comments).where(comments.c.id == middle).values(approved_replies=5))
        tx.execute(update(comments).where(comments.c.id == root).values(listed=False))

    storage.write_sync(tamper, None)
    found = storage.write_sync(recount, Recount(repair=True))
    assert found.replies == {middle: (5, 1), root: (2, 2)}
    assert storage.read_sync(recount, Recount()).was_right


def _chain(tx: Tx, length: int) -> list[UUID]:
    """By the newsroom, which no flood holds."""
    sent = [submit_comment(tx, submission(is_staff=True)).comment_id]
    while len(sent) <= length:
        reply = submission(is_staff=True, parent=sent[-1])
        sent.append(submit_comment(tx, reply).comment_id)
    return sent


def test_a_thousand_replies_deep_cost_what_ten_do(storage: Storage) -> None:
    """Flat below the third level; the same few statements for a page of it, for a list and a place in its middle."""
    root, *chain = storage.write_sync(_chain, LONG)
    costs = []
    for number in (5, LONG // 2):
        with statements() as sent:
            place = storage.read_sync(find_place, chain[number])
            query = ThreadQuery(page_id=PAGE_ID, root_id=root, position=place.thread)
            page = storage.read_sync(read_thread, query)
            storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=20))
        costs.append(len(sent))
        assert chain[number] in {view.id for view in page.comments[0].replies}
    assert costs[1] <= costs[0] + 1  # a page in the middle asks whether anything is before it
    found = replies(storage, root)
    assert [view.id for view in found] == chain
    assert [view.depth for view in found] == [1, 2] + [3] * (LONG - 2)
    with statements() as sent:
        post(storage, parent=chain[-1])
        move(storage, chain[-1], Status.REJECTED)
    assert len(sent) < 40


def test_a_path_is_as_long_as_a_reply_is_deep() -> None:
    """From paths alone: the depth, and what stands above, nearest first."""
    root, *ids = (UUID(int=number) for number in range(1, 6))
    path = ""
    for one in ids:
        path = path_of_reply(path, one, depth=3)
    assert (depth_of(path), standing_above(root, path)) == (3, (ids[1], ids[0], root))
    assert (depth_of(""), standing_above(None, "")) == (0, ())
    assert standing_above(root, ids[0].hex) == (root,)


def test_the_setting_goes_as_deep_as_the_column_is_long() -> None:
    """What `reply_depth` allows at most is what a path has room for."""
    Settings(reply_depth=MOST_DEPTH)
    assert str(comments.c.thread_path.type) == f"VARCHAR({32 * MOST_DEPTH})"
    with pytest.raises(Exception, match="REPLY_DEPTH"):
        Settings(reply_depth=MOST_DEPTH + 1)


@dataclass(slots=True)
class Node:
    """A comment of the model: a tree as one draws it, with no paths and no figures."""

    id: UUID
    depth: int
    public: bool = True
    under: "list[Node]" = field(default_factory=list)

    def stands(self) -> bool:
        """Shown, or a line for what is shown below."""
        return self.public or any(child.stands() for child in self.under)

    def walk(self) -> "list[tuple[UUID, int, bool]]":
        """Itself and what stands under it, in order."""
        if not self.stands():
            return []
        return [(self.id, self.depth, not self.public), *(line for child in self.under for line in child.walk())]


STEPS = st.lists(st.tuples(st.sampled_from(["reply", "hide", "restore"]), st.integers(0, 1000)), max_size=25)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, depth=st.integers(1, 4), size=st.integers(1, 4))
def test_any_thread_is_what_one_draws(storage: Storage, steps: list[tuple[str, int]], depth: int, size: int) -> None:
    """Answered, hidden and restored in any order: the pages of the thread are the tree, and every figure is right."""
    page = Page(key=f"tin/{next(_pages)}", url="/", title="")
    identity = page_id("test", page.key)
    root = Node(post(storage, page=page, moderation=Moderation.POST).comment_id, 0)
    # where a reply to each one goes: under itself, or beside it below the deepest level
    nodes: list[tuple[Node, Node]] = [(root, root)]
    for step, number in steps:
        public = [pair for pair in nodes if pair[0].public]
        node, place = (public or nodes)[number % len(public or nodes)]
        if step == "reply" and public:
            sent = post(storage, page=page, parent=node.id, moderation=Moderation.POST, reply_depth=depth)
            child = Node(sent.comment_id, place.depth + 1)
            place.under.append(child)
            nodes.append((child, child if child.depth < depth else place))
        else:
            node = nodes[number % len(nodes)][0]
            node.public = step == "restore"
            move(storage, node.id, Status.APPROVED if node.public else Status.REJECTED)

    found = storage.read_sync(list_comments, ListQuery(page_id=identity, size=5))
    assert found.count == sum(node.public for node, _ in nodes)
    assert bool(found.comments) == root.stands()
    if root.stands():
        views = replies(storage, root.id, page=identity, size=size)
        assert [(view.id, view.depth, view.gone) for view in views] == root.walk()[1:]
    assert storage.read_sync(recount, Recount()).was_right
