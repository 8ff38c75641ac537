"""Many readers behind one address, and one machine among them that changes its cookies."""

from collections import Counter
from uuid import UUID

import pytest

from captcha_ways import JSON, sealed, sending
from engagement_widgets.comments.service import queue_item
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.testing import KNOWN_CODE
from engagement_widgets.web.throttle import RATES
from whole_site import Site, challenge, stranger

pytestmark = pytest.mark.anyio

READERS = 500
SIGNS = {HeldReason.CROWD, HeldReason.HASTY, HeldReason.TRAP, HeldReason.NO_CODE}


async def _reasons(site: Site, answer_id: str) -> set[str]:
    item = await site.storage.read(queue_item, UUID(answer_id))
    return {hold.reason for hold in item.holds}


async def test_five_hundred_readers_and_a_machine_behind_one_address(stored_site: Site) -> None:
    """All readers who post once in ten minutes are taken; of the machine at most five posts come in unmarked.

    One reader in ten is wrong at first. The machine answers rightly, each time as a newcomer.
    """
    site = stored_site
    site.ctx.throttle._rates = RATES
    taken, unmarked = 0, 0
    for number in range(READERS):
        async with stranger(site.app, **JSON) as browser:
            if number % 10 == 0:
                await browser.post("/comments", data=sending(site, code="HHHHHH", body=f"Nhầm mã {number}"))
            answer = await browser.post("/comments", data=sending(site, body=f"Ý kiến của người thứ {number}"))
            taken += answer.status_code == 201
        if number % 10 == 5:
            async with stranger(site.app, **JSON) as machine:
                spam = await machine.post("/comments", data=sending(site, body=f"Bài quảng cáo số {number}"))
                unmarked += spam.status_code == 201 and not SIGNS & await _reasons(site, spam.json()["id"])
        site.clock.advance(1)
    assert taken >= READERS * 0.99
    assert unmarked <= 5


async def test_a_machine_alone_gets_five_posts_unmarked(site: Site) -> None:
    """New cookies for each post, or each cookie used again: five in ten minutes, then every post is marked."""
    marks: Counter[bool] = Counter()
    for number in range(12):
        async with stranger(site.app, **JSON) as machine:
            for again in range(2):
                answer = await machine.post("/comments", data=sending(site, body=f"Lời rao {number} {again}"))
                marks[HeldReason.CROWD in await _reasons(site, answer.json()["id"])] += 1
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
