"""The captcha of pictures, recordings and the browser's work, as the library's own `CaptchaProvider`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol
from uuid import UUID

import anyio
import anyio.to_thread

from engagement_widgets.captcha import service, work
from engagement_widgets.captcha.ahead import Ahead, draw_new
from engagement_widgets.captcha.codes import fold, swapped
from engagement_widgets.captcha.failures import steps
from engagement_widgets.captcha.levels import STYLES, raised
from engagement_widgets.captcha.picture import Picture
from engagement_widgets.captcha.pressure import Pressure
from engagement_widgets.captcha.recordings import Recording
from engagement_widgets.captcha.speech import Voice, fold_digits, new_digits, speak
from engagement_widgets.errors import TooMany
from engagement_widgets.hooks import Answer, Ask, Asker, Challenge, Clock, Verdict
from engagement_widgets.kernel.ids import new_id
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.settings import CaptchaLevel
from engagement_widgets.storage.units import Storage

EVEN_TIME = 0.004
"""Seconds that a verdict takes at least: judging needs 0.5 to 0.7 ms, and a wrong answer writes a row more."""

_HASH = "captcha"
_TOLD_EVERY = 16  # wrong answers: asking about all of the site's at each would cost more than judging it


class Brake(Protocol):
    """What knows of waves on the site."""

    async def steps(self, page_id: UUID, /) -> int:
        """By how many levels a page's pictures are harder now."""

    async def failed(self) -> None:
        """Some answers were wrong."""


class ImageCaptcha:
    """A few symbols in a picture; one guess a picture; bound to a purpose and a page; ten minutes to answer.

    Drawing and hashing happen outside the database's transactions, drawing in a worker thread or ahead.

    Args:
        storage: where challenges wait.
        secrets: seal the answers.
        clock: tells the time.
        level: how hard pictures are for a client without wrong answers, on a site where most answers are right.
        fonts: directory of the site's own faces, which `faces.load_faces` took.
        voices: who speaks in which language, from `speech.load_voices`; none where nothing is spoken.
        is_bound: a challenge can be answered only by the client that asked for it.
        work_bits: of the proof of work where nothing raises it; 0 asks none.
        has_picture: a picture is asked for beside the work; without it nothing is spoken either.

    Attributes:
        brake: makes pictures harder while a wave lasts, and is told of wrong answers; None where there is none.
    """

    answer_field = "code"

    def __init__(
        self,
        *,
        storage: Storage,
        secrets: Secrets,
        clock: Clock,
        level: CaptchaLevel = CaptchaLevel.NORMAL,
        fonts: Path | None = None,
        voices: Mapping[str, Voice] | None = None,
        is_bound: bool = False,
        work_bits: int = 0,
        has_picture: bool = True,
    ) -> None:
        self._storage = storage
        self._secrets = secrets
        self._clock = clock
        self._level = level
        self._voices = voices or {}
        self._is_bound = is_bound
        self._work_bits = work_bits
        self._has_picture = has_picture
        self.brake: Brake | None = None
        self._pressure = Pressure()
        self._draw = partial(draw_new, fonts=fonts)
        self._ahead = Ahead(self._draw)

    async def issue(self, ask: Ask, /) -> Challenge:
        """Make and keep a new challenge, as hard as this client and the site's failures ask for."""
        higher = await self._storage.read(steps, ask.asker) + self._pressure.steps(self._clock.now())
        if self.brake is not None:
            higher += await self.brake.steps(ask.page_id)
        bits = work.raised(self._work_bits, higher)
        if not self._has_picture:
            return await self._storage.write(service.issue, self._bare(ask, bits))
        level = raised(self._level, higher)
        drawn = self._ahead.take(level)
        if drawn is None:
            drawn = await anyio.to_thread.run_sync(self._draw, level)
        challenge_id = new_id(self._clock.now())
        command = seal(
            self._secrets,
            challenge_id=challenge_id,
            code=drawn.code,
            purpose=ask.purpose,
            page_id=ask.page_id,
            picture=drawn.picture,
            replaces=_parse(ask.replaces),
            bound_to=self._bound_to(ask),
        )
        command = replace(command, work_bits=bits)
        voice = self._voices.get(ask.locale)
        if ask.spoken and voice is not None:
            digits = new_digits(STYLES[level].length)
            wav = await anyio.to_thread.run_sync(speak, digits, voice, level)
            said = record(self._secrets, challenge_id, digits, wav, address=ask.asker.address)
            command = replace(command, recording=said)
        return replace(await self._storage.write(service.issue, command), can_speak=voice is not None)

    def _bare(self, ask: Ask, bits: int) -> service.Issue:
        """A challenge of work alone."""
        return service.Issue(
            id=new_id(self._clock.now()),
            purpose=ask.purpose,
            page_id=ask.page_id,
            length=0,
            answer_hashes="",
            picture=None,
            replaces=_parse(ask.replaces),
            bound_to=self._bound_to(ask),
            work_bits=bits,
        )

    def _bound_to(self, ask: Ask) -> str | None:
        return (ask.asker.reader or ask.asker.address) if self._is_bound else None

    async def verify(self, answer: Answer, *, purpose: str, page_id: UUID, asker: Asker) -> Verdict:
        """Spend the challenge and judge the answer. An id that is none of ours is a wrong answer.

        Raises:
            TooMany: `too_many_wrong_codes`; the challenge is not spent.
        """
        challenge_id = _parse(answer.challenge)
        if challenge_id is None:
            return Verdict.WRONG
        attempt = service.Attempt(
            id=challenge_id,
            purpose=purpose,
            page_id=page_id,
            asker=asker,
            digests=digests(self._secrets, challenge_id, fold(answer.text)),
            spoken=digests(self._secrets, challenge_id, _spoken(fold_digits(answer.text))),
            zero_bits=work.zero_bits(challenge_id, answer.nonce),
        )
        told_at = anyio.current_time() + EVEN_TIME
        judged = await self._storage.write(service.attempt, attempt)
        await anyio.sleep_until(told_at)
        now = self._clock.now()
        if judged.wait:
            raise TooMany("too_many_wrong_codes", retry_after=judged.wait)
        if judged.verdict is None:
            return _verdict_without_row(challenge_id, now)
        if judged.verdict is not Verdict.EXPIRED:
            self._pressure.note(now, failed=judged.verdict is Verdict.WRONG)
            if self.brake is not None and judged.verdict is Verdict.WRONG and challenge_id.int % _TOLD_EVERY == 0:
                await self.brake.failed()
        return judged.verdict


