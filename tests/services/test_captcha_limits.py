"""The level rises with failures, a reader waits, an address never does; rows stay bounded; some swaps pass."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from engagement_widgets.captcha import failures, pressure, service
from engagement_widgets.captcha.codes import swapped
from engagement_widgets.captcha.picture import Picture
from engagement_widgets.captcha.provider import ImageCaptcha, seal
from engagement_widgets.captcha.tables import challenges
from engagement_widgets.captcha.tables import failures as failures_table
from engagement_widgets.errors import TooMany
from engagement_widgets.hooks import Answer, Ask, Asker, Verdict
from engagement_widgets.kernel.ids import new_id
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.settings import CaptchaLevel
from engagement_widgets.storage.schema import metadata
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import KNOWN_CODE, FakeClock, KnownChallenges, issue_known

pytestmark = pytest.mark.anyio

PAGE = uuid4()
SECRETS = Secrets(["k" * 32])
TOWN = "a" * 64
NOBODY = Asker(reader=None, address=TOWN)
READER = Asker(reader="r" * 64, address="b" * 64)


@pytest.fixture
def captcha(storage: Storage, clock: FakeClock) -> ImageCaptcha:
    """The image captcha on a fresh database."""
    return ImageCaptcha(storage=storage, secrets=SECRETS, clock=clock)


async def _answer(captcha: ImageCaptcha, storage: Storage, asker: Asker, text: str = "HHHHHH") -> Verdict:
    wanted = KnownChallenges(secrets=SECRETS, purpose="comment", page_id=PAGE)
    one = (await storage.write(issue_known, wanted))[0]
    return await captcha.verify(Answer(challenge=str(one), text=text), purpose="comment", page_id=PAGE, asker=asker)


async def _length(captcha: ImageCaptcha, asker: Asker) -> int:
    return (await captcha.issue(Ask(purpose="comment", page_id=PAGE, asker=asker, locale="vi"))).length


def _count(tx: Tx, table: str) -> int:
    number: int = tx.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()
    return number


async def test_the_level_decides_the_length(storage: Storage, clock: FakeClock) -> None:
    """Easy, normal and hard show five, six and seven symbols to a client without failures."""
    for level, length in zip(CaptchaLevel, (5, 6, 7), strict=True):
        captcha = ImageCaptcha(storage=storage, secrets=SECRETS, clock=clock, level=level)
        assert await _length(captcha, NOBODY) == length


async def test_a_reader_who_is_wrong_too_often_waits(captcha: ImageCaptcha, storage: Storage, clock: FakeClock) -> None:
    """Three wrong: harder. Five: two minutes in which no answer is looked at, then the hard level, then peace."""
    for number in range(failures.READER_LIMIT):
        assert await _length(captcha, READER) == (7 if number >= failures.READER_RAISED else 6)
        assert await _answer(captcha, storage, READER) is Verdict.WRONG
    with pytest.raises(TooMany) as refused:
        await _answer(captcha, storage, READER, KNOWN_CODE)
    assert (refused.value.code, refused.value.params["retry_after"]) == ("too_many_wrong_codes", 120)
    assert await storage.read(_unspent, None) >= 1
    assert await _answer(captcha, storage, Asker(reader="s" * 64, address=READER.address), KNOWN_CODE) is Verdict.PASSED
    clock.advance(failures.COOL_DOWN)
    assert await _length(captcha, READER) == 7
    assert await _answer(captcha, storage, READER, KNOWN_CODE) is Verdict.PASSED
    clock.advance(failures.WINDOW)
    assert await _length(captcha, READER) == 6


def _unspent(tx: Tx, _: None) -> int:
    number: int = tx.execute(
        select(func.count()).select_from(challenges).where(challenges.c.spent_at.is_(None))
    ).scalar_one()
    return number


async def test_an_address_alone_is_never_refused(captcha: ImageCaptcha, storage: Storage, clock: FakeClock) -> None:
    """Forty wrong answers make its pictures hard and leave the way open; ten minutes later all is as before."""
    easy = ImageCaptcha(storage=storage, secrets=SECRETS, clock=clock, level=CaptchaLevel.EASY)
    lengths = []
    for _ in range(40):
        assert await _answer(captcha, storage, NOBODY) is Verdict.WRONG
        lengths.append(await _length(easy, NOBODY))
    assert (lengths[3], lengths[4], lengths[19]) == (5, 6, 7)
    assert await _answer(captcha, storage, NOBODY, KNOWN_CODE) is Verdict.PASSED
    assert await _length(easy, Asker(reader=None, address="c" * 64)) == 5
    clock.advance(failures.WINDOW)
    assert await _length(easy, NOBODY) == 5


async def test_a_site_where_most_answers_fail(captcha: ImageCaptcha, storage: Storage, clock: FakeClock) -> None:
    """From thirty answers of which half are wrong, everybody's level is one higher, for ten minutes."""
    for number in range(pressure.LEAST):
        assert await _length(captcha, NOBODY) == 6
        asker = Asker(reader=None, address=f"{number:064}")
        await _answer(captcha, storage, asker, KNOWN_CODE if number % 2 else "HHHHHH")
    assert await _length(captcha, NOBODY) == 7
    clock.advance(pressure.WINDOW)
    assert await _length(captcha, NOBODY) == 6


