"""What a moderator pins: one deed with its journal entry and its undo, as every decision has them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from engagement_widgets.comments.decisions import Decided, carry_out, fetch_seen, standing_of, unchanged
from engagement_widgets.comments.pinned import MOST_PINNED, has_room
from engagement_widgets.comments.visibility import is_public
from engagement_widgets.errors import Conflict
from engagement_widgets.hooks import DeskUser
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Pin a comment, or unpin it.

    Attributes:
        comment_id: which comment.
        version: the version the moderator has seen.
        actor: who does it.
        undo_window: for how long it can be undone, by `undo_decision`.
    """

    comment_id: UUID
    version: int
    actor: DeskUser
    undo_window: timedelta = timedelta(minutes=10)


def pin(tx: Tx, command: Pin) -> Decided:
    """Put a root first on its page. Pinned already, nothing changes.

    Raises:
        NotFound: `unknown_comment`.
        Refused: `section_required`.
        Conflict: `stale_version`, as of `decide`; `not_pinnable`: a reply, or not public; `too_many_pinned` {maximum}.
    """
    row = fetch_seen(tx, command.comment_id, command.version, command.actor)
    if row.parent_id is not None or not is_public(row.status):
        raise Conflict("not_pinnable")
    if row.pinned_at is not None:
        return unchanged(row)
    if not has_room(tx, row.page_id):
        raise Conflict("too_many_pinned", maximum=MOST_PINNED)
    after = replace(standing_of(row), pinned_at=tx.now)
    return carry_out(tx, row, after, actor=command.actor, action="comment.pinned", window=command.undo_window)


def unpin(tx: Tx, command: Pin) -> Decided:
    """Let a pinned comment stand among the others again. Not pinned, nothing changes.

    Raises:
        NotFound: `unknown_comment`.
        Refused: `section_required`.
        Conflict: `stale_version`, as of `decide`.
    """
    row = fetch_seen(tx, command.comment_id, command.version, command.actor)
    if row.pinned_at is None:
        return unchanged(row)
    after = replace(standing_of(row), pinned_at=None)
    return carry_out(tx, row, after, actor=command.actor, action="comment.unpinned", window=command.undo_window)
