"""What every decision about a rating leaves in the journal."""

from typing import Any, Final

from engagement_widgets.errors import Conflict
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import EntriesQuery, Record, read_entries
from engagement_widgets.ratings.commands import EVERY_VOTE, Deed
from engagement_widgets.ratings.sets import VoteSet
from engagement_widgets.ratings.state import PageState
from engagement_widgets.storage.units import Tx

SUBJECT: Final = "rating"
VOTE_DEEDS: Final = frozenset({Deed.LEFT_OUT, Deed.TAKEN_IN, Deed.RESET})


def journalled(
    actor: DeskUser, deed: Deed, state: PageState, after: PageState, *, why: str | None, chosen: VoteSet = EVERY_VOTE
) -> Record:
    """The entry of a deed: the page's figures before and after, and which votes it was about."""
    moved = abs(after.totals.count - state.totals.count)
    about = _chosen_json(chosen, moved) if deed in VOTE_DEEDS else {}
    return Record(
        actor=actor,
        action=deed,
        subject_kind=SUBJECT,
        subject_id=str(state.page_id),
        before=_figures(state),
        after={**_figures(after), **about},
        why=why,
    )


def _figures(state: PageState) -> dict[str, Any]:
    """What the journal says of a page. The average is for people; the integers of the votes stay exact."""
    average = state.totals.average
    return {
        "ratings": state.totals.count,
        "average": None if average is None else float(average),
        "frozen": state.frozen,
    }


def _chosen_json(chosen: VoteSet, moved: int) -> dict[str, Any]:
    return {
        "votes": moved,
        "scores": ", ".join(map(str, chosen.scores)),
        "since": None if chosen.since is None else chosen.since.isoformat(),
        "until": None if chosen.until is None else chosen.until.isoformat(),
        "new_only": chosen.new_only,
    }


def stale(tx: Tx, state: PageState) -> Conflict:
    """The refusal of whoever comes second: who was first, when, and with what."""
    last = read_entries(tx, EntriesQuery(size=1, subject=(SUBJECT, str(state.page_id))))
    who, at, deed = (last[0].actor_name, last[0].at.isoformat(), last[0].action) if last else ("", "", "")
    return Conflict("stale_version", decided_by=who, decided_at=at, deed=deed)
