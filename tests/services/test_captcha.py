"""The life of a challenge on both databases: one row, spent once by any attempt, swept in time."""

import asyncio
import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from engagement_widgets.captcha import service
from engagement_widgets.captcha.picture import Picture
from engagement_widgets.captcha.provider import ImageCaptcha, digests, seal
from engagement_widgets.captcha.tables import challenges
from engagement_widgets.hooks import Answer, Ask, Asker, Verdict
from engagement_widgets.kernel.ids import new_id
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import KNOWN_CODE, FakeClock, KnownChallenges, issue_known

pytestmark = pytest.mark.anyio

KEY = "k" * 32
PAGE = uuid4()
SECRETS = Secrets([KEY])
ASKER = Asker(reader=None, address="a" * 64)


@pytest.fixture
def captcha(storage: Storage, clock: FakeClock) -> ImageCaptcha:
    """The image captcha on a fresh database."""
    return ImageCaptcha(storage=storage, secrets=SECRETS, clock=clock)


async def _known(storage: Storage, purpose: str = "comment", page_id: UUID = PAGE) -> UUID:
    wanted = KnownChallenges(secrets=SECRETS, purpose=purpose, page_id=page_id)
    return (await storage.write(issue_known, wanted))[0]


async def _verify(
    captcha: ImageCaptcha,
    challenge: object,
    text: str = KNOWN_CODE,
    *,
    purpose: str = "comment",
    page_id: UUID = PAGE,
) -> Verdict:
    answer = Answer(challenge=str(challenge), text=text)
    return await captcha.verify(answer, purpose=purpose, page_id=page_id, asker=ASKER)


def _rows(tx: Tx, command: None) -> int:
    del command
    number: int = tx.execute(select(func.count()).select_from(challenges)).scalar_one()
    return number


def _dump(tx: Tx, challenge_id: UUID) -> dict[str, object]:
    row = tx.execute(select(challenges).where(challenges.c.id == challenge_id)).mappings().one()
    return dict(row)


async def test_the_right_answer_passes_once(captcha: ImageCaptcha, storage: Storage) -> None:
    """The same id and answer a second time is refused."""
    challenge = await _known(storage)
    assert await _verify(captcha, challenge) is Verdict.PASSED
    assert await _verify(captcha, challenge) is Verdict.WRONG


async def test_fifty_at_once_let_one_pass(captcha: ImageCaptcha, storage: Storage) -> None:
    """Parallel answers to one challenge: exactly one passes."""
    challenge = await _known(storage)
    verdicts = await asyncio.gather(*(_verify(captcha, challenge) for _ in range(50)))
    assert sorted(verdicts) == [Verdict.PASSED, *[Verdict.WRONG] * 49]


async def test_a_wrong_answer_spends_the_challenge(captcha: ImageCaptcha, storage: Storage) -> None:
    """Wrong, then right on the same id: the second is refused as well."""
    challenge = await _known(storage)
    assert await _verify(captcha, challenge, "HHHHHH") is Verdict.WRONG
    assert await _verify(captcha, challenge) is Verdict.WRONG


@pytest.mark.parametrize(("purpose", "page_id"), [("rating", PAGE), ("comment", uuid4()), ("", PAGE)])
async def test_a_challenge_is_bound_to_its_purpose_and_page(
    captcha: ImageCaptcha, storage: Storage, purpose: str, page_id: UUID
) -> None:
    """Solved for one thing and spent on another: refused, and gone."""
    challenge = await _known(storage)
    assert await _verify(captcha, challenge, purpose=purpose, page_id=page_id) is Verdict.WRONG
    assert await _verify(captcha, challenge) is Verdict.WRONG


async def test_a_challenge_lives_for_ten_minutes(captcha: ImageCaptcha, storage: Storage, clock: FakeClock) -> None:
    """Right up to the last second; then the verdict is EXPIRED, also when the row is swept long after."""
    first, second, third = [await _known(storage) for _ in range(3)]
    clock.advance(service.LIFETIME - timedelta(seconds=1))
    assert await _verify(captcha, first) is Verdict.PASSED
    clock.advance(timedelta(seconds=1))
    assert await _verify(captcha, second) is Verdict.EXPIRED
    clock.advance(timedelta(hours=3))
    await storage.write(service.sweep, 50)
    assert await _verify(captcha, third) is Verdict.EXPIRED


