"""Captcha services of the siteverify shape: their script draws a widget, their server judges its token."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import anyio

from engagement_widgets.errors import SettingsError, Unavailable
from engagement_widgets.hooks import Answer, Ask, Asker, Challenge, Clock, Remote, Sources, Verdict
from engagement_widgets.integrations.services import REFUSALS, SERVICES, Service
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


class SiteVerify:
    """A `CaptchaProvider` that asks another service. Fails closed: without its clear yes nothing passes.

    The service's server learns the token and nothing of the reader from us; its script, in the reader's browser, sees
    what every script of another site sees. A token is good once: that is the service's duty, and it refuses the second.

    Args:
        service: `turnstile`, `hcaptcha`, `recaptcha` (v2) or `cap`.
        site_key: names the site to the service, public.
        secret: known to the service and to us.
        hostnames: the names the widget may have stood on, such as `news.example`. Cap tells none: left out there.
        verify_url: in place of the service's own; http is taken for loopback only. For Cap, which each site runs
            itself, `https://cap.news.example/<site key>/siteverify`.
        script_url: likewise; for Cap such as `https://cap.news.example/assets/widget.js`.
        clock: the time, for tests.

    Attributes:
        sources: what the widget needs of the Content-Security-Policy of a page that shows it.

    Raises:
        SettingsError: naming everything that cannot work.
    """

    def __init__(
        self,
        *,
        service: str,
        site_key: str,
        secret: str,
        hostnames: Sequence[str] = (),
        verify_url: str | None = None,
        script_url: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        found = SERVICES.get(service)
        if found is None:
            raise SettingsError([f"SiteVerify: service is one of {', '.join(SERVICES)}, not {service!r}"])
        script, verify = script_url or found.script or "", verify_url or found.verify or ""
        problems = [
            *_empty(site_key=site_key, secret=secret),
            *_bad_urls(verify_url=verify, script_url=script),
            *_bad_hostnames(found, hostnames),
        ]
        # What the widget asks and what we ask is then one server, with one key.
        if found.verify is None and not verify.endswith(f"/{site_key}/siteverify"):
            problems.append("SiteVerify: verify_url ends in /<site key>/siteverify")
        if problems:
            raise SettingsError(problems)
        self.answer_field = found.answer_field
        self.sources: Sources = found.sources_from(script=_origin(script), verify=_origin(verify))
        self._service, self._script, self._verify_url = found, script, verify
        self._site_key, self._secret = site_key, secret
        self._hostnames = frozenset(hostnames)
        self._clock = clock or SystemClock()

    async def issue(self, ask: Ask, /) -> Challenge:
        """A widget for this purpose; nothing is kept."""
        now, service = self._clock.now(), self._service
        own = self._verify_url.removesuffix("siteverify") if service.verify is None else self._site_key
        options = {service.key: own, **service.words.get(ask.locale, {})}
        if service.language:
            options[service.language] = ask.locale
        if service.has_action:
            options["action"] = ask.purpose
        remote = Remote(service=service.name, script=self._script_for(ask.locale), api=service.api, options=options)
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
            return _refusal(said)
        if self._service.has_hostname and said.get("hostname") not in self._hostnames:
            return Verdict.WRONG
        return Verdict.PASSED if not self._service.has_action or said.get("action") == purpose else Verdict.WRONG

    def _script_for(self, locale: str) -> str:
        query = self._service.query.format(locale=locale)
        return f"{self._script}{'&' if '?' in self._script else '?'}{query}" if query else self._script

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
                    async for part in response.aiter_bytes():
                        body += part
                        if len(body) > MOST_BYTES:
                            raise Unavailable("captcha_unavailable")
            said = json.loads(body)
        except (httpx.HTTPError, TimeoutError, ValueError, RecursionError):
            raise Unavailable("captcha_unavailable") from None
        status = response.status_code
        if not isinstance(said, dict) or status not in self._service.statuses:
            raise Unavailable("captcha_unavailable")
        if status != httpx.codes.OK and said.get("success") is not False:
            raise Unavailable("captcha_unavailable")
        return said


def _refusal(said: dict[str, Any]) -> Verdict:
    """What a no means: the token's fault, or nobody's answer.

    Raises:
        Unavailable: `captcha_unavailable`.
    """
    codes = said.get("error-codes", said.get("error", []))
    reasons = codes if isinstance(codes, list) else [codes]
    verdicts = {REFUSALS.get(reason) if isinstance(reason, str) else None for reason in reasons}
    if None in verdicts:
        raise Unavailable("captcha_unavailable")
    return Verdict.EXPIRED if Verdict.EXPIRED in verdicts else Verdict.WRONG


def _empty(**texts: str) -> list[str]:
    return [f"SiteVerify: {name} is empty" for name, text in texts.items() if not text]


def _bad_urls(**urls: str) -> list[str]:
    return [f"SiteVerify: {name} needs https" for name, url in urls.items() if not _is_safe(url)]


def _bad_hostnames(service: Service, hostnames: Sequence[str]) -> list[str]:
    if not service.has_hostname:
        return [f"SiteVerify: {service.name} names no host, so hostnames can ask for none"] if hostnames else []
    is_wrong = isinstance(hostnames, str) or not hostnames or not all(hostnames)
    return ["SiteVerify: hostnames is empty"] if is_wrong else []


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
