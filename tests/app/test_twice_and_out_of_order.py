"""Twice, at once, too late, before its time: each request has its own answer and does its work at most once."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from comment_factory import OTHER_PAGE
from engagement_widgets.comments.fields import new_submission_key
from engagement_widgets.comments.service import Status
from engagement_widgets.testing import KNOWN_CODE
from whole_site import Site, challenge, comment_fields, moderator, reader, reference, rows, stranger

pytestmark = pytest.mark.anyio

DECISION = "/desk/comments/{}/decision"


def _code(answer: httpx.Response) -> tuple[int, str]:
    """Status and code; what is wrong with a field counts as its code."""
    problem = answer.json()
    return answer.status_code, problem["errors"][0]["code"] if problem["errors"] else problem["code"]


def _count(site: Site, table: str) -> int:
    return len(rows(site)[f"engagement_{table}"])


async def test_taking_back_what_was_never_given(stored_site: Site) -> None:
    """A vote can be taken back before it is given, and twice: it is told as done, writes nothing and marks nobody."""
    site = stored_site
    unrated = reference(site.ctx, OTHER_PAGE)
    before = rows(site)
    for who in (stranger(site.app), reader(site)):
        async with who as client:
            answer = await client.post("/ratings/withdraw", data={"page": unrated})
            assert (answer.status_code, answer.headers["location"].endswith("done=withdrawn")) == (303, True)
            told = await client.post("/api/v1/ratings/withdraw", json={"page": unrated})
            assert told.json()["outcome"] == "absent"
            assert not {"set-cookie"} & {*answer.headers, *told.headers}
    assert rows(site) == before
    async with reader(site) as client:
        for outcome in ("withdrawn", "absent"):
            told = await client.post("/api/v1/ratings/withdraw", json={"page": reference(site.ctx)})
            assert (told.json()["outcome"], told.json()["rating"]["count"]) == (outcome, 0)


async def test_the_same_vote_twice_and_at_once(stored_site: Site) -> None:
    """The same score again is unchanged; many votes of one reader at once are one vote."""
    site = stored_site
    async with reader(site) as client:
        same = await client.post("/api/v1/ratings", json={"page": reference(site.ctx), "score": 4})
        assert same.json()["outcome"] == "unchanged"
        answers = await asyncio.gather(
            *(client.post("/ratings", data={"page": reference(site.ctx), "score": str(score)}) for score in range(1, 6))
        )
        assert {answer.status_code for answer in answers} == {303}
        figures = (await client.get(f"/api/v1/pages/{site.ids['page_id'][0]}/rating")).json()
    assert figures["count"] == 1
    assert _count(site, "rating_votes") == 1


async def test_decided_twice(stored_site: Site) -> None:
    """The second moderator changes nothing and is told who was first, also when both press at the same moment."""
    site = stored_site
    address = DECISION.format(site.comments[Status.PENDING])
    async with moderator(site) as desk:
        answers = await asyncio.gather(
            *(desk.post(address, data={"version": "1", "decision": decision}) for decision in ("approved", "spam"))
        )
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        after = rows(site)
        late = await desk.post(address, data={"version": "1", "decision": "rejected"})
        assert (late.status_code, "đã xử lý bình luận này" in late.text) == (409, True)
        for told in (
            await desk.post(address, data={"version": "1", "decision": "spam"}, headers={"accept": "application/json"}),
            await desk.post(f"/api/v1{address}", json={"version": 1, "status": "spam"}),
        ):
            assert _code(told) == (409, "stale_version")
    assert rows(site) == after


async def test_undone_twice_too_late_and_after_another_decision(stored_site: Site) -> None:
    """Once, within its time, and only what still stands; everything else is 409 and changes nothing."""
    site = stored_site
    address = f"/api/v1{DECISION.format(site.comments[Status.PENDING])}"
    async with moderator(site, accept="application/json") as desk:
        first = (await desk.post(address, json={"version": 1, "status": "approved"})).json()
        answers = await asyncio.gather(*(desk.post(f"/api/v1/desk/undo/{first['undo']}") for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        undone = rows(site)
        for again in (f"/api/v1/desk/undo/{first['undo']}", f"/desk/undo/{first['undo']}"):
            assert _code(await desk.post(again)) == (409, "already_undone")
        assert _code(await desk.post(f"/desk/undo/{uuid4()}")) == (404, "unknown_undo")
        assert rows(site) == undone

        second = (await desk.post(address, json={"version": 3, "status": "spam"})).json()
        third = (await desk.post(address, json={"version": 4, "status": "rejected"})).json()
        decided = rows(site)
        assert _code(await desk.post(f"/desk/undo/{second['undo']}")) == (409, "stale_version")
        site.clock.advance(601)
        assert _code(await desk.post(f"/desk/undo/{third['undo']}")) == (409, "undo_expired")
        assert rows(site) == decided


async def test_a_captcha_answered_twice(stored_site: Site) -> None:
    """One picture is one comment, by form or by API, one after the other or all at once."""
    site = stored_site
    fields = comment_fields(site.ctx)
    before = _count(site, "comments")
    async with stranger(site.app, accept="application/json") as client:
        answers = await asyncio.gather(
            *(client.post("/comments", data=fields | {"body": f"Cùng một mã {number}"}) for number in range(4)),
            *(client.post("/api/v1/comments", json=fields | {"body": f"Cũng mã ấy {number}"}) for number in range(2)),
        )
        assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422, 422]
        assert {_code(answer) for answer in answers if answer.status_code == 422} == {(422, "wrong")}
        assert _code(await client.post("/comments", data=fields)) == (422, "wrong")
        wrong = {**fields, "challenge": challenge(site.ctx), "code": "SAI123"}
        assert _code(await client.post("/comments", data=wrong)) == (422, "wrong")
        assert _code(await client.post("/api/v1/comments", json=wrong | {"code": KNOWN_CODE})) == (422, "wrong")
    assert _count(site, "comments") == before + 1


async def test_one_sending_posted_again_and_again(stored_site: Site) -> None:
    """By form and by API, with the first cookie or before it came: one comment, and each answer leads to it."""
    site = stored_site
    before = _count(site, "comments")
    fields = comment_fields(site.ctx, submission_key=new_submission_key())
    async with stranger(site.app, accept="application/json") as client:
        first = await client.post("/comments", data=fields)
        assert first.status_code == 201
        again = [
            *await asyncio.gather(*(client.post("/comments", data=fields) for _ in range(4))),
            await client.post("/api/v1/comments", json=fields),
        ]
        assert {answer.json()["id"] for answer in again} == {first.json()["id"]}
    async with stranger(site.app, accept="application/json") as without_cookie:
        lost = await without_cookie.post("/api/v1/comments", json=fields)
        assert lost.json()["id"] == first.json()["id"]
        assert (await without_cookie.get(f"/api/v1/receipts/{first.json()['id']}")).status_code == 200
    async with reader(site, accept="application/json") as another:
        assert _code(await another.post("/comments", data=fields)) == (409, "submission_key_used")
    assert _count(site, "comments") == before + 1


async def test_one_sending_posted_at_once(stored_site: Site) -> None:
    """A double click with one code: one comment, though only one of the clicks can spend the code."""
    site = stored_site
    before = _count(site, "comments")
    fields = comment_fields(site.ctx, submission_key=new_submission_key())
    async with stranger(site.app, accept="application/json") as client:
        answers = await asyncio.gather(*(client.post("/comments", data=fields) for _ in range(4)))
    assert {answer.status_code for answer in answers} <= {201, 422}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert _count(site, "comments") == before + 1


async def test_a_double_click_without_a_script(stored_site: Site) -> None:
    """The answer a browser shows is the second click's: it leads to the same receipt, and never says "wrong code"."""
    site = stored_site
    fields = comment_fields(site.ctx, submission_key=new_submission_key())
    async with stranger(site.app, accept="text/html") as client:
        first, second = await asyncio.gather(*(client.post("/comments", data=fields) for _ in range(2)))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]


