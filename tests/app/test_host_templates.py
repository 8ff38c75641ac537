"""What a host can replace: each template by a file of the same name, given exactly what the reference says."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from starlette.requests import Request

from captcha_providers import RemoteCaptcha
from comment_factory import PAGE, move, post
from engagement_widgets import HostUser
from engagement_widgets.comments.letters.texts import Letter, LetterLink
from engagement_widgets.comments.service import Status
from engagement_widgets.testing import FakeClock
from engagement_widgets.web.templating import PACKAGE
from manual import codes, read, rows, section
from sendings import FORM
from whole_site import (
    GROUP,
    MOUNT,
    READER_NAME,
    Site,
    comment_fields,
    open_site,
    reader,
    reference,
    site_settings,
    stranger,
)

pytestmark = pytest.mark.anyio

REFERENCE = "reference/templates.md"
CLASS = re.compile(r"\[`(\w+)`\]\(#\w+\)")
LETTER = Letter(
    address="mai@thu.example",
    locale="vi",
    subject="Bình luận đã được đăng",
    greeting="Kính gửi bạn đọc Mai,",
    before=("Bình luận đã được đăng.",),
    quote="Chợ nay đông quá",
    after=(),
    links=(LetterLink(label="Xem bình luận", url="https://bao.example/c/1"),),
    why="Thư này gửi vì có địa chỉ này trong bình luận.",
    stop=LetterLink(label="Ngừng nhận thư", url="https://bao.example/letters/x"),
    unsubscribe="https://bao.example/letters/x/unsubscribe",
)
OPTIONAL = {"level", "is_receipt", "is_titled"}  # have a default where nobody gives them


def _told() -> dict[str, str]:
    """Every public template with a context, and what the reference says of that."""
    table = [row for row in rows(read(REFERENCE)) if len(row) == 3 and row[0].startswith("`engagement/")]
    return {codes(row[0])[0]: row[1] for row in table if codes(row[1]) and "/desk" not in row[0]}


def _names(context: str) -> Iterator[tuple[str, str | None, bool]]:
    """The names of a context: each with the class of what it holds, and whether that is a tuple of them."""
    for part in re.split(r", (?=`\w+`)", context):
        kind = CLASS.search(part)
        yield codes(part)[0], kind[1] if kind else None, "tuple of" in part


def _fields(kind: str) -> list[str]:
    return [name for row in rows(section(REFERENCE, f"`{kind}`")) for name in codes(row[0])]


def probe(name: str, context: str) -> str:
    """What prints the template's name and everything the reference promises it."""
    lines = [f'<b data-probe="{name}"></b>']
    for given, kind, several in _names(context):
        if given in OPTIONAL:
            lines.append(f"{{{{ {given}|default(3) }}}}")
        elif kind is None:
            lines.append(f"{{{{ {given} }}}}")
        else:
            values = given if several else f"[{given}]"
            shown = " ".join(f"{{{{ each.{field} }}}}" for field in _fields(kind))
            lines.append(f"{{% for each in {values} if each is not none %}}{shown}{{% endfor %}}")
    return "\n".join([*lines, ""])


async def _identity(request: Request, /) -> HostUser | None:
    user = request.headers.get("x-user")
    return HostUser(id=user, name="Lê Thị Hoa") if user else None


async def tour(site: Site) -> AsyncIterator[str]:
    """Every page, fragment and widget that a reader can meet, good and bad."""
    widgets = await site.engagement.widgets(PAGE)
    for markup in (widgets.rating, widgets.comments, widgets.links(), widgets.links(GROUP, style="list")):
        yield str(markup)
    yield str((await site.engagement.recent_widget()).block)
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": ("127.0.0.1", 1), "scheme": "http"}
    yield str((await site.engagement.captcha.issue(Request(scope), purpose="contact")).field)
    for body in ("Lời hay", "Lời hay nữa"):
        move(site.storage, post(site.storage, reader=READER_NAME, body=body).comment_id, Status.APPROVED)
    async with reader(site) as author, stranger(site.app) as other:
        for address in _read(site):
            yield (await author.get(address)).text
        yield (await other.get(f"/me?page={site.ids['page_id'][0]}", headers={"x-user": "7"})).text
        yield (await author.post("/captcha", data={"page": reference(site.ctx), "purpose": "comment"})).text
        fields = comment_fields(site.ctx)
        for path, sent in (
            ("/ratings", {"score": "9"}),
            ("/captcha", {"purpose": "comment"}),
            ("/links/open", {"id": site.ids["link_id"][0]}),
            ("/links/open", {}),
            ("/comments", fields | {"challenge": ""}),
            ("/comments", fields | {"body": "", "name": ""}),
        ):
            yield (await other.post(path, data={"page": reference(site.ctx), **sent})).text
        posted = await other.post("/comments", data=fields)
        yield (await other.get(posted.headers["location"].removeprefix(MOUNT))).text
        async for page in _judging(site, other):
            yield page
        yield (await other.post("/me/forget", headers={"content-type": FORM})).text
    yield site.ctx.templates.render("engagement/comments/letter.html", "vi", letter=LETTER)


