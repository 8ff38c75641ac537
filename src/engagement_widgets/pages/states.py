"""Pages that are not what their id says: renamed or merged into another, or withdrawn. Every reading route asks here.

They are few, so a process keeps all of them and reads them again when the change feed says `pages`.
"""

import threading
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, or_, select

from engagement_widgets.errors import NotFound
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.units import Storage, Tx

TOPIC = "pages"

_States: TypeAlias = tuple[dict[UUID, UUID], frozenset[UUID]]  # where ids lead; which pages are withdrawn

_UNUSUAL = select(pages.c.id, pages.c.moved_to, pages.c.withdrawn_at).where(
    pages.c.site_id == bindparam("site"), or_(pages.c.moved_to.is_not(None), pages.c.withdrawn_at.is_not(None))
)
_WITHDRAWN = select(pages.c.id).where(pages.c.site_id == bindparam("site"), pages.c.withdrawn_at.is_not(None))


def on_shown_page(page_id: "ColumnElement[UUID]") -> "ColumnElement[bool]":
    """Condition, for whatever is not asked for by its page: this page is not withdrawn. The statement binds `site`."""
    return page_id.not_in(_WITHDRAWN)


class PageStates:
    """Which page an id stands for, at the price of a look into a dictionary.

    Construct it before whatever else listens to the change feed, so that nobody builds anew from what was.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._states: _States | None = None
        storage.on_change(self._hear)

    def shown(self, page_id: UUID) -> UUID:
        """The page that an id stands for: nearly always its own.

        Raises:
            NotFound: `page_withdrawn`.
        """
        found = self.home(page_id)
        if found in self._known()[1]:
            raise NotFound("page_withdrawn")
        return found

    def home(self, page_id: UUID) -> UUID:
        """The same, also of a page that is withdrawn."""
        return self._known()[0].get(page_id, page_id)

    def _known(self) -> _States:
        return self._states or self._read()

    def _hear(self, topics: frozenset[str]) -> None:
        if TOPIC in topics or "*" in topics:
            # read in the thread that tells, before anybody who listens later builds from it
            self._read()

    def _read(self) -> _States:
        with self._lock:  # so that whoever reads last has read the latest
            states = self._states = self._storage.read_sync(_unusual, None)
        return states


def _unusual(tx: Tx, command: None) -> _States:
    del command
    rows = tx.execute(_UNUSUAL, {"site": tx.site}).all()
    moved = {row.id: row.moved_to for row in rows if row.moved_to is not None}
    return moved, frozenset(row.id for row in rows if row.withdrawn_at is not None)
