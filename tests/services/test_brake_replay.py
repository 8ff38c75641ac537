"""The brake at two in the morning: a wave of thousands, a few people among them, nobody at the desk."""

import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from comment_factory import BUILT_IN_RULES, PAGE, submission
from engagement_widgets.comments.queue.filters import QueueFilter
from engagement_widgets.comments.queue.walking import QueueQuery
from engagement_widgets.comments.service import (
    HeldReason,
    QueueSort,
    Recount,
    Status,
    queue,
    recount,
    submit_comment,
)
from engagement_widgets.comments.tables import comments
from engagement_widgets.desk.place import PAGE_SIZE
from engagement_widgets.hooks import Moderation, Page
from engagement_widgets.kernel.text import fold
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock

_logger = logging.getLogger(__name__)
PAGES = tuple(
    PAGE if not number else Page(key=f"tin/{number}", url=f"https://bao.example/tin/{number}", title=f"Bài {number}")
    for number in range(12)
)
_TEXTS = (
    "Nhận ngay {gift} khi đăng ký hôm nay, truy cập trang khuyến mãi mã {number} nhé cả nhà",
    "Vay tiền trong ngày không cần thế chấp, gọi tổng đài nhận {gift}, hồ sơ số {number} duyệt liền",
    "Vào nhóm dự đoán miễn phí cùng thầy, tuần này tặng {gift} cho {number} người đầu tiên",
)
_GIFTS = ("quà khủng", "xe máy", "điện thoại", "vàng miếng", "thẻ nạp")
_EMOJI = ("", " 🎁", " 🔥🔥", " 💰")


_WHO = (
    "Nhà tôi bán rau ở dãy B",
    "Cháu học trường cấp hai gần đó",
    "Là tài xế xe buýt tuyến số ba",
    "Ông bà tôi sống ở làng này bảy mươi năm",
    "Tôi làm kế toán cho hợp tác xã",
    "Gia đình em mới chuyển về đầu phố",
    "Từng phục vụ trong đội dân phòng",
    "Mẹ tôi đi chợ mỗi sáng",
)
_WHAT = (
    "thấy cống trước cổng nghẹt từ đợt mưa tháng trước mà chưa ai nạo vét",
    "mong phóng viên hỏi thêm ban quản lý về tiền gửi xe tăng gấp đôi",
    "nghĩ đèn đường tắt lúc chín giờ tối là quá sớm cho người đi làm ca",
    "xin góp ý đặt thùng phân loại ở cả hai đầu bến đò",
    "không đồng tình với cách tính phí vệ sinh theo mét vuông sạp",
)


def spam(chance: random.Random) -> str:
    """One of a wave: some words changed, the marks left out of every third, emoji added."""
    text = chance.choice(_TEXTS).format(gift=chance.choice(_GIFTS), number=chance.randrange(1000))
    return (fold(text) if chance.random() < 1 / 3 else text) + chance.choice(_EMOJI)


def honest(number: int) -> str:
    """Somebody's own words."""
    return f"{_WHO[number % len(_WHO)]}, {_WHAT[number % len(_WHAT)]}"


def wave(total: int, people: int) -> Iterator[tuple[str, bool]]:
    """What comes, in an order that does not change from run to run."""
    chance = random.Random(47)  # noqa: S311  (no secret)
    among = {round((at + 0.5) * total / people): at for at in range(people)}
    for at in range(total):
        yield spam(chance), False
        if at in among:
            yield honest(among[at]), True


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """How much comes from whom, over how many pages, in how long."""

    spam: int
    people: int
    pages: int
    minutes: int


SMALL = Night(spam=250, people=4, pages=2, minutes=10)
LARGE = Night(spam=20_000, people=40, pages=12, minutes=30)


def replay(storage: Storage, clock: FakeClock, moderation: Moderation, night: Night) -> set[UUID]:
    """Send it all; the ids of what people wrote."""
    wrote = set()
    for number, (body, is_honest) in enumerate(wave(night.spam, night.people)):
        clock.advance(night.minutes * 60 / (night.spam + night.people))
        sent = submission(
            page=PAGES[number % night.pages],
            body=body,
            moderation=moderation,
            brakes=True,
            rules=BUILT_IN_RULES,
            compared=True,
            is_new=True,
        )
        result = storage.write_sync(submit_comment, sent)
        if is_honest:
            wrote.add(result.comment_id)
    return wrote


def public(storage: Storage) -> set[UUID]:
    """What readers see."""
    shown = select(comments.c.id).where(comments.c.status == Status.APPROVED.value)
    return storage.read_sync(lambda tx, _: set(tx.execute(shown).scalars()), None)


def screen(storage: Storage) -> list[UUID]:
    """The first screen of the desk that the brake's line leads to: the wave alone, what is pressing first, in piles."""
    query = QueueQuery(
        status=Status.PENDING,
        size=PAGE_SIZE,
        sort=QueueSort.PRIORITY,
        narrowed=QueueFilter(reason=HeldReason.BRAKE),
        arranged=True,
    )
    return [item.id for item in storage.read_sync(queue, query).items]


def alerts(storage: Storage) -> int:
    """How many were told."""
    told = select(func.count()).where(outbox.c.kind == "BrakePulled")
    return storage.read_sync(lambda tx, _: int(tx.execute(told).scalar_one()), None)


def size(storage: Storage) -> int:
    """Bytes that the database takes."""
    return storage.read_sync(_size, None)


def _size(tx: Tx, command: None) -> int:
    del command
    pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    whole = pages if tx.dialect == "sqlite" else "SELECT pg_database_size(current_database())"
    return int(tx.execute(text(whole)).scalar_one())


def proved(storage: Storage, clock: FakeClock, moderation: Moderation, night: Night) -> float:
    """Send the wave; nothing of it is public, the people stand first on one screen, one alert went out.

    How many bytes a comment took.
    """
    before = size(storage)
    wrote = replay(storage, clock, moderation, night)
    assert not public(storage)
    assert set(screen(storage)[: night.people]) == wrote
    assert alerts(storage) == 1
    assert storage.read_sync(recount, Recount()).was_right
    return (size(storage) - before) / (night.spam + night.people)


@pytest.mark.parametrize("moderation", [Moderation.POST, Moderation.TRUST])
def test_a_small_wave_at_night(storage: Storage, clock: FakeClock, moderation: Moderation) -> None:
    """250 on two pages and four people in ten minutes: nothing public, the four within one screen, one alert."""
    proved(storage, clock, moderation, SMALL)


@pytest.mark.long
@pytest.mark.parametrize("moderation", [Moderation.POST, Moderation.TRUST])
def test_twenty_thousand_at_night(storage: Storage, clock: FakeClock, moderation: Moderation) -> None:
    """20,000 and forty people in half an hour: nothing public, the forty within one screen, at most 5 KB each."""
    taken = proved(storage, clock, moderation, LARGE)
    _logger.info("bytes a comment: %.0f", taken)
    assert taken <= 5 * 1024
