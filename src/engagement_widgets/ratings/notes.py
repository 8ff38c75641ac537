"""Private words to the editors after a low score: one a vote, to change while the vote stands, gone with the vote."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, update

from engagement_widgets.errors import Conflict, Refused
from engagement_widgets.pages.service import enter_page
from engagement_widgets.ratings.service import VoteQuery, find_vote, spend_change
from engagement_widgets.ratings.state import hold_state
from engagement_widgets.ratings.tables import votes
from engagement_widgets.ratings.views import takes_note
from engagement_widgets.storage.units import Tx

_WRITE: Final = (
    update(votes)
    .where(votes.c.site_id == bindparam("site"), votes.c.page_id == bindparam("page"), votes.c.voter == bindparam("by"))
    .values(note=bindparam("text"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteNote:
    """Set the note of one's own vote.

    Attributes:
        page_id: which page.
        voter: whose vote.
        text: parsed by `fields.NOTE`; "" removes the note.
        quota: as of `CastRating`.
    """

    page_id: UUID
    voter: str
    text: str
    quota: str


def write_note(tx: Tx, command: WriteNote) -> None:
    """Keep the note with the vote. No figure changes, so nobody is told.

    Raises:
        NotFound: `page_withdrawn`.
        Refused: `ratings_closed`: an editor has frozen the page.
        Conflict: `low_rating_needed`: there is no vote of one or two stars any more.
        TooMany: `rating_too_fast`.
    """
    page_id = enter_page(tx, command.page_id) or command.page_id
    state = hold_state(tx, page_id)
    if state is not None and state.frozen:
        raise Refused("ratings_closed")
    vote = find_vote(tx, VoteQuery(page_id=page_id, voter=command.voter))
    if state is None or vote is None or not takes_note(vote):
        raise Conflict("low_rating_needed")
    if (vote.note or "") == command.text:
        return
    spend_change(tx, command.quota)
    tx.execute(_WRITE, {"site": tx.site, "page": page_id, "by": command.voter, "text": command.text or None})
