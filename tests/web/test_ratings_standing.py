"""What readers are told when editors have decided: frozen pages, votes that do not count, private notes."""

import html
import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp

from engagement_widgets import Engagement, Settings
from engagement_widgets.pages.reference import make_reference
from engagement_widgets.ratings.decisions import freeze, leave_out, reset
from engagement_widgets.ratings.service import CHANGES_ALLOWED
from engagement_widgets.ratings.sets import VoteSet
from engagement_widgets.settings import Worker
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from rating_factory import PAGE, PAGE_ID, Decision, counts, decide, vote

pytestmark = pytest.mark.anyio
CLOSED = "Bài viết đã ngừng nhận đánh giá"
NOTE = "Thiếu ý kiến của bà con."


@pytest.fixture
def engagement(sqlite_url: str, clock: FakeClock) -> Iterator[Engagement]:
    """An instance that asks for private notes."""
    options = Settings(
        database_url=sqlite_url, secret_keys=("k" * 32,), site="test", worker=Worker.OFF, rating_note=True
    )
    made = Engagement(options, clock=clock)
    yield made
    made.close()


@pytest.fixture
def app(engagement: Engagement) -> ASGIApp:
    """The instance as a host mounts it."""
    return engagement.wrap(Starlette(), "/engagement")


@pytest.fixture
def storage(engagement: Engagement, app: ASGIApp) -> Storage:
    """Its database."""
    assert app is not engagement
    return engagement.boot().storage


@pytest.fixture
def reference(engagement: Engagement, storage: Storage) -> str:
    """What the article carries."""
    assert storage is engagement.boot().storage
    return make_reference(engagement.boot().secrets, "test", PAGE)


@pytest.fixture
async def reader(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that posts from our own pages."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://127.0.0.1/engagement",
        headers={"sec-fetch-site": "same-origin", "accept": "text/html"},
    ) as client:
        yield client


