"""What an editor decides about a page's rating: in one transaction with its counters, its journal entry and its undo.

Nothing is deleted: a vote that is left out stays a row of its reader's and counts in no integer.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from engagement_widgets.errors import NotFound
from engagement_widgets.journal.reach import require_section
from engagement_widgets.journal.service import Record, UndoRecord, record, remember_undo, take_undo
from engagement_widgets.pages.service import enter_page, section_of
from engagement_widgets.ratings.commands import EVERY_VOTE, DecideRating, Deed, RatingDecided, UndoRating
from engagement_widgets.ratings.journalling import VOTE_DEEDS, journalled, stale
from engagement_widgets.ratings.sets import (
    ballots_of_deed,
    ballots_of_set,
    check_not_empty,
    mark_set,
    set_of,
    unmark_deed,
)
from engagement_widgets.ratings.state import PageState, lock_state, store_decision
from engagement_widgets.ratings.tallies import Ballot, by_score
from engagement_widgets.ratings.watch import Watch, flag_json, read_flag
from engagement_widgets.storage.units import Tx

UNDO_KIND: Final = "rating_decision"


def freeze(tx: Tx, command: DecideRating) -> RatingDecided:
    """Stop a page's rating: nobody votes, changes or takes back. Frozen already, nothing changes.

    Raises:
        NotFound: `unknown_page`.
        Refused: `section_required`.
        Conflict: `stale_version` {decided_by, decided_at, deed}: a colleague was first; nothing has changed.
    """
    state = _begin(tx, command)
    return _decide(tx, command, Deed.FROZEN, state, replace(state, frozen=True))


def reopen(tx: Tx, command: DecideRating) -> RatingDecided:
    """Let readers rate a frozen page again; the page's own rules still hold.

    Raises:
        NotFound: `unknown_page`.
        Refused: `section_required`.
        Conflict: `stale_version`, as of `freeze`.
    """
    state = _begin(tx, command)
    return _decide(tx, command, Deed.REOPENED, state, replace(state, frozen=False))


def clear_flag(tx: Tx, command: DecideRating) -> RatingDecided:
    """Say that a flagged burst is in order. Without a flag nothing changes.

    Raises:
        NotFound: `unknown_page`.
        Refused: `section_required`.
        Conflict: `stale_version`, as of `freeze`.
    """
    state = _begin(tx, command)
    return _decide(tx, command, Deed.CLEARED, state, state.watched(Watch(minutes=state.watch.minutes), tx.now))


def reset(tx: Tx, command: DecideRating) -> RatingDecided:
    """Begin anew: every vote present is left out, and counts again when its reader gives it again.

    Raises:
        NotFound: `unknown_page`.
        Refused: `section_required`.
        Conflict: `stale_version`, as of `freeze`.
        Invalid: `no_votes`.
    """
    state = _begin(tx, command)
    return _move_votes(tx, replace(command, chosen=EVERY_VOTE), Deed.RESET, state, replace(state, reset_at=tx.now))


def leave_out(tx: Tx, command: DecideRating) -> RatingDecided:
    """Leave a set of votes out of the figures.

    Raises:
        NotFound: `unknown_page`.
        Refused: `section_required`.
        Conflict: `stale_version`, as of `freeze`.
        Invalid: `no_votes`.
    """
    state = _begin(tx, command)
    return _move_votes(tx, command, Deed.LEFT_OUT, state, state)


def take_in(tx: Tx, command: DecideRating) -> RatingDecided:
    """Count a set of votes again that were left out, by whatever decision.

    Raises:
        NotFound: `unknown_page`.
        Refused: `section_required`.
        Conflict: `stale_version`, as of `freeze`.
        Invalid: `no_votes`.
    """
    state = _begin(tx, command)
    return _move_votes(tx, command, Deed.TAKEN_IN, state, state)


def undo_rating(tx: Tx, command: UndoRating) -> RatingDecided:
    """Put a page back to where it stood before a decision; what readers did since stays.

    Raises:
        NotFound: `unknown_undo`.
        Refused: `section_required`.
        Conflict: `already_undone`, `undo_expired`; `stale_version` when it has been decided again since.
    """
    undo = take_undo(tx, command.undo_id, by=command.actor.id)
    if undo.kind != UNDO_KIND:
        raise NotFound("unknown_undo")
    require_section(command.actor, section_of(tx, UUID(undo.payload["page"])))
    state = lock_state(tx, UUID(undo.payload["page"]))
    if state.version != undo.payload["version"]:
        raise stale(tx, state)
    after, moved = _undone(tx, undo, state)
    _write_down(tx, journalled(command.actor, Deed.UNDONE, state, after, why=None))
    store_decision(tx, after, moved)
    return _decided(Deed.UNDONE, state, after, None)


def _begin(tx: Tx, command: DecideRating) -> PageState:
    if enter_page(tx, command.page_id) != command.page_id:  # merged meanwhile: what the editor has seen is no more
        raise NotFound("unknown_page")
    require_section(command.actor, section_of(tx, command.page_id))
    state = lock_state(tx, command.page_id)
    if state.version != command.version:
        raise stale(tx, state)
    return state


def _decide(tx: Tx, command: DecideRating, deed: Deed, state: PageState, after: PageState) -> RatingDecided:
    if after == state:
        return _decided(deed, state, state, None)
    return _keep(tx, command, deed, state, after, [])


def _move_votes(tx: Tx, command: DecideRating, deed: Deed, state: PageState, after: PageState) -> RatingDecided:
    taking_in = deed is Deed.TAKEN_IN
    delta = ballots_of_set(tx, state.page_id, command.chosen, taking_in=taking_in)
    check_not_empty(delta)
    # the minutes were counted with these votes, or without them: the watch begins again
    after = replace(after, totals=state.totals.moved(by_score(delta)), watch=Watch(flag=state.watch.flag))
    return _keep(tx, command, deed, state, after, delta)


def _keep(
    tx: Tx, command: DecideRating, deed: Deed, state: PageState, after: PageState, delta: Sequence[Ballot]
) -> RatingDecided:
    """Write the deed down first: its entry's id is what the votes remember."""
    entry_id = _write_down(tx, journalled(command.actor, deed, state, after, why=command.why, chosen=command.chosen))
    if delta:
        mark_set(tx, state.page_id, command.chosen, taking_in=deed is Deed.TAKEN_IN, deed_id=entry_id)
        after = _with_flag_answered(tx, after)
    store_decision(tx, after, delta)
    payload = {
        "page": str(state.page_id),
        "version": state.version + 1,
        "deed": deed.value,
        "frozen": state.frozen,
        "reset_at": _iso(state.reset_at),
        "flagged_at": _iso(state.flagged_at),
        "flag": flag_json(state.watch.flag),
    }
    undo_id = remember_undo(tx, entry_id=entry_id, kind=UNDO_KIND, payload=payload, window=command.undo_window)
    return _decided(deed, state, after, undo_id)


