"""Comments for programs: the same services as JSON, strict about what comes in."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comment_factory import approved, move
from comment_site import CLOSED, PAGE_ID, browser, challenge, complete, reference, written
from engagement_widgets.comments import api, receipts_api
from engagement_widgets.comments.fields import BODY
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.errors import Invalid
from engagement_widgets.kernel.text import canonical
from engagement_widgets.testing import KNOWN_CODE
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import document

LIST = f"/api/v1/pages/{PAGE_ID}/comments"


@pytest.fixture
def site(ctx: Context) -> Context:
    """One instance."""
    return complete(ctx)


@pytest.fixture
async def program(site: Context) -> AsyncIterator[httpx.AsyncClient]:
    """A program: no page of ours, no cookie."""
    async with browser(site, accept="application/json") as client:
        yield client


def comment(site: Context, **fields: Any) -> dict[str, Any]:
    """A body that is accepted; a field that is None is left out."""
    filled = {
        "page": reference(site),
        "name": "Mai",
        "body": "Từ một chương trình",
        "challenge": challenge(site),
        "code": KNOWN_CODE,
        **fields,
    }
    return {name: value for name, value in filled.items() if value is not None}


@pytest.mark.anyio
async def test_post_approve_read(site: Context, program: httpx.AsyncClient) -> None:
    """201 with the receipt's address and the cookie that opens it; public once approved."""
    made = await program.post("/api/v1/comments", json=comment(site, email="mai@thu.example"))
    assert made.status_code == 201
    assert made.json()["status"] == "pending"
    comment_id = UUID(made.json()["id"])
    receipt = (await program.get(f"/api/v1/receipts/{comment_id}")).json()
    assert (receipt["status"], receipt["body"], receipt["note"]) == ("pending", "Từ một chương trình", None)
    assert (await program.get(f"/api/v1/comments/{comment_id}")).status_code == 404

    move(site.storage, comment_id, Status.APPROVED)
    found = (await program.get(f"/api/v1/comments/{comment_id}")).json()
    assert found == {
        "id": str(comment_id),
        "parent_id": None,
        "gone": False,
        "author": "Mai",
        "is_staff": False,
        "body": "Từ một chương trình",
        "submitted_at": "2026-11-23T05:00:00Z",
        "edited_at": None,
        "answers_id": None,
        "depth": 0,
        "pinned": False,
        "replies": [],
        "more_replies": 0,
    }
    listed = (await program.get(LIST)).json()
    assert (listed["count"], listed["comments"], listed["next"], listed["sort"]) == (1, [found], None, "newest")
    assert (await program.get(f"/fragments/{PAGE_ID}/comments.json")).json() == listed


@pytest.mark.anyio
async def test_cursors_walk_the_list(site: Context, program: httpx.AsyncClient) -> None:
    """`next` leads to the following page, `at` to the page of one comment."""
    ids = [str(approved(site.storage)) for _ in range(7)]
    first = (await program.get(LIST, params={"sort": "oldest"})).json()
    rest = (await program.get(LIST, params={"sort": "oldest", "cursor": first["next"]})).json()
    assert [each["id"] for each in (*first["comments"], *rest["comments"])] == ids
    at = (await program.get(LIST, params={"sort": "oldest", "at": ids[4]})).json()
    assert at["comments"][0]["id"] == ids[4]
    empty = (await program.get(f"/api/v1/pages/{uuid4()}/comments")).json()
    assert (empty["count"], empty["comments"]) == (0, [])


