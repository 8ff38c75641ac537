"""The pages of the desk's screens of links.

The desk owns layout, sign-in and roles; it hands them in as a `DeskScreen`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.errors import EngagementError, NotFound
from engagement_widgets.hooks import Role
from engagement_widgets.links.desk_forms import CHECKBOXES
from engagement_widgets.links.desk_views import LinkScreen, LinksScreen, Notice, Typed
from engagement_widgets.links.service import GroupsQuery, list_groups
from engagement_widgets.links.views import GroupView, LinkView
from engagement_widgets.web.context import Context
from engagement_widgets.web.desk_screens import DeskScreen
from engagement_widgets.web.errors import TITLE as ERROR_TITLE
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.forms import Form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale, wants_json
from engagement_widgets.web.responses import see_other

PATH: Final = "/desk/links"
EDITORS: Final = frozenset({Role.EDITOR, Role.ADMIN})
TITLE: Final = N_("Liên kết website")
NOTHING_TYPED: Final = Typed(form="")
EVERYTHING: Final = GroupsQuery(include_hidden=True)

DONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "group_added": N_("Đã thêm nhóm."),
        "group_renamed": N_("Đã đổi tên nhóm."),
        "added": N_("Đã thêm liên kết."),
        "changed": N_("Đã lưu liên kết."),
        "hidden": N_("Đã ẩn liên kết, bạn đọc không còn thấy."),
        "shown": N_("Đã hiện lại liên kết."),
        "removed": N_("Đã xóa liên kết."),
        "up": N_("Đã chuyển lên vị trí %(position)s trên %(of)s"),
        "down": N_("Đã chuyển xuống vị trí %(position)s trên %(of)s"),
    }
)


async def list_page(ctx: Context, screen: DeskScreen, request: Request, *, done: str = "", link: str = "") -> Response:
    """All groups and links, with what was just done to which link."""
    groups = await ctx.storage.read(list_groups, EVERYTHING)
    notice = _notice(desk_locale(request, ctx.settings), groups, done, link)
    return await _show_list(ctx, screen, request, LinksScreen(groups=groups, typed=NOTHING_TYPED, notice=notice))


async def list_again(
    ctx: Context, screen: DeskScreen, request: Request, error: EngagementError, typed: Typed = NOTHING_TYPED
) -> Response:
    """The same page after a refusal: what was typed is still there, and the reason stands above it.

    Raises:
        EngagementError: the refusal itself, for a program.
    """
    if wants_json(request):
        raise error
    groups = await ctx.storage.read(list_groups, EVERYTHING)
    problem = _problem(error, desk_locale(request, ctx.settings))
    shown = LinksScreen(groups=groups, typed=typed, problem=problem)
    return await _show_list(ctx, screen, request, shown, status=error.status)


async def link_page(
    ctx: Context,
    screen: DeskScreen,
    request: Request,
    *,
    typed: Typed | None = None,
    error: EngagementError | None = None,
) -> Response:
    """One link to edit, as it is stored or as the form came back.

    Raises:
        NotFound: `unknown_link`.
        EngagementError: the refusal itself, for a program.
    """
    if error is not None and wants_json(request):
        raise error
    locale = desk_locale(request, ctx.settings)
    group, link = _find(await ctx.storage.read(list_groups, EVERYTHING), request.path_params["link_id"])
    problem = None if error is None else _problem(error, locale)
    shown = LinkScreen(link=link, group=group, typed=typed or _stored(link), problem=problem)
    return await screen(
        request,
        need=EDITORS,
        title=_title(locale, link.title, problem),
        template="engagement/links/desk_link.html",
        status=200 if error is None else error.status,
        screen=shown,
    )


def came_back(
    ctx: Context, request: Request, name: str, form: Form, error: EngagementError, target: UUID | None = None
) -> Typed:
    """A form that was refused, with everything typed and a sentence for every wrong field."""
    errors = field_messages(error, desk_locale(request, ctx.settings))
    return Typed(form=name, target=target, values=dict(form.fields), errors=errors)


def done(ctx: Context, what: str, link_id: UUID | None = None) -> Response:
    """Back to the list, at the link that was changed."""
    anchor = "" if link_id is None else f"#link-{link_id}"
    return see_other(ctx.urls.path(PATH, done=what, link=link_id) + anchor)


async def _show_list(
    ctx: Context, screen: DeskScreen, request: Request, shown: LinksScreen, *, status: int = 200
) -> Response:
    locale = desk_locale(request, ctx.settings)
    return await screen(
        request,
        need=EDITORS,
        title=_title(locale, translator(locale).gettext(TITLE), shown.problem),
        template="engagement/links/desk.html",
        status=status,
        screen=shown,
    )


def _title(locale: str, title: str, problem: str | None) -> str:
    return title if problem is None else translator(locale).gettext(ERROR_TITLE) % {"sentence": problem}


def _problem(error: EngagementError, locale: str) -> str:
    return sentence(error.code, error.params, locale, field="link")


def _notice(locale: str, groups: tuple[GroupView, ...], what: str, link: str) -> Notice | None:
    """The sentence of a deed. Figures come from the list as it is now, never from the address."""
    if what not in DONE:
        return None
    text = translator(locale).gettext(DONE[what])
    for group in groups:
        for position, candidate in enumerate(group.links, 1):
            if str(candidate.id) == link:
                figures = {"position": position, "of": len(group.links)}
                return Notice(sentence=text % figures if "%" in text else text, link_id=candidate.id)
    return None if "%" in text else Notice(sentence=text)


def _find(groups: tuple[GroupView, ...], link_id: UUID) -> tuple[GroupView, LinkView]:
    for group in groups:
        for link in group.links:
            if link.id == link_id:
                return group, link
    raise NotFound("unknown_link")


def _stored(link: LinkView) -> Typed:
    marks = {name: "1" for name in CHECKBOXES if getattr(link, name)}
    return Typed(form="change_link", target=link.id, values={"title": link.title, "url": link.url, **marks})
