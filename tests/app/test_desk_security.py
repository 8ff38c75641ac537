"""The desk against what readers send: every view shows it as text, under the strict policy, and is kept by no cache."""

from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx
import pytest

from comment_factory import move, post
from desk_factory import add_account
from engagement_widgets import Page
from engagement_widgets.comments.blocks import BlockWriter, Target, block_writer
from engagement_widgets.comments.service import Status
from engagement_widgets.comments.states import Effect
from engagement_widgets.desk.author_notes import AddNote, add_note
from engagement_widgets.hooks import DeskUser
from engagement_widgets.web.policies import STRICT_CSP
from judgement_factory import complain, opened
from whole_site import Site, every_address, moderator

pytestmark = pytest.mark.anyio

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'{{7*7}}"
LINKS = 'javascript:alert(3) https://evil.example/"onmouseover=alert(4) data:text/html,<script>alert(5)</script>'
BIDI = "\u202egnp.exe\u202c"
HOSTILE = Page(key="tin/ac-y", url='https://bao.example/"onclick=x', title=EVIL[:120], section=EVIL[:80])
ALLOWED = {"http", "https", ""}


def _hostile(site: Site) -> list[str]:
    """Hostile words in everything a reader or a colleague can write, at every status; the comments' ids."""
    storage, colleague = site.storage, DeskUser(id="evil", name=EVIL[:60])
    ids = []
    for status in Status:
        comment = post(storage, page=HOSTILE, reader="r:evil", name=f"{EVIL[:40]}{BIDI}", body=f"{EVIL} {LINKS} {BIDI}")
        ids.append(str(comment.comment_id))
        if status is not Status.PENDING:
            move(storage, comment.comment_id, status, actor=colleague, note=EVIL)
        if status is Status.APPROVED:
            complain(storage, comment.comment_id, "r:other", text=EVIL)
            opened(storage, comment.comment_id, hides=False, name=EVIL[:60], statement=EVIL)
        storage.write_sync(add_note, AddNote(comment_id=comment.comment_id, body=EVIL, actor=colleague))
    target = Target(comment_id=comment.comment_id)
    storage.write_sync(
        block_writer, BlockWriter(target=target, effect=Effect.HOLD, until=None, note=EVIL, actor=colleague)
    )
    add_account(storage, name=EVIL[:60])
    return ids


class _Reading(HTMLParser):
    """What a browser would do with a page, beyond showing text."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note whatever runs, fetches from elsewhere or leads to what is no address."""
        given = dict(attrs)
        if tag in {"iframe", "object", "embed", "base", "img"}:
            self.problems.append(tag)
        if tag == "script" and not (given.get("src") or "").startswith("/engagement/assets/"):
            self.problems.append(f"script {given}")
        for name, value in given.items():
            if name.startswith("on") or name in {"style", "srcdoc"}:
                self.problems.append(f"{tag} {name}={value}")
            if name in {"href", "src", "action", "formaction"} and urlsplit(value or "").scheme not in ALLOWED:
                self.problems.append(f"{tag} {name}={value}")


def _with_needs(site: Site, address: str) -> str:
    """What a screen cannot do without: since when there is news, and the other page of a merge."""
    if address.endswith("/news"):
        return f"{address}?seen=2026-07-01T00:00:00Z"
    if address.endswith("/merge"):
        other = next(page_id for page_id in site.ids["page_id"] if page_id not in address)
        return f"{address}?into={other}"
    return address


def _views(site: Site, comments: list[str]) -> Iterator[str]:
    """Every page of the desk, the queue in each of its views, and the pages of the hostile comments."""
    for path, methods, addresses in every_address(site):
        if path.startswith("/desk") and "GET" in methods:
            yield from map(partial(_with_needs, site), addresses)
    yield from (f"/desk/queue?view={view}&sort=newest" for view in (*Status, "all", "reported"))
    yield "/desk/queue?view=all&q=script"
    for comment in comments:
        yield from (f"/desk/comments/{comment}", f"/desk/authors/{comment}", f"/desk/queue?undone={comment}")


def _checked(answer: httpx.Response) -> str:
    address = str(answer.url)
    assert answer.headers["cache-control"] == "no-store", address
    assert answer.headers["x-content-type-options"] == "nosniff", address
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return ""
    assert answer.headers["content-security-policy"] == STRICT_CSP, address
    reading = _Reading()
    reading.feed(answer.text)
    assert reading.problems == [], address
    return answer.text


@pytest.mark.parametrize("partial", [False, True], ids=["page", "for our script"])
async def test_hostile_words_are_text_in_every_view(site: Site, partial: bool) -> None:  # noqa: FBT001
    """Before approval too: nothing runs, nothing is fetched, every answer has the policy and is stored nowhere."""
    comments = _hostile(site)
    headers = {"ew-partial": "1"} if partial else {}
    seen, shown = 0, 0
    async with moderator(site, **headers) as client:
        for address in _views(site, comments):
            answer = await client.get(address)
            assert answer.status_code in {200, 303, 404}, (address, answer.text[:300])  # a page nobody has rated
            text = _checked(answer)
            seen += 1
            shown += "&lt;script&gt;" in text
            assert "\u202e" not in text, address
    assert seen > 40
    assert shown > 15


async def test_refusals_have_the_policy_too(site: Site) -> None:
    """What was asked for is in no answer as it came."""
    async with moderator(site) as client:
        for address in (
            f"/desk/queue?q={EVIL}",
            f"/desk/queue?view={EVIL}",
            f"/desk/{EVIL}",
            f"/desk/invitations/{EVIL}",
            f"/desk/proof?next={EVIL}",
            f"/desk/login?next={EVIL}",
            f"/desk/authors/{site.ids['comment_id'][0]}?by={EVIL}",
            f"/desk/authors/{site.ids['comment_id'][0]}?done={EVIL}",
        ):
            _checked(await client.get(address))
