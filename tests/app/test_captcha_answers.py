"""Nothing but the right answer to a challenge of ours, for this page and use, posts a comment."""

import random
from datetime import timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from captcha_ways import JSON, WRONG, outcome, passes, sealed, sending, written
from comment_factory import OTHER_PAGE
from engagement_widgets.captcha.codes import new_code
from engagement_widgets.captcha.picture import draw
from engagement_widgets.errors import Unavailable
from engagement_widgets.hooks import Answer, Ask, Asker, Challenge
from engagement_widgets.testing import KNOWN_CODE, FakeClock
from engagement_widgets.web.throttle import RATES, Rate
from whole_site import Site, challenge, open_site, reader, reference, rows, site_settings, stranger

pytestmark = pytest.mark.anyio

UNKNOWN = "0197c0de-0000-7000-8000-000000000000"


async def test_every_mix_of_what_is_missing(site: Site) -> None:
    """Missing, empty, null, blank, list, unknown, for id and answer, by form: never a comment."""
    before = written(site)
    ids = (None, "", " ", "null", "[]", "0", UNKNOWN, str(uuid4()).upper(), "{" + str(uuid4()) + "}", "٠" * 32)
    async with stranger(site.app, **JSON) as client:
        for one, code in product(ids, (None, "", " ", "null", "[]", "0", KNOWN_CODE)):
            given = {"challenge": one, "code": code}
            fields = {name: value for name, value in {**sending(site), **given}.items() if value is not None}
            answer = await client.post("/comments", data=fields)
            assert answer.status_code == 422, given
    assert written(site) == before


async def test_an_id_has_one_spelling(site: Site) -> None:
    """A challenge of ours with its right answer, its id spelt otherwise: refused, and not spent by it."""
    one = challenge(site.ctx)
    for spelt in (one.upper(), f"{{{one}}}", one.replace("-", ""), f"urn:uuid:{one}", f" {one}", f"{one}\u200b"):
        assert not await passes(site, spelt), spelt
    assert await passes(site, one)


async def test_every_mix_of_types(site: Site) -> None:
    """The same by the API, where values can be of every type; lists that hold a right pair help nobody."""
    before = written(site)
    one = challenge(site.ctx)
    ids: tuple[Any, ...] = (None, "", [], {}, 0, True, [one], {"id": one}, UNKNOWN)
    typed: tuple[Any, ...] = (None, "", [], {}, 0, False, True, [KNOWN_CODE], KNOWN_CODE)
    async with stranger(site.app, **JSON) as client:
        for given, code in product(ids, typed):
            fields = {**sending(site), "challenge": given, "code": code}
            assert (await client.post("/api/v1/comments", json=fields)).status_code == 422, (given, code)
        wrong: tuple[Any, ...] = (None, "", [], {}, 0, True, [KNOWN_CODE])
        for given in wrong:
            fields = {**sending(site), "challenge": one, "code": given}
            assert (await client.post("/api/v1/comments", json=fields)).status_code == 422, given
        doubled = "&".join([httpx.QueryParams(sending(site)).__str__(), f"code={KNOWN_CODE}"])
        headers = {"content-type": "application/x-www-form-urlencoded"}
        twice = await client.post("/comments", content=doubled.encode(), headers=headers)
        assert outcome(twice) == (400, "duplicate_field")
    assert written(site) == before
    assert await passes(site, one)


async def test_posting_without_ever_asking(site: Site) -> None:
    """No widget, no captcha field, a cookie or none: the form's next step, or `captcha_required`; nothing is stored."""
    fields = {name: value for name, value in sending(site).items() if name not in {"challenge", "code"}}
    before = written(site)
    for who in (stranger(site.app), reader(site)):
        async with who as client:
            step = await client.post("/comments", data=fields)
            assert (step.status_code, 'name="challenge"' in step.text) == (200, True)
            told = await client.post("/comments", data=fields, headers=JSON)
            assert outcome(told) == (422, "captcha_required")
            assert outcome(await client.post("/api/v1/comments", json=fields)) == (422, "captcha_required")
    assert written(site) == before


