"""What an article saved long ago still does, and what a reference of others never does."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp

from comment_factory import PAGE
from engagement_widgets import Engagement, Page
from engagement_widgets.captcha.service import LIFETIME
from engagement_widgets.errors import Invalid
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.service import PageRow, find_page
from engagement_widgets.testing import KNOWN_CODE, FakeClock, KnownChallenges, issue_known
from whole_site import MOUNT, site_settings, stranger

pytestmark = pytest.mark.anyio

OLD, MIDDLE, NEW = "o" * 32, "m" * 32, "n" * 32
PAGE_ID = page_id("test", PAGE.key)

# As an article was printed by the release before: other classes, another layout, an asset of its own hash, but the
# documented addresses and names of fields.
OLDER_TEMPLATE = """
<link rel="stylesheet" href="/engagement/assets/0123456789abcdef/widgets.css">
<script type="module" src="/engagement/assets/0123456789abcdef/engagement.js"></script>
<div class="older" data-ew-fragment="/engagement/fragments/{id}/rating.html?locale=vi"></div>
<form method="post" action="/engagement/ratings"><input type="hidden" name="page" value="{reference}">
<select name="score"><option value="3">3</option></select><button>Gửi</button></form>
<div class="older" data-ew-fragment="/engagement/fragments/{id}/comments.html?locale=vi"></div>
<form method="post" action="/engagement/comments"><input type="hidden" name="page" value="{reference}">
<input name="name"><input name="email"><textarea name="body"></textarea><button>Gửi</button></form>
<form method="post" action="/engagement/links/open"><input type="hidden" name="page" value="{reference}">
<select name="id"><option value=""></option></select><button>Mở</button></form>
"""


@dataclass
class Forms(HTMLParser):
    """The forms of a page as a browser would send them untouched, by their address."""

    found: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form or one of its fields."""
        values = dict(attrs)
        if tag == "form":
            self._fields = self.found.setdefault(values["action"] or "", {})
        elif tag in {"input", "textarea", "select"} and values.get("type") not in {"radio", "checkbox"}:
            self._fields[values["name"] or ""] = values.get("value") or ""


def forms_of(markup: str) -> dict[str, dict[str, str]]:
    """The forms of a page."""
    parser = Forms()
    parser.feed(markup)
    return parser.found


@contextmanager
def running(url: str, clock: FakeClock, *keys: str, site: str = "test") -> Iterator[tuple[Engagement, ASGIApp]]:
    """An instance with these keys, newest first."""
    engagement = Engagement(site_settings(url, secret_keys=keys, site=site), clock=clock)
    app = engagement.wrap(Starlette(), MOUNT)
    yield engagement, app
    engagement.close()


async def article(engagement: Engagement, page: Page = PAGE) -> str:
    """The widgets of an article, as its host saves them."""
    widgets = await engagement.widgets(page)
    return str(widgets.head + widgets.rating + widgets.comments)


def known_code(engagement: Engagement, *keys: str) -> dict[str, str]:
    """A challenge with its answer."""
    known = KnownChallenges(secrets=Secrets(keys), purpose="comment", page_id=PAGE_ID)
    challenge = engagement.boot().storage.write_sync(issue_known, known)[0]
    return {"challenge": str(challenge), "code": KNOWN_CODE}


def row(engagement: Engagement, identity: UUID = PAGE_ID) -> PageRow | None:
    """The page's row, if anybody has written there."""
    return engagement.boot().storage.read_sync(find_page, identity)


async def send(client: httpx.AsyncClient, markup: str, path: str, **typed: str) -> httpx.Response:
    """Fill in a form of this markup and send it."""
    fields = forms_of(markup)[MOUNT + path]
    return await client.post(path, data=fields | typed)


async def test_an_article_two_key_rotations_old_still_works(sqlite_url: str, clock: FakeClock) -> None:
    """It rates and comments; its readers stay who they were and its half-answered captcha counts."""
    with running(sqlite_url, clock, OLD) as (engagement, app):
        saved = await article(engagement)
        async with stranger(app) as client:
            assert (await send(client, saved, "/ratings", score="2")).status_code == 303
            cookies = client.cookies
        asked = known_code(engagement, OLD)
    clock.advance(LIFETIME / 2)
    with running(sqlite_url, clock, NEW, MIDDLE, OLD) as (engagement, app):
        async with stranger(app) as client:
            client.cookies = cookies
            assert (await send(client, saved, "/ratings", score="5")).headers["location"].endswith("done=changed")
            sent = await send(client, saved, "/comments", name="Mai", body="Từ bản lưu cũ", **asked)
            assert sent.status_code == 303
            receipt = await client.get(sent.headers["location"].removeprefix(MOUNT))
            assert "Từ bản lưu cũ" in receipt.text
        assert await article(engagement) != saved
    with running(sqlite_url, clock, NEW) as (engagement, app):
        async with stranger(app) as client:
            assert (await send(client, saved, "/ratings", score="5")).status_code == 404