async def test_ids_that_are_none_of_ours_never_pass(captcha: ImageCaptcha) -> None:
    """Missing, empty, made up or huge: no verdict but a refusal, and no error."""
    made_up = ["", " ", "x", "[]", "null", "0" * 5_000, "00000000-0000-7000-8000-000000000000", uuid4()]
    for challenge, text in product(made_up, ["", " ", KNOWN_CODE, "9" * 1_000_000, "\0", "\ud800"]):
        assert await _verify(captcha, challenge, text) is not Verdict.PASSED


async def test_answers_that_are_no_code_are_wrong(captcha: ImageCaptcha, storage: Storage) -> None:
    """Every text that does not spell the code is wrong, and no error."""
    for text in ("", " ", "null", KNOWN_CODE + "X", "9" * 1_000_000, "\0", "\ud800", "НМ3Х2Я"):
        assert await _verify(captcha, await _known(storage), text) is Verdict.WRONG


async def test_case_spaces_and_width_do_not_matter(captcha: ImageCaptcha, storage: Storage) -> None:
    """The code as people type it passes."""
    for text in ("hm3x29", " HM3 X29 ", "ＨＭ３Ｘ２９", "НМ3Х29", "H\u200bM3X29"):
        assert await _verify(captcha, await _known(storage), text) is Verdict.PASSED


async def test_looking_spends_nothing_and_shows_one_picture(captcha: ImageCaptcha, storage: Storage) -> None:
    """Ten looks show the same bytes; after the attempt there is nothing left to see."""
    challenge = await captcha.issue(Ask(purpose="comment", page_id=PAGE, asker=ASKER, locale="vi"))
    seen = {await storage.read(service.picture, challenge.id) for _ in range(10)}
    assert len(seen) == 1
    assert (seen.pop() or b"").startswith(b"\x89PNG")
    assert await _verify(captcha, challenge.id, "HHHHHH") is Verdict.WRONG
    assert await storage.read(service.picture, challenge.id) is None
    assert (await storage.read(_dump, challenge.id))["picture"] is None


async def test_an_expired_picture_is_not_shown(captcha: ImageCaptcha, storage: Storage, clock: FakeClock) -> None:
    """No picture outlives its challenge."""
    challenge = await captcha.issue(Ask(purpose="comment", page_id=PAGE, asker=ASKER, locale="vi"))
    clock.advance(service.LIFETIME)
    assert await storage.read(service.picture, challenge.id) is None


async def test_a_dump_reveals_no_answer(storage: Storage) -> None:
    """No column holds the code in any form that a guess without the key could be compared with."""
    challenge = await _known(storage)
    row = await storage.read(_dump, challenge)
    code = KNOWN_CODE.encode()
    traces = [code, code.lower(), code[::-1], base64.b64encode(code), code.hex().encode()]
    traces += [
        hashlib.new(digest, value, usedforsecurity=False).hexdigest().encode()
        for digest in ("md5", "sha1", "sha256")
        for value in (code, f"{challenge.hex}:{KNOWN_CODE}".encode())
    ]
    text = "\n".join(str(value) for name, value in row.items() if name != "picture").encode()
    assert not [trace for trace in traces if trace in text]


async def test_equal_codes_do_not_look_alike(storage: Storage) -> None:
    """Two challenges with one answer have two hashes."""
    first, second = await _known(storage), await _known(storage)
    hashes = {(await storage.read(_dump, one))["answer_hashes"] for one in (first, second)}
    assert len(hashes) == 2


async def test_a_retired_key_still_judges_what_it_sealed(storage: Storage, clock: FakeClock) -> None:
    """Key rotation in the middle of a challenge costs nobody a comment; a foreign key opens nothing."""
    first, second = await _known(storage), await _known(storage)
    rotated = ImageCaptcha(storage=storage, secrets=Secrets(["n" * 32, KEY]), clock=clock)
    assert await _verify(rotated, first) is Verdict.PASSED
    foreign = ImageCaptcha(storage=storage, secrets=Secrets(["f" * 32]), clock=clock)
    assert await _verify(foreign, second) is Verdict.WRONG


