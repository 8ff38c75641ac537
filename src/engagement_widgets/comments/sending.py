"""A comment on its way in, and what became of it."""

import hashlib
from dataclasses import dataclass, field
from uuid import UUID

from engagement_widgets.comments.letters.addresses import Proof
from engagement_widgets.comments.rules.case import Examined
from engagement_widgets.comments.search.words import Word
from engagement_widgets.comments.states import Status
from engagement_widgets.hooks import Moderation, Page
from engagement_widgets.kernel.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A comment as it was sent, parsed and checked.

    Attributes:
        page: what it is about, as its page reference says.
        page_id: that page's id.
        reader: who writes: `u:` and the host's user id, or `r:` and the reader's hash.
        name: parsed by `fields.NAME`, or `fields.host_name`.
        email: parsed by `fields.parse_email`.
        letters: what is known of that address, where letters are to be sent to it; None for none.
        body: parsed by `fields.BODY`.
        body_hash: `body_hash(body)`.
        words: `search.words.indexed(name, body)`.
        examined: what rules and checkers found in it before.
        moderation: the page's rule at this moment.
        trust_after: approved comments that `Moderation.TRUST` asks for.
        brakes: a wave holds the page, or the site, by itself (setting `brake`).
        parent: the comment it answers.
        is_staff: the host's identity says that the newsroom writes.
        no_code: sent without a captcha code.
        hasty: the captcha's code came back sooner than people type it.
        no_work: the browser did not do the work asked beside the code.
        trapped: a field was filled in that people do not see.
        is_new: this reader was unknown until now.
        submission_key: parsed by `fields.parse_submission_key`.
        address_hash: keyed hash of the client's address, stored for 30 days; counts comments without a code.
        reply_depth: levels below a root to which replies are indented, 1 to `MOST_DEPTH`.
    """

    page: Page
    page_id: UUID
    reader: str
    name: str
    email: str | None = field(repr=False)
    body: str
    body_hash: str
    words: tuple[Word, ...]
    examined: Examined
    moderation: Moderation
    letters: Proof | None = None
    trust_after: int = 3
    brakes: bool = False
    parent: UUID | None = None
    is_staff: bool = False
    no_code: bool = False
    hasty: bool = False
    no_work: bool = False
    trapped: bool = False
    is_new: bool = False
    submission_key: str | None = field(default=None, repr=False)
    address_hash: str | None = field(default=None, repr=False)
    reply_depth: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What became of a submission. `repeated`: it had come before; this is the first result again."""

    comment_id: UUID
    status: Status
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is asked before the captcha is spent."""

    page_id: UUID
    reader: str
    submission_key: str | None
    parent: UUID | None


def body_hash(body: str) -> str:
    """SHA-256 of the folded text: the same for a text retyped with other case, marks or blanks."""
    return hashlib.sha256(fold(body).encode()).hexdigest()
