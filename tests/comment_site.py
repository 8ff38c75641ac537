"""One mounted instance with the comments and the captcha alone, and browsers that visit it."""

import html
import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from engagement_widgets.captcha import messages as captcha_messages
from engagement_widgets.captcha import routes as captcha_routes
from engagement_widgets.comments import api, fragments, messages, receipts_api, routes, search_api
from engagement_widgets.comments.cases import api as cases_api
from engagement_widgets.comments.cases.tables import case_comments, case_numbers, cases
from engagement_widgets.comments.likes import api as likes_api
from engagement_widgets.comments.likes.tables import likes
from engagement_widgets.comments.reports import api as reports_api
from engagement_widgets.comments.reports.tables import reports
from engagement_widgets.comments.tables import comments, holds, page_counts, queue_counts
from engagement_widgets.hooks import HostUser, Moderation, Page, PageRules
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.reference import make_reference, page_id
from engagement_widgets.pages.tables import pages
from engagement_widgets.settings import Settings
from engagement_widgets.storage.tables import changes, outbox, quotas
from engagement_widgets.storage.units import Tx
from engagement_widgets.testing import KNOWN_CODE, FakeClock, KnownChallenges, issue_known
from engagement_widgets.web import messages as web_messages
from engagement_widgets.web.context import Context
from engagement_widgets.web.fragments import FragmentServer
from engagement_widgets.web.guard import Guard
from engagement_widgets.web.openapi import routes_of
from engagement_widgets.web.routing import router

SETTINGS = Settings(secret_keys=("k" * 32,), site="test", page_size=5)
PAGE = Page(key="tin/cho-ben-da", url="https://bao.example/tin/cho-ben-da?ref=1#dau", title="Chợ Bến Đá")
ENGLISH = replace(PAGE, key="news/market", locale="en-GB", title="The market")
CLOSED = replace(PAGE, key="tin/cu", title="Tin cũ")
OPEN = replace(PAGE, key="tin/moi", title="Tin mới")
PAGE_ID = page_id("test", PAGE.key)
TABLES = (pages, comments, holds, page_counts, queue_counts, outbox, changes, quotas)
JUDGEMENTS = (likes, reports, cases, case_comments, case_numbers)
API = (*api.API, *receipts_api.API, *search_api.API, *likes_api.API, *reports_api.API, *cases_api.API)


async def policy(page: Page, now: datetime, /) -> PageRules:
    """One page takes no comments any more, another publishes first."""
    del now
    moderation = Moderation.POST if page.key == OPEN.key else Moderation.PRE
    return PageRules(comments_open=page.key != CLOSED.key, moderation=moderation)


async def identity(request: Request, /) -> HostUser | None:
    """The host's reader, told by a header; `staff` is the newsroom's."""
    user = request.headers.get("x-user")
    if user is None:
        return None
    return HostUser(id=user, name=request.headers.get("x-name", "Lê Thị Hoa"), is_staff=user == "staff")


def complete(ctx: Context) -> Context:
    """The context with this slice's fragments and a host's hooks."""
    for table in (messages.MESSAGES, captcha_messages.MESSAGES):
        web_messages.register(table)
    specs = fragments.specs(SETTINGS, ctx.secrets)
    server = FragmentServer(SETTINGS, ctx.storage, ctx.templates, specs)
    return replace(ctx, settings=SETTINGS, fragments=server, policy=policy, identity=identity)


def application(ctx: Context) -> ASGIApp:
    """Fragments ahead of guard and router, mounted at /engagement."""
    inner = [*routes.routes(ctx), *captcha_routes.routes(ctx), *routes_of(ctx, API)]
    guarded = Guard(router(ctx, inner), ctx)

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        is_fragment = scope["path"].startswith("/engagement/fragments/")
        await (ctx.fragments if is_fragment else guarded)(scope, receive, send)

    return front


def browser(ctx: Context, **headers: str) -> httpx.AsyncClient:
    """A browser of its own, with its own cookies, that posts from our pages."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=application(ctx), root_path="/engagement"),
        base_url="http://127.0.0.1/engagement",
        headers={"sec-fetch-site": "same-origin", "accept": "text/html", **headers},
    )


def reference(ctx: Context, page: Page = PAGE) -> str:
    """What an article carries."""
    return make_reference(ctx.secrets, "test", page)


def challenge(ctx: Context, page: Page = PAGE, *, purpose: str = "comment") -> str:
    """A challenge whose answer is `KNOWN_CODE`."""
    wanted = KnownChallenges(secrets=Secrets(SETTINGS.secret_keys), purpose=purpose, page_id=page_id("test", page.key))
    return str(ctx.storage.write_sync(issue_known, wanted)[0])


def typed(ctx: Context, page: Page = PAGE, **fields: Any) -> dict[str, str]:
    """A form as a reader fills it in; a field that is None is left out."""
    filled = {
        "page": reference(ctx, page),
        "name": "Trần Thị Mai",
        "email": "",
        "body": "Mong ban quản lý nhắn qua loa chợ.",
        **fields,
    }
    return {name: value for name, value in filled.items() if value is not None}


def answered(ctx: Context, page: Page = PAGE, **fields: Any) -> dict[str, str]:
    """The same with a right code."""
    return typed(ctx, page, **{"challenge": challenge(ctx, page), "code": KNOWN_CODE, **fields})


async def write(ctx: Context, client: httpx.AsyncClient, page: Page = PAGE, **fields: Any) -> UUID:
    """Post a comment from this browser and return its id."""
    answer = await client.post("/comments", data=answered(ctx, page, **fields))
    assert answer.status_code == 303, answer.text
    return UUID(answer.headers["location"].rpartition("/")[2])


def written(tx: Tx, _: None) -> tuple[int, ...]:
    """How many rows every table that a comment writes has."""
    return tuple(tx.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES)


def judged(tx: Tx, _: None) -> tuple[int, ...]:
    """The same, and how many likes, reports and cases there are."""
    counts = (tx.execute(select(func.count()).select_from(table)).scalar_one() for table in JUDGEMENTS)
    return (*written(tx, None), *counts)


def words(answer: httpx.Response) -> str:
    """What a page says, without its tags."""
    body = re.sub(r"<(template|style)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def value(answer: httpx.Response, name: str) -> str:
    """What stands in a field of the form in this answer."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', answer.text) or re.search(
        rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL
    )
    assert found is not None, name
    if found[0].startswith("<textarea"):
        return html.unescape(found[1])
    inner = re.search(r'value="([^"]*)"', found[0])
    return html.unescape(inner[1]) if inner else ""


def advance(ctx: Context, seconds: float) -> None:
    """Let time pass."""
    assert isinstance(ctx.clock, FakeClock)
    ctx.clock.advance(seconds)