async def test_failures_are_forgotten(captcha: ImageCaptcha, storage: Storage, clock: FakeClock) -> None:
    """An hour later the rows of who was wrong go with the next failure, of anybody."""
    await _answer(captcha, storage, READER)
    assert await storage.read(_count, failures_table.name) == 2
    clock.advance(failures.KEPT + timedelta(seconds=1))
    await _answer(captcha, storage, NOBODY)
    assert await storage.read(_count, failures_table.name) == 1


async def test_rows_are_bounded(storage: Storage, clock: FakeClock) -> None:
    """Beyond the bound the oldest challenges go, answered or not; the newest stay."""
    wanted = KnownChallenges(secrets=SECRETS, purpose="comment", page_id=PAGE)
    made = []
    for _ in range(12):
        made += await storage.write(issue_known, wanted)
        clock.advance(1)
    assert await storage.write(service.bound, 5) == 7
    left = await storage.read(_ids, None)
    assert left == set(made[-5:])
    assert await storage.write(service.bound, 5) == 0


def _ids(tx: Tx, _: None) -> set[UUID]:
    return set(tx.execute(select(challenges.c.id)).scalars())


async def test_one_swap_passes_where_columns_overlap(captcha: ImageCaptcha, storage: Storage, clock: FakeClock) -> None:
    """Two neighbours in the other order pass in that place alone; two swaps, or one elsewhere, do not."""
    verdicts = {}
    for text in (*(swapped(KNOWN_CODE, at) for at in range(5)), swapped(swapped(KNOWN_CODE, 1), 3)):
        command = seal(
            SECRETS,
            challenge_id=new_id(clock.now()),
            code=KNOWN_CODE,
            purpose="comment",
            page_id=PAGE,
            picture=Picture(png=b"png", overlaps=(1, 3)),
        )
        await storage.write(service.issue, command)
        clock.advance(service.LEAST_TIME)
        answer = Answer(challenge=str(command.id), text=text)
        verdicts[text] = await captcha.verify(answer, purpose="comment", page_id=PAGE, asker=NOBODY)
    passed, wrong = Verdict.PASSED, Verdict.WRONG
    assert list(verdicts.values()) == [wrong, passed, wrong, passed, wrong, wrong]


async def test_sooner_than_people_type(captcha: ImageCaptcha, storage: Storage, clock: FakeClock) -> None:
    """A right answer within two seconds of the picture is told apart; a wrong one is just wrong."""
    for text, seconds, verdict in (
        (KNOWN_CODE, 1.9, Verdict.HASTY),
        (KNOWN_CODE, 2, Verdict.PASSED),
        ("HHHHHH", 0, Verdict.WRONG),
    ):
        command = seal(
            SECRETS,
            challenge_id=new_id(clock.now()),
            code=KNOWN_CODE,
            purpose="comment",
            page_id=PAGE,
            picture=Picture(png=b"png", overlaps=()),
        )
        await storage.write(service.issue, command)
        clock.advance(seconds)
        answer = Answer(challenge=str(command.id), text=text)
        assert await captcha.verify(answer, purpose="comment", page_id=PAGE, asker=NOBODY) is verdict
