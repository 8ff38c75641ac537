"""The desk's screens of ratings: looking by address, deciding by plain forms, then back to the page."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from engagement_widgets.errors import Conflict, Invalid
from engagement_widgets.ratings.commands import EVERY_VOTE, DecideRating, UndoRating
from engagement_widgets.ratings.decisions import undo_rating
from engagement_widgets.ratings.desk_forms import ABOUT_VOTES, parse_decision, parse_set, parse_version
from engagement_widgets.ratings.desk_screen import EDITORS, PATH, PageScreen, list_page
from engagement_widgets.ratings.fields import WHY
from engagement_widgets.web.context import Context
from engagement_widgets.web.desk_screens import DeskScreen
from engagement_widgets.web.forms import parse_pairs, read_form
from engagement_widgets.web.negotiation import wants_json
from engagement_widgets.web.responses import see_other

Handler = Callable[[Context, DeskScreen, Request], Awaitable[Response]]


def desk_routes(ctx: Context, screen: DeskScreen) -> list[BaseRoute]:
    """The screens of ratings, with their whole paths below the mount (`/desk/ratings…`).

    Errors come out as they are raised: the desk puts the routes behind its door, which has its own error page.
    """

    def at(path: str, handler: Handler, method: str = "POST") -> BaseRoute:
        async def endpoint(request: Request) -> Response:
            return await handler(ctx, screen, request)

        return Route(PATH + path, endpoint, methods=[method])

    return [
        at("", show_ratings, "GET"),
        at("/{page_id:uuid}", show_rating, "GET"),
        at("/{page_id:uuid}/decision", decide_rating),
        at("/{page_id:uuid}/undo/{rating_undo_id:uuid}", undo_decision),
    ]


async def show_ratings(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """The list of rated pages."""
    return await list_page(ctx, screen, request, parse_pairs(request.scope["query_string"]))


async def show_rating(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """One page's rating, with the effect of a set where one is asked for."""
    return await PageScreen(ctx, screen, request, parse_pairs(request.scope["query_string"])).show()


async def decide_rating(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """Make a decision and go back to the page."""
    actor = await screen.user(request, EDITORS)
    form = await read_form(request)
    try:
        decision = parse_decision(form.get("decision"))
        command = DecideRating(
            page_id=request.path_params["page_id"],
            version=parse_version(form.text("version")),
            actor=actor,
            why=WHY.parse(form.get("why")) or None,
            undo_window=timedelta(seconds=ctx.settings.undo_window),
            chosen=parse_set(form.fields, ctx.settings.zone) if form.get("decision") in ABOUT_VOTES else EVERY_VOTE,
        )
        decided = await ctx.storage.write(decision, command)
    except (Invalid, Conflict) as error:
        if wants_json(request):
            raise
        pressed = form.fields.get("decision", "")
        asked = {**form.fields, "set": pressed} if pressed in ABOUT_VOTES else {}
        return await PageScreen(ctx, screen, request, asked).show(error, why=form.get("why") or "")
    done = None if decided.undo_id is None else 1
    return see_other(ctx.urls.path(f"{PATH}/{command.page_id}", done=done))


async def undo_decision(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """Take a decision back."""
    actor = await screen.user(request, EDITORS)
    try:
        undone = await ctx.storage.write(
            undo_rating, UndoRating(undo_id=request.path_params["rating_undo_id"], actor=actor)
        )
    except Conflict as conflict:
        if wants_json(request):
            raise
        return await PageScreen(ctx, screen, request, {}).show(conflict)
    return see_other(ctx.urls.path(f"{PATH}/{undone.page_id}", done=1))