async def test_an_article_of_an_older_template_still_works(sqlite_url: str, clock: FakeClock) -> None:
    """The documented fields are enough, and the addresses of the older release's files and fragments answer."""
    with running(sqlite_url, clock, NEW, OLD) as (engagement, app), running(sqlite_url, clock, OLD) as (older, _):
        reference = forms_of(await article(older))["/engagement/ratings"]["page"]
        saved = OLDER_TEMPLATE.format(id=PAGE_ID, reference=reference)
        async with stranger(app) as client:
            for address in re.findall(r'(?:href|src|data-ew-fragment)="/engagement(.*?)"', saved):
                answer = await client.get(address)
                assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, False), address
            assert (await send(client, saved, "/ratings", score="3")).status_code == 303
            step = await send(client, saved, "/comments", name="Mai", body="Một ý kiến")
            assert (step.status_code, "data-ew-captcha" in step.text) == (200, True)
            sent = await send(client, saved, "/comments", name="Mai", body="Một ý kiến", **known_code(engagement, NEW))
            assert sent.status_code == 303
            assert (await send(client, saved, "/links/open")).status_code == 422


async def test_todays_forms_hold_the_documented_fields(sqlite_url: str, clock: FakeClock) -> None:
    """What an article carries today is what the next releases must take."""
    with running(sqlite_url, clock, NEW) as (engagement, _):
        forms = forms_of(await article(engagement))
    assert {address: set(fields) for address, fields in forms.items()} == {
        "/engagement/ratings": {"page"},
        "/engagement/comments": {"page", "name", "email", "body", "website"},
    }


async def test_a_reference_of_another_site_writes_nothing(sqlite_url: str, clock: FakeClock) -> None:
    """Two sites share keys and a database: each refuses the other's articles, and no page is made."""
    with running(sqlite_url, clock, NEW) as (ours, app), running(sqlite_url, clock, NEW, site="other") as (theirs, _):
        saved = await article(theirs)
        async with stranger(app) as client:
            for path, typed in (("/ratings", {"score": "5"}), ("/comments", {"name": "Mai", "body": "Một ý kiến"})):
                refused = await send(client, saved, path, **typed)
                assert (refused.status_code, "thuộc một trang khác" in refused.text) == (403, True)
                forged = await client.post(path, data=forms_of(saved)[MOUNT + path] | typed | {"page": "x.y"})
                assert (forged.status_code, "Không tìm thấy bài viết" in forged.text) == (404, True)
            reference = forms_of(saved)["/engagement/ratings"]["page"]
            assert (await client.get("/ratings/receipt", params={"page": reference})).status_code == 403
        assert row(ours) is None
        assert row(theirs, page_id("other", PAGE.key)) is None


async def test_a_later_reference_changes_no_row(database_url: str, clock: FakeClock) -> None:
    """The first accepted write says what the page is; articles printed before or after change neither URL nor title."""
    later = replace(PAGE, url="https://evil.example/", title="Tít khác", section="khac", locale="en")
    with running(database_url, clock, NEW) as (engagement, app):
        async with stranger(app) as client:
            await send(client, await article(engagement), "/ratings", score="5")
            first = row(engagement)
            assert first is not None
            assert first.page == PAGE
            saved = await article(engagement, later)
            await send(client, saved, "/ratings", score="1")
            sent = await send(client, saved, "/comments", name="Mai", body="Một ý kiến", **known_code(engagement, NEW))
            assert sent.status_code == 303
            receipt = await client.get(sent.headers["location"].removeprefix(MOUNT))
        assert row(engagement) == first
        assert ("evil.example" in receipt.text, PAGE.url in receipt.text) == (False, True)


@pytest.mark.parametrize(
    ("tag", "language", "word"),
    [("en", "en", "No ratings yet"), ("en-GB", "en", "No ratings yet"), ("fr-FR", "vi", "Chưa có lượt đánh giá nào")],
)
async def test_a_language_tag_of_the_host(
    sqlite_url: str, clock: FakeClock, tag: str, language: str, word: str
) -> None:
    """Widgets, fragments, answers and /me speak the language of the tag, or the site's where there is no such one."""
    with running(sqlite_url, clock, NEW) as (engagement, app):
        saved = await article(engagement, replace(PAGE, locale=tag))
        assert word in saved
        async with stranger(app) as client:
            for address in re.findall(r'data-ew-fragment="/engagement(.*?)"', saved):
                assert (await client.get(address)).status_code == 200, address
            rated = await send(client, saved, "/ratings", score="5")
            step = await send(client, saved, "/comments", name="Mai", body="Một ý kiến")
            challenge = forms_of(saved)["/engagement/comments"] | {"purpose": "comment"}
            answers = [
                await client.get(rated.headers["location"].removeprefix(MOUNT)),
                step,
                await client.post("/captcha", data=challenge),
                await client.get("/me", params={"page": str(PAGE_ID)}),
            ]
        assert [(answer.status_code, f'<html lang="{language}"' in answer.text) for answer in answers] == [
            (200, True)
        ] * len(answers)


async def test_a_page_that_cannot_be_stored_is_refused_when_it_is_printed(tmp_path: Path, clock: FakeClock) -> None:
    """Every wrong attribute is named at once to the host's developer, not to the reader who first writes."""
    with running(f"sqlite:///{tmp_path}/e.db", clock, NEW) as (engagement, _):
        with pytest.raises(Invalid) as caught:
            await engagement.widgets(Page(key="", url="javascript:1", title="x" * 301, section="\0", locale="x" * 36))
        assert {error.field for error in caught.value.errors} == {"key", "url", "title", "section", "locale"}
