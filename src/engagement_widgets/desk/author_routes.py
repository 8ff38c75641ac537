"""The author of a comment as a page, and what is done about them: notes, blocks. Each post goes back to the page."""

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.blocks import (
    BlockChanged,
    BlockWriter,
    By,
    LiftBlock,
    Target,
    UndoBlock,
    block_writer,
    lift_block,
    undo_block,
)
from engagement_widgets.comments.fields import NOTE
from engagement_widgets.comments.states import Effect
from engagement_widgets.desk.author_notes import AddNote, RemoveNote, add_note, remove_note
from engagement_widgets.desk.author_page import AUTHOR, author_page
from engagement_widgets.desk.gate import MODERATORS, Seat, desk_route
from engagement_widgets.desk.screen import error_page
from engagement_widgets.errors import Conflict, FieldError, Invalid
from engagement_widgets.kernel.text import Fields
from engagement_widgets.web.context import Context
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.negotiation import wants_json
from engagement_widgets.web.responses import see_other

DAYS: Final = frozenset({"1", "7", "30", ""})
"""How long a block can be set for in the form; "" for no end."""


def routes(ctx: Context) -> list[BaseRoute]:
    """The author's addresses. A block reaches every section, so whoever sets one looks after them all."""
    here = partial(desk_route, ctx, roles=MODERATORS, error_page=error_page)
    return [
        here(AUTHOR, show_author),
        here(f"{AUTHOR}/notes", note, methods=["POST"]),
        here(f"{AUTHOR}/notes/{{note_id:uuid}}/remove", drop_note, methods=["POST"]),
        here(f"{AUTHOR}/block", block, methods=["POST"], whole_site=True),
        here(f"{AUTHOR}/blocks/{{block_id:uuid}}/lift", lift, methods=["POST"], whole_site=True),
        here(f"{AUTHOR}/undo/{{block_undo_id:uuid}}", undo, methods=["POST"], whole_site=True),
    ]


async def show_author(ctx: Context, request: Request, seat: Seat) -> Response:
    """The history, with what was just done."""
    return await author_page(ctx, request, seat)


async def note(ctx: Context, request: Request, seat: Seat) -> Response:
    """Add a note."""
    form = await read_form(request)
    try:
        body = NOTE.parse(form.text("note"))
        command = AddNote(comment_id=_comment(request), body=body, actor=seat.user)
        await ctx.storage.write(add_note, command)
    except Invalid as error:
        return await _again(ctx, request, seat, error, {"note": form.text("note")})
    return _back(ctx, request, done="noted")


async def drop_note(ctx: Context, request: Request, seat: Seat) -> Response:
    """Take a note away."""
    command = RemoveNote(comment_id=_comment(request), note_id=request.path_params["note_id"], actor=seat.user)
    await ctx.storage.write(remove_note, command)
    return _back(ctx, request, done="removed")


async def block(ctx: Context, request: Request, seat: Seat) -> Response:
    """Block the author, from the next comment on."""
    form = await read_form(request)
    fields = Fields()
    by = fields.take("by", _by, form.text("by"))
    effect = fields.take("effect", _effect, form.text("effect"))
    days = fields.take("days", _days, form.text("days"))
    why = fields.take("why", NOTE.parse, form.get("why") or "")
    try:
        fields.check()
        command = BlockWriter(
            target=Target(comment_id=_comment(request), by=by or By.READER),
            effect=effect or Effect.HOLD,
            until=ctx.clock.now() + timedelta(days=days) if days else None,
            note=why or "",
            actor=seat.user,
            undo_window=_window(ctx),
        )
        changed = await ctx.storage.write(block_writer, command)
    except (Invalid, Conflict) as error:
        return await _again(ctx, request, seat, error, dict(form.fields))
    return _changed(ctx, request, changed)


async def lift(ctx: Context, request: Request, seat: Seat) -> Response:
    """End a block."""
    command = LiftBlock(block_id=request.path_params["block_id"], actor=seat.user, undo_window=_window(ctx))
    return _changed(ctx, request, await ctx.storage.write(lift_block, command))


async def undo(ctx: Context, request: Request, seat: Seat) -> Response:
    """Take the setting or the lifting of a block back."""
    command = UndoBlock(undo_id=request.path_params["block_undo_id"], actor=seat.user)
    try:
        await ctx.storage.write(undo_block, command)
    except Conflict as error:
        return await _again(ctx, request, seat, error, {})
    return _back(ctx, request, done="undone")


async def _again(
    ctx: Context, request: Request, seat: Seat, error: Invalid | Conflict, typed: dict[str, str]
) -> Response:
    if wants_json(request):
        raise error
    return await author_page(ctx, request, seat, typed=typed, error=error)


def _changed(ctx: Context, request: Request, changed: BlockChanged) -> Response:
    done = str(changed.undo_id) if changed.undo_id is not None and _window(ctx) else "done"
    return _back(ctx, request, done=done)


def _back(ctx: Context, request: Request, *, done: str) -> Response:
    return see_other(ctx.urls.path(f"/desk/authors/{_comment(request)}", done=done))


def _window(ctx: Context) -> timedelta:
    return timedelta(seconds=ctx.settings.undo_window)


def _comment(request: Request) -> UUID:
    comment_id: UUID = request.path_params["comment_id"]
    return comment_id


def _by(raw: object) -> By:
    try:
        return By(str(raw))
    except ValueError:
        raise Invalid([FieldError("by", "not_known")]) from None


def _effect(raw: object) -> Effect:
    try:
        return Effect(str(raw))
    except ValueError:
        raise Invalid([FieldError("effect", "unknown_effect")]) from None


def _days(raw: object) -> int:
    if str(raw) not in DAYS:
        raise Invalid([FieldError("days", "not_future")])
    return int(str(raw) or 0)
