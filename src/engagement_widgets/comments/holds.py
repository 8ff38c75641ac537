"""Why a comment waits. Pure: what the database knows comes in as facts, so the rule runs inside the unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from engagement_widgets.comments.states import HeldReason
from engagement_widgets.errors import Param
from engagement_widgets.hooks import Moderation


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the reasons are found from.

    Attributes:
        moderation: the page's rule at this moment.
        is_staff: the host's identity says that the newsroom writes.
        known_reader: something by this reader has been approved.
        links: web addresses in the text.
        twin: a comment with the same folded text on the same page.
        no_code: sent without a captcha code.
        hasty: the code came back sooner than people type it.
        no_work: the browser did not do the work asked beside the code.
        trapped: a field was filled in that people do not see.
        crowded: many new readers wrote from the same address just before.
    """

    moderation: Moderation
    is_staff: bool
    known_reader: bool
    links: int
    twin: UUID | None
    no_code: bool
    hasty: bool = False
    no_work: bool = False
    trapped: bool = False
    crowded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One reason and its figures."""

    reason: HeldReason
    params: Mapping[str, Param]


def held_reasons(facts: Facts) -> tuple[Hold, ...]:
    """Every reason to hold a comment; none means that it is published at once.

    The newsroom is never held: it is who the others wait for. Where the page publishes first
    (`Moderation.POST`), being new is no reason; links, a repeated text, a missing code and the signs of a program are.
    """
    if facts.is_staff:
        return ()
    holds: list[Hold] = []
    if facts.moderation is Moderation.PRE:
        holds.append(Hold(reason=HeldReason.PREMODERATION, params={}))
        if not facts.known_reader:
            holds.append(Hold(reason=HeldReason.FIRST_COMMENT, params={}))
    if facts.links:
        holds.append(Hold(reason=HeldReason.HAS_LINKS, params={"count": facts.links}))
    if facts.twin is not None:
        holds.append(Hold(reason=HeldReason.DUPLICATE, params={"of": str(facts.twin)}))
    if facts.no_code:
        holds.append(Hold(reason=HeldReason.NO_CODE, params={}))
    signs = (
        (facts.hasty, HeldReason.HASTY),
        (facts.no_work, HeldReason.NO_WORK),
        (facts.trapped, HeldReason.TRAP),
        (facts.crowded, HeldReason.CROWD),
    )
    holds += [Hold(reason=reason, params={}) for is_there, reason in signs if is_there]
    return tuple(holds)
