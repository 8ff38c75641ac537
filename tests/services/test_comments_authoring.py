"""What authors do to their own comments afterwards: the window, the checks, the former texts, the figures."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from authoring_factory import ME, WINDOW, edit, standing, take_back
from comment_factory import MAI, PAGE, approved, move, post
from engagement_widgets.comments.cases.deciding import CaseDecision, DecideCase, decide_case
from engagement_widgets.comments.cases.reading import read_case
from engagement_widgets.comments.counters import RECENT
from engagement_widgets.comments.search.index import CheckIndex, check_index
from engagement_widgets.comments.service import (
    Author,
    Decide,
    HeldReason,
    ListQuery,
    MyComments,
    ReceiptQuery,
    Recount,
    Status,
    UndoDecision,
    Withdraw,
    decide,
    list_comments,
    my_comments,
    read_receipt,
    recount,
    undo_decision,
    withdraw_comment,
)
from engagement_widgets.errors import Conflict, EngagementError, NotFound, TooMany
from engagement_widgets.hooks import Moderation
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from judgement_factory import opened

PAGE_ID = page_id("test", PAGE.key)


def reasons(storage: Storage, comment_id: UUID) -> set[str]:
    """Why it was held."""
    return {hold.reason for hold in standing(storage, comment_id).holds}


def refused(storage: Storage, comment_id: UUID, deed: Any = edit, **values: Any) -> str:
    """The code of a refusal, which changes nothing."""
    before = standing(storage, comment_id)
    with pytest.raises(EngagementError) as error:
        deed(storage, comment_id, **values)
    assert standing(storage, comment_id) == before
    return error.value.code


def events(tx: Tx, _: None) -> list[str]:
    """The kinds of the events recorded so far, oldest first."""
    return list(tx.execute(select(outbox.c.kind).order_by(outbox.c.id)).scalars())


def test_a_changed_comment_is_found_by_its_new_words(storage: Storage) -> None:
    """The search follows the text in the same transaction."""
    sent = post(storage, reader="r:me", body="Câu đầu tiên").comment_id
    edit(storage, sent, "Một lời khác")
    assert storage.read_sync(check_index, CheckIndex()).wrong == ()


def test_a_waiting_comment_is_changed_and_its_former_texts_stay(storage: Storage, clock: FakeClock) -> None:
    """The desk reads the new text, every text before with its time, and a new version; nobody else is told."""
    sent = post(storage, reader="r:me", body="Câu đầu tiên").comment_id
    times = [clock.now()]
    for body in ("Câu thứ hai", "Câu thứ ba"):
        times.append(clock.advance(60))
        assert edit(storage, sent, body) is Status.PENDING
    item = standing(storage, sent)
    assert (item.body, item.version, item.edited_at) == ("Câu thứ ba", 3, times[-1])
    assert [(text.version, text.body, text.written_at) for text in item.former] == [
        (1, "Câu đầu tiên", times[0]),
        (2, "Câu thứ hai", times[1]),
    ]
    assert storage.read_sync(events, None) == []


def test_a_text_that_changes_nothing_writes_nothing(storage: Storage) -> None:
    """The second of two clicks, and a resend after a lost answer, are answered as the first."""
    sent = post(storage, reader="r:me").comment_id
    edit(storage, sent, "Câu thứ hai", version=1)
    before = standing(storage, sent)
    assert edit(storage, sent, "Câu thứ hai", version=1) is Status.PENDING
    assert standing(storage, sent) == before


def test_a_public_comment_waits_again_where_the_page_holds_comments(storage: Storage) -> None:
    """It leaves the page, is counted so, says why it waits; an event tells that it is gone."""
    sent = approved(storage, reader="r:me")
    assert edit(storage, sent) is Status.PENDING
    assert reasons(storage, sent) == {HeldReason.PREMODERATION, HeldReason.EDITED}
    assert storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=5)).comments == ()
    assert storage.read_sync(events, None) == ["CommentApproved", "CommentHidden"]
    assert storage.read_sync(recount, Recount()).was_right


@pytest.mark.parametrize("values", [{"waits": False}, {"moderation": Moderation.POST}], ids=["setting", "page"])
def test_a_public_comment_stays_where_nothing_holds_it(storage: Storage, values: dict[str, Any]) -> None:
    """By the setting, or by the page's rule: the page is told of the new text, which shows that it was changed."""
    sent = approved(storage, reader="r:me")
    told: list[frozenset[str]] = []
    storage.on_change(told.append)
    assert edit(storage, sent, "Chữ mới trên trang", **values) is Status.APPROVED
    (view,) = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=5)).comments
    assert (view.body, view.edited_at is not None) == ("Chữ mới trên trang", True)
    assert told == [frozenset({str(PAGE_ID), RECENT})]
    assert storage.read_sync(events, None) == ["CommentApproved", "CommentEdited"]


