"""After the commit: what changed for the public is purged, at least once, also by the process after this one."""

import html
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from anyio import to_thread
from starlette.applications import Starlette

from comment_factory import PAGE, post, submission
from engagement_widgets import Engagement, Moderation, Page
from engagement_widgets.app.delivery import Delivery
from engagement_widgets.comments.service import Status, count_approved, submit_comment
from engagement_widgets.errors import SettingsError
from engagement_widgets.hooks import Purger
from engagement_widgets.pages.reference import page_id
from engagement_widgets.settings import LOCALES, Worker
from engagement_widgets.storage.outbox import Outbox
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from whole_site import MOUNT, Site, moderator, open_site, reader, reference, rows, site_settings, stranger

pytestmark = pytest.mark.anyio

PUBLIC = "https://bao.example/tin-tuc/engagement"
PAGE_ID = page_id("test", PAGE.key)
LOCAL_PAGE = Page(key="tin/noi-bo", url="/tin/noi-bo", title="Chợ")


class Recorder:
    """A purger that notes what it is told, and what the database said by then; it may fail first."""

    def __init__(self, storage: Storage | None = None, failures: int = 0) -> None:
        self.storage = storage
        self.failures = failures
        self.calls: list[list[str]] = []
        self.approved: list[int] = []
        self.called = threading.Event()

    async def __call__(self, urls: Sequence[str], /) -> None:
        """Note, or fail."""
        self.calls.append(list(urls))
        if self.storage is not None:
            self.approved.append(self.storage.read_sync(count_approved, PAGE_ID))
        self.called.set()
        if len(self.calls) <= self.failures:
            raise ConnectionError("the CDN is away")


def fragments(page: str, widget: str) -> set[str]:
    """Every address of a widget's first fragment, as the world knows it."""
    return {
        f"{PUBLIC}/fragments/{page}/{widget}.{kind}{query}"
        for kind in ("html", "json")
        for query in ("", *(f"?locale={locale}" for locale in LOCALES))
    }


def recent(page: Page = PAGE) -> set[str]:
    """Recent comments and the feed, of the site and of a page's section."""
    lists: tuple[dict[str, str], ...] = ({}, {"section": page.section})
    asked = [
        {**locale, **limit, **section}
        for section in lists
        for locale in ({}, *({"locale": locale} for locale in LOCALES))
        for limit in ({}, {"limit": "10"})
    ]
    paths = [f"/fragments/recent/comments.{kind}" for kind in ("html", "json")]
    found = [(path, query) for path in paths for query in asked]
    found += [("/feeds/comments.atom", section) for section in lists]
    return {f"{PUBLIC}{path}" + (f"?{urlencode(query)}" if query else "") for path, query in found}


@contextmanager
def filled(url: str, clock: FakeClock, purger: Purger | None) -> Iterator[Site]:
    """A filled site behind a CDN, its first events delivered."""
    site = open_site(site_settings(url, public_url=PUBLIC, edits_wait=False), clock, purger=purger)
    deliver(site, None)
    yield site
    site.engagement.close()


def deliver(site: Site, purger: Purger | None) -> int:
    """Deliver what is due, as the outbox thread does."""
    return Outbox(site.storage).deliver_due(Delivery(site.ctx, purger).deliver)


async def delivered(site: Site, purger: Recorder) -> set[str]:
    """Deliver, and tell what was purged since."""
    purger.calls.clear()
    await to_thread.run_sync(deliver, site, purger)
    assert all(len(call) == len(set(call)) for call in purger.calls)
    return {url for call in purger.calls for url in call}


async def _decide(desk: httpx.AsyncClient, site: Site, status: str, version: int) -> httpx.Response:
    comment = site.comments[Status.PENDING]
    answer = await desk.post(f"/api/v1/desk/comments/{comment}/decision", json={"status": status, "version": version})
    assert answer.status_code == 200
    return answer


async def test_what_changed_is_purged_by_its_public_address(database_url: str, clock: FakeClock) -> None:
    """What approving, hiding, undoing, changing and rating change is purged, and nothing of another widget."""
    purger = Recorder()
    with filled(database_url, clock, purger) as site:
        comments, rating = fragments(str(PAGE_ID), "comments") | recent(), fragments(str(PAGE_ID), "rating")
        async with moderator(site) as desk, reader(site) as author:
            approved = await _decide(desk, site, "approved", 1)
            assert await delivered(site, purger) == {PAGE.url, *comments}
            await desk.post(f"/api/v1/desk/undo/{approved.json()['undo']}")
            assert await delivered(site, purger) == {PAGE.url, *comments}
            waiting = site.comments[Status.PENDING]
            await author.post(f"/comments/{waiting}/edit", data={"body": "Chưa ai thấy", "version": "3"})
            assert await delivered(site, purger) == set()
            await _decide(desk, site, "approved", 4)
            assert await delivered(site, purger) == {PAGE.url, *comments}
            await author.post(f"/comments/{waiting}/edit", data={"body": "Mọi người thấy", "version": "5"})
            assert await delivered(site, purger) == {PAGE.url, *comments}
            await _decide(desk, site, "pending", 6)
            assert await delivered(site, purger) == {PAGE.url, *comments}
            await _decide(desk, site, "spam", 7)
            assert await delivered(site, purger) == set()
            await author.post("/ratings", data={"page": reference(site.ctx), "score": "5"})
            assert await delivered(site, purger) == {PAGE.url, *rating}
            await author.post("/ratings", data={"page": reference(site.ctx), "score": "5"})
            assert await delivered(site, purger) == set()
            for url in comments | rating:
                assert (await author.get(url.removeprefix(PUBLIC))).status_code == 200, url


