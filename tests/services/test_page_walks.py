"""Whatever is done to pages, in whatever order: figures equal rows, and every name leads where it should."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comment_factory import HA, MAI, approved
from engagement_widgets.comments.recent import RecentQuery, recent_comments
from engagement_widgets.comments.service import Recount, count_approved, find_place, recount
from engagement_widgets.desk.page_deeds import (
    PageDeed,
    UndoPage,
    delete_page,
    rename_page,
    restore_page,
    undo_page,
    update_page,
    withdraw_page,
)
from engagement_widgets.desk.page_merging import MergePages, merge_pages
from engagement_widgets.desk.page_rows import PageStanding
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.hooks import Page
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.service import find_page
from engagement_widgets.pages.states import PageStates
from engagement_widgets.storage.units import Storage
from rating_factory import proved, vote

KINDS = ("post", "vote", "rename", "update", "merge", "withdraw", "delete", "restore", "undo")
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 5)), max_size=15)
_walks, _votes = count(1), count(1)


class Newspaper:
    """Six keys, some of which are pages from the beginning, and what is to be found under them."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.walk = next(_walks)
        self.states = PageStates(storage)
        keys = [f"walk/{self.walk}/{number}" for number in range(6)]
        self.pages = [Page(key=key, url=f"/{key}", title="", section=f"s{number}") for number, key in enumerate(keys)]
        self.ids = [page_id("test", key) for key in keys]
        self.home: dict[UUID, UUID] = {}  # of each id that is known: the page it leads to
        self.comments: dict[UUID, UUID] = {}  # of each: an id of its page
        self.withdrawn: set[UUID] = set()
        self.undos: list[UUID] = []
        self.merges: dict[UUID, tuple[UUID, frozenset[UUID]]] = {}  # of each undo: the page that went, and its names
        self.refusals: set[str] = set()
        for number in range(3):
            self.post(number, 0)

    def step(self, kind: str, one: int, other: int) -> None:
        """Do this to a page, as far as it can be done; a refusal changes nothing."""
        try:
            getattr(self, kind)(one, other)
        except (NotFound, Conflict) as refused:
            self.refusals.add(refused.code)

    def post(self, one: int, other: int) -> None:
        """By a reference with this key."""
        del other
        comment = approved(self.storage, page=self.pages[one])
        self.comments[comment] = self.home.setdefault(self.ids[one], self.ids[one])

    def vote(self, one: int, other: int) -> None:
        """By one of few readers, so that they meet when pages are merged."""
        vote(
            self.storage, f"r:{self.walk}:{other}", 1 + other % 5, self.pages[one], quota=f"{self.walk}:{next(_votes)}"
        )
        self.home.setdefault(self.ids[one], self.ids[one])

    def rename(self, one: int, other: int) -> None:
        """To another of the keys."""
        self._keep(rename_page, one, {"key": self.pages[other].key})
        self.home[self.ids[other]] = self.home[self.ids[one]]

    def update(self, one: int, other: int) -> None:
        """Another section."""
        self._keep(update_page, one, {"section": f"s{other}"})

    def withdraw(self, one: int, other: int) -> None:
        """With all it carries."""
        del other
        self._keep(withdraw_page, one, {})

    def delete(self, one: int, other: int) -> None:
        """Withdrawn too, and purged some day."""
        del other
        self._keep(delete_page, one, {})

    def restore(self, one: int, other: int) -> None:
        """Bring it back."""
        del other
        self._keep(restore_page, one, {})

    def undo(self, one: int, other: int) -> None:
        """One of the last deeds."""
        del other
        if self.undos:
            undo_id = self.undos[-1 - one % len(self.undos)]
            self._stand(self.storage.write_sync(undo_page, UndoPage(undo_id=undo_id, actor=HA)))
            page, names = self.merges.get(undo_id, (undo_id, frozenset()))
            self.home.update(dict.fromkeys(names, page))

    def merge(self, one: int, other: int) -> None:
        """Into another page."""
        merged = MergePages(page_id=self.ids[one], into=self.ids[other], actor=MAI)
        standing = self.storage.write_sync(merge_pages, merged)
        into, gone = standing.page_id, self.home[self.ids[one]]
        if standing.undo_id is not None:
            self.undos.append(standing.undo_id)
            self.merges[standing.undo_id] = gone, frozenset(name for name, page in self.home.items() if page == gone)
        self.home = {name: into if page == gone else page for name, page in self.home.items()}

    def check(self) -> None:
        """Figures equal rows, and every way out shows the same."""
        assert self.refusals <= {"unknown_page", "page_withdrawn", "page_exists", "stale_page", "already_undone"}
        assert self.storage.read_sync(recount, Recount()).was_right
        assert proved(self.storage)
        shown = {comment: self._shown(name) for comment, name in self.comments.items()}
        for comment, page in shown.items():
            assert self._place(comment) == page
        recent = {one.id for one in self.storage.read_sync(recent_comments, RecentQuery())}
        assert recent & shown.keys() == {comment for comment, page in shown.items() if page is not None}
        for page in {page for page in shown.values() if page is not None}:
            mine = {comment for comment, where in shown.items() if where == page}
            assert self.storage.read_sync(count_approved, page) == len(mine)
            self._check_section(page, mine)

    def _check_section(self, page: UUID, comments: set[UUID]) -> None:
        row = self.storage.read_sync(find_page, page)
        assert row is not None
        of_section = self.storage.read_sync(recent_comments, RecentQuery(section=row.page.section))
        assert comments <= {comment.id for comment in of_section}

    def _shown(self, name: UUID) -> UUID | None:
        page = self.home[name]
        if page not in self.withdrawn:
            assert self.states.shown(name) == page
            return page
        try:
            self.states.shown(name)
        except NotFound:
            return None
        raise AssertionError(name)

    def _place(self, comment: UUID) -> UUID | None:
        try:
            return self.storage.read_sync(find_place, comment).page_id
        except NotFound:
            return None

    def _keep(self, deed: object, one: int, changes: dict[str, str]) -> None:
        command = PageDeed(page_id=self.ids[one], actor=MAI, changes=changes, undo_window=timedelta(days=1))
        assert callable(deed)
        standing = self.storage.write_sync(deed, command)
        self._stand(standing)
        if standing.undo_id is not None:
            self.undos.append(standing.undo_id)

    def _stand(self, standing: PageStanding) -> None:
        (self.withdrawn.discard if standing.withdrawn_at is None else self.withdrawn.add)(standing.page_id)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_done_to_pages(storage: Storage, steps: Sequence[tuple[str, int, int]]) -> None:
    """Rename, update, merge, withdraw, restore and undo in any order, with posts and votes between."""
    newspaper = Newspaper(storage)
    for step in steps:
        newspaper.step(*step)
    newspaper.check()
