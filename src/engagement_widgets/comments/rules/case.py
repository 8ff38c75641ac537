"""A comment as it comes before the rules, and what they make of it."""

from dataclasses import dataclass, field
from uuid import UUID

from engagement_widgets.comments.rules.rule import Finding
from engagement_widgets.comments.rules.ruleset import RuleSet
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.hooks import Moderation, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was found outside the transaction, and by which set of rules.

    Attributes:
        rules: the set.
        findings: of the text, and of external checkers.
        bands: `similar.bands` of the text; () for one too short to be compared.
        traits: `traits.text_bits` of the text.
    """

    rules: RuleSet
    findings: tuple[Finding, ...] = ()
    bands: tuple[int, ...] = ()
    traits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a verdict is made from, for a post as for an edit.

    Attributes:
        page: what the comment is about.
        page_id: its id.
        reader: who writes: `u:` and the host's user id, or `r:` and the reader's hash.
        email: as parsed, or None.
        address_hash: keyed hash of the address it comes from, or None.
        body: the text.
        body_hash: `sending.body_hash(body)`.
        moderation: the page's rule at this moment.
        trust_after: approved comments that `Moderation.TRUST` asks for.
        brakes: a page that leaves its rate is held as a whole for a while (setting `brake`).
        is_staff: the newsroom writes; it is never held.
        signs: what the request itself tells: `NO_CODE`, `HASTY`, `NO_WORK`, `TRAP`, `CROWD`.
        examined: what was found outside the transaction.
        comment_id: the comment that is edited, None for a new one; an edit is no arrival and makes no flood.
    """

    page: Page
    page_id: UUID
    reader: str
    email: str | None = field(default=None, repr=False)
    address_hash: str | None = field(default=None, repr=False)
    body: str
    body_hash: str
    moderation: Moderation
    trust_after: int
    brakes: bool = False
    is_staff: bool = False
    signs: frozenset[HeldReason] = frozenset()
    examined: Examined
    comment_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """So many came in the last `minutes`, where `usual` ones come in as many."""

    count: int
    usual: float
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the rules found, in their order; nothing found is approved. `wave`: what the brake is pulled for."""

    findings: tuple[Finding, ...] = ()
    wave: Rates | None = None

    @property
    def status(self) -> Status:
        """Spam where one rule says so, else pending where one holds, else approved."""
        if any(found.rule.draft.action is Action.SPAM for found in self.findings):
            return Status.SPAM
        return Status.PENDING if self.findings else Status.APPROVED
