"""`/health`: whether this process can serve, for load balancers and people."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from engagement_widgets.errors import SchemaError
from engagement_widgets.web.context import Context
from engagement_widgets.web.problem import MEDIA_TYPE
from engagement_widgets.web.responses import see_other
from engagement_widgets.web.routing import route

_NO_STORE = {"Cache-Control": "no-store"}


def routes(ctx: Context) -> list[BaseRoute]:
    """`/health`, and the bare path of the mount, which leads to the desk."""
    return [route(ctx, "/health", health), route(ctx, "/", to_desk)]


async def to_desk(ctx: Context, request: Request) -> Response:
    """Nobody reads anything at the bare path; who types it is looking for the desk."""
    del request
    return see_other(ctx.urls.path("/desk/"))


async def health(ctx: Context, request: Request) -> JSONResponse:
    """200 while the database answers, 503 otherwise."""
    del request
    try:
        await ctx.storage.ping()
    except Exception as error:  # noqa: BLE001  (whatever is wrong with the database, the answer is "not now")
        return health_response(error)
    return JSONResponse({"status": "ok"}, headers=_NO_STORE)


def health_response(error: Exception) -> JSONResponse:
    """The answer of a process that could not boot. Names the kind of failure, never addresses or secrets."""
    detail = str(error) if isinstance(error, SchemaError) else type(error).__name__
    problem = {"type": "/errors/boot_failed", "title": "boot_failed", "status": 503, "code": "boot_failed"}
    return JSONResponse(
        {**problem, "detail": detail, "retry_after": 2},
        status_code=503,
        media_type=MEDIA_TYPE,
        headers={**_NO_STORE, "Retry-After": "2"},
    )
