"""The ranking and the structured data as hosts and programs get them."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from engagement_widgets import Engagement, Page, RatedPage, Settings
from engagement_widgets.errors import Invalid
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.reference import make_reference
from engagement_widgets.settings import Worker
from engagement_widgets.testing import FakeClock

pytestmark = pytest.mark.anyio

KEY = "k" * 32
MOUNT = "/engagement"
GOOD = Page(key="tin/hay", url="https://bao.example/tin/hay", title="Tin hay", section="Đời sống")
LONELY = Page(key="tin/mot-phieu", url="/tin/mot-phieu", title="Một phiếu", section="Thể thao")
DULL = Page(key="tin/nhat", url="/tin/nhat", title="Tin nhạt", section="Đời sống")
VOTES = {GOOD: [5] * 9 + [4] * 3, LONELY: [5], DULL: [2] * 4}


@pytest.fixture
def engagement(sqlite_url: str, clock: FakeClock) -> Iterator[Engagement]:
    """An instance on a fresh database."""
    made = Engagement(
        Settings(database_url=sqlite_url, secret_keys=(KEY,), site="test", worker=Worker.OFF), clock=clock
    )
    yield made
    made.close()


@pytest.fixture
async def program(engagement: Engagement) -> AsyncIterator[httpx.AsyncClient]:
    """A script without a browser's headers."""
    transport = httpx.ASGITransport(app=engagement.wrap(Starlette(), MOUNT), client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1{MOUNT}") as client:
        yield client


async def rate(client: httpx.AsyncClient, page: Page, score: int) -> None:
    """A vote through HTTP, by a new reader."""
    client.cookies.clear()
    reference = make_reference(Secrets((KEY,)), "test", page)
    answer = await client.post("/api/v1/ratings", json={"page": reference, "score": score})
    assert answer.status_code == 200
    client.cookies.clear()


async def rate_all(client: httpx.AsyncClient) -> None:
    """All the votes."""
    for page, scores in VOTES.items():
        for score in scores:
            await rate(client, page, score)


async def ranked(client: httpx.AsyncClient, query: str = "") -> dict[str, Any]:
    """The ranking as programs get it."""
    answer = await client.get(f"/api/v1/top-rated{query}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def keys(found: dict[str, Any]) -> list[str]:
    """The pages in order."""
    return [page["key"] for page in found["pages"]]


async def test_the_best_liked_page_leads_with_its_true_average(
    program: httpx.AsyncClient, engagement: Engagement
) -> None:
    """A single vote of five stars does not lead; what stands beside a page is what stands beside the article."""
    await rate_all(program)
    found = await ranked(program)
    assert keys(found) == [GOOD.key, LONELY.key, DULL.key]
    assert (found["period"], found["since"]) == ("all", None)
    best, lonely = found["pages"][0], found["pages"][1]
    assert (best["url"], best["title"], best["section"], best["votes"]) == (GOOD.url, GOOD.title, GOOD.section, 12)
    assert best["rating"] == (await program.get(f"/api/v1/pages/{best['rating']['page_id']}/rating")).json()
    assert best["rating"]["average"] == 4.8
    site_mean = (57 + 5 + 8) / 17
    assert best["mean"] == round((10 * site_mean + 57) / 22, 4)
    assert (lonely["rating"]["count"], lonely["rating"]["average"]) == (1, None)

    listed = await engagement.top_rated(limit=2)
    assert all(isinstance(rated, RatedPage) for rated in listed)
    assert [(rated.page, rated.summary.count) for rated in listed] == [(GOOD, 12), (LONELY, 1)]


async def test_section_period_and_limit_narrow_the_list(
    program: httpx.AsyncClient, engagement: Engagement, clock: FakeClock
) -> None:
    """Of a section alone; of this week alone, which begins on Monday in the site's zone."""
    await rate_all(program)
    clock.advance(timedelta(days=4, hours=14, minutes=59))  # Sunday, one minute to midnight in Hanoi
    await rate(program, DULL, 3)
    assert keys(await ranked(program, "?period=week")) == [GOOD.key, LONELY.key, DULL.key]
    clock.advance(timedelta(minutes=1))
    await rate(program, LONELY, 4)

    this_week = await ranked(program, "?period=week")
    assert (this_week["since"], keys(this_week)) == ("2026-07-06", [LONELY.key])
    assert [(page["votes"], page["rating"]["count"]) for page in this_week["pages"]] == [(1, 2)]
    assert (await ranked(program, "?period=month"))["since"] == "2026-07-01"
    assert keys(await ranked(program, "?section=%C4%90%E1%BB%9Di+s%E1%BB%91ng&limit=1")) == [GOOD.key]
    assert keys(await ranked(program, "?section=")) == []
    assert [rated.page for rated in await engagement.top_rated(section="Thể thao", period="week")] == [LONELY]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("limit=0", {("limit", "out_of_range")}),
        ("limit=1000000000", {("limit", "out_of_range")}),
        ("limit=99999999999999999999", {("limit", "out_of_range")}),
        ("limit=ten&period=year", {("limit", "wrong_type"), ("period", "unknown_period")}),
        ("limit=&period=", {("limit", "wrong_type"), ("period", "unknown_period")}),
        ("section=" + "x" * 256, {("section", "too_long")}),
        ("section=a%01b", {("section", "invalid_text")}),
        ("page=1", {("page", "unknown_field")}),
    ],
)
async def test_a_bad_query_names_its_fields(
    program: httpx.AsyncClient, query: str, errors: set[tuple[str, str]]
) -> None:
    """422 with a sentence for each, stored by no cache."""
    answer = await program.get(f"/api/v1/top-rated?{query}")
    assert (answer.status_code, answer.headers["cache-control"]) == (422, "no-store")
    assert {(error["field"], error["code"]) for error in answer.json()["errors"]} == errors
    assert all(error["message"] and "%(" not in error["message"] for error in answer.json()["errors"])


