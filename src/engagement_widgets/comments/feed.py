"""Recent comments as an Atom 1.0 feed (RFC 4287).

Without `public_url` its links are paths, which a reader resolves against the address it fetched; ids are URNs and stay
the same wherever the site moves.
"""

import re
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from engagement_widgets.comments.recent_views import RecentComment, RecentList
from engagement_widgets.pages.reference import derived_id
from engagement_widgets.settings import Settings
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.urls import Urls

ATOM: Final = "http://www.w3.org/2005/Atom"
CONTENT_TYPE: Final = "application/atom+xml"
PATH: Final = "/feeds/comments.atom"
TITLE: Final = N_("Bình luận mới: %(name)s")
ENTRY: Final = N_("%(author)s bình luận về “%(title)s”")

# XML 1.0 §2.2: what no document may hold, not even escaped. Of these, stored text can hold noncharacters alone.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_ENTRY_YET = datetime(1970, 1, 1, tzinfo=UTC)


def atom_feed(settings: Settings, urls: Urls, view: RecentList) -> bytes:
    """The feed of a site or of a section, in the site's language."""
    words = translator(settings.locale)
    name = view.section or settings.site_name or settings.site
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": settings.locale})
    named = f"{settings.site}\0comments" + ("" if view.section is None else f"\0{view.section}")
    _add(feed, "id", derived_id(named).urn)
    _add(feed, "title", words.gettext(TITLE) % {"name": name})
    _add(feed, "updated", _moment(max((one.published_at for one in view.comments), default=_NO_ENTRY_YET)))
    SubElement(feed, "link", {"rel": "self", "type": CONTENT_TYPE, "href": urls.public(PATH, section=view.section)})
    for comment in view.comments:
        _add_entry(feed, urls, comment, words.gettext(ENTRY))
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def _add_entry(feed: Element, urls: Urls, comment: RecentComment, title: str) -> None:
    entry = SubElement(feed, "entry")
    _add(entry, "id", comment.id.urn)
    _add(entry, "title", title % {"author": comment.author, "title": comment.page.title})
    _add(entry, "published", _moment(comment.submitted_at))
    _add(entry, "updated", _moment(comment.published_at))
    _add(SubElement(entry, "author"), "name", comment.author)
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": urls.public(f"/c/{comment.id}")})
    if comment.page.section:
        SubElement(entry, "category", {"term": _clean(comment.page.section)})
    _add(entry, "content", str(comment.body_html)).set("type", "html")


def _add(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
