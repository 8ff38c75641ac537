"""Rules, blocks, emergency holds and closed pages by API: who may, what is answered, what is written down."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import PAGE, post
from desk_factory import MOUNT, add_account, at_the_desk, open_token
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.desk import blocks_api, holding_api, rules_api
from engagement_widgets.hooks import Moderation, Role
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from rule_factory import add, rules_of, words

pytestmark = pytest.mark.anyio

DESK = f"{MOUNT}/api/v1/desk"
WORDS = {"kind": "words", "name": "Cờ bạc", "params": {"entries": [{"text": "cá độ"}]}}
PAGE_ID = page_id("test", PAGE.key)


@pytest.fixture
async def program(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A script without a browser's headers."""
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1{DESK}") as client:
        yield client


@pytest.fixture
def admin(storage: Storage) -> dict[str, str]:
    """An admin's header."""
    return bearer(storage, Role.ADMIN)


def bearer(storage: Storage, role: Role) -> dict[str, str]:
    """A header of a person with this role."""
    return {"Authorization": f"Bearer {open_token(storage, add_account(storage, role=role))}"}


async def test_a_rule_lives_by_api(program: httpx.AsyncClient, admin: dict[str, str], storage: Storage) -> None:
    """Added, changed, moved, deleted, undone; each answer has the version that the next call names."""
    added = await program.post("/rules", json={"rule": WORDS}, headers=admin)
    assert added.status_code == 201, added.text
    rule = added.json()["rules"][0]
    assert (rule["version"], rule["built_in"], rule["params"]["entries"][0]["scope"]) == (1, False, "word")

    change = {"version": 1, "action": "spam", "params": {"entries": [{"text": "cá độ"}, {"text": "lô đề"}]}}
    changed = (await program.patch(f"/rules/{rule['id']}", json=change, headers=admin)).json()
    assert (changed["version"], changed["rules"][0]["version"], changed["rules"][0]["action"]) == (2, 2, "spam")
    stale = await program.patch(f"/rules/{rule['id']}", json=change, headers=admin)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")

    listed = (await program.get("/rules", headers=admin)).json()
    order = [listed["rules"][-1]["id"], *(one["id"] for one in listed["rules"][:-1])]
    moved = await program.put("/rule-order", json={"ids": order, "version": listed["version"]}, headers=admin)
    assert moved.status_code == 200
    assert [one["id"] for one in (await program.get("/rules", headers=admin)).json()["rules"]] == order
    undone = await program.post(f"/rules/undo/{moved.json()['undo']}", headers=admin)
    assert undone.json()["undo"] is None

    gone = await program.delete(f"/rules/{rule['id']}", params={"version": "2"}, headers=admin)
    assert gone.status_code == 200, gone.text
    assert rule["id"] not in {one.id for one in rules_of(storage).rules}
    journal = (await program.get("/journal", headers=admin)).json()["entries"]
    assert {"rule.added", "rule.changed", "rule.moved", "rule.undone", "rule.removed"} <= {
        entry["action"] for entry in journal
    }


async def test_a_rule_is_tried_before_it_holds(
    program: httpx.AsyncClient, admin: dict[str, str], storage: Storage
) -> None:
    """The trial shows where it finds what; without a reason a rule that touches much is not taken."""
    for number in range(10):
        post(storage, body=f"Ý kiến số {number}" + (" về cá độ" if number == 9 else ""))
    tried = (await program.post("/rule-simulations", json={"rule": WORDS, "last": 5000}, headers=admin)).json()
    assert (tried["seen"], tried["touched"], tried["share"], tried["statuses"]) == (10, 1, 0.1, {"pending": 1})
    example = tried["examples"][0]
    place = example["found"][0]
    assert example["body"][place["start"] : place["end"]] == "cá độ"

    refused = await program.post("/rules", json={"rule": WORDS}, headers=admin)
    error = refused.json()["errors"][0]
    assert (refused.status_code, error["field"], error["code"]) == (422, "why", "reason_required")
    assert error["params"] == {"percent": 10.0, "touched": 1, "seen": 10}
    assert rules_of(storage).version == 0
    assert (await program.post("/rules", json={"rule": WORDS, "why": "mùa bóng"}, headers=admin)).status_code == 201


async def test_packs_and_sets_are_imported(program: httpx.AsyncClient, admin: dict[str, str]) -> None:
    """A starter pack by its name; what the list answers is taken back in as it is."""
    packs = (await program.get("/rule-packs", headers=admin)).json()["packs"]
    assert packs
    for pack in packs:
        answer = await program.post("/rule-imports", json={"pack": pack["name"]}, headers=admin)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["rules"]) == 1
    unknown = await program.post("/rule-imports", json={"pack": "none"}, headers=admin)
    assert unknown.json()["errors"][0]["code"] == "unknown_pack"

    listed = (await program.get("/rules", headers=admin)).json()["rules"]
    known = {"kind", "name", "fields", "params", "action", "enabled", "note"}
    exported = [{name: one[name] for name in known} | ({"id": one["id"]} if one["built_in"] else {}) for one in listed]
    again = await program.post("/rule-imports", json={"rules": exported}, headers=admin)
    assert (again.status_code, again.json()["rules"]) == (200, [])
    exported[-1]["note"] = "đã xem"
    assert len((await program.post("/rule-imports", json={"rules": exported}, headers=admin)).json()["rules"]) == 1


