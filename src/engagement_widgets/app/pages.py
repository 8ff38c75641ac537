"""Whole pages on the host's side: what the host does to its articles, done here too."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

from engagement_widgets.desk.page_deeds import (
    PageDeed,
    delete_page,
    rename_page,
    restore_page,
    stop_comments,
    take_comments,
    update_page,
    withdraw_page,
)
from engagement_widgets.desk.page_merging import MergePages, merge_pages
from engagement_widgets.desk.page_rows import PageStanding
from engagement_widgets.errors import NotFound
from engagement_widgets.hooks import Page
from engagement_widgets.journal.service import SYSTEM
from engagement_widgets.pages.reference import checked, checked_key, page_id
from engagement_widgets.pages.service import ensure_page, find_page
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.context import Context


class Pages:
    """What a host calls when it moves, closes, merges or withdraws an article: `await engagement.pages.rename(…)`.

    An article nobody has rated or commented has no row: telling it anew needs nothing, its next reference does it.
    """

    def __init__(self, context: Callable[[], Awaitable[Context]]) -> None:
        self._context = context

    async def update(self, page: Page) -> None:
        """Tell an article's address, title and section anew; no older reference ever changes them.

        Raises:
            Invalid: when the page cannot be stored as it is.
        """
        page = checked(page)
        try:
            await self._do(update_page, page.key, _told(page))
        except NotFound:
            return

    async def rename(self, old_key: str, page: Page) -> None:
        """The article with this key is this page from now on; what was saved under the old key stays its own.

        Raises:
            Invalid: when the page cannot be stored as it is.
            Conflict: `page_exists`: another article has been written on under the new key.
        """
        command = _Change(old_key=checked_key(old_key), page=checked(page))
        await (await self._context()).storage.write(_rename, command)

    async def merge(self, old_key: str, page: Page) -> None:
        """Whatever is under this key belongs to this page from now on. People can undo it at the desk, for a while.

        Of two votes of a reader the newer stays. What was saved under the old key reads and writes there.

        Raises:
            Invalid: when the page cannot be stored as it is.
            NotFound: `page_withdrawn`: restore it first.
        """
        command = _Change(old_key=checked_key(old_key), page=checked(page))
        await (await self._context()).storage.write(_merge, command)

    async def close(self, key: str) -> None:
        """Take no more comments under an article; what is there stays.

        Raises:
            NotFound: `unknown_page`: nobody has written there.
        """
        await self._do(stop_comments, checked_key(key), {})

    async def reopen(self, key: str) -> None:
        """Take comments again, as far as the article's own rules let it.

        Raises:
            NotFound: `unknown_page`: nobody has written there.
        """
        await self._do(take_comments, checked_key(key), {})

    async def withdraw(self, key: str) -> None:
        """Make an article and all it carries vanish from everything public.

        Raises:
            NotFound: `unknown_page`: nobody has written there.
        """
        await self._do(withdraw_page, checked_key(key), {})

    async def delete(self, key: str) -> None:
        """Withdraw an article for good: after `ENGAGEMENT_PURGE_AFTER_DAYS` all it carries is purged.

        `restore` brings it back until then. An article with an open case waits until the case is decided.

        Raises:
            NotFound: `unknown_page`: nobody has written there.
        """
        await self._do(delete_page, checked_key(key), {})

    async def restore(self, key: str) -> None:
        """Bring back an article that was withdrawn or deleted, exactly as it was.

        Raises:
            NotFound: `unknown_page`: nobody has written there, or it was purged.
        """
        await self._do(restore_page, checked_key(key), {})

    async def _do(self, deed: Callable[[Tx, PageDeed], PageStanding], key: str, changes: dict[str, str]) -> None:
        context = await self._context()
        command = PageDeed(page_id=page_id(context.settings.site, key), actor=SYSTEM, changes=changes)
        await context.storage.write(deed, command)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A page by its old key, and what it is from now on."""

    old_key: str
    page: Page


def _rename(tx: Tx, command: _Change) -> PageStanding:
    """Rename a page; one nobody has written on gets its row now, so that its old references find the new name."""
    identity = _known(tx, replace(command.page, key=command.old_key))
    changes = {"key": command.page.key, **_told(command.page)}
    return rename_page(tx, PageDeed(page_id=identity, actor=SYSTEM, changes=changes))


def _merge(tx: Tx, command: _Change) -> PageStanding:
    """Merge a page, for which both get their rows, so that the old references find where they lead."""
    identity = _known(tx, replace(command.page, key=command.old_key))
    return merge_pages(tx, MergePages(page_id=identity, into=_known(tx, command.page), actor=SYSTEM))


def _known(tx: Tx, page: Page) -> UUID:
    """The id of a page's key, which has a row from now on, whatever it leads to."""
    identity = page_id(tx.site, page.key)
    if find_page(tx, identity) is None:
        ensure_page(tx, page)
    return identity


def _told(page: Page) -> dict[str, str]:
    return {"url": page.url, "title": page.title, "section": page.section}
