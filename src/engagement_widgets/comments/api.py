"""Comments for programs, below `/api/v1`."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from engagement_widgets.comments.drafts import parse_draft
from engagement_widgets.comments.posting import asked_page, send
from engagement_widgets.comments.reading import load_answering, load_comments, parse_address, signed
from engagement_widgets.comments.states import Sort, Status
from engagement_widgets.comments.views import CommentList, CommentView
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import set_reader_cookie
from engagement_widgets.web.openapi import ApiCall, ApiRoute
from engagement_widgets.web.responses import json_response


class CommentIn(ApiModel):
    """A comment to post. A signed-in reader needs neither name nor code."""

    page: Annotated[str, Field(description="The page's signed reference, as the host's article carries it.")]
    body: str
    name: str | None = None
    email: str | None = None
    parent: Annotated[str | None, Field(description="Id of the comment that is answered.")] = None
    challenge: Annotated[str | None, Field(description="Id of a challenge for the purpose `comment`.")] = None
    code: Annotated[
        str | None, Field(description="What its picture shows, or the token that its `remote` widget gave.")
    ] = None
    nonce: Annotated[str | None, Field(description="What the work of the challenge found, where it asks for work.")] = (
        None
    )
    no_code: Annotated[bool, Field(description="Send without a code; a moderator decides, maybe later.")] = False
    submission_key: Annotated[
        str | None, Field(description="22–64 unguessable characters: the same sending again makes no second comment.")
    ] = None


class CommentOut(ApiModel):
    """A public comment; of one that is `gone` only its place. `body` is the text as stored: escape it.

    Replies stand in the order of the thread: each under the last one before it whose `depth` is less, which is 1 right
    under the root. `parent_id` is that root; `answers_id` the reply that is answered, where that is not the root.
    """

    id: UUID
    parent_id: UUID | None
    gone: bool
    author: str | None
    is_staff: bool
    body: str | None
    submitted_at: datetime
    edited_at: datetime | None
    likes: int
    answers_id: UUID | None
    depth: int
    pinned: bool
    replies: "list[CommentOut]"
    more_replies: int


class CommentListOut(ApiModel):
    """One page of comments, or of one thread's replies. `next` and `previous` are cursors."""

    page_id: UUID
    count: int
    sort: Sort
    closed: bool
    thread: UUID | None
    comments: list[CommentOut]
    next: str | None
    previous: str | None


class ListParams(ApiModel):
    """Which part: an order, a cursor, one thread, or the page that holds one comment."""

    sort: Sort = Sort.NEWEST
    cursor: str | None = None
    thread: str | None = None
    at: str | None = None


class SubmittedOut(ApiModel):
    """What became of a comment. `receipt` is the path of the author's own page of it."""

    id: UUID
    status: Status
    receipt: str


def comment_out(view: CommentView) -> CommentOut:
    """One comment for programs, the same here and in the fragment's JSON."""
    return CommentOut(
        id=view.id,
        parent_id=view.parent_id,
        gone=view.gone,
        author=None if view.gone else view.name,
        is_staff=view.is_staff,
        body=None if view.gone else view.body,
        submitted_at=view.submitted_at,
        edited_at=view.edited_at,
        likes=view.likes,
        answers_id=view.answers_id,
        depth=view.depth,
        pinned=view.pinned,
        replies=[comment_out(reply) for reply in view.replies],
        more_replies=view.more_replies,
    )


def comment_list_out(view: CommentList) -> CommentListOut:
    """One page for programs, the same here and in the fragment's JSON."""
    return CommentListOut(
        page_id=view.page_id,
        count=view.count,
        sort=view.sort,
        closed=view.closed,
        thread=view.thread,
        comments=[comment_out(comment) for comment in view.comments],
        next=view.next_cursor,
        previous=view.previous_cursor,
    )


async def list_page_comments(ctx: Context, call: ApiCall[None, ListParams]) -> CommentListOut:
    """The public comments of a page. A page nobody has written on answers none."""
    params = call.query.model_dump(exclude_none=True)
    page_id = ctx.shown_page(call.request.path_params["page_id"])
    address = parse_address(ctx.secrets, page_id, ctx.settings.page_size, params)
    return comment_list_out(signed(ctx.secrets, await ctx.storage.read(load_comments, address)))


async def get_comment(ctx: Context, call: ApiCall[None, None]) -> CommentOut:
    """One public comment."""
    found = await ctx.storage.read(load_answering, call.request.path_params["comment_id"])
    return comment_out(found.comment)


async def post_comment(ctx: Context, call: ApiCall[CommentIn, None]) -> Response:
    """Post a comment as the signed-in user or the reader of the cookie, which comes with the answer."""
    asked = await asked_page(ctx, call.request, call.body.page)
    values = call.body.model_dump()
    draft = parse_draft(
        ctx, {**values, ctx.captcha.answer_field: call.body.code}, asked.client, no_code=call.body.no_code
    )
    sent = await send(ctx, call.request, asked, draft)
    response = json_response(submitted_out(ctx, sent.result.comment_id, sent.result.status), status=201)
    set_reader_cookie(ctx, call.request, response, sent.client)
    return response


def submitted_out(ctx: Context, comment_id: UUID, status: Status) -> SubmittedOut:
    """What became of a comment, the same here and from the form route."""
    return SubmittedOut(id=comment_id, status=status, receipt=ctx.urls.path(f"/receipts/{comment_id}"))


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="GET",
        path="/pages/{page_id:uuid}/comments",
        handler=list_page_comments,
        summary="The comments of a page",
        query=ListParams,
        response=CommentListOut,
        errors=("bad_query", "bad_cursor", "unknown_comment"),
    ),
    ApiRoute(
        method="GET",
        path="/comments/{comment_id:uuid}",
        handler=get_comment,
        summary="One comment",
        response=CommentOut,
        errors=("unknown_comment",),
    ),
    ApiRoute(
        method="POST",
        path="/comments",
        handler=post_comment,
        summary="Post a comment",
        request=CommentIn,
        response=SubmittedOut,
        status=201,
        errors=(
            "unknown_page",
            "foreign_page",
            "captcha_required",
            "comments_closed",
            "writer_blocked",
            "rejected_by_rule",
            "unknown_parent",
            "submission_key_used",
            "https_required",
            "too_fast",
            "too_many_comments",
            "busy",
        ),
    ),
)
