"""Whole pages on the host's side: what the host does to its articles, done here too."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from engagement_widgets.desk.page_deeds import (
    PageDeed,
    PageStanding,
    rename_page,
    restore_page,
    update_page,
    withdraw_page,
)
from engagement_widgets.errors import NotFound
from engagement_widgets.hooks import Page
from engagement_widgets.journal.service import SYSTEM
from engagement_widgets.pages.reference import checked, checked_key, page_id
from engagement_widgets.pages.service import ensure_page, find_page
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.context import Context


class Pages:
    """What a host calls when it moves, renames or withdraws an article: `await engagement.pages.rename(…)`.

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
        command = _Rename(old_key=checked_key(old_key), page=checked(page))
        await (await self._context()).storage.write(_rename, command)

    async def withdraw(self, key: str) -> None:
        """Make an article and all it carries vanish from everything public.

        Raises:
            NotFound: `unknown_page`: nobody has written there.
        """
        await self._do(withdraw_page, checked_key(key), {})

    async def restore(self, key: str) -> None:
        """Bring back an article that was withdrawn, exactly as it was.

        Raises:
            NotFound: `unknown_page`: nobody has written there.
        """
        await self._do(restore_page, checked_key(key), {})

    async def _do(self, deed: Callable[[Tx, PageDeed], PageStanding], key: str, changes: dict[str, str]) -> None:
        context = await self._context()
        command = PageDeed(page_id=page_id(context.settings.site, key), actor=SYSTEM, changes=changes)
        await context.storage.write(deed, command)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rename:
    """A page by its old key, and what it is from now on."""

    old_key: str
    page: Page


def _rename(tx: Tx, command: _Rename) -> PageStanding:
    """Rename a page; one nobody has written on gets its row now, so that its old references find the new name."""
    page = command.page
    identity = page_id(tx.site, command.old_key)
    if find_page(tx, identity) is None:
        ensure_page(tx, replace(page, key=command.old_key))
    return rename_page(tx, PageDeed(page_id=identity, actor=SYSTEM, changes={"key": page.key, **_told(page)}))


def _told(page: Page) -> dict[str, str]:
    return {"url": page.url, "title": page.title, "section": page.section}
