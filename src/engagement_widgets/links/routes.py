"""Opening a linked website: by address from an `<a href>`, by form where scripts are off.

A form may not be redirected to another origin (`form-action 'self'`), so it answers a page with one real link.
"""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.errors import FieldError, Invalid, NotFound
from engagement_widgets.hooks import Page
from engagement_widgets.links.fields import parse_name
from engagement_widgets.links.service import GroupsQuery, list_groups, visible_link
from engagement_widgets.links.views import LinksView, OpenedLink, links_widget
from engagement_widgets.pages.reference import read_reference
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import TITLE, field_messages
from engagement_widgets.web.forms import Form, read_form
from engagement_widgets.web.i18n import translator
from engagement_widgets.web.negotiation import known_locale, set_locale, wants_json
from engagement_widgets.web.responses import json_response, page_response, see_other
from engagement_widgets.web.routing import route


def routes(ctx: Context) -> list[BaseRoute]:
    """The routes of this slice; the desk's are in `desk_routes`."""
    return [
        route(ctx, "/links/open", open_link, methods=["POST"]),
        route(ctx, "/links/{link_id:uuid}", follow_link),
    ]


async def follow_link(ctx: Context, request: Request) -> Response:
    """Redirect to a visible link. Only ever the address of an `<a href>`."""
    link = await ctx.storage.read(visible_link, request.path_params["link_id"])
    return see_other(link.url)


async def open_link(ctx: Context, request: Request) -> Response:
    """The chosen website as a page with one real link."""
    form = await read_form(request)
    page = _page(ctx, request, form)
    try:
        link_id = parse_choice(form.get("id"))
    except Invalid as error:
        if wants_json(request):
            raise
        return await _choose_again(ctx, request, form, page, error)
    link = await ctx.storage.read(visible_link, link_id)
    if wants_json(request):
        return json_response({"title": link.title, "url": link.url})
    anchor = LinksView(groups=(), name=_group(form)).id
    back = f"{page.url.partition('#')[0]}#{anchor}" if page else None
    return await page_response(
        ctx,
        request,
        title=link.title,
        template="engagement/links/open.html",
        locale=_locale(ctx, page),
        opened=OpenedLink(link=link, back=back),
    )


def parse_choice(raw: str | None) -> UUID:
    """The id of the chosen link.

    Raises:
        Invalid: `choose_link`, when nothing is chosen.
        NotFound: `unknown_link`, for what cannot be an id.
    """
    if not raw:
        raise Invalid([FieldError("id", "choose_link")])
    try:
        return UUID(raw)
    except ValueError:
        raise NotFound("unknown_link") from None


async def _choose_again(ctx: Context, request: Request, form: Form, page: Page | None, error: Invalid) -> Response:
    """The same select with what is wrong."""
    locale = _locale(ctx, page)
    name = _group(form)
    problem = field_messages(error, locale)["id"]
    groups = await ctx.storage.read(list_groups, GroupsQuery(name=name))
    view = LinksView(groups=groups, name=name, error=problem)
    return await page_response(
        ctx,
        request,
        title=translator(locale).gettext(TITLE) % {"sentence": problem},
        template="engagement/links/widget.html",
        locale=locale,
        status=error.status,
        links=links_widget(
            ctx.settings,
            view=view,
            fragment=ctx.templates.render("engagement/links/select.html", locale, view=view),
            locale=locale,
            reference=form.get("page"),
        ),
    )


def _group(form: Form) -> str | None:
    """The group whose select was sent; None for all of them."""
    try:
        return parse_name(form.get("group"))
    except Invalid:
        return None


def _page(ctx: Context, request: Request, form: Form) -> Page | None:
    """The page the form stands on, if it tells one; from here on errors speak its language."""
    reference = form.text("page")
    if not reference:
        return None
    page = read_reference(ctx.secrets, ctx.settings.site, reference)
    set_locale(request, _locale(ctx, page))
    return page


def _locale(ctx: Context, page: Page | None) -> str:
    return known_locale(page.locale if page else None, ctx.settings.locale)
