"""Whole pages and the search for programs, through HTTP: what vanishes, what goes on, who may."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import OTHER_PAGE, PAGE, approved, post
from desk_factory import MOUNT, add_account, open_token
from engagement_widgets.hooks import Role
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage
from rating_factory import vote

pytestmark = pytest.mark.anyio

API = f"{MOUNT}/api/v1"
PAGE_ID = page_id("test", PAGE.key)
NEW_ID = page_id("test", "tin/moi")


@pytest.fixture
async def program(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A script without a browser's headers."""
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def bearer(storage: Storage, role: Role = Role.EDITOR) -> dict[str, str]:
    """A session of this role."""
    return {"Authorization": f"Bearer {open_token(storage, add_account(storage, role=role))}"}


async def test_a_withdrawn_page_has_no_way_out(program: httpx.AsyncClient, storage: Storage) -> None:
    """Fragments, lists, counts, permalink, search and ranking lose it at once; the undo brings the same bytes back."""
    comment_id = approved(storage, body="phà đêm")
    vote(storage, "r:one", 5)
    ways = [
        f"{MOUNT}/fragments/{PAGE_ID}/comments.html",
        f"{MOUNT}/fragments/{PAGE_ID}/rating.json",
        f"{MOUNT}/pages/{PAGE_ID}/comments",
        f"{MOUNT}/c/{comment_id}",
        f"{MOUNT}/me?page={PAGE_ID}",
        f"{API}/pages/{PAGE_ID}/comments",
        f"{API}/comments/{comment_id}",
        f"{API}/counts?pages={PAGE_ID}",
        f"{API}/comments/search?q=pha",
    ]
    before = [await program.get(way) for way in ways]
    assert all(answer.status_code in {200, 303} for answer in before), [answer.status_code for answer in before]

    gone = await program.post(f"{API}/desk/pages/{PAGE_ID}/withdraw", json={"why": "gỡ"}, headers=bearer(storage))
    assert gone.json()["withdrawn_at"] is not None
    after = [await program.get(way) for way in ways]
    assert [answer.status_code for answer in after[:7]] == [404] * 7
    assert after[7].json()["pages"][str(PAGE_ID)] == {"comments": 0, "ratings": 0, "average": None}
    assert after[8].json()["comments"] == []

    undone = await program.post(f"{API}/desk/pages/undo/{gone.json()['undo']}", headers=bearer(storage))
    assert undone.json()["withdrawn_at"] is None
    back = [await program.get(way) for way in ways]
    assert [answer.content for answer in back] == [answer.content for answer in before]