def words(response: httpx.Response) -> str:
    """What a page says, without its tags."""
    body = re.sub(r"<(template|style)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


async def test_a_frozen_page_is_closed_everywhere(
    engagement: Engagement, reader: httpx.AsyncClient, storage: Storage, reference: str
) -> None:
    """Article, receipt, form, API and `/me` say and refuse what they do on a page its rules have closed."""
    await reader.post("/ratings", data={"page": reference, "score": "4"})
    decide(storage, freeze)

    widget = str((await engagement.widgets(PAGE)).rating)
    assert CLOSED in widget
    assert "<form" not in widget
    receipt = await reader.get("/ratings/receipt", params={"page": reference})
    assert CLOSED in words(receipt)
    assert "<form" not in receipt.text
    mine = await reader.get("/me", params={"page": str(PAGE_ID)}, headers={"ew-partial": "1"})
    assert "Đã ghi nhận đánh giá 4 sao." in words(mine)
    assert "<form" not in mine.text
    for path, data in (("/ratings", {"score": "2"}), ("/ratings/withdraw", {}), ("/ratings/note", {"note": NOTE})):
        refused = await reader.post(path, data={"page": reference, **data})
        assert refused.status_code == 403
        assert CLOSED in words(refused)
    for path, body in (("/api/v1/ratings", {"score": 2}), ("/api/v1/ratings/withdraw", {})):
        answer = await reader.post(path, json={"page": reference, **body}, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (403, "ratings_closed")
    assert counts(storage) == (0, 0, 0, 1, 0)


async def test_an_open_article_has_its_form(engagement: Engagement, storage: Storage) -> None:
    """The same article before: the form stands, and what closes it is only a template for the script."""
    vote(storage, "r:0", 5)
    widget = str((await engagement.widgets(PAGE)).rating)
    assert "<form" in widget
    assert "data-ew-closed" not in widget
    assert widget.count(CLOSED) == 1


@pytest.mark.parametrize(
    ("decision", "said", "again"),
    [
        (leave_out, "Tòa soạn đã để lượt này ngoài điểm trung bình.", (0, 0, 0, 0, 0)),
        (reset, "Tòa soạn đã đặt lại điểm của bài viết, nên lượt này không còn được tính.", (1, 0, 0, 0, 0)),
    ],
    ids=["left out", "reset"],
)
async def test_a_vote_that_does_not_count_is_shown_and_said(
    reader: httpx.AsyncClient,
    storage: Storage,
    reference: str,
    clock: FakeClock,
    decision: Decision,
    said: str,
    again: tuple[int, ...],
) -> None:
    """Its reader sees the score, that it does not count and why; whether a new one counts is as it was said."""
    await reader.post("/ratings", data={"page": reference, "score": "2"})
    decide(storage, decision, VoteSet())
    clock.advance(clock.now().resolution * 10**6)
    for path, query in (("/ratings/receipt", reference), ("/me", str(PAGE_ID))):
        shown = words(await reader.get(path, params={"page": query}))
        assert f"Đánh giá đã gửi: 2 sao. {said}" in shown
        assert ("Đánh giá lại thì được tính." in shown) is (decision is reset)
        assert "Đã ghi nhận" not in shown
    await reader.post("/ratings", data={"page": reference, "score": "1"})
    assert counts(storage) == again


async def test_a_low_score_is_asked_about(reader: httpx.AsyncClient, reference: str) -> None:
    """After one or two stars the form of the note stands on the receipt and in `/me`, after more it does not."""
    for score, asked in (("5", False), ("2", True), ("3", False)):
        receipt = await reader.post("/ratings", data={"page": reference, "score": score}, follow_redirects=True)
        mine = await reader.get("/me", params={"page": str(PAGE_ID)}, headers={"ew-partial": "1"})
        for shown in (receipt, mine):
            assert ("Điều gì chưa ổn?" in words(shown)) is asked


async def test_a_note_is_sent_changed_and_removed(reader: httpx.AsyncClient, storage: Storage, reference: str) -> None:
    """Each receipt says what was done and has the words as they are kept; no figure moves."""
    await reader.post("/ratings", data={"page": reference, "score": "1"})
    for note, said in ((NOTE, "Đã gửi góp ý cho tòa soạn."), (NOTE + "\nThêm nữa.", "Đã gửi"), ("  ", "Đã xóa góp ý.")):
        receipt = await reader.post("/ratings/note", data={"page": reference, "note": note}, follow_redirects=True)
        assert said in words(receipt)
        assert (html.escape(note.strip()) in receipt.text) is True
    assert counts(storage) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("note", "status", "said"),
    [
        ("x" * 501, 422, "tối đa 500 ký tự"),
        ("🏳️‍🌈" * 200, 422, "tối đa 500 ký tự"),
        ("a\x0bb", 422, "ký tự không dùng được"),
    ],
    ids=["graphemes", "bytes", "control"],
)
async def test_a_note_that_cannot_be_kept_comes_back(
    reader: httpx.AsyncClient, reference: str, note: str, status: int, said: str
) -> None:
    """With the reason at the field and everything typed."""
    await reader.post("/ratings", data={"page": reference, "score": "1"})
    answer = await reader.post("/ratings/note", data={"page": reference, "note": note})
    assert answer.status_code == status
    assert said in words(answer)
    assert note[:50] in html.unescape(answer.text)
    assert 'aria-invalid="true"' in answer.text


async def test_a_note_needs_a_low_vote(reader: httpx.AsyncClient, storage: Storage, reference: str) -> None:
    """A stranger and a satisfied reader are told how, with their words kept; too many changes are slowed down."""
    data = {"page": reference, "note": NOTE}
    stranger = await reader.post("/ratings/note", data=data)
    assert (stranger.status_code, NOTE in stranger.text) == (409, True)
    await reader.post("/ratings", data={"page": reference, "score": "5"})
    refused = await reader.post("/ratings/note", data=data)
    assert refused.status_code == 409
    assert "Vui lòng đánh giá trước rồi gửi lại." in words(refused)
    assert NOTE in refused.text
    await reader.post("/ratings", data={"page": reference, "score": "1"})
    answers = [
        (await reader.post("/ratings/note", data={**data, "note": f"Lần {number}."})).status_code
        for number in range(CHANGES_ALLOWED - 1)
    ]
    assert answers == [303] * (CHANGES_ALLOWED - 2) + [429]
    assert counts(storage) == (1, 0, 0, 0, 0)


async def test_without_the_setting_nobody_is_asked(sqlite_url: str, clock: FakeClock) -> None:
    """Off is the default: no form, and the address is not there."""
    options = Settings(database_url=sqlite_url, secret_keys=("k" * 32,), site="test", worker=Worker.OFF)
    engagement = Engagement(options, clock=clock)
    app = engagement.wrap(Starlette(), "/engagement")
    page = make_reference(engagement.boot().secrets, "test", PAGE)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://127.0.0.1/engagement",
        headers={"sec-fetch-site": "same-origin"},
    ) as client:
        receipt = await client.post("/ratings", data={"page": page, "score": "1"}, follow_redirects=True)
        assert "Điều gì chưa ổn?" not in words(receipt)
        assert (await client.post("/ratings/note", data={"page": page, "note": NOTE})).status_code == 404
    engagement.close()
