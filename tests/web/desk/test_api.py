"""The desk for programs: the same services, a bearer token, problem documents."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import LAN, move, post
from desk_factory import MOUNT, ONE_TIME, PASSWORD, add_account, open_token
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.desk.api import API
from engagement_widgets.hooks import Role
from engagement_widgets.storage.units import Storage

pytestmark = pytest.mark.anyio

DESK = f"{MOUNT}/api/v1/desk"


@pytest.fixture
async def program(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A script without a browser's headers."""
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def _bearer(storage: Storage, role: Role = Role.MODERATOR, *, one_time: bool = False) -> dict[str, str]:
    token = open_token(storage, add_account(storage, role=role, one_time=one_time))
    return {"Authorization": f"Bearer {token}"}


def _calls() -> list[tuple[str, str, Any]]:
    """Every call that needs a session, with a body that could be right."""
    bodies = {"/desk/comments/{comment_id:uuid}/decision": {"status": "approved", "version": 1}}
    found = []
    for route in API:
        if route.path != "/desk/sessions":
            path = route.path.replace("{comment_id:uuid}", str(uuid4())).replace("{undo_id:uuid}", str(uuid4()))
            found.append((route.method, f"{MOUNT}/api/v1{path}", bodies.get(route.path)))
    return found


async def test_a_program_signs_in_works_and_signs_out(program: httpx.AsyncClient, storage: Storage) -> None:
    """A token for login and password; after signing out it opens nothing."""
    account = add_account(storage)
    comment = post(storage).comment_id
    signed_in = await program.post(f"{DESK}/sessions", json={"login": account.login, "password": PASSWORD})
    assert signed_in.status_code == 201
    assert "set-cookie" not in signed_in.headers
    headers = {"Authorization": f"Bearer {signed_in.json()['token']}"}

    listed = (await program.get(f"{DESK}/comments", headers=headers)).json()
    assert [item["id"] for item in listed["comments"]] == [str(comment)]
    assert listed["counts"]["pending"] == 1
    item = listed["comments"][0]
    assert {held["reason"] for held in item["held"]} == {"premoderation", "first_comment"}
    assert not {"email", "reader", "address_hash"} & set(item)

    body = {"status": "rejected", "version": item["version"], "reason": "insult"}
    decided = (await program.post(f"{DESK}/comments/{comment}/decision", json=body, headers=headers)).json()
    assert decided["status"] == "rejected"
    assert storage.read_sync(queue_item, comment).note == "Bình luận có lời lẽ xúc phạm người khác."
    undone = await program.post(f"{DESK}/undo/{decided['undo']}", headers=headers)
    assert undone.json()["status"] == "pending"

    journal = (await program.get(f"{DESK}/journal", headers=headers)).json()["entries"]
    assert [entry["action"] for entry in journal[:2]] == ["comment.undone", "comment.rejected"]
    assert (await program.delete(f"{DESK}/sessions/current", headers=headers)).json() == {"ended": True}
    assert (await program.get(f"{DESK}/comments", headers=headers)).status_code == 403


async def test_nobody_calls_without_a_session(program: httpx.AsyncClient) -> None:
    """A problem document each, never a redirect."""
    for headers in ({}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic eDp5"}):
        for method, path, body in _calls():
            answer = await program.request(method, path, json=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_required"), path


async def test_the_browsers_cookie_is_worth_nothing_here(program: httpx.AsyncClient, storage: Storage) -> None:
    """So no page of another site can make a browser call the API."""
    token = open_token(storage, add_account(storage))
    headers = {"Cookie": f"ew_desk={token}", "Sec-Fetch-Site": "same-origin"}
    for method, path, body in _calls():
        assert (await program.request(method, path, json=body, headers=headers)).status_code == 403


async def test_roles_hold_here_too(program: httpx.AsyncClient, storage: Storage) -> None:
    """An editor has no queue; a one-time password opens nothing at all."""
    for headers, code in (
        (_bearer(storage, Role.EDITOR), "role_required"),
        (_bearer(storage, one_time=True), "password_change_required"),
    ):
        for method, path, body in _calls():
            if not path.endswith("/sessions/current"):
                answer = await program.request(method, path, json=body, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (403, code), path


async def test_wrong_credentials_and_wrong_bodies_are_problems(program: httpx.AsyncClient, storage: Storage) -> None:
    """403 for the one, 422 naming every field for the other."""
    account = add_account(storage, one_time=True)
    for login in (account.login, "nobody"):
        answer = await program.post(f"{DESK}/sessions", json={"login": login, "password": "wrong"})
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_credentials")
    answer = await program.post(f"{DESK}/sessions", json={"login": 7, "extra": True})
    assert answer.status_code == 422
    assert {(error["field"], error["code"]) for error in answer.json()["errors"]} == {
        ("login", "wrong_type"),
        ("password", "required"),
        ("extra", "unknown_field"),
    }
    assert ONE_TIME not in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "approved"}, 422),
        ({"status": "burned", "version": 1}, 422),
        ({"status": "approved", "version": "1"}, 422),
        ({"status": "rejected", "version": 1, "reason": "because"}, 422),
        ({"status": "rejected", "version": 1, "note": "x" * 501}, 422),
        ({"status": "approved", "version": 10**19}, 409),
        ({"status": "approved", "version": -1}, 409),
    ],
)
async def test_a_bad_decision_changes_nothing(
    program: httpx.AsyncClient, storage: Storage, body: dict[str, Any], status: int
) -> None:
    """A clear problem, and the comment stands where it stood."""
    comment = post(storage).comment_id
    answer = await program.post(f"{DESK}/comments/{comment}/decision", json=body, headers=_bearer(storage))
    assert answer.status_code == status
    assert storage.read_sync(queue_item, comment).version == 1


async def test_whoever_comes_second_gets_a_conflict(program: httpx.AsyncClient, storage: Storage) -> None:
    """409 with a sentence of its own."""
    comment = post(storage).comment_id
    move(storage, comment, Status.APPROVED, actor=LAN)
    body = {"status": "spam", "version": 1}
    answer = await program.post(f"{DESK}/comments/{comment}/decision", json=body, headers=_bearer(storage))
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
    assert "vừa được người khác thay đổi" in answer.json()["title"]


async def test_lists_are_paged_by_signed_cursors(program: httpx.AsyncClient, storage: Storage) -> None:
    """Every comment and every entry once; a forged cursor is refused."""
    headers = _bearer(storage)
    comments = [post(storage).comment_id for _ in range(52)]
    for comment in comments:
        move(storage, comment, Status.SPAM)
    seen: list[str] = []
    cursor = None
    while True:
        params = {"view": "spam", "sort": "oldest", **({"cursor": cursor} if cursor else {})}
        page = (await program.get(f"{DESK}/comments", params=params, headers=headers)).json()
        seen += [item["id"] for item in page["comments"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [str(comment) for comment in comments]
    first = (await program.get(f"{DESK}/journal", headers=headers)).json()
    second = (await program.get(f"{DESK}/journal", params={"cursor": first["next"]}, headers=headers)).json()
    entries = [entry["id"] for entry in first["entries"] + second["entries"]]
    assert len(entries) == len(set(entries)) == 50 + len(second["entries"])
    for path, params in (("comments", {"cursor": "x"}), ("journal", {"cursor": "x"}), ("comments", {"view": "x"})):
        assert (await program.get(f"{DESK}/{path}", params=params, headers=headers)).status_code == 400