async def test_a_renamed_page_is_read_under_both_ids(program: httpx.AsyncClient, storage: Storage) -> None:
    """Fragments, lists and counts of the old and the new id are the same, also after another comment."""
    approved(storage)
    body = {"key": "tin/moi", "title": "Tên mới"}
    first = await program.get(f"{MOUNT}/fragments/{NEW_ID}/comments.json")
    assert first.json()["count"] == 0
    renamed = await program.post(f"{API}/desk/pages/{PAGE_ID}/rename", json=body, headers=bearer(storage))
    assert (renamed.json()["key"], renamed.json()["title"]) == ("tin/moi", "Tên mới")
    approved(storage, page=replace(PAGE, key="tin/moi"))
    for identity in (PAGE_ID, NEW_ID):
        assert (await program.get(f"{MOUNT}/fragments/{identity}/comments.json")).json()["count"] == 2
        assert (await program.get(f"{API}/pages/{identity}/comments")).json()["count"] == 2
        counted = (await program.get(f"{API}/counts?pages={identity}")).json()["pages"]
        assert counted[str(identity)]["comments"] == 2


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("update", {"url": "javascript:alert(1)"}, 422, "invalid_fields"),
        ("update", {"title": "a\x01b"}, 422, "invalid_fields"),
        ("update", {"title": "a\x00b"}, 400, "bad_json"),
        ("update", {"what": 1}, 422, "invalid_fields"),
        ("rename", {}, 422, "invalid_fields"),
        ("rename", {"key": ""}, 422, "invalid_fields"),
        ("rename", {"key": "x" * 256}, 422, "invalid_fields"),
    ],
)
async def test_bad_input_changes_nothing(
    program: httpx.AsyncClient, storage: Storage, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    """Each wrong field is named, and the page stays as it was."""
    post(storage)
    answer = await program.post(f"{API}/desk/pages/{PAGE_ID}/{path}", json=body, headers=bearer(storage))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_what_a_program_merges_it_takes_back(program: httpx.AsyncClient, storage: Storage) -> None:
    """Both ids show the same until the undo; then lists, fragments and ratings of both are what they were."""
    other_id = page_id("test", OTHER_PAGE.key)
    for page in (PAGE, OTHER_PAGE):
        approved(storage, page=page)
        vote(storage, "r:both", 4, page)
    kinds = ("fragments/{}/rating.json", "fragments/{}/comments.html", "api/v1/pages/{}/comments")
    here, there = ([f"{MOUNT}/{kind.format(one)}" for kind in kinds] for one in (PAGE_ID, other_id))
    before = [(await program.get(way)).content for way in (*here, *there)]
    body = {"into": str(other_id), "why": "trùng"}
    merged = await program.post(f"{API}/desk/pages/{PAGE_ID}/merge", json=body, headers=bearer(storage))
    assert (merged.status_code, merged.json()["id"]) == (200, str(other_id))
    assert merged.json()["undo_until"] is not None
    assert (await program.get(here[0])).json() == (await program.get(there[0])).json()
    undo = f"{API}/desk/pages/undo/{merged.json()['undo']}"
    refused = await program.post(undo, headers=bearer(storage, Role.MODERATOR))
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
    undone = await program.post(undo, headers=bearer(storage))
    assert (undone.status_code, undone.json()["id"]) == (200, str(PAGE_ID))
    assert [(await program.get(way)).content for way in (*here, *there)] == before
    again = await program.post(undo, headers=bearer(storage))
    assert (again.status_code, again.json()["code"]) == (409, "already_undone")


async def test_what_a_program_deletes_or_closes_it_takes_back(program: httpx.AsyncClient, storage: Storage) -> None:
    """Each answer has its undo; a moderator takes back a closing and nothing else."""
    approved(storage)
    editor, moderator = bearer(storage), bearer(storage, Role.MODERATOR)
    deleted = (await program.post(f"{API}/desk/pages/{PAGE_ID}/delete", json={"why": "x"}, headers=editor)).json()
    assert deleted["deleted_at"] == deleted["withdrawn_at"] is not None
    undo = f"{API}/desk/pages/undo/"
    refused = await program.post(undo + deleted["undo"], headers=moderator)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
    assert (await program.post(undo + deleted["undo"], headers=editor)).json()["deleted_at"] is None
    closing = {"closed": True, "why": "Đủ ý kiến"}
    closed = (await program.post(f"{API}/desk/pages/{PAGE_ID}/comments", json=closing, headers=moderator)).json()
    assert closed["closed_at"] is not None
    assert (await program.post(undo + closed["undo"], headers=editor)).json()["code"] == "role_required"
    assert (await program.post(undo + closed["undo"], headers=moderator)).status_code == 200
    again = (
        await program.post(f"{API}/desk/pages/{PAGE_ID}/comments", json={"closed": False}, headers=moderator)
    ).json()
    assert (again["closed_at"], again["undo"], again["undo_until"]) == (None, None, None)


async def test_only_editors_and_admins_may(program: httpx.AsyncClient, storage: Storage) -> None:
    """A moderator is refused, nobody without a session comes in, an unknown page is told."""
    address = f"{API}/desk/pages/{PAGE_ID}/withdraw"
    assert (await program.post(address, json={})).json()["code"] == "sign_in_required"
    refused = await program.post(address, json={}, headers=bearer(storage, Role.MODERATOR))
    assert refused.json()["code"] == "role_required"
    unknown = await program.post(address, json={}, headers=bearer(storage, Role.ADMIN))
    assert unknown.json()["code"] == "unknown_page"
