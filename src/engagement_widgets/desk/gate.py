"""The door of the desk: who sits here, and what their role lets them do. Every desk route goes through it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engagement_widgets.desk.sessions import SEEN_EVERY, SignedIn, find_session, see_session
from engagement_widgets.errors import EngagementError, Refused
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.journal.reach import require_section, require_whole_site
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import cookie_name, is_https
from engagement_widgets.web.negotiation import route_path, wants_json
from engagement_widgets.web.responses import see_other
from engagement_widgets.web.routing import route

COOKIE: Final = "ew_desk"
HOME: Final = "/desk"
LOGIN: Final = "/desk/login"
PASSWORD: Final = "/desk/password"  # noqa: S105  (an address)
PROOF: Final = "/desk/proof"

PROOF_LIFE: Final = timedelta(minutes=10)
"""So long after a password was shown, dangerous acts go on without it."""

MODERATORS: Final = frozenset({Role.MODERATOR, Role.ADMIN})
EDITORS: Final = frozenset({Role.EDITOR, Role.ADMIN})
ADMINS: Final = frozenset({Role.ADMIN})
EVERYBODY: Final = frozenset(Role)

DOOR: Final = ("sign_in_required", "password_change_required", "role_required", "section_required")
"""The codes of `seat_of_call`, and of whatever belongs to a section."""

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
        require_section(self.user, section)

    def require_whole_site(self) -> None:
        """Stop whoever is limited to sections.

        Raises:
            Refused: `section_required`.
        """
        require_whole_site(self.user)

    def require_proof(self, now: datetime) -> None:
        """Stop whoever has not shown their password for a while; where the host signs people in, it sees to that.

        Raises:
            Refused: `proof_required`.
        """
        if self.signed_in is not None and now - self.signed_in.session.proved_at > PROOF_LIFE:
            raise Refused("proof_required")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """Who may come in, as `desk_route` is told."""

    roles: frozenset[Role]
    one_time: bool
    whole_site: bool
    dangerous: str | None


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


async def seat_of_call(
    ctx: Context, request: Request, roles: frozenset[Role], *, whole_site: bool = False, dangerous: bool = False
) -> Seat:
    """Who calls the API, if one of these roles; `whole_site` and `dangerous` as of `desk_route`.

    Raises:
        Refused: `sign_in_required`, `password_change_required`, `role_required`; `section_required`,
            `proof_required` where asked for.
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
    if whole_site:
        seat.require_whole_site()
    if dangerous:
        seat.require_proof(ctx.clock.now())
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
    whole_site: bool = False,
    dangerous: str | None = None,
) -> Route:
    """A route for these roles.

    Args:
        ctx: the parts.
        path: below the mount.
        handler: what answers.
        roles: who may come in.
        error_page: answers what was refused.
        methods: of HTTP.
        one_time: open also to a person who still has a one-time password.
        whole_site: shut to people who are limited to sections.
        dangerous: asks for the password again when it was not shown for a while; the page that it is sent from, and
            that its sender then comes back to.
    """
    door = _Door(roles=roles, one_time=one_time, whole_site=whole_site, dangerous=dangerous)
    return route(ctx, path, partial(_enter, handler=handler, door=door, error_page=error_page), methods=methods)


async def _enter(
    ctx: Context, request: Request, *, handler: DeskHandler, door: "_Door", error_page: ErrorPage
) -> Response:
    seat = await seat_of(ctx, request)
    try:
        if seat is None:
            return _to_login(ctx, request)
        if not door.one_time and seat.has_one_time_password and request.method in _SAFE_METHODS:
            return see_other(ctx.urls.path(PASSWORD))
        if not door.one_time or not seat.has_one_time_password:
            seat.require(door.roles)
        if door.whole_site:
            seat.require_whole_site()
        if door.dangerous is not None:
            seat.require_proof(ctx.clock.now())
        return await handler(ctx, request, seat)
    except EngagementError as error:
        if error.code == "proof_required" and not wants_json(request):
            back = _asked(request) if request.method in _SAFE_METHODS else door.dangerous
            return see_other(ctx.urls.path(PROOF, next=back))
        return await error_page(ctx, request, seat, error)


def _to_login(ctx: Context, request: Request) -> Response:
    """To the sign-in and back here afterwards; a post is refused, its sender has to repeat it knowingly."""
    if request.method not in _SAFE_METHODS or ctx.authorizer is not None:
        raise Refused("sign_in_required")
    wanted = _asked(request)
    return see_other(ctx.urls.path(LOGIN, next=None if wanted == HOME else wanted))


def _asked(request: Request) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return route_path(request.scope) + (f"?{query}" if query else "")


def safe_next(wanted: str) -> str:
    """Where to go after signing in, below the mount: an address of this desk, whatever was asked for."""
    path = wanted.partition("?")[0]
    inside = path == HOME or path.startswith(f"{HOME}/")
    plain = "\\" not in wanted and "#" not in wanted and "." not in path and "//" not in path
    return wanted if inside and plain and wanted.isascii() and wanted.isprintable() else HOME


def _seat(user: DeskUser | None) -> Seat | None:
    return None if user is None else Seat(user=user)
