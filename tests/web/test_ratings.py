"""Rating through HTTP: by form without JavaScript, by the API, and every refusal, none of which writes anything."""

import html
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp

from engagement_widgets import Engagement, Settings
from engagement_widgets.hooks import Clock, HostUser, Page, PageRules
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.reference import make_reference, page_id
from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings import api
from engagement_widgets.ratings.recount import Recount, recount
from engagement_widgets.ratings.service import CHANGES_ALLOWED, CastRating, cast, load_totals
from engagement_widgets.ratings.tables import votes
from engagement_widgets.settings import Worker
from engagement_widgets.storage.tables import changes, outbox, quotas
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import document

pytestmark = pytest.mark.anyio

KEY = "k" * 32
PAGE = Page(key="tin/cho-ben-da", url="https://bao.example/tin/cho-ben-da", title="Chợ Bến Đá gom rác")
ENGLISH = replace(PAGE, key="news/market", locale="en", title="The market")
CLOSED = replace(PAGE, key="tin/cu", title="Tin cũ")
PAGE_ID = page_id("test", PAGE.key)
TODAY = date(2026, 7, 1)
RECEIPT = "/engagement/ratings/receipt"


async def _policy(page: Page, now: datetime, /) -> PageRules:
    """One page takes no ratings any more."""
    del now
    return PageRules(ratings_open=page.key != CLOSED.key)


async def _identity(request: Request, /) -> HostUser | None:
    """The host's reader, told by a header."""
    name = request.headers.get("x-user")
    return HostUser(id=name, name=name) if name else None


def make(url: str, clock: Clock, *keys: str) -> Engagement:
    """An instance on this database, signing with the first key."""
    settings = Settings(database_url=url, secret_keys=keys, site="test", worker=Worker.OFF)
    return Engagement(settings, identity=_identity, policy=_policy, clock=clock)


@pytest.fixture
def engagement(sqlite_url: str, clock: FakeClock) -> Iterator[Engagement]:
    """An instance on a fresh database."""
    made = make(sqlite_url, clock, KEY)
    yield made
    made.close()


@pytest.fixture
def app(engagement: Engagement) -> ASGIApp:
    """The instance as a host mounts it."""
    return engagement.wrap(Starlette(), "/engagement")


@pytest.fixture
def ctx(engagement: Engagement, app: ASGIApp) -> Context:
    """The parts of the mounted instance."""
    assert app is not engagement
    return engagement.boot()


@pytest.fixture
async def reader(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that posts from our own pages."""
    async with browser(app) as client:
        yield client


def browser(app: ASGIApp, **headers: str) -> httpx.AsyncClient:
    """Another browser."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://127.0.0.1/engagement",
        headers={"sec-fetch-site": "same-origin", "accept": "text/html", **headers},
    )


def reference(ctx: Context, page: Page = PAGE) -> str:
    """What an article carries."""
    return make_reference(ctx.secrets, ctx.settings.site, page)