async def test_a_challenge_of_another_site_is_unknown(storage: Storage, database_url: str, clock: FakeClock) -> None:
    """Sites that share a database do not share challenges."""
    challenge = await _known(storage)
    other = Storage(url=database_url, site="other", clock=clock)
    other.boot()
    try:
        elsewhere = ImageCaptcha(storage=other, secrets=SECRETS, clock=clock)
        assert await _verify(elsewhere, challenge) is Verdict.WRONG
    finally:
        other.close()


async def test_old_rows_go_with_new_ones(storage: Storage, clock: FakeClock) -> None:
    """An hour after they expired, rows are swept by later challenges, spent or not, a bounded number at a time."""
    wanted = KnownChallenges(secrets=SECRETS, purpose="comment", page_id=PAGE, count=service.SWEEP_LIMIT + 5)
    await storage.write(issue_known, wanted)
    clock.advance(service.LIFETIME + service.KEPT)
    await _known(storage)
    assert await storage.read(_rows, None) == service.SWEEP_LIMIT + 6
    clock.advance(1)
    await _known(storage)
    assert await storage.read(_rows, None) == 7
    await _known(storage)
    assert await storage.read(_rows, None) == 3


async def test_issuing_is_safe_to_run_twice(storage: Storage, clock: FakeClock) -> None:
    """A unit that the database makes run again seals the same row, not another one."""
    command = seal(
        SECRETS,
        challenge_id=new_id(clock.now()),
        code=KNOWN_CODE,
        purpose="comment",
        page_id=PAGE,
        picture=Picture(png=b"png", overlaps=()),
    )
    challenge = await storage.write(service.issue, command)
    assert challenge.id == command.id
    assert challenge.expires_at == clock.now() + service.LIFETIME
    assert KNOWN_CODE not in repr(command)


async def test_a_bound_challenge_is_the_asker_s_alone(storage: Storage, clock: FakeClock) -> None:
    """By its cookie, else its address; solved by one client and spent by another it is wrong, and gone."""
    captcha = ImageCaptcha(storage=storage, secrets=SECRETS, clock=clock, is_bound=True)
    address, reader = "a" * 64, "r" * 64
    nobody, known = Asker(reader=None, address=address), Asker(reader=reader, address=address)
    moved, other = Asker(reader=reader, address="b" * 64), Asker(reader="s" * 64, address="c" * 64)
    unbound = replace(known, reader=None)
    for asks, answers, verdict in (
        (nobody, nobody, Verdict.PASSED),
        (nobody, known, Verdict.PASSED),
        (nobody, moved, Verdict.WRONG),
        (known, moved, Verdict.PASSED),
        (known, unbound, Verdict.WRONG),
        (known, other, Verdict.WRONG),
    ):
        challenge = await captcha.issue(Ask(purpose="comment", page_id=PAGE, asker=asks, locale="vi"))
        await storage.write(_answer_is_known, challenge.id)
        answer = Answer(challenge=str(challenge.id), text=KNOWN_CODE)
        assert await captcha.verify(answer, purpose="comment", page_id=PAGE, asker=answers) is verdict, (asks, answers)


def _answer_is_known(tx: Tx, challenge_id: UUID) -> None:
    known = digests(SECRETS, challenge_id, KNOWN_CODE)[0]
    row = update(challenges).where(challenges.c.id == challenge_id)
    tx.execute(row.values(answer_hashes=known, issued_at=tx.now - service.LEAST_TIME))


def test_every_hash_is_compared_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """By `compare_digest`, whatever was found before and wherever it stands: the time says nothing."""
    compared: list[tuple[str, str]] = []

    def counted(left: str, right: str) -> bool:
        compared.append((left, right))
        return left == right

    assert vars(service)["compare_digest"] is hmac.compare_digest
    monkeypatch.setattr(service, "compare_digest", counted)
    kept = [digit * service.DIGITS for digit in "abc"]
    for typed, found in (("a", True), ("c", True), ("x", False)):
        compared.clear()
        given = (typed * service.DIGITS, "y" * service.DIGITS)
        assert service.is_among(given, "".join(kept)) is found
        assert compared == [(one, other) for one in given for other in kept]
