"""The feed of recent comments over HTTP."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.feed import PATH
from engagement_widgets.comments.recent import MOST_RECENT, parse_recent
from engagement_widgets.comments.recent_fragments import recent_fragment
from engagement_widgets.errors import Malformed
from engagement_widgets.web.context import Context
from engagement_widgets.web.forms import parse_pairs
from engagement_widgets.web.fragments import RECENT
from engagement_widgets.web.responses import PublicBytes
from engagement_widgets.web.routing import route


def routes(ctx: Context) -> list[BaseRoute]:
    """The one route."""
    return [route(ctx, PATH, show_feed)]


async def show_feed(ctx: Context, request: Request) -> Response:
    """The newest comments of the site, or of the section that the query names."""
    params = parse_pairs(request.scope["query_string"])
    if not params.keys() <= {"section"}:
        raise Malformed("unknown_parameter")
    query = parse_recent(section=params.get("section"), limit=MOST_RECENT)
    await ctx.storage.poll()
    fragment = recent_fragment(ctx.settings, query, ctx.settings.locale)
    return PublicBytes(await ctx.fragments.get(RECENT, fragment, "atom"))
