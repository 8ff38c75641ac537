"""What the link templates are given: frozen, the same for every reader."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from markupsafe import Markup

from engagement_widgets.links.url import display_host
from engagement_widgets.settings import ColorScheme, Settings

HEADING_LEVELS = (2, 3, 4, 5, 6)


class LinkStyle(StrEnum):
    """How a group of links is shown."""

    SELECT = "select"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """One linked website.

    Attributes:
        url: absolute, http or https.
        new_tab: opens a new tab, and says so.
        hidden: seen by editors only.
        version: rises with every edit; an editor's form carries it back.
    """

    id: UUID
    title: str
    url: str
    nofollow: bool = False
    sponsored: bool = False
    new_tab: bool = False
    hidden: bool = False
    version: int = 1

    @property
    def host(self) -> str:
        """Where the link leads, as people read it."""
        return display_host(self.url)

    @property
    def rel(self) -> str:
        """The link's `rel`: always `noopener`, with `nofollow` and `sponsored` where the editor set them."""
        marks = ("nofollow" if self.nofollow else "", "sponsored" if self.sponsored else "", "noopener")
        return " ".join(mark for mark in marks if mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """A group and its links in order. `name` is what a host's template asks for, `title` what people read."""

    id: UUID
    name: str
    title: str
    links: tuple[LinkView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksView:
    """The public links of one group or of all: context `view` of `engagement/links/select.html` and `list.html`.

    Attributes:
        groups: groups with at least one visible link, in order.
        name: the group asked for, or None for all of them.
        style: select or list.
        heading: level (2–6) of the block's title; the groups of a list stand one below.
        error: the sentence of what is wrong with the choice, or None.
    """

    groups: tuple[GroupView, ...]
    name: str | None = None
    style: LinkStyle = LinkStyle.SELECT
    heading: int = HEADING_LEVELS[0]
    error: str | None = None

    @property
    def id(self) -> str:
        """Id of the block, unique in the document, so that several can stand on one page."""
        return "-".join(("ew-links", *filter(None, (self.name, "list" if self.style is LinkStyle.LIST else None))))

    @property
    def group_heading(self) -> int:
        """Level of the groups' headings."""
        return min(self.heading + 1, HEADING_LEVELS[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksWidget:
    """The widget in the host's article: context `links` of `engagement/links/widget.html`.

    Attributes:
        view: what is shown.
        fragment: markup of the view (`engagement/links/select.html` or `list.html`).
        locale: language of the fragment.
        scheme: whether the widget may turn dark.
        reference: the page's signed reference, which lets the no-JavaScript page lead back; None without a page.
    """

    view: LinksView
    fragment: Markup
    locale: str
    scheme: ColorScheme
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLink:
    """The page with one real link: context `opened` of `engagement/links/open.html`.

    Attributes:
        link: where it leads.
        back: the article's address, at the widget; None when the form told no page.
    """

    link: LinkView
    back: str | None


def links_widget(
    settings: Settings, *, view: LinksView, fragment: Markup, locale: str, reference: str | None = None
) -> LinksWidget:
    """The widget for one place of an article.

    Raises:
        ValueError: a heading level that HTML does not have; it comes from the host's template.
    """
    if view.heading not in HEADING_LEVELS:
        raise ValueError("heading must be 2, 3, 4, 5 or 6")
    return LinksWidget(view=view, fragment=fragment, locale=locale, scheme=settings.color_scheme, reference=reference)
