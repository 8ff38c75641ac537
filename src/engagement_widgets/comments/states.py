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
    """Why a comment waits (*lý do giữ lại*), and what kind of rule says so. The figures are in the hold's `params`.

    Attributes:
        EMERGENCY: the site, the section or the page is held as a whole for a time.
        BRAKE: the brake holds the site or the page by itself, because of a wave.
        BLOCKED: this reader's comments are always held.
        PREMODERATION: the site or the page holds every comment.
        UNTRUSTED: fewer than `needed` of the reader's last decided comments were approved.
        FIRST_COMMENT: nothing by this reader has been approved yet.
        HAS_LINKS: `count` links in the text.
        WORDS: a word or phrase of a list was found.
        PERSONAL_DATA: personal data of the kind `what` was found.
        IMPOSTOR: the name looks like `name`, which the newsroom uses.
        DUPLICATE: the same folded text stands on this page already, as comment `of`.
        SIMILAR: nearly the same text stands on this page already; `of` is the first of those that resemble it.
        NO_CODE: sent without a captcha code.
        HASTY: the code came back sooner than people type it.
        NO_WORK: the code is right, but the browser did not do the work asked beside it.
        TRAP: a field was filled in that people do not see.
        CROWD: many new readers wrote from one address just before.
        READER_FLOOD: this reader sent more than `count` comments in `minutes`.
        PAGE_FLOOD: more comments came to this page in `minutes` than its own history explains.
        CHECKER: the external checker `checker` says so, because of `why`.
        CHECKER_UNAVAILABLE: the external checker `checker` did not answer.
        EDITED: its author has changed the text that was public.
        REPORTED: `count` readers reported it since it was last decided.
        CASE: case `number` is open about it.
    """

    EMERGENCY = "emergency"
    BRAKE = "brake"
    BLOCKED = "blocked"
    PREMODERATION = "premoderation"
    UNTRUSTED = "untrusted"
    FIRST_COMMENT = "first_comment"
    HAS_LINKS = "has_links"
    WORDS = "words"
    PERSONAL_DATA = "personal_data"
    IMPOSTOR = "impostor"
    DUPLICATE = "duplicate"
    SIMILAR = "similar"
    NO_CODE = "no_code"
    HASTY = "hasty"
    NO_WORK = "no_work"
    TRAP = "trap"
    CROWD = "crowd"
    READER_FLOOD = "reader_flood"
    PAGE_FLOOD = "page_flood"
    CHECKER = "checker"
    CHECKER_UNAVAILABLE = "checker_unavailable"
    EDITED = "edited"
    REPORTED = "reported"
    CASE = "case"


OF_THE_TEXT: Final = frozenset(
    {
        HeldReason.EMERGENCY,
        HeldReason.BRAKE,
        HeldReason.BLOCKED,
        HeldReason.PREMODERATION,
        HeldReason.UNTRUSTED,
        HeldReason.FIRST_COMMENT,
        HeldReason.HAS_LINKS,
        HeldReason.WORDS,
        HeldReason.PERSONAL_DATA,
        HeldReason.IMPOSTOR,
        HeldReason.DUPLICATE,
        HeldReason.SIMILAR,
        HeldReason.CHECKER,
        HeldReason.CHECKER_UNAVAILABLE,
        HeldReason.EDITED,
    }
)
"""Reasons that are looked for again when an author changes the text; the others belong to how it came in."""


class Effect(StrEnum):
    """What a block does: every comment waits, or none is taken."""

    HOLD = "hold"
    REFUSE = "refuse"


class Sort(StrEnum):
    """The order of root comments; replies stand oldest first in all of them.

    Attributes:
        NEWEST: latest first.
        OLDEST: in the order they came.
        HELPFUL: by `likes.ranking.rank`, the best first; of equals the latest.
    """

    NEWEST = "newest"
    OLDEST = "oldest"
    HELPFUL = "helpful"
