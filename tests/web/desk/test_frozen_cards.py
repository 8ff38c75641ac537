"""Cards of comments that an open case is about."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import approved, move
from desk_factory import MOUNT, add_account, at_the_desk
from engagement_widgets.comments.service import Status
from engagement_widgets.storage.units import Storage
from judgement_factory import opened

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(app: ASGIApp, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """A moderator's browser."""
    async with at_the_desk(app, storage, add_account(storage)) as client:
        yield client


@pytest.mark.parametrize("hides", [True, False])
async def test_a_card_offers_nothing_that_an_open_case_forbids(
    desk: httpx.AsyncClient, storage: Storage, *, hides: bool
) -> None:
    """No approving of what a case hides and no masking of evidence, whatever its status; the case's number says why."""
    comment = approved(storage, body="Gọi 0912 345 612 nhé")
    case = opened(storage, comment, hides=hides)
    for status in (None, Status.REJECTED, Status.DELETED):
        if status is not None:
            move(storage, comment, status)
        page = await desk.get(f"{MOUNT}/desk/comments/{comment}")
        offered = set(re.findall(r'name="decision" value="(\w+)"', page.text))
        assert ("approved" in offered) is (status is not None and not hides)
        assert "rejected" in offered or status is Status.REJECTED
        assert f"Khiếu nại {case.number} chưa xử lý xong" in page.text
        assert "Che thông tin cá nhân" not in page.text