@pytest.mark.parametrize(
    ("body", "reason"), [("Xem https://a.vn/x", HeldReason.HAS_LINKS), ("Câu của người khác", HeldReason.DUPLICATE)]
)
def test_a_changed_text_is_judged_as_a_new_one(storage: Storage, body: str, reason: HeldReason) -> None:
    """What was let through without a link or as its own words does not keep its place with others."""
    post(storage, body="Câu của người khác")
    sent = approved(storage, reader="r:me")
    assert edit(storage, sent, body, waits=False) is Status.PENDING
    assert reasons(storage, sent) == {reason, HeldReason.EDITED}


def test_how_it_came_in_stays_among_the_reasons(storage: Storage) -> None:
    """Links that are gone from the text hold no longer; a missing code does."""
    sent = post(storage, reader="r:me", body="Xem https://a.vn/x", no_code=True, moderation=Moderation.POST).comment_id
    assert reasons(storage, sent) == {HeldReason.HAS_LINKS, HeldReason.NO_CODE}
    assert edit(storage, sent, "Không còn gì", moderation=Moderation.POST) is Status.PENDING
    assert reasons(storage, sent) == {HeldReason.NO_CODE, HeldReason.EDITED}


def test_each_reason_against_a_change_has_its_code(storage: Storage, clock: FakeClock) -> None:
    """Another's, an old version, an answer, a decision, the end of the window; a wider window opens it again."""
    root = approved(storage, reader="r:me")
    reply = approved(storage, reader="r:me", parent=root)
    assert refused(storage, root) == "comment_answered"
    approved(storage, parent=reply)
    assert refused(storage, reply) == "comment_answered"
    lone = post(storage, reader="r:me").comment_id
    assert refused(storage, lone, author=Author(readers=("r:you",))) == "unknown_receipt"
    assert refused(storage, lone, author=Author(readers=())) == "unknown_receipt"
    assert refused(storage, lone, version=7) == "comment_changed"
    clock.advance(WINDOW - timedelta(seconds=1))
    edit(storage, lone)
    clock.advance(1)
    assert refused(storage, lone, body="Muộn rồi") == "edit_window_over"
    edit(storage, lone, "Vẫn kịp", window=timedelta(hours=1))
    for status in (Status.REJECTED, Status.SPAM, Status.DELETED):
        move(storage, lone, status)
        assert refused(storage, lone, body="Muộn rồi") == "comment_decided"


def test_a_reply_that_waits_or_left_closes_nothing(storage: Storage) -> None:
    """Only what the public sees counts as an answer."""
    root = approved(storage, reader="r:me")
    post(storage, parent=root)
    gone = approved(storage, parent=root)
    move(storage, gone, Status.SPAM)
    edit(storage, root)


