"""Cases at the desk's API: list, read with the evidence, decide; and the reported view of the queue."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import approved, move
from desk_factory import MOUNT, add_account, open_token
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.hooks import Role
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from judgement_factory import complain, opened

pytestmark = pytest.mark.anyio

DESK = f"{MOUNT}/api/v1/desk"


@pytest.fixture
async def desk(app: ASGIApp, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """A moderator's program."""
    token = open_token(storage, add_account(storage, role=Role.MODERATOR))
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 50000))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        yield client


async def test_a_case_is_listed_read_and_decided(desk: httpx.AsyncClient, storage: Storage, clock: FakeClock) -> None:
    """Notifier, clock, evidence with its fingerprint; upheld, the author reads why; a second decision is stale."""
    comment = approved(storage, body="Nguyên văn")
    case = opened(storage, comment)
    clock.advance(60)
    listed = (await desk.get(f"{DESK}/cases")).json()
    assert [(item["number"], item["name"], item["hides"]) for item in listed["cases"]] == [
        (case.number, "Trần Thị Mai", True)
    ]
    path = f"{DESK}/cases/{case.case_id}"
    read = (await desk.get(path)).json()
    kept = read["comments"][0]
    assert (kept["evidence"]["body"], kept["intact"], kept["status"]) == ("Nguyên văn", True, "pending")
    assert len(kept["sha256"]) == 64

    body = {"decision": "upheld", "version": read["case"]["version"], "note": "Sai sự thật"}
    decided = await desk.post(f"{path}/decision", json=body)
    assert (decided.status_code, decided.json()["case"]["status"]) == (200, "upheld")
    item = storage.read_sync(queue_item, comment)
    assert (item.status, item.note) == (Status.REJECTED, "Sai sự thật")
    again = await desk.post(f"{path}/decision", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "stale_version")
    assert (await desk.get(f"{DESK}/cases", params={"status": "upheld"})).json()["cases"][0]["number"] == case.number
    assert (await desk.get(f"{DESK}/cases")).json() == {"cases": [], "next": None}


async def test_wrong_questions_about_cases(desk: httpx.AsyncClient, storage: Storage) -> None:
    """An unknown case, a status there is none of, a cursor of another list, an editor: each its own answer."""
    unknown = await desk.get(f"{DESK}/cases/00000000-0000-7000-8000-000000000000")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_case")
    assert (await desk.get(f"{DESK}/cases", params={"status": "lost"})).status_code == 422
    assert (await desk.get(f"{DESK}/cases", params={"cursor": "x"})).json()["code"] == "bad_cursor"
    editor = open_token(storage, add_account(storage, login="lan", role=Role.EDITOR))
    refused = await desk.get(f"{DESK}/cases", headers={"Authorization": f"Bearer {editor}"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")


async def test_what_a_case_hides_is_not_approved_past_it(desk: httpx.AsyncClient, storage: Storage) -> None:
    """The queue's decision answers with the case's number."""
    comment = approved(storage)
    case = opened(storage, comment)
    version = storage.read_sync(queue_item, comment).version
    answer = await desk.post(f"{DESK}/comments/{comment}/decision", json={"status": "approved", "version": version})
    assert (answer.status_code, answer.json()["code"]) == (409, "case_open")
    assert answer.json()["params"] == {"number": case.number}


async def test_reported_comments_have_a_view(desk: httpx.AsyncClient, storage: Storage, clock: FakeClock) -> None:
    """From the third report on, with every report's reason and text; answered by a decision."""
    comment, other = approved(storage), approved(storage)
    clock.advance(60)
    complain(storage, other, "r:one")
    for number in range(3):
        complain(storage, comment, f"r:v{number}", text=f"Lý do {number}")
    found = (await desk.get(f"{DESK}/comments", params={"view": "reported"})).json()["comments"]
    assert [item["id"] for item in found] == [str(comment)]
    assert {(told["reason"], told["text"], told["open"]) for told in found[0]["reports"]} == {
        ("insult", f"Lý do {number}", True) for number in range(3)
    }
    assert ("reported", {"count": 3}) in [(held["reason"], held["params"]) for held in found[0]["held"]]
    clock.advance(60)
    move(storage, comment, Status.APPROVED)
    assert (await desk.get(f"{DESK}/comments", params={"view": "reported"})).json()["comments"] == []
