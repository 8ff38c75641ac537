"""Votes, their five counters and what the ranking reads, changed together in one transaction.

PostgreSQL locks the page's counters before it looks at the vote; SQLite has its single writer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, and_, bindparam, delete, insert, select, update

from engagement_widgets.errors import FieldError, Invalid, TooMany
from engagement_widgets.events import RatingChanged
from engagement_widgets.hooks import Page
from engagement_widgets.pages.service import ensure_page
from engagement_widgets.ratings.tables import totals, votes
from engagement_widgets.ratings.tallies import Ballot, tally
from engagement_widgets.ratings.views import SCORES, RatingSummary, Totals
from engagement_widgets.storage.quotas import spend
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

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
        day: of this moment in the site's zone; a first vote counts in its week and month.
        quota: names the client whose changes are counted, at most 120 characters.
    """

    page: Page
    voter: str
    score: int
    day: date
    quota: str


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
    """Where a page stands, and one reader on it. `score` is None without a vote."""

    summary: RatingSummary
    score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteQuery:
    """One voter's vote on one page."""

    page_id: UUID
    voter: str


_COUNTERS = tuple(totals.c[f"score_{score}"] for score in SCORES)
_ROW = and_(totals.c.site_id == bindparam("site"), totals.c.page_id == bindparam("page"))
_VOTE = and_(
    votes.c.site_id == bindparam("site"), votes.c.page_id == bindparam("page"), votes.c.voter == bindparam("by")
)

_TOTALS = select(*_COUNTERS).where(_ROW)
_TOTALS_LOCKED = _TOTALS.with_for_update()
_TOTALS_OF = select(totals.c.page_id, *_COUNTERS).where(
    totals.c.site_id == bindparam("site"), totals.c.page_id.in_(bindparam("pages", expanding=True))
)
_NEW_TOTALS = Upsert(lambda insert: insert(totals).on_conflict_do_nothing())
_ADD = (
    update(totals)
    .where(_ROW)
    .values({counter: counter + bindparam(f"add_{score}") for score, counter in zip(SCORES, _COUNTERS, strict=True)})
)
_MY_VOTE = select(votes.c.score, votes.c.day).where(_VOTE)
_NEW_VOTE = insert(votes)
_CHANGE_VOTE = update(votes).where(_VOTE).values(score=bindparam("new_score"), updated_at=bindparam("at"))
_DROP_VOTE = delete(votes).where(_VOTE)


def parse_score(raw: object) -> int:
    """A score of 1–5 from a form's text or an API's number.

    Raises:
        Invalid: `choose_score` for anything else. There is no default and no clamping: a scale that the client
            can stretch is a rating nobody can trust.
    """
    if isinstance(raw, str) and raw in {str(score) for score in SCORES}:
        return int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and raw in SCORES:
        return raw
    raise Invalid([FieldError("score", "choose_score")])


def cast(tx: Tx, command: CastRating) -> RatingResult:
    """Record a vote. The same score again changes nothing and tells nobody.

    Raises:
        TooMany: `rating_too_fast`.
    """
    page_id = ensure_page(tx, command.page)
    lock_totals(tx, page_id)
    key = {"site": tx.site, "page": page_id, "by": command.voter}
    before = tx.execute(_MY_VOTE, key).first()
    if before is not None and before.score == command.score:
        return _result(tx, page_id, Outcome.UNCHANGED)
    _spend(tx, command.quota)
    if before is None:
        _insert_vote(tx, page_id, command)
        _count(tx, page_id, [Ballot(day=command.day, score=command.score, by=1)])
        return _result(tx, page_id, Outcome.CAST)
    tx.execute(_CHANGE_VOTE, key | {"new_score": command.score, "at": tx.now})
    changed = [Ballot(day=before.day, score=before.score, by=-1), Ballot(day=before.day, score=command.score, by=1)]
    _count(tx, page_id, changed)
    return _result(tx, page_id, Outcome.CHANGED)


