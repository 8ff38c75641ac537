"""Notices of unlawful content for programs, below `/api/v1`."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from engagement_widgets.comments.cases.noticing import send
from engagement_widgets.comments.cases.opening import Opened
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import set_reader_cookie
from engagement_widgets.web.openapi import ApiCall, ApiRoute
from engagement_widgets.web.responses import json_response


class NoticeIn(ApiModel):
    """A notice of unlawful content. A signed-in reader needs no code."""

    comments: Annotated[list[str], Field(description="Links or ids of the comments, at most 10.")]
    name: str
    email: str | None = None
    phone: Annotated[str | None, Field(description="This or `email` is required.")] = None
    statement: Annotated[str, Field(description="What is unlawful, and why.")]
    good_faith: Annotated[bool, Field(description="Declares that the notice is true to the best of one's knowledge.")]
    challenge: Annotated[str | None, Field(description="Id of a challenge for the purpose `case`.")] = None
    code: Annotated[
        str | None, Field(description="What its picture shows, or the token that its `remote` widget gave.")
    ] = None
    nonce: Annotated[str | None, Field(description="What the work of the challenge found, where it asks for work.")] = (
        None
    )
    no_code: Annotated[bool, Field(description="Send without a code; nothing is hidden before a person decides.")] = (
        False
    )


class NoticedOut(ApiModel):
    """A case. `hidden`: its comments are hidden until it is decided. `receipt` is the path of the notifier's page."""

    id: UUID
    number: str
    due_at: datetime
    hidden: bool
    receipt: str


def noticed_out(ctx: Context, opened: Opened) -> NoticedOut:
    """The same here and from the form route."""
    return NoticedOut(
        id=opened.case_id,
        number=opened.number,
        due_at=opened.due_at,
        hidden=opened.hides,
        receipt=ctx.urls.path(f"/cases/{opened.case_id}"),
    )


async def post_notice(ctx: Context, call: ApiCall[NoticeIn, None]) -> Response:
    """Give notice as the signed-in user or the reader of the cookie, which comes with the answer."""
    values = call.body.model_dump()
    values |= {"comments": "\n".join(call.body.comments), ctx.captcha.answer_field: call.body.code}
    sent = await send(ctx, call.request, values)
    response = json_response(noticed_out(ctx, sent.opened), status=201)
    set_reader_cookie(ctx, call.request, response, sent.client)
    return response


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="POST",
        path="/cases",
        handler=post_notice,
        summary="Give notice of unlawful comments",
        request=NoticeIn,
        response=NoticedOut,
        status=201,
        errors=(
            "captcha_required",
            "contact_required",
            "good_faith_required",
            "bad_comment_link",
            "too_many_comments_named",
            "unknown_comment",
            "https_required",
            "too_fast",
            "too_many_cases",
            "busy",
        ),
    ),
)
