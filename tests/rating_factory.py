"""Votes and editors' decisions for tests."""

from collections.abc import Callable
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from engagement_widgets.hooks import DeskUser, Page, Role
from engagement_widgets.pages.reference import page_id
from engagement_widgets.ratings.commands import EVERY_VOTE, DecideRating, RatingDecided, UndoRating
from engagement_widgets.ratings.decisions import undo_rating
from engagement_widgets.ratings.recount import Recount, recount, recount_site
from engagement_widgets.ratings.service import CastRating, RatingResult, WithdrawRating, cast, load_totals, withdraw
from engagement_widgets.ratings.sets import VoteSet
from engagement_widgets.ratings.state import PageState, find_state
from engagement_widgets.ratings.views import Counts
from engagement_widgets.storage.units import Storage, Tx

PAGE: Final = Page(key="tin/cho-ben-da", url="https://bao.example/tin/cho-ben-da", title="Chợ Bến Đá")
PAGE_ID: Final = page_id("test", PAGE.key)
HANOI: Final = ZoneInfo("Asia/Ho_Chi_Minh")
HA: Final = DeskUser(id="ha", name="Phạm Minh Hà", role=Role.EDITOR)
MINH: Final = DeskUser(id="minh", name="Trần Minh", role=Role.EDITOR)

Decision = Callable[[Tx, DecideRating], RatingDecided]


def vote(
    storage: Storage, voter: str, score: int, page: Page = PAGE, *, is_new: bool = False, quota: str | None = None
) -> RatingResult:
    """Give a page a score."""
    day = storage.clock.now().astimezone(HANOI).date()
    command = CastRating(page=page, voter=voter, score=score, day=day, quota=quota or voter, is_new=is_new)
    return storage.write_sync(cast, command)


def take_back(storage: Storage, voter: str, identity: UUID = PAGE_ID, *, quota: str | None = None) -> RatingResult:
    """Take a vote back."""
    return storage.write_sync(withdraw, WithdrawRating(page_id=identity, voter=voter, quota=quota or voter))


def decide(
    storage: Storage,
    decision: Decision,
    chosen: VoteSet = EVERY_VOTE,
    *,
    actor: DeskUser = HA,
    identity: UUID = PAGE_ID,
    version: int | None = None,
    why: str | None = None,
) -> RatingDecided:
    """What an editor decides, having seen the page as it is now or as of `version`."""
    seen = state(storage, identity).version if version is None else version
    return storage.write_sync(
        decision, DecideRating(page_id=identity, version=seen, actor=actor, why=why, chosen=chosen)
    )


def undo(storage: Storage, decided: RatingDecided, actor: DeskUser = HA) -> RatingDecided:
    """Take a decision back."""
    assert decided.undo_id is not None
    return storage.write_sync(undo_rating, UndoRating(undo_id=decided.undo_id, actor=actor))


def state(storage: Storage, identity: UUID = PAGE_ID) -> PageState:
    """A page's row."""
    found = storage.read_sync(find_state, identity)
    assert found is not None
    return found


def counts(storage: Storage, identity: UUID = PAGE_ID) -> Counts:
    """The five integers of a page."""
    return storage.read_sync(load_totals, identity).counts


def proved(storage: Storage) -> bool:
    """True when counters, tallies and the site's counts are what the counted votes say."""
    found = storage.read_sync(recount, Recount())
    return (found.differences, found.tallies, storage.read_sync(recount_site, False)) == ((), (), None)
