"""Cases for programs, below `/api/v1/desk/cases`: list, read with the evidence, decide."""

from datetime import datetime
from typing import Any
from uuid import UUID

from engagement_widgets.comments.cases.deciding import CaseDecision, DecideCase, decide_case
from engagement_widgets.comments.cases.reading import CaseFile, CasesQuery, CaseView, list_cases, read_case
from engagement_widgets.comments.cases.states import CaseStatus
from engagement_widgets.comments.fields import NOTE
from engagement_widgets.comments.service import Status
from engagement_widgets.desk.gate import DOOR, MODERATORS, seat_of_call
from engagement_widgets.desk.place import PAGE_SIZE
from engagement_widgets.errors import Malformed
from engagement_widgets.kernel.paging import decode_cursor, encode_cursor
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute


class CasesParams(ApiModel):
    """Which cases: of one status, after a cursor."""

    status: CaseStatus = CaseStatus.OPEN
    cursor: str | None = None


class CaseOut(ApiModel):
    """A case. `version` is what a decision must name; `hides` says that its comments are hidden while it is open."""

    id: UUID
    number: str
    status: CaseStatus
    version: int
    name: str
    email: str | None
    phone: str | None
    statement: str
    hides: bool
    opened_at: datetime
    due_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    note: str | None


class CasesOut(ApiModel):
    """One page of cases, the first due first. `next` is a cursor."""

    cases: list[CaseOut]
    next: str | None


class EvidenceOut(ApiModel):
    """What a case keeps of a comment: `evidence` as it was, with its SHA-256; `status` and `version` as they are.

    `intact`: the copy still has the fingerprint that it was stored with.
    """

    comment_id: UUID
    evidence: dict[str, Any]
    sha256: str
    intact: bool
    status: Status
    version: int


class CaseFileOut(ApiModel):
    """A case with its evidence."""

    case: CaseOut
    comments: list[EvidenceOut]


class CaseDecisionIn(ApiModel):
    """A decision: `upheld` takes the comments down, `rejected` brings back what was hidden."""

    decision: CaseDecision
    version: int
    note: str | None = None


async def get_cases(ctx: Context, call: ApiCall[None, CasesParams]) -> CasesOut:
    """One page of cases."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    status = call.query.status
    after = None
    if call.query.cursor:
        of, at, case_id = decode_cursor(ctx.secrets, call.query.cursor, length=3)
        if of != status:
            raise Malformed("bad_cursor")
        after = (datetime.fromisoformat(at), UUID(case_id))
    query = CasesQuery(status=status, size=PAGE_SIZE, after=after, viewer=seat.user)
    found = await ctx.storage.read(list_cases, query)
    following = found.next
    return CasesOut(
        cases=[_case_out(case) for case in found.cases],
        next=encode_cursor(ctx.secrets, (status.value, following[0].isoformat(), str(following[1])))
        if following
        else None,
    )


async def get_case(ctx: Context, call: ApiCall[None, None]) -> CaseFileOut:
    """One case with its evidence."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    file = await ctx.storage.read(read_case, call.request.path_params["case_id"])
    for section in file.sections:
        seat.require_section(section)
    return _file_out(file)


async def post_case_decision(ctx: Context, call: ApiCall[CaseDecisionIn, None]) -> CaseFileOut:
    """Close a case."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    case_id: UUID = call.request.path_params["case_id"]
    command = DecideCase(
        case_id=case_id,
        version=call.body.version,
        decision=call.body.decision,
        actor=seat.user,
        note=NOTE.parse(call.body.note) or None,
    )
    await ctx.storage.write(decide_case, command)
    return _file_out(await ctx.storage.read(read_case, case_id))


def _case_out(case: CaseView) -> CaseOut:
    return CaseOut(**{name: getattr(case, name) for name in CaseOut.model_fields})


def _file_out(file: CaseFile) -> CaseFileOut:
    comments = [
        EvidenceOut(
            comment_id=kept.comment_id,
            evidence=dict(kept.values),
            sha256=kept.sha256,
            intact=kept.intact,
            status=kept.status,
            version=kept.version,
        )
        for kept in file.evidence
    ]
    return CaseFileOut(case=_case_out(file.case), comments=comments)


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="GET",
        path="/desk/cases",
        handler=get_cases,
        summary="Cases about unlawful comments",
        query=CasesParams,
        response=CasesOut,
        errors=(*DOOR, "bad_cursor"),
    ),
    ApiRoute(
        method="GET",
        path="/desk/cases/{case_id:uuid}",
        handler=get_case,
        summary="One case with its evidence",
        response=CaseFileOut,
        errors=(*DOOR, "unknown_case"),
    ),
    ApiRoute(
        method="POST",
        path="/desk/cases/{case_id:uuid}/decision",
        handler=post_case_decision,
        summary="Close a case",
        request=CaseDecisionIn,
        response=CaseFileOut,
        errors=(*DOOR, "unknown_case", "stale_version"),
    ),
)
