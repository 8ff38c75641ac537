"""Votes and their five counters, changed together in one transaction.

PostgreSQL locks the page's counters before it looks at the vote; SQLite has its single writer.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, insert, select, update

from engagement_widgets.errors import Refused, TooMany
from engagement_widgets.hooks import Page
from engagement_widgets.pages.service import ensure_page, enter_page
from engagement_widgets.ratings.state import (
    COUNTERS,
    ROW,
    PageState,
    count_votes,
    find_state,
    hold_state,
    lock_state,
    totals_of,
)
from engagement_widgets.ratings.tables import totals, votes
from engagement_widgets.ratings.tallies import Ballot, by_score
from engagement_widgets.ratings.views import RatingSummary, Totals
from engagement_widgets.ratings.votes import Counting, OwnVote
from engagement_widgets.ratings.watch import hear, judge, unhear
from engagement_widgets.storage.quotas import spend
from engagement_widgets.storage.units import Tx

CHANGES_ALLOWED: Final = 20
CHANGES_WINDOW: Final = timedelta(minutes=10)


class Outcome(StrEnum):
    """What became of a vote. The last two changed nothing."""

    CAST = "cast"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    UNCHANGED = "unchanged"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class CastRating:
    """Give a page this score, or change the one given before.

    Attributes:
        page: what the host's reference proves.
        voter: `u:<host user>` or `r:<reader hash>`; one vote each a page.
        score: 1–5, checked by `parse_score`.
        day: of this moment in the site's zone; a new vote counts in its week and month.
        quota: names the client whose changes are counted, at most 120 characters.
        is_new: this is the reader's first write at the site; the cookie goes out with the answer.
    """

    page: Page
    voter: str
    score: int
    day: date
    quota: str
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRating:
    """Take a vote back."""

    page_id: UUID
    voter: str
    quota: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingResult:
    """What was done, and the page's counters after it."""

    page_id: UUID
    outcome: Outcome
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryQuery:
    """The public figures of one page; `minimum` votes before the average shows."""

    page_id: UUID
    minimum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingQuery:
    """The public figures and one reader's vote; `voter` None for a reader who has never written."""

    page_id: UUID
    voter: str | None
    minimum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a page stands, and one reader on it. `vote` is None without one."""

    summary: RatingSummary
    vote: OwnVote | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteQuery:
    """One voter's vote on one page."""

    page_id: UUID
    voter: str


_VOTE = and_(
    votes.c.site_id == bindparam("site"), votes.c.page_id == bindparam("page"), votes.c.voter == bindparam("by")
)

_TOTALS = select(*COUNTERS).where(ROW)
_TOTALS_OF = select(totals.c.page_id, *COUNTERS).where(
    totals.c.site_id == bindparam("site"), totals.c.page_id.in_(bindparam("pages", expanding=True))
)
_FIND_VOTE = select(
    votes.c.score, votes.c.day, votes.c.counted, votes.c.updated_at, votes.c.is_new, votes.c.note
).where(_VOTE)
_NEW_VOTE = insert(votes)
_RESCORE_VOTE = update(votes).where(_VOTE).values(score=bindparam("new_score"), updated_at=bindparam("at"))
_GIVE_AGAIN = _RESCORE_VOTE.values(counted=True, deed_id=None, day=bindparam("new_day"))
_DROP_VOTE = delete(votes).where(_VOTE)


def cast(tx: Tx, command: CastRating) -> RatingResult:
    """Record a vote. The same score again changes nothing and tells nobody.

    A vote that an editor left out stays left out when its reader changes it. One from before a reset is given anew,
    and counts again.

    Raises:
        NotFound: `page_withdrawn`.
        Refused: `ratings_closed`: an editor has frozen the page.
        TooMany: `rating_too_fast`.
    """
    state = lock_state(tx, ensure_page(tx, command.page))
    _check_open(state)
    before = find_vote(tx, VoteQuery(page_id=state.page_id, voter=command.voter), state.reset_at)
    if before is not None and before.score == command.score and before.counting is not Counting.RESET:
        return _result(tx, state.page_id, Outcome.UNCHANGED)
    spend_change(tx, command.quota)
    if before is None:
        _insert_vote(tx, state.page_id, command)
    else:
        _change_vote(tx, state.page_id, command, before)
    if before is None or before.is_counted or before.counting is Counting.RESET:
        _count(tx, state, before, command)
    return _result(tx, state.page_id, _outcome(before))


def withdraw(tx: Tx, command: WithdrawRating) -> RatingResult:
    """Take a vote back, with the note that came with it. Without a vote nothing happens.

    Raises:
        NotFound: `page_withdrawn`.
        Refused: `ratings_closed`: an editor has frozen the page.
        TooMany: `rating_too_fast`.
    """
    page_id = enter_page(tx, command.page_id) or command.page_id
    state = hold_state(tx, page_id)
    if state is None:
        return _result(tx, page_id, Outcome.ABSENT)
    _check_open(state)
    query = VoteQuery(page_id=page_id, voter=command.voter)
    before = find_vote(tx, query, state.reset_at)
    if before is None:
        return _result(tx, page_id, Outcome.ABSENT)
    spend_change(tx, command.quota)
    tx.execute(_DROP_VOTE, _key(tx, query))
    if before.is_counted:
        watch = unhear(state.watch, before.score, given_at=before.given_at, is_new=before.is_new)
        count_votes(tx, state.watched(watch, tx.now), [Ballot(day=before.day, score=before.score, by=-1)])
    return _result(tx, page_id, Outcome.WITHDRAWN)


