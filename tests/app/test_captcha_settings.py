"""Every combination of the captcha's settings: it opens for what it asks and for nothing else, or does not boot."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, product
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from captcha_ways import JSON, WRONG, known_code, known_digits, outcome
from comment_factory import approved
from engagement_widgets import Engagement
from engagement_widgets.captcha.levels import STYLES
from engagement_widgets.captcha.work import zero_bits
from engagement_widgets.comments.fields import new_submission_key
from engagement_widgets.errors import SettingsError
from engagement_widgets.settings import CaptchaLevel, Settings
from engagement_widgets.testing import FakeClock
from engagement_widgets.web.identity import COOKIE, cookie_name, reader_token
from whole_site import MOUNT, OURS, READER, READER_NAME, reference, site_settings, unthrottle

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("known_codes")]

WORK: Final = 5
UNTIL: Final = 2
WAYS: Final = (("/comments", "data"), ("/api/v1/comments", "json"))
EVERY: Final = [
    dict(zip(("level", "picture", "work", "speech", "bound", "until"), values, strict=True))
    for values in product(CaptchaLevel, (True, False), (0, WORK), (True, False), (True, False), (0, UNTIL))
]
SENSELESS: Final = [chosen for chosen in EVERY if not (chosen["picture"] or chosen["work"])]


def _settings(database_url: str, chosen: dict[str, Any]) -> Settings:
    values = {f"captcha_{name}": value for name, value in chosen.items()}
    return site_settings(database_url, insecure_http=True, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One instance with its settings, and a browser before it that nobody knows.

    Attributes:
        number: of the combination: its readers have addresses of their own.
    """

    engagement: Engagement
    app: Any
    chosen: dict[str, Any]
    number: int
    clock: FakeClock

    def browser(self, *, moved: bool = False) -> httpx.AsyncClient:
        """A new one, at the usual address or at another."""
        transport = httpx.ASGITransport(self.app, client=(f"198.51.{100 + moved}.{self.number}", 1))
        return httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1{MOUNT}", headers={**OURS, **JSON})

    async def ask(self, client: httpx.AsyncClient, path: str, kind: str) -> dict[str, Any]:
        """A challenge in the way of the form or of the API, looked at for as long as people do."""
        asked = {"purpose": "comment", "page": reference(self.engagement.boot())}
        heard: dict[str, Any] = {"speak": "1"} if kind == "data" else {"spoken": True}
        route = "/captcha" if path == "/comments" else "/api/v1/challenges"
        told: dict[str, Any] = (await client.post(route, **{kind: {**asked, **heard}})).json()  # type: ignore[arg-type]
        self.clock.advance(2)
        return told

    def solution(self, told: dict[str, Any]) -> dict[str, str]:
        """The right answer: code, work, or both, as asked."""
        code = {"code": known_code(told["length"])} if told["picture"] else {}
        return code if told["work"] is None else {**code, "nonce": _nonce(told, enough=True)}

    def mistake(self, told: dict[str, Any]) -> dict[str, str]:
        """A wrong one of the same kind."""
        if told["picture"]:
            return {**self.solution(told), "code": "HHHHHH"}
        return {"nonce": _nonce(told, enough=False)}

    async def send(
        self, client: httpx.AsyncClient, way: tuple[str, str], told: dict[str, Any], answer: dict[str, str]
    ) -> tuple[int, str]:
        """Post a comment with an answer, and say what became of it."""
        path, kind = way
        fields = {
            "page": reference(self.engagement.boot()),
            "name": "Mai",
            "body": f"Lời {new_submission_key()}",
            "submission_key": new_submission_key(),
            **({"challenge": told["id"]} if told else {}),
            **answer,
        }
        return outcome(await client.post(path, **{kind: fields}))  # type: ignore[arg-type]


def _nonce(told: dict[str, Any], *, enough: bool) -> str:
    one, bits = UUID(told["id"]), told["work"]["bits"]
    return next(str(number) for number in count() if (zero_bits(one, str(number)) >= bits) is enough)


