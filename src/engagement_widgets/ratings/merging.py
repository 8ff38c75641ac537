"""What merging a page into another does to its ratings: one vote a reader, the newest of the two.

`merging_back` undoes it.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, literal, not_, null, select, update

from engagement_widgets.pages.merges import Merge
from engagement_widgets.ratings.commands import EVERY_VOTE
from engagement_widgets.ratings.sets import ballots_of_set
from engagement_widgets.ratings.state import ROW, PageState, hold_state, lock_state, store_decision
from engagement_widgets.ratings.tables import VOTE_FACTS, merged_votes, tallies, totals, votes
from engagement_widgets.ratings.tallies import by_score, tally
from engagement_widgets.ratings.watch import Watch, flag_json, minutes_json
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx


class Fate(StrEnum):
    """What a merge did to a vote.

    Attributes:
        MOVED: it counts, or does not, on the page that stays.
        DOUBLE: dropped, since its reader's vote on the other page is newer.
        RESET: dropped, since it was from before a reset.
    """

    MOVED = "moved"
    DOUBLE = "double"
    RESET = "reset"


_MOMENTS: Final = ("reset_at", "first_rated_at", "rated_at", "flagged_at")
_other = votes.alias("other")
OF_PAGE: Final = and_(votes.c.site_id == bindparam("site"), votes.c.page_id == bindparam("page"))
_THEIR_OTHER = select(_other.c.voter).where(
    _other.c.site_id == bindparam("site"), _other.c.page_id == bindparam("there"), _other.c.voter == votes.c.voter
)
_IS_RESET = and_(not_(votes.c.counted), votes.c.updated_at <= bindparam("reset_at", type_=Moment()))
_IS_OLDER = _THEIR_OTHER.where(_other.c.updated_at >= votes.c.updated_at).exists()
_IS_DOUBLE = _THEIR_OTHER.exists()


def _keep(fate: Fate, *which: "ColumnElement[bool]") -> Any:  # noqa: ANN401  (SQLAlchemy's own type of such an insert)
    """Statement that remembers votes as they are; private words only of those that are dropped."""
    plain = [votes.c[name] for name in VOTE_FACTS if name != "note"]
    note = null() if fate is Fate.MOVED else votes.c.note
    params = (bindparam("merge", type_=votes.c.page_id.type), bindparam("until", type_=Moment()))
    rows = select(votes.c.site_id, votes.c.page_id, votes.c.voter, *plain, note, literal(fate.value), *params)
    names = ["site_id", "page_id", "voter", *(column.name for column in plain), "note", "fate", "merge_id", "until"]
    return insert(merged_votes).from_select(names, rows.where(OF_PAGE, *which))


_KEEP_RESET, _DROP_RESET = _keep(Fate.RESET, _IS_RESET), delete(votes).where(OF_PAGE, _IS_RESET)
_KEEP_OLDER, _DROP_OLDER = _keep(Fate.DOUBLE, _IS_OLDER), delete(votes).where(OF_PAGE, _IS_OLDER)
_KEEP_DOUBLE, _DROP_DOUBLE = _keep(Fate.DOUBLE, _IS_DOUBLE), delete(votes).where(OF_PAGE, _IS_DOUBLE)
_KEEP_MOVED = _keep(Fate.MOVED)
_MOVE = update(votes).where(OF_PAGE).values(page_id=bindparam("there"))
SPAN: Final = (
    update(totals)
    .where(ROW)
    .values(first_rated_at=bindparam("first", type_=Moment()), rated_at=bindparam("last", type_=Moment()))
)
_DROP_TALLIES = delete(tallies).where(tallies.c.site_id == bindparam("site"), tallies.c.page_id == bindparam("page"))
_DROP_TOTALS = delete(totals).where(ROW)


def merge_ratings(tx: Tx, command: Merge) -> Mapping[str, Any] | None:
    """Give one page the votes of another, each counting as it did, and every figure with them.

    Answers what `merging_back` needs beside the votes, as plain values for the undo record; None for nothing to do.

    Votes from before a reset of the page they come from are dropped: they count for nothing until they are given anew.
    What editors decided about the page they come to stays, and cannot be undone any more: its version is another.
    """
    source = hold_state(tx, command.page_id)
    if source is None:
        return None
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
    tx.execute(SPAN, {"site": tx.site, "page": command.into, "first": first, "last": last})
    if gone:
        tally(tx, command.page_id, gone)
    drop_figures(tx, command.page_id)
    return {
        "page": as_kept(source),
        "target": None if known is None else as_kept(known),
        "merged": as_kept(replace(merged, rated_at=last)),
    }


def drop_figures(tx: Tx, page_id: UUID) -> None:
    """Drop the figures of a page that has no votes any more."""
    for statement in (_DROP_TALLIES, _DROP_TOTALS):
        tx.execute(statement, {"site": tx.site, "page": page_id})


def as_kept(state: PageState) -> dict[str, Any]:
    """A page's row but for its figures, as plain values."""
    moments = {name: at.isoformat() if (at := getattr(state, name)) else None for name in _MOMENTS}
    watch = {"recent": minutes_json(state.watch), "flag": flag_json(state.watch.flag)}
    return {**moments, **watch, "version": state.version, "frozen": state.frozen}


def _move_votes(tx: Tx, command: Merge, source: PageState) -> None:
    record = {"site": tx.site, "merge": command.id, "until": command.until}
    here = {**record, "page": command.page_id, "there": command.into}
    there = {**record, "page": command.into, "there": command.page_id}
    if source.reset_at is not None:
        for statement in (_KEEP_RESET, _DROP_RESET):
            tx.execute(statement, here | {"reset_at": source.reset_at})
    for statement in (_KEEP_OLDER, _DROP_OLDER):
        tx.execute(statement, here)
    for statement in (_KEEP_DOUBLE, _DROP_DOUBLE):
        tx.execute(statement, there)
    for statement in (_KEEP_MOVED, _MOVE):
        tx.execute(statement, here)