async def test_spliced_challenges(stored_site: Site) -> None:
    """Solved for page A or another use and spent here, or one id with another's answer: refused, and gone."""
    site = stored_site
    for one in (sealed(site.storage, page=OTHER_PAGE), sealed(site.storage, purpose="rating")):
        assert not await passes(site, one)
    first, second = sealed(site.storage, "CHKMNP"), sealed(site.storage, "HTPX23")
    assert not await passes(site, first, "HTPX23")
    assert not await passes(site, second, "CHKMNP")
    elsewhere = sealed(site.storage, page=OTHER_PAGE)
    async with stranger(site.app, **JSON) as client:
        fields = sending(site, challenge=elsewhere) | {"page": reference(site.ctx, OTHER_PAGE)}
        assert outcome(await client.post("/comments", data=fields)) == (201, "")


async def test_self_made_challenges(stored_site: Site) -> None:
    """A row sealed with another key, an id of the right shape, fields that promise more time: worth nothing."""
    site = stored_site
    assert not await passes(site, sealed(site.storage, key="f" * 32))
    assert not await passes(site, str(UUID(UNKNOWN)))
    late = challenge(site.ctx)
    site.clock.advance(601)
    extended = {"expires_at": "2099-01-01T00:00:00Z", "purpose": "comment", "passed": "1", "answer_hash": "0" * 64}
    async with stranger(site.app, **JSON) as client:
        fields = sending(site, challenge=late)
        assert outcome(await client.post("/comments", data=fields | extended)) == (422, "expired")
        told = await client.post("/api/v1/comments", json=sending(site, challenge=challenge(site.ctx)) | extended)
        assert outcome(told)[0] == 422


async def test_answers_of_a_megabyte(site: Site) -> None:
    """Refused by their size before anything is looked at, the challenge untouched; 60 KB are just wrong."""
    one = challenge(site.ctx)
    fields = sending(site, challenge=one, code=KNOWN_CODE + "9" * 1_000_000)
    async with stranger(site.app, **JSON) as client:
        for answer in (
            await client.post("/comments", data=fields),
            await client.post("/api/v1/comments", json=fields),
            await client.post("/comments", data=fields | {"challenge": one * 40_000, "code": "x"}),
        ):
            assert outcome(answer) == (413, "body_too_large")
        assert await passes(site, one)
        padded = sending(site, code=KNOWN_CODE + " " * 30_000 + "9")
        assert outcome(await client.post("/comments", data=padded)) == WRONG


class _Broken:
    """A provider that is down, or answers what is no verdict."""

    answer_field = "code"

    def __init__(self, verdict: object) -> None:
        self._verdict = verdict

    async def issue(self, ask: Ask, /) -> Challenge:
        del ask
        raise Unavailable("busy")

    async def verify(self, answer: Answer, *, purpose: str, page_id: UUID, asker: Asker) -> Any:
        del answer, purpose, page_id, asker
        if isinstance(self._verdict, Exception):
            raise self._verdict
        return self._verdict


@pytest.mark.parametrize("verdict", [Unavailable("busy"), OSError("down"), None, True, "passed", 1], ids=repr)
async def test_a_provider_that_fails(sqlite_url: str, clock: FakeClock, verdict: object) -> None:
    """Down, or misconfigured to answer anything but a verdict: closed, never open."""
    site = open_site(site_settings(sqlite_url), clock, captcha=_Broken(verdict))
    before = rows(site)
    transport = httpx.ASGITransport(site.app, raise_app_exceptions=False)
    headers = {"sec-fetch-site": "same-origin", **JSON}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1/engagement", headers=headers
    ) as client:
        for path, kind in (("/comments", "data"), ("/api/v1/comments", "json")):
            answer = await client.post(path, **{kind: sending(site)})  # type: ignore[arg-type]
            assert answer.status_code in {500, 503}
    assert rows(site, challenges_too=False) == {
        name: lines for name, lines in before.items() if name != "engagement_challenges"
    }
    site.engagement.close()


