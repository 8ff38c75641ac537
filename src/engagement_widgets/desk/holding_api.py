"""Blocks and emergency holds for programs, below `/api/v1/desk`."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from engagement_widgets.comments.blocks import (
    Block,
    BlockChanged,
    BlockWriter,
    By,
    LiftBlock,
    Target,
    UndoBlock,
    block_writer,
    lift_block,
    list_blocks,
    undo_block,
)
from engagement_widgets.comments.emergencies import (
    Emergency,
    EndHold,
    HoldAll,
    Scope,
    end_hold,
    hold_all,
    list_emergencies,
)
from engagement_widgets.comments.fields import NOTE, parse_email
from engagement_widgets.comments.states import Effect
from engagement_widgets.desk.gate import ADMINS, DOOR, MODERATORS, seat_of_call
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import Fields, TextField
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute

_USER = TextField("user", minimum=0, maximum=255, max_bytes=255)
_TARGET = TextField("target", minimum=0, maximum=255, max_bytes=255)


class BlockIn(ApiModel):
    """A block: of a comment's author `by` reader, email or address; or of an e-mail, or a host user's id."""

    comment: str | None = None
    by: By = By.READER
    email: str | None = None
    user: str | None = None
    effect: Effect
    until: str | None = None
    note: str = ""


class BlockOut(ApiModel):
    """A block as it stands; it holds nothing any more once `until` has come. `value` may be a hash."""

    id: UUID
    kind: str
    value: str
    effect: Effect
    until: datetime | None
    note: str
    set_at: datetime
    set_by: str


class BlocksOut(ApiModel):
    """Every block, newest first."""

    blocks: list[BlockOut]


class BlockChangedOut(ApiModel):
    """What became of a block, null when it is gone. `undo` takes the change back until `undo_until`."""

    block: BlockOut | None
    undo: UUID | None
    undo_until: datetime | None


class EmergencyIn(ApiModel):
    """Hold everything of the site, of a section (`target` its name) or of a page (`target` its id) until a moment."""

    scope: Scope
    target: str = ""
    until: str
    reason: str = ""
    banner: str = ""


class EmergencyParams(ApiModel):
    """Which hold: its scope and target."""

    scope: Scope
    target: str = ""


class EmergencyOut(ApiModel):
    """A hold as it stands; it holds nothing any more once `until` has come."""

    scope: Scope
    target: str
    until: datetime
    reason: str
    banner: str
    set_at: datetime
    set_by: str


class EmergenciesOut(ApiModel):
    """Every emergency hold, newest first."""

    holds: list[EmergencyOut]


class EndedOut(ApiModel):
    """The hold is over."""

    ended: bool


async def get_blocks(ctx: Context, call: ApiCall[None, None]) -> BlocksOut:
    """Every block."""
    await seat_of_call(ctx, call.request, MODERATORS, whole_site=True)
    return BlocksOut(blocks=list(map(_block_out, await ctx.storage.read(list_blocks, None))))


async def set_block(ctx: Context, call: ApiCall[BlockIn, None]) -> BlockChangedOut:
    """Block somebody, from the next comment on."""
    seat = await seat_of_call(ctx, call.request, MODERATORS, whole_site=True)
    fields, body = Fields(), call.body
    comment = fields.take("comment", _uuid, body.comment)
    email = fields.take("email", parse_email, body.email)
    user = fields.take("user", _USER.parse, body.user or "")
    until = fields.take("until", _moment, body.until)
    note = fields.take("note", NOTE.parse, body.note)
    fields.check()
    command = BlockWriter(
        target=Target(comment_id=comment, by=body.by, email=email, user=user or None),
        effect=body.effect,
        until=until,
        note=note or "",
        actor=seat.user,
        undo_window=_window(ctx),
    )
    return _changed_out(ctx, await ctx.storage.write(block_writer, command))


async def delete_block(ctx: Context, call: ApiCall[None, None]) -> BlockChangedOut:
    """End a block."""
    seat = await seat_of_call(ctx, call.request, MODERATORS, whole_site=True)
    command = LiftBlock(block_id=call.request.path_params["block_id"], actor=seat.user, undo_window=_window(ctx))
    return _changed_out(ctx, await ctx.storage.write(lift_block, command))


async def undo_block_change(ctx: Context, call: ApiCall[None, None]) -> BlockChangedOut:
    """Take the setting or the lifting of a block back."""
    seat = await seat_of_call(ctx, call.request, MODERATORS, whole_site=True)
    command = UndoBlock(undo_id=call.request.path_params["block_undo_id"], actor=seat.user)
    return _changed_out(ctx, await ctx.storage.write(undo_block, command))


async def get_emergencies(ctx: Context, call: ApiCall[None, None]) -> EmergenciesOut:
    """Every emergency hold."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    return EmergenciesOut(holds=list(map(_emergency_out, await ctx.storage.read(list_emergencies, seat.user))))


