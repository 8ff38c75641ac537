"""Where in the queue somebody is: which view, in which order, from which comment on. It travels in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.requests import Request

from engagement_widgets.comments.fields import email_or_none
from engagement_widgets.comments.search.finding import Search, Spot
from engagement_widgets.comments.search.results import continued, search_cursor
from engagement_widgets.comments.search.words import MOST_QUERY, Phrase, parse_query
from engagement_widgets.comments.service import QueueKey, QueueQuery, Sort, Status
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
class Place:
    """One page of one view, or of what `words` find in it.

    `status` None is the view of all, or of what is `reported`; `cursor` is signed.
    """

    status: Status | None = Status.PENDING
    reported: bool = False
    sort: Sort = Sort.OLDEST
    cursor: str | None = None
    words: str = ""

    @property
    def view(self) -> str:
        """The view's name in addresses."""
        if self.reported:
            return REPORTED
        return ALL if self.status is None else self.status.value

    def address(self, urls: Urls, path: str = QUEUE, **more: object) -> str:
        """An address that keeps the place: of the queue itself, or of something done from here."""
        # what the view does by itself is left out: short addresses, and one address a page
        sort = None if self.sort is default_sort(self.status) else self.sort.value
        view = None if self.status is Status.PENDING else self.view
        return urls.path(path, view=view, sort=sort, q=self.words or None, cursor=self.cursor, **more)

    def sorted(self, sort: Sort) -> "Place":
        """The first page of the same view in an order."""
        return replace(self, sort=sort, cursor=None)

    def searching(self, words: str) -> "Place":
        """The first page of the same view with these words; of the whole view without any."""
        return replace(self, words=words, cursor=None)

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """What is searched for; nothing where `words` has no word in it."""
        return parse_query(self.words)

    def after(self, secrets: Secrets, key: QueueKey | Spot) -> "Place":
        """The page that follows a comment."""
        if isinstance(key, Spot):
            return replace(self, cursor=search_cursor(secrets, self._search(PAGE_SIZE), key))
        at, identity = key
        return replace(self, cursor=encode_cursor(secrets, (self.view, self.sort.value, at.isoformat(), str(identity))))

    def query(self, secrets: Secrets, reported_from: int = 1, size: int = PAGE_SIZE) -> QueueQuery | Search:
        """What the service is asked for; `reported_from` reports on a comment counts as reported, from the first at 0.

        Raises:
            Malformed: `bad_cursor`, also for one of another view, order or search.
        """
        reported = max(reported_from, 1) if self.reported else None
        if self.words:
            return replace(continued(secrets, self._search(size), self.cursor), reported=reported)
        return QueueQuery(status=self.status, reported=reported, sort=self.sort, size=size, after=self._key(secrets))

    def _search(self, size: int) -> Search:
        return Search(
            phrases=self.phrases,
            size=size,
            public_only=False,
            email=email_or_none(self.words),
            status=self.status,
            reported=1 if self.reported else None,
        )

    def _key(self, secrets: Secrets) -> QueueKey | None:
        if self.cursor is None:
            return None
        view, sort, at, identity = decode_cursor(secrets, self.cursor, length=4)
        if (view, sort) != (self.view, self.sort.value):
            raise Malformed("bad_cursor")
        return datetime.fromisoformat(at), UUID(identity)


def view_of(status: Status | None) -> Place:
    """The first page of a view: the longest waiting first where they wait, else the latest."""
    return Place(status=status, sort=default_sort(status))


def default_sort(status: Status | None) -> Sort:
    """The order a view opens in."""
    return Sort.OLDEST if status is Status.PENDING else Sort.NEWEST


def place_of(request: Request) -> Place:
    """The place an address names.

    Raises:
        Malformed: `bad_query`.
    """
    return read_place(request.query_params)


def read_place(query: Mapping[str, str]) -> Place:
    """The place in `view`, `sort`, `q` and `cursor`.

    Raises:
        Malformed: `bad_query`.
    """
    view = query.get("view", Status.PENDING)
    try:
        status = None if view in {ALL, REPORTED} else Status(view)
        sort = Sort(query["sort"]) if "sort" in query else default_sort(status)
    except ValueError:
        raise Malformed("bad_query") from None
    if sort is Sort.HELPFUL:  # an order of the public list
        raise Malformed("bad_query")
    words = " ".join(query.get("q", "")[:MOST_QUERY].split())
    cursor = query.get("cursor") or None
    return Place(status=status, reported=view == REPORTED, sort=sort, cursor=cursor, words=words)