@pytest.mark.parametrize("missing", ["answer_field", "verify"])
async def test_a_provider_that_lacks_a_part(sqlite_url: str, clock: FakeClock, missing: str) -> None:
    """An object that is no provider, or half of one: nothing passes."""
    parts = {"answer_field": "code", "verify": _Broken(None).verify}
    half: Any = SimpleNamespace(**{name: part for name, part in parts.items() if name != missing})
    site = open_site(site_settings(sqlite_url, insecure_http=True), clock, captcha=half)
    before = written(site)
    transport = httpx.ASGITransport(site.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/engagement", headers=JSON) as client:
        for path, kind in (("/comments", "data"), ("/api/v1/comments", "json")):
            answer = await client.post(path, **{kind: sending(site)})  # type: ignore[arg-type]
            assert answer.status_code == 500
    assert written(site) == before
    site.engagement.close()


class _Away(_Broken):
    """Gives out a challenge and cannot judge its answer."""

    def __init__(self, issued: Challenge | None) -> None:
        super().__init__(Unavailable("captcha_unavailable"))
        self._issued = issued

    async def issue(self, ask: Ask, /) -> Challenge:
        del ask
        if self._issued is None:
            raise Unavailable("captcha_unavailable")
        return self._issued


@pytest.mark.parametrize("gives", [True, False], ids=["gives challenges", "gives none"])
async def test_a_provider_that_is_away_keeps_what_was_typed(sqlite_url: str, clock: FakeClock, *, gives: bool) -> None:
    """503 with the form and its text, whether there is a challenge to show or none; its way without a code works."""
    issued = Challenge(id=UUID(UNKNOWN), expires_at=clock.now() + timedelta(minutes=10)) if gives else None
    site = open_site(site_settings(sqlite_url, insecure_http=True), clock, captcha=_Away(issued))
    before = written(site)
    fields = sending(site)
    async with stranger(site.app) as client:
        told = await client.post("/comments", data=fields)
        assert (told.status_code, fields["body"] in told.text) == (503, True)
        assert "Chưa kiểm tra được mã xác thực" in told.text
        assert told.headers["retry-after"]
        assert 'name="no_code"' in told.text
        assert outcome(await client.post("/comments", data=fields, headers=JSON)) == (503, "captcha_unavailable")
        assert written(site) == before
        sent = await client.post("/comments", data={**fields, "no_code": "1"})
        assert sent.status_code == 303
    site.engagement.close()


async def test_askings_are_limited_whatever_address_is_claimed(sqlite_url: str, clock: FakeClock) -> None:
    """By the form, its next step and the API together; an invented `X-Forwarded-For` or cookie opens nothing."""
    site = open_site(site_settings(sqlite_url, insecure_http=True), clock)
    site.ctx.throttle._rates = {**RATES, "captcha-address": Rate(3, 60)}
    asked = {"purpose": "comment", "page": reference(site.ctx)}
    bare = {**asked, "name": "Mai", "body": "Chưa có mã"}
    statuses = []
    for number in range(3):
        forged = {"x-forwarded-for": f"203.0.113.{number}", "forwarded": f"for=203.0.113.{number}"}
        async with stranger(site.app, **JSON, **forged) as client:
            client.cookies.set("ew_reader", f"forged-{number}")
            statuses += [
                (await client.post("/captcha", data=asked)).status_code,
                (await client.post("/comments", data=bare, headers={"accept": "text/html"})).status_code,
                (await client.post("/api/v1/challenges", json=asked)).status_code,
            ]
    assert statuses == [200, 200, 201, *[429] * 6]
    site.engagement.close()


async def test_guesses_are_counted_whatever_address_is_claimed(sqlite_url: str, clock: FakeClock) -> None:
    """Five wrong ones, each with an invented `X-Forwarded-For` and cookie, and the next picture is harder."""
    site = open_site(site_settings(sqlite_url, insecure_http=True), clock)
    lengths = []
    for number in range(6):
        forged = {"x-forwarded-for": f"203.0.113.{number}", "forwarded": f"for=203.0.113.{number}"}
        async with stranger(site.app, **JSON, **forged) as client:
            client.cookies.set("ew_reader", f"forged-{number}")
            asked = {"purpose": "comment", "page": reference(site.ctx)}
            lengths.append((await client.post("/captcha", data=asked)).json()["length"])
            assert outcome(await client.post("/comments", data=sending(site, code="HHHHHH"))) == WRONG
    assert lengths == [6] * 5 + [7]
    site.engagement.close()


async def test_chance_cannot_be_seeded() -> None:
    """Seeding `random` makes neither codes nor pictures of two runs alike."""
    runs = []
    for _ in range(2):
        random.seed(7)
        runs.append((new_code(), draw(KNOWN_CODE).png))
    assert runs[0][0] != runs[1][0]
    assert runs[0][1] != runs[1][1]