async def test_both_names_of_an_article_are_purged(database_url: str, clock: FakeClock) -> None:
    """Renamed, merged or withdrawn: where it stands, where it stood, and the fragments of every id that leads there."""
    purger = Recorder()
    new, last = (replace(PAGE, key=f"tin/{name}", url=f"https://bao.example/tin/{name}") for name in ("moi", "cuoi"))
    ids = [str(page_id("test", page.key)) for page in (PAGE, new, last)]
    both = [fragments(one, "comments") | fragments(one, "rating") | recent() for one in ids]
    with filled(database_url, clock, purger) as site:
        await site.engagement.pages.rename(PAGE.key, new)
        assert await delivered(site, purger) == {PAGE.url, new.url, *both[0], *both[1]}
        await site.engagement.pages.withdraw(new.key)
        assert await delivered(site, purger) == {PAGE.url, new.url, *both[0], *both[1]}
        await site.engagement.pages.restore(PAGE.key)
        await delivered(site, purger)
        await site.engagement.pages.merge(new.key, last)
        assert await delivered(site, purger) == {PAGE.url, new.url, last.url, *both[0], *both[1], *both[2]}


async def test_both_sections_of_an_article_are_purged(database_url: str, clock: FakeClock) -> None:
    """Its comments leave the recent ones and the feed of one section and come to those of another, and back."""
    purger = Recorder()
    moved = replace(PAGE, section="kinh-te")
    expected = {PAGE.url, *fragments(str(PAGE_ID), "comments"), *fragments(str(PAGE_ID), "rating")}
    expected |= recent() | recent(moved)
    with filled(database_url, clock, purger) as site:
        for page in (moved, PAGE):
            await site.engagement.pages.update(page)
            assert await delivered(site, purger) == expected


async def test_every_fragment_of_an_article_is_among_the_purged(sqlite_url: str, clock: FakeClock) -> None:
    """Whatever the article asks for is named in the form a CDN has stored it under."""
    purger = Recorder()
    with filled(sqlite_url, clock, purger) as site:
        shown = set()
        for locale in (None, *LOCALES):
            widgets = await site.engagement.widgets(replace(PAGE, locale=locale))
            shown |= set(re.findall(r'data-ew-fragment="(.*?)"', str(widgets.rating + widgets.comments)))
            for section in (None, PAGE.section):
                block = await site.engagement.recent_widget(section=section, locale=locale)
                shown |= set(re.findall(r'data-ew-fragment="(.*?)"', html.unescape(str(block.block))))
        async with moderator(site) as desk, reader(site) as author:
            await _decide(desk, site, "approved", 1)
            await author.post("/ratings", data={"page": reference(site.ctx), "score": "5"})
            purged = {url.removeprefix("https://bao.example") for url in await delivered(site, purger)}
        assert shown <= purged


