"""Page references: signed proof that the host knows a page.

A reference is deterministic and never expires, so an article saved for years still rates and comments; every key
still in the list verifies it. It proves what the host said when the article was rendered and changes nothing: a
page's address or title is changed by the host alone, never by an older reference.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from engagement_widgets.errors import FieldError, Invalid, NotFound, Refused
from engagement_widgets.hooks import Page
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.kernel.text import Fields, TextField

PURPOSE = "page-reference"
MAX_KEY_BYTES = 255
MAX_URL_BYTES = 2048
MAX_TITLE_GRAPHEMES = 300
MAX_TITLE_BYTES = 4096
MAX_SECTION_BYTES = 255
MAX_LOCALE_BYTES = 35  # RFC 5646: enough for every language tag in use


def page_id(site: str, key: str) -> UUID:
    """The id of a page, derived from site and key (UUID version 8 over SHA-256).

    Derived rather than drawn, so that an article nobody has rated yet has its id, and with it the addresses of
    its fragments, without a look-up.
    """
    return derived_id(f"{site}\0{key}")


def derived_id(name: str) -> UUID:
    """The UUID of version 8 that a name always gives, so that no row need keep it."""
    digest = bytearray(hashlib.sha256(name.encode()).digest()[:16])
    digest[6] = 0x80 | (digest[6] & 0x0F)
    digest[8] = 0x80 | (digest[8] & 0x3F)
    return UUID(bytes=bytes(digest))


_KEY = TextField("key", minimum=1, maximum=MAX_KEY_BYTES, max_bytes=MAX_KEY_BYTES)
_URL = TextField("url", minimum=1, maximum=MAX_URL_BYTES, max_bytes=MAX_URL_BYTES)
_TITLE = TextField("title", minimum=0, maximum=MAX_TITLE_GRAPHEMES, max_bytes=MAX_TITLE_BYTES)
_SECTION = TextField("section", minimum=0, maximum=MAX_SECTION_BYTES, max_bytes=MAX_SECTION_BYTES)
_LOCALE = TextField("locale", minimum=0, maximum=MAX_LOCALE_BYTES, max_bytes=MAX_LOCALE_BYTES)


def checked(page: Page) -> Page:
    """A page with canonical text.

    Raises:
        Invalid: naming every attribute of the page that cannot be stored.
    """
    fields = Fields()
    key = fields.take("key", checked_key, page.key)
    url = fields.take("url", _checked_url, page.url)
    title = fields.take("title", _TITLE.parse, page.title)
    section = fields.take("section", checked_section, page.section)
    locale = fields.take("locale", _LOCALE.parse, page.locale)
    published_at = fields.take("published_at", _checked_moment, page.published_at)
    fields.check()
    return Page(
        key=key or "",
        url=url or "",
        title=title or "",
        section=section or "",
        locale=locale or None,
        published_at=published_at,
    )


def checked_changes(changes: Mapping[str, object]) -> dict[str, str]:
    """What changes of a page (`key`, `url`, `title`, `section`), canonical.

    Raises:
        Invalid: naming every one that cannot be stored.
    """
    fields = Fields()
    found = {name: fields.take(name, _PARSERS[name], raw) for name, raw in changes.items()}
    fields.check()
    return {name: value or "" for name, value in found.items()}


def checked_key(key: object) -> str:
    """A page key in its canonical form.

    Raises:
        Invalid: when it cannot be one.
    """
    return _KEY.parse(key)


def checked_section(section: object) -> str:
    """A section in its canonical form; "" for pages without one.

    Raises:
        Invalid: when it cannot be one.
    """
    return _SECTION.parse(section)


def _checked_moment(raw: object) -> datetime | None:
    if raw is None:
        return None
    if not isinstance(raw, datetime) or raw.tzinfo is None:
        raise Invalid([FieldError("published_at", "wrong_type")])
    return raw.astimezone(UTC).replace(microsecond=0)


def wanted_section(section: object) -> str | None:
    """The section whose pages are wanted: None for the whole site, "" for pages without one.

    Raises:
        Invalid: when no page can have it.
    """
    return None if section is None else checked_section(section)


def _checked_url(raw: object) -> str:
    url = _URL.parse(raw)
    if not url.startswith(("https://", "http://", "/")):
        raise Invalid([FieldError("url", "not_http")])
    return url


_PARSERS = {"key": _KEY.parse, "url": _checked_url, "title": _TITLE.parse, "section": _SECTION.parse}


def make_reference(secrets: Secrets, site: str, page: Page) -> str:
    """Sign what the host says of a page. The same page gives the same text as long as the newest key stays."""
    said: list[str | int | None] = [site, page.key, page.url, page.title, page.section, page.locale]
    if page.published_at is not None:  # without it a reference reads as those that were made before it could be said
        said.append(int(page.published_at.timestamp()))
    return secrets.sign(PURPOSE, said)


def read_reference(secrets: Secrets, site: str, token: str) -> Page:
    """The page a reference proves.

    Raises:
        NotFound: `unknown_page`: not signed by any of our keys.
        Refused: `foreign_page`: signed for another site.
    """
    try:
        signed_site, key, url, title, section, locale, *published = secrets.unsign(PURPOSE, token)
        published_at = datetime.fromtimestamp(published[0], UTC) if published else None
    except (Refused, ValueError, TypeError):
        raise NotFound("unknown_page") from None
    if signed_site != site:
        raise Refused("foreign_page")
    return Page(key=key, url=url, title=title, section=section, locale=locale, published_at=published_at)
