"""One decision about a pile of similar comments, and its undo."""

from datetime import timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.fields import NOTE
from engagement_widgets.comments.service import DecideGroup, Status, UndoDecision, decide_group, undo_group
from engagement_widgets.desk.gate import MODERATORS, Seat, desk_route
from engagement_widgets.desk.moments import parse_moment
from engagement_widgets.desk.queue_page import open_screen
from engagement_widgets.desk.screen import error_page
from engagement_widgets.errors import Conflict, FieldError, Invalid
from engagement_widgets.web.context import Context
from engagement_widgets.web.forms import Form, read_form
from engagement_widgets.web.negotiation import wants_json
from engagement_widgets.web.responses import see_other


def routes(ctx: Context) -> list[BaseRoute]:
    """The addresses of piles."""
    moderators = partial(desk_route, ctx, roles=MODERATORS, error_page=error_page)
    return [
        moderators("/desk/groups/{pile_id:uuid}/decide", decide_pile, methods=["POST"]),
        moderators("/desk/groups/undo/{pile_undo_id:uuid}", undo_pile, methods=["POST"]),
    ]


async def decide_pile(ctx: Context, request: Request, seat: Seat) -> Response:
    """Decide about what of the pile had come when it was looked at, but for its exceptions."""
    screen = await open_screen(ctx, request, seat)
    form = await read_form(request)
    command = DecideGroup(
        group_id=request.path_params["pile_id"],
        seen=parse_moment(form.text("seen"), "seen"),
        status=_status(form),
        actor=seat.user,
        note=NOTE.parse(form.get("note")) or None,
        undo_window=timedelta(seconds=ctx.settings.undo_window),
    )
    decided = await ctx.storage.write(decide_group, command)
    said = {"pile": decided.undo_id, "left": decided.left} if decided.undo_id else {"left": decided.left}
    return see_other(screen.place.address(ctx.urls, **said))


async def undo_pile(ctx: Context, request: Request, seat: Seat) -> Response:
    """Take the decision about a pile back."""
    screen = await open_screen(ctx, request, seat)
    command = UndoDecision(undo_id=request.path_params["pile_undo_id"], actor=seat.user)
    try:
        undone = await ctx.storage.write(undo_group, command)
    except Conflict as conflict:
        if wants_json(request):
            raise
        return await screen.answer(None, toast=screen.too_late(conflict), status=conflict.status)
    return see_other(screen.place.address(ctx.urls, unpiled=undone.count, left=undone.left))


def _status(form: Form) -> Status:
    try:
        return Status(form.text("decision"))
    except ValueError:
        raise Invalid([FieldError("decision", "unknown_decision")]) from None
