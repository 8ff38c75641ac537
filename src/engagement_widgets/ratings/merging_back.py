"""What undoing a merge of pages does to ratings: votes go back to where they were given."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, exists, insert, or_, select, update

from engagement_widgets.errors import Conflict
from engagement_widgets.pages.merges import Merge
from engagement_widgets.ratings.commands import EVERY_VOTE
from engagement_widgets.ratings.merging import OF_PAGE, SPAN, Fate, drop_figures
from engagement_widgets.ratings.sets import ballots_of_set
from engagement_widgets.ratings.state import ROW, PageState, hold_state, lock_state, store_decision
from engagement_widgets.ratings.tables import VOTE_FACTS, merged_votes, totals, votes
from engagement_widgets.ratings.tallies import Ballot, by_score
from engagement_widgets.ratings.watch import Watch, read_flag, read_minutes
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

_MERGE: Final = and_(merged_votes.c.site_id == bindparam("site"), merged_votes.c.merge_id == bindparam("merge"))
_ON_TARGET: Final = and_(votes.c.site_id == bindparam("site"), votes.c.page_id == bindparam("target"))
_MERGED_AT = bindparam("merged_at", type_=Moment())
_DECIDED_SINCE = select(votes.c.voter).where(_ON_TARGET, votes.c.deed_id > bindparam("merge")).limit(bindparam("one"))
_theirs = votes.alias("theirs")
_THEIRS = (
    _theirs.c.site_id == bindparam("site"),
    _theirs.c.page_id == bindparam("target"),
    _theirs.c.voter == merged_votes.c.voter,
)
# A vote that its reader has changed or taken back since says more than the one that was dropped for it.
_COMES_BACK = or_(
    and_(
        merged_votes.c.fate == Fate.DOUBLE.value,
        exists().where(*_THEIRS, _theirs.c.updated_at <= _MERGED_AT),
    ),
    and_(
        merged_votes.c.fate == Fate.RESET.value,
        ~exists().where(*_THEIRS, _theirs.c.updated_at > _MERGED_AT),
    ),
)
_MARK = (
    update(merged_votes)
    .where(_MERGE, merged_votes.c.fate != Fate.MOVED.value, ~_COMES_BACK)
    .values(fate=bindparam("gone"))
)
_FACTS = ("site_id", "page_id", "voter", *VOTE_FACTS)
_MOVE = (
    update(votes)
    .where(
        _ON_TARGET,
        exists().where(
            _MERGE,
            merged_votes.c.fate == Fate.MOVED.value,
            merged_votes.c.voter == votes.c.voter,
            merged_votes.c.created_at == votes.c.created_at,  # another is one given anew
        ),
    )
    .values(page_id=bindparam("page"))
)
_RESTORE = insert(votes).from_select(
    list(_FACTS),
    select(*(merged_votes.c[name] for name in _FACTS)).where(
        _MERGE, merged_votes.c.fate.in_([Fate.DOUBLE.value, Fate.RESET.value])
    ),
)
_FORGET = delete(merged_votes).where(_MERGE)
_ANY_VOTE = select(votes.c.voter).where(OF_PAGE).limit(bindparam("one"))
_SET_VERSION = update(totals).where(ROW).values(version=bindparam("then"))


def check_ratings(tx: Tx, merge: Merge, kept: Mapping[str, Any]) -> None:
    """Stop the undo of a merge after which an editor has decided about the votes of both together.

    Raises:
        Conflict: `stale_page`.
    """
    state, merged = hold_state(tx, merge.into), kept["merged"]
    key = {"site": tx.site, "target": merge.into, "merge": merge.id, "one": 1}
    same = state is not None and (state.frozen, state.reset_at) == (merged["frozen"], _moment(merged["reset_at"]))
    if not same or tx.execute(_DECIDED_SINCE, key).first() is not None:
        raise Conflict("stale_page")


def move_votes_back(tx: Tx, merge: Merge, merged_at: datetime, kept: Mapping[str, Any]) -> None:
    """Give each page its own votes again, and figures made of them; `kept` is from `merge_ratings`.

    A vote that moved goes back as its reader has changed it since; what was dropped comes back, unless its reader has
    voted anew or taken the other back. What was given anew stays where it is.
    """
    target = lock_state(tx, merge.into)
    before = ballots_of_set(tx, merge.into, EVERY_VOTE, taking_in=False)
    _move(tx, merge, merged_at)
    delta = [*before, *_counted(tx, merge.into)]
    store_decision(tx, _state_then(target, kept, delta), delta)
    _set_span(tx, merge, target, merged_at, kept)
    if kept["target"] is None and tx.execute(_ANY_VOTE, _any(tx, merge.into)).first() is None:
        drop_figures(tx, merge.into)
    _make_source(tx, merge.page_id, kept["page"])


def _move(tx: Tx, merge: Merge, merged_at: datetime) -> None:
    key = {
        "site": tx.site,
        "merge": merge.id,
        "page": merge.page_id,
        "target": merge.into,
        "merged_at": merged_at,
    }
    tx.execute(_MARK, {**key, "gone": "gone"})
    tx.execute(_MOVE, key)
    tx.execute(_RESTORE, {"site": tx.site, "merge": merge.id})
    tx.execute(_FORGET, {"site": tx.site, "merge": merge.id})


def _state_then(target: PageState, kept: Mapping[str, Any], delta: list[Ballot]) -> PageState:
    """The row of the page that stayed, with its watch from before where no vote has come since."""
    state = replace(target, totals=target.totals.moved(by_score(delta)))
    if not _is_untouched(target, kept):
        return replace(state, watch=Watch(flag=target.watch.flag))
    then = kept["target"]
    return state if then is None else replace(state, watch=_watch(then), flagged_at=_moment(then["flagged_at"]))


def _set_span(tx: Tx, merge: Merge, target: PageState, merged_at: datetime, kept: Mapping[str, Any]) -> None:
    then = kept["target"]
    first = merged_at if then is None else _moment(then["first_rated_at"])
    last = _moment(then["rated_at"]) if then is not None and _is_untouched(target, kept) else target.rated_at
    tx.execute(SPAN, {"site": tx.site, "page": merge.into, "first": first, "last": last})


def _is_untouched(target: PageState, kept: Mapping[str, Any]) -> bool:
    return target.rated_at == _moment(kept["merged"]["rated_at"])


def _make_source(tx: Tx, page_id: UUID, then: Mapping[str, Any]) -> None:
    """Make the row of the page that went as it was, with figures of the votes that it has now."""
    ballots = _counted(tx, page_id)
    decided: dict[str, Any] = {"frozen": then["frozen"], "reset_at": _moment(then["reset_at"])}
    watched: dict[str, Any] = {"watch": _watch(then), "flagged_at": _moment(then["flagged_at"])}
    store_decision(tx, replace(lock_state(tx, page_id), **decided, **watched), ballots)
    span = {"first": _moment(then["first_rated_at"]), "last": _moment(then["rated_at"])}
    tx.execute(SPAN, {"site": tx.site, "page": page_id, **span})
    tx.execute(_SET_VERSION, {"site": tx.site, "page": page_id, "then": then["version"]})


def _counted(tx: Tx, page_id: UUID) -> list[Ballot]:
    gone = ballots_of_set(tx, page_id, EVERY_VOTE, taking_in=False)
    return [replace(ballot, by=-ballot.by) for ballot in gone]


def _any(tx: Tx, page_id: UUID) -> dict[str, Any]:
    return {"site": tx.site, "page": page_id, "one": 1}


def _watch(then: Mapping[str, Any]) -> Watch:
    return Watch(minutes=read_minutes(then["recent"]), flag=read_flag(then["flag"]))


def _moment(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept)
