"""What somebody narrows a view of the queue by. It travels in the address, as its form sends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final
from uuid import UUID

from engagement_widgets.comments.fields import email_or_none
from engagement_widgets.comments.queue.filters import QueueFilter
from engagement_widgets.comments.search.words import MOST_QUERY, Phrase, words_of
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.errors import Malformed

_READERS: Final = ("r:", "u:")
_MOST_SECTION: Final = 255
_YES: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What a view is narrowed by.

    Attributes:
        section: of this *chuyên mục*; None for all, "" for pages without one.
        page: of this page.
        reason: held for this.
        author: a name, an e-mail address, or a reader as rows name them (`r:…`, `u:…`).
        first: submitted on this day of the site's zone or later.
        last: submitted on this day or earlier.
        link: with a web address in the text.
        unreplied: without an approved reply.
        unmarked: typed without marks.
        group: of this group of similar comments.
    """

    section: str | None = None
    page: UUID | None = None
    reason: HeldReason | None = None
    author: str = ""
    first: date | None = None
    last: date | None = None
    link: bool = False
    unreplied: bool = False
    unmarked: bool = False
    group: UUID | None = None

    @property
    def params(self) -> dict[str, object]:
        """As an address says it."""
        return {
            "section": self.section,
            "page": self.page,
            "reason": self.reason and self.reason.value,
            "author": self.author or None,
            "from": self.first and self.first.isoformat(),
            "to": self.last and self.last.isoformat(),
            "link": _YES if self.link else None,
            "unreplied": _YES if self.unreplied else None,
            "unmarked": _YES if self.unmarked else None,
            "group": self.group,
        }

    @property
    def in_form(self) -> int:
        """How many fields of the filter's form say something."""
        asked = (self.page, self.author, self.first, self.last, self.link, self.unreplied, self.unmarked)
        return sum(map(bool, asked))

    @property
    def named(self) -> Phrase:
        """The words of a name that is asked for; none where the author is asked for by an address or a key."""
        is_key = self.author.startswith(_READERS) or email_or_none(self.author) is not None
        return () if is_key else tuple(words_of(self.author))

    def narrowed(self, zone: tzinfo, sections: frozenset[str] | None) -> QueueFilter:
        """As the services ask it, for somebody who has to do with these sections."""
        reader = self.author if self.author.startswith(_READERS) else None
        return QueueFilter(
            sections=sections,
            section=self.section,
            page_id=self.page,
            reason=self.reason,
            reader=reader,
            email=None if reader else email_or_none(self.author),
            since=None if self.first is None else _midnight(self.first, zone),
            until=None if self.last is None else _midnight(self.last + timedelta(days=1), zone),
            has_link=self.link,
            unreplied=self.unreplied,
            unmarked=self.unmarked,
            group_id=self.group,
        )


WHOLE: Final = Narrowing()
"""Narrowed by nothing."""


def read_narrowing(query: Mapping[str, str]) -> Narrowing:
    """What an address says; a field left empty says nothing, but for the section.

    Raises:
        Malformed: `bad_query`.
    """
    section = query.get("section")
    try:
        return Narrowing(
            section=None if section is None else section[:_MOST_SECTION],
            page=UUID(query["page"]) if query.get("page") else None,
            reason=HeldReason(query["reason"]) if query.get("reason") else None,
            author=" ".join(query.get("author", "")[:MOST_QUERY].split()),
            first=_day(query.get("from")),
            last=_day(query.get("to")),
            link=query.get("link") == _YES,
            unreplied=query.get("unreplied") == _YES,
            unmarked=query.get("unmarked") == _YES,
            group=UUID(query["group"]) if query.get("group") else None,
        )
    except ValueError:
        raise Malformed("bad_query") from None


def _day(raw: str | None) -> date | None:
    day = date.fromisoformat(raw) if raw else None
    if day is not None and not date.min + timedelta(days=2) < day < date.max - timedelta(days=2):
        raise ValueError(raw)  # a zone and a day further there is no such moment
    return day


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)
