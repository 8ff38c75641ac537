"""Masking personal data through HTTP: a button where there is something to mask, by plain form and by API."""

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import move, post
from desk_factory import MOUNT, add_account, at_the_desk, open_token
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.hooks import Role
from engagement_widgets.storage.units import Storage

pytestmark = pytest.mark.anyio

QUEUE = f"{MOUNT}/desk/queue"
BODY = "Bán đất, gọi 0912 345 612 nhé"
MASKED = "Bán đất, gọi 09•• ••• •12 nhé"
BUTTON = "Che thông tin cá nhân"


@pytest.fixture
async def desk(app: ASGIApp, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """A moderator's browser, without JavaScript."""
    async with at_the_desk(app, storage, add_account(storage)) as client:
        yield client


def said(response: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


async def test_a_card_offers_it_only_where_there_is_something_to_mask(
    desk: httpx.AsyncClient, storage: Storage
) -> None:
    """Prices are nobody's."""
    post(storage, body="Giá 1.250.000 đồng, ngày 09/12/2024")
    assert BUTTON not in said(await desk.get(QUEUE))
    post(storage, body=BODY)
    assert BUTTON in said(await desk.get(QUEUE))


async def test_the_button_masks_and_the_toast_takes_it_back(desk: httpx.AsyncClient, storage: Storage) -> None:
    """A plain form each; the card stays where it was, still to be decided."""
    comment_id = post(storage, body=BODY).comment_id
    address = html.unescape(re.findall(r'action="([^"]+/mask[^"]*)"', (await desk.get(QUEUE)).text)[0])
    version = storage.read_sync(queue_item, comment_id).version
    sent = await desk.post(address, data={"version": str(version)})
    assert sent.status_code == 303
    page = await desk.get(sent.headers["location"])
    assert "Đã che thông tin cá nhân trong bình luận của Nguyễn Văn Ánh." in said(page)
    assert MASKED in said(page)
    assert BUTTON not in said(page)
    assert f"/desk/comments/{comment_id}/decision" in page.text

    undo = html.unescape(re.findall(r'action="([^"]+/desk/undo/[^"]+)"', page.text)[0])
    back = await desk.get((await desk.post(undo)).headers["location"])
    assert BODY in said(back)
    assert BUTTON in said(back)


async def test_a_stale_card_masks_nothing_and_says_so(desk: httpx.AsyncClient, storage: Storage) -> None:
    """Somebody decided in between; a second press finds nothing left."""
    comment_id = post(storage, body=BODY).comment_id
    version = storage.read_sync(queue_item, comment_id).version
    move(storage, comment_id, Status.APPROVED)
    address = f"{MOUNT}/desk/comments/{comment_id}/mask"
    stale = await desk.post(address, data={"version": str(version)})
    assert stale.status_code == 409
    assert "Chưa có gì thay đổi thêm" in said(stale)
    assert storage.read_sync(queue_item, comment_id).body == BODY

    assert (await desk.post(address, data={"version": str(version + 1)})).status_code == 303
    nothing = await desk.post(address, data={"version": str(version + 2)})
    assert nothing.status_code == 409
    assert "Không còn thông tin cá nhân nào để che" in said(nothing)
    assert (await desk.post(address, data={"version": "x"})).status_code == 422


async def test_a_program_masks_and_takes_it_back(program: httpx.AsyncClient, storage: Storage) -> None:
    """The same unit behind the same door."""
    comment_id = post(storage, body=BODY).comment_id
    headers = {"Authorization": f"Bearer {open_token(storage, add_account(storage, role=Role.MODERATOR))}"}
    address = f"{MOUNT}/api/v1/desk/comments/{comment_id}/mask"
    version = storage.read_sync(queue_item, comment_id).version
    assert (await program.post(address, json={"version": version})).status_code == 403
    done = (await program.post(address, json={"version": version}, headers=headers)).json()
    assert (done["status"], done["version"]) == ("pending", version + 1)
    assert storage.read_sync(queue_item, comment_id).body == MASKED
    again = await program.post(address, json={"version": done["version"]}, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_mask")
    undone = await program.post(f"{MOUNT}/api/v1/desk/undo/{done['undo']}", headers=headers)
    assert undone.json()["status"] == "pending"
    assert storage.read_sync(queue_item, comment_id).body == BODY


@pytest.fixture
async def program(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A script without a browser's headers."""
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client
