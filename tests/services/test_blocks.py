"""Blocks, emergency holds, closed pages, and what is kept for a time only."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from comment_factory import MAI, OTHER_PAGE, PAGE, post
from engagement_widgets.comments.blocks import (
    BlockWriter,
    By,
    LiftBlock,
    Target,
    UndoBlock,
    block_writer,
    lift_block,
    list_blocks,
    undo_block,
)
from engagement_widgets.comments.closing import ClosePage, close_page, closes_at, is_closed
from engagement_widgets.comments.emergencies import EndHold, HoldAll, Scope, end_hold, hold_all, list_emergencies
from engagement_widgets.comments.rules.tables import bands
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.comments.states import Effect
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.tidying import tidy_comments
from engagement_widgets.errors import Conflict, EngagementError, Invalid, NotFound, Refused
from engagement_widgets.hooks import Moderation
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock

PAGE_ID = page_id("test", PAGE.key)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def status_of(storage: Storage, **values: Any) -> str:
    """What becomes of a comment where the page publishes first: its status, or the code of the refusal."""
    try:
        sent = post(storage, **{"moderation": Moderation.POST, **values})
    except EngagementError as error:
        return error.code
    return sent.status.value


def block(storage: Storage, clock: FakeClock, **values: Any) -> Any:
    """Set a block for a day."""
    target = Target(**{name: values.pop(name) for name in ("comment_id", "by", "email", "user") if name in values})
    command = BlockWriter(
        **{
            "target": target,
            "effect": Effect.REFUSE,
            "until": clock.now() + timedelta(days=1),
            "note": "quấy rối",
            "actor": MAI,
            **values,
        }
    )
    return storage.write_sync(block_writer, command)


@pytest.mark.parametrize(
    ("by", "same", "other"),
    [
        (By.READER, {"reader": "r:bad"}, {"reader": "r:good"}),
        (By.EMAIL, {"email": "Ke.Pha+2@thu.example"}, {"email": "nguoi@thu.example"}),
        (By.ADDRESS, {"address_hash": "b" * 64}, {"address_hash": "c" * 64}),
    ],
)
def test_a_block_answers_and_ends_by_itself(
    storage: Storage, clock: FakeClock, by: By, same: dict[str, Any], other: dict[str, Any]
) -> None:
    """Whoever bears the mark is told; others are not touched; once the end has come nothing is held."""
    seen = post(storage, reader="r:bad", email="ke.pha@thu.example", address_hash="b" * 64).comment_id
    block(storage, clock, comment_id=seen, by=by)

    assert status_of(storage, **same) == "writer_blocked"
    assert status_of(storage, **other) == "approved"
    clock.advance(timedelta(days=1))
    assert status_of(storage, **same) == "approved"


def test_a_block_can_hold_instead(storage: Storage, clock: FakeClock) -> None:
    """Every comment waits and says why; to refuse by one mark is more than to hold by another."""
    block(storage, clock, user="9", effect=Effect.HOLD, until=None)
    sent = post(storage, reader="u:9", moderation=Moderation.POST)
    assert sent.status is Status.PENDING
    assert [one.reason for one in storage.read_sync(queue_item, sent.comment_id).holds] == ["blocked"]
    block(storage, clock, email="chin@thu.example")
    assert status_of(storage, reader="u:9", email="chin@thu.example") == "writer_blocked"


def test_blocks_are_written_down_and_undone(storage: Storage, clock: FakeClock) -> None:
    """Setting, lifting and undoing are three entries; the journal knows no hash and no address."""
    set_to = block(storage, clock, email="a@thu.example")
    lifted = storage.write_sync(lift_block, LiftBlock(block_id=set_to.block.id, actor=MAI))
    assert status_of(storage, email="a@thu.example") == "approved"
    assert lifted.undo_id is not None
    storage.write_sync(undo_block, UndoBlock(undo_id=lifted.undo_id, actor=MAI))
    assert status_of(storage, email="a@thu.example") == "writer_blocked"
    assert [one.value for one in storage.read_sync(list_blocks, None)] == ["a@thu.example"]

    entries = storage.read_sync(read_entries, EntriesQuery(size=10))
    assert [entry.action for entry in entries] == ["block.undone", "block.lifted", "block.set"]
    assert "thu.example" not in str([(entry.before, entry.after, entry.subject_id) for entry in entries])

    again = block(storage, clock, email="a@thu.example", effect=Effect.HOLD)
    block(storage, clock, email="a@thu.example")
    with pytest.raises(Conflict, match="stale_version"):
        storage.write_sync(undo_block, UndoBlock(undo_id=again.undo_id, actor=MAI))


def test_what_cannot_be_blocked_says_so(storage: Storage, clock: FakeClock) -> None:
    """A mark that is not there, an end that is over, an address for too long, the newsroom: nothing is written."""
    plain = post(storage).comment_id
    staff = post(storage, is_staff=True).comment_id
    wrong: list[dict[str, Any]] = [
        {"comment_id": plain, "by": By.EMAIL},
        {"comment_id": plain, "by": By.ADDRESS},
        {"email": "a@thu.example", "until": clock.now()},
        {"comment_id": post(storage, address_hash="d" * 64).comment_id, "by": By.ADDRESS, "until": None},
        {"comment_id": staff},
        {},
    ]
    codes = []
    for values in wrong:
        with pytest.raises(EngagementError) as refused:
            block(storage, clock, **values)
        codes.append(refused.value.errors[0].code if isinstance(refused.value, Invalid) else refused.value.code)
    assert codes == ["not_known", "not_known", "not_future", "block_too_long", "staff_not_blocked", "required"]
    assert storage.read_sync(list_blocks, None) == ()


@pytest.mark.parametrize(
    ("scope", "target", "elsewhere"),
    [(Scope.SITE, "", "pending"), (Scope.SECTION, PAGE.section, "approved"), (Scope.PAGE, str(PAGE_ID), "approved")],
)
def test_an_emergency_holds_its_scope_and_ends_by_itself(
    storage: Storage, clock: FakeClock, scope: Scope, target: str, elsewhere: str
) -> None:
    """Everything of it waits, with the reason; once the end has come nobody has to do anything."""
    until = clock.now() + timedelta(hours=1)
    hold = HoldAll(scope=scope, target=target, until=until, reason="bầu cử", banner="", actor=MAI)
    storage.write_sync(hold_all, hold)

    sent = post(storage, moderation=Moderation.POST)
    assert [one.reason for one in storage.read_sync(queue_item, sent.comment_id).holds] == ["emergency"]
    assert status_of(storage, page=OTHER_PAGE) == elsewhere
    clock.advance(timedelta(hours=1))
    assert status_of(storage) == "approved"


def test_an_emergency_is_ended_by_hand_and_written_down(storage: Storage, clock: FakeClock) -> None:
    """It is over at once; ending what does not stand is an error; too long is refused."""
    until = clock.now() + timedelta(hours=1)
    storage.write_sync(
        hold_all, HoldAll(scope=Scope.SITE, target="", until=until, reason="", banner="Tạm giữ", actor=MAI)
    )
    assert [one.banner for one in storage.read_sync(list_emergencies, None)] == ["Tạm giữ"]
    storage.write_sync(end_hold, EndHold(scope=Scope.SITE, target="", actor=MAI))
    assert status_of(storage) == "approved"
    with pytest.raises(NotFound, match="unknown_hold"):
        storage.write_sync(end_hold, EndHold(scope=Scope.SITE, target="", actor=MAI))
    for end in (clock.now(), clock.now() + timedelta(days=31)):
        with pytest.raises(Invalid):
            storage.write_sync(
                hold_all, HoldAll(scope=Scope.SITE, target="", until=end, reason="", banner="", actor=MAI)
            )
    actions = [entry.action for entry in storage.read_sync(read_entries, EntriesQuery(size=10))]
    assert actions == ["emergency.ended", "emergency.set"]


def test_a_page_is_closed_and_opened_by_hand(storage: Storage) -> None:
    """Closed, it takes nothing, not even from the newsroom; twice is once; a page nobody knows cannot be closed."""
    with pytest.raises(NotFound, match="unknown_page"):
        storage.write_sync(close_page, ClosePage(page_id=PAGE_ID, closed=True, actor=MAI))
    assert status_of(storage) == "approved"
    for _ in range(2):
        storage.write_sync(close_page, ClosePage(page_id=PAGE_ID, closed=True, actor=MAI, why="đã đủ"))
    assert storage.read_sync(is_closed, PAGE_ID)
    assert status_of(storage) == status_of(storage, is_staff=True) == "comments_closed"
    storage.write_sync(close_page, ClosePage(page_id=PAGE_ID, closed=False, actor=MAI))
    assert status_of(storage) == "approved"
    actions = [entry.action for entry in storage.read_sync(read_entries, EntriesQuery(size=10))]
    assert actions == ["page.reopened", "page.closed"]


def test_days_end_at_midnight_in_the_zone_of_the_site() -> None:
    """Published late on the first in Hanoi, with one day: open until the second is over there."""
    late = datetime(2026, 7, 1, 16, 59, tzinfo=UTC)  # 23:59 in Hanoi
    assert closes_at(late, 1, HANOI) == datetime(2026, 7, 3, tzinfo=HANOI)
    assert closes_at(late + timedelta(minutes=1), 1, HANOI) == datetime(2026, 7, 4, tzinfo=HANOI)


def test_what_has_had_its_time_is_erased(storage: Storage, clock: FakeClock) -> None:
    """The address after 30 days, keys of repeats after two weeks, blocks a month after their end; the rest stays."""
    old = "Chúc mừng đội bóng tỉnh nhà đã có một trận đấu thật hay và xứng đáng"
    post(storage, address_hash="a" * 64, body=old, compared=True)
    block(storage, clock, email="a@thu.example")
    clock.advance(timedelta(days=15))
    post(storage, address_hash="b" * 64)
    assert storage.write_sync(tidy_comments, None) is False
    assert storage.read_sync(_kept, None) == (["a" * 64, "b" * 64], 0)
    clock.advance(timedelta(days=15, seconds=1))
    storage.write_sync(tidy_comments, None)
    assert storage.read_sync(_kept, None)[0] == ["b" * 64]
    assert len(storage.read_sync(list_blocks, None)) == 1
    clock.advance(timedelta(days=2))
    storage.write_sync(tidy_comments, None)
    assert storage.read_sync(list_blocks, None) == ()


def _kept(tx: Tx, _: None) -> tuple[list[str], int]:
    hashes = tx.execute(select(comments.c.address_hash).where(comments.c.address_hash.is_not(None))).scalars().all()
    return sorted(hashes), int(tx.execute(select(func.count()).select_from(bands)).scalar_one())


def test_a_refused_writer_leaves_no_trace(storage: Storage, clock: FakeClock) -> None:
    """The refusal is raised: no comment, no figure."""
    block(storage, clock, user="9")
    with pytest.raises(Refused, match="writer_blocked"):
        post(storage, reader="u:9")
    assert storage.read_sync(_rows, None) == 0


def _rows(tx: Tx, _: None) -> int:
    return int(tx.execute(select(func.count()).select_from(comments)).scalar_one())
