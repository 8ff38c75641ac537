"""The public search for programs."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comment_factory import OTHER_PAGE, approved, post
from comment_site import PAGE_ID, browser, complete
from engagement_widgets.web.context import Context

pytestmark = pytest.mark.anyio
ADDRESS = "/api/v1/comments/search"


@pytest.fixture
async def program(ctx: Context) -> AsyncIterator[httpx.AsyncClient]:
    """A program: no page of ours, no cookie."""
    async with browser(complete(ctx), accept="application/json") as client:
        yield client


async def test_what_is_found_comes_with_its_page(ctx: Context, program: httpx.AsyncClient) -> None:
    """Public comments, exact spellings first; no e-mail address, and nothing that waits."""
    exact = approved(ctx.storage, body="Chợ vui", email="mai@thu.example")
    other = approved(ctx.storage, body="cho toi", page=OTHER_PAGE)
    post(ctx.storage, body="chợ đang chờ")
    answer = await program.get(ADDRESS, params={"q": "chợ"})
    assert answer.status_code == 200
    told = answer.json()
    assert [one["comment"]["id"] for one in told["comments"]] == [str(exact), str(other)]
    assert told["comments"][0]["page_id"] == str(PAGE_ID)
    assert told["comments"][1]["page_url"] == OTHER_PAGE.url
    assert (told["words"], told["next"]) == (["cho"], None)
    assert "thu.example" not in answer.text
    assert (await program.get(ADDRESS, params={"q": "mai@thu.example"})).json()["comments"] == []


async def test_sections_pages_and_cursors(ctx: Context, program: httpx.AsyncClient) -> None:
    """Every hit once, whatever comes meanwhile; a cursor of another search is refused."""
    ids = [str(approved(ctx.storage, body=f"chợ {number}")) for number in range(13)]
    elsewhere = str(approved(ctx.storage, body="chợ xa", page=OTHER_PAGE))
    asked = {"q": "cho", "page": str(PAGE_ID)}
    found: list[str] = []
    while True:
        told = (await program.get(ADDRESS, params=asked)).json()
        found += [one["comment"]["id"] for one in told["comments"]]
        if told["next"] is None:
            break
        asked |= {"cursor": told["next"]}
        approved(ctx.storage, body="chợ mới")
    assert found == ids[::-1]
    section = (await program.get(ADDRESS, params={"q": "cho", "section": OTHER_PAGE.section})).json()
    assert [one["comment"]["id"] for one in section["comments"]] == [elsewhere]
    wrong = await program.get(ADDRESS, params=asked | {"q": "ben"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize("params", [{}, {"q": "a", "page": "x"}, {"q": "a", "sort": "newest"}])
async def test_a_wrong_query_is_named(program: httpx.AsyncClient, params: dict[str, str]) -> None:
    """Missing words, a page that is no id, a parameter that does not exist."""
    answer = await program.get(ADDRESS, params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields")


async def test_a_page_that_does_not_exist_has_nothing(ctx: Context, program: httpx.AsyncClient) -> None:
    """Not an error: there is nothing there."""
    approved(ctx.storage, body="chợ")
    assert (await program.get(ADDRESS, params={"q": "chợ", "page": str(uuid4())})).json()["comments"] == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=80))
async def test_whatever_is_typed_is_answered(program: httpx.AsyncClient, query: str) -> None:
    """200 with the words that were searched for, none for signs alone. NUL is refused as in every query."""
    assert (await program.get(ADDRESS, params={"q": f"{query}\x00"})).json()["code"] == "bad_query"
    answer = await program.get(ADDRESS, params={"q": query})
    assert answer.status_code == 200
    assert bool(answer.json()["words"]) or answer.json()["comments"] == []
