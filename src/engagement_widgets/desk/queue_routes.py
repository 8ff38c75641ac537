"""The queue and its decisions. Every post names the version that was seen; a stale one changes nothing."""

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.fields import NOTE
from engagement_widgets.comments.service import (
    Decide,
    MaskPersonalData,
    Status,
    UndoDecision,
    decide,
    mask_personal_data,
    undo_deed,
)
from engagement_widgets.desk.gate import EVERYBODY, HOME, MODERATORS, Seat, desk_route
from engagement_widgets.desk.notes import reason_for
from engagement_widgets.desk.place import QUEUE
from engagement_widgets.desk.queue_page import NEWS, open_screen
from engagement_widgets.desk.screen import error_page, home_of
from engagement_widgets.errors import Conflict, FieldError, Invalid
from engagement_widgets.web.context import Context
from engagement_widgets.web.forms import Form, read_form
from engagement_widgets.web.negotiation import is_partial, wants_json
from engagement_widgets.web.responses import see_other

COMMENT: Final = "/desk/comments/{comment_id:uuid}"


def routes(ctx: Context) -> list[BaseRoute]:
    """The queue's addresses."""
    moderators = partial(desk_route, ctx, roles=MODERATORS, error_page=error_page)
    return [
        desk_route(ctx, HOME, go_home, roles=EVERYBODY, error_page=error_page),
        desk_route(ctx, f"{HOME}/", go_home, roles=EVERYBODY, error_page=error_page),
        moderators(QUEUE, show_queue),
        moderators(NEWS, show_news),
        moderators(COMMENT, show_comment),
        moderators(f"{COMMENT}/decision", decide_one, methods=["POST"]),
        moderators(f"{COMMENT}/mask", mask_one, methods=["POST"]),
        moderators("/desk/undo/{undo_id:uuid}", undo_one, methods=["POST"]),
    ]


async def go_home(ctx: Context, request: Request, seat: Seat) -> Response:
    """To the first page this role has."""
    del request
    return see_other(ctx.urls.path(home_of(seat)))


async def show_queue(ctx: Context, request: Request, seat: Seat) -> Response:
    """One page of one view."""
    screen = await open_screen(ctx, request, seat)
    row, toast = await screen.lately()
    return await screen.whole(lead=row, toast=toast)


async def show_news(ctx: Context, request: Request, seat: Seat) -> Response:
    """How many comments have come to a view meanwhile, for our script that asks again and again."""
    screen = await open_screen(ctx, request, seat)
    return await screen.count_news()


async def show_comment(ctx: Context, request: Request, seat: Seat) -> Response:
    """One comment as it stands now."""
    screen = await open_screen(ctx, request, seat)
    item = await screen.item(request.path_params["comment_id"])
    return await screen.one(screen.cards.card(item))


async def decide_one(ctx: Context, request: Request, seat: Seat) -> Response:
    """Make a decision and go back to the list."""
    screen = await open_screen(ctx, request, seat)
    comment_id: UUID = request.path_params["comment_id"]
    form = await read_form(request)
    window = timedelta(seconds=ctx.settings.undo_window)
    command = Decide(
        comment_id=comment_id,
        version=_version(form),
        status=_status(form),
        actor=seat.user,
        note=await reason_for(ctx, comment_id, form.get("reason")) or NOTE.parse(form.get("note")) or None,
        undo_window=window,
    )
    try:
        decided = await ctx.storage.write(decide, command)
    except Conflict as conflict:
        if wants_json(request):
            raise
        item = await screen.item(comment_id)
        if conflict.code == "case_open":
            toast = screen.too_late(conflict)
            return await screen.answer(screen.cards.card(item), toast=toast, status=conflict.status)
        return await screen.answer(screen.cards.stale(item, screen.too_late(conflict).text), status=conflict.status)
    undo_id = decided.undo_id if window else None
    if not is_partial(request):
        return see_other(screen.place.address(ctx.urls, done=undo_id))
    row = screen.cards.done(await screen.item(comment_id), undo_id)
    return await screen.one(row, toast=screen.decided(row))


async def mask_one(ctx: Context, request: Request, seat: Seat) -> Response:
    """Mask what is personal in a comment and show it again."""
    screen = await open_screen(ctx, request, seat)
    comment_id: UUID = request.path_params["comment_id"]
    window = timedelta(seconds=ctx.settings.undo_window)
    command = MaskPersonalData(
        comment_id=comment_id,
        version=_version(await read_form(request)),
        actor=seat.user,
        allowed=screen.cards.allowed,
        undo_window=window,
    )
    try:
        masked = await ctx.storage.write(mask_personal_data, command)
    except Conflict as conflict:
        if wants_json(request):
            raise
        item = await screen.item(comment_id)
        return await screen.answer(screen.cards.card(item), toast=screen.too_late(conflict), status=conflict.status)
    return see_other(screen.place.address(ctx.urls, done=masked.undo_id))


async def undo_one(ctx: Context, request: Request, seat: Seat) -> Response:
    """Take a decision back."""
    screen = await open_screen(ctx, request, seat)
    command = UndoDecision(undo_id=request.path_params["undo_id"], actor=seat.user)
    try:
        undone = await ctx.storage.write(undo_deed, command)
    except Conflict as conflict:
        if wants_json(request):
            raise
        return await screen.answer(None, toast=screen.too_late(conflict), status=conflict.status)
    if not is_partial(request):
        return see_other(screen.place.address(ctx.urls, undone=undone.comment_id))
    row = screen.cards.card(await screen.item(undone.comment_id))
    return await screen.one(row, toast=screen.undone(row))


def _status(form: Form) -> Status:
    """What the pressed button says; a button of the reason menu rejects."""
    if form.get("reason") is not None:
        return Status.REJECTED
    try:
        return Status(form.text("decision"))
    except ValueError:
        raise Invalid([FieldError("decision", "unknown_decision")]) from None


def _version(form: Form) -> int:
    raw = form.text("version")
    if not raw.isdecimal() or not raw.isascii() or len(raw) > 9:  # noqa: PLR2004  (nine digits fit every database)
        raise Invalid([FieldError("version", "wrong_type")])
    return int(raw)
