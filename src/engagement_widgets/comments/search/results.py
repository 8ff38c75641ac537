"""What a search answers: to readers and programs with each comment's page, to the desk as it sees comments."""

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import bindparam

from engagement_widgets.comments.listing import WITH_ANSWERED, comment_view
from engagement_widgets.comments.queue.filters import asked
from engagement_widgets.comments.queue.items import queue_items
from engagement_widgets.comments.queue.views import QueueItem
from engagement_widgets.comments.search.finding import Search, Spot, Walk, search
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.views import CommentView
from engagement_widgets.comments.visibility import public
from engagement_widgets.errors import Malformed
from engagement_widgets.kernel.paging import decode_cursor, encode_cursor
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.service import PageRow, find_pages
from engagement_widgets.storage.units import Tx

_KIND: Final = "search"
_FOUND = WITH_ANSWERED.add_columns(comments.c.page_id).where(
    comments.c.id.in_(bindparam("comments", expanding=True)), public()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundComment:
    """A public comment, without its replies, and its page."""

    comment: CommentView
    page: PageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """Public comments, best first; `next` is where the following page begins, None at the end."""

    comments: tuple[FoundComment, ...]
    next: Spot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundItems:
    """Comments as the desk sees them, best first; `next` is where the following page begins, None at the end."""

    items: tuple[QueueItem, ...]
    next: Spot | None


def find_comments(tx: Tx, command: Search) -> FoundPage:
    """One page of what the public finds."""
    hits = search(tx, command)
    rows = tx.execute(_FOUND, {"site": tx.site, "comments": hits.ids}).all() if hits.ids else []
    by_id = {row.id: row for row in rows}
    about = find_pages(tx, list({row.page_id for row in rows}))
    return FoundPage(
        comments=tuple(
            FoundComment(comment=comment_view(row, more_replies=row.approved_replies), page=about[row.page_id])
            for row in (by_id[comment_id] for comment_id in hits.ids)
        ),
        next=hits.next,
    )


def find_items(tx: Tx, command: Search) -> FoundItems:
    """One page of what the desk finds."""
    hits = search(tx, command)
    return FoundItems(items=queue_items(tx, hits.ids), next=hits.next)


def search_cursor(secrets: Secrets, command: Search, spot: Spot) -> str:
    """The signed cursor of a spot in this very search."""
    return encode_cursor(secrets, (_KIND, _fingerprint(command), spot.walk.value, str(spot.before)))


def continued(secrets: Secrets, command: Search, cursor: str | None) -> Search:
    """The search from a cursor on; as it is without one.

    Raises:
        Malformed: `bad_cursor`, also for one of another search.
    """
    if not cursor:
        return command
    kind, asked, walk, before = decode_cursor(secrets, cursor, length=4)
    if (kind, asked) != (_KIND, _fingerprint(command)):
        raise Malformed("bad_cursor")
    return replace(command, spot=Spot(walk=Walk(walk), before=int(before)))


def _fingerprint(command: Search) -> str:
    conditions: tuple[object, ...] = (
        command.public_only,
        command.email,
        command.status,
        command.reported,
        command.section,
        command.page_id,
        command.named,
        tuple(sorted(asked(command.narrowed).items())),
    )
    return hashlib.sha256(repr((command.phrases, *map(str, conditions))).encode()).hexdigest()[:16]
