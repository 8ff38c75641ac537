"""Captcha services of the siteverify shape: their script draws a widget, their server judges its token."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import anyio

from engagement_widgets.errors import SettingsError, Unavailable
from engagement_widgets.hooks import Answer, Ask, Asker, Challenge, Clock, Remote, Verdict
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.kernel.ids import new_id

if TYPE_CHECKING:
    from uuid import UUID

SECONDS: Final = 2.0
"""How long the service has for the whole of its answer."""

MOST_BYTES: Final = 16 * 1024
"""Of an answer; theirs are a few hundred."""

LONGEST_TOKEN: Final = 8192
"""Characters of a token; the longest in use are about 4,000."""

LIFETIME: Final = timedelta(minutes=10)
"""How long the form waits; how long a token holds is the service's rule (2–5 minutes, renewed by its script)."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
# The service cannot judge by these: our mistake or theirs, not the reader's.
_NOT_THE_READER: Final = frozenset({"missing-input-secret", "invalid-input-secret", "internal-error", "bad-request"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a service calls its parts.

    Attributes:
        script: URL of its script.
        api: the script's global.
        verify: URL its server judges at.
        field: the form's field that brings the token.
        has_action: its answers name the action.
    """

    script: str
    api: str
    verify: str
    field: str
    has_action: bool = False


# After developers.cloudflare.com/turnstile, docs.hcaptcha.com and developers.google.com/recaptcha (v2).
SERVICES: Final[Mapping[str, Service]] = MappingProxyType(
    {
        "turnstile": Service(
            script="https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit",
            api="turnstile",
            verify="https://challenges.cloudflare.com/turnstile/v0/siteverify",
            field="cf-turnstile-response",
            has_action=True,
        ),
        "hcaptcha": Service(
            script="https://js.hcaptcha.com/1/api.js?render=explicit",
            api="hcaptcha",
            verify="https://api.hcaptcha.com/siteverify",
            field="h-captcha-response",
        ),
        "recaptcha": Service(
            script="https://www.google.com/recaptcha/api.js?render=explicit",
            api="grecaptcha",
            verify="https://www.google.com/recaptcha/api/siteverify",
            field="g-recaptcha-response",
        ),
    }
)


class SiteVerify:
    """A `CaptchaProvider` that asks another service. Fails closed: without its clear yes nothing passes.

    The service's server learns the token and nothing of the reader from us; its script, in the reader's browser, sees
    what every script of another site sees. A token is good once: that is the service's duty, and it refuses the second.

    Args:
        service: `turnstile`, `hcaptcha` or `recaptcha`.
        site_key: names the site to the service, public.
        secret: known to the service and to us.
        hostnames: the names the widget may have stood on, such as `news.example`.
        verify_url: in place of the service's own; http is taken for loopback only.
        script_url: likewise.
        clock: the time, for tests.

    Raises:
        SettingsError: naming everything that cannot work.
    """

    def __init__(
        self,
        *,
        service: str,
        site_key: str,
        secret: str,
        hostnames: Sequence[str],
        verify_url: str | None = None,
        script_url: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        found = SERVICES.get(service)
        if found is None:
            raise SettingsError([f"SiteVerify: service is one of {', '.join(SERVICES)}, not {service!r}"])
        self._service = found
        self._verify_url, self._script = verify_url or found.verify, script_url or found.script
        urls = (("verify_url", self._verify_url), ("script_url", self._script))
        problems = [f"SiteVerify: {name} needs https" for name, url in urls if not _is_safe(url)]
        problems += [
            f"SiteVerify: {name} is empty"
            for name, value in (("site_key", site_key), ("secret", secret), ("hostnames", hostnames))
            if isinstance(hostnames, str) or not value or not all(value)
        ]
        if problems:
            raise SettingsError(problems)
        self.answer_field = found.field
        self._site_key, self._secret = site_key, secret
        self._hostnames = frozenset(hostnames)
        self._clock = clock or SystemClock()

    async def issue(self, ask: Ask, /) -> Challenge:
        """A widget for this purpose; nothing is kept."""
        now = self._clock.now()
        remote = Remote(script=self._script, api=self._service.api, site_key=self._site_key, action=ask.purpose)
        return Challenge(id=new_id(now), expires_at=now + LIFETIME, remote=remote)

    async def verify(self, answer: Answer, *, purpose: str, page_id: "UUID", asker: Asker) -> Verdict:
        """Ask the service about the token.

        Raises:
            Unavailable: `captcha_unavailable`: no answer that makes sense, or none in time.
        """
        del page_id, asker
        if not answer.text or len(answer.text) > LONGEST_TOKEN:
            return Verdict.WRONG
        said = await self._ask(answer.text)
        if said.get("success") is not True:
            codes = said.get("error-codes")
            if isinstance(codes, list) and _NOT_THE_READER & {code for code in codes if isinstance(code, str)}:
                raise Unavailable("captcha_unavailable")
            return Verdict.EXPIRED if codes == ["timeout-or-duplicate"] else Verdict.WRONG
        if said.get("hostname") not in self._hostnames:
            return Verdict.WRONG
        return Verdict.PASSED if not self._service.has_action or said.get("action") == purpose else Verdict.WRONG

    async def _ask(self, token: str) -> dict[str, Any]:
        import httpx

        data = {"secret": self._secret, "response": token, "sitekey": self._site_key}
        body = bytearray()
        try:
            with anyio.fail_after(SECONDS):
                async with (
                    httpx.AsyncClient(trust_env=False, follow_redirects=False) as client,
                    client.stream("POST", self._verify_url, data=data) as response,
                ):
                    if response.status_code != httpx.codes.OK:
                        raise Unavailable("captcha_unavailable")
                    async for part in response.aiter_bytes():
                        body += part
                        if len(body) > MOST_BYTES:
                            raise Unavailable("captcha_unavailable")
            said = json.loads(body)
        except (httpx.HTTPError, TimeoutError, ValueError, RecursionError):
            raise Unavailable("captcha_unavailable") from None
        if not isinstance(said, dict):
            raise Unavailable("captcha_unavailable")
        return said


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )
