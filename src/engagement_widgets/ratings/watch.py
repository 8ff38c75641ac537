"""Finding bursts: a page's last minutes compared with the page's own history, at every vote and for constant work.

A burst is flagged when all of this holds for the last ten minutes:

- at least `FEWEST` votes came, and the page has at least `HISTORY` older ones to compare with;
- they came `TIMES` as fast as the history says;
- the share of low scores (1 and 2), or of high ones (4 and 5), lies above the history's by `SHIFT_NEW` where at least
  half of the votes are their readers' first write at this site, by `SHIFT_KNOWN` where readers we knew gave most.

Where these figures come from: if the readers of the last minutes think as those before them did, the chance that
their share lies d above the history's is at most exp(-2·d²·n·m / (n + m)) for n recent and m older votes (Hoeffding,
"Probability Inequalities for Sums of Bounded Random Variables", 1963, for the difference of two means). At the
smallest sizes allowed here that is 1 in 1,200, with 100 recent votes and 200 older ones 1 in 10^14: a crowd that
thinks as ever is practically never flagged, however fast it comes. The factor 10 is chosen, not derived: a page linked
from the front page gets a few times its usual votes, a paid or scripted wave far more than ten times. Readers we knew
need a clearer shift, because new cookies are what costs a script nothing.

A flag changes nothing by itself: an editor looks. A page without a history of its own is never flagged, since
nothing tells a wave against it from an article that readers really dislike. Addresses are not needed and not stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Final, cast

from engagement_widgets.ratings.views import SCORES, Counts, Totals

MINUTE: Final = timedelta(minutes=1)
WINDOW: Final = timedelta(minutes=10)
FEWEST: Final = 20
HISTORY: Final = 50
TIMES: Final = 10
SHIFT_NEW: Final = Fraction(1, 2)
SHIFT_KNOWN: Final = Fraction(3, 4)
SIDES: Final = ((1, 2), (4, 5))

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NONE: Final[Counts] = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """The counted votes of one minute. `at` counts minutes since 1970, `new` the first writes among them."""

    at: int
    counts: Counts
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """The set of votes that looks like a burst: these scores, given from `since` to `until`.

    Attributes:
        since: the beginning of the burst's first minute.
        until: the newest vote of the burst so far.
        scores: the scores whose share rose.
        new_only: most came with their reader's first write; the others are not in the set.
    """

    since: datetime
    until: datetime
    scores: tuple[int, ...]
    new_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What a page remembers of its last minutes, and the burst found in them."""

    minutes: tuple[Minute, ...] = ()
    flag: Flag | None = None

    @property
    def recent(self) -> Totals:
        """The counted votes of the last minutes."""
        columns = zip(*(minute.counts for minute in self.minutes), strict=True)
        return Totals(counts=cast("Counts", tuple(map(sum, columns)) or _NONE))