async def _judging(site: Site, other: httpx.AsyncClient) -> AsyncIterator[str]:
    """What a reader meets who likes and reports somebody else's comment."""
    comment = site.comments[Status.APPROVED]
    for path, sent in (
        (f"/comments/{comment}/vote", {"vote": "like"}),
        (f"/comments/{comment}/report", {"reason": "spam"}),
    ):
        yield (await other.get(path)).text
        await other.post(path, data=sent)
        yield (await other.get(path)).text
    yield (await other.get(f"/cases/new?comments={comment}")).text


def _read(site: Site) -> Iterator[str]:
    page_id, comment = site.ids["page_id"][0], site.comments[Status.APPROVED]
    yield from (f"/fragments/{page_id}/{widget}.html" for widget in ("rating", "comments"))
    yield from (f"/fragments/links/all.html?style={style}" for style in ("select", "list"))
    yield f"/pages/{page_id}/comments"
    yield f"/comments/{comment}/reply"
    yield f"/me?page={page_id}"
    waiting = site.comments[Status.PENDING]
    yield f"/receipts/{waiting}"
    yield from (f"/comments/{waiting}/{deed}" for deed in ("edit", "withdraw"))
    yield "/receipts"
    yield f"/cases/{site.ids['case_id'][0]}"
    yield f"/letters/{site.ids['token'][0]}"
    yield f"/ratings/receipt?page={reference(site.ctx)}&done=cast"
    yield from ("/nothing", f"/c/{uuid4()}")


async def test_a_hosts_templates_are_used_and_given_what_is_promised(
    sqlite_url: str, clock: FakeClock, tmp_path: Path
) -> None:
    """Ours, copied and added to: each copy is shown, and every documented name and field is really there."""
    ours = {path.as_posix().rpartition("/templates/")[2]: path for path in PACKAGE.glob("*/templates/**/*.html")}
    for name, context in _told().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(probe(name, context) + ours[name].read_text(encoding="utf-8"), encoding="utf-8")
    site = open_site(site_settings(sqlite_url, templates=tmp_path), clock, identity=_identity)
    found = "".join([text async for text in tour(site)])
    site.engagement.close()
    settings = site_settings(f"sqlite:///{tmp_path / 'remote.db'}", templates=tmp_path)
    site = open_site(settings, clock, captcha=RemoteCaptcha())
    async with stranger(site.app) as other:
        found += (await other.post("/comments", data=comment_fields(site.ctx) | {"challenge": ""})).text
    site.engagement.close()
    assert [name for name in _told() if f'data-probe="{name}"' not in found] == []


async def test_one_file_replaces_one_template(sqlite_url: str, clock: FakeClock, tmp_path: Path) -> None:
    """In the fragment, in the widget and on the receipt alike; everything around it stays ours."""
    name = "engagement/ratings/summary.html"
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text('<b class="host">{{ view.count }} lượt</b>', encoding="utf-8")
    site = open_site(site_settings(sqlite_url, templates=tmp_path), clock)
    widgets = await site.engagement.widgets(PAGE)
    async with reader(site) as client:
        fragment = await client.get(f"/fragments/{site.ids['page_id'][0]}/rating.html")
        receipt = await client.get("/ratings/receipt", params={"page": reference(site.ctx)})
    site.engagement.close()
    assert fragment.text == '<b class="host">1 lượt</b>'
    for text in (str(widgets.rating), receipt.text):
        assert ('<b class="host">1 lượt</b>' in text, "ew-score__line" in text, 'name="score"' in text) == (
            True,
            False,
            True,
        )


async def test_nothing_is_missing_in_our_own(sqlite_url: str, clock: FakeClock) -> None:
    """The same tour with our templates: no name they use is undefined, nothing comes out twice escaped or as code."""
    site = open_site(site_settings(sqlite_url), clock, identity=_identity)
    async for text in tour(site):
        assert not re.search(r"&amp;(amp|lt|gt|quot|#39);|\{\{|\{%|Markup\(|<built-in|object at 0x", text), text
    site.engagement.close()
