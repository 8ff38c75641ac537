"""Where in the queue somebody is: which view, in which order, from which comment on. It travels in the address."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Final
from uuid import UUID

from starlette.requests import Request

from engagement_widgets.comments.fields import email_or_none
from engagement_widgets.comments.queue.walking import QueueKey
from engagement_widgets.comments.search.finding import Search, Spot
from engagement_widgets.comments.search.results import continued, search_cursor
from engagement_widgets.comments.search.words import MOST_QUERY, Phrase, parse_query
from engagement_widgets.comments.service import QueueQuery, QueueSort, QueueSpot, Status
from engagement_widgets.desk.narrowing import WHOLE, Narrowing, read_narrowing
from engagement_widgets.errors import Malformed
from engagement_widgets.kernel.paging import decode_cursor, encode_cursor
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.web.urls import Urls

QUEUE: Final = "/desk/queue"
PAGE_SIZE: Final = 50
ALL: Final = "all"
REPORTED: Final = "reported"
VIEWS: Final[tuple[Status | None, ...]] = (
    Status.PENDING,
    Status.APPROVED,
    Status.REJECTED,
    Status.SPAM,
    Status.DELETED,
    None,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, and how.

    Attributes:
        zone: whose days are meant.
        sections: those the person has to do with; None for all.
        reported_from: open reports on a comment that count as reported; from the first at 0.
        arranged: as the desk shows comments, see `QueueQuery`.
        size: comments a page.
    """

    zone: tzinfo = UTC
    sections: frozenset[str] | None = None
    reported_from: int = 1
    arranged: bool = False
    size: int = PAGE_SIZE


_ANYBODY: Final = Asking()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One page of one view, or of what `words` find in it.

    `status` None is the view of all, or of what is `reported`; `narrowing` is what it is filtered by; `cursor` is
    signed.
    """

    status: Status | None = Status.PENDING
    reported: bool = False
    sort: QueueSort = QueueSort.OLDEST
    cursor: str | None = None
    words: str = ""
    narrowing: Narrowing = WHOLE

    @property
    def view(self) -> str:
        """The view's name in addresses."""
        if self.reported:
            return REPORTED
        return ALL if self.status is None else self.status.value

    def address(self, urls: Urls, path: str = QUEUE, **more: object) -> str:
        """An address that keeps the place: of the queue itself, or of something done from here."""
        return urls.path(path, **self.params, **more)

    @property
    def params(self) -> dict[str, object]:
        """What an address says of it."""
        # what the view does by itself is left out: short addresses, and one address a page
        return {
            "view": None if self.status is Status.PENDING else self.view,
            "sort": None if self.sort is default_sort(self.status) else self.sort.value,
            "q": self.words or None,
            **self.narrowing.params,
            "cursor": self.cursor,
        }

    def sorted(self, sort: QueueSort) -> "Place":
        """The first page of the same view in an order."""
        return replace(self, sort=sort, cursor=None)

    def searching(self, words: str) -> "Place":
        """The first page of the same view with these words; of the whole view without any."""
        return replace(self, words=words, cursor=None)

    def narrow(self, **changes: object) -> "Place":
        """The first page of the same view, narrowed otherwise."""
        return replace(self, narrowing=replace(self.narrowing, **changes), cursor=None)  # type: ignore[arg-type]

    def widen(self) -> "Place":
        """The first page of the same view, section and page with nothing asked for."""
        whole = Narrowing(section=self.narrowing.section)
        return replace(self, narrowing=whole, words="", cursor=None)

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """What is searched for; nothing where `words` has no word in it."""
        return parse_query(self.words)

    @property
    def searches(self) -> bool:
        """Whether it is found by words, of the text or of a name, instead of being walked."""
        return bool(self.words or self.narrowing.named)

    def after(self, secrets: Secrets, key: QueueSpot | Spot, asking: Asking = _ANYBODY) -> "Place":
        """The page that follows a comment."""
        if isinstance(key, Spot):
            return replace(self, cursor=search_cursor(secrets, self._search(asking), key))
        spot = (*_written(key.last), *_written(key.lane), str(key.run))
        return replace(self, cursor=encode_cursor(secrets, (self._fingerprint, *spot)))

    def query(self, secrets: Secrets, asking: Asking = _ANYBODY) -> QueueQuery | Search:
        """What the service is asked for.

        Raises:
            Malformed: `bad_cursor`, also for one of another view, order, filter or search.
        """
        reported = max(asking.reported_from, 1) if self.reported else None
        if self.searches:
            return replace(continued(secrets, self._search(asking), self.cursor), reported=reported)
        return QueueQuery(
            status=self.status,
            reported=reported,
            sort=self.sort,
            size=asking.size,
            after=self._spot(secrets),
            narrowed=self.narrowing.narrowed(asking.zone, asking.sections),
            arranged=asking.arranged,
        )

    def _search(self, asking: Asking) -> Search:
        narrowed = self.narrowing.narrowed(asking.zone, asking.sections)
        return Search(
            phrases=self.phrases,
            size=asking.size,
            public_only=False,
            email=None if narrowed.email else email_or_none(self.words),
            status=self.status,
            reported=1 if self.reported else None,
            named=self.narrowing.named,
            narrowed=narrowed,
        )

    @property
    def _fingerprint(self) -> str:
        """Of the list that a cursor belongs to."""
        told = sorted((name, str(value)) for name, value in replace(self, cursor=None).params.items())
        return hashlib.sha256(repr((self.sort.value, told)).encode()).hexdigest()[:16]

    def _spot(self, secrets: Secrets) -> QueueSpot | None:
        if self.cursor is None:
            return None
        mine, *keys, run = decode_cursor(secrets, self.cursor, length=8)
        if mine != self._fingerprint:
            raise Malformed("bad_cursor")
        return QueueSpot(last=_read(keys[:3]), lane=_read(keys[3:]), run=int(run))


