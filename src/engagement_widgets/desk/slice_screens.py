"""The slices' own screens inside the desk: they bring handlers and templates, the desk brings door and frame."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from engagement_widgets.desk.gate import EDITORS, Seat, desk_route
from engagement_widgets.desk.screen import desk_page, error_page
from engagement_widgets.errors import Refused
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.links import desk_routes as links_desk
from engagement_widgets.ratings import desk_routes as ratings_desk
from engagement_widgets.web.context import Context


class SliceScreens:
    """What a slice's screens are handed: the person at the desk, and the desk's frame."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def user(self, request: Request, need: frozenset[Role], /) -> DeskUser:
        """The person at the desk.

        Raises:
            Refused: `sign_in_required`, `password_change_required`, `role_required`.
        """
        return _seat(request, need).user

    async def __call__(
        self,
        request: Request,
        *,
        need: frozenset[Role],
        title: str,
        template: str,
        status: int = 200,
        **context: object,
    ) -> Response:
        """The template in the desk's frame."""
        seat = _seat(request, need)
        return await desk_page(
            self._ctx, request, seat, title=title, template=template, status=status, headers=None, **context
        )


def routes(ctx: Context) -> list[BaseRoute]:
    """The slices' screens behind the desk's door."""
    screen = SliceScreens(ctx)
    ratings, links = ratings_desk.desk_routes(ctx, screen), links_desk.desk_routes(ctx, screen)
    return [
        *(_behind_the_door(ctx, entry) for entry in ratings if isinstance(entry, Route)),
        # linked websites belong to no section
        *(_behind_the_door(ctx, entry, whole_site=True) for entry in links if isinstance(entry, Route)),
    ]


def _behind_the_door(ctx: Context, entry: Route, *, whole_site: bool = False) -> Route:
    async def handler(ctx: Context, request: Request, seat: Seat) -> Response:
        del ctx
        request.state.desk_seat = seat
        response: Response = await entry.endpoint(request)
        return response

    methods = sorted((entry.methods or set()) - {"HEAD"})
    return desk_route(
        ctx, entry.path, handler, roles=EDITORS, error_page=error_page, methods=methods, whole_site=whole_site
    )


def _seat(request: Request, need: frozenset[Role]) -> Seat:
    seat: Seat | None = getattr(request.state, "desk_seat", None)
    if seat is None:
        raise Refused("sign_in_required")
    seat.require(need)
    return seat