async def set_emergency(ctx: Context, call: ApiCall[EmergencyIn, None]) -> EmergencyOut:
    """Hold everything of a scope, from the next comment on."""
    seat = await seat_of_call(ctx, call.request, ADMINS)
    fields, body = Fields(), call.body
    target = fields.take("target", _TARGET.parse, body.target)
    until = fields.take("until", _moment, body.until)
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
    await ctx.storage.write(end_hold, EndHold(scope=call.query.scope, target=call.query.target, actor=seat.user))
    return EndedOut(ended=True)


def _moment(raw: object) -> datetime | None:
    """A moment with its offset, as ISO 8601 writes it; None where none is given."""
    if not raw:
        return None
    try:
        moment = datetime.fromisoformat(str(raw))
    except ValueError:
        raise Invalid([FieldError("until", "bad_moment")]) from None
    if moment.tzinfo is None:
        raise Invalid([FieldError("until", "bad_moment")])
    return moment


def _uuid(raw: object) -> UUID | None:
    try:
        return UUID(str(raw)) if raw else None
    except ValueError:
        raise Invalid([FieldError("comment", "invalid_id")]) from None


def _window(ctx: Context) -> timedelta:
    return timedelta(seconds=ctx.settings.undo_window)


def _changed_out(ctx: Context, changed: BlockChanged) -> BlockChangedOut:
    has_undo = changed.undo_id is not None and bool(ctx.settings.undo_window)
    return BlockChangedOut(
        block=None if changed.block is None else _block_out(changed.block),
        undo=changed.undo_id if has_undo else None,
        undo_until=ctx.clock.now() + _window(ctx) if has_undo else None,
    )


def _block_out(block: Block) -> BlockOut:
    return BlockOut(**{name: getattr(block, name) for name in BlockOut.model_fields})


def _emergency_out(hold: Emergency) -> EmergencyOut:
    return EmergencyOut(**{name: getattr(hold, name) for name in EmergencyOut.model_fields})


_UNDO = ("unknown_undo", "already_undone", "undo_expired", "stale_version")

API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="GET",
        path="/desk/blocks",
        handler=get_blocks,
        summary="Every block",
        response=BlocksOut,
        errors=DOOR,
    ),
    ApiRoute(
        method="POST",
        path="/desk/blocks",
        handler=set_block,
        summary="Block somebody",
        request=BlockIn,
        response=BlockChangedOut,
        status=201,
        errors=(
            *DOOR,
            "unknown_comment",
            "staff_not_blocked",
            "not_known",
            "not_future",
            "block_too_long",
            "bad_moment",
        ),
    ),
    ApiRoute(
        method="DELETE",
        path="/desk/blocks/{block_id:uuid}",
        handler=delete_block,
        summary="End a block",
        response=BlockChangedOut,
        errors=(*DOOR, "unknown_block"),
    ),
    ApiRoute(
        method="POST",
        path="/desk/blocks/undo/{block_undo_id:uuid}",
        handler=undo_block_change,
        summary="Take a block, or its end, back",
        response=BlockChangedOut,
        errors=(*DOOR, *_UNDO),
    ),
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
