"""What may stand behind a link: an absolute http(s) address, in ASCII, as a browser would send it."""

import re
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import TextError, canonical

MAX_BYTES: Final = 2048
_HOST: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]")
_PATH_SAFE: Final = "/%:@!$&'()*+,;=~-._"
_QUERY_SAFE: Final = _PATH_SAFE + "?[]|"


def parse_url(raw: object) -> str:
    """The address as it is stored: lower-case scheme and host, IDNA host, per-cent encoded path.

    Raises:
        Invalid: on `url`, with `required`, `wrong_type`, `too_long`, `url_not_http`, `url_credentials` or
            `url_invalid`.
    """
    if not isinstance(raw, str):
        raise _wrong("required" if raw is None else "wrong_type")
    text = _clean(raw)
    if not text:
        raise _wrong("required")
    parts = _split(text)
    if parts.scheme not in {"http", "https"}:
        raise _wrong("url_not_http")
    if "@" in parts.netloc:
        raise _wrong("url_credentials")
    url = urlunsplit(
        (
            parts.scheme,
            _authority(parts),
            quote(parts.path or "/", safe=_PATH_SAFE),
            quote(parts.query, safe=_QUERY_SAFE),
            quote(parts.fragment, safe=_QUERY_SAFE),
        )
    )
    _limit(url)
    return url


def display_host(url: str) -> str:
    """The host of a stored address as people read it (`báo.example`, not `xn--…`)."""
    host = urlsplit(url).hostname or ""
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _clean(raw: str) -> str:
    try:
        text = canonical(raw, multiline=False)
    except TextError:
        raise _wrong("url_invalid") from None
    _limit(text)
    # Browsers read a backslash as a slash and drop blanks, so what is shown would not be where it leads.
    if "\\" in text or any(mark.isspace() for mark in text):
        raise _wrong("url_invalid")
    return text


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise _wrong("url_invalid") from None


def _authority(parts: SplitResult) -> str:
    try:
        host, port = parts.hostname, parts.port
        name = f"[{host}]" if host and ":" in host else (host or "").encode("idna").decode("ascii")
    except ValueError:
        raise _wrong("url_invalid") from None
    if not _HOST.fullmatch(name):
        raise _wrong("url_invalid")
    return name if port is None else f"{name}:{port}"


def _limit(text: str) -> None:
    if len(text.encode()) > MAX_BYTES:
        raise Invalid([FieldError("url", "too_long", {"maximum": MAX_BYTES})])


def _wrong(code: str) -> Invalid:
    return Invalid([FieldError("url", code)])
