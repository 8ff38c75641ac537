"""The Content-Security-Policies of our own pages."""

from typing import Final

from engagement_widgets.hooks import CaptchaProvider, Sources

_TRUSTED_TYPES: Final = ("require-trusted-types-for", "trusted-types")

STRICT_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Everything from our own origin, nothing inline, nothing framed, no string may become script."""


def form_csp(captcha: CaptchaProvider) -> str:
    """The policy of a page with a form: the strict one, but for what a service's widget needs.

    Where there is such a widget, Trusted Types are not required: the script is loaded by ours, which takes an address
    as text, and the services' scripts write markup as text. What may run stays bounded by `script-src`.
    """
    sources: Sources | None = getattr(captcha, "sources", None)
    if not sources:
        return STRICT_CSP
    directives = dict(part.split(" ", 1) for part in STRICT_CSP.split("; "))
    for name in _TRUSTED_TYPES:
        del directives[name]
    for name, more in sources.items():
        directives[name] = " ".join([*directives.get(name, "").split(), *more])
    return "; ".join(f"{name} {value}" for name, value in directives.items())