@pytest.mark.anyio
async def test_without_a_code(site: Context, program: httpx.AsyncClient) -> None:
    """`no_code` takes the lane without one; without either the answer is 422 `captcha_required`."""
    bare = comment(site, challenge=None, code=None)
    refused = await program.post("/api/v1/comments", json=bare)
    assert (refused.status_code, refused.json()["code"]) == (422, "captcha_required")
    made = await program.post("/api/v1/comments", json={**bare, "no_code": True})
    assert made.status_code == 201
    item = site.storage.read_sync(queue_item, UUID(made.json()["id"]))
    assert "no_code" in {hold.reason for hold in item.holds}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"body": None}, {"body": "required"}),
        ({"body": 7, "name": []}, {"body": "wrong_type", "name": "wrong_type"}),
        ({"no_code": "yes"}, {"no_code": "wrong_type"}),
        ({"page": None}, {"page": "required"}),
        ({"votes": 1}, {"votes": "unknown_field"}),
        ({"body": "", "name": " ", "email": "x"}, {"body": "required", "name": "required", "email": "invalid_email"}),
        ({"body": "x" * 3001}, {"body": "too_long"}),
        ({"body": "x", "parent": "7"}, {"body": "too_short", "parent": "invalid_id"}),
        ({"code": "SAI"}, {"code": "wrong"}),
        ({"code": ""}, {"code": "required"}),
    ],
)
async def test_wrong_fields_are_told_at_once(
    site: Context, program: httpx.AsyncClient, fields: dict[str, Any], errors: dict[str, str]
) -> None:
    """422 `invalid_fields` with one stable code a field; nothing is written."""
    refused = await program.post("/api/v1/comments", json=comment(site, **fields))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_fields")
    assert {item["field"]: item["code"] for item in refused.json()["errors"]} == errors
    assert site.storage.read_sync(written, None) == (0,) * 8


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "bad_json"),
        (b"[]", 400, "bad_json"),
        (b'{"body":"a","body":"b"}', 400, "bad_json"),
        (b'{"body":"\\ud800"}', 400, "bad_json"),
        (b'{"body":"\\u0000"}', 400, "bad_json"),
        (b'{"body":"\xff"}', 400, "bad_json"),
        (b'{"a":' * 17 + b"1" + b"}" * 17, 400, "bad_json"),
        (b'{"body":"' + b"x" * 1_000_000 + b'"}', 413, "body_too_large"),
    ],
)
async def test_a_body_that_cannot_be_read(
    site: Context, program: httpx.AsyncClient, raw: bytes, status: int, code: str
) -> None:
    """Each has its own stable code, and nothing is written."""
    refused = await program.post("/api/v1/comments", content=raw, headers={"content-type": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert site.storage.read_sync(written, None) == (0,) * 8


@pytest.mark.anyio
async def test_other_refusals(site: Context, program: httpx.AsyncClient) -> None:
    """Forged and foreign pages, a closed page, an unknown parent, another reader's key: each its own code."""
    foreign = site.secrets.sign("page-reference", ["other", "k", "/k", "K", "", None])
    key = "k" * 30
    assert (await program.post("/api/v1/comments", json=comment(site, submission_key=key))).status_code == 201
    async with browser(site, **{"x-user": "7"}) as other:
        for fields, status, code in (
            ({"page": "forged"}, 404, "unknown_page"),
            ({"page": foreign}, 403, "foreign_page"),
            ({"page": reference(site, CLOSED)}, 403, "comments_closed"),
            ({"parent": str(uuid4())}, 404, "unknown_parent"),
            ({"submission_key": key}, 409, "submission_key_used"),
        ):
            refused = await other.post("/api/v1/comments", json=comment(site, **fields))
            assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert site.storage.read_sync(written, None)[1] == 1


def test_the_document_describes_every_route() -> None:
    """OpenAPI is made from the routes: every one, with their models."""
    described = document((*api.API, *receipts_api.API))
    assert set(described["paths"]) == {
        "/pages/{page_id}/comments",
        "/comments/{comment_id}",
        "/comments",
        "/comments/{comment_id}/withdraw",
        "/receipts",
        "/receipts/{comment_id}",
    }
    assert "CommentOut" in described["components"]["schemas"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(), max_size=60) | st.text("aạ\u0323\u0302 \n\t\r<>&\u200d\U0001f468", max_size=40))
def test_accepted_text_comes_back_in_its_canonical_form(site: Context, text: str) -> None:
    """For any text: refused without a trace, or equal to its canonical form after post, approval and the API."""

    async def send() -> tuple[int, str | None]:
        async with browser(site, accept="application/json", **{"x-user": f"u{uuid4()}"}) as client:
            data = {"page": reference(site), "body": text}
            try:
                made = await client.post("/api/v1/comments", json=data)
            except UnicodeEncodeError:  # a lone surrogate cannot even be sent as JSON by this client
                return 400, None
            if made.status_code != 201:
                return made.status_code, None
            move(site.storage, UUID(made.json()["id"]), Status.APPROVED)
            found = (await client.get(f"/api/v1/comments/{made.json()['id']}")).json()
            return made.status_code, found["body"]

    before = site.storage.read_sync(written, None)
    status, body = asyncio.run(send())
    if status == 201:
        assert body == canonical(text, multiline=True)
        assert canonical(body, multiline=True) == body
    else:
        assert status in {400, 422}
        assert site.storage.read_sync(written, None) == before
        with pytest.raises(Invalid):
            BODY.parse(text)
