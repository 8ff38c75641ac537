"""The demonstration: seeded once, counted right, the same for every reader, under a strict policy."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from examples.demo.__main__ import desk_password
from examples.demo.legibility import PICTURES, PURPOSE
from examples.demo.news import News, load_news
from examples.demo.seed import WAVES, seed
from examples.demo.site import CSP, create_site

from engagement_widgets import Settings
from engagement_widgets.app.assembly import make_storage
from engagement_widgets.app.keys import signing_keys
from engagement_widgets.captcha.issuing import form_id, host_purpose
from engagement_widgets.comments.service import HeldReason, QueueQuery, Status, queue, queue_counts, recount
from engagement_widgets.comments.service import Recount as RecountComments
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.links.service import GroupsQuery, list_groups
from engagement_widgets.ratings.desk_reading import RatedQuery, list_rated
from engagement_widgets.ratings.recount import Recount
from engagement_widgets.ratings.recount import recount as recount_ratings
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import KNOWN_CODE, KnownChallenges, issue_known

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a demonstration of its own."""
    directory = tmp_path_factory.mktemp("demo")
    return Settings(database_url=f"sqlite:///{directory / 'engagement.db'}", site="vinh-sao", page_csp=CSP)


@pytest.fixture(scope="module")
def news() -> News:
    """The articles, as if the demonstration had been opened now."""
    return load_news(datetime.now(UTC))


@pytest.fixture(scope="module")
def storage(settings: Settings, news: News) -> Storage:
    """The seeded database."""
    storage = make_storage(settings, SystemClock())
    storage.boot()
    assert seed(storage, news, datetime.now(UTC))
    return storage


@pytest.fixture
async def client(settings: Settings, news: News, storage: Storage, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A reader of the seeded site."""
    storage.read_sync(queue_counts, None)
    app = create_site(settings, news, tmp_path / "answers.jsonl")
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client,
    ):
        yield client


def test_figures_equal_their_rows(storage: Storage, news: News) -> None:
    """3,000 approved and 400 waiting under one article; every counter is what a recount finds."""
    assert storage.read_sync(recount, RecountComments()).was_right
    assert not storage.read_sync(recount_ratings, Recount()).differences
    counts = storage.read_sync(queue_counts, None)
    assert counts[Status.APPROVED] > 3000
    assert counts[Status.PENDING] > 400
    assert counts[Status.REJECTED]
    assert counts[Status.SPAM]
    assert len(news.articles) == 7


def test_every_reason_to_hold_is_there(storage: Storage) -> None:
    """The desk shows each reason at least once that takes no flood, no block or hold, no checker and no setting."""
    found: set[HeldReason] = set()
    query = QueueQuery(status=Status.PENDING, size=100)
    while True:
        page = storage.read_sync(queue, query)
        found |= {hold.reason for item in page.items for hold in item.holds}
        if page.next is None:
            break
        query = replace(query, after=page.next)
    reported = storage.read_sync(queue, QueueQuery(status=None, reported=3, size=100))
    found |= {hold.reason for item in reported.items for hold in item.holds}
    assert set(HeldReason) - found == {
        HeldReason.CROWD,
        HeldReason.READER_FLOOD,
        HeldReason.PAGE_FLOOD,
        HeldReason.BRAKE,
        HeldReason.BLOCKED,
        HeldReason.EMERGENCY,
        HeldReason.CHECKER,
        HeldReason.CHECKER_UNAVAILABLE,
        HeldReason.UNTRUSTED,
    }


def test_the_wave_is_flagged(storage: Storage) -> None:
    """One article, and no other, has a wave that the desk points at."""
    flagged = storage.read_sync(list_rated, RatedQuery(size=10)).flagged
    assert [rated.page.url for rated in flagged] == [f"/bai/{slug}" for slug in WAVES]


def test_seeding_twice_does_nothing(storage: Storage, news: News) -> None:
    """The second time finds everything done."""
    before = storage.read_sync(queue_counts, None)
    assert not seed(storage, news, datetime.now(UTC))
    assert storage.read_sync(queue_counts, None) == before


def test_links_stand_in_groups(storage: Storage) -> None:
    """Three groups or more, one link in a new tab, one sponsored, none of them to a real host."""
    links = [link for group in storage.read_sync(list_groups, GroupsQuery()) for link in group.links]
    assert len(storage.read_sync(list_groups, GroupsQuery())) >= 3
    assert [link for link in links if link.new_tab]
    assert [link for link in links if link.sponsored]
    assert all(link.host.endswith(".example") for link in links)


def test_the_desk_s_password_is_told_until_it_is_changed(storage: Storage) -> None:
    """Each start prints another one-time password while nobody has signed in."""
    assert desk_password(storage) != desk_password(storage)


async def test_every_page_is_the_same_for_every_reader(client: httpx.AsyncClient, news: News) -> None:
    """All pages answer under the strict policy, without cookies, with the same bytes for whoever asks."""
    paths = ["/", *(section.url for section in news.sections), *(article.url for article in news.articles)]
    for path in paths:
        first = await client.get(path)
        second = await client.get(path, headers={"Cookie": "ew_reader=x", "Accept-Language": "en"})
        assert first.status_code == 200
        assert first.headers["content-security-policy"] == CSP
        assert first.content == second.content
        assert "set-cookie" not in first.headers
        assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son[a-z]+=", first.text)
    assert (await client.get("/bai/khong-co")).status_code == 404


async def test_pictures_and_styles_are_there(client: httpx.AsyncClient, news: News) -> None:
    """Everything an article asks for is served."""
    html = (await client.get(news.articles[0].url)).text
    found = re.findall(r'(?:src|href)="(/(?:static|engagement/assets)/[^"]+)"', html)
    assert len(found) >= 5
    for path in found:
        assert (await client.get(path)).status_code == 200, path


async def test_stand_alone_pages_wear_the_newspaper_s_look(client: httpx.AsyncClient) -> None:
    """The `Layout` hook: a missing receipt is told in the newspaper's own frame, under its own policy."""
    page = await client.get(f"/engagement/receipts/{UUID(int=7)}")
    assert page.status_code == 404
    assert "Vịnh Sao" in page.text
    assert page.headers["content-security-policy"] == CSP


async def test_colleagues_read_twenty_captchas(client: httpx.AsyncClient, storage: Storage, settings: Settings) -> None:
    """Answered by plain forms: the last answer, the way so far and everybody's figures stand there; then it ends."""
    secrets = Secrets(signing_keys(settings))
    purpose = host_purpose(PURPOSE)
    known = KnownChallenges(secrets=secrets, purpose=purpose, page_id=form_id(settings.site, purpose), count=PICTURES)
    first = await client.get("/doc-thu-ma")
    assert first.headers["cache-control"] == "no-store"
    assert "Trả lời hình 1<" in first.text
    right = 0
    for done, challenge in enumerate(storage.write_sync(issue_known, known)):
        code = "HHHHHH" if done == 3 else KNOWN_CODE
        typed = {"done": done, "right": right, "length": 6, "challenge": str(challenge), "code": code}
        page = (await client.post("/doc-thu-ma", data=typed)).text
        right += done != 3
        assert f"Đã trả lời {done + 1}/{PICTURES}, đúng {right}." in page
    assert "Làm lại từ đầu" in page
    assert re.search(r"<td>6</td><td>20</td><td>95%</td><td>\d+,\d giây</td>", page)
    again = await client.post("/doc-thu-ma", data={**typed, "done": "-1", "right": "x", "length": "²"})
    assert again.status_code == 200
    assert (await client.post("/doc-thu-ma", content=b"\xff=%ff&challenge=x")).status_code == 200
