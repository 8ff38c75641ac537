"""Recent comments for programs, below `/api/v1`: the same for everybody, so caches may keep them for a while."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema
from starlette.responses import Response

from engagement_widgets.comments.recent import MOST_RECENT, parse_recent
from engagement_widgets.comments.recent_fragments import RecentOut, recent_fragment
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.fragments import RECENT
from engagement_widgets.web.openapi import ApiCall, ApiRoute
from engagement_widgets.web.responses import PublicBytes

# Not typed more narrowly: whatever cannot be gets the codes of `parse_recent`, as it does in Python.
Limit = Annotated[Any, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_RECENT})]


class RecentParams(ApiModel):
    """Which comments: of one section or of all, at most so many."""

    section: Annotated[str | None, Field(description="Without it, the whole site; empty, pages without a section.")] = (
        None
    )
    limit: Limit = 10


async def get_recent_comments(ctx: Context, call: ApiCall[None, RecentParams]) -> Response:
    """The newest public comments."""
    query = parse_recent(section=call.query.section, limit=call.query.limit)
    await ctx.storage.poll()
    fragment = recent_fragment(ctx.settings, query, ctx.settings.locale)
    return PublicBytes(await ctx.fragments.get(RECENT, fragment, "json"))


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="GET",
        path="/recent-comments",
        handler=get_recent_comments,
        summary="The newest comments of the site or of a section",
        query=RecentParams,
        response=RecentOut,
        errors=("bad_query", "out_of_range"),
    ),
)