def test_a_decision_meanwhile_is_told_and_the_other_way_round(storage: Storage, clock: FakeClock) -> None:
    """The author's stale edit is refused; so is a moderator's stale decision, its undo, each saying who was first."""
    sent = post(storage, reader="r:me").comment_id
    decided = move(storage, sent, Status.APPROVED)
    assert refused(storage, sent, version=1) == "comment_changed"
    clock.advance(1)
    edit(storage, sent)
    stale = Decide(comment_id=sent, version=decided.version, status=Status.SPAM, actor=MAI)
    assert decided.undo_id is not None
    for unit, command in ((decide, stale), (undo_decision, UndoDecision(undo_id=decided.undo_id, actor=MAI))):
        with pytest.raises(Conflict) as error:
            storage.write_sync(unit, command)  # type: ignore[arg-type]  # one unit and its command
        assert (error.value.code, error.value.params["by_author"]) == ("stale_version", "edited")


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED])
def test_a_comment_is_taken_back(storage: Storage, status: Status) -> None:
    """It stands as deleted, by its author; a second time changes nothing; no moderator can publish it again."""
    sent = post(storage, reader="r:me").comment_id
    move(storage, sent, status)
    take_back(storage, sent)
    taken = standing(storage, sent)
    assert (taken.status, taken.withdrawn_at is not None) == (Status.DELETED, True)
    take_back(storage, sent)
    assert standing(storage, sent) == taken
    for forbidden in (Status.APPROVED, Status.PENDING):
        with pytest.raises(Conflict, match="withdrawn_by_author"):
            move(storage, sent, forbidden)
    move(storage, sent, Status.SPAM)
    receipt = storage.read_sync(read_receipt, ReceiptQuery(comment_id=sent, author=ME, window=WINDOW))
    assert (receipt.is_withdrawn, receipt.edit_refusal, receipt.withdrawal_refusal) == (
        True,
        "comment_decided",
        "comment_decided",
    )
    assert storage.read_sync(recount, Recount()).was_right


def test_what_waits_can_be_taken_back_at_any_time(storage: Storage, clock: FakeClock) -> None:
    """A public one within the window alone, a rejected one not at all."""
    waiting, public, rejected = (post(storage, reader="r:me").comment_id for _ in range(3))
    move(storage, public, Status.APPROVED)
    move(storage, rejected, Status.REJECTED)
    assert refused(storage, rejected, take_back) == "comment_decided"
    assert refused(storage, waiting, take_back, author=Author(readers=("r:you",))) == "unknown_receipt"
    clock.advance(WINDOW)
    assert refused(storage, public, take_back) == "withdrawal_window_over"
    take_back(storage, waiting)


def test_who_has_the_code_is_the_author_of_that_comment(storage: Storage) -> None:
    """Without being that reader: read, change, take back, and nothing else of theirs."""
    guest = Author(readers=(), has_code=True)
    sent = post(storage, reader="r:me").comment_id
    edit(storage, sent, author=guest)
    take_back(storage, sent, guest)
    assert storage.read_sync(my_comments, MyComments(page_id=PAGE_ID, author=guest, window=WINDOW)) == ()


def test_a_public_comment_is_its_authors_while_it_can_be_changed(storage: Storage, clock: FakeClock) -> None:
    """The widget then shows its tools; afterwards it is the public's alone."""
    sent = approved(storage, reader="r:me")
    query = MyComments(page_id=PAGE_ID, author=ME, window=WINDOW)
    clock.advance(timedelta(seconds=61))
    (mine,) = storage.read_sync(my_comments, query)
    assert (mine.comment.id, mine.edit_refusal, mine.minutes_left) == (sent, None, 14)
    clock.advance(WINDOW)
    assert storage.read_sync(my_comments, query) == ()


def test_changes_count_as_comments_do(storage: Storage) -> None:
    """Ten in ten minutes: who rewrites without end fills the history and the queue."""
    sent = post(storage, reader="r:me", is_new=True).comment_id
    for number in range(10):
        edit(storage, sent, f"Lần sửa thứ {number}")
    with pytest.raises(TooMany, match="too_many_comments"):
        edit(storage, sent, "Lần nữa")


