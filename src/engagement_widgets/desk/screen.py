"""What every desk page has: our own layout whatever the host's is, the strict policy, the navigation, errors."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.desk.gate import ADMINS, EDITORS, EVERYBODY, MODERATORS, Seat
from engagement_widgets.desk.hold_banners import hold_lines
from engagement_widgets.errors import EngagementError
from engagement_widgets.hooks import Role
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import error_response, field_messages
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale, is_partial, route_path, wants_json
from engagement_widgets.web.problem import error_headers
from engagement_widgets.web.responses import html_response

ROLE_NAMES: Mapping[Role, str] = {
    Role.MODERATOR: N_("Người duyệt"),
    Role.EDITOR: N_("Biên tập viên"),
    Role.ADMIN: N_("Quản trị viên"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NavEntry:
    """One entry of the main navigation; `path` is below the mount."""

    path: str
    label: str
    roles: frozenset[Role]


NAVIGATION = (
    NavEntry(path="/desk/queue", label=N_("Hàng đợi"), roles=MODERATORS),
    NavEntry(path="/desk/pages", label=N_("Bài viết"), roles=EVERYBODY),
    NavEntry(path="/desk/links", label=N_("Liên kết"), roles=EDITORS),
    NavEntry(path="/desk/ratings", label=N_("Đánh giá"), roles=EDITORS),
    NavEntry(path="/desk/cases", label=N_("Hồ sơ khiếu nại"), roles=MODERATORS),
    NavEntry(path="/desk/figures", label=N_("Số liệu"), roles=MODERATORS),
    NavEntry(path="/desk/journal", label=N_("Nhật ký"), roles=MODERATORS),
    NavEntry(path="/desk/people", label=N_("Thành viên"), roles=ADMINS),
)


def home_of(seat: Seat) -> str:
    """The first page this person has, below the mount."""
    return next(entry.path for entry in NAVIGATION if seat.user.role in entry.roles)


async def desk_page(
    ctx: Context,
    request: Request,
    seat: Seat | None,
    *,
    title: str,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> Response:
    """The template inside the desk's layout, or bare when our script asked.

    The template extends `layout`; beside what is given here it knows `title`, `seat` (None on the sign-in pages),
    `navigation`, `current` (the path of the navigation's entry), `role_name` and `holds` (what is held as a whole).
    """
    locale = desk_locale(request, ctx.settings)
    kind = "partial" if is_partial(request) else "layout"
    html = ctx.templates.render(
        template,
        locale,
        layout=f"engagement/desk/{kind}.html",
        title=title,
        seat=seat,
        navigation=[entry for entry in NAVIGATION if seat is not None and seat.user.role in entry.roles],
        current=_current(request),
        holds=await hold_lines(ctx, seat.user, locale) if seat is not None and kind == "layout" else (),
        role_name=translator(locale).gettext(ROLE_NAMES[seat.user.role]) if seat is not None else "",
        **context,
    )
    return html_response(html, status=status, headers={"Vary": "Accept-Language, Cookie", **(headers or {})})


async def error_page(ctx: Context, request: Request, seat: Seat | None, error: EngagementError) -> Response:
    """An error as a page of the desk, or as a problem document for a program."""
    if wants_json(request):
        return await error_response(ctx, request, error)
    locale = desk_locale(request, ctx.settings)
    message = sentence(error.code, error.params, locale)
    return await desk_page(
        ctx,
        request,
        seat,
        title=translator(locale).gettext(N_("Lỗi: %(sentence)s")) % {"sentence": message},
        template="engagement/desk/error.html",
        status=error.status,
        headers=error_headers(error),
        message=message,
        fields=field_messages(error, locale),
        sign_in=error.code == "sign_in_required" and ctx.authorizer is None,
    )


def _current(request: Request) -> str:
    path = route_path(request.scope)
    return next((entry.path for entry in NAVIGATION if path.startswith(entry.path)), "")