def seal(
    secrets: Secrets,
    *,
    challenge_id: UUID,
    code: str,
    purpose: str,
    page_id: UUID,
    picture: Picture,
    replaces: UUID | None = None,
    bound_to: str | None = None,
) -> service.Issue:
    """Replace the code by its keyed hash, bound to the id so that equal codes do not look alike in a dump.

    Beside it go the hashes of the code with one pair of neighbours swapped, for those pairs alone whose columns
    overlap in this picture: people go by height there, programs by column, and both may be right.
    """
    accepted = [code, *(swapped(code, at) for at in picture.overlaps)]
    return service.Issue(
        id=challenge_id,
        purpose=purpose,
        page_id=page_id,
        length=len(code),
        answer_hashes="".join(digests(secrets, challenge_id, one)[0] for one in accepted),
        picture=picture.png,
        replaces=replaces,
        bound_to=bound_to,
    )


def record(secrets: Secrets, challenge_id: UUID, digits: str, wav: bytes, *, address: str) -> Recording:
    """Replace spoken digits by their keyed hash, as `seal` does for a code."""
    answer_hash = digests(secrets, challenge_id, _spoken(digits))[0]
    return Recording(digits=len(digits), answer_hash=answer_hash, wav=wav, address=address)


def _spoken(digits: str) -> str:
    """What is hashed of spoken digits: never the same text as a picture's code."""
    return f"spoken:{digits}"


def digests(secrets: Secrets, challenge_id: UUID, code: str) -> tuple[str, ...]:
    """The hashes of a code for this challenge, under every key, newest first."""
    sealed = f"{challenge_id.hex}:{code}"
    return tuple(digest[: service.DIGITS] for digest in secrets.keyed_hashes(_HASH, sealed))


def _parse(raw: str | None) -> UUID | None:
    """An id in the one form that we give out; `UUID` alone would take braces and other spellings."""
    try:
        found = UUID(raw or "")
    except ValueError:
        return None
    return found if str(found) == raw else None


def _verdict_without_row(challenge_id: UUID, now: datetime) -> Verdict:
    """Spent a moment ago, or swept long after: the id's own time (RFC 9562, 48 bits of milliseconds) tells which."""
    issued_ms = challenge_id.int >> 80
    lifetime_ms = service.LIFETIME.total_seconds() * 1000
    return Verdict.EXPIRED if issued_ms + lifetime_ms < now.astimezone(UTC).timestamp() * 1000 else Verdict.WRONG