def test_the_newsrooms_changes_are_not_held(storage: Storage) -> None:
    """It is who the others wait for."""
    sent = post(storage, reader="r:me", is_staff=True).comment_id
    assert edit(storage, sent, "Xem https://bao.example/") is Status.APPROVED


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["post", "edit", "withdraw", "decide", "undo"]),
        st.integers(0, 5),
        st.sampled_from(list(Status)),
    ),
    max_size=14,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_figures_equal_rows_whatever_authors_do(storage: Storage, steps: list[tuple[str, int, Status]]) -> None:
    """In any order, with decisions and undos: the figures are a recount's; what was withdrawn is never public."""
    sent: list[UUID] = []
    undos: list[UUID] = []
    expected = {
        "too_many_comments",
        "comment_changed",
        "comment_decided",
        "comment_answered",
        "withdrawn_by_author",
        "unknown_parent",
    }
    for number, (deed, which, status) in enumerate(steps):
        try:
            if deed == "post" or not sent:
                parent = sent[which % len(sent)] if sent and which % 2 else None
                sent.append(post(storage, reader=f"r:{number}", parent=parent, moderation=Moderation.POST).comment_id)
                continue
            chosen, me = sent[which % len(sent)], Author(readers=(), has_code=True)
            if deed == "edit":
                edit(storage, chosen, f"Chữ số {number}", author=me, moderation=Moderation.POST)
            elif deed == "withdraw":
                take_back(storage, chosen, me)
            elif deed == "decide":
                decided = move(storage, chosen, status)
                undos += [decided.undo_id] if decided.undo_id else []
            elif undos:
                storage.write_sync(undo_decision, UndoDecision(undo_id=undos[which % len(undos)], actor=MAI))
        except EngagementError as error:
            assert error.code in expected | {"stale_version", "already_undone"}  # noqa: PT017
    assert storage.read_sync(recount, Recount()).was_right
    items = [standing(storage, comment_id) for comment_id in sent]
    assert not any(item.withdrawn_at and item.status in {Status.APPROVED, Status.PENDING} for item in items)


def test_an_unknown_comment_is_nobodys(storage: Storage) -> None:
    """The same answer as for somebody else's."""
    nothing = UUID(int=7)
    with pytest.raises(NotFound, match="unknown_receipt"):
        storage.write_sync(withdraw_comment, Withdraw(comment_id=nothing, author=ME, window=WINDOW))


@pytest.mark.parametrize("hides", [True, False])
def test_an_open_case_keeps_a_comment_from_its_author(storage: Storage, *, hides: bool) -> None:
    """It can be neither changed nor taken back, hidden or not, and the receipt says so; a rejected case frees it."""
    sent = approved(storage, reader="r:me")
    case = opened(storage, sent, hides=hides)
    query = ReceiptQuery(comment_id=sent, author=ME, window=WINDOW)
    for attempt in (lambda: edit(storage, sent), lambda: take_back(storage, sent)):
        with pytest.raises(EngagementError, match="comment_disputed"):
            attempt()
    own = storage.read_sync(read_receipt, query)
    assert (own.edit_refusal, own.withdrawal_refusal) == ("comment_disputed", "comment_disputed")
    assert (own.is_disputed, own.is_suspended) == (True, hides)
    assert standing(storage, sent).former == ()

    version = storage.read_sync(read_case, case.case_id).case.version
    decision = DecideCase(case_id=case.case_id, version=version, decision=CaseDecision.REJECTED, actor=MAI)
    storage.write_sync(decide_case, decision)
    own = storage.read_sync(read_receipt, query)
    assert (own.edit_refusal, own.withdrawal_refusal, own.is_disputed) == (None, None, False)
    edit(storage, sent)
    take_back(storage, sent)
    assert standing(storage, sent).status is Status.DELETED
