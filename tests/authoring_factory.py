"""What authors do to their comments, for tests: what a test does not name is filled in."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from comment_factory import PAGE, examined
from engagement_widgets.comments.service import (
    Author,
    Edit,
    QueueItem,
    Status,
    Withdraw,
    body_hash,
    edit_comment,
    queue_item,
    withdraw_comment,
)
from engagement_widgets.hooks import Moderation
from engagement_widgets.storage.units import Storage

ME = Author(readers=("r:me",))
WINDOW = timedelta(minutes=15)


def edit(storage: Storage, comment_id: UUID, body: str = "Một câu khác hẳn", **values: Any) -> Status:
    """Change a comment as its author, who has seen its present version unless another is named."""
    defaults: dict[str, Any] = {
        "author": ME,
        "version": standing(storage, comment_id).version,
        "page": PAGE,
        "examined": examined("Nguyễn Văn Ánh", body),
        "moderation": Moderation.PRE,
        "trust_after": 3,
        "window": WINDOW,
        "waits": True,
    }
    command = Edit(comment_id=comment_id, body=body, body_hash=body_hash(body), **(defaults | values))
    return storage.write_sync(edit_comment, command)


def take_back(storage: Storage, comment_id: UUID, author: Author = ME) -> None:
    """Take a comment back as its author."""
    storage.write_sync(withdraw_comment, Withdraw(comment_id=comment_id, author=author, window=WINDOW))


def standing(storage: Storage, comment_id: UUID) -> QueueItem:
    """The comment as the desk sees it."""
    return storage.read_sync(queue_item, comment_id)