def hear(watch: Watch, score: int, *, now: datetime, is_new: bool) -> Watch:
    """Add a vote of this moment and forget the minutes that are over."""
    at = _minute_of(now)
    kept = [minute for minute in watch.minutes if minute.at > at - WINDOW // MINUTE]
    found = next((minute for minute in kept if minute.at == at), Minute(at=at, counts=_NONE, new=0))
    others = [minute for minute in kept if minute.at != at]
    heard = Minute(at=at, counts=_moved(found.counts, score, 1), new=found.new + is_new)
    return replace(watch, minutes=(*others, heard))


def unhear(watch: Watch, score: int, *, given_at: datetime, is_new: bool) -> Watch:
    """Drop a vote that was changed or taken back, if it is one of the last minutes."""
    at = _minute_of(given_at)

    def without(minute: Minute) -> Minute:
        if minute.at != at or not minute.counts[score - 1]:
            return minute
        return Minute(at=at, counts=_moved(minute.counts, score, -1), new=max(minute.new - is_new, 0))

    return replace(watch, minutes=tuple(map(without, watch.minutes)))


def judge(watch: Watch, score: int, totals: Totals, *, first: datetime, now: datetime) -> Watch:
    """Flag what the vote just heard makes a burst, or let the burst go on that it belongs to.

    Args:
        watch: with the vote in it.
        score: of that vote.
        totals: the page's counters, with the vote in them.
        first: when the history begins: the page's first vote, or its last reset.
        now: the moment of the vote.
    """
    found = _burst(watch, totals, first=first, now=now)
    flag = watch.flag
    if found is not None and flag is not None:
        scores = tuple(sorted({*flag.scores, *found.scores}))
        return replace(watch, flag=replace(flag, until=now, scores=scores, new_only=flag.new_only and found.new_only))
    if found is not None:
        return replace(watch, flag=found)
    # What went before in the same wave is history by now, so the wave is followed instead of judged again.
    if flag is not None and score in flag.scores and now - flag.until <= WINDOW:
        return replace(watch, flag=replace(flag, until=now))
    return watch


def _burst(watch: Watch, totals: Totals, *, first: datetime, now: datetime) -> Flag | None:
    recent = watch.recent
    earlier = [max(whole - last, 0) for whole, last in zip(totals.counts, recent.counts, strict=True)]
    history = Totals(counts=cast("Counts", tuple(earlier)))
    if recent.count < FEWEST or history.count < HISTORY or recent.count < TIMES * _expected(history, first, now):
        return None
    is_new = 2 * sum(minute.new for minute in watch.minutes) >= recent.count
    for side in SIDES:
        if _share(recent, side) - _share(history, side) >= (SHIFT_NEW if is_new else SHIFT_KNOWN):
            scores = tuple(score for score in side if _share(recent, (score,)) > _share(history, (score,)))
            return Flag(since=_began(watch, scores), until=now, scores=scores, new_only=is_new)
    return None


def _expected(history: Totals, first: datetime, now: datetime) -> Fraction:
    """How many votes the history's mean rate says come within a window."""
    length = max(now - WINDOW - first, WINDOW)
    return history.count * Fraction(WINDOW // timedelta(microseconds=1), length // timedelta(microseconds=1))


def _share(totals: Totals, scores: tuple[int, ...]) -> Fraction:
    return Fraction(sum(totals.counts[score - 1] for score in scores), totals.count)


def _began(watch: Watch, scores: tuple[int, ...]) -> datetime:
    with_them = (minute.at for minute in watch.minutes if any(minute.counts[score - 1] for score in scores))
    return _EPOCH + min(with_them) * MINUTE


def _minute_of(moment: datetime) -> int:
    return (moment - _EPOCH) // MINUTE


def _moved(counts: Counts, score: int, by: int) -> Counts:
    moved = (count + by * (candidate == score) for candidate, count in zip(SCORES, counts, strict=True))
    return cast("Counts", tuple(moved))


def minutes_json(watch: Watch) -> list[list[Any]]:
    """The minutes as the column `recent` keeps them."""
    return [[minute.at, list(minute.counts), minute.new] for minute in watch.minutes]


def flag_json(flag: Flag | None) -> dict[str, Any] | None:
    """A flag as the column `flag` and undo records keep it."""
    if flag is None:
        return None
    return {
        "since": flag.since.isoformat(),
        "until": flag.until.isoformat(),
        "scores": list(flag.scores),
        "new_only": flag.new_only,
    }


def read_minutes(kept: Sequence[Sequence[Any]]) -> tuple[Minute, ...]:
    """The minutes back from the column."""
    return tuple(Minute(at=at, counts=cast("Counts", tuple(counts)), new=new) for at, counts, new in kept)


def read_flag(kept: Mapping[str, Any] | None) -> Flag | None:
    """The flag back from the column or an undo record."""
    if kept is None:
        return None
    return Flag(
        since=datetime.fromisoformat(kept["since"]),
        until=datetime.fromisoformat(kept["until"]),
        scores=tuple(kept["scores"]),
        new_only=kept["new_only"],
    )