def _written(key: QueueKey | None) -> tuple[str, str, str]:
    if key is None:
        return "", "", ""
    rank, at, identity = key
    return str(rank), at.isoformat(), str(identity)


def _read(key: list[str]) -> QueueKey | None:
    rank, at, identity = key
    return (int(rank), datetime.fromisoformat(at), UUID(identity)) if at else None


def view_of(status: Status | None) -> Place:
    """The first page of a view: the longest waiting first where they wait, else the latest."""
    return Place(status=status, sort=default_sort(status))


def default_sort(status: Status | None) -> QueueSort:
    """The order a view opens in."""
    return QueueSort.OLDEST if status is Status.PENDING else QueueSort.NEWEST


def sorts_of(place: Place) -> tuple[QueueSort, ...]:
    """The orders a view has: what is decided has no priority any more."""
    return tuple(QueueSort) if place.status is Status.PENDING else (QueueSort.OLDEST, QueueSort.NEWEST)


def place_of(request: Request) -> Place:
    """The place an address names.

    Raises:
        Malformed: `bad_query`.
    """
    return read_place(request.query_params)


def read_place(query: Mapping[str, str]) -> Place:
    """The place in `view`, `sort`, `q`, `cursor` and what it is narrowed by.

    Raises:
        Malformed: `bad_query`.
    """
    view = query.get("view", Status.PENDING)
    try:
        status = None if view in {ALL, REPORTED} else Status(view)
        sort = QueueSort(query["sort"]) if "sort" in query else default_sort(status)
    except ValueError:
        raise Malformed("bad_query") from None
    place = Place(
        status=status,
        reported=view == REPORTED,
        sort=sort,
        cursor=query.get("cursor") or None,
        words=" ".join(query.get("q", "")[:MOST_QUERY].split()),
        narrowing=read_narrowing(query),
    )
    if sort not in sorts_of(place):
        raise Malformed("bad_query")
    return place
