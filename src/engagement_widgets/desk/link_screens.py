"""The slices' own screens inside the desk: they bring handlers and templates, the desk brings door and frame."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from engagement_widgets.desk.gate import EDITORS, Seat, desk_route
from engagement_widgets.desk.screen import desk_page, error_page
from engagement_widgets.errors import Refused
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.links.desk_routes import desk_routes
from engagement_widgets.web.context import Context


class LinkScreens:
    """What the links' screens are handed: the person at the desk, and the desk's frame."""

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
        active: str,
        status: int = 200,
        **context: object,
    ) -> Response:
        """The template in the desk's frame. `active` is told by the address already."""
        del active
        seat = _seat(request, need)
        return await desk_page(
            self._ctx, request, seat, title=title, template=template, status=status, headers=None, **context
        )


def routes(ctx: Context) -> list[BaseRoute]:
    """The links' screens behind the desk's door."""
    return [_behind_the_door(ctx, entry) for entry in desk_routes(ctx, LinkScreens(ctx)) if isinstance(entry, Route)]


def _behind_the_door(ctx: Context, entry: Route) -> Route:
    async def handler(ctx: Context, request: Request, seat: Seat) -> Response:
        del ctx
        request.state.desk_seat = seat
        response: Response = await entry.endpoint(request)
        return response

    methods = sorted((entry.methods or set()) - {"HEAD"})
    return desk_route(ctx, entry.path, handler, roles=EDITORS, error_page=error_page, methods=methods)


def _seat(request: Request, need: frozenset[Role]) -> Seat:
    seat: Seat | None = getattr(request.state, "desk_seat", None)
    if seat is None:
        raise Refused("sign_in_required")
    seat.require(need)
    return seat
