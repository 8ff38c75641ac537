"""Pinning through the API: who may, what comes back, and what readers see of it."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import PAGE, approved
from desk_factory import MOUNT, add_account, open_token
from engagement_widgets.hooks import Role
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage

pytestmark = pytest.mark.anyio

DESK = f"{MOUNT}/api/v1/desk"
PAGE_ID = page_id("test", PAGE.key)


@pytest.fixture
async def program(app: ASGIApp, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """A moderator's script."""
    headers = {"Authorization": f"Bearer {open_token(storage, add_account(storage, role=Role.MODERATOR))}"}
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        yield client


async def pinned(client: httpx.AsyncClient, version: int, root: UUID, deed: str = "pin") -> httpx.Response:
    """Pin a comment, or unpin it."""
    return await client.post(f"{DESK}/comments/{root}/{deed}", json={"version": version})


async def test_a_moderator_pins_unpins_and_undoes(program: httpx.AsyncClient, storage: Storage) -> None:
    """What comes back says so; readers see it in every format at once; the queue says it to colleagues."""
    root, other = approved(storage), approved(storage)

    async def first() -> tuple[str, bool, bool]:
        listed = (await program.get(f"{MOUNT}/api/v1/pages/{PAGE_ID}/comments")).json()["comments"]
        fragment = (await program.get(f"{MOUNT}/fragments/{PAGE_ID}/comments.html")).text
        return listed[0]["id"], listed[0]["pinned"], "Được ghim" in fragment

    assert await first() == (str(other), False, False)
    done = (await pinned(program, 2, root)).json()
    assert (done["id"], done["status"], done["pinned"], done["version"]) == (str(root), "approved", True, 3)
    assert await first() == (str(root), True, True)
    queue = (await program.get(f"{DESK}/comments", params={"view": "approved"})).json()["comments"]
    assert {item["id"]: item["pinned"] for item in queue} == {str(root): True, str(other): False}

    undone = (await program.post(f"{DESK}/undo/{done['undo']}")).json()
    assert (undone["pinned"], undone["undo"]) == (False, None)
    assert await first() == (str(other), False, False)
    await pinned(program, 4, root)
    assert (await pinned(program, 5, root, "unpin")).json()["pinned"] is False
    assert await first() == (str(other), False, False)


async def test_what_cannot_be_pinned_is_told_why(program: httpx.AsyncClient, storage: Storage) -> None:
    """A reply, a stale version, a fourth: each with its code and sentence."""
    roots = [approved(storage) for _ in range(4)]
    for root in roots[:3]:
        assert (await pinned(program, 2, root)).status_code == 200
    refusals = {
        "not_pinnable": await pinned(program, 2, approved(storage, parent=roots[0])),
        "stale_version": await pinned(program, 1, roots[3]),
        "too_many_pinned": await pinned(program, 2, roots[3]),
    }
    for code, answer in refusals.items():
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert refusals["too_many_pinned"].json()["params"] == {"maximum": 3}
    assert "chỉ ghim được 3 bình luận" in refusals["too_many_pinned"].json()["title"]


async def test_an_editor_and_a_stranger_pin_nothing(app: ASGIApp, storage: Storage) -> None:
    """403, and the comment stays where it stood."""
    root = approved(storage)
    editor = open_token(storage, add_account(storage, role=Role.EDITOR))
    for headers, code in (({}, "sign_in_required"), ({"Authorization": f"Bearer {editor}"}, "role_required")):
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1", headers=headers
        ) as client:
            for deed in ("pin", "unpin"):
                answer = await pinned(client, 2, root, deed)
                assert (answer.status_code, answer.json()["code"]) == (403, code)
