"""The rules of a page where the host has none of its own."""

from dataclasses import replace
from datetime import datetime

from engagement_widgets.comments.closing import closes_at
from engagement_widgets.hooks import Page, PageRules
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.service import find_page
from engagement_widgets.pages.states import PageStates
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Storage


class SettingsPolicy:
    """The default `PagePolicy`: moderated as the settings say, and open until `close_after_days`.

    The days count from when the host says that the page appeared, else from when it was first written to. A page that
    was renamed or merged is as old as the one it became.
    """

    def __init__(self, settings: Settings, storage: Storage, states: PageStates) -> None:
        self._settings = settings
        self._storage = storage
        self._states = states
        self._open = PageRules(moderation=settings.moderation)

    async def __call__(self, page: Page, now: datetime, /) -> PageRules:
        """The page's rules at this moment."""
        if not self._settings.close_after_days:
            return self._open
        appeared = await self._appeared(page)
        if appeared is None or now < closes_at(appeared, self._settings.close_after_days, self._settings.zone):
            return self._open
        return replace(self._open, comments_open=False)

    async def _appeared(self, page: Page) -> datetime | None:
        named = page_id(self._settings.site, page.key)
        home = self._states.home(named)
        if home == named and page.published_at is not None:
            return page.published_at
        row = await self._storage.read(find_page, home)
        return None if row is None else row.page.published_at or row.created_at
