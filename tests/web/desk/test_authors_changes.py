"""What a moderator sees of an author's own changes: former texts, who was first, what can no longer be published."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import PAGE, examined, move, post
from desk_factory import MOUNT, add_account, at_the_desk, open_token
from engagement_widgets.comments.service import (
    Author,
    Edit,
    Status,
    Withdraw,
    body_hash,
    edit_comment,
    queue_item,
    withdraw_comment,
)
from engagement_widgets.hooks import Moderation
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

pytestmark = pytest.mark.anyio

ME = Author(readers=("r:me",))
WINDOW = timedelta(minutes=15)
FIRST, SECOND = "Câu đầu tiên của tôi", "Câu đã được sửa lại"


@pytest.fixture
async def desk(app: ASGIApp, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """A moderator's browser, and a program's token."""
    account = add_account(storage, name="Phạm Minh Hà")
    async with at_the_desk(app, storage, account) as client:
        client.headers["authorization"] = f"Bearer {open_token(storage, account)}"
        yield client


def words(response: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


def change(storage: Storage, comment_id: UUID) -> None:
    """Change the text as its author."""
    command = Edit(
        comment_id=comment_id,
        author=ME,
        version=storage.read_sync(queue_item, comment_id).version,
        body=SECOND,
        body_hash=body_hash(SECOND),
        page=PAGE,
        examined=examined("Nguyễn Văn Ánh", SECOND),
        moderation=Moderation.PRE,
        trust_after=3,
        window=WINDOW,
        waits=True,
    )
    storage.write_sync(edit_comment, command)


def take_back(storage: Storage, comment_id: UUID) -> None:
    """Take it back as its author."""
    storage.write_sync(withdraw_comment, Withdraw(comment_id=comment_id, author=ME, window=WINDOW))


async def decide(desk: httpx.AsyncClient, comment_id: UUID, status: Status, version: int) -> tuple[int, Any]:
    """Decide by the API."""
    answer = await desk.post(
        f"{MOUNT}/api/v1/desk/comments/{comment_id}/decision", json={"status": status, "version": version}
    )
    return answer.status_code, answer.json()


async def test_a_card_shows_the_change_and_the_text_before(
    desk: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """The time of the change, the reason, the former text with its time; the API gives the same."""
    sent = post(storage, reader="r:me", body=FIRST).comment_id
    move(storage, sent, Status.APPROVED)
    clock.advance(60)
    change(storage, sent)
    card = words(await desk.get(f"{MOUNT}/desk/comments/{sent}"))
    for said in ("đã sửa 01/07/2026 09:01", "Tác giả đã sửa sau khi đăng", "1 bản trước khi sửa", FIRST, SECOND):
        assert said in card
    (item,) = (await desk.get(f"{MOUNT}/api/v1/desk/comments")).json()["comments"]
    assert (item["body"], item["edited_at"], item["withdrawn_at"]) == (SECOND, "2026-07-01T02:01:00Z", None)
    assert item["former"] == [{"version": 2, "body": FIRST, "written_at": "2026-07-01T02:00:00Z"}]
    assert {held["reason"] for held in item["held"]} >= {"edited", "premoderation"}


async def test_a_stale_decision_says_that_the_author_was_first(
    desk: httpx.AsyncClient, storage: Storage, clock: FakeClock
) -> None:
    """Changed or taken back while the card was open: 409 in words on the card, and as figures for programs."""
    for deed, code, said in (
        (change, "edited", "Tác giả vừa sửa bình luận này."),
        (take_back, "withdrawn", "Tác giả vừa thu hồi bình luận này."),
    ):
        sent = post(storage, reader="r:me").comment_id
        clock.advance(1)
        deed(storage, sent)
        form = await desk.post(f"{MOUNT}/desk/comments/{sent}/decision", data={"version": "1", "decision": "approved"})
        assert (form.status_code, said in words(form)) == (409, True)
        status, problem = await decide(desk, sent, Status.APPROVED, 1)
        assert (status, problem["code"], problem["params"]["by_author"]) == (409, "stale_version", code)


async def test_what_was_taken_back_is_not_published(desk: httpx.AsyncClient, storage: Storage) -> None:
    """The card says who removed it and offers no way back; whoever tries is told, by form and by API."""
    sent = post(storage, reader="r:me").comment_id
    take_back(storage, sent)
    card = await desk.get(f"{MOUNT}/desk/comments/{sent}")
    assert "Tác giả đã thu hồi" in words(card)
    assert 'value="approved"' not in card.text
    assert 'value="spam"' in card.text
    told = "Tác giả đã thu hồi bình luận này nên không thể đăng lại."
    form = await desk.post(f"{MOUNT}/desk/comments/{sent}/decision", data={"version": "2", "decision": "approved"})
    assert (form.status_code, told in words(form)) == (409, True)
    status, problem = await decide(desk, sent, Status.PENDING, 2)
    assert (status, problem["code"], problem["title"]) == (409, "withdrawn_by_author", told)
    assert (await decide(desk, sent, Status.SPAM, 2))[0] == 200
