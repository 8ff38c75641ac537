"""The spoken door, through the whole application: it opens once, for its own answer, and nothing opens it otherwise."""

import asyncio
import re
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select, update

from captcha_ways import EXPIRED, JSON, WRONG, outcome, passes, sending, written
from comment_factory import OTHER_PAGE, PAGE
from engagement_widgets import Page
from engagement_widgets.captcha import recordings as recordings_kept
from engagement_widgets.captcha import service
from engagement_widgets.captcha.tables import challenges, recordings
from engagement_widgets.storage.units import Tx
from engagement_widgets.testing import KNOWN_CODE, KNOWN_DIGITS, FakeClock
from whole_site import Site, challenge, open_site, reference, site_settings, stranger

pytestmark = pytest.mark.anyio

ASKED = {"purpose": "comment", "speak": "1"}


def spoken(site: Site, page: Page = PAGE) -> str:
    """A challenge that can be answered by `KNOWN_CODE` and by `KNOWN_DIGITS`."""
    return challenge(site.ctx, page, spoken=True)


def recorded(site: Site) -> int:
    """How many recordings there are beside the one that every site begins with."""

    def count(tx: Tx, _: None) -> int:
        number: int = tx.execute(select(func.count()).select_from(recordings)).scalar_one()
        return number

    return site.storage.read_sync(count, None) - 1


async def play(site: Site, one: str, **headers: str) -> httpx.Response:
    """Fetch a recording."""
    async with stranger(site.app) as client:
        return await client.get(f"/captcha/{one}.wav", headers=headers)


@pytest.mark.parametrize("typed", [KNOWN_DIGITS, "481 507", "４８１５０７", " 4-8-1-5-0-7 "])
async def test_the_digits_pass_once(stored_site: Site, typed: str) -> None:
    """As people type them; then the challenge is spent, for the picture's code too, and its sound is gone."""
    one = spoken(stored_site)
    assert await passes(stored_site, one, typed)
    assert recorded(stored_site) == 0
    for code in (KNOWN_DIGITS, KNOWN_CODE):
        assert not await passes(stored_site, one, code)
    assert (await play(stored_site, one)).status_code == 404


async def test_the_picture_may_be_read_all_the_same(stored_site: Site) -> None:
    """Whoever asked to hear may still type what is seen; that spends the recording."""
    one = spoken(stored_site)
    assert await passes(stored_site, one)
    assert not await passes(stored_site, one, KNOWN_DIGITS)
    assert recorded(stored_site) == 0


@pytest.mark.parametrize("typed", ["481506", "48150", "4815077", "HHHHHH", f"spoken:{KNOWN_DIGITS}"])
async def test_a_wrong_answer_spends_both_doors(stored_site: Site, typed: str) -> None:
    """One guess for picture and recording together, and nothing is posted."""
    one, before = spoken(stored_site), written(stored_site)
    async with stranger(stored_site.app, **JSON) as client:
        answer = await client.post("/comments", data=sending(stored_site, challenge=one, code=typed))
    assert outcome(answer) == WRONG
    for code in (KNOWN_DIGITS, KNOWN_CODE):
        assert not await passes(stored_site, one, code)
    assert written(stored_site) == before


async def test_fifty_at_once_let_one_pass(stored_site: Site) -> None:
    """Parallel answers by both doors: one comment."""
    one, before = spoken(stored_site), written(stored_site)
    codes = [KNOWN_DIGITS, KNOWN_CODE] * 25
    assert sum(await asyncio.gather(*(passes(stored_site, one, code) for code in codes))) == 1
    assert written(stored_site) == before + 1


async def test_digits_open_no_picture_that_does_not_speak(site: Site) -> None:
    """Nor any answer of digits, empty or not, where nothing was said; nor another page's recording."""
    for code in (KNOWN_DIGITS, "", " ", "0", "spoken:"):
        assert not await passes(site, challenge(site.ctx), code)
    assert not await passes(site, spoken(site, OTHER_PAGE), KNOWN_DIGITS)
    assert not await passes(site, str(uuid4()), KNOWN_DIGITS)


async def test_a_recording_expires_with_its_challenge(site: Site) -> None:
    """Too late to hear and too late to answer."""
    one = spoken(site)
    site.clock.advance(service.LIFETIME + timedelta(seconds=1))
    assert (await play(site, one)).status_code == 404
    async with stranger(site.app, **JSON) as client:
        answer = await client.post("/comments", data=sending(site, challenge=one, code=KNOWN_DIGITS))
    assert outcome(answer) == EXPIRED


async def test_listening_spends_nothing(site: Site) -> None:
    """The same sound ten times, whole, in part and by HEAD; and it can still be answered."""
    one = spoken(site)
    whole = await play(site, one)
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["cache-control"] == "no-store"
    assert {(await play(site, one)).content for _ in range(10)} == {whole.content}
    async with stranger(site.app) as client:
        head = await client.head(f"/captcha/{one}.wav")
        assert (head.status_code, head.content) == (200, b"")
    assert await passes(site, one, KNOWN_DIGITS)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-1", 0, 1), ("bytes=100-", 100, None), ("bytes=-50", -50, None), ("bytes=44-99999999", 44, None)],
)
async def test_players_get_the_part_they_ask_for(site: Site, asked: str, first: int, last: int | None) -> None:
    """Safari asks for two bytes first and plays nothing without them."""
    one = spoken(site)
    whole = (await play(site, one)).content
    part = await play(site, one, range=asked)
    wanted = whole[first:] if last is None else whole[first : last + 1]
    assert (part.status_code, part.content) == (206, wanted)
    start = len(whole) + first if first < 0 else first
    assert part.headers["content-range"] == f"bytes {start}-{start + len(wanted) - 1}/{len(whole)}"


