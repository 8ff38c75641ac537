"""Proof of work through the whole application: beside the picture, and in its place."""

from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from captcha_ways import JSON, outcome, sending
from comment_factory import PAGE
from engagement_widgets.captcha.work import zero_bits
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.comments.tables import holds
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Tx
from engagement_widgets.testing import FakeClock, KnownChallenges, issue_known
from whole_site import Site, open_site, reference, site_settings, stranger

pytestmark = pytest.mark.anyio

BITS = 8


def nonce(challenge: str, *, least: int = BITS, below: int = 257) -> str:
    """A number that proves so many bits, and fewer than `below`."""
    one = UUID(challenge)
    return next(str(number) for number in count() if least <= zero_bits(one, str(number)) < below)


def _site(database_url: str, clock: FakeClock, **values: Any) -> Site:
    return open_site(site_settings(database_url, captcha_work=BITS, **values), clock)


def _known(site: Site) -> str:
    known = KnownChallenges(
        secrets=site.ctx.secrets, purpose="comment", page_id=page_id("test", PAGE.key), work_bits=BITS
    )
    return str(site.storage.write_sync(issue_known, known)[0])


def _reasons(tx: Tx, comment_id: str) -> set[str]:
    return set(tx.execute(select(holds.c.reason).where(holds.c.comment_id == UUID(comment_id))).scalars())


async def _asked(client: httpx.AsyncClient, site: Site) -> dict[str, Any]:
    found = await client.post("/captcha", data={"purpose": "comment", "page": reference(site.ctx), "speak": "1"})
    told: dict[str, Any] = found.json()
    return told


async def test_beside_the_picture(database_url: str, clock: FakeClock) -> None:
    """Code and work pass; without enough work the comment is held and the reason told; work alone opens nothing."""
    site = _site(database_url, clock)
    try:
        async with stranger(site.app, **JSON) as client:
            assert (await _asked(client, site))["work"]["bits"] == BITS
            one, two, three, four, five = [_known(site) for _ in range(5)]
            work = nonce(one)
            ways: list[tuple[str, dict[str, Any], bool]] = [
                (one, {"nonce": work}, False),
                (two, {}, True),
                (three, {"nonce": nonce(three, least=0, below=BITS), "bits": "1"}, True),
                (four, {"nonce": "９" * 5}, True),
            ]
            for challenge, given, is_held in ways:
                body = f"Bình luận {challenge}"
                sent = await client.post("/comments", data=sending(site, challenge=challenge, body=body, **given))
                assert outcome(sent) == (201, "")
                found = site.storage.read_sync(_reasons, sent.json()["id"])
                assert (HeldReason.NO_WORK in found) is is_held, given
            wrong = sending(site, challenge=five, code="HHHHHH", nonce=nonce(five))
            assert outcome(await client.post("/comments", data=wrong)) == (422, "wrong")
            bare = sending(site, challenge=_known(site), code="", nonce="1")
            assert outcome(await client.post("/comments", data=bare)) == (422, "required")
    finally:
        site.engagement.close()


async def test_in_place_of_the_picture(database_url: str, clock: FakeClock) -> None:
    """Nothing to see or hear; the work passes once, on its own challenge; too little, or none, does not."""
    site = _site(database_url, clock, captcha_picture=False)
    try:
        async with stranger(site.app, **JSON) as client:
            first, second, third = [await _asked(client, site) for _ in range(3)]
            assert (first["picture"], first["recording"], first["length"]) == (None, None, 0)
            assert (await client.get(f"/captcha/{first['id']}.png")).status_code == 404
            work = nonce(first["id"])
            replayed = next(
                str(n)
                for n in count()
                if zero_bits(UUID(first["id"]), str(n)) >= BITS > zero_bits(UUID(second["id"]), str(n))
            )
            missing = sending(site, challenge=first["id"], code="")
            told = await client.post("/comments", data=missing)
            assert outcome(told) == (422, "required")
            assert [error["field"] for error in told.json()["errors"]] == ["nonce"]
            foreign = sending(site, challenge=second["id"], code="", nonce=replayed)
            assert outcome(await client.post("/comments", data=foreign)) == (422, "wrong")
            right = sending(site, challenge=first["id"], code="", nonce=work)
            passed = await client.post("/comments", data=right)
            assert outcome(passed) == (201, "")
            assert HeldReason.NO_WORK not in site.storage.read_sync(_reasons, passed.json()["id"])
            again = sending(site, challenge=first["id"], code="", nonce=work)
            assert outcome(await client.post("/comments", data=again)) == (422, "wrong")
            little = nonce(third["id"], least=0, below=BITS)
            lowered = sending(site, challenge=third["id"], code="", nonce=little, bits="0", work_bits="0")
            assert outcome(await client.post("/comments", data=lowered)) == (422, "wrong")
        async with stranger(site.app) as browser:
            step = await browser.post("/comments", data={"page": reference(site.ctx), "name": "Mai", "body": "Chào"})
            assert "data-ew-puzzle" in step.text
            assert "cần JavaScript" in step.text
            assert "<img" not in step.text.partition("data-ew-captcha")[2].partition("</form>")[0]
    finally:
        site.engagement.close()
