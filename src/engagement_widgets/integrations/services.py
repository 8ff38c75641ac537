"""Captcha services of the siteverify shape: what each calls its parts, and what its widget needs of a page.

Looked up in November 2026: developers.cloudflare.com/turnstile (embedding, validation, Content-Security-Policy),
docs.hcaptcha.com (guide, configuration), developers.google.com/recaptcha (v2, its verification and FAQ), and
capjs.js.org with the source of its standalone server (August 2026) and of its widget 0.1.57.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from engagement_widgets.hooks import Sources, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a service calls its parts.

    Attributes:
        name: what people know it by.
        api: the script's global, or the name of its custom element.
        answer_field: the form's field that brings the token.
        key: the widget's option that names the site.
        script: URL of its script, None where each site has its own.
        query: of that URL; `{locale}` becomes the page's language.
        verify: URL its server judges at, None where each site has its own.
        language: the widget's option for the language, "" for none.
        words: options by language, where the widget does not speak it.
        has_action: the widget takes a purpose and the answer names it.
        has_hostname: the answer names the host that the widget stood on.
        statuses: of answers that are to be read.
        sources: what the widget needs of a page's policy; `{script}` becomes the script's origin, `{verify}` that of
            the verifying URL.
    """

    name: str
    api: str
    answer_field: str
    sources: Sources
    key: str = "sitekey"
    script: str | None = None
    query: str = ""
    verify: str | None = None
    language: str = ""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    has_action: bool = False
    has_hostname: bool = True
    statuses: frozenset[int] = frozenset({200})

    def sources_from(self, *, script: str, verify: str) -> dict[str, Sequence[str]]:
        """What the widget needs of a page's policy, with these origins."""
        return {
            directive: tuple(source.format(script=script, verify=verify) for source in sources)
            for directive, sources in self.sources.items()
        }


# Of the widget's languages its script brings nine along, and not this one.
_CAP_WORDS: Final = MappingProxyType(
    {
        "vi": {
            "data-cap-i18n-initial-state": "Xác nhận là người",
            "data-cap-i18n-verifying-label": "Đang kiểm tra…",
            "data-cap-i18n-solved-label": "Đã xác nhận",
            "data-cap-i18n-error-label": "Có lỗi. Vui lòng thử lại.",
            "data-cap-i18n-required-label": "Vui lòng xác nhận là người",
            "data-cap-i18n-troubleshooting-label": "Cách khắc phục",
            "data-cap-i18n-verify-aria-label": "Bấm để xác nhận là người",
            "data-cap-i18n-verifying-aria-label": "Đang kiểm tra, vui lòng chờ",
            "data-cap-i18n-verified-aria-label": "Đã xác nhận là người, có thể tiếp tục",
            "data-cap-i18n-error-aria-label": "Có lỗi, vui lòng thử lại",
        }
    }
)
_HCAPTCHA: Final = ("{script}", "https://hcaptcha.com", "https://*.hcaptcha.com")

SERVICES: Final[Mapping[str, Service]] = MappingProxyType(
    {
        "turnstile": Service(
            name="Cloudflare Turnstile",
            api="turnstile",
            answer_field="cf-turnstile-response",
            script="https://challenges.cloudflare.com/turnstile/v0/api.js",
            query="render=explicit",
            verify="https://challenges.cloudflare.com/turnstile/v0/siteverify",
            language="language",
            has_action=True,
            sources={"script-src": ("{script}",), "frame-src": ("{script}",)},
        ),
        "hcaptcha": Service(
            name="hCaptcha",
            api="hcaptcha",
            answer_field="h-captcha-response",
            script="https://js.hcaptcha.com/1/api.js",
            query="render=explicit&recaptchacompat=off",
            verify="https://api.hcaptcha.com/siteverify",
            language="hl",
            sources=dict.fromkeys(("script-src", "style-src", "frame-src", "connect-src"), _HCAPTCHA),
        ),
        "recaptcha": Service(
            name="Google reCAPTCHA",
            api="grecaptcha",
            answer_field="g-recaptcha-response",
            script="https://www.google.com/recaptcha/api.js",
            query="render=explicit&hl={locale}",
            verify="https://www.google.com/recaptcha/api/siteverify",
            # With their paths: at these hosts stand scripts of others, too.
            sources={
                "script-src": ("{script}/recaptcha/", "https://www.gstatic.com/recaptcha/"),
                "frame-src": ("{script}/recaptcha/", "https://recaptcha.google.com/recaptcha/"),
            },
        ),
        # A custom element with its style, its icons and its worker inside; without WebAssembly it is slower.
        "cap": Service(
            name="Cap",
            api="cap-widget",
            answer_field="cap-token",
            key="data-cap-api-endpoint",
            language="data-cap-lang",
            words=_CAP_WORDS,
            has_hostname=False,
            statuses=frozenset({200, 400, 403, 404}),
            sources={
                "script-src": ("{script}", "'wasm-unsafe-eval'"),
                "style-src": ("'unsafe-inline'",),
                "img-src": ("data:",),
                "connect-src": ("{script}", "{verify}"),
                "worker-src": ("blob:",),
            },
        ),
    }
)

REFUSALS: Final[Mapping[str, Verdict]] = MappingProxyType(
    {
        "missing-input-response": Verdict.WRONG,
        "invalid-input-response": Verdict.WRONG,
        "timeout-or-duplicate": Verdict.EXPIRED,
        "expired-input-response": Verdict.EXPIRED,
        "already-seen-response": Verdict.EXPIRED,
        "invalid-or-already-seen-response": Verdict.EXPIRED,
        # of Cap, which answers so with a status of 4xx; it takes a token without its key for a missing one
        "Missing required parameters": Verdict.WRONG,
        "Token not found": Verdict.WRONG,
        "Token expired": Verdict.EXPIRED,
    }
)
"""Reasons that lie with the token. Every other is the site's mistake or the service's trouble, and nobody's answer."""
