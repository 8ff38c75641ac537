"""Linked websites for programs, below `/api/v1`."""

from typing import Any
from uuid import UUID

from engagement_widgets.errors import Invalid, NotFound
from engagement_widgets.links.fields import parse_name
from engagement_widgets.links.service import GroupsQuery, known_groups
from engagement_widgets.links.views import GroupView, LinkView
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute


class LinkOut(ApiModel):
    """One linked website. `rel` is what an `<a>` that shows it should carry."""

    id: UUID
    title: str
    url: str
    rel: str
    new_tab: bool


class LinkGroupOut(ApiModel):
    """A group and its links in order."""

    name: str
    title: str
    links: list[LinkOut]


class LinksOut(ApiModel):
    """Groups with at least one link, in order."""

    groups: list[LinkGroupOut]


def links_out(groups: tuple[GroupView, ...]) -> LinksOut:
    """The groups for programs, the same here and in the fragment's JSON."""
    return LinksOut(groups=[_group(group) for group in groups])


async def get_links(ctx: Context, call: ApiCall[None, None]) -> LinksOut:
    """Every group."""
    del call
    return links_out(await ctx.storage.read(known_groups, GroupsQuery()))


async def get_link_group(ctx: Context, call: ApiCall[None, None]) -> LinksOut:
    """One group by name: a list of one group, or of none while it has no visible link."""
    try:
        name = parse_name(call.request.path_params["group"])
    except Invalid:  # no group is called that
        raise NotFound("unknown_link_group") from None
    return links_out(await ctx.storage.read(known_groups, GroupsQuery(name=name)))


def _group(group: GroupView) -> LinkGroupOut:
    return LinkGroupOut(name=group.name, title=group.title, links=[_link(link) for link in group.links])


def _link(link: LinkView) -> LinkOut:
    return LinkOut(id=link.id, title=link.title, url=link.url, rel=link.rel, new_tab=link.new_tab)


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(method="GET", path="/links", handler=get_links, summary="Linked websites", response=LinksOut),
    ApiRoute(
        method="GET",
        path="/links/{group}",
        handler=get_link_group,
        summary="One group of linked websites",
        response=LinksOut,
        errors=("unknown_link_group",),
    ),
)
