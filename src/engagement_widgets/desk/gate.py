"""The door of the desk: who sits here, and what their role lets them do. Every desk route goes through it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engagement_widgets.desk.sessions import SEEN_EVERY, SignedIn, find_session, see_session
from engagement_widgets.errors import EngagementError, Refused
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import cookie_name, is_https
from engagement_widgets.web.negotiation import route_path
from engagement_widgets.web.responses import see_other
from engagement_widgets.web.routing import route

COOKIE: Final = "ew_desk"
HOME: Final = "/desk"
LOGIN: Final = "/desk/login"
PASSWORD: Final = "/desk/password"  # noqa: S105  (an address)

MODERATORS: Final = frozenset({Role.MODERATOR, Role.ADMIN})
EDITORS: Final = frozenset({Role.EDITOR, Role.ADMIN})
ADMINS: Final = frozenset({Role.ADMIN})
EVERYBODY: Final = frozenset(Role)

DOOR: Final = ("sign_in_required", "password_change_required", "role_required")
"""The codes of `seat_of_call`."""

_BEARER: Final = "bearer "
_SAFE_METHODS: Final = ("GET", "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A person at the desk, for one request.

    Attributes:
        user: as the journal knows them.
        signed_in: their account and session; None where the host's `Authorizer` decides.
    """

    user: DeskUser
    signed_in: SignedIn | None = None

    @property
    def has_one_time_password(self) -> bool:
        """True until the first password of their own is set; nothing else works before that."""
        return self.signed_in is not None and self.signed_in.account.one_time

    def require(self, roles: frozenset[Role]) -> None:
        """Stop whoever may not do this.

        Raises:
            Refused: `password_change_required`, `role_required`.
        """
        if self.has_one_time_password:
            raise Refused("password_change_required")
        if self.user.role not in roles:
            raise Refused("role_required")

    def require_section(self, section: str) -> None:
        """Stop whoever has nothing to do with this section.

        Raises:
            Refused: `section_required`.
        """
        if not self.user.covers(section):
            raise Refused("section_required")


DeskHandler: TypeAlias = Callable[[Context, Request, Seat], Awaitable[Response]]
ErrorPage: TypeAlias = Callable[[Context, Request, Seat | None, EngagementError], Awaitable[Response]]


async def seat_of(ctx: Context, request: Request) -> Seat | None:
    """The person who sent a request from a browser, or None."""
    if ctx.authorizer is not None:
        return _seat(await ctx.authorizer(request))
    token = request.cookies.get(cookie_name(COOKIE, https=is_https(ctx, request)))
    return await seat_of_token(ctx, token)


async def seat_of_token(ctx: Context, token: str | None) -> Seat | None:
    """The person behind a session's token. Writes down at most once a minute that it was used."""
    signed_in = await ctx.storage.read(find_session, token) if token else None
    if signed_in is None:
        return None
    if ctx.clock.now() - signed_in.session.last_seen_at >= SEEN_EVERY:
        await ctx.storage.write(see_session, signed_in.session.id)
    return Seat(user=signed_in.account.user, signed_in=signed_in)


async def seat_of_call(ctx: Context, request: Request, roles: frozenset[Role]) -> Seat:
    """Who calls the API, if one of these roles.

    Raises:
        Refused: `sign_in_required`, `password_change_required`, `role_required`.
    """
    if ctx.authorizer is not None:
        seat = await seat_of(ctx, request)
    else:
        header = request.headers.get("authorization", "")
        token = header[len(_BEARER) :].strip() if header[: len(_BEARER)].lower() == _BEARER else None
        seat = await seat_of_token(ctx, token)
    if seat is None:
        raise Refused("sign_in_required")
    seat.require(roles)
    return seat


def desk_route(
    ctx: Context,
    path: str,
    handler: DeskHandler,
    *,
    roles: frozenset[Role],
    error_page: ErrorPage,
    methods: Sequence[str] = ("GET",),
    one_time: bool = False,
) -> Route:
    """A route for these roles. `one_time`: open also to a person who still has a one-time password."""
    entry = partial(_enter, handler=handler, roles=roles, error_page=error_page, one_time=one_time)
    return route(ctx, path, entry, methods=methods)


async def _enter(
    ctx: Context,
    request: Request,
    *,
    handler: DeskHandler,
    roles: frozenset[Role],
    error_page: ErrorPage,
    one_time: bool,
) -> Response:
    seat = await seat_of(ctx, request)
    try:
        if seat is None:
            return _to_login(ctx, request)
        if not one_time and seat.has_one_time_password and request.method in _SAFE_METHODS:
            return see_other(ctx.urls.path(PASSWORD))
        if not one_time or not seat.has_one_time_password:
            seat.require(roles)
        return await handler(ctx, request, seat)
    except EngagementError as error:
        return await error_page(ctx, request, seat, error)


def _to_login(ctx: Context, request: Request) -> Response:
    """To the sign-in and back here afterwards; a post is refused, its sender has to repeat it knowingly."""
    if request.method not in _SAFE_METHODS or ctx.authorizer is not None:
        raise Refused("sign_in_required")
    query = request.scope["query_string"].decode("latin-1")
    wanted = route_path(request.scope) + (f"?{query}" if query else "")
    return see_other(ctx.urls.path(LOGIN, next=None if wanted == HOME else wanted))


def safe_next(wanted: str) -> str:
    """Where to go after signing in, below the mount: an address of this desk, whatever was asked for."""
    path = wanted.partition("?")[0]
    inside = path == HOME or path.startswith(f"{HOME}/")
    plain = "\\" not in wanted and "#" not in wanted and "." not in path and "//" not in path
    return wanted if inside and plain and wanted.isascii() and wanted.isprintable() else HOME


def _seat(user: DeskUser | None) -> Seat | None:
    return None if user is None else Seat(user=user)
