"""The public links as a fragment, in HTML (select or list) and in JSON."""

from typing import Final

from engagement_widgets.errors import Malformed
from engagement_widgets.links.api import LinksOut, links_out
from engagement_widgets.links.fields import ALL
from engagement_widgets.links.journalling import TOPIC
from engagement_widgets.links.service import GroupsQuery, known_groups
from engagement_widgets.links.views import HEADING_LEVELS, LinkStyle, LinksView
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.fragments import LINKS, FragmentQuery, FragmentSpec

_HEADINGS: Final = {str(level): level for level in HEADING_LEVELS}
_STYLES: Final = {style.value: style for style in LinkStyle}


def specs(settings: Settings) -> tuple[FragmentSpec[LinksView], ...]:
    """The fragment `links`, named by a group or `all`."""
    del settings  # every slice is asked alike; links need none
    return (
        FragmentSpec(
            widget=LINKS,
            load=load,
            template="engagement/links/fragment.html",
            to_json=to_json,
            topics=lambda _: (TOPIC,),
            params=frozenset({"style", "heading"}),
            check=check,
        ),
    )


def load(tx: Tx, query: FragmentQuery) -> LinksView:
    """The links of the group the address names.

    Raises:
        NotFound: `unknown_link_group`.
    """
    name = None if query.name == ALL else query.name
    return LinksView(
        groups=known_groups(tx, GroupsQuery(name=name)),
        name=name,
        style=_STYLES[query.params.get("style", LinkStyle.LIST)],
        heading=_HEADINGS[query.params.get("heading", "2")],
    )


def check(query: FragmentQuery) -> None:
    """Refuse a style or heading that does not exist, before anything is read.

    Raises:
        Malformed: `bad_query`.
    """
    if query.params.get("style", LinkStyle.LIST) not in _STYLES or query.params.get("heading", "2") not in _HEADINGS:
        raise Malformed("bad_query")


def to_json(view: LinksView) -> LinksOut:
    """The links for programs."""
    return links_out(view.groups)