def load_standing(tx: Tx, query: StandingQuery) -> Standing:
    """The public figures and this reader's vote, from one moment."""
    state = find_state(tx, query.page_id)
    vote = None
    if state is not None and query.voter is not None:
        vote = find_vote(tx, VoteQuery(page_id=query.page_id, voter=query.voter), state.reset_at)
    return Standing(summary=_summary(query.page_id, state, query.minimum), vote=vote)


def find_vote(tx: Tx, query: VoteQuery, reset_at: datetime | None = None) -> OwnVote | None:
    """One voter's vote, or None. `reset_at`: the page's last reset, which tells why a vote is left out."""
    row = tx.execute(_FIND_VOTE, _key(tx, query)).first()
    if row is None:
        return None
    if row.counted:
        counting = Counting.COUNTED
    else:
        is_older = reset_at is not None and row.updated_at <= reset_at
        counting = Counting.RESET if is_older else Counting.LEFT_OUT
    return OwnVote(
        score=row.score,
        counting=counting,
        day=row.day,
        given_at=row.updated_at,
        is_new=row.is_new,
        note=row.note,
    )


def load_totals(tx: Tx, page_id: UUID) -> Totals:
    """The five integers of a page; zeros for a page nobody has rated."""
    row = tx.execute(_TOTALS, {"site": tx.site, "page": page_id}).mappings().first()
    return totals_of(row) if row else Totals()


def load_totals_of(tx: Tx, page_ids: tuple[UUID, ...]) -> dict[UUID, Totals]:
    """The five integers of many pages in one statement; every page asked for is in the answer."""
    rows = tx.execute(_TOTALS_OF, {"site": tx.site, "pages": page_ids}).mappings() if page_ids else ()
    found = {row["page_id"]: totals_of(row) for row in rows}
    return {page_id: found.get(page_id, Totals()) for page_id in page_ids}


def load_summary(tx: Tx, query: SummaryQuery) -> RatingSummary:
    """The public figures of a page."""
    return _summary(query.page_id, find_state(tx, query.page_id), query.minimum)


def _summary(page_id: UUID, state: PageState | None, minimum: int) -> RatingSummary:
    if state is None:
        return RatingSummary(page_id=page_id, totals=Totals(), minimum=minimum)
    return RatingSummary(page_id=page_id, totals=state.totals, minimum=minimum, frozen=state.frozen)


def _check_open(state: PageState) -> None:
    if state.frozen:
        raise Refused("ratings_closed")


def _key(tx: Tx, query: VoteQuery) -> dict[str, object]:
    return {"site": tx.site, "page": query.page_id, "by": query.voter}


def _outcome(before: OwnVote | None) -> Outcome:
    return Outcome.CAST if before is None or before.counting is Counting.RESET else Outcome.CHANGED


def _insert_vote(tx: Tx, page_id: UUID, command: CastRating) -> None:
    tx.execute(
        _NEW_VOTE,
        {
            "site_id": tx.site,
            "page_id": page_id,
            "voter": command.voter,
            "score": command.score,
            "day": command.day,
            "created_at": tx.now,
            "updated_at": tx.now,
            "counted": True,
            "is_new": command.is_new,
        },
    )


def _change_vote(tx: Tx, page_id: UUID, command: CastRating, before: OwnVote) -> None:
    key = _key(tx, VoteQuery(page_id=page_id, voter=command.voter)) | {"new_score": command.score, "at": tx.now}
    if before.counting is Counting.RESET:
        tx.execute(_GIVE_AGAIN, key | {"new_day": command.day})
    else:
        tx.execute(_RESCORE_VOTE, key)


def spend_change(tx: Tx, quota: str) -> None:
    """Count one change of a reader's.

    Raises:
        TooMany: `rating_too_fast`.
    """
    wait = spend(tx, f"rating:{quota}", CHANGES_ALLOWED, CHANGES_WINDOW)
    if wait is not None:
        raise TooMany("rating_too_fast", retry_after=wait)


def _count(tx: Tx, state: PageState, before: OwnVote | None, command: CastRating) -> None:
    """Move the counters and look whether this vote makes a burst."""
    is_change = before is not None and before.is_counted
    day = before.day if before is not None and is_change else command.day
    ballots = [Ballot(day=day, score=command.score, by=1)]
    watch = state.watch
    if before is not None and is_change:
        ballots.insert(0, Ballot(day=day, score=before.score, by=-1))
        watch = unhear(watch, before.score, given_at=before.given_at, is_new=before.is_new)
    is_new = command.is_new if before is None else before.is_new
    watch = hear(watch, command.score, now=tx.now, is_new=is_new)
    after = state.totals.moved(by_score(ballots))
    watch = judge(watch, command.score, after, first=state.history_from, now=tx.now)
    count_votes(tx, state.watched(watch, tx.now), ballots)


def _result(tx: Tx, page_id: UUID, outcome: Outcome) -> RatingResult:
    return RatingResult(page_id=page_id, outcome=outcome, totals=load_totals(tx, page_id))
