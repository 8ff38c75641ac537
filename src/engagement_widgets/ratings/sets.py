"""Sets of a page's votes: which ones an editor means, and what the page would show without them or with them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, Select, and_, bindparam, func, or_, select, update

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.ratings.service import load_totals
from engagement_widgets.ratings.tables import votes
from engagement_widgets.ratings.tallies import Ballot, by_score
from engagement_widgets.ratings.views import SCORES, Totals
from engagement_widgets.ratings.watch import Flag
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteSet:
    """Votes with these scores, given or changed last within a span of time.

    Attributes:
        scores: 1–5, at least one.
        since: from this moment on; None from the first vote on.
        until: up to this moment, itself included; None up to the latest.
        new_only: those that came with their reader's first write at this site.
    """

    scores: tuple[int, ...] = SCORES
    since: datetime | None = None
    until: datetime | None = None
    new_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewQuery:
    """What it would do to leave a set out, or with `taking_in` to take it in again."""

    page_id: UUID
    chosen: VoteSet
    taking_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The figures now, those after, and the votes that make the difference."""

    before: Totals
    after: Totals
    moved: Totals


_CHOSEN = and_(
    votes.c.site_id == bindparam("site"),
    votes.c.page_id == bindparam("page"),
    votes.c.counted == bindparam("now_counted", type_=Boolean()),
    votes.c.score.in_(bindparam("scores", expanding=True)),
    votes.c.updated_at >= bindparam("since", type_=Moment()),
    votes.c.updated_at <= bindparam("until", type_=Moment()),
    or_(votes.c.is_new, bindparam("whoever", type_=Boolean())),
)
_DECIDED = and_(
    votes.c.site_id == bindparam("site"), votes.c.page_id == bindparam("page"), votes.c.deed_id == bindparam("deed")
)
_COUNT = select(votes.c.day, votes.c.score, func.count().label("number")).group_by(votes.c.day, votes.c.score)
_COUNT_CHOSEN = _COUNT.where(_CHOSEN)
_COUNT_DECIDED = _COUNT.where(_DECIDED)
_MARK = (
    update(votes)
    .where(_CHOSEN)
    .values(counted=bindparam("then_counted", type_=Boolean()), deed_id=bindparam("marked_by"))
)
_UNMARK = update(votes).where(_DECIDED).values(counted=bindparam("then_counted", type_=Boolean()), deed_id=None)


def set_of(flag: Flag) -> VoteSet:
    """The set that a flag names."""
    return VoteSet(scores=flag.scores, since=flag.since, until=flag.until, new_only=flag.new_only)


def preview(tx: Tx, query: PreviewQuery) -> Preview:
    """The effect of a decision before it is made."""
    before = load_totals(tx, query.page_id)
    moved = by_score(ballots_of_set(tx, query.page_id, query.chosen, taking_in=query.taking_in))
    moved_by = {score: abs(number) for score, number in moved.items()}
    return Preview(before=before, after=before.moved(moved), moved=Totals().moved(moved_by))


def ballots_of_set(tx: Tx, page_id: UUID, chosen: VoteSet, *, taking_in: bool) -> list[Ballot]:
    """What begins to count when a set is taken in, or ceases to when it is left out."""
    params = _params(tx, page_id, chosen, counted=not taking_in)
    return _ballots(tx, _COUNT_CHOSEN, params, taking_in=taking_in)


def mark_set(tx: Tx, page_id: UUID, chosen: VoteSet, *, taking_in: bool, deed_id: UUID) -> None:
    """Leave a set out or take it in again; each vote remembers the deed."""
    params = _params(tx, page_id, chosen, counted=not taking_in)
    tx.execute(_MARK, {**params, "then_counted": taking_in, "marked_by": deed_id})


def ballots_of_deed(tx: Tx, page_id: UUID, deed_id: UUID, *, taking_in: bool) -> list[Ballot]:
    """The same for the votes that a deed has left out or taken in, as they stand now."""
    return _ballots(tx, _COUNT_DECIDED, {"site": tx.site, "page": page_id, "deed": deed_id}, taking_in=taking_in)


def unmark_deed(tx: Tx, page_id: UUID, deed_id: UUID, *, taking_in: bool) -> None:
    """Give every vote of a deed its former standing. What readers took back or gave anew since stays so."""
    key = {"site": tx.site, "page": page_id, "deed": deed_id}
    tx.execute(_UNMARK, {**key, "then_counted": taking_in})


def check_not_empty(ballots: Sequence[Ballot]) -> None:
    """Refuse a set without a vote: it would leave an entry in the journal that says nothing.

    Raises:
        Invalid: `no_votes` on `scores`.
    """
    if not ballots:
        raise Invalid([FieldError("scores", "no_votes")])


def _ballots(tx: Tx, statement: Select[Any], params: dict[str, Any], *, taking_in: bool) -> list[Ballot]:
    sign = 1 if taking_in else -1
    return [Ballot(day=row.day, score=row.score, by=sign * row.number) for row in tx.execute(statement, params)]


def _params(tx: Tx, page_id: UUID, chosen: VoteSet, *, counted: bool) -> dict[str, Any]:
    return {
        "site": tx.site,
        "page": page_id,
        "now_counted": counted,
        "scores": chosen.scores,
        "since": chosen.since or _EARLIEST,
        "until": chosen.until or _LATEST,
        "whoever": not chosen.new_only,
    }
