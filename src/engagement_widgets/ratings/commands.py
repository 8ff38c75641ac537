"""What an editor asks for, and what became of it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from engagement_widgets.hooks import DeskUser
from engagement_widgets.ratings.sets import VoteSet
from engagement_widgets.ratings.views import Totals

EVERY_VOTE: Final = VoteSet()


class Deed(StrEnum):
    """What can be done to a page's rating, as the journal names it."""

    FROZEN = "rating.frozen"
    REOPENED = "rating.reopened"
    RESET = "rating.reset"
    LEFT_OUT = "rating.left_out"
    TAKEN_IN = "rating.taken_in"
    CLEARED = "rating.cleared"
    UNDONE = "rating.undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideRating:
    """A decision about a page.

    Attributes:
        page_id: which page.
        version: the one the editor has seen.
        actor: who decides.
        why: the reason for the journal, parsed by `fields.WHY`, or None.
        undo_window: for how long it can be undone.
        chosen: which votes, where the decision is about votes.
    """

    page_id: UUID
    version: int
    actor: DeskUser
    why: str | None = None
    undo_window: timedelta = timedelta(minutes=10)
    chosen: VoteSet = EVERY_VOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRating:
    """Take a decision back."""

    undo_id: UUID
    actor: DeskUser


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingDecided:
    """What a decision, or its undo, made of a page. `undo_id` is None after an undo and where nothing changed."""

    page_id: UUID
    deed: Deed
    version: int
    before: Totals
    after: Totals
    frozen: bool
    undo_id: UUID | None
