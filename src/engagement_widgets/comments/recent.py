"""The newest public comments of a site or of a section: for a sidebar, for programs and for feeds."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Integer, and_, bindparam, func, select

from engagement_widgets.comments.recent_views import RecentComment
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.visibility import public
from engagement_widgets.hooks import Page
from engagement_widgets.kernel.paging import parse_limit
from engagement_widgets.kernel.text import Fields
from engagement_widgets.pages.reference import wanted_section
from engagement_widgets.pages.states import on_shown_page
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.units import Tx

MOST_RECENT: Final = 50
USUAL_LIMIT: Final = 10
"""How many a list of recent comments has where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentQuery:
    """Which comments, checked by `parse_recent`.

    Attributes:
        section: of its pages alone, "" for those without one; None for the whole site.
        limit: at most so many.
    """

    section: str | None = None
    limit: int = MOST_RECENT


def parse_recent(*, section: object, limit: object) -> RecentQuery:
    """The query from what a host, a program or an address says.

    Raises:
        Invalid: `section` that no page can have, a `limit` that is no number or `out_of_range`.
    """
    fields = Fields()
    wanted = fields.take("section", wanted_section, section)
    most = fields.take("limit", lambda raw: parse_limit(raw, MOST_RECENT), limit)
    fields.check()
    return RecentQuery(section=wanted, limit=most or MOST_RECENT)


_OF_SITE = (
    select(
        comments.c.id,
        comments.c.author_name,
        comments.c.body,
        comments.c.is_staff,
        comments.c.submitted_at,
        comments.c.decided_at,
        pages.c.key,
        pages.c.url,
        pages.c.title,
        pages.c.section,
        pages.c.locale,
    )
    .join_from(comments, pages, and_(pages.c.site_id == comments.c.site_id, pages.c.id == comments.c.page_id))
    .where(comments.c.site_id == bindparam("site"), public(), on_shown_page(comments.c.page_id))
    .order_by(comments.c.submitted_at.desc(), comments.c.id.desc())
    .limit(bindparam("limit", type_=Integer()))
)
_IN_SECTION = comments.c.section == bindparam("section")
# told that a section is a small part, SQLite walks the section's index; else the site's is as good to its eyes
_OF_SECTION = {"sqlite": _OF_SITE.where(func.unlikely(_IN_SECTION)), "postgresql": _OF_SITE.where(_IN_SECTION)}


def recent_comments(tx: Tx, query: RecentQuery) -> tuple[RecentComment, ...]:
    """The newest public comments, replies included, newest first: one walk over one index."""
    statement = _OF_SITE if query.section is None else _OF_SECTION[tx.dialect]
    rows = tx.execute(statement, {"site": tx.site, "section": query.section, "limit": query.limit})
    return tuple(_view(row) for row in rows)


def _view(row: Any) -> RecentComment:  # noqa: ANN401  (a row of `_OF_SITE`)
    page = Page(key=row.key, url=row.url, title=row.title, section=row.section, locale=row.locale)
    return RecentComment(
        id=row.id,
        name=row.author_name,
        body=row.body,
        is_staff=row.is_staff,
        submitted_at=row.submitted_at,
        published_at=row.decided_at or row.submitted_at,
        page=page,
    )
