"""Emergency holds and closed pages for programs, below `/api/v1/desk`."""

from datetime import datetime
from typing import Any

from engagement_widgets.comments.emergencies import (
    Emergency,
    EndHold,
    HoldAll,
    Scope,
    end_hold,
    hold_all,
    list_emergencies,
)
from engagement_widgets.comments.fields import NOTE
from engagement_widgets.desk.fields import parse_moment
from engagement_widgets.desk.gate import ADMINS, DOOR, MODERATORS, seat_of_call
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import Fields, TextField
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute

_TARGET = TextField("target", minimum=0, maximum=255, max_bytes=255)


class EmergencyIn(ApiModel):
    """Hold everything of the site, of a section (`target` its name) or of a page (`target` its id) until a moment."""

    scope: Scope
    target: str = ""
    until: str
    reason: str = ""
    banner: str = ""


class EmergencyParams(ApiModel):
    """Which hold: its scope and target, and whether it is the `automatic` one of the brake."""

    scope: Scope
    target: str = ""
    automatic: bool = False


class EmergencyOut(ApiModel):
    """A hold as it stands; it holds nothing any more once `until` has come. The brake sets `automatic` ones."""

    scope: Scope
    target: str
    until: datetime
    reason: str
    banner: str
    set_at: datetime
    set_by: str
    automatic: bool


class EmergenciesOut(ApiModel):
    """Every emergency hold, newest first."""

    holds: list[EmergencyOut]


class EndedOut(ApiModel):
    """The hold is over."""

    ended: bool


async def get_emergencies(ctx: Context, call: ApiCall[None, None]) -> EmergenciesOut:
    """Every emergency hold."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    return EmergenciesOut(holds=list(map(_emergency_out, await ctx.storage.read(list_emergencies, seat.user))))


async def set_emergency(ctx: Context, call: ApiCall[EmergencyIn, None]) -> EmergencyOut:
    """Hold everything of a scope, from the next comment on."""
    seat = await seat_of_call(ctx, call.request, ADMINS)
    fields, body = Fields(), call.body
    target = fields.take("target", _TARGET.parse, body.target)
    until = fields.take("until", parse_moment, body.until)
    reason = fields.take("reason", NOTE.parse, body.reason)
    banner = fields.take("banner", NOTE.parse, body.banner)
    fields.check()
    if until is None:
        raise Invalid([FieldError("until", "required")])
    command = HoldAll(
        scope=body.scope,
        target=target or "",
        until=until,
        reason=reason or "",
        banner=banner or "",
        actor=seat.user,
    )
    return _emergency_out(await ctx.storage.write(hold_all, command))


async def end_emergency(ctx: Context, call: ApiCall[None, EmergencyParams]) -> EndedOut:
    """End a hold before its time."""
    seat = await seat_of_call(ctx, call.request, ADMINS)
    asked = call.query
    command = EndHold(scope=asked.scope, target=asked.target, actor=seat.user, automatic=asked.automatic)
    await ctx.storage.write(end_hold, command)
    return EndedOut(ended=True)


def _emergency_out(hold: Emergency) -> EmergencyOut:
    return EmergencyOut(**{name: getattr(hold, name) for name in EmergencyOut.model_fields})


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="GET",
        path="/desk/emergency",
        handler=get_emergencies,
        summary="Every emergency hold",
        response=EmergenciesOut,
        errors=DOOR,
    ),
    ApiRoute(
        method="POST",
        path="/desk/emergency",
        handler=set_emergency,
        summary="Hold everything of the site, a section or a page",
        request=EmergencyIn,
        response=EmergencyOut,
        status=201,
        errors=(*DOOR, "not_future", "hold_too_long", "bad_moment", "required", "invalid_id"),
    ),
    ApiRoute(
        method="DELETE",
        path="/desk/emergency",
        handler=end_emergency,
        summary="End an emergency hold",
        query=EmergencyParams,
        response=EndedOut,
        errors=(*DOOR, "unknown_hold"),
    ),
)
