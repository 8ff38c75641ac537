"""The words a comment's life is told in."""

from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """Where a comment stands. Every move between two of them can be made, and reversed."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SPAM = "spam"
    DELETED = "deleted"


PUBLISHING: Final = frozenset({Status.PENDING, Status.APPROVED})
"""Where a comment may not come to again that its author has taken back."""


class HeldReason(StrEnum):
    """Why a comment waits (*lý do giữ lại*). The figures beside it are in the hold's `params`.

    Attributes:
        PREMODERATION: the site or the page holds every comment.
        FIRST_COMMENT: nothing by this reader has been approved yet.
        HAS_LINKS: `count` links in the text.
        DUPLICATE: the same folded text stands on this page already, as comment `of`.
        NO_CODE: sent without a captcha code.
        HASTY: the code came back sooner than people type it.
        NO_WORK: the code is right, but the browser did not do the work asked beside it.
        TRAP: a field was filled in that people do not see.
        CROWD: many new readers wrote from one address just before.
        EDITED: its author has changed the text that was public.
    """

    PREMODERATION = "premoderation"
    FIRST_COMMENT = "first_comment"
    HAS_LINKS = "has_links"
    DUPLICATE = "duplicate"
    NO_CODE = "no_code"
    HASTY = "hasty"
    NO_WORK = "no_work"
    TRAP = "trap"
    CROWD = "crowd"
    EDITED = "edited"


OF_THE_TEXT: Final = frozenset(
    {
        HeldReason.PREMODERATION,
        HeldReason.FIRST_COMMENT,
        HeldReason.HAS_LINKS,
        HeldReason.DUPLICATE,
        HeldReason.EDITED,
    }
)
"""Reasons that are looked for again when an author changes the text; the others belong to how it came in."""


class Sort(StrEnum):
    """The order of root comments; replies stand oldest first in both."""

    NEWEST = "newest"
    OLDEST = "oldest"