async def test_blocks_holds_and_closing_by_api(
    program: httpx.AsyncClient, admin: dict[str, str], storage: Storage, clock: FakeClock
) -> None:
    """Set, listed, undone and ended; each counts from the next comment on."""
    comment = post(storage, reader="r:bad").comment_id
    until = (clock.now() + timedelta(days=1)).isoformat()
    block = {"comment": str(comment), "effect": "refuse", "until": until, "note": "quấy rối"}
    blocked = await program.post("/blocks", json=block, headers=admin)
    assert blocked.status_code == 201, blocked.text
    assert [one["kind"] for one in (await program.get("/blocks", headers=admin)).json()["blocks"]] == ["reader"]
    undone = await program.post(f"/blocks/undo/{blocked.json()['undo']}", headers=admin)
    assert undone.json()["block"] is None

    hold = {"scope": "site", "until": until, "banner": "Tạm giữ"}
    assert (await program.post("/emergency", json=hold, headers=admin)).status_code == 201
    assert post(storage, moderation=Moderation.POST).status is Status.PENDING
    assert len((await program.get("/emergency", headers=admin)).json()["holds"]) == 1
    assert (await program.delete("/emergency", params={"scope": "site"}, headers=admin)).json() == {"ended": True}
    assert post(storage, moderation=Moderation.POST).status is Status.APPROVED

    closed = await program.post(f"/pages/{PAGE_ID}/comments", json={"closed": True}, headers=admin)
    assert closed.json()["closed_at"] is not None
    opened = await program.post(f"/pages/{PAGE_ID}/comments", json={"closed": False}, headers=admin)
    assert opened.json()["closed_at"] is None

    wrong = {"effect": "hold", "until": "morgen", "comment": "x", "note": "n" * 501, "email": "kein"}
    answer = await program.post("/blocks", json=wrong, headers=admin)
    assert {(one["field"], one["code"]) for one in answer.json()["errors"]} == {
        ("until", "bad_moment"),
        ("comment", "invalid_id"),
        ("note", "too_long"),
        ("email", "invalid_email"),
    }


def calls() -> list[tuple[str, str, Any, bool]]:
    """Every call with a body that could be right, and whether a moderator may make it."""
    bodies = {
        ("POST", "/desk/rules"): {"rule": WORDS},
        ("POST", "/desk/rule-imports"): {"pack": "insults"},
        ("POST", "/desk/rule-simulations"): {"rule": WORDS},
        ("PUT", "/desk/rule-order"): {"ids": [], "version": 0},
        ("PATCH", "/desk/rules/{rule_id}"): {"version": 1},
        ("POST", "/desk/blocks"): {"effect": "hold", "user": "1"},
        ("POST", "/desk/emergency"): {"scope": "site", "until": "2030-01-01T00:00:00+00:00"},
        ("POST", "/desk/pages/{page_id:uuid}/comments"): {"closed": True},
    }
    queries = {("DELETE", "/desk/rules/{rule_id}"): "?version=1", ("DELETE", "/desk/emergency"): "?scope=site"}
    found = []
    for route in (*rules_api.API, *blocks_api.API, *holding_api.API):
        key = (route.method, route.path)
        path = route.path.removeprefix("/desk")
        for name in ("rule_undo_id", "block_undo_id", "block_id", "page_id"):
            path = path.replace(f"{{{name}:uuid}}", str(uuid4()))
        path = path.replace("{rule_id}", "none") + queries.get(key, "")
        needs_admin = path.startswith("/rule") or (route.method != "GET" and "/emergency" in path)
        found.append((route.method, path, bodies.get(key), not needs_admin))
    return found


async def test_each_call_has_its_roles(program: httpx.AsyncClient, storage: Storage) -> None:
    """Rules and emergencies are an admin's; blocks and closing a moderator's; nothing is an editor's or nobody's."""
    moderator, editor = bearer(storage, Role.MODERATOR), bearer(storage, Role.EDITOR)
    for method, path, body, for_moderators in calls():
        nobody = await program.request(method, path, json=body)
        assert nobody.json()["code"] == "sign_in_required", path
        refused = await program.request(method, path, json=body, headers=editor)
        assert refused.json()["code"] == "role_required", path
        answer = await program.request(method, path, json=body, headers=moderator)
        assert (answer.status_code != 403) is for_moderators, (method, path, answer.text)


async def test_the_card_marks_what_was_found(app: ASGIApp, storage: Storage) -> None:
    """The rule by its name once, its words marked in the text, also where the text must be escaped."""
    add(storage, words("cá độ", "lô đề"))
    body = "<b>Ở đây</b> có cá độ\n\nvà lô đề, xem https://a.example/x?y=1&z"
    sent = post(storage, body=body, rules=rules_of(storage)).comment_id
    async with at_the_desk(app, storage, add_account(storage)) as client:
        page = (await client.get(f"{MOUNT}/desk/comments/{sent}")).text
    assert page.count("Khớp quy tắc “Cờ bạc”") == 1
    assert "<mark>cá độ</mark>" in page
    assert "<mark>lô đề</mark>" in page
    assert "&lt;b&gt;Ở đây&lt;/b&gt;" in page
    link = "https://a.example/x?y=1&amp;z"
    assert f'<a href="{link}" rel="ugc nofollow noopener"><mark>{link}</mark></a>' in page
    assert len(storage.read_sync(queue_item, sent).holds) == 5
