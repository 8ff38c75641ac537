"""The block of recent comments in the host's page: the same bytes for every reader."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from markupsafe import Markup

from engagement_widgets.comments.feed import CONTENT_TYPE, PATH
from engagement_widgets.comments.recent import RecentQuery
from engagement_widgets.comments.recent_fragments import recent_fragment
from engagement_widgets.comments.recent_views import RecentBlock
from engagement_widgets.web.context import Context
from engagement_widgets.web.fragments import RECENT
from engagement_widgets.web.negotiation import known_locale
from engagement_widgets.web.responses import page_head

HEADINGS: Final = range(2, 7)
_FEED: Final = Markup('<link rel="alternate" type="{}" href="{}">')


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentWidget:
    """What a host's template prints.

    Attributes:
        head: for the page's `<head>`: style sheets, one module, the feed's address.
        block: heading, feed and list.
    """

    head: Markup
    block: Markup


async def compose_recent(context: Context, query: RecentQuery, *, locale: str | None, heading: int) -> RecentWidget:
    """Render the block. The caller has polled the change feed.

    Raises:
        ValueError: another heading than 2–6.
    """
    if heading not in HEADINGS:
        raise ValueError(f"heading: one of 2 to 6, not {heading}")
    language = known_locale(locale, context.settings.locale)
    made = await context.fragments.get(RECENT, recent_fragment(context.settings, query, language), "html")
    block = RecentBlock(
        section=query.section,
        limit=query.limit,
        locale=language,
        heading=heading,
        place="all" if query.section is None else sha256(query.section.encode()).hexdigest()[:8],
        fragment=Markup(made.body.decode()),  # noqa: S704  (our own template made it)
        scheme=context.settings.color_scheme,
    )
    return RecentWidget(
        head=page_head(context) + _FEED.format(CONTENT_TYPE, context.urls.path(PATH, section=query.section)),
        block=context.templates.render("engagement/comments/recent_widget.html", language, recent=block),
    )
