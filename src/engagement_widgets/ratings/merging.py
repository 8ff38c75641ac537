"""What merging a page into another does to its ratings: one vote a reader, the newest of the two."""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, not_, select, update

from engagement_widgets.ratings.commands import EVERY_VOTE
from engagement_widgets.ratings.sets import ballots_of_set
from engagement_widgets.ratings.state import ROW, PageState, hold_state, lock_state, store_decision
from engagement_widgets.ratings.tables import tallies, totals, votes
from engagement_widgets.ratings.tallies import by_score, tally
from engagement_widgets.ratings.watch import Watch
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRatings:
    """Of which page, into which other. The caller holds both pages' rows."""

    page_id: UUID
    into: UUID


_other = votes.alias("other")
_OF_PAGE: Final = and_(votes.c.site_id == bindparam("site"), votes.c.page_id == bindparam("page"))
_THEIR_OTHER = select(_other.c.voter).where(
    _other.c.site_id == bindparam("site"), _other.c.page_id == bindparam("there"), _other.c.voter == votes.c.voter
)
_DROP_RESET = delete(votes).where(
    _OF_PAGE, not_(votes.c.counted), votes.c.updated_at <= bindparam("reset_at", type_=Moment())
)
_DROP_OLDER = delete(votes).where(_OF_PAGE, _THEIR_OTHER.where(_other.c.updated_at >= votes.c.updated_at).exists())
_DROP_DOUBLE = delete(votes).where(_OF_PAGE, _THEIR_OTHER.exists())
_MOVE = update(votes).where(_OF_PAGE).values(page_id=bindparam("there"))
_SPAN = (
    update(totals)
    .where(ROW)
    .values(first_rated_at=bindparam("first", type_=Moment()), rated_at=bindparam("last", type_=Moment()))
)
_DROP_TALLIES = delete(tallies).where(tallies.c.site_id == bindparam("site"), tallies.c.page_id == bindparam("page"))
_DROP_TOTALS = delete(totals).where(ROW)


def merge_ratings(tx: Tx, command: MergeRatings) -> None:
    """Give one page the votes of another, each counting as it did, and every figure with them.

    Votes from before a reset of the page they come from are dropped: they count for nothing until they are given anew.
    What editors decided about the page they come to stays, and cannot be undone any more: its version is another.
    """
    source = hold_state(tx, command.page_id)
    if source is None:
        return
    known = hold_state(tx, command.into)
    target = known or lock_state(tx, command.into)
    gone = ballots_of_set(tx, command.page_id, EVERY_VOTE, taking_in=False)
    before = ballots_of_set(tx, command.into, EVERY_VOTE, taking_in=False)
    _move_votes(tx, command, source)
    after = [replace(ballot, by=-ballot.by) for ballot in ballots_of_set(tx, command.into, EVERY_VOTE, taking_in=False)]
    delta = [*before, *after]
    # the minutes were counted without these votes: the watch begins again
    merged = replace(target, totals=target.totals.moved(by_score(delta)), watch=Watch(flag=target.watch.flag))
    store_decision(tx, merged, delta)
    last = source.rated_at if known is None else max(source.rated_at, known.rated_at)
    first = min(source.first_rated_at, target.first_rated_at)
    tx.execute(_SPAN, {"site": tx.site, "page": command.into, "first": first, "last": last})
    if gone:
        tally(tx, command.page_id, gone)
    for statement in (_DROP_TALLIES, _DROP_TOTALS):
        tx.execute(statement, {"site": tx.site, "page": command.page_id})


def _move_votes(tx: Tx, command: MergeRatings, source: PageState) -> None:
    here = {"site": tx.site, "page": command.page_id, "there": command.into}
    if source.reset_at is not None:
        tx.execute(_DROP_RESET, here | {"reset_at": source.reset_at})
    tx.execute(_DROP_OLDER, here)
    tx.execute(_DROP_DOUBLE, {"site": tx.site, "page": command.into, "there": command.page_id})
    tx.execute(_MOVE, here)
