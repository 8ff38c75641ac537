"""Captcha providers that a host may bring: one whose widget another service draws, and one that cannot issue."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from engagement_widgets.errors import Unavailable
from engagement_widgets.hooks import Answer, Ask, Asker, Challenge, Remote, Sources, Verdict
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.kernel.ids import new_id

SERVICE: Final = "https://kiem-tra.example"


class RemoteCaptcha:
    """Another service's widget; the token `good` passes for the purpose it names."""

    answer_field = "kiem-tra-response"
    sources: Sources = {"script-src": (SERVICE,), "frame-src": (SERVICE,)}  # noqa: RUF012  (nobody writes to it)

    async def issue(self, ask: Ask, /) -> Challenge:
        """The widget for this purpose."""
        now = SystemClock().now()
        remote = Remote(
            service="Kiểm Tra",
            script=f"{SERVICE}/api.js",
            api="kiemtra",
            options={"sitekey": 'k"ey', "action": ask.purpose, "language": ask.locale},
        )
        return Challenge(id=new_id(now), expires_at=now + timedelta(minutes=10), remote=remote)

    async def verify(self, answer: Answer, *, purpose: str, page_id: UUID, asker: Asker) -> Verdict:
        """By the token's name."""
        del page_id, asker
        return Verdict.PASSED if answer.text == f"good:{purpose}" else Verdict.WRONG


class AwayCaptcha:
    """A `CaptchaProvider` that has no challenges."""

    answer_field = "code"

    async def issue(self, ask: Ask, /) -> Challenge:
        """There is none."""
        del ask
        raise Unavailable("captcha_unavailable")

    async def verify(self, answer: Answer, *, purpose: str, page_id: UUID, asker: Asker) -> Verdict:
        """There is nothing to judge."""
        del answer, purpose, page_id, asker
        raise Unavailable("captcha_unavailable")
