"""Recent comments as a fragment: as markup, as JSON and as a feed, made anew when a comment appears or goes."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from engagement_widgets.comments.counters import RECENT as TOPIC
from engagement_widgets.comments.feed import atom_feed
from engagement_widgets.comments.recent import USUAL_LIMIT, RecentQuery, parse_recent, recent_comments
from engagement_widgets.comments.recent_views import RecentComment, RecentList
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.fragments import RECENT, FragmentQuery, FragmentSpec
from engagement_widgets.web.urls import Urls


class RecentPageOut(ApiModel):
    """What a recent comment is about."""

    key: str
    url: str
    title: str
    section: str


class RecentCommentOut(ApiModel):
    """A public comment. `words` are the first of its text: escape them. `url` is its permalink."""

    id: UUID
    url: str
    author: str
    is_staff: bool
    words: str
    submitted_at: datetime
    page: RecentPageOut


class RecentOut(ApiModel):
    """The newest public comments, newest first."""

    section: str | None
    comments: list[RecentCommentOut]


def recent_fragment(settings: Settings, query: RecentQuery, locale: str) -> FragmentQuery:
    """What the fragment server is asked for."""
    params = {"limit": str(query.limit)}
    if query.section is not None:
        params["section"] = query.section
    return FragmentQuery(site=settings.site, locale=locale, params=params)


def specs(settings: Settings, urls: Urls) -> tuple[FragmentSpec[RecentList], ...]:
    """The fragment `recent`."""
    return (
        FragmentSpec(
            widget=RECENT,
            load=load,
            template="engagement/comments/recent.html",
            to_json=partial(recent_out, urls),
            topics=lambda _: (TOPIC,),
            params=frozenset({"section", "limit"}),
            check=check,
            to_atom=partial(atom_feed, settings, urls),
        ),
    )


def load(tx: Tx, query: FragmentQuery) -> RecentList:
    """The comments that the address asks for."""
    asked = _asked(query.params)
    return RecentList(section=asked.section, comments=recent_comments(tx, asked))


def check(query: FragmentQuery) -> None:
    """Refuse what cannot be, before anything is read.

    Raises:
        Invalid: as `parse_recent`.
    """
    _asked(query.params)


def recent_out(urls: Urls, view: RecentList) -> RecentOut:
    """The comments for programs."""
    return RecentOut(section=view.section, comments=[_comment_out(urls, comment) for comment in view.comments])


def _asked(params: Mapping[str, str]) -> RecentQuery:
    return parse_recent(section=params.get("section"), limit=params.get("limit", str(USUAL_LIMIT)))


def _comment_out(urls: Urls, comment: RecentComment) -> RecentCommentOut:
    page = comment.page
    return RecentCommentOut(
        id=comment.id,
        url=urls.public(f"/c/{comment.id}"),
        author=comment.name,
        is_staff=comment.is_staff,
        words=comment.words,
        submitted_at=comment.submitted_at,
        page=RecentPageOut(key=page.key, url=page.url, title=page.title, section=page.section),
    )