async def test_answering_what_is_not_there_yet(site: Site) -> None:
    """A reply to a comment that waits is 404 for everybody, its author too, and spends nothing."""
    fields = comment_fields(site.ctx, parent=str(site.comments[Status.PENDING]))
    before = rows(site)
    async with reader(site, accept="application/json") as author:
        assert _code(await author.post("/comments", data=fields)) == (404, "unknown_parent")
        assert _code(await author.get(f"/comments/{fields['parent']}/reply")) == (404, "unknown_comment")
        assert rows(site) == before
        del fields["parent"]
        assert (await author.post("/comments", data=fields)).status_code == 201


async def test_editing_what_was_edited_or_removed(site: Site) -> None:
    """A link changed twice from one page is 409, removed twice 404; a group's name is taken once."""
    link = f"/desk/links/{site.ids['link_id'][0]}"
    fields = {"title": "Báo Mới", "url": "https://moi.example/", "version": "1"}
    async with moderator(site, accept="application/json") as desk:
        assert (await desk.post(link, data=fields)).status_code == 303
        changed = rows(site)
        for address in (link, f"{link}/visibility", f"{link}/remove"):
            stale = await desk.post(address, data=fields)
            assert _code(stale) == (409, "stale_version")
            assert "Mục này vừa được người khác thay đổi" in stale.json()["title"]
        assert rows(site) == changed
        assert (await desk.post(f"{link}/remove", data={"version": "2"})).status_code == 303
        removed = rows(site)
        for address in (link, f"{link}/visibility", f"{link}/remove", f"{link}/move"):
            assert _code(await desk.post(address, data=fields | {"direction": "up"})) == (404, "unknown_link")
        group = {"name": "bao-ban", "title": "Báo bạn"}
        assert _code(await desk.post("/desk/links/groups", data=group)) == (422, "name_taken")
        assert rows(site) == removed


async def test_signing_out_twice_and_working_afterwards(site: Site) -> None:
    """A session ends once; what it is sent afterwards is refused and written nowhere."""
    async with moderator(site) as desk:
        assert (await desk.post("/desk/logout")).status_code == 303
        desk.cookies.set("ew_desk", site.token)  # a browser that kept it
        ended = rows(site)
        decision = {"version": "1", "decision": "approved"}
        for answer in (
            await desk.post("/desk/logout"),
            await desk.post(DECISION.format(site.comments[Status.PENDING]), data=decision),
            await desk.delete("/api/v1/desk/sessions/current"),
        ):
            assert answer.status_code == 403
        assert (await desk.get("/desk/queue")).status_code == 303
    assert rows(site) == ended
