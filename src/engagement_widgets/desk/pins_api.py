"""Pinning for programs, below `/api/v1/desk`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

from engagement_widgets.comments.service import Decided, Pin, pin, unpin
from engagement_widgets.desk.api import decided_out
from engagement_widgets.desk.api_models import DecidedOut
from engagement_widgets.desk.gate import DOOR, MODERATORS, seat_of_call
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute

_Unit: TypeAlias = Callable[[Tx, Pin], Decided]


class PinIn(ApiModel):
    """`version` is the one that was seen."""

    version: int


async def pin_comment(ctx: Context, call: ApiCall[PinIn, None]) -> DecidedOut:
    """Put a root first on its page."""
    return await _pinned(ctx, call, pin)


async def unpin_comment(ctx: Context, call: ApiCall[PinIn, None]) -> DecidedOut:
    """Let a pinned comment stand among the others again."""
    return await _pinned(ctx, call, unpin)


async def _pinned(ctx: Context, call: ApiCall[PinIn, None], unit: _Unit) -> DecidedOut:
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    command = Pin(
        comment_id=call.request.path_params["root_id"],
        version=call.body.version,
        actor=seat.user,
        undo_window=timedelta(seconds=ctx.settings.undo_window),
    )
    return decided_out(ctx, await ctx.storage.write(unit, command))


def _route(name: str, handler: Any, summary: str, *errors: str) -> ApiRoute[Any, Any]:  # noqa: ANN401
    return ApiRoute(
        method="POST",
        path=f"/desk/comments/{{root_id:uuid}}/{name}",
        handler=handler,
        summary=summary,
        request=PinIn,
        response=DecidedOut,
        errors=(*DOOR, "unknown_comment", "stale_version", *errors),
    )


API: tuple[ApiRoute[Any, Any], ...] = (
    _route("pin", pin_comment, "Pin a comment", "not_pinnable", "too_many_pinned"),
    _route("unpin", unpin_comment, "Unpin a comment"),
)