async def test_what_cannot_be_decoded_is_told_as_such(program: httpx.AsyncClient) -> None:
    """NUL and broken UTF-8 are no query at all."""
    for query in ("section=%00", "section=%ff", "period=week&period=all"):
        answer = await program.get(f"/api/v1/top-rated?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")


async def test_the_host_is_told_the_same_way(engagement: Engagement) -> None:
    """Every wrong argument at once."""
    engagement.wrap(Starlette(), MOUNT)
    with pytest.raises(Invalid) as refused:
        await engagement.top_rated(section="a\0", period="year", limit=101)
    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("section", "invalid_text"),
        ("period", "unknown_period"),
        ("limit", "out_of_range"),
    ]


async def test_caches_may_keep_the_ranking_as_they_keep_fragments(program: httpx.AsyncClient) -> None:
    """The same headers as a fragment, a tag that answers 304, and another tag once the list has changed."""
    await rate(program, GOOD, 4)
    first = await program.get("/api/v1/top-rated")
    assert first.headers["cache-control"] == "public, no-cache"
    assert first.headers["cdn-cache-control"] == "max-age=60, stale-while-revalidate=600"
    assert first.headers["vary"] == "Accept-Encoding"
    assert "set-cookie" not in first.headers

    known = {"If-None-Match": first.headers["etag"]}
    again = await program.get("/api/v1/top-rated", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    head = await program.head("/api/v1/top-rated")
    assert (head.status_code, head.content) == (200, b"")
    await rate(program, GOOD, 5)
    assert (await program.get("/api/v1/top-rated", headers=known)).status_code == 200


async def test_structured_data_is_given_only_to_who_asks(program: httpx.AsyncClient, engagement: Engagement) -> None:
    """None without votes, from the first vote on the mean of all with a dot; the markup of the widgets has none."""
    english = Page(key=DULL.key, url=DULL.url, title=DULL.title, section=DULL.section, locale="en")
    assert (await engagement.widgets(DULL)).aggregate_rating() is None
    await rate(program, DULL, 4)
    for page in (DULL, english):
        assert (await engagement.widgets(page)).aggregate_rating() == {
            "@type": "AggregateRating",
            "ratingValue": "4",
            "ratingCount": 1,
            "bestRating": 5,
            "worstRating": 1,
        }
    await rate(program, DULL, 3)
    widgets = await engagement.widgets(DULL)
    data = widgets.aggregate_rating()
    assert data is not None
    assert (data["ratingValue"], data["ratingCount"]) == ("3.5", 2)
    markup = f"{widgets.head}{widgets.rating}{widgets.comments}"
    assert not any(word in markup for word in ("AggregateRating", "ratingValue", "ld+json", "itemprop"))
