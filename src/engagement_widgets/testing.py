"""What a host needs to test its own use of the widgets: fakes with the same shape as the real parts."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import anyio
from sqlalchemy import update

from engagement_widgets.captcha.picture import draw
from engagement_widgets.captcha.provider import record, seal
from engagement_widgets.captcha.service import LEAST_TIME, issue
from engagement_widgets.captcha.speech import VOICES, load_voices, speak
from engagement_widgets.captcha.tables import challenges
from engagement_widgets.hooks import Answer, Ask, Asker, Challenge, Opinion, Suspect, Verdict
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.storage.units import Tx

KNOWN_CODE: Final = "HM3X29"
"""The right answer to every challenge of `issue_known`."""

KNOWN_DIGITS: Final = "481507"
"""The other right answer to those that speak."""


class FakeClock:
    """A clock that stands still until it is told to move.

    Args:
        start: the first moment it shows; aware.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock shows aware moments")
        self._now = start

    def now(self) -> datetime:
        """Return the moment it was last moved to."""
        return self._now

    def advance(self, by: timedelta | float) -> datetime:
        """Move on by a timedelta or by seconds, and return the new moment."""
        self._now += by if isinstance(by, timedelta) else timedelta(seconds=by)
        return self._now


class PassingCaptcha:
    """A `CaptchaProvider` that takes every answer, for the tests of a host on one machine.

    It judges nothing for a sender, a server or a name beyond this machine, nor behind a proxy: `MountError`.
    """

    answer_field = "code"
    loopback_only = True

    async def issue(self, ask: Ask, /) -> Challenge:
        """A challenge without a picture."""
        del ask
        return Challenge(id=uuid4(), expires_at=datetime.now(UTC) + timedelta(minutes=10))

    async def verify(self, answer: Answer, *, purpose: str, page_id: UUID, asker: Asker) -> Verdict:
        """Right, whatever it is."""
        del answer, purpose, page_id, asker
        return Verdict.PASSED


class FakeChecker:
    """A `SpamChecker` that says what it is told to, and remembers what it was asked.

    Args:
        opinion: what it answers; an exception is raised instead.
        seconds: what it takes.
        name: what the desk calls it.

    Attributes:
        asked: every comment it was shown.
    """

    def __init__(self, opinion: Opinion | Exception, *, seconds: float = 0, name: str = "Fake") -> None:
        self.opinion = opinion
        self.seconds = seconds
        self.name = name
        self.asked: list[Suspect] = []

    async def __call__(self, suspect: Suspect, /) -> Opinion:
        """The opinion, after its time."""
        self.asked.append(suspect)
        await anyio.sleep(self.seconds)
        if isinstance(self.opinion, Exception):
            raise self.opinion
        return self.opinion


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownChallenges:
    """So many challenges with the answer `KNOWN_CODE`, for one purpose and page.

    Attributes:
        secrets: `Secrets(settings.secret_keys)` of the instance that will judge the answers.
        purpose: what they are spent on, such as `comment`.
        page_id: the page they are spent on, from `pages.reference.page_id(site, key)`.
        count: how many.
        spoken: with a recording of `KNOWN_DIGITS` beside the picture.
        work_bits: of a proof of work beside it.
    """

    secrets: Secrets
    purpose: str
    page_id: UUID
    count: int = 1
    spoken: bool = False
    work_bits: int = 0


def issue_known(tx: Tx, command: KnownChallenges) -> list[UUID]:
    """Issue challenges whose answer the test knows, as a unit: `storage.write_sync(issue_known, …)` gives the ids.

    They are spent, bound and expire like every other; only the code is no secret. They share one picture, and are as
    old as a code is that people have typed.
    """
    picture = draw(KNOWN_CODE)
    wav = speak(KNOWN_DIGITS, load_voices(VOICES)["vi"]) if command.spoken else None
    commands = [
        seal(
            command.secrets,
            challenge_id=tx.new_id(),
            code=KNOWN_CODE,
            purpose=command.purpose,
            page_id=command.page_id,
            picture=picture,
        )
        for _ in range(command.count)
    ]
    if wav is not None:
        commands = [
            replace(one, recording=record(command.secrets, one.id, KNOWN_DIGITS, wav, address="test"))
            for one in commands
        ]
    ids = [issue(tx, replace(one, work_bits=command.work_bits)).id for one in commands]
    tx.execute(update(challenges).where(challenges.c.id.in_(ids)).values(issued_at=tx.now - LEAST_TIME))
    return ids
