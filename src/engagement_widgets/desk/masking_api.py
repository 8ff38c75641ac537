"""Masking personal data through the API: the same unit as the button on the card."""

from datetime import timedelta
from typing import Any

from engagement_widgets.comments.rules.ruleset import TOPIC, load_rules
from engagement_widgets.comments.service import MaskPersonalData, mask_personal_data
from engagement_widgets.desk.api import decided_out
from engagement_widgets.desk.api_models import DecidedOut, MaskIn
from engagement_widgets.desk.gate import DOOR, MODERATORS, seat_of_call
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute


async def mask_comment(ctx: Context, call: ApiCall[MaskIn, None]) -> DecidedOut:
    """Mask personal data."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    command = MaskPersonalData(
        comment_id=call.request.path_params["comment_id"],
        version=call.body.version,
        actor=seat.user,
        allowed=(await ctx.storage.recall(load_rules, TOPIC)).allowed,
        undo_window=timedelta(seconds=ctx.settings.undo_window),
    )
    return decided_out(ctx, await ctx.storage.write(mask_personal_data, command))


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="POST",
        path="/desk/comments/{comment_id:uuid}/mask",
        handler=mask_comment,
        summary="Mask telephone numbers, IDs, accounts and addresses in a comment",
        request=MaskIn,
        response=DecidedOut,
        errors=(*DOOR, "unknown_comment", "stale_version", "nothing_to_mask", "case_open"),
    ),
)
