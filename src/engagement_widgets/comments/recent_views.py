"""Recent comments as templates and hosts are given them: frozen, and holding nothing the public may not see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from markupsafe import Markup

from engagement_widgets.comments import display
from engagement_widgets.hooks import Page
from engagement_widgets.settings import ColorScheme

WORDS: Final = 140
"""Characters of the first words, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentComment:
    """A public comment beside others from anywhere on the site. Its permalink is `/c/{id}` below the mount.

    Attributes:
        id: its id.
        name: the author's name as stored; templates use `author`.
        body: the text as stored; templates use `words` or `body_html`.
        is_staff: written by the newsroom.
        submitted_at: UTC.
        published_at: when it became public, UTC.
        page: what it is about.
    """

    id: UUID
    name: str
    body: str
    is_staff: bool
    submitted_at: datetime
    published_at: datetime
    page: Page

    @property
    def author(self) -> str:
        """The name as shown."""
        return display.name_text(self.name)

    @property
    def words(self) -> str:
        """The first words on one line."""
        return display.excerpt(self.body, WORDS)

    @property
    def body_html(self) -> Markup:
        """The text as HTML, escaped, with paragraphs and links."""
        return display.body_markup(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentList:
    """The newest comments: context `view` of `engagement/comments/recent.html`.

    Attributes:
        section: of which section, "" for pages without one; None for the whole site.
        comments: newest first.
    """

    section: str | None
    comments: tuple[RecentComment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentBlock:
    """The block in the host's page: context `recent` of `engagement/comments/recent_widget.html`.

    Attributes:
        section: of which section, "" for pages without one; None for the whole site.
        limit: at most so many.
        locale: language of the fragment.
        heading: level of the block's heading, 2–6.
        place: tells its id from those of other blocks of the page.
        fragment: the list, from the fragment cache.
        scheme: whether the block may turn dark.
    """

    section: str | None
    limit: int
    locale: str
    heading: int
    place: str
    fragment: Markup
    scheme: ColorScheme
