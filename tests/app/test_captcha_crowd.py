"""Many readers behind one address, and one machine among them that changes its cookies."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Any
from uuid import UUID

import httpx
import pytest

from captcha_ways import JSON, known_code, known_digits, outcome, sealed, sending
from engagement_widgets.comments.service import queue_item
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.testing import KNOWN_CODE, FakeClock
from engagement_widgets.web.throttle import RATES
from whole_site import Site, challenge, reference, stranger

pytestmark = pytest.mark.anyio

READERS = 500
SPAN = 600
"""Seconds in which all of them write."""

BURST = 10
"""Posts that the machine begins at once."""

SIGNS = {HeldReason.CROWD, HeldReason.HASTY, HeldReason.TRAP, HeldReason.NO_CODE, HeldReason.NO_WORK}


@dataclass(slots=True)
class Town:
    """Who writes from one address, by the site's clock.

    Attributes:
        taken: numbers of the readers whose comments were taken.
        unmarked: when a comment of the machine came in without a mark.
    """

    site: Site
    taken: set[int] = field(default_factory=set)
    unmarked: list[float] = field(default_factory=list)

    async def read(self, number: int) -> AsyncIterator[float]:
        """A reader who writes one comment, and says how many seconds each step takes.

        One in ten does not see the picture and listens, one in ten is wrong at first.
        """
        async with stranger(self.site.app, **JSON) as browser:
            asked = await self._ask(browser)
            listens, errs = number % 10 == 3, number % 10 == 0
            if listens:
                yield 3
                asked = await self._ask(browser, speak="1", replaces=asked["id"])
            yield 6
            if errs:
                await self._answer(browser, asked, "HHHHHH", f"Ý kiến của người thứ {number}")
                asked = await self._ask(browser, replaces=asked["id"])
                yield 6
            code = known_digits(asked["digits"]) if listens else known_code(asked["length"])
            answer = await self._answer(browser, asked, code, f"Ý kiến của người thứ {number}")
            if answer.status_code == 201:
                self.taken.add(number)

    async def spam(self, number: int) -> AsyncIterator[float]:
        """A post of the machine, as a newcomer and no sooner than people; every third guess is wrong."""
        async with stranger(self.site.app, **JSON) as machine:
            asked = await self._ask(machine)
            yield 2
            code = "HHHHHH" if number % 3 == 2 else known_code(asked["length"])
            answer = await self._answer(machine, asked, code, f"Bài quảng cáo số {number}")
            if answer.status_code == 201 and not SIGNS & await _reasons(self.site, answer.json()["id"]):
                self.unmarked.append(self.site.clock.now().timestamp())

    async def _ask(self, browser: httpx.AsyncClient, **more: str) -> dict[str, Any]:
        fields = {"purpose": "comment", "page": reference(self.site.ctx), **more}
        answer = await browser.post("/captcha", data=fields)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        shown = await browser.get((told["recording"] or told["picture"]).removeprefix("/engagement"))
        assert shown.status_code == 200
        return told

    async def _answer(self, browser: httpx.AsyncClient, asked: dict[str, Any], code: str, body: str) -> httpx.Response:
        fields = {"page": reference(self.site.ctx), "name": "Mai", "body": body, "code": code}
        return await browser.post(
            "/comments", data={**fields, "challenge": asked["id"], "submission_key": asked["submission_key"]}
        )


async def _live(clock: FakeClock, people: Iterable[tuple[float, AsyncIterator[float]]]) -> None:
    """Let everybody begin at a moment, and go on when the step they are at has taken its time."""
    waiting = [(at, number, person) for number, (at, person) in enumerate(people)]
    heapify(waiting)
    now = 0.0
    while waiting:
        due, number, person = heappop(waiting)
        clock.advance(due - now)
        now = due
        pause = await anext(person, None)
        if pause is not None:
            heappush(waiting, (due + pause, number, person))


async def _reasons(site: Site, answer_id: str) -> set[str]:
    item = await site.storage.read(queue_item, UUID(answer_id))
    return {hold.reason for hold in item.holds}


@pytest.mark.usefixtures("known_codes")
async def test_five_hundred_readers_and_a_machine_behind_one_address(site: Site) -> None:
    """Nearly all readers who write once in ten minutes are taken, and all of the fifty who listen.

    The machine asks and answers as often as they, in bursts, each time without a cookie: in no ten minutes do more
    than five of its posts come in unmarked. All limits hold, by the same clock; the minutes are none of its tens.
    """
    site.ctx.throttle._rates = RATES
    site.ctx.throttle._now = lambda: site.clock.now().timestamp()
    site.clock.advance(SPAN / 2)
    town, pace = Town(site), SPAN / READERS
    people = [(number * pace, town.read(number)) for number in range(READERS)]
    machine = [(number // BURST * BURST * pace, town.spam(number)) for number in range(READERS)]
    await _live(site.clock, [*people, *machine])
    assert len(town.taken) >= READERS * 0.99
    assert {number for number in range(READERS) if number % 10 == 3} <= town.taken
    assert town.unmarked
    for first in town.unmarked:
        assert sum(first <= moment < first + SPAN for moment in town.unmarked) <= 5


async def test_a_machine_alone_gets_five_posts_unmarked(stored_site: Site) -> None:
    """New cookies for each post, or each cookie used again: five in ten minutes, then every post is marked."""
    marks: Counter[bool] = Counter()
    for number in range(12):
        async with stranger(stored_site.app, **JSON) as machine:
            for again in range(2):
                answer = await machine.post("/comments", data=sending(stored_site, body=f"Lời rao {number} {again}"))
                marks[HeldReason.CROWD in await _reasons(stored_site, answer.json()["id"])] += 1
    assert marks == {False: 5, True: 19}


async def test_a_program_that_fills_in_everything_or_hurries_waits(site: Site) -> None:
    """The field that people do not see, and a code sooner than two seconds: taken, and held for it."""
    async with stranger(site.app, **JSON) as program:
        filled = await program.post("/comments", data=sending(site, website="https://rao.example"))
        assert HeldReason.TRAP in await _reasons(site, filled.json()["id"])
        one = sealed(site.storage, age=0)
        hasty = await program.post("/comments", data=sending(site, challenge=one, body="Nhanh như chớp"))
        assert HeldReason.HASTY in await _reasons(site, hasty.json()["id"])
        usual = await program.post("/comments", data=sending(site, website="", body="Bình thường thôi"))
        assert not SIGNS & await _reasons(site, usual.json()["id"])


async def test_a_reader_who_guesses_is_told_to_wait_with_the_ways_out(site: Site) -> None:
    """After five wrong codes the form comes back with text, picture and the way without a code, and says how long."""
    async with stranger(site.app) as reader:
        first = await reader.post("/comments", data=sending(site, body="Lời đầu tiên"))
        assert first.status_code == 303
        for _ in range(5):
            assert (await reader.post("/comments", data=sending(site, code="HHHHHH"))).status_code == 422
        fields = sending(site, challenge=challenge(site.ctx), body="Câu này vẫn còn")
        told = await reader.post("/comments", data=fields)
        assert (told.status_code, told.headers["retry-after"]) == (429, "120")
        assert "Mã xác thực sai nhiều lần" in told.text
        assert "Câu này vẫn còn" in told.text
        assert 'name="no_code"' in told.text
        site.clock.advance(120)
        assert (await reader.post("/comments", data=fields | {"code": KNOWN_CODE})).status_code == 303


async def test_what_another_mark_holds_takes_no_room(site: Site) -> None:
    """Ten posts of a program that fills in everything, then five readers behind its address: none is in a crowd."""
    for number in range(10):
        async with stranger(site.app, **JSON) as program:
            await program.post("/comments", data=sending(site, website="x", body=f"Lời rao {number}"))
    for number in range(5):
        async with stranger(site.app, **JSON) as browser:
            answer = await browser.post("/comments", data=sending(site, body=f"Ý kiến {number}"))
            assert outcome(answer) == (201, "")
            assert not SIGNS & await _reasons(site, answer.json()["id"])
