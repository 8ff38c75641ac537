"""Page references: signed proof that the host knows a page.

A reference is deterministic and never expires, so an article saved for years still rates and comments; every key
still in the list verifies it. It proves what the host said when the article was rendered and changes nothing: a
page's address or title is changed by the host alone, never by an older reference.
"""

import hashlib
from uuid import UUID

from engagement_widgets.errors import FieldError, Invalid, NotFound, Refused
from engagement_widgets.hooks import Page
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.kernel.text import TextError, canonical, graphemes

PURPOSE = "page-reference"
MAX_KEY_BYTES = 255
MAX_URL_BYTES = 2048
MAX_TITLE_GRAPHEMES = 300
MAX_SECTION_BYTES = 255


def page_id(site: str, key: str) -> UUID:
    """The id of a page, derived from site and key (UUID version 8 over SHA-256).

    Derived rather than drawn, so that an article nobody has rated yet has its id, and with it the addresses of
    its fragments, without a look-up.
    """
    digest = bytearray(hashlib.sha256(f"{site}\0{key}".encode()).digest()[:16])
    digest[6] = 0x80 | (digest[6] & 0x0F)
    digest[8] = 0x80 | (digest[8] & 0x3F)
    return UUID(bytes=bytes(digest))


def checked(page: Page) -> Page:
    """A page with canonical text.

    Raises:
        Invalid: naming every attribute of the page that cannot be stored.
    """
    errors: list[FieldError] = []
    values: dict[str, str] = {}
    for name, limit in (
        ("key", MAX_KEY_BYTES),
        ("url", MAX_URL_BYTES),
        ("title", None),
        ("section", MAX_SECTION_BYTES),
    ):
        try:
            values[name] = canonical(getattr(page, name), multiline=False)
        except TextError as error:
            errors.append(FieldError(name, error.code))
            continue
        if name in {"key", "url"} and not values[name]:
            errors.append(FieldError(name, "required"))
        if limit is not None and len(values[name].encode()) > limit:
            errors.append(FieldError(name, "too_long", {"maximum": limit}))
    if graphemes(values.get("title", "")) > MAX_TITLE_GRAPHEMES:
        errors.append(FieldError("title", "too_long", {"maximum": MAX_TITLE_GRAPHEMES}))
    if not values.get("url", "/").startswith(("https://", "http://", "/")):
        errors.append(FieldError("url", "not_http"))
    if errors:
        raise Invalid(errors)
    return Page(locale=page.locale, **values)


def make_reference(secrets: Secrets, site: str, page: Page) -> str:
    """Sign what the host says of a page. The same page gives the same text as long as the newest key stays."""
    return secrets.sign(PURPOSE, [site, page.key, page.url, page.title, page.section, page.locale])


def read_reference(secrets: Secrets, site: str, token: str) -> Page:
    """The page a reference proves.

    Raises:
        NotFound: `unknown_page`: not signed by any of our keys.
        Refused: `foreign_page`: signed for another site.
    """
    try:
        signed_site, key, url, title, section, locale = secrets.unsign(PURPOSE, token)
    except (Refused, ValueError, TypeError):
        raise NotFound("unknown_page") from None
    if signed_site != site:
        raise Refused("foreign_page")
    return Page(key=key, url=url, title=title, section=section, locale=locale)
