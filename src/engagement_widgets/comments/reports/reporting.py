"""From a request to a report, the same for the form and the API."""

from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request

from engagement_widgets.comments.reports.reasons import TEXT, ReportReason, parse_reason
from engagement_widgets.comments.reports.service import Report, Reported, report
from engagement_widgets.errors import Refused
from engagement_widgets.kernel.text import Fields
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import Client, client_of, ensure_reader

THROTTLE = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What was chosen and typed, checked."""

    reason: ReportReason
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was done, and by whom: the answer to a report gives the reader's cookie."""

    result: Reported
    client: Client


def parse_complaint(reason: object, text: object) -> Complaint:
    """Check everything that was typed.

    Raises:
        Invalid: naming every wrong field.
    """
    fields = Fields()
    chosen = fields.take("reason", parse_reason, reason)
    typed = fields.take("text", TEXT.parse, text)
    fields.check()
    return Complaint(reason=chosen or ReportReason.OTHER, text=typed or "")


async def send(ctx: Context, request: Request, comment_id: UUID, complaint: Complaint) -> Sent:
    """Store a report.

    Raises:
        NotFound: `unknown_comment`.
        Refused: `own_report`, `https_required`.
        Conflict: `already_reported`.
        TooMany: `too_fast`, `too_many_reports`.
        Unavailable: `busy`.
    """
    sender = await client_of(ctx, request)
    if sender.voter() is not None:
        ctx.throttle.check(THROTTLE, sender.throttle_key)
    client = ensure_reader(ctx, request, sender)
    reader = client.voter()
    if reader is None:  # cannot be: `ensure_reader` gives a reader or raises
        raise Refused("https_required")
    command = Report(
        comment_id=comment_id,
        reader=reader,
        names=client.names(),
        reason=complaint.reason,
        text=complaint.text,
        address_hash=client.address_hash,
        to_hold=ctx.settings.reports_to_hold,
        hides=ctx.settings.reports_hide,
        is_new=sender.voter() is None,
    )
    return Sent(result=await ctx.storage.write(report, command), client=client)
