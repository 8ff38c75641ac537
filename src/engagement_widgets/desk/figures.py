"""The figures of the desk: what waits, what was decided, by whom, and where people talk most."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from engagement_widgets.captcha.failures import WRONG
from engagement_widgets.comments.busiest import BusiestQuery, busiest_pages
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.waiting import OLDEST, WAITING, Waiting, waiting_now
from engagement_widgets.journal.figures import Deeds, DeedsQuery, count_deeds
from engagement_widgets.pages.service import PageRow, find_pages
from engagement_widgets.ratings.service import load_totals_of
from engagement_widgets.ratings.views import Totals
from engagement_widgets.storage.measures import Span, read_measure, total
from engagement_widgets.storage.units import Tx

DECISIONS: Final = (Status.APPROVED, Status.REJECTED, Status.SPAM, Status.DELETED)
"""What counts as a decision; what is only sent back to the queue does not."""

MOST_PAGES: Final = 10
_ACTIONS: Final[Mapping[str, Status]] = MappingProxyType({f"comment.{status}": status for status in DECISIONS})


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresQuery:
    """What is asked: spans of time by their ends, ascending, and the sections it is about (None: all)."""

    bounds: Sequence[datetime]
    sections: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What waited at nine o'clock: the mean of the days of a span, and the longest that anything had waited."""

    count: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many decisions there were of each kind."""

    counts: Mapping[Status, int]

    @property
    def all(self) -> int:
        """The decisions of every kind."""
        return sum(self.counts.values())

    @property
    def approved(self) -> Fraction | None:
        """The share approved; None without a decision."""
        return _share(self.counts[Status.APPROVED], self.all)

    @property
    def approved_of_people(self) -> Fraction | None:
        """The share approved where spam and what went to the trash is left out."""
        return _share(self.counts[Status.APPROVED], self.counts[Status.APPROVED] + self.counts[Status.REJECTED])


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person's decisions."""

    name: str
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyPage:
    """A page that is talked about."""

    row: PageRow
    comments: int
    rating: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures of the spans.

    Attributes:
        waiting: what waits now.
        samples: what waited at nine, by span; None where nothing was written down.
        decisions: by span.
        whole: of all spans.
        people: the most decisions first.
        pages: the most comments first.
        wrong_codes: wrong answers to captchas in all spans; of the whole site, whatever the sections.
    """

    waiting: Waiting
    samples: tuple[Sample | None, ...]
    decisions: tuple[Tally, ...]
    whole: Tally
    people: tuple[Person, ...]
    pages: tuple[BusyPage, ...]
    wrong_codes: int


def read_figures(tx: Tx, query: FiguresQuery) -> Figures:
    """The figures, in two statements a span and a handful beside."""
    since, until = query.bounds[0], query.bounds[-1]
    deeds = count_deeds(tx, DeedsQuery(actions=_ACTIONS, bounds=query.bounds, sections=query.sections))
    together = [deed for span in deeds for deed in span]
    return Figures(
        waiting=waiting_now(tx, query.sections),
        samples=_samples(tx, query),
        decisions=tuple(map(_tally, deeds)),
        whole=_tally(together),
        people=_people(together),
        pages=_pages(tx, BusiestQuery(since=since, size=MOST_PAGES, sections=query.sections)),
        wrong_codes=total(tx, Span(measure=WRONG, since=since, until=until)),
    )


def _tally(deeds: Sequence[Deeds]) -> Tally:
    counts = dict.fromkeys(DECISIONS, 0)
    for deed in deeds:
        counts[_ACTIONS[deed.action]] += deed.count
    return Tally(counts=counts)


def _people(deeds: Sequence[Deeds]) -> tuple[Person, ...]:
    by_actor: dict[str, list[Deeds]] = {}
    for deed in deeds:
        by_actor.setdefault(deed.actor, []).append(deed)
    people = (Person(name=theirs[-1].name, tally=_tally(theirs)) for theirs in by_actor.values())
    return tuple(sorted(people, key=lambda person: (-person.tally.all, person.name)))


def _pages(tx: Tx, query: BusiestQuery) -> tuple[BusyPage, ...]:
    found = busiest_pages(tx, query)
    ids = [page_id for page_id, _ in found]
    rows, ratings = find_pages(tx, ids), load_totals_of(tx, tuple(ids))
    return tuple(BusyPage(row=rows[page_id], comments=count, rating=ratings[page_id]) for page_id, count in found)


def _samples(tx: Tx, query: FiguresQuery) -> tuple[Sample | None, ...]:
    since, until = query.bounds[0], query.bounds[-1]
    counts = _kept(tx, query, Span(measure=WAITING, since=since, until=until))
    minutes = _kept(tx, query, Span(measure=OLDEST, since=since, until=until))
    return tuple(
        _sample([(sum(counts[at]), max(minutes[at])) for at in counts if begin <= at < end])
        for begin, end in pairwise(query.bounds)
    )


def _sample(days: Sequence[tuple[int, int]]) -> Sample | None:
    if not days:
        return None
    mean = Fraction(sum(count for count, _ in days), len(days))
    return Sample(count=int(mean + Fraction(1, 2)), minutes=max(oldest for _, oldest in days))


def _kept(tx: Tx, query: FiguresQuery, span: Span) -> dict[datetime, list[int]]:
    """The values of each moment that was written down, of the sections asked for; [0] where they had none."""
    values: dict[datetime, list[int]] = {}
    for measured in read_measure(tx, span):
        of_moment = values.setdefault(measured.at, [0])
        if query.sections is None or measured.section in query.sections:
            of_moment.append(measured.value)
    return values


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
