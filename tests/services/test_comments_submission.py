"""How a comment comes in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from comment_factory import MAI, OTHER_PAGE, PAGE, approved, move, post, submission
from engagement_widgets.comments.service import (
    Author,
    Check,
    HeldReason,
    ListQuery,
    Status,
    Submitted,
    Withdraw,
    check_submission,
    count_approved,
    list_comments,
    queue_counts,
    queue_item,
    submit_comment,
    withdraw_comment,
)
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import Conflict, EngagementError, NotFound, TooMany
from engagement_widgets.hooks import Moderation, Page
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.service import find_page
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock

PAGE_ID = page_id("test", PAGE.key)
KEY = "k" * 22


def reasons(storage: Storage, comment_id: UUID) -> dict[str, dict[str, object]]:
    """Why a comment is held, with the figures."""
    return {hold.reason: dict(hold.params) for hold in storage.read_sync(queue_item, comment_id).holds}


def rows(tx: Tx, page: UUID) -> int:
    """How many comments a page has, of any status."""
    return len(tx.execute(select(comments.c.id).where(comments.c.page_id == page)).all())


def events(tx: Tx, _: None) -> list[str]:
    """The kinds of the events recorded so far, oldest first."""
    return [row.kind for row in tx.execute(select(outbox.c.kind).order_by(outbox.c.id))]


def test_a_first_comment_waits_and_says_why(storage: Storage) -> None:
    """Under pre-moderation a reader's first comment is pending for two reasons, and nothing is public."""
    sent = post(storage)

    assert sent.status is Status.PENDING
    assert reasons(storage, sent.comment_id) == {"premoderation": {}, "first_comment": {}}
    assert storage.read_sync(count_approved, PAGE_ID) == 0
    assert storage.read_sync(queue_counts, None)[Status.PENDING] == 1
    assert storage.read_sync(events, None) == []


def test_the_first_accepted_write_makes_the_page(storage: Storage) -> None:
    """The page row appears with its first comment and keeps what that reference said."""
    assert storage.read_sync(find_page, PAGE_ID) is None
    post(storage)
    post(storage, page=Page(key=PAGE.key, url="https://elsewhere.example/", title="Khác"))

    found = storage.read_sync(find_page, PAGE_ID)
    assert found is not None
    assert found.page == PAGE


def test_a_known_reader_is_no_longer_new(storage: Storage) -> None:
    """One approved comment takes the reason `first_comment` away; premoderation stays."""
    approved(storage, reader="r:known")
    sent = post(storage, reader="r:known")
    assert set(reasons(storage, sent.comment_id)) == {"premoderation"}


def test_published_first_where_the_page_says_so(storage: Storage) -> None:
    """Under post-moderation a comment that nothing holds is public at once, with its event and figures."""
    sent = post(storage, moderation=Moderation.POST)

    assert sent.status is Status.APPROVED
    assert storage.read_sync(count_approved, PAGE_ID) == 1
    assert storage.read_sync(events, None) == ["CommentApproved"]
    assert [view.id for view in storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=20)).comments] == [
        sent.comment_id
    ]


@pytest.mark.parametrize("moderation", list(Moderation))
def test_links_repetition_and_a_missing_code_hold_everywhere(storage: Storage, moderation: Moderation) -> None:
    """Each of the three reasons is found, with its figures, whatever the page's rule."""
    first = approved(storage, body="Đẹp quá, xem bet88.com và https://a.example/x", moderation=moderation)
    second = post(storage, body="dep qua, xem  bet88.com va https://a.example/x", moderation=moderation, no_code=True)

    found = reasons(storage, second.comment_id)
    assert second.status is Status.PENDING
    assert found[HeldReason.HAS_LINKS] == {"count": 2}
    assert found[HeldReason.DUPLICATE] == {"of": str(first)}
    assert found[HeldReason.NO_CODE] == {}


def test_the_same_text_on_another_page_is_no_duplicate(storage: Storage) -> None:
    """Congratulations are repeated across articles."""
    post(storage, body="Chúc mừng!", moderation=Moderation.POST)
    assert post(storage, body="Chúc mừng!", page=OTHER_PAGE, moderation=Moderation.POST).status is Status.APPROVED


def test_the_newsroom_is_not_held(storage: Storage) -> None:
    """A comment of the host's staff is public at once and spends no quota."""
    for _ in range(12):
        sent = post(storage, is_staff=True, reader="u:staff", name="Báo Tân Khê")
        assert sent.status is Status.APPROVED
    assert storage.read_sync(count_approved, PAGE_ID) == 12


def test_replies_stand_one_level_deep(storage: Storage) -> None:
    """A reply to a reply goes under the root and remembers whom it answers."""
    root = approved(storage)
    reply = approved(storage, parent=root, name="Đặng Thị Đào")
    deeper = approved(storage, parent=reply)

    view = storage.read_sync(list_comments, ListQuery(page_id=PAGE_ID, size=20)).comments[0]
    assert [child.id for child in view.replies] == [reply, deeper]
    assert [child.parent_id for child in view.replies] == [root, root]
    assert (view.replies[0].answers, view.replies[1].answers) == (None, "Đặng Thị Đào")


