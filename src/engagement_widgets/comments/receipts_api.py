"""An author's own comment for programs, below `/api/v1`: read it, change it, take it back, open it by its code."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from engagement_widgets.comments.changing import change_text, find_receipt, open_by_code, take_back
from engagement_widgets.comments.receipt_codes import receipt_code
from engagement_widgets.comments.receipt_cookie import remember_opened
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.views import OwnComment
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute
from engagement_widgets.web.responses import json_response


class ReceiptOut(ApiModel):
    """A comment as its author sees it, for 30 days. `note` is the moderator's reason.

    `suspended`: hidden while a complaint about it is looked into.

    `version` is what a change must name; it can be made until `edit_until` where `can_edit`. `code` opens the receipt
    on another device.
    """

    id: UUID
    status: Status
    note: str | None
    author: str
    body: str
    submitted_at: datetime
    edited_at: datetime | None
    withdrawn: bool
    suspended: bool
    version: int
    can_edit: bool
    can_withdraw: bool
    edit_until: datetime
    code: Annotated[str, Field(repr=False)]
    page_url: str


class EditIn(ApiModel):
    """Another text for a comment. `version` is the one that was seen."""

    body: str
    version: int


class OpenIn(ApiModel):
    """The code of a receipt."""

    receipt_code: Annotated[str, Field(repr=False)]


class OpenedOut(ApiModel):
    """Which comment it is. The cookie that comes with the answer opens its receipt for a day."""

    id: UUID
    receipt: str


def receipt_out(ctx: Context, own: OwnComment) -> ReceiptOut:
    """One receipt for programs, the same here and from the form routes."""
    return ReceiptOut(
        id=own.comment.id,
        status=own.told_status,
        note=own.note,
        author=own.comment.name,
        body=own.comment.body,
        submitted_at=own.comment.submitted_at,
        edited_at=own.comment.edited_at,
        withdrawn=own.is_withdrawn,
        suspended=own.is_suspended,
        version=own.version,
        can_edit=own.edit_refusal is None,
        can_withdraw=own.withdrawal_refusal is None,
        edit_until=own.edit_until,
        code=receipt_code(ctx.secrets, own.comment.id),
        page_url=own.page_url,
    )


async def get_receipt(ctx: Context, call: ApiCall[Any, None]) -> ReceiptOut:
    """A comment as its author sees it."""
    receipt = await find_receipt(ctx, call.request, call.request.path_params["comment_id"])
    return receipt_out(ctx, receipt.own)


async def edit_comment(ctx: Context, call: ApiCall[EditIn, None]) -> ReceiptOut:
    """Put another text in the place of a comment's."""
    receipt = await find_receipt(ctx, call.request, call.request.path_params["comment_id"])
    await change_text(ctx, call.request, receipt, body=call.body.body, version=call.body.version)
    return await get_receipt(ctx, call)


async def withdraw_comment(ctx: Context, call: ApiCall[None, None]) -> ReceiptOut:
    """Take a comment back."""
    receipt = await find_receipt(ctx, call.request, call.request.path_params["comment_id"])
    await take_back(ctx, call.request, receipt)
    return await get_receipt(ctx, call)


async def open_receipt(ctx: Context, call: ApiCall[OpenIn, None]) -> Response:
    """Open a receipt by its code."""
    comment_id = await open_by_code(ctx, call.request, call.body.receipt_code)
    opened = OpenedOut(id=comment_id, receipt=ctx.urls.path(f"/receipts/{comment_id}"))
    response = json_response(opened)
    remember_opened(ctx, call.request, response, comment_id)
    return response


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="GET",
        path="/receipts/{comment_id:uuid}",
        handler=get_receipt,
        summary="A comment as its author sees it",
        response=ReceiptOut,
        errors=("unknown_receipt",),
    ),
    ApiRoute(
        method="POST",
        path="/receipts",
        handler=open_receipt,
        summary="Open a receipt by its code",
        request=OpenIn,
        response=OpenedOut,
        errors=("too_many_receipt_codes", "https_required"),
    ),
    ApiRoute(
        method="PATCH",
        path="/comments/{comment_id:uuid}",
        handler=edit_comment,
        summary="Change one's own comment",
        request=EditIn,
        response=ReceiptOut,
        errors=(
            "unknown_receipt",
            "comment_changed",
            "comment_decided",
            "comment_disputed",
            "comment_answered",
            "edit_window_over",
            "comments_closed",
            "too_fast",
            "too_many_comments",
            "busy",
        ),
    ),
    ApiRoute(
        method="POST",
        path="/comments/{comment_id:uuid}/withdraw",
        handler=withdraw_comment,
        summary="Take one's own comment back",
        response=ReceiptOut,
        errors=("unknown_receipt", "comment_decided", "comment_disputed", "withdrawal_window_over", "too_fast", "busy"),
    ),
)