@pytest.mark.parametrize(
    "asked",
    ["bytes=", "bytes=-", "bytes=9-2", "bytes=99999999-", "bytes=0-1,4-5", "lines=1-2", "bytes=x-y", "bytes=-0"],
)
async def test_a_range_that_is_none_gets_the_whole(site: Site, asked: str) -> None:
    """Never an error, never an empty part."""
    one = spoken(site)
    answer = await play(site, one, range=asked)
    assert (answer.status_code, answer.content) == (200, (await play(site, one)).content)


async def test_every_form_can_be_heard(stored_site: Site) -> None:
    """By the button without JavaScript the text stays and the old picture goes; by the script and the API as well."""
    site = stored_site
    fields = sending(site, speak="1", name="Mai", body="Chữ đã gõ")
    async with stranger(site.app) as client:
        step = await client.post("/comments", data=fields)
        field = await client.post("/captcha", data={**ASKED, "page": reference(site.ctx)})
        asked = {"purpose": "comment", "page": reference(site.ctx), "spoken": True}
        resource = await client.post("/api/v1/challenges", json=asked)
    assert (step.status_code, field.status_code, resource.status_code) == (200, 200, 201)
    assert "Chữ đã gõ" in step.text
    assert not await passes(site, fields["challenge"])
    for html in (step.text, field.text):
        path = re.search(r'<audio controls[^>]* src="/engagement(/captcha/[0-9a-f-]+\.wav)"', html)
        assert path
        assert "autoplay" not in html
        assert (await play(site, path[1][9:-4])).content.startswith(b"RIFF")
    told = resource.json()
    assert told["digits"] == 6
    assert (await play(site, told["recording"][20:-4])).content.startswith(b"RIFF")


async def test_nothing_is_spoken_unasked(site: Site) -> None:
    """A picture alone has no sound, offers it, and its recording is unknown."""
    async with stranger(site.app, **JSON) as client:
        told = (await client.post("/captcha", data={"purpose": "comment", "page": reference(site.ctx)})).json()
    assert (told["recording"], told["digits"]) == (None, 0)
    assert (await play(site, told["id"])).status_code == 404
    assert recorded(site) == 0


async def test_a_site_that_does_not_speak_offers_no_sound(database_url: str, clock: FakeClock) -> None:
    """With the setting off the button is not there, and asking for sound gets a picture."""
    site = open_site(site_settings(database_url, captcha_speech=False), clock)
    async with stranger(site.app) as client:
        field = await client.post("/captcha", data={**ASKED, "page": reference(site.ctx)})
    assert "<img" in field.text
    assert "<audio" not in field.text
    assert "Nghe mã" not in field.text
    assert recorded(site) == 0
    site.engagement.close()


async def test_recordings_are_bounded(stored_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the oldest fall silent; those that expired go with the next one."""
    site = stored_site
    monkeypatch.setattr(recordings_kept, "MOST_RECORDINGS", 3)
    ids = []
    for _ in range(5):
        ids.append(spoken(site))
        site.clock.advance(1)
    assert [(await play(site, one)).status_code for one in ids] == [404, 404, 200, 200, 200]
    assert await passes(site, ids[0]), "its picture can still be answered"
    site.clock.advance(service.LIFETIME)
    spoken(site)
    assert recorded(site) == 0


async def test_addresses_that_ask_much_silence_themselves(stored_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of them ask for twenty-four where eight are kept: who asked for one before, or asks after, hears it."""
    site = stored_site
    monkeypatch.setattr(recordings_kept, "MOST_RECORDINGS", 8)

    async def asks(address: str) -> str:
        transport = httpx.ASGITransport(site.app, client=(address, 1))
        headers = {"sec-fetch-site": "same-origin", **JSON}
        base = "http://127.0.0.1/engagement"
        async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
            told = await client.post("/captcha", data={**ASKED, "page": reference(site.ctx)})
        site.clock.advance(1)
        return str(told.json()["id"])

    reader = await asks("203.0.113.1")
    flood = [await asks(f"198.51.100.{number % 3}") for number in range(24)]
    another = await asks("203.0.113.2")
    last = await asks("198.51.100.0")
    assert recorded(site) + 1 == 8
    heard = [(await play(site, one)).status_code == 200 for one in (reader, another, last, *flood)]
    assert all(heard[:3])
    assert (sum(heard[3:-6]), sum(heard[-6:])) == (0, 4)


async def test_too_soon_is_held_by_this_door_too(site: Site) -> None:
    """Digits that come back within two seconds pass, as a program's: the comment waits."""
    one = spoken(site)

    def young(tx: Tx, known: UUID) -> None:
        tx.execute(update(challenges).where(challenges.c.id == known).values(issued_at=tx.now))

    site.storage.write_sync(young, UUID(one))
    assert await passes(site, one, KNOWN_DIGITS)
