"""Blocks for programs, below `/api/v1/desk`."""

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
from engagement_widgets.comments.fields import NOTE, parse_email
from engagement_widgets.comments.states import Effect
from engagement_widgets.desk.fields import parse_moment
from engagement_widgets.desk.gate import DOOR, MODERATORS, seat_of_call
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import Fields, TextField
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute

_USER = TextField("user", minimum=0, maximum=255, max_bytes=255)


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
    until = fields.take("until", parse_moment, body.until)
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
)
