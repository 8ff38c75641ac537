"""What is said above the queue while the deadline of a case comes near."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from engagement_widgets.comments.cases.reading import CasesQuery, list_cases
from engagement_widgets.comments.cases.states import CaseStatus
from engagement_widgets.desk.case_words import CaseLine, case_line
from engagement_widgets.hooks import DeskUser
from engagement_widgets.web.context import Context

NEAR: Final = timedelta(hours=24)
"""So long before its deadline a case is told of above the queue."""

_LOOKED_AT: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBanner:
    """The case that is due first, and how many more are due soon."""

    first: CaseLine
    others: int


async def case_banner(ctx: Context, user: DeskUser, locale: str) -> CaseBanner | None:
    """The banner for this person, None while nothing of theirs is due soon."""
    now = ctx.clock.now()
    query = CasesQuery(status=CaseStatus.OPEN, size=_LOOKED_AT, viewer=user)
    near = [case for case in (await ctx.storage.read(list_cases, query)).cases if case.due_at <= now + NEAR]
    return CaseBanner(first=case_line(near[0], now, locale), others=len(near) - 1) if near else None
