"""What the desk's pages show of reports and cases."""

import html
import re

import pytest
from starlette.types import ASGIApp

from comment_factory import approved
from desk_factory import MOUNT, add_account, at_the_desk
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from judgement_factory import complain, opened

pytestmark = pytest.mark.anyio


def words(text: str) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


async def test_the_view_of_reported_comments(app: ASGIApp, storage: Storage, clock: FakeClock) -> None:
    """Counted at the side, with the reason to hold, and each report's reason, text and time on the card."""
    comment = approved(storage, name="Bà Lý")
    clock.advance(60)
    for number in range(3):
        complain(storage, comment, f"r:v{number}", text="<b>Chửi</b> cả làng")
    async with at_the_desk(app, storage, add_account(storage)) as desk:
        page = await desk.get(f"{MOUNT}/desk/queue", params={"view": "reported"})
        assert "<title>Bị báo cáo (1) – Bàn duyệt</title>" in page.text
        assert "Bị báo cáo 3 lần" in words(page.text)
        assert words(page.text).count("Xúc phạm, công kích cá nhân : “<b>Chửi</b> cả làng” · 01/07/2026 09:01") == 3
        version = storage.read_sync(queue_item, comment).version
        decision = {"version": str(version), "decision": "approved"}
        await desk.post(f"{MOUNT}/desk/comments/{comment}/decision", data=decision)
        page = await desk.get(f"{MOUNT}/desk/queue", params={"view": "reported"})
        assert "<title>Bị báo cáo (0) – Bàn duyệt</title>" in page.text
        card = await desk.get(f"{MOUNT}/desk/comments/{comment}")
        assert "Bị báo cáo 3 lần" not in words(card.text)
        assert words(card.text).count("· đã xử lý") == 3


async def test_a_case_stands_on_the_card_and_in_the_way(app: ASGIApp, storage: Storage) -> None:
    """The number is the reason to hold; approving past it is told and changes nothing; the journal speaks of it."""
    comment = approved(storage)
    case = opened(storage, comment)
    async with at_the_desk(app, storage, add_account(storage)) as desk:
        page = await desk.get(f"{MOUNT}/desk/queue")
        assert f"Khiếu nại {case.number} đang xử lý" in words(page.text)
        version = storage.read_sync(queue_item, comment).version
        decision = {"version": str(version), "decision": "approved"}
        refused = await desk.post(f"{MOUNT}/desk/comments/{comment}/decision", data=decision)
        assert refused.status_code == 409
        assert f"Bình luận đang có khiếu nại {case.number} chưa xử lý." in words(refused.text)
        assert "Mở khiếu nại" in words((await desk.get(f"{MOUNT}/desk/journal")).text)
    assert storage.read_sync(queue_item, comment).status is Status.PENDING
