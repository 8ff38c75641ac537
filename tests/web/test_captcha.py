"""The captcha over HTTP: issued by POST, looked at by GET, giving nothing away."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from engagement_widgets.captcha import api, routes
from engagement_widgets.captcha.codes import LENGTH, fold
from engagement_widgets.captcha.messages import MESSAGES
from engagement_widgets.captcha.provider import digests
from engagement_widgets.captcha.service import is_among
from engagement_widgets.captcha.tables import challenges
from engagement_widgets.hooks import Answer, Asker, Page, Verdict
from engagement_widgets.pages.reference import make_reference, page_id
from engagement_widgets.storage.units import Tx
from engagement_widgets.testing import KNOWN_CODE, KnownChallenges, issue_known
from engagement_widgets.web import messages
from engagement_widgets.web.context import Context
from engagement_widgets.web.guard import Guard
from engagement_widgets.web.openapi import document, routes_of
from engagement_widgets.web.routing import router
from engagement_widgets.web.throttle import Rate, Throttle

pytestmark = pytest.mark.anyio

PAGE = Page(key="news/42", url="/news/42", title="Bài")
ASKER = Asker(reader=None, address="a" * 64)
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
messages.register(MESSAGES)


@pytest.fixture
async def client(ctx: Context) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of ours before the guard and the captcha's routes."""
    async with _client(ctx) as client:
        yield client


def _client(ctx: Context) -> httpx.AsyncClient:
    app = Guard(router(ctx, [*routes.routes(ctx), *routes_of(ctx, api.API)]), ctx)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", headers=SAME_ORIGIN)


def _form(ctx: Context, **changes: str) -> dict[str, str]:
    return {"purpose": "comment", "page": make_reference(ctx.secrets, "test", PAGE), **changes}


def _path(picture: str) -> str:
    """The picture's address below the mount."""
    assert picture.startswith("/engagement/captcha/")
    return picture.removeprefix("/engagement")


