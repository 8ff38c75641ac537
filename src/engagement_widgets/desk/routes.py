"""Every address of the desk."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.desk import (
    account_routes,
    author_routes,
    case_routes,
    emergency_routes,
    factor_routes,
    figures_routes,
    group_routes,
    invitation_routes,
    journal_routes,
    pages_routes,
    people_routes,
    proof_routes,
    queue_routes,
    slice_screens,
)
from engagement_widgets.desk.gate import EVERYBODY, Seat, desk_route
from engagement_widgets.desk.screen import desk_page, error_page
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.negotiation import desk_locale


def routes(ctx: Context) -> list[BaseRoute]:
    """All routes of the desk, each behind the gate."""
    return [
        *account_routes.routes(ctx),
        *factor_routes.routes(ctx),
        *proof_routes.routes(ctx),
        *invitation_routes.routes(ctx),
        *author_routes.routes(ctx),
        *queue_routes.routes(ctx),
        *pages_routes.routes(ctx),
        *group_routes.routes(ctx),
        *figures_routes.routes(ctx),
        *case_routes.routes(ctx),
        *emergency_routes.routes(ctx),
        *journal_routes.routes(ctx),
        *people_routes.routes(ctx),
        *slice_screens.routes(ctx),
        desk_route(ctx, "/desk/keys", show_keys, roles=EVERYBODY, error_page=error_page),
    ]


async def show_keys(ctx: Context, request: Request, seat: Seat) -> Response:
    """The keys, as a page; the script shows the same in a dialog."""
    title = translator(desk_locale(request, ctx.settings)).gettext(N_("Phím tắt"))
    return await desk_page(ctx, request, seat, title=title, template="engagement/desk/keys.html")
