"""Where a reply stands below its root: the ids on the way to it, as one text.

Ids sort by time, so texts of ids sort replies "oldest first under their parent": a whole thread, however it branches,
is one walk over one index, and a reply's depth is the length of its text. Below the deepest level that the site
indents to (`reply_depth`) replies stand flat, beside the one they answer.
"""

from typing import Final
from uuid import UUID

ID_LENGTH: Final = 32
MOST_DEPTH: Final = 6
"""Levels below a root at most: what `reply_depth` may be."""


def path_of_reply(answered: str, comment_id: UUID, *, depth: int) -> str:
    """The path of a new reply. `answered` is the path of what it answers, "" for the root."""
    return answered[: ID_LENGTH * (depth - 1)] + comment_id.hex


def depth_of(path: str) -> int:
    """Levels below the root; 0 for the root itself, whose path is empty."""
    return len(path) // ID_LENGTH


def standing_above(root_id: UUID | None, path: str) -> tuple[UUID, ...]:
    """What a comment stands under, nearest first, its root last; nothing for a root."""
    if root_id is None:
        return ()
    ends = range(len(path) - ID_LENGTH, 0, -ID_LENGTH)
    return (*(UUID(path[end - ID_LENGTH : end]) for end in ends), root_id)
