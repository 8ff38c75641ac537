"""From an address to a page of comments: the same for the fragment, the stand-alone page and the API."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from engagement_widgets.comments.closing import is_closed
from engagement_widgets.comments.listing import ListQuery, ThreadQuery, list_comments, read_thread
from engagement_widgets.comments.places import find_place, read_comment
from engagement_widgets.comments.states import Sort
from engagement_widgets.comments.threads import ID_LENGTH
from engagement_widgets.comments.views import CommentList, CommentView, Position, Toward
from engagement_widgets.errors import Malformed, NotFound
from engagement_widgets.kernel.paging import decode_cursor, encode_cursor
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.service import PageRow, find_page
from engagement_widgets.storage.units import Tx

PARAMS = frozenset({"sort", "cursor", "thread"})
_CURSOR_LENGTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Which part of a page's comments.

    Attributes:
        page_id: the page.
        size: roots a page.
        sort: their order.
        position: from where on, in the roots or in the thread's replies.
        thread: the root whose replies are wanted, None for the roots.
        at: the comment that is to be in it; overrides position and thread.
    """

    page_id: UUID
    size: int
    sort: Sort = Sort.NEWEST
    position: Position | None = None
    thread: UUID | None = None
    at: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion:
    """A page and one part of its comments."""

    page: PageRow
    comments: CommentList


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A public comment and its page: what a reply's form needs."""

    page: PageRow
    comment: CommentView


def parse_address(secrets: Secrets, page_id: UUID, size: int, params: Mapping[str, str]) -> Address:
    """Read the query of an address.

    Raises:
        Malformed: `bad_query`, `bad_cursor`.
    """
    try:
        sort = Sort(params.get("sort") or Sort.NEWEST)
        thread = UUID(params["thread"]) if params.get("thread") else None
        at = UUID(params["at"]) if params.get("at") else None
    except ValueError:
        raise Malformed("bad_query") from None
    cursor = params.get("cursor")
    of_roots = sort if thread is None else Sort.OLDEST
    position = _read_cursor(secrets, cursor, of_roots) if cursor else None
    return Address(page_id=page_id, size=size, sort=sort, position=position, thread=thread, at=at)


def load_comments(tx: Tx, address: Address) -> CommentList:
    """One page of roots, or of one thread's replies.

    Raises:
        NotFound: `unknown_comment`, for a thread or a comment that is not public on this page.
    """
    if address.at is not None:
        address = _found(tx, address, address.at)
    if address.thread is not None:
        query = ThreadQuery(page_id=address.page_id, root_id=address.thread, position=address.position)
        found = read_thread(tx, query)
    else:
        found = list_comments(
            tx,
            ListQuery(page_id=address.page_id, size=address.size, sort=address.sort, position=address.position),
        )
    return replace(found, here=address.position, closed=is_closed(tx, address.page_id))


def load_discussion(tx: Tx, address: Address) -> Discussion:
    """The same with its page.

    Raises:
        NotFound: `unknown_page` while nobody has written there; `unknown_comment`.
    """
    page = find_page(tx, address.page_id)
    if page is None:
        raise NotFound("unknown_page")
    return Discussion(page=page, comments=load_comments(tx, address))


def load_answering(tx: Tx, comment_id: UUID) -> Answering:
    """A public comment and its page.

    Raises:
        NotFound: `unknown_comment`.
    """
    found = read_comment(tx, comment_id)
    page = find_page(tx, found.page_id)
    if page is None:
        raise NotFound("unknown_page")
    return Answering(page=page, comment=found.comment)


def signed(secrets: Secrets, comments: CommentList) -> CommentList:
    """The list with its positions as signed cursors, fit for addresses."""

    def sign(position: Position | None) -> str | None:
        if position is None:
            return None
        # a rank has a sign, so that it can never be read as a date
        at = f"{position.at:+d}" if isinstance(position.at, int) else position.at.isoformat()
        return encode_cursor(secrets, (position.toward, at, position.path or position.id.hex))

    return replace(
        comments,
        next_cursor=sign(comments.next),
        previous_cursor=sign(comments.previous),
        cursor=sign(comments.here),
    )


def _read_cursor(secrets: Secrets, raw: str, sort: Sort) -> Position:
    toward, at, path = decode_cursor(secrets, raw, length=_CURSOR_LENGTH)
    try:
        key = int(at) if sort is Sort.HELPFUL else datetime.fromisoformat(at)
        return Position(toward=Toward(toward), at=key, id=UUID(path[-ID_LENGTH:]), path=path)
    except ValueError:  # signed by us, for another list
        raise Malformed("bad_cursor") from None


def _found(tx: Tx, address: Address, comment_id: UUID) -> Address:
    place = find_place(tx, comment_id)
    if place.page_id != address.page_id:
        raise NotFound("unknown_comment")
    if place.thread is not None:
        return replace(address, thread=place.root_id, position=place.thread)
    # a comment's place is told by its moment; by rank it would have moved by the time the link is followed
    sort = Sort.NEWEST if address.sort is Sort.HELPFUL else address.sort
    return replace(address, sort=sort, thread=None, position=place.position)
