"""Reports for programs, below `/api/v1`."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema
from starlette.responses import Response

from engagement_widgets.comments.reports.reasons import ReportReason
from engagement_widgets.comments.reports.reporting import parse_complaint, send
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import set_reader_cookie
from engagement_widgets.web.openapi import ApiCall, ApiRoute
from engagement_widgets.web.responses import json_response


class ReportIn(ApiModel):
    """A report of a comment."""

    # not the enumeration itself: whatever is no reason gets the one code `choose_reason`, as from the form
    reason: Annotated[Any, WithJsonSchema({"type": "string", "enum": [reason.value for reason in ReportReason]})]
    text: Annotated[str | None, Field(description="What is wrong, in the reader's words.")] = None


class ReportedOut(ApiModel):
    """The report is with the desk."""

    reported: bool


async def post_report(ctx: Context, call: ApiCall[ReportIn, None]) -> Response:
    """Report a comment as the signed-in user or the reader of the cookie, which comes with the answer."""
    complaint = parse_complaint(call.body.reason, call.body.text)
    sent = await send(ctx, call.request, call.request.path_params["comment_id"], complaint)
    response = json_response(ReportedOut(reported=True), status=201)
    set_reader_cookie(ctx, call.request, response, sent.client)
    return response


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="POST",
        path="/comments/{comment_id:uuid}/reports",
        handler=post_report,
        summary="Report a comment to the desk",
        request=ReportIn,
        response=ReportedOut,
        status=201,
        errors=(
            "unknown_comment",
            "choose_reason",
            "own_report",
            "already_reported",
            "https_required",
            "too_fast",
            "too_many_reports",
            "busy",
        ),
    ),
)