class Cache(ThreadingHTTPServer):
    """A cache in front of the site, as far as it is told what to forget; `told` holds the addresses, in order."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Purged)
        self.told: list[str] = []


class _Purged(BaseHTTPRequestHandler):
    server: Cache

    def do_PURGE(self) -> None:
        """Note the address."""
        self.server.told.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


async def test_a_cache_hears_of_recent_comments_and_feeds(database_url: str, clock: FakeClock) -> None:
    """By requests of the manual's purger over HTTP: each address once when a comment appears, goes and is undone."""
    with Cache() as cache:
        threading.Thread(target=cache.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{cache.server_port}"

        async def purge(urls: Sequence[str], /) -> None:
            async with httpx.AsyncClient(timeout=10) as client:
                for url in urls:
                    (await client.request("PURGE", url.replace("https://bao.example", base))).raise_for_status()

        with filled(database_url, clock, purge) as site:
            article = {PAGE.url, *fragments(str(PAGE_ID), "comments")}
            expected = sorted(url.removeprefix("https://bao.example") for url in article | recent())
            async with moderator(site) as desk:
                approved = await _decide(desk, site, "approved", 1)
                for deed in (
                    None,
                    lambda: desk.post(f"/api/v1/desk/undo/{approved.json()['undo']}"),
                    lambda: _decide(desk, site, "approved", 3),
                    lambda: _decide(desk, site, "spam", 4),
                ):
                    if deed is not None:
                        await deed()
                    cache.told.clear()
                    await to_thread.run_sync(deliver, site, purge)
                    assert sorted(cache.told) == expected
        cache.shutdown()


async def test_a_comment_published_at_once_is_purged_too(sqlite_url: str, clock: FakeClock) -> None:
    """And an article the host names by its path becomes an absolute address."""
    purger = Recorder()
    with filled(sqlite_url, clock, purger) as site:
        sent = submission(page=LOCAL_PAGE, moderation=Moderation.POST, is_staff=True)
        site.storage.write_sync(submit_comment, sent)
        identity = str(page_id("test", LOCAL_PAGE.key))
        expected = {"https://bao.example/tin/noi-bo", *fragments(identity, "comments"), *recent(LOCAL_PAGE)}
        assert await delivered(site, purger) == expected
        assert all(urlsplit(url).scheme == "https" for url in expected)
        post(site.storage, page=LOCAL_PAGE)
        assert await delivered(site, purger) == set()


async def test_it_is_told_after_the_commit(database_url: str, clock: FakeClock) -> None:
    """By the time of the call any other process reads the new state: a CDN that asks at once stores the new page."""
    other = Storage(url=database_url, site="test", clock=clock)
    other.boot()
    purger = Recorder(other)
    with filled(database_url, clock, purger) as site:
        before = other.read_sync(count_approved, PAGE_ID)
        async with moderator(site) as desk:
            await _decide(desk, site, "approved", 1)
        await delivered(site, purger)
        assert purger.approved == [before + 1]
    other.close()


def _undelivered(site: Site) -> list[str]:
    """What waits in the outbox but for the reminders of the open case, whose time has not come."""
    return [row for row in rows(site)["engagement_outbox"] if "CaseDue" not in row]


async def test_a_purger_that_fails_is_asked_again(database_url: str, clock: FakeClock) -> None:
    """After a while, with the same addresses, until it succeeds; meanwhile other events are not held up."""
    purger = Recorder(failures=1)
    with filled(database_url, clock, purger) as site:
        async with moderator(site) as desk, reader(site) as author:
            await _decide(desk, site, "approved", 1)
            await author.post("/ratings", data={"page": reference(site.ctx), "score": "5"})
        assert await to_thread.run_sync(deliver, site, purger) == 1
        first, second = purger.calls
        assert await to_thread.run_sync(deliver, site, purger) == 0
        clock.advance(2)
        assert await to_thread.run_sync(deliver, site, purger) == 1
        assert purger.calls[2] == first != second
        assert _undelivered(site) == []


async def test_events_outlive_the_process(database_url: str, clock: FakeClock) -> None:
    """What nobody delivered before a stop is delivered by the next instance on the same database, in its thread."""
    settings = site_settings(database_url, public_url=PUBLIC)
    with filled(database_url, clock, None) as site:
        async with moderator(site) as desk:
            await _decide(desk, site, "approved", 1)
    purger = Recorder()
    again = Engagement(settings.model_copy(update={"worker": Worker.THREAD}), purger=purger, clock=clock)
    app = again.wrap(Starlette(), MOUNT)
    async with again.lifespan(), stranger(app) as client:
        assert (await client.get("/health")).status_code == 200
        assert await to_thread.run_sync(purger.called.wait, 10)
    assert set(purger.calls[0]) == {PAGE.url, *fragments(str(PAGE_ID), "comments"), *recent()}
    assert len(purger.calls) == 1


async def test_without_a_purger_events_do_not_pile_up(sqlite_url: str, clock: FakeClock) -> None:
    """They are checked off."""
    with filled(sqlite_url, clock, None) as site:
        async with moderator(site) as desk:
            await _decide(desk, site, "approved", 1)
        assert await to_thread.run_sync(deliver, site, None) == 1
        assert _undelivered(site) == []


def test_a_purger_needs_to_know_the_public_address(sqlite_url: str) -> None:
    """Without `public_url` no absolute address can be made: said at once, not at the first event."""
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        Engagement(site_settings(sqlite_url), purger=Recorder())


async def test_a_like_that_waited_is_shown_and_purged(sqlite_url: str, clock: FakeClock) -> None:
    """Within five seconds of the first nothing shows it; then its event drops the page and has it purged."""
    purger = Recorder()
    with filled(sqlite_url, clock, purger) as site:
        comment = site.ids["comment_id"][-1]
        address = f"{MOUNT}/fragments/{PAGE_ID}/comments.html"
        async with stranger(site.app) as first, stranger(site.app) as second:
            await first.put(f"/api/v1/comments/{comment}/like")
            shown = (await first.get(address.removeprefix(MOUNT))).text
            assert fragments(str(PAGE_ID), "comments") < await delivered(site, purger)
            clock.advance(2)
            await second.put(f"/api/v1/comments/{comment}/like")
            assert (await first.get(address.removeprefix(MOUNT))).text == shown
            assert await delivered(site, purger) == set()
            clock.advance(3)
            assert fragments(str(PAGE_ID), "comments") < await delivered(site, purger)
            again = (await first.get(address.removeprefix(MOUNT))).text
    assert "data-ew-likes>1<" in shown
    assert "data-ew-likes>2<" in again