def withdraw(tx: Tx, command: WithdrawRating) -> RatingResult:
    """Take a vote back. Without a vote nothing happens.

    Raises:
        TooMany: `rating_too_fast`.
    """
    key = {"site": tx.site, "page": command.page_id, "by": command.voter}
    tx.execute(_TOTALS_LOCKED, {"site": tx.site, "page": command.page_id})
    before = tx.execute(_MY_VOTE, key).first()
    if before is None:
        return _result(tx, command.page_id, Outcome.ABSENT)
    _spend(tx, command.quota)
    tx.execute(_DROP_VOTE, key)
    _count(tx, command.page_id, [Ballot(day=before.day, score=before.score, by=-1)])
    return _result(tx, command.page_id, Outcome.WITHDRAWN)


def load_standing(tx: Tx, query: StandingQuery) -> Standing:
    """The public figures and this reader's vote, from one moment."""
    summary = load_summary(tx, SummaryQuery(page_id=query.page_id, minimum=query.minimum))
    score = None if query.voter is None else my_vote(tx, VoteQuery(page_id=query.page_id, voter=query.voter))
    return Standing(summary=summary, score=score)


def lock_totals(tx: Tx, page_id: UUID) -> None:
    """Hold a page's counters until the end of the transaction, making the row for the first vote."""
    key = {"site": tx.site, "page": page_id}
    if tx.execute(_TOTALS_LOCKED, key).first() is None:
        zeros = {f"score_{score}": 0 for score in SCORES}
        tx.execute(_NEW_TOTALS[tx.dialect], {"site_id": tx.site, "page_id": page_id, **zeros})
        tx.execute(_TOTALS_LOCKED, key)


def load_totals(tx: Tx, page_id: UUID) -> Totals:
    """The five integers of a page; zeros for a page nobody has rated."""
    row = tx.execute(_TOTALS, {"site": tx.site, "page": page_id}).mappings().first()
    return _totals(row) if row else Totals()


def load_totals_of(tx: Tx, page_ids: tuple[UUID, ...]) -> dict[UUID, Totals]:
    """The five integers of many pages in one statement; every page asked for is in the answer."""
    rows = tx.execute(_TOTALS_OF, {"site": tx.site, "pages": page_ids}).mappings() if page_ids else ()
    found = {row["page_id"]: _totals(row) for row in rows}
    return {page_id: found.get(page_id, Totals()) for page_id in page_ids}


def load_summary(tx: Tx, query: SummaryQuery) -> RatingSummary:
    """The public figures of a page."""
    return RatingSummary(page_id=query.page_id, totals=load_totals(tx, query.page_id), minimum=query.minimum)


def my_vote(tx: Tx, query: VoteQuery) -> int | None:
    """The score this voter gave, or None."""
    score: int | None = tx.execute(_MY_VOTE, {"site": tx.site, "page": query.page_id, "by": query.voter}).scalar()
    return score


def _totals(row: RowMapping) -> Totals:
    one, two, three, four, five = (row[counter.name] for counter in _COUNTERS)
    return Totals(counts=(one, two, three, four, five))


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
        },
    )


def _spend(tx: Tx, quota: str) -> None:
    wait = spend(tx, f"rating:{quota}", CHANGES_ALLOWED, CHANGES_WINDOW)
    if wait is not None:
        raise TooMany("rating_too_fast", retry_after=wait)


def _count(tx: Tx, page_id: UUID, ballots: Sequence[Ballot]) -> None:
    """Move the counters and tell everybody who shows them."""
    adds = {f"add_{score}": sum(ballot.by for ballot in ballots if ballot.score == score) for score in SCORES}
    tx.execute(_ADD, {"site": tx.site, "page": page_id, **adds})
    tally(tx, page_id, ballots)
    tx.touch(str(page_id))
    tx.emit(RatingChanged(page_id=page_id, **tx.event_fields()))


def _result(tx: Tx, page_id: UUID, outcome: Outcome) -> RatingResult:
    return RatingResult(page_id=page_id, outcome=outcome, totals=load_totals(tx, page_id))
