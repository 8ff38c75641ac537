"""The answer stands nowhere that a client can look, and a copy of the database does not tell it."""

import hashlib
import hmac
import json
import statistics
import struct
import time
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from captcha_ways import JSON, found, sealed, sending
from engagement_widgets.captcha.provider import digests
from engagement_widgets.captcha.service import is_among
from engagement_widgets.captcha.tables import challenges
from engagement_widgets.hooks import Answer, Asker
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.storage.units import Tx
from engagement_widgets.testing import KNOWN_CODE, KNOWN_DIGITS, KnownChallenges, issue_known
from whole_site import KEY, Site, challenge, reference, rows, stranger

pytestmark = pytest.mark.anyio


@pytest.mark.usefixtures("known_codes")
async def test_nothing_that_is_sent_holds_the_answer(site: Site) -> None:
    """Not plain, reversed, encoded or hashed: in HTML, JSON, headers, cookies, names, texts or chunks of the PNG."""
    asked = {"purpose": "comment", "page": reference(site.ctx)}
    bare = {**asked, "name": "Mai", "body": "Chưa có mã"}
    sent = []
    heard = 0
    async with stranger(site.app) as client:
        for answer in (
            await client.post("/captcha", data=asked),
            await client.post("/captcha", data=asked, headers={"ew-partial": "1"}),
            await client.post("/captcha", data=asked, headers=JSON),
            await client.post("/api/v1/challenges", json=asked),
            await client.post("/captcha", data={**asked, "speak": "1"}),
            await client.post("/api/v1/challenges", json={**asked, "spoken": True}),
            await client.post("/comments", data=bare),
            await client.post("/comments", data={**bare, "speak": "1"}),
            await client.post("/comments", data=sending(site, code="HHHHHH")),
        ):
            assert answer.headers["cache-control"] == "no-store"
            sent.append(answer.content + repr(answer.headers.raw).encode())
        assert not client.cookies
        for one in _living(site):
            picture = await client.get(f"/captcha/{one}.png")
            if picture.status_code == 200:
                assert picture.headers["cache-control"] == "no-store"
                assert _chunks(picture.content) == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
                sent.append(picture.content + repr(picture.headers.raw).encode())
            recording = await client.get(f"/captcha/{one}.wav")
            if recording.status_code == 200:
                assert recording.headers["cache-control"] == "no-store"
                sent.append(recording.content + repr(recording.headers.raw).encode())
                heard += 1
            assert not found(b"".join(sent), one)
            assert not found(b"".join(sent), one, KNOWN_DIGITS)
    assert len(sent) >= 9 + 9
    assert heard == 4  # three asked for, and one that was there


def _living(site: Site) -> list[UUID]:
    def ids(tx: Tx, _: None) -> list[UUID]:
        return list(tx.execute(select(challenges.c.id).where(challenges.c.spent_at.is_(None))).scalars())

    return site.storage.read_sync(ids, None)


def _chunks(png: bytes) -> set[bytes]:
    """The kinds of chunks in a PNG, to its very end."""
    kinds, at = set(), 8
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        kinds.add(kind)
        at += 12 + length
    assert at == len(png)
    return kinds


async def test_a_stolen_database_tells_no_answer(stored_site: Site) -> None:
    """Without the key no table holds a living answer in a form that a guess could be compared with."""
    site = stored_site
    one = challenge(site.ctx)
    known = KnownChallenges(
        secrets=site.ctx.secrets, purpose="comment", page_id=UUID(site.ids["page_id"][0]), spoken=True
    )
    spoken = str(site.storage.write_sync(issue_known, known)[0])
    dumped = json.dumps(rows(site)).encode()
    assert not found(dumped, one)
    assert not found(dumped, spoken, KNOWN_DIGITS)
    bare = one.replace("-", "")
    for key in ("", "captcha", "test", one, bare, "engagement-widgets", "f" * 32):
        for text in (f"{bare}:{KNOWN_CODE}", KNOWN_CODE):
            for message in (text, f"captcha\x00{text}"):
                digest = hmac.digest(key.encode(), message.encode(), hashlib.sha256).hex()[:32]
                assert digest.encode() not in dumped
    assert Secrets((KEY,)).keyed_hash("captcha", f"{bare}:{KNOWN_CODE}")[:32].encode() in dumped  # the key would tell


async def test_no_key_stands_in_the_database(stored_site: Site) -> None:
    """The key lies beside the database, never inside."""
    assert KEY.encode() not in json.dumps(rows(stored_site)).encode()


@pytest.mark.long
async def test_right_nearly_right_and_wrong_take_the_same_time(site: Site) -> None:
    """Medians of 2,000 answers that are right, wrong in one symbol and in nearly all are within five in a hundred."""
    page = UUID(site.ids["page_id"][0])
    asker = Asker(reader=None, address="a" * 64)
    taken: dict[str, list[float]] = {KNOWN_CODE: [], "HM3X2C": [], "CHCHCH": []}
    for _ in range(2_000):
        for text, times in taken.items():
            answer = Answer(challenge=sealed(site.storage), text=text)
            start = time.perf_counter()
            await site.ctx.captcha.verify(answer, purpose="comment", page_id=page, asker=asker)
            times.append(time.perf_counter() - start)
    medians = [statistics.median(times) for times in taken.values()]
    assert max(medians) / min(medians) < 1.05


@pytest.mark.long
def test_judging_takes_the_same_time() -> None:
    """Hashing and comparing what is right, nearly right and wrong: medians of 2,000 within five in a hundred."""
    secrets, one = Secrets((KEY, "o" * 32)), uuid4()
    kept = "".join(digests(secrets, one, code)[0] for code in (KNOWN_CODE, "MH3X29", "HM3X92"))

    def timed(code: str) -> int:
        start = time.perf_counter_ns()
        for _ in range(20):
            is_among(digests(secrets, one, code), kept)
        return time.perf_counter_ns() - start

    taken: dict[str, list[int]] = {code: [] for code in (KNOWN_CODE, "HM3X2C", "CHCHCH")}
    for _ in range(2_000):
        for code, times in taken.items():
            times.append(timed(code))
    medians = [statistics.median(times) for times in taken.values()]
    assert max(medians) / min(medians) < 1.05