def _write_down(tx: Tx, deed: Record) -> UUID:
    return record(tx, replace(deed, section=section_of(tx, UUID(deed.subject_id))))


def _with_flag_answered(tx: Tx, state: PageState) -> PageState:
    """A flag none of whose votes counts any more has done its work."""
    flag = state.watch.flag
    if flag is None or ballots_of_set(tx, state.page_id, set_of(flag), taking_in=False):
        return state
    return state.watched(replace(state.watch, flag=None), tx.now)


def _undone(tx: Tx, undo: UndoRecord, state: PageState) -> tuple[PageState, list[Ballot]]:
    """The page as before, and which votes begin or cease to count by that."""
    kept = undo.payload
    after = replace(state, frozen=kept["frozen"], reset_at=_moment(kept["reset_at"]))
    if state.watch.flag is None:  # else a new burst was found since, which stays
        watch = replace(state.watch, flag=read_flag(kept["flag"]))
        after = replace(after, watch=watch, flagged_at=_moment(kept["flagged_at"]))
    if kept["deed"] not in VOTE_DEEDS:
        return after, []
    taking_in = kept["deed"] != Deed.TAKEN_IN
    delta = ballots_of_deed(tx, state.page_id, undo.entry_id, taking_in=taking_in)
    unmark_deed(tx, state.page_id, undo.entry_id, taking_in=taking_in)
    watch = Watch(flag=after.watch.flag)
    return replace(after, totals=state.totals.moved(by_score(delta)), watch=watch), delta


def _decided(deed: Deed, before: PageState, after: PageState, undo_id: UUID | None) -> RatingDecided:
    is_new_version = undo_id is not None or deed is Deed.UNDONE
    return RatingDecided(
        page_id=before.page_id,
        deed=deed,
        version=before.version + is_new_version,
        before=before.totals,
        after=after.totals,
        frozen=after.frozen,
        undo_id=undo_id,
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept)
