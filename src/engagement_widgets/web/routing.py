"""Routes of one instance: a handler takes the context and the request, and may raise what `errors` knows."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from engagement_widgets.errors import EngagementError, NotFound
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import error_response
from engagement_widgets.web.problem import MethodNotAllowed

Handler = Callable[[Context, Request], Awaitable[Response]]


def route(
    ctx: Context, path: str, handler: Handler, *, methods: Sequence[str] = ("GET",), name: str | None = None
) -> Route:
    """A route whose errors become answers. What has no status of ours is the host's to handle and to log."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(ctx, request)
        except EngagementError as error:
            if error.status == EngagementError.status:
                raise  # settings, mount or schema that cannot work: nothing to tell a reader
            return await error_response(ctx, request, error)

    return Route(path, endpoint, methods=list(methods), name=name)


def router(ctx: Context, routes: Sequence[BaseRoute]) -> ASGIApp:
    """All routes of an instance, with our own answers to unknown addresses (404) and wrong methods (405).

    Not Starlette's router: that one would raise a wrong method into the host's error pages.
    """

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        allowed: set[str] = set()
        for candidate in routes:
            match, child = candidate.matches(scope)
            if match is Match.FULL:
                scope.update(child)
                await candidate.handle(scope, receive, send)
                return
            if match is Match.PARTIAL and isinstance(candidate, Route):
                allowed |= candidate.methods or set()
        error = MethodNotAllowed(allowed) if allowed else NotFound("unknown_address")
        response = await error_response(ctx, Request(scope, receive), error)
        await response(scope, receive, send)

    return application
