"""Getting into a host: as the first routes of a Starlette or FastAPI app, or wrapped around any ASGI app."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from engagement_widgets.errors import MountError


class Mountable(Protocol):
    """What mounting needs of an `Engagement`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request below the mount."""

    def lifespan(self) -> AbstractAsyncContextManager[None]:
        """Boot on entry, close on exit."""


def check_prefix(prefix: str) -> str:
    """A prefix as routers want it: `/engagement`, no trailing slash.

    Raises:
        MountError: when it is empty or relative.
    """
    if not prefix.startswith("/") or not prefix.strip("/"):
        raise MountError(f"A mount needs a path such as '/engagement', not {prefix!r}.")
    return prefix.rstrip("/")


def install(engagement: Mountable, app: Starlette, prefix: str) -> None:
    """Put the mount and its bare path before every route of the host, and our lifespan around the host's.

    First, so that a host's catch-all route cannot swallow them. The lifespan is composed here because Starlette
    does not run the lifespan of a mounted app.
    """
    app.router.routes.insert(0, Installed(prefix, app=engagement))
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(host: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        async with engagement.lifespan(), inner(host) as state:
            yield state or {}

    app.router.lifespan_context = lifespan


class Installed(Mount):
    """A mount that also answers its bare path, without a redirect that a proxy could get wrong.

    It compares text where Starlette matches a pattern: every page of the host passes here first.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Everything below the path, and the path itself as if it ended in a slash."""
        if scope["type"] not in {"http", "websocket"} or not is_below(scope, self.path):
            return Match.NONE, {}
        above: str = scope.get("root_path", "")
        root, path = above + self.path, scope["path"]
        inside = {
            "app_root_path": scope.get("app_root_path", above),
            "root_path": root,
            "path": f"{root}/" if path == root else path,
            "endpoint": self.app,
        }
        return Match.FULL, inside


class Wrapped:
    """Any ASGI app with the mount in front of it: answers below the prefix, hands everything else on.

    Lifespan messages reach the host's app unchanged, with our boot before its start and our close after its end.
    """

    def __init__(self, engagement: Mountable, app: ASGIApp, prefix: str) -> None:
        self._engagement = engagement
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer below the prefix, hand everything else on."""
        if scope["type"] == "lifespan":
            async with self._engagement.lifespan():
                await self._app(scope, receive, send)
        elif scope["type"] == "http" and is_below(scope, self._prefix):
            await self._engagement(below(scope, self._prefix), receive, send)
        else:
            await self._app(scope, receive, send)


def is_below(scope: Scope, prefix: str) -> bool:
    """True when the request's path is the prefix itself or lies under it."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path == prefix or path.startswith(f"{prefix}/")


def below(scope: Scope, prefix: str) -> Scope:
    """The scope as the mounted app sees it: the prefix moved from the path into `root_path`."""
    root = scope.get("root_path", "") + prefix
    path = scope["path"] if scope["path"].startswith(root) else root
    return {**scope, "root_path": root, "path": path if len(path) > len(root) else f"{root}/"}
