"""The desk's screens of links: plain forms, one deed each, then back to the list with what was done."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from engagement_widgets.errors import Conflict, Invalid
from engagement_widgets.links import service
from engagement_widgets.links.commands import (
    AddGroup,
    AddLink,
    ChangeLink,
    Direction,
    MoveLink,
    RemoveLink,
    RenameGroup,
    SetVisibility,
)
from engagement_widgets.links.desk_forms import direction_of, group_form, link_form, version_of
from engagement_widgets.links.desk_screen import (
    EDITORS,
    PATH,
    came_back,
    done,
    link_page,
    list_again,
    list_page,
)
from engagement_widgets.web.context import Context
from engagement_widgets.web.desk_screens import DeskScreen
from engagement_widgets.web.forms import parse_pairs, read_form

Handler = Callable[[Context, DeskScreen, Request], Awaitable[Response]]


def desk_routes(ctx: Context, screen: DeskScreen) -> list[BaseRoute]:
    """The screens of links, with their whole paths below the mount (`/desk/links…`).

    Errors come out as they are raised: the desk puts the routes behind its door, which has its own error page.
    """

    def at(path: str, handler: Handler, method: str = "POST") -> BaseRoute:
        async def endpoint(request: Request) -> Response:
            return await handler(ctx, screen, request)

        return Route(PATH + path, endpoint, methods=[method])

    return [
        at("", show_links, "GET"),
        at("/groups", add_group),
        at("/groups/{group_id:uuid}/rename", rename_group),
        at("/groups/{group_id:uuid}/links", add_link),
        at("/{link_id:uuid}", show_link, "GET"),
        at("/{link_id:uuid}", change_link),
        at("/{link_id:uuid}/move", move_link),
        at("/{link_id:uuid}/visibility", set_visibility),
        at("/{link_id:uuid}/remove", remove_link),
    ]


async def show_links(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """All groups and links, with what was just done."""
    query = parse_pairs(request.scope["query_string"])
    return await list_page(ctx, screen, request, done=query.get("done", ""), link=query.get("link", ""))


async def show_link(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """One link to edit."""
    return await link_page(ctx, screen, request)


async def add_group(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """Add a group."""
    actor = await screen.user(request, EDITORS)
    form = await read_form(request)
    try:
        name, title = group_form(form)
        await ctx.storage.write(service.add_group, AddGroup(actor=actor, name=name, title=title))
    except Invalid as error:
        return await list_again(ctx, screen, request, error, came_back(ctx, request, "add_group", form, error))
    return done(ctx, "group_added")


async def rename_group(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """Rename a group."""
    actor = await screen.user(request, EDITORS)
    form = await read_form(request)
    group_id: UUID = request.path_params["group_id"]
    try:
        name, title = group_form(form)
        command = RenameGroup(actor=actor, group_id=group_id, name=name, title=title)
        await ctx.storage.write(service.rename_group, command)
    except Invalid as error:
        typed = came_back(ctx, request, "rename_group", form, error, group_id)
        return await list_again(ctx, screen, request, error, typed)
    return done(ctx, "group_renamed")


async def add_link(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """Add a link to a group."""
    actor = await screen.user(request, EDITORS)
    form = await read_form(request)
    group_id: UUID = request.path_params["group_id"]
    try:
        command = AddLink(actor=actor, group_id=group_id, fields=link_form(form))
        link_id = await ctx.storage.write(service.add_link, command)
    except Invalid as error:
        typed = came_back(ctx, request, "add_link", form, error, group_id)
        return await list_again(ctx, screen, request, error, typed)
    return done(ctx, "added", link_id)


async def change_link(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """Save a link."""
    actor = await screen.user(request, EDITORS)
    form = await read_form(request)
    link_id: UUID = request.path_params["link_id"]
    version = version_of(form)
    try:
        command = ChangeLink(actor=actor, link_id=link_id, version=version, fields=link_form(form))
        await ctx.storage.write(service.change_link, command)
    except (Invalid, Conflict) as error:
        typed = came_back(ctx, request, "change_link", form, error, link_id)
        return await link_page(ctx, screen, request, typed=typed, error=error)
    return done(ctx, "changed", link_id)


async def move_link(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """Move a link one place."""
    actor = await screen.user(request, EDITORS)
    direction = direction_of(await read_form(request))
    link_id: UUID = request.path_params["link_id"]
    await ctx.storage.write(service.move_link, MoveLink(actor=actor, link_id=link_id, direction=direction))
    return done(ctx, "up" if direction is Direction.UP else "down", link_id)


async def set_visibility(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """Hide a link from readers, or show it again."""
    actor = await screen.user(request, EDITORS)
    form = await read_form(request)
    hidden = form.text("hidden") == "1"
    link_id: UUID = request.path_params["link_id"]
    command = SetVisibility(actor=actor, link_id=link_id, version=version_of(form), hidden=hidden)
    try:
        await ctx.storage.write(service.set_visibility, command)
    except Conflict as error:
        return await list_again(ctx, screen, request, error)
    return done(ctx, "hidden" if hidden else "shown", link_id)


async def remove_link(ctx: Context, screen: DeskScreen, request: Request) -> Response:
    """Remove a link."""
    actor = await screen.user(request, EDITORS)
    form = await read_form(request)
    link_id: UUID = request.path_params["link_id"]
    command = RemoveLink(actor=actor, link_id=link_id, version=version_of(form))
    try:
        await ctx.storage.write(service.remove_link, command)
    except Conflict as error:
        return await list_again(ctx, screen, request, error)
    return done(ctx, "removed")