async def test_the_field_comes_with_all_a_form_needs(client: httpx.AsyncClient, ctx: Context) -> None:
    """Picture, challenge, submission key, label, and the two ways out; never stored."""
    answer = await client.post("/captcha", data=_form(ctx), headers={"ew-partial": "1"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    html = answer.text
    challenge = re.search(r'name="challenge" value="([0-9a-f-]{36})"', html)
    assert challenge is not None
    assert f'src="/engagement/captcha/{challenge[1]}.png"' in html
    assert re.search(r'name="submission_key" value="[A-Za-z0-9_-]{32}"', html)
    assert re.search(r'<label class="ew-label" for="ew-code">Mã xác thực</label>', html)
    assert "Hình chứa mã xác thực gồm 6 ký tự" in html
    for button in ("new_code", "no_code"):
        assert re.search(rf'<button[^>]*name="{button}" value="1" formnovalidate=""', html)


async def test_two_forms_on_one_page_get_their_own_ids(client: httpx.AsyncClient, ctx: Context) -> None:
    """The reply form asks with its own prefix; a prefix that is no id is refused."""
    html = (await client.post("/captcha", data=_form(ctx, prefix="ew-reply-7-"))).text
    assert 'id="ew-reply-7-code"' in html
    assert 'id="ew-code"' not in html
    for prefix in ('"><script>', "1", "Ä", "a" * 65):
        assert (await client.post("/captcha", data=_form(ctx, prefix=prefix))).status_code == 422


async def test_the_field_speaks_the_page_s_language(client: httpx.AsyncClient, ctx: Context) -> None:
    """An English page gets an English field, whatever the browser prefers."""
    page = Page(key="news/en", url="/news/en", title="Article", locale="en")
    form = _form(ctx, page=make_reference(ctx.secrets, "test", page))
    html = (await client.post("/captcha", data=form, headers={"Accept-Language": "vi"})).text
    assert "Verification code" in html
    assert "Mã xác thực" not in html


async def test_programs_get_json(client: httpx.AsyncClient, ctx: Context) -> None:
    """The same from the form route and from the API, where it is a new resource."""
    form = await client.post("/captcha", data=_form(ctx), headers={"Accept": "application/json"})
    resource = await client.post("/api/v1/challenges", json=_form(ctx))
    assert (form.status_code, resource.status_code) == (200, 201)
    for answer in (form, resource):
        body = answer.json()
        told = {"id", "picture", "length", "work", "remote", "recording", "digits", "expires_at", "submission_key"}
        assert set(body) == told
        picture = await client.get(_path(body["picture"]))
        assert picture.headers["content-type"] == "image/png"
        assert picture.headers["cache-control"] == "no-store"
        assert picture.content.startswith(b"\x89PNG")
    assert "/challenges" in document(api.API)["paths"]


async def test_no_two_readers_share_a_challenge(client: httpx.AsyncClient, ctx: Context) -> None:
    """Ten askings, ten challenges, ten keys, ten pictures."""
    bodies = [
        (await client.post("/captcha", data=_form(ctx), headers={"Accept": "application/json"})).json()
        for _ in range(10)
    ]
    assert len({body["id"] for body in bodies}) == 10
    assert len({body["submission_key"] for body in bodies}) == 10
    assert len({(await client.get(_path(body["picture"]))).content for body in bodies}) == 10


async def test_looking_never_spends(client: httpx.AsyncClient, ctx: Context) -> None:
    """GET and HEAD as often as wanted; then the right answer still passes, and the picture is gone."""
    wanted = KnownChallenges(secrets=ctx.secrets, purpose="comment", page_id=page_id("test", PAGE.key))
    challenge = (await ctx.storage.write(issue_known, wanted))[0]
    path = f"/captcha/{challenge}.png"
    seen = {(await client.get(path)).content for _ in range(10)}
    head = await client.head(path)
    assert (len(seen), head.status_code, head.content) == (1, 200, b"")
    answer = Answer(challenge=str(challenge), text=KNOWN_CODE)
    assert await ctx.captcha.verify(answer, purpose="comment", page_id=wanted.page_id, asker=ASKER) is Verdict.PASSED
    gone = await client.get(path)
    assert gone.status_code == 404
    assert gone.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path", [f"/captcha/{uuid4()}.png", "/captcha/x.png", "/captcha/.png", "/captcha/../captcha.png"]
)
async def test_unknown_pictures_are_not_found(client: httpx.AsyncClient, path: str) -> None:
    """No id but a living one has a picture."""
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"page": ""}, 404, "unknown_page"),
        ({"page": "forged.token"}, 404, "unknown_page"),
        ({"purpose": ""}, 422, "invalid_fields"),
        ({"purpose": "login"}, 422, "invalid_fields"),
    ],
)
async def test_bad_askings_are_refused(
    client: httpx.AsyncClient, ctx: Context, changes: dict[str, str], status: int, code: str
) -> None:
    """A forged page or an unknown purpose gets no challenge, from the form and from the API."""
    form = await client.post("/captcha", data=_form(ctx, **changes), headers={"Accept": "application/json"})
    resource = await client.post("/api/v1/challenges", json=_form(ctx, **changes))
    for answer in (form, resource):
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_page_of_another_site_is_refused(client: httpx.AsyncClient, ctx: Context) -> None:
    """A reference signed for another site opens nothing here."""
    foreign = make_reference(ctx.secrets, "other", PAGE)
    answer = await client.post("/captcha", data=_form(ctx, page=foreign), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_page")


async def test_a_foreign_origin_gets_no_challenge(client: httpx.AsyncClient, ctx: Context) -> None:
    """Another site cannot collect challenges with its visitors' browsers."""
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert (await client.post("/captcha", data=_form(ctx), headers=headers)).status_code == 403


async def test_askings_are_limited(ctx: Context) -> None:
    """A client that asks on and on is told to wait."""
    async with _client(replace(ctx, throttle=Throttle({"captcha-address": Rate(2, 60)}))) as client:
        answers = [
            await client.post("/captcha", data=_form(ctx), headers={"Accept": "application/json"}) for _ in range(3)
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_no_answer_carries_the_code(client: httpx.AsyncClient, ctx: Context) -> None:
    """Whatever six symbols stand anywhere in what is sent, forwards or backwards: they are not the code."""
    answer = await client.post("/captcha", data=_form(ctx), headers={"ew-partial": "1"})
    picture = re.search(r"/captcha/([0-9a-f-]{36})\.png", answer.text)
    assert picture is not None
    shown = await client.get(picture[0])
    sent = "\n".join((answer.text, repr(answer.headers), repr(shown.headers), shown.content.decode("latin-1"))).upper()
    windows = {text[start : start + LENGTH] for text in (sent, sent[::-1]) for start in range(len(text))}
    spelled = {window for window in windows if fold(window) == window}
    stored = await ctx.storage.read(_answer_hash, UUID(picture[1]))
    assert not [code for code in spelled if is_among(digests(ctx.secrets, UUID(picture[1]), code), stored)]
    assert not client.cookies


def _answer_hash(tx: Tx, challenge_id: UUID) -> str:
    stored: str = tx.execute(select(challenges.c.answer_hashes).where(challenges.c.id == challenge_id)).scalar_one()
    return stored


async def test_the_picture_is_told_whole(client: httpx.AsyncClient, ctx: Context) -> None:
    """The sentence quotes the names of buttons, and its quotes do not end the attribute."""
    field = (await client.post("/captcha", data=_form(ctx))).text
    told = re.search(r'<img [^>]*alt="([^"]*)">', field)
    assert told is not None
    sentence = html.unescape(told[1])
    assert sentence.startswith("Hình chứa mã xác thực gồm 6 ký tự.")
    assert sentence.endswith('hoặc "Gửi không cần mã".')
