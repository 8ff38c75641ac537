"""What happens after the commit: events from the outbox become dropped fragments, purged URLs and letters."""

import asyncio
from urllib.parse import urljoin
from uuid import UUID

from engagement_widgets.app.digest import digesting
from engagement_widgets.app.postman import Postman
from engagement_widgets.comments.feed import PATH as FEED
from engagement_widgets.comments.letters.addresses import forget_unconfirmed
from engagement_widgets.comments.likes.dropping import drop_liked
from engagement_widgets.comments.purging import purging
from engagement_widgets.comments.recent import USUAL_LIMIT
from engagement_widgets.comments.tidying import tidy_comments
from engagement_widgets.comments.waiting import sampling
from engagement_widgets.desk.page_merging import forget_merges
from engagement_widgets.desk.page_purging import purging_pages
from engagement_widgets.events import (
    CommentApproved,
    CommentEdited,
    CommentHidden,
    CommentMasked,
    CommentPinned,
    CommentsClosed,
    CommentUnpinned,
    Event,
    LikesChanged,
    LinksChanged,
    PageChanged,
    RatingChanged,
)
from engagement_widgets.hooks import Purger
from engagement_widgets.pages.service import PageRow, find_page
from engagement_widgets.settings import LOCALES
from engagement_widgets.storage.outbox import Chore, OutboxThread
from engagement_widgets.web.context import Context
from engagement_widgets.web.fragments import RECENT


class Delivery:
    """Hands every event of the outbox to the host's `Purger` and to the postman; without both it is only checked off.

    A process that dies between the commit and the purge leaves the event in the outbox: the next one delivers it.
    """

    def __init__(self, context: Context, purger: Purger | None, postman: Postman | None = None) -> None:
        self._context = context
        self._purger = purger
        self._postman = postman
        self._thread: OutboxThread | None = None

    def start(self) -> None:
        """Begin in a daemon thread; once begun, nothing more."""
        if self._thread is None:
            chores: tuple[Chore, ...] = (
                forget_unconfirmed,
                tidy_comments,
                sampling(self._context.settings.zone),
                *digesting(self._context.settings.zone, self._context.settings.digest_hours if self._postman else ()),
                forget_merges,
                *purging(self._context.settings.purge_after_days),
                *purging_pages(self._context.settings.purge_after_days),
            )
            self._thread = OutboxThread(self._context.storage, self.deliver, chores=chores)
            self._thread.start()

    def stop(self) -> None:
        """End after the event at hand."""
        if self._thread is not None:
            self._thread.stop()
            self._thread = None

    def deliver(self, event: Event) -> None:
        """Drop and purge what this event made old, send what it calls for. Raising leaves the event for another try."""
        if isinstance(event, LikesChanged):
            self._context.storage.write_sync(drop_liked, event.page_id)
        urls = changed_urls(self._context, event) if self._purger else []
        if self._purger and urls:
            asyncio.run(self._call(self._purger, urls))
        if self._postman:
            self._postman.deliver(event)

    @staticmethod
    async def _call(purger: Purger, urls: list[str]) -> None:
        await purger(urls)


def changed_urls(context: Context, event: Event) -> list[str]:
    """The public URLs whose bytes this event changed: the article, its fragments, recent comments and feeds.

    Pages further back in a thread carry a cursor in their URL and are left to their minute of freshness, and so are
    blocks of recent comments of another length than the usual one.
    """
    match event:
        case RatingChanged(page_id=page_id):
            return _page_urls(context, page_id, "rating")
        case (
            CommentPinned(page_id=page_id)
            | CommentUnpinned(page_id=page_id)
            | CommentsClosed(page_id=page_id)
            | LikesChanged(page_id=page_id)
        ):
            return _page_urls(context, page_id, "comments")
        case (
            CommentApproved(page_id=page_id)
            | CommentHidden(page_id=page_id)
            | CommentEdited(page_id=page_id)
            | CommentMasked(page_id=page_id)
        ):
            return [*_page_urls(context, page_id, "comments"), *_recent_urls(context, page_id)]
        case PageChanged(page_id=page_id, former_url=former, former_section=former_section):
            urls = [url for widget in ("rating", "comments") for url in _page_urls(context, page_id, widget)]
            urls += _recent_urls(context, page_id, former_section)
            former_urls = [urljoin(context.settings.public_url or "", former)] if former else []
            return list(dict.fromkeys([*urls, *former_urls]))
        case LinksChanged():
            return []  # they stand on pages we do not know; the host purges its own
        case _:
            return []


def _page_urls(context: Context, page_id: UUID, widget: str) -> list[str]:
    row = context.storage.read_sync(find_page, page_id)
    fragments = [
        context.urls.absolute(f"/fragments/{page_id}/{widget}.{format_}", locale=locale)
        for format_ in ("html", "json")
        for locale in (None, *LOCALES)
    ]
    return [url for url in (_article_url(context, row), *fragments) if url is not None]


def _recent_urls(context: Context, page_id: UUID, former_section: str = "") -> list[str]:
    """Recent comments and the feed, of the site, of the page's section, and of the one it has left."""
    row = context.storage.read_sync(find_page, page_id)
    of_page = () if row is None else (row.page.section,)
    sections = dict.fromkeys((None, *of_page, former_section or None))
    feeds = [context.urls.absolute(FEED, section=section) for section in sections]
    fragments = [
        context.urls.absolute(f"/fragments/{RECENT}/comments.{format_}", locale=locale, limit=limit, section=section)
        for section in sections
        for format_ in ("html", "json")
        for locale in (None, *LOCALES)
        for limit in (None, USUAL_LIMIT)
    ]
    return [url for url in (*feeds, *fragments) if url is not None]


def _article_url(context: Context, row: PageRow | None) -> str | None:
    base = context.settings.public_url
    return urljoin(base, row.page.url) if row is not None and base is not None else None