def words(response: httpx.Response) -> str:
    """What a page says, without its tags."""
    body = re.sub(r"<(template|style)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def rows(tx: Tx, _: None) -> tuple[int, ...]:
    """How many rows every table that a vote writes has."""
    tables = (pages, votes, outbox, changes, quotas)
    return tuple(tx.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def counted(ctx: Context, identity: UUID = PAGE_ID) -> tuple[int, ...]:
    """The five integers."""
    return ctx.storage.read_sync(load_totals, identity).counts


def fill(storage: Storage, *scores: int, page: Page = PAGE) -> None:
    """Votes by other readers."""
    for number, score in enumerate(scores):
        command = CastRating(page=page, voter=f"r:other{number}", score=score, day=TODAY, quota=f"other{number}")
        storage.write_sync(cast, command)


async def fragment(client: httpx.AsyncClient, page: Page = PAGE, query: str = "") -> httpx.Response:
    """The public figures as everybody gets them."""
    return await client.get(f"/fragments/{page_id('test', page.key)}/rating.html{query}")


async def test_a_vote_leads_to_its_receipt(reader: httpx.AsyncClient, ctx: Context) -> None:
    """The form answers 303; the receipt tells the vote, offers the change with the choice made, and leads back."""
    fill(ctx.storage, *[5] * 5, *[4] * 6, 5)
    sent = await reader.post("/ratings", data={"page": reference(ctx), "score": "4"})
    assert sent.next_request is not None
    receipt = await reader.send(sent.next_request)

    assert sent.status_code == 303
    assert sent.headers["location"].startswith(f"{RECEIPT}?page=")
    assert receipt.status_code == 200
    assert receipt.headers["cache-control"] == "no-store"
    assert "Đã ghi nhận đánh giá 4 sao. Trung bình 4,5 trên 5 sao (13 lượt)." in words(receipt)
    assert "<title>Đã ghi nhận đánh giá</title>" in receipt.text
    assert 'name="score" value="4" checked' in receipt.text
    assert receipt.text.count(" checked") == 1
    assert 'href="https://bao.example/tin/cho-ben-da#ew-rating"' in receipt.text
    assert {"Đổi đánh giá", "Bỏ đánh giá"} <= {
        label for label in ("Đổi đánh giá", "Bỏ đánh giá") if label in words(receipt)
    }


async def test_the_cookie_comes_with_the_vote(reader: httpx.AsyncClient, ctx: Context) -> None:
    """Looking sets no cookie; the accepted vote sets one that scripts cannot read and host pages never get."""
    looked = await reader.get("/ratings/receipt", params={"page": reference(ctx)})
    sent = await reader.post("/ratings", data={"page": reference(ctx), "score": "4"})
    cookie = sent.headers["set-cookie"]

    assert "set-cookie" not in looked.headers
    assert "Chưa có lượt đánh giá nào" in words(looked)
    assert cookie.startswith("ew_reader=")
    assert {"HttpOnly", "Path=/engagement", "SameSite=lax"} <= set(cookie.split("; "))


async def test_a_vote_can_be_changed_and_taken_back(reader: httpx.AsyncClient, ctx: Context) -> None:
    """The same browser has one vote: changed it moves, taken back it is gone, and each receipt says so."""
    data = {"page": reference(ctx), "score": "2"}
    await reader.post("/ratings", data=data)
    changed = await reader.post("/ratings", data={**data, "score": "5"}, follow_redirects=True)
    assert "Đã ghi nhận đánh giá 5 sao. Mới có 1 lượt đánh giá; điểm trung bình hiện khi có từ 3 lượt." in words(
        changed
    )
    assert counted(ctx) == (0, 0, 0, 0, 1)

    withdrawn = await reader.post("/ratings/withdraw", data={"page": reference(ctx)}, follow_redirects=True)
    assert "Đã bỏ đánh giá. Chưa có lượt đánh giá nào." in words(withdrawn)
    assert " checked" not in withdrawn.text
    assert counted(ctx) == (0, 0, 0, 0, 0)


async def test_the_same_vote_again_writes_nothing(reader: httpx.AsyncClient, ctx: Context) -> None:
    """A double click or the back button repeats the receipt and leaves no trace."""
    data = {"page": reference(ctx), "score": "4"}
    await reader.post("/ratings", data=data)
    before = ctx.storage.read_sync(rows, None)
    again = await reader.post("/ratings", data=data)

    assert again.headers["location"].endswith("done=cast")
    assert ctx.storage.read_sync(rows, None) == before


async def test_taking_back_nothing_is_told_and_writes_nothing(reader: httpx.AsyncClient, ctx: Context) -> None:
    """A browser that never voted is told the same end, and gets no cookie."""
    sent = await reader.post("/ratings/withdraw", data={"page": reference(ctx)})

    assert (sent.status_code, "set-cookie" in sent.headers) == (303, False)
    assert ctx.storage.read_sync(rows, None) == (0, 0, 0, 0, 0)


async def test_many_readers_share_one_address(app: ASGIApp, ctx: Context) -> None:
    """Fifty browsers behind one address all vote at once."""
    for number in range(50):
        async with browser(app) as client:
            sent = await client.post("/ratings", data={"page": reference(ctx), "score": str(1 + number % 5)})
            assert sent.status_code == 303

    assert counted(ctx) == (10, 10, 10, 10, 10)


async def test_a_host_user_is_one_voter_everywhere(app: ASGIApp, ctx: Context) -> None:
    """A signed-in reader votes from two browsers and has one vote, without our cookie."""
    for score in ("2", "5"):
        async with browser(app, **{"x-user": "mai"}) as client:
            sent = await client.post("/ratings", data={"page": reference(ctx), "score": score})
            assert "set-cookie" not in sent.headers

    assert counted(ctx) == (0, 0, 0, 0, 1)


@pytest.mark.parametrize(
    ("scores", "sentence", "shows"),
    [
        ((), "Chưa có lượt đánh giá nào", False),
        ((5, 4), "Mới có 2 lượt đánh giá; điểm trung bình hiện khi có từ 3 lượt", False),
        ((5, 5, 4), "Trung bình 4,7 trên 5 sao, 3 lượt đánh giá", True),
        ((4, 5, 4, 5), "Trung bình 4,5 trên 5 sao, 4 lượt đánh giá", True),
    ],
)
async def test_every_state_says_its_figures(
    reader: httpx.AsyncClient, ctx: Context, scores: tuple[int, ...], sentence: str, *, shows: bool
) -> None:
    """The stars are an image named by the same sentence that stands beside them; few votes show no average."""
    fill(ctx.storage, *scores)
    shown = await fragment(reader)

    assert sentence in words(shown)
    assert f'role="img" aria-label="{sentence}"' in shown.text
    assert ("ew-score__figure" in shown.text) is shows
    assert ("<table" in shown.text) is bool(scores)


async def test_the_distribution_is_a_table(reader: httpx.AsyncClient, ctx: Context) -> None:
    """Rows from five to one with count and per cent as text; the bars say nothing to ears."""
    fill(ctx.storage, *[5] * 7, *[4] * 4, 3)
    shown = await fragment(reader)
    (table,) = re.findall(r"<table.*?</table>", shown.text, flags=re.DOTALL)
    cells = [
        [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
    ]

    assert "<caption" in table
    assert "Phân bố đánh giá" in table
    assert cells[1:] == [
        ["5 sao", "", "7", "58%"],
        ["4 sao", "", "4", "33%"],
        ["3 sao", "", "1", "8%"],
        ["2 sao", "", "0", "0%"],
        ["1 sao", "", "0", "0%"],
    ]
    assert table.count("<svg") == table.count('aria-hidden="true"') == 5


async def test_a_vote_makes_the_fragment_new(reader: httpx.AsyncClient, ctx: Context) -> None:
    """Unchanged figures answer 304; after a vote the same address has another tag and the new figures."""
    first = await fragment(reader)
    same = await reader.get(first.request.url, headers={"if-none-match": first.headers["etag"]})
    await reader.post("/ratings", data={"page": reference(ctx), "score": "4"})
    new = await reader.get(first.request.url, headers={"if-none-match": first.headers["etag"]})

    assert (same.status_code, new.status_code) == (304, 200)
    assert "Mới có 1 lượt đánh giá" in words(new)


async def test_english_speaks_english(reader: httpx.AsyncClient, ctx: Context) -> None:
    """The page's language decides: fragment, receipt and errors."""
    fill(ctx.storage, 5, 5, 4, page=ENGLISH)
    shown = await fragment(reader, ENGLISH, "?locale=en")
    receipt = await reader.post("/ratings", data={"page": reference(ctx, ENGLISH), "score": "1"}, follow_redirects=True)
    refused = await reader.post("/ratings", data={"page": reference(ctx, ENGLISH)})

    assert "Average 4.7 out of 5 stars, 3 ratings" in words(shown)
    assert "Your rating of 1 star has been recorded. Average 3.8 out of 5 stars (4 ratings)." in words(receipt)
    assert "Please choose from 1 to 5 stars." in words(refused)
    assert not re.search("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", words(receipt))


async def test_a_page_rendered_under_an_older_key_still_rates(
    reader: httpx.AsyncClient, ctx: Context, sqlite_url: str, clock: FakeClock
) -> None:
    """HTML saved before a key rotation votes, and the vote given before it is the same reader's."""
    old = reference(ctx)
    await reader.post("/ratings", data={"page": old, "score": "4"})
    rotated = make(sqlite_url, clock, "n" * 32, KEY)
    async with browser(rotated.wrap(Starlette(), "/engagement")) as later:
        later.cookies = reader.cookies
        sent = await later.post("/ratings", data={"page": old, "score": "5"})
    rotated.close()

    assert sent.headers["location"].endswith("done=changed")
    assert counted(ctx) == (0, 0, 0, 0, 1)


REFUSED_FORMS: list[tuple[dict[str, str], int, str]] = [
    ({}, 422, "choose_score"),
    *[({"score": score}, 422, "choose_score") for score in ("", "0", "6", "4.5", "five", "４", "-1", "5 ")],
    ({"page": "", "score": "4"}, 404, "unknown_page"),
    ({"page": "forged", "score": "4"}, 404, "unknown_page"),
    ({"page": "WyJ0ZXN0Il0.AAAA", "score": "4"}, 404, "unknown_page"),
    ({"page": "đá", "score": "4"}, 404, "unknown_page"),
]


@pytest.mark.parametrize(("data", "status", "code"), REFUSED_FORMS)
async def test_a_bad_form_is_refused_and_writes_nothing(
    reader: httpx.AsyncClient, ctx: Context, data: dict[str, str], status: int, code: str
) -> None:
    """For a program a problem with a stable code, for a person a page with a sentence; no cookie, no row."""
    data = {"page": reference(ctx), **data}
    problem = await reader.post("/ratings", data=data, headers={"accept": "application/json"})
    page = await reader.post("/ratings", data=data)

    assert (problem.status_code, page.status_code) == (status, status)
    assert code in {problem.json()["code"], *[error["code"] for error in problem.json()["errors"]]}
    assert "<title>Lỗi: " in page.text
    assert "data-ew-reply" in page.text
    assert "set-cookie" not in page.headers
    assert ctx.storage.read_sync(rows, None) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("path", ["/ratings", "/ratings/withdraw"])
@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"page=a&page=b", "application/x-www-form-urlencoded", 400, "duplicate_field"),
        (b"page=%ff", "application/x-www-form-urlencoded", 400, "bad_form"),
        (b"page=%00", "application/x-www-form-urlencoded", 400, "bad_form"),
        (b"page=" + b"a" * 70_000, "application/x-www-form-urlencoded", 413, "body_too_large"),
        (b"{}", "application/json", 415, "content_type"),
    ],
)
async def test_an_unreadable_body_is_refused(
    reader: httpx.AsyncClient, ctx: Context, path: str, body: bytes, kind: str, status: int, code: str
) -> None:
    """What cannot be read as a form is refused before anything else."""
    answer = await reader.post(path, content=body, headers={"content-type": kind, "accept": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ctx.storage.read_sync(rows, None) == (0, 0, 0, 0, 0)


async def test_a_page_of_another_site_is_refused(reader: httpx.AsyncClient, ctx: Context) -> None:
    """A reference signed with our key for another site gets 403 and creates nothing."""
    foreign = make_reference(ctx.secrets, "other", PAGE)
    stranger = make_reference(Secrets(["x" * 32]), "test", PAGE)
    as_program = {"accept": "application/json"}
    answers = [
        (await reader.post("/ratings", data={"page": token, "score": "4"}, headers=as_program)).json()
        for token in (foreign, stranger)
    ]

    assert [answer["code"] for answer in answers] == ["foreign_page", "unknown_page"]
    assert ctx.storage.read_sync(rows, None) == (0, 0, 0, 0, 0)


async def test_another_origin_cannot_vote(app: ASGIApp, ctx: Context) -> None:
    """A form on a foreign page is refused in words, whatever it carries."""
    async with browser(app, **{"sec-fetch-site": "cross-site", "origin": "https://evil.example"}) as client:
        answer = await client.post("/ratings", data={"page": reference(ctx), "score": "1"})

    assert answer.status_code == 403
    assert ctx.storage.read_sync(rows, None) == (0, 0, 0, 0, 0)


async def test_a_closed_page_says_so(reader: httpx.AsyncClient, ctx: Context) -> None:
    """An article that no longer takes ratings refuses a vote from cached HTML, and shows neither form nor ways out."""
    for path in ("/ratings", "/ratings/withdraw"):
        answer = await reader.post(path, data={"page": reference(ctx, CLOSED), "score": "4"})
        assert answer.status_code == 403
        assert "Bài viết đã ngừng nhận đánh giá" in words(answer)
        assert "<form" not in answer.text
    problem = await reader.post(
        "/ratings", data={"page": reference(ctx, CLOSED), "score": "4"}, headers={"accept": "application/json"}
    )

    assert problem.json()["code"] == "ratings_closed"
    assert ctx.storage.read_sync(rows, None) == (0, 0, 0, 0, 0)


async def test_too_many_changes_say_how_long_to_wait(reader: httpx.AsyncClient, ctx: Context) -> None:
    """Beyond the quota 429 with the seconds, in the header and in the sentence, and the choice is kept."""
    for number in range(CHANGES_ALLOWED):
        await reader.post("/ratings", data={"page": reference(ctx), "score": str(1 + number % 2)})
    before = ctx.storage.read_sync(rows, None)
    answer = await reader.post("/ratings", data={"page": reference(ctx), "score": "5"})
    wait = answer.headers["retry-after"]

    assert answer.status_code == 429
    assert f"Vui lòng thử lại sau {wait} giây." in words(answer)
    assert 'value="5" checked' in answer.text
    assert ctx.storage.read_sync(rows, None) == before
    assert counted(ctx) == (0, 1, 0, 0, 0)


async def test_an_error_keeps_the_form_and_explains(reader: httpx.AsyncClient, ctx: Context) -> None:
    """Nothing chosen: the same form again, the field marked, the sentence tied to it."""
    answer = await reader.post("/ratings", data={"page": reference(ctx)})

    assert answer.status_code == 422
    assert 'aria-describedby="ew-score-error"' in answer.text
    assert 'id="ew-score-error"' in answer.text
    assert f'value="{reference(ctx)}"' in answer.text


async def test_get_changes_nothing(reader: httpx.AsyncClient, ctx: Context) -> None:
    """GET and HEAD on every address of the slice write no row; the form routes do not take them."""
    params = {"page": reference(ctx), "score": "4", "done": "cast"}
    for method in ("GET", "HEAD"):
        statuses = [
            (await reader.request(method, path, params=params)).status_code
            for path in ("/ratings", "/ratings/withdraw", "/ratings/receipt")
        ]
        assert statuses == [405, 405, 200]
        assert (await reader.request(method, f"/fragments/{PAGE_ID}/rating.json")).status_code == 200

    assert ctx.storage.read_sync(rows, None) == (0, 0, 0, 0, 0)


async def test_a_receipt_without_a_page_is_not_found(reader: httpx.AsyncClient) -> None:
    """The receipt of nothing is 404, in words."""
    answer = await reader.get("/ratings/receipt")

    assert answer.status_code == 404
    assert "Không tìm thấy bài viết" in words(answer)


async def test_scripts_get_the_element_they_adopt(reader: httpx.AsyncClient, ctx: Context) -> None:
    """Asked for a part, the receipt comes bare, with the reader's own line and its two ways out."""
    data = {"page": reference(ctx), "score": "4"}
    answer = await reader.post("/ratings", data=data, headers={"ew-partial": "1"}, follow_redirects=True)

    assert "ew-page" not in answer.text
    assert 'data-ew-receipt="rating"' in answer.text
    assert 'data-ew-do="change" data-ew-score="4"' in answer.text


async def test_the_widget_is_the_same_for_everybody(
    reader: httpx.AsyncClient, engagement: Engagement, ctx: Context
) -> None:
    """The article's markup holds the reference, five radios without a choice, and a status line from load."""
    opened, closed = [(await engagement.widgets(page)).rating for page in (PAGE, CLOSED)]

    assert (await fragment(reader)).text.strip() in opened
    assert f'name="page" value="{reference(ctx)}"' in opened
    assert re.findall(r'type="radio" name="score" value="(\d)"', opened) == ["1", "2", "3", "4", "5"]
    assert "4 sao – Hài lòng" in opened
    assert "Mỗi trình duyệt đánh giá một lần, có thể đổi hoặc bỏ" in opened
    assert 'role="status"' in opened
    assert " checked" not in opened
    assert 'type="radio"' not in closed
    assert "Bài viết đã ngừng nhận đánh giá" in closed


async def test_my_vote_is_told_to_me_alone(reader: httpx.AsyncClient, app: ASGIApp, ctx: Context) -> None:
    """After a reload `/me` has the vote with its two ways out; another browser gets an empty place."""
    await reader.post("/ratings", data={"page": reference(ctx), "score": "4"})
    mine = await reader.get("/me", params={"page": str(PAGE_ID)})
    async with browser(app) as stranger:
        theirs = await stranger.get("/me", params={"page": str(PAGE_ID)})

    assert "Đã ghi nhận đánh giá 4 sao." in words(mine)
    assert 'data-ew-do="change" data-ew-score="4"' in mine.text
    assert "Đã ghi nhận" not in words(theirs)


async def test_the_api_casts_reads_and_takes_back(reader: httpx.AsyncClient, ctx: Context) -> None:
    """A program votes with the cookie it was given, and every answer has the exact figures."""
    body = {"page": reference(ctx), "score": 4}
    cast_answer = await reader.post("/api/v1/ratings", json=body)
    changed = await reader.post("/api/v1/ratings", json={**body, "score": 5})
    read = await reader.get(f"/api/v1/pages/{PAGE_ID}/rating")
    withdrawn = await reader.post("/api/v1/ratings/withdraw", json={"page": reference(ctx)})

    assert (cast_answer.json()["outcome"], "set-cookie" in cast_answer.headers) == ("cast", True)
    assert changed.json()["outcome"] == "changed"
    assert (
        read.json()
        == changed.json()["rating"]
        == {
            "page_id": str(PAGE_ID),
            "count": 1,
            "average": None,
            "scores": {"1": 0, "2": 0, "3": 0, "4": 0, "5": 1},
            "minimum": 3,
            "frozen": False,
        }
    )
    assert withdrawn.json()["outcome"] == "withdrawn"
    assert counted(ctx) == (0, 0, 0, 0, 0)


async def test_integers_votes_api_and_fragment_agree(reader: httpx.AsyncClient, ctx: Context) -> None:
    """The same figures come out of the table, the API and both formats of the fragment."""
    fill(ctx.storage, 5, 5, 4, 1)
    by_api = (await reader.get(f"/api/v1/pages/{PAGE_ID}/rating")).json()
    by_fragment = (await reader.get(f"/fragments/{PAGE_ID}/rating.json")).json()

    assert by_api == by_fragment
    assert (by_api["count"], by_api["average"]) == (4, 3.8)
    assert "Trung bình 3,8 trên 5 sao, 4 lượt đánh giá" in words(await fragment(reader))
    assert ctx.storage.read_sync(recount, Recount()).differences == ()


@pytest.mark.parametrize(
    ("body", "status", "codes"),
    [
        (b"{}", 422, {"required"}),
        (b'{"page": 7, "score": 4}', 422, {"wrong_type"}),
        (b'{"page": "REF", "score": 4, "voter": "r:x"}', 422, {"unknown_field"}),
        (b'{"page": "REF", "score": 6}', 422, {"choose_score"}),
        (b'{"page": "REF", "score": 4.5}', 422, {"choose_score"}),
        (b'{"page": "REF", "score": true}', 422, {"choose_score"}),
        (b'{"page": "REF", "score": [[4]]}', 422, {"choose_score"}),
        (b'{"page": "x", "score": 4}', 404, {"unknown_page"}),
        (b'{"page": "REF", "page": "REF", "score": 4}', 400, {"bad_json"}),
        (b'{"page": "\\ud800", "score": 4}', 400, {"bad_json"}),
        (b'{"page": "REF\\u0000", "score": 4}', 400, {"bad_json"}),
        (b"[" * 50_000, 400, {"bad_json"}),
        (b"{" + b" " * 70_000 + b"}", 413, {"body_too_large"}),
    ],
)
async def test_the_api_refuses_with_stable_codes(
    reader: httpx.AsyncClient, ctx: Context, body: bytes, status: int, codes: set[str]
) -> None:
    """Every problem is told with its code; nothing is written and no cookie set."""
    raw = body.replace(b"REF", reference(ctx).encode())
    answer = await reader.post("/api/v1/ratings", content=raw, headers={"content-type": "application/json"})
    told = {answer.json()["code"], *[error["code"] for error in answer.json()["errors"]]}

    assert answer.status_code == status
    assert codes <= told
    assert "set-cookie" not in answer.headers
    assert ctx.storage.read_sync(rows, None) == (0, 0, 0, 0, 0)


def test_the_api_describes_itself() -> None:
    """The document names the score's bounds, which the model checks by a code of its own."""
    schema = document(api.API)["components"]["schemas"]["RatingIn"]

    assert json.dumps(schema["properties"]["score"], sort_keys=True).count("integer") == 1
    assert schema["required"] == ["page", "score"]