def test_only_public_comments_of_the_page_take_replies(storage: Storage) -> None:
    """Pending, rejected, deleted, unknown and another page's: the same answer, and nothing is written."""
    pending = post(storage).comment_id
    rejected = approved(storage)
    move(storage, rejected, Status.REJECTED)
    deleted = approved(storage)
    move(storage, deleted, Status.DELETED)
    elsewhere = approved(storage, page=OTHER_PAGE)
    before = storage.read_sync(rows, PAGE_ID)

    for parent in (pending, rejected, deleted, elsewhere, uuid4()):
        with pytest.raises(NotFound) as refused:
            post(storage, parent=parent)
        assert refused.value.code == "unknown_parent"
        with pytest.raises(NotFound):
            storage.read_sync(
                check_submission, Check(page_id=PAGE_ID, reader="r:x", submission_key=None, parent=parent)
            )
    assert storage.read_sync(rows, PAGE_ID) == before


def test_a_resend_answers_the_first_result(storage: Storage) -> None:
    """The same key by the same reader makes one comment, whatever came along with it the second time."""
    first = post(storage, submission_key=KEY, reader="r:me", body="Một lần")
    again = post(storage, submission_key=KEY, reader="r:me", body="Hai lần")
    checked = storage.read_sync(
        check_submission, Check(page_id=PAGE_ID, reader="r:me", submission_key=KEY, parent=None)
    )

    assert again == checked == Submitted(comment_id=first.comment_id, status=Status.PENDING, repeated=True)
    assert storage.read_sync(rows, PAGE_ID) == 1


def test_another_reader_cannot_use_a_key(storage: Storage) -> None:
    """A key that somebody else has used is a conflict and tells nothing of their comment."""
    post(storage, submission_key=KEY, reader="r:me")
    with pytest.raises(Conflict) as refused:
        post(storage, submission_key=KEY, reader="r:you")
    assert (refused.value.code, refused.value.params) == ("submission_key_used", {})


def test_two_at_once_with_one_key_make_one_comment(storage: Storage) -> None:
    """A double click reaches the database twice at the same moment; both get the same answer."""
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: post(storage, submission_key=KEY, reader="r:me"), range(16)))

    assert len({each.comment_id for each in sent}) == 1
    assert sum(not each.repeated for each in sent) == 1
    assert storage.read_sync(rows, PAGE_ID) == 1
    assert storage.read_sync(queue_counts, None)[Status.PENDING] == 1


def test_without_a_key_the_same_text_soon_after_is_the_same_sending(storage: Storage, clock: FakeClock) -> None:
    """A signed-in reader's double click without JavaScript; later, elsewhere or by another reader it is new."""
    root = approved(storage)
    signed_in = {"submission_key": None, "reader": "u:7", "body": "Đồng ý", "moderation": Moderation.POST}
    first = post(storage, **signed_in)

    assert post(storage, **signed_in) == Submitted(comment_id=first.comment_id, status=Status.APPROVED, repeated=True)
    assert not post(storage, **signed_in, parent=root).repeated
    assert not post(storage, **(signed_in | {"reader": "u:8"})).repeated
    clock.advance(timedelta(minutes=11))
    assert not post(storage, **signed_in).repeated


def test_the_same_text_from_a_second_tab_is_the_same_sending(storage: Storage) -> None:
    """Each tab has a key of its own; what was taken back meanwhile, or is another text, is a new comment."""
    mine = {"reader": "r:me", "body": "Gửi từ hai thẻ"}
    first = post(storage, **mine)
    assert post(storage, **mine) == Submitted(comment_id=first.comment_id, status=Status.PENDING, repeated=True)
    assert not post(storage, **(mine | {"body": "Một câu khác"})).repeated
    assert not post(storage, **(mine | {"reader": "r:you"})).repeated
    author = Author(readers=("r:me",))
    withdraw = Withdraw(comment_id=first.comment_id, author=author, window=timedelta(hours=1))
    storage.write_sync(withdraw_comment, withdraw)
    assert not post(storage, **mine).repeated


def test_a_reader_has_a_quota(storage: Storage, clock: FakeClock) -> None:
    """The eleventh comment within ten minutes is refused with the time to wait; others are not concerned."""
    for _ in range(10):
        post(storage, reader="r:busy")
    with pytest.raises(TooMany) as refused:
        post(storage, reader="r:busy")
    assert refused.value.code == "too_many_comments"
    assert 0 < refused.value.retry_after <= 600
    post(storage, reader="r:calm")

    clock.advance(refused.value.retry_after)
    assert post(storage, reader="r:busy").status is Status.PENDING


def test_a_refused_comment_leaves_nothing(storage: Storage) -> None:
    """After a refusal there is no row, no figure, no event, no page."""
    refused: list[EngagementError] = []
    for parent in (uuid4(), uuid4()):
        with pytest.raises(NotFound) as error:
            post(storage, page=OTHER_PAGE, parent=parent)
        refused.append(error.value)

    assert storage.read_sync(find_page, page_id("test", OTHER_PAGE.key)) is None
    assert sum(storage.read_sync(queue_counts, None).values()) == 0
    assert storage.read_sync(events, None) == []


def test_a_unit_that_runs_twice_on_a_rolled_back_transaction_is_safe(storage: Storage) -> None:
    """`submit_comment` reads nothing outside its transaction: the same command again gives the same outcome."""
    command = submission(submission_key=KEY)

    def twice(tx: Tx, _: None) -> tuple[Submitted, Submitted]:
        return submit_comment(tx, command), submit_comment(tx, command)

    first, second = storage.write_sync(twice, None)
    assert (first.comment_id, second.repeated) == (second.comment_id, True)
    assert MAI.name
