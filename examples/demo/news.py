"""What the demonstration publishes, read from `content/articles.toml`."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from engagement_widgets import Page

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A *chuyên mục*."""

    slug: str
    title: str

    @property
    def url(self) -> str:
        """Where its articles are listed."""
        return f"/chuyen-muc/{self.slug}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article. `locale` is None for the site's own language."""

    slug: str
    section: Section
    title: str
    lede: str
    paragraphs: tuple[str, ...]
    sign: str
    picture: str
    alt: str
    caption: str
    minutes: int
    published: datetime
    locale: str | None

    @property
    def url(self) -> str:
        """Where it is read."""
        return f"/bai/{self.slug}"

    @property
    def page(self) -> Page:
        """The article as the widgets know it."""
        return Page(
            key=f"bai/{self.slug}",
            url=self.url,
            title=self.title,
            section=self.section.title,
            locale=self.locale,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Everything published, newest first."""

    sections: tuple[Section, ...]
    articles: tuple[Article, ...]

    def article(self, slug: str) -> Article | None:
        """The article of an address, or None."""
        return next((article for article in self.articles if article.slug == slug), None)

    def section(self, slug: str) -> Section | None:
        """The section of an address, or None."""
        return next((section for section in self.sections if section.slug == slug), None)

    def within(self, section: Section) -> tuple[Article, ...]:
        """The articles of a section."""
        return tuple(article for article in self.articles if article.section == section)


def load_news(opened: datetime) -> News:
    """Read the articles; each says how many hours before `opened` it came out."""
    raw = tomllib.loads((CONTENT / "articles.toml").read_text(encoding="utf-8"))
    sections = {item["slug"]: Section(**item) for item in raw["section"]}
    articles = [
        Article(
            slug=item["slug"],
            section=sections[item["section"]],
            title=item["title"],
            lede=item["lede"],
            paragraphs=tuple(item["body"].strip().split("\n\n")),
            sign=item["sign"],
            picture=item["picture"],
            alt=item["alt"],
            caption=item["caption"],
            minutes=item["minutes"],
            published=opened - timedelta(hours=item["age"]),
            locale=item.get("locale"),
        )
        for item in raw["article"]
    ]
    articles.sort(key=lambda article: article.published, reverse=True)
    return News(sections=tuple(sections.values()), articles=tuple(articles))
