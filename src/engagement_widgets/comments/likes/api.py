"""Likes for programs, below `/api/v1`."""

from typing import Any

from starlette.responses import Response

from engagement_widgets.comments.likes.liking import cast
from engagement_widgets.comments.likes.service import Outcome, Voted
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import set_reader_cookie
from engagement_widgets.web.openapi import ApiCall, ApiRoute
from engagement_widgets.web.responses import json_response


class LikedOut(ApiModel):
    """What became of a like, and how many like the comment now."""

    outcome: Outcome
    likes: int


def liked_out(voted: Voted) -> LikedOut:
    """The same here and from the form route."""
    return LikedOut(outcome=voted.outcome, likes=voted.likes)


async def put_like(ctx: Context, call: ApiCall[None, None]) -> Response:
    """Like a comment as the signed-in user or the reader of the cookie, which comes with the answer."""
    sent = await cast(ctx, call.request, call.request.path_params["comment_id"], likes=True)
    response = json_response(liked_out(sent.result))
    set_reader_cookie(ctx, call.request, response, sent.client)
    return response


async def delete_like(ctx: Context, call: ApiCall[None, None]) -> LikedOut:
    """Take a like back."""
    sent = await cast(ctx, call.request, call.request.path_params["comment_id"], likes=False)
    return liked_out(sent.result)


_PATH = "/comments/{comment_id:uuid}/like"
_ERRORS = ("unknown_comment", "too_fast", "too_many_likes", "busy")

API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="PUT",
        path=_PATH,
        handler=put_like,
        summary="Like a comment",
        response=LikedOut,
        errors=("own_like", "https_required", *_ERRORS),
    ),
    ApiRoute(
        method="DELETE",
        path=_PATH,
        handler=delete_like,
        summary="Take a like back",
        response=LikedOut,
        errors=_ERRORS,
    ),
)