def _doors(database_url: str, clock: FakeClock) -> Iterator[Door]:
    """Every combination that makes sense, one after the other on one database."""
    for number, chosen in enumerate(one for one in EVERY if one not in SENSELESS):
        engagement = Engagement(_settings(database_url, chosen), clock=clock)
        app = engagement.wrap(Starlette(), MOUNT)
        unthrottle(engagement.boot())
        try:
            yield Door(engagement=engagement, app=app, chosen=chosen, number=number, clock=clock)
        finally:
            engagement.close()
        clock.advance(60)


async def test_every_combination_opens_for_what_it_asks_and_for_nothing_else(sqlite_url: str, clock: FakeClock) -> None:
    """By form and API: what is asked is what the settings say; right passes once; wrong and empty never."""
    tried = 0
    for door in _doors(sqlite_url, clock):
        if not tried:
            for _ in range(UNTIL):
                approved(door.engagement.boot().storage, reader=READER_NAME)
        for way in WAYS:
            await _asks_what_it_should(door, way)
            await _opens_once(door, way)
            await _stays_shut(door, way)
        await _is_bound_where_it_should(door)
        await _spares_whom_it_should(door)
        tried += 1
    assert tried == len(EVERY) - len(SENSELESS) == 72


async def _asks_what_it_should(door: Door, way: tuple[str, str]) -> None:
    chosen = door.chosen
    async with door.browser() as client:
        told = await door.ask(client, *way)
        length = STYLES[chosen["level"]].length if chosen["picture"] else 0
        bits = {"bits": chosen["work"], "puzzle": f"{told['id']}:"} if chosen["work"] else None
        speaks = chosen["picture"] and chosen["speech"]
        assert (told["length"], told["work"]) == (length, bits), chosen
        assert ((told["picture"] is not None), (told["recording"] is not None)) == (chosen["picture"], speaks), chosen
        for name, kind in (("picture", b"\x89PNG"), ("recording", b"RIFF")):
            if told[name]:
                assert (await client.get(told[name].removeprefix(MOUNT))).content.startswith(kind), chosen


async def _opens_once(door: Door, way: tuple[str, str]) -> None:
    async with door.browser() as client:
        told = await door.ask(client, *way)
        right = door.solution(told)
        assert await door.send(client, way, told, right) == (201, ""), door.chosen
        assert await door.send(client, way, told, right) == WRONG, door.chosen
    if told["recording"]:
        async with door.browser() as client:
            told = await door.ask(client, *way)
            heard = {**door.solution(told), "code": known_digits(told["digits"])}
            assert await door.send(client, way, told, heard) == (201, ""), door.chosen


async def _stays_shut(door: Door, way: tuple[str, str]) -> None:
    async with door.browser() as client:
        told = await door.ask(client, *way)
        assert await door.send(client, way, {}, {}) == (422, "captcha_required"), door.chosen
        for empty in ({}, {"code": "", "nonce": ""}, {"code": " ", "nonce": " "}):
            assert await door.send(client, way, told, empty) == (422, "required"), door.chosen
        assert await door.send(client, way, told, door.mistake(told)) == WRONG, door.chosen
        assert await door.send(client, way, told, door.solution(told)) == WRONG, door.chosen


async def _is_bound_where_it_should(door: Door) -> None:
    async with door.browser() as client, door.browser(moved=True) as other:
        told = await door.ask(client, *WAYS[0])
        expected = WRONG if door.chosen["bound"] else (201, "")
        assert await door.send(other, WAYS[0], told, door.solution(told)) == expected, door.chosen


async def _spares_whom_it_should(door: Door) -> None:
    async with door.browser() as client:
        client.cookies.set(cookie_name(COOKIE, https=False), reader_token(door.engagement.boot().secrets, READER))
        expected = (201, "") if door.chosen["until"] else (422, "captcha_required")
        for way in WAYS:
            assert await door.send(client, way, {}, {}) == expected, door.chosen


async def test_asking_for_nothing_is_refused(sqlite_url: str) -> None:
    """Neither picture nor work, whatever else is set: settings that say so in a sentence, and no site."""
    for chosen in SENSELESS:
        with pytest.raises(
            SettingsError, match="ENGAGEMENT_CAPTCHA_PICTURE=false needs ENGAGEMENT_CAPTCHA_WORK above 0"
        ):
            _settings(sqlite_url, chosen)
