"""The markup of the widgets for one article: the same bytes for every reader, made mostly of stored fragments."""

import logging
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from engagement_widgets.comments.banners import banner_of
from engagement_widgets.comments.form_views import comments_widget
from engagement_widgets.errors import NotFound
from engagement_widgets.hooks import Page, PageRules
from engagement_widgets.links.fields import ALL
from engagement_widgets.links.views import LinkStyle, LinksView, links_widget
from engagement_widgets.pages.reference import checked, make_reference, page_id
from engagement_widgets.ratings.api import RatingOut, read_totals
from engagement_widgets.ratings.structured import aggregate_rating
from engagement_widgets.ratings.views import CLOSED_MARK, rating_widget
from engagement_widgets.web.context import Context
from engagement_widgets.web.fragments import LINKS, FragmentQuery
from engagement_widgets.web.negotiation import known_locale
from engagement_widgets.web.responses import page_head

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where widgets stand: an article, how the host's proof of it reads, and what it takes at this moment.

    `page_id` is None for one that is withdrawn: the host's page must not fall with it, and shows nothing of ours.
    """

    page: Page
    page_id: UUID | None
    reference: str
    locale: str
    rules: PageRules


class Widgets:
    """What a host's template prints.

    Attributes:
        head: for the page's `<head>`: two style sheets and one module.
        rating: the star rating.
        comments: the form and the comments.
    """

    __slots__ = ("_context", "_place", "comments", "head", "rating")

    def __init__(self, context: Context, place: Place, *, rating: Markup, comments: Markup) -> None:
        self._context = context
        self._place = place
        self.head = page_head(context)
        self.rating = rating
        self.comments = comments

    def links(self, group: str | None = None, *, style: str = LinkStyle.SELECT, heading: int = 2) -> Markup:
        """The linked websites of one group, or of all; nothing, and a warning in the log, where there is no such group.

        Args:
            group: the group's name; None for every group.
            style: `select` with the button "Mở website", or `list`.
            heading: level of the block's heading, 2–6.

        Raises:
            ValueError: another style or heading.
        """
        context, place = self._context, self._place
        view = LinksView(groups=(), name=group, style=LinkStyle(style), heading=heading)
        query = FragmentQuery(
            site=context.settings.site,
            name=group or ALL,
            locale=place.locale,
            params={"style": view.style.value, "heading": str(heading)},
        )
        try:
            made = context.fragments.get_sync(LINKS, query, "html")
        except NotFound:  # an editor may rename a group; the article must not fall with it
            log.warning("there is no group of links called %r", group)
            return Markup()
        markup = Markup(made.body.decode())  # noqa: S704  (our own template made it)
        widget = links_widget(
            context.settings, view=view, fragment=markup, locale=place.locale, reference=place.reference
        )
        return context.templates.render("engagement/links/widget.html", place.locale, links=widget)

    def aggregate_rating(self) -> dict[str, str | int] | None:
        """The rating as structured data for the host's own node, or None while nobody has voted.

        Not for news articles: see `docs/how-to/structured-data.md`. Nothing of ours prints it.
        """
        context, place = self._context, self._place
        if place.page_id is None:
            return None
        query = FragmentQuery(site=context.settings.site, page_id=place.page_id, locale=place.locale)
        made = context.fragments.get_sync("rating", query, "json")
        return aggregate_rating(read_totals(RatingOut.model_validate_json(made.body)))


async def compose(context: Context, page: Page) -> Widgets:
    """Render the widgets of one article.

    Raises:
        Invalid: when the page cannot be stored as it is.
    """
    place = await _place(context, checked(page))
    return Widgets(context, place, rating=await _rating(context, place), comments=await _comments(context, place))


async def _place(context: Context, page: Page) -> Place:
    site = context.settings.site
    return Place(
        page=page,
        page_id=_shown(context, page_id(site, page.key)),
        reference=make_reference(context.secrets, site, page),
        locale=known_locale(page.locale, context.settings.locale),
        rules=await context.policy(page, context.clock.now()),
    )


def _shown(context: Context, identity: UUID) -> UUID | None:
    try:
        return context.shown_page(identity)
    except NotFound:
        return None


async def _fragment(context: Context, place: Place, identity: UUID, widget: str) -> Markup:
    query = FragmentQuery(site=context.settings.site, page_id=identity, locale=place.locale)
    made = await context.fragments.get(widget, query, "html")
    return Markup(made.body.decode())  # noqa: S704  (our own template made it)


async def _rating(context: Context, place: Place) -> Markup:
    if place.page_id is None:
        return Markup()
    fragment = await _fragment(context, place, place.page_id, "rating")
    widget = rating_widget(
        context.settings,
        page_id=place.page_id,
        fragment=fragment,
        reference=place.reference,
        locale=place.locale,
        is_open=place.rules.ratings_open and CLOSED_MARK not in fragment,
    )
    return context.templates.render("engagement/ratings/widget.html", place.locale, rating=widget)


async def _comments(context: Context, place: Place) -> Markup:
    if place.page_id is None:
        return Markup()
    widget = comments_widget(
        context.settings,
        page_id=place.page_id,
        fragment=await _fragment(context, place, place.page_id, "comments"),
        reference=place.reference,
        locale=place.locale,
        rules=place.rules,
        banner=await banner_of(context, place.page, place.page_id),
    )
    return context.templates.render("engagement/comments/widget.html", place.locale, comments=widget)
