"""Readers and moderators in any order, on both databases: figures, index, events and every way out say the same."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select

from authoring_factory import edit, take_back
from comment_factory import LAN, MAI, PAGE, post
from comment_model import MONTH, UNDO, WINDOW, Deed, Life, Matter, World
from engagement_widgets.comments.cases.deciding import CaseDecision, DecideCase, decide_case
from engagement_widgets.comments.cases.reading import read_case
from engagement_widgets.comments.likes.service import LikeQuery, LikesQuery, load_like, my_likes
from engagement_widgets.comments.listing import REPLIES_SHOWN
from engagement_widgets.comments.purging import Purge, purge_comments
from engagement_widgets.comments.search.finding import Search, search
from engagement_widgets.comments.search.index import CheckIndex, check_index
from engagement_widgets.comments.search.words import parse_query
from engagement_widgets.comments.service import (
    Author,
    Decide,
    ListQuery,
    MaskPersonalData,
    MyComments,
    Pin,
    ReceiptQuery,
    RecentQuery,
    Recount,
    Sort,
    Status,
    ThreadQuery,
    UndoDecision,
    decide,
    find_place,
    list_comments,
    mask_personal_data,
    my_comments,
    pin,
    queue_item,
    read_comment,
    read_receipt,
    read_thread,
    recent_comments,
    recount,
    undo_deed,
    unpin,
)
from engagement_widgets.comments.views import CommentView
from engagement_widgets.errors import EngagementError, NotFound
from engagement_widgets.hooks import Moderation
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from judgement_factory import complain, like, opened

READERS = st.sampled_from(["mai", "lan", "an"])
ACTORS = st.sampled_from([MAI, LAN])
WHICH = st.integers(0, 30)
TO_HOLD = 2
MOST_PINNED = 3
NUMBER = "0912 345 678"
PASSING = [timedelta(minutes=1), timedelta(minutes=11), timedelta(minutes=16), timedelta(days=31)]
_pages = count(1)


class Comments(RuleBasedStateMachine):
    """Three readers and two moderators on one page, beside a model that knows nothing of the code."""

    storage: Storage
    clock: FakeClock

    @initialize()
    def begin(self) -> None:
        """A page nobody has written on, in a section of its own, and two comments."""
        self.texts = count(1)
        self.clock.advance(MONTH * 2)  # quotas of the site begin anew
        self.storage.write_sync(self._forget, None)
        self.name = f"trang-{next(_pages)}"
        self.page = replace(PAGE, key=self.name, section=self.name)
        self.page_id = page_id("test", self.page.key)
        self.world, self.deeds = World(), list[Deed]()
        for reader in ("mai", "lan"):
            self._post(reader, None, Moderation.POST)

    @rule(reader=READERS, moderation=st.sampled_from([Moderation.PRE, Moderation.POST]))
    def write(self, reader: str, moderation: Moderation) -> None:
        """A root."""
        self._post(reader, None, moderation)

    @rule(reader=READERS, which=WHICH, moderation=st.sampled_from([Moderation.PRE, Moderation.POST]))
    def answer(self, reader: str, which: int, moderation: Moderation) -> None:
        """A reply to anything, also to replies and to what cannot be answered."""
        self._post(reader, self._life(which), moderation)

    @rule(which=WHICH, moderation=st.sampled_from([Moderation.PRE, Moderation.POST]))
    def change(self, which: int, moderation: Moderation) -> None:
        """An author writes another text."""
        life, body = self._life(which), self._text()
        allowed = self._has(life) and self.world.may_edit(life, self.now)
        author = Author(readers=(self._reader(life.reader),))
        values: dict[str, Any] = {
            "author": author,
            "page": self.page,
            "moderation": moderation,
            "version": life.version,
        }
        status = self._try(allowed, lambda: edit(self.storage, life.id, body, **values))
        if status is not None:
            was = life.is_public
            life.become(status.value)
            life.version, life.body, life.edited_at = life.version + 1, body, self.now
            if was and life.is_public:
                life.told.append("CommentEdited")

    @rule(which=WHICH)
    def withdraw(self, which: int) -> None:
        """An author takes a comment back; a second time changes nothing."""
        life = self._life(which)
        again = life.withdrawn_at is not None
        allowed = self._has(life) and (again or self.world.may_withdraw(life, self.now))
        author = Author(readers=(self._reader(life.reader),))
        self._try(allowed, lambda: take_back(self.storage, life.id, author))
        if allowed and not again:
            life.become("deleted")
            life.version, life.withdrawn_at = life.version + 1, self.now

    @rule(reader=READERS, which=WHICH, likes=st.booleans())
    def vote(self, reader: str, which: int, likes: bool) -> None:  # noqa: FBT001
        """A like or its taking back."""
        life = self._life(which)
        allowed = life.is_public and not (likes and life.reader == reader)
        self._try(allowed, lambda: like(self.storage, life.id, self._reader(reader), likes=likes))
        if allowed:
            (life.likes.add if likes else life.likes.discard)(reader)

    @rule(reader=READERS, which=WHICH, hides=st.booleans())
    def report(self, reader: str, which: int, hides: bool) -> None:  # noqa: FBT001
        """A report, which may hide the comment."""
        life = self._life(which)
        allowed = life.is_public and life.reader != reader and reader not in life.reports
        values = {"to_hold": TO_HOLD, "hides": hides}
        self._try(allowed, lambda: complain(self.storage, life.id, self._reader(reader), **values))
        if allowed:
            life.reports[reader] = self.now
            if hides and life.open_reports() >= TO_HOLD:
                life.become("pending")
                life.version += 1

    @rule(which=WHICH, status=st.sampled_from(list(Status)), actor=ACTORS, late=st.integers(0, 3))
    def judge(self, which: int, status: Status, actor: Any, late: int) -> None:
        """A moderator decides, now and then with an old version."""
        life = self._life(which)
        seen = life.version - (late == 3)
        publishes = status.value in {"pending", "approved"}
        allowed = life.state == "whole" and seen == life.version and not (life.withdrawn_at and publishes)
        allowed = allowed and not (status is Status.APPROVED and self.world.is_hidden(life))
        command = Decide(comment_id=life.id, version=seen, status=status, actor=actor)
        before = self._deed(life)
        decided = self._try(allowed, lambda: self.storage.write_sync(decide, command))
        if decided is not None:
            life.become(status.value)
            life.decided_at = self.now
            self._done(before, decided.undo_id)

    @rule(which=WHICH, actor=ACTORS, first=st.booleans())
    def pin_or_unpin(self, which: int, actor: Any, first: bool) -> None:  # noqa: FBT001
        """A moderator pins a root, or lets it stand among the others."""
        life = self._life(which)
        allowed = life.state == "whole"
        if first:
            allowed = life.answers is None and life.is_public
            allowed = allowed and (life.pinned_at is not None or self.world.pinned() < MOST_PINNED)
        changes = (life.pinned_at is None) == first
        command = Pin(comment_id=life.id, version=life.version, actor=actor)
        before = self._deed(life)
        self._try(allowed, lambda: self._pinned(before, command, first=first, changes=changes))

    @rule(which=WHICH, actor=ACTORS)
    def mask(self, which: int, actor: Any) -> None:
        """A moderator masks the telephone number."""
        life = self._life(which)
        allowed = life.state == "whole" and NUMBER in life.body and not self.world.is_frozen(life)
        command = MaskPersonalData(comment_id=life.id, version=life.version, actor=actor)
        before = self._deed(life)
        masked = self._try(allowed, lambda: self.storage.write_sync(mask_personal_data, command))
        if masked is not None:
            before.is_mask = True
            life.body = self.storage.read_sync(queue_item, life.id).body
            assert NUMBER not in life.body
            life.told += ["CommentMasked"] if life.is_public else []
            self._done(before, masked.undo_id)

    @precondition(lambda self: self.deeds)
    @rule(which=WHICH, actor=ACTORS)
    def undo(self, which: int, actor: Any) -> None:
        """A moderator takes a deed back, one of the latest more often."""
        self._tick()
        deed = self.deeds[-1 - which % len(self.deeds)]
        life = deed.life
        full = deed.pinned_at is not None and life.pinned_at is None and self.world.pinned() >= MOST_PINNED
        allowed = life.state == "whole" and self.now < deed.until and deed.version == life.version
        allowed = allowed and not (full and deed.status == life.status and not deed.is_mask)
        self._try(allowed, lambda: self.storage.write_sync(undo_deed, UndoDecision(undo_id=deed.undo_id, actor=actor)))
        if allowed:
            self.deeds.remove(deed)
            self._undone(deed, full=full)

    @rule(which=WHICH, hides=st.booleans())
    def give_notice(self, which: int, hides: bool) -> None:  # noqa: FBT001
        """A legal case, which may hide the comment."""
        life = self._life(which)
        case = self._try(life.is_public, lambda: opened(self.storage, life.id, hides=hides))
        if case is not None:
            if case.hides:
                life.become("pending")
                life.version += 1
            self.world.matters.append(Matter(case.case_id, life, life.version if case.hides else None))

    @precondition(lambda self: any(matter.is_open for matter in self.world.matters))
    @rule(decision=st.sampled_from(list(CaseDecision)), actor=ACTORS)
    def close_case(self, decision: CaseDecision, actor: Any) -> None:
        """A moderator decides the oldest open case."""
        self._tick()
        matter = next(matter for matter in self.world.matters if matter.is_open)
        life, version = matter.life, self.storage.read_sync(read_case, matter.id).case.version
        command = DecideCase(case_id=matter.id, version=version, decision=decision, actor=actor)
        self.storage.write_sync(decide_case, command)
        matter.is_open = False
        if decision is CaseDecision.UPHELD and life.status in {"pending", "approved"}:
            life.become("rejected")
            life.version, life.decided_at = life.version + 1, self.now
        is_hidden_by_it = matter.hidden_version == life.version and not self.world.is_hidden(life)
        if decision is CaseDecision.REJECTED and is_hidden_by_it:
            life.become("approved")
            life.version += 1

    @rule(passing=st.sampled_from(PASSING))
    def wait(self, passing: timedelta) -> None:
        """Windows close."""
        self.clock.advance(passing)

    @rule()
    def purge(self) -> None:
        """What has had its time goes."""
        self.storage.write_sync(purge_comments, Purge(after=MONTH, most=10_000))
        self.world.purge(self.now)

    @invariant()
    def figures_equal_rows(self) -> None:
        """Counters and search index are exact."""
        assert self._read(recount, Recount()).was_right
        assert self._read(check_index, CheckIndex(after=self.before, size=10_000)).wrong == ()

    @invariant()
    def lists_say_what_is_public_in_its_order(self) -> None:
        """Every sort and thread: who stands where, how deep, how liked, and nothing of what is hidden."""
        self._read(self._compare_lists)

    @invariant()
    def every_other_way_out_shows_the_same(self) -> None:
        """Recent, search, place, one comment: the public's own, and nothing else."""
        self._read(self._compare_ways)

    @invariant()
    def authors_and_desk_see_their_own(self) -> None:
        """Receipts and likes are their reader's alone; the desk has every comment as the model has it."""
        self._read(self._compare_authors)
        self._read(self._compare_desk)

    @invariant()
    def each_event_is_recorded_once(self) -> None:
        """In its order."""
        rows = self._read(lambda tx, _: tx.execute(select(outbox.c.kind, outbox.c.payload).order_by(outbox.c.id)).all())
        found = dict[str, list[str]]()
        for kind, payload in rows:
            values = json.loads(payload) if isinstance(payload, str) else payload
            if "comment_id" in values:
                found.setdefault(values["comment_id"], []).append(kind)
        for comment_id, told in self.world.told():
            seen = [kind for kind in found.get(str(comment_id), []) if kind != "ReplyPublished"]
            assert seen == told

    def _compare_lists(self, tx: Tx, _: None) -> None:
        for sort in Sort:
            listed = list_comments(tx, ListQuery(page_id=self.page_id, size=100, sort=sort))
            assert listed.count == len(self.world.public())
            roots = self.world.roots(sort.value)
            assert [root.id for root in listed.comments] == [root.id for root in roots]
            for root, life in zip(listed.comments, roots, strict=True):
                replies = self.world.shown_below(life)
                self._compare([root, *root.replies], [life, *replies[:REPLIES_SHOWN]])
                assert root.more_replies == sum(one.is_public for one in replies[REPLIES_SHOWN:])
        for life in roots:
            thread = read_thread(tx, ThreadQuery(page_id=self.page_id, root_id=life.id, size=100)).comments[0]
            self._compare([thread, *thread.replies], [life, *self.world.shown_below(life)])

    def _compare(self, views: Sequence[CommentView], lives: Sequence[Life]) -> None:
        for view, life in zip(views, lives, strict=True):
            assert (view.id, view.depth, view.gone) == (life.id, life.depth, not life.is_public)
            assert (view.body, view.likes) == ((life.body, len(life.likes)) if life.is_public else ("", 0))
            assert view.pinned == (life.pinned_at is not None)
            assert bool(view.name) == life.is_public

    def _compare_ways(self, tx: Tx, _: None) -> None:
        public = self.world.public()
        newest = [life.id for life in reversed(self.world.lives) if life.is_public]
        assert [one.id for one in recent_comments(tx, RecentQuery(section=self.name))] == newest
        asked = Search(phrases=parse_query("chung"), size=200, public_only=True, page_id=self.page_id)
        assert set(search(tx, asked).ids) == public
        whole = {life.id for life in self.world.whole()}
        assert set(search(tx, replace(asked, public_only=False)).ids) == whole
        for life in self.world.lives:
            for way in (find_place, read_comment, load_like):
                query: Any = LikeQuery(comment_id=life.id, voter=None) if way is load_like else life.id
                assert self._finds(tx, way, query) == life.is_public

    def _compare_authors(self, tx: Tx, _: None) -> None:
        for reader in ("mai", "lan", "an"):
            author = Author(readers=(self._reader(reader),))
            own = my_comments(tx, MyComments(page_id=self.page_id, author=author, window=WINDOW))
            assert {one.comment.id for one in own} == self.world.mine(reader, self.now)
            liked = my_likes(tx, LikesQuery(page_id=self.page_id, voter=self._reader(reader)))
            assert set(liked) == {life.id for life in self.world.whole() if reader in life.likes}
            for life in self.world.lives:
                query = ReceiptQuery(comment_id=life.id, author=author, window=WINDOW)
                assert self._finds(tx, read_receipt, query) == (life.reader == reader and self._has(life))

    def _compare_desk(self, tx: Tx, _: None) -> None:
        for life in self.world.lives:
            assert self._finds(tx, queue_item, life.id) == (life.state == "whole")
        for life in self.world.whole():
            item = queue_item(tx, life.id)
            assert (item.status, item.version, item.body) == (life.status, life.version, life.body)
            assert (item.likes, len(item.reports)) == (len(life.likes), len(life.reports))
            assert sum(told.is_open for told in item.reports) == life.open_reports()

    @property
    def now(self) -> Any:
        """This moment."""
        return self.clock.now()

    def _forget(self, tx: Tx, _: None) -> None:
        """Leave the events of the example before, and its words: a long run would read them after every step."""
        tx.execute(delete(outbox))
        self.before = tx.new_id()

    def _post(self, reader: str, answered: Life | None, moderation: Moderation) -> None:
        self._tick()
        body = self._text()
        values = {"parent": answered.id if answered else None, "moderation": moderation, "body": body}
        allowed = answered is None or answered.is_public
        sent = self._try(allowed, lambda: post(self.storage, page=self.page, reader=self._reader(reader), **values))
        if sent is not None:
            life = Life(id=sent.comment_id, reader=reader, body=body, at=self.now, answers=answered)
            assert moderation is Moderation.POST or sent.status is Status.PENDING
            life.become(sent.status.value)
            self.world.lives.append(life)

    def _pinned(self, before: Deed, command: Pin, *, first: bool, changes: bool) -> None:
        decided = self.storage.write_sync(pin if first else unpin, command)
        if changes:
            before.life.pinned_at = self.now if first else None
            before.life.told.append("CommentPinned" if first else "CommentUnpinned")
            self._done(before, decided.undo_id)

    def _undone(self, deed: Deed, *, full: bool) -> None:
        life = deed.life
        life.version += 1
        if deed.is_mask:
            life.body = deed.body
            life.told += ["CommentMasked"] if life.is_public else []
            return
        was_pinned, was = life.pinned_at, life.is_public
        life.become(deed.status)
        life.decided_at = deed.decided_at
        life.pinned_at = None if full else deed.pinned_at
        if was == life.is_public and (was_pinned is None) != (life.pinned_at is None):
            life.told.append("CommentUnpinned" if life.pinned_at is None else "CommentPinned")

    def _deed(self, life: Life) -> Deed:
        before = (life.status, life.decided_at, life.pinned_at, life.body)
        return Deed(UUID(int=0), life, 0, self.now + UNDO, *before)

    def _done(self, deed: Deed, undo_id: UUID | None) -> None:
        assert undo_id is not None
        deed.life.version += 1
        deed.undo_id, deed.version, deed.until = undo_id, deed.life.version, self.now + UNDO
        self.deeds.append(deed)

    def _try(self, allowed: bool, deed: Callable[[], Any]) -> Any:  # noqa: FBT001
        if allowed:
            return deed()
        with pytest.raises(EngagementError):
            deed()
        return None

    def _finds(self, tx: Tx, way: Any, asked: Any) -> bool:
        try:
            way(tx, asked)
        except NotFound:
            return False
        return True

    def _read(self, unit: Any, command: Any = None) -> Any:
        return self.storage.read_sync(unit, command)

    def _has(self, life: Life) -> bool:
        return self.world.has_receipt(life, self.now)

    def _life(self, which: int) -> Life:
        self._tick()
        return self.world.lives[which % len(self.world.lives)]

    def _tick(self) -> None:
        self.clock.advance(timedelta(minutes=1))

    def _reader(self, name: str) -> str:
        return f"r:{self.name}-{name}"

    def _text(self) -> str:
        number = next(self.texts)
        return f"Câu chung {number} " + (f"gọi {NUMBER}" if number % 3 == 0 else "xin hết")


def run(storage: Storage, clock: FakeClock, *, examples: int, steps: int) -> None:
    """Run the machine against one database."""
    machine = type("Comments", (Comments,), {"storage": storage, "clock": clock})
    options = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=options)


def test_any_sequence_leaves_everything_exact(storage: Storage, clock: FakeClock) -> None:
    """Everything readers and moderators do to comments, in an order nobody thought of."""
    run(storage, clock, examples=3, steps=15)


@pytest.mark.long
def test_many_long_sequences_leave_everything_exact(storage: Storage, clock: FakeClock) -> None:
    """The same for longer."""
    run(storage, clock, examples=200, steps=50)
