"""The image captcha as the library's own `CaptchaProvider`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import anyio.to_thread

from engagement_widgets.captcha import service
from engagement_widgets.captcha.codes import fold, new_code
from engagement_widgets.captcha.picture import draw
from engagement_widgets.hooks import Answer, Asker, Challenge, Clock, Verdict
from engagement_widgets.kernel.ids import new_id
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.storage.units import Storage

CLOCK_SKEW = timedelta(minutes=1)
"""How far two machines' clocks may be apart. A challenge from further ahead was issued before a clock went back."""

_HASH = "captcha"


class ImageCaptcha:
    """Six symbols in a picture; one guess a picture; bound to a purpose and a page; ten minutes to answer.

    Drawing and hashing happen outside the database's transactions, drawing in a worker thread.
    """

    def __init__(self, *, storage: Storage, secrets: Secrets, clock: Clock) -> None:
        self._storage = storage
        self._secrets = secrets
        self._clock = clock

    async def issue(self, *, purpose: str, page_id: UUID, asker: Asker, replaces: str | None = None) -> Challenge:
        """Draw and keep a new challenge."""
        del asker
        code = new_code()
        picture = await anyio.to_thread.run_sync(draw, code)
        command = seal(
            self._secrets,
            challenge_id=new_id(self._clock.now()),
            code=code,
            purpose=purpose,
            page_id=page_id,
            picture=picture,
        )
        return await self._storage.write(service.issue, replace(command, replaces=_parse(replaces)))

    async def verify(self, answer: Answer, *, purpose: str, page_id: UUID, asker: Asker) -> Verdict:
        """Spend the challenge and judge the answer. An id that is none of ours is a wrong answer."""
        del asker
        challenge_id = _parse(answer.challenge)
        if challenge_id is None:
            return Verdict.WRONG
        spent = await self._storage.write(service.spend, challenge_id)
        if spent is None:
            return _verdict_without_row(challenge_id, self._clock.now())
        if not spent.issued_at - CLOCK_SKEW <= spent.spent_at < spent.expires_at:
            return Verdict.EXPIRED
        # Compared in any case, so that a spliced page answers no sooner than a wrong code.
        right = self._secrets.matches(_HASH, _sealed(challenge_id, fold(answer.text)), spent.answer_hash)
        bound = spent.purpose == purpose and spent.page_id == page_id
        return Verdict.PASSED if right and bound else Verdict.WRONG


def seal(
    secrets: Secrets, *, challenge_id: UUID, code: str, purpose: str, page_id: UUID, picture: bytes
) -> service.Issue:
    """Replace the code by its keyed hash, bound to the id so that equal codes do not look alike in a dump."""
    return service.Issue(
        id=challenge_id,
        purpose=purpose,
        page_id=page_id,
        length=len(code),
        answer_hash=secrets.keyed_hash(_HASH, _sealed(challenge_id, code)),
        picture=picture,
    )


def _parse(raw: str | None) -> UUID | None:
    """An id in the one form that we give out; `UUID` alone would take braces and other spellings."""
    try:
        found = UUID(raw or "")
    except ValueError:
        return None
    return found if str(found) == raw else None


def _sealed(challenge_id: UUID, code: str) -> str:
    return f"{challenge_id.hex}:{code}"


def _verdict_without_row(challenge_id: UUID, now: datetime) -> Verdict:
    """Spent a moment ago, or swept long after: the id's own time (RFC 9562, 48 bits of milliseconds) tells which."""
    issued_ms = challenge_id.int >> 80
    lifetime_ms = service.LIFETIME.total_seconds() * 1000
    return Verdict.EXPIRED if issued_ms + lifetime_ms < now.astimezone(UTC).timestamp() * 1000 else Verdict.WRONG
