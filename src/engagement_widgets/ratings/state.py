"""A page's row: five integers, what editors decided about it, and its last minutes. Whoever changes it holds it first.

PostgreSQL locks the row; SQLite has its single writer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import RowMapping, Select, and_, bindparam, select, update

from engagement_widgets.errors import NotFound
from engagement_widgets.events import RatingChanged
from engagement_widgets.ratings.tables import totals
from engagement_widgets.ratings.tallies import Ballot, by_score, tally
from engagement_widgets.ratings.views import SCORES, Counts, Totals
from engagement_widgets.ratings.watch import Watch, flag_json, minutes_json, read_flag, read_minutes
from engagement_widgets.storage.schema import Json, Moment
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

COUNTERS: Final = tuple(totals.c[f"score_{score}"] for score in SCORES)
ROW: Final = and_(totals.c.site_id == bindparam("site"), totals.c.page_id == bindparam("page"))

_DECIDED = (totals.c.version, totals.c.frozen, totals.c.reset_at, totals.c.flagged_at, totals.c.flag)
STATE: Final = (*COUNTERS, *_DECIDED, totals.c.first_rated_at, totals.c.rated_at, totals.c.recent)

_FIND = select(*STATE).where(ROW)
_LOCK = _FIND.with_for_update()
_NEW = Upsert(lambda insert: insert(totals).on_conflict_do_nothing())
_MOVE = {counter: counter + bindparam(f"add_{score}") for score, counter in zip(SCORES, COUNTERS, strict=True)}
_WATCHED = {
    totals.c.recent: bindparam("new_recent", type_=Json()),
    totals.c.flagged_at: bindparam("new_flagged_at", type_=Moment()),
    totals.c.flag: bindparam("new_flag", type_=Json()),
}
_COUNT = update(totals).where(ROW).values({**_MOVE, **_WATCHED, totals.c.rated_at: bindparam("at", type_=Moment())})
_DECIDE = (
    update(totals)
    .where(ROW)
    .values(
        {
            **_MOVE,
            **_WATCHED,
            totals.c.version: totals.c.version + 1,
            totals.c.frozen: bindparam("new_frozen"),
            totals.c.reset_at: bindparam("new_reset_at", type_=Moment()),
        }
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """A page's row as it was read.

    Attributes:
        page_id: the page.
        totals: counted votes.
        version: of the editors' decisions.
        frozen: an editor stopped the rating.
        reset_at: when everything before stopped to count, or None.
        first_rated_at: the first vote.
        rated_at: the latest vote or change of one.
        watch: the last minutes, and the burst found in them.
        flagged_at: when it was found.
    """

    page_id: UUID
    totals: Totals
    version: int
    frozen: bool
    reset_at: datetime | None
    first_rated_at: datetime
    rated_at: datetime
    watch: Watch
    flagged_at: datetime | None

    @property
    def history_from(self) -> datetime:
        """Since when the counted votes have been coming in."""
        return self.first_rated_at if self.reset_at is None else max(self.first_rated_at, self.reset_at)

    def watched(self, watch: Watch, now: datetime) -> "PageState":
        """The same with other minutes or another flag; `now` is when a new flag was found."""
        flagged_at = None if watch.flag is None else self.flagged_at or now
        return replace(self, watch=watch, flagged_at=flagged_at)


def lock_state(tx: Tx, page_id: UUID) -> PageState:
    """Hold a page's row until the end of the transaction, making it for the first vote."""
    state = hold_state(tx, page_id)
    if state is None:
        zeros = {f"score_{score}": 0 for score in SCORES}
        fresh = {"version": 0, "frozen": False, "first_rated_at": tx.now, "rated_at": tx.now, "recent": []}
        tx.execute(_NEW[tx.dialect], {"site_id": tx.site, "page_id": page_id, **zeros, **fresh})
        state = hold_state(tx, page_id)
    if state is None:  # cannot be: the row is there now, and nothing deletes it
        raise NotFound("unknown_page")
    return state


def hold_state(tx: Tx, page_id: UUID) -> PageState | None:
    """Hold a page's row until the end of the transaction; None where nobody has rated yet."""
    return _read(tx, page_id, _LOCK)


def find_state(tx: Tx, page_id: UUID) -> PageState | None:
    """A page's row without holding it; None where nobody has rated yet."""
    return _read(tx, page_id, _FIND)


def count_votes(tx: Tx, state: PageState, ballots: Sequence[Ballot]) -> None:
    """Move every figure after a vote, keep what was watched, and tell everybody who shows them."""
    tx.execute(_COUNT, {**_values(tx, state, ballots), "at": tx.now})
    tally(tx, state.page_id, ballots)
    tell(tx, state.page_id)


def store_decision(tx: Tx, state: PageState, ballots: Sequence[Ballot]) -> None:
    """Keep what an editor decided, under the next version, and tell everybody who shows the page."""
    tx.execute(_DECIDE, {**_values(tx, state, ballots), "new_frozen": state.frozen, "new_reset_at": state.reset_at})
    if ballots:
        tally(tx, state.page_id, ballots)
    tell(tx, state.page_id)


def tell(tx: Tx, page_id: UUID) -> None:
    """Make what shows this page's rating old."""
    tx.touch(str(page_id))
    tx.emit(RatingChanged(page_id=page_id, **tx.event_fields()))


def totals_of(row: RowMapping) -> Totals:
    """The five integers of a row that has them."""
    return Totals(counts=cast("Counts", tuple(row[counter.name] for counter in COUNTERS)))


def _values(tx: Tx, state: PageState, ballots: Sequence[Ballot]) -> dict[str, Any]:
    changes = by_score(ballots)
    return {
        "site": tx.site,
        "page": state.page_id,
        "new_recent": minutes_json(state.watch),
        "new_flagged_at": state.flagged_at,
        "new_flag": flag_json(state.watch.flag),
        **{f"add_{score}": changes.get(score, 0) for score in SCORES},
    }


def _read(tx: Tx, page_id: UUID, statement: "Select[Any]") -> PageState | None:
    row = tx.execute(statement, {"site": tx.site, "page": page_id}).mappings().first()
    return None if row is None else state_of(page_id, row)


def state_of(page_id: UUID, row: RowMapping) -> PageState:
    """The state in a row that has the columns of `STATE`."""
    return PageState(
        page_id=page_id,
        totals=totals_of(row),
        version=row["version"],
        frozen=row["frozen"],
        reset_at=row["reset_at"],
        first_rated_at=row["first_rated_at"],
        rated_at=row["rated_at"],
        watch=Watch(minutes=read_minutes(row["recent"]), flag=read_flag(row["flag"])),
        flagged_at=row["flagged_at"],
    )
