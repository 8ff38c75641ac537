"""What must hold after anything people do, through HTTP and on real storage."""

from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from comment_factory import PAGE
from engagement_widgets import Page
from engagement_widgets.comments.fields import BODY, NAME
from engagement_widgets.errors import Invalid
from engagement_widgets.kernel.text import canonical
from engagement_widgets.pages.reference import page_id
from engagement_widgets.ratings.recount import Recount, recount
from engagement_widgets.web.identity import COOKIE, reader_token
from whole_site import MOUNT, Site, comment_fields, moderator, reference, rows, stranger

pytestmark = pytest.mark.anyio

READERS = 3
WITHDRAWN = 0
_pages = count(1)

# Who does what by which way: a score to give, or to take the vote back; by form or by API.
ACTIONS = st.lists(
    st.tuples(st.integers(0, READERS - 1), st.integers(WITHDRAWN, 5), st.booleans()), min_size=1, max_size=14
)
# Any text a form can carry; letters with several spellings, odd blanks, what HTML or a template takes for its own.
TEXT = st.text(st.characters(codec="utf-8"), max_size=80) | st.text(
    st.sampled_from("aạ\u0323\u0302đĐ \n\r\t\u00a0\u200d\u200b<>&\"'%+=;\\/{}\U0001f468"), max_size=40
)


def _reader(site: Site, number: int) -> httpx.AsyncClient:
    client = stranger(site.app)
    client.cookies.set(COOKIE, reader_token(site.ctx.secrets, bytes([number]) * 16))
    return client


async def _act(client: httpx.AsyncClient, proof: str, score: int, *, by_api: bool) -> None:
    path = "/ratings" if score else "/ratings/withdraw"
    fields: dict[str, Any] = {"page": proof, "score": score} if score else {"page": proof}
    answer = await (client.post(f"/api/v1{path}", json=fields) if by_api else client.post(path, data=fields))
    assert answer.status_code == (200 if by_api else 303)


@settings(max_examples=25, deadline=None)
@given(actions=ACTIONS)
async def test_rating_counters_are_what_the_votes_say(kept_site: Site, actions: list[tuple[int, int, bool]]) -> None:
    """After any sequence by several readers: a plain model, the recount, the API, the fragment and /me agree."""
    site, page = kept_site, Page(key=f"tin/{next(_pages)}", url="/tin", title="Tin")
    identity, proof = page_id("test", page.key), reference(site.ctx, page)
    site.clock.advance(601)  # changes are counted anew
    votes: dict[int, int] = {}
    readers = [_reader(site, number) for number in range(READERS)]
    for who, score, by_api in actions:
        await _act(readers[who], proof, score, by_api=by_api)
        votes[who] = score
    given_scores = [score for score in votes.values() if score]
    expected = {str(score): given_scores.count(score) for score in range(1, 6)}
    for address in (f"/api/v1/pages/{identity}/rating", f"/fragments/{identity}/rating.json"):
        figures = (await readers[0].get(address)).json()
        assert (figures["scores"], figures["count"]) == (expected, len(given_scores))
    for who, client in enumerate(readers):
        mine = (await client.get("/me", params={"page": str(identity)})).text
        assert (f'data-ew-score="{votes.get(who)}"' in mine) is bool(votes.get(who))
    recounted = site.storage.read_sync(recount, Recount(size=10_000))
    assert recounted.differences == ()


@settings(max_examples=40, deadline=None)
@given(name=TEXT, body=TEXT)
@example(name="a\u0323\u0302", body="  <script>alert(1)</script>\r\n\r\n&amp; \u00a0\n")
@example(name="%s{{ 7*7 }}", body="%(x)s {% raw %} {{ settings.secret_keys }}")
async def test_accepted_text_comes_back_in_its_canonical_form(kept_site: Site, name: str, body: str) -> None:
    """Typed into the form, approved at the desk, read by API, fragment and page: the canonical form, or nothing."""
    site = kept_site
    before = rows(site)["engagement_comments"]
    async with stranger(site.app, accept="application/json") as client, moderator(site) as desk:
        sent = await client.post("/comments", data=comment_fields(site.ctx, name=name, body=body))
        if sent.status_code != 201:
            assert sent.status_code in {400, 422}
            assert rows(site)["engagement_comments"] == before
            assert _refuses(name, body)
            return
        identity = UUID(sent.json()["id"])
        shown = canonical(body, multiline=True), canonical(name, multiline=False)
        receipt = (await client.get(f"/api/v1/receipts/{identity}")).json()
        assert (receipt["body"], receipt["author"]) == shown
        decision = {"version": 1, "status": "approved"}
        assert (await desk.post(f"/api/v1/desk/comments/{identity}/decision", json=decision)).status_code == 200
        single = (await client.get(f"/api/v1/comments/{identity}")).json()
        listed = (await client.get(f"/api/v1/pages/{page_id('test', PAGE.key)}/comments")).json()["comments"]
        for found in (single, next(each for each in listed if each["id"] == str(identity))):
            assert found["body"] == shown[0]
        page = (await client.get(f"/c/{identity}")).headers["location"].removeprefix(MOUNT).partition("#")[0]
        markup = (await client.get(page, headers={"accept": "text/html"})).text
        assert "<script>alert" not in markup
        assert f'id="c-{identity}"' in markup
        # no template reads a person's text as its own
        assert ("49" in single["author"]) is ("49" in name)


def _refuses(name: str, body: str) -> bool:
    """True when a field or the form itself cannot take this."""
    if "\0" in name + body:
        return True
    try:
        NAME.parse(name)
        BODY.parse(body)
    except Invalid:
        return True
    return False
