"""What a vote, a read and a ranking cost on a site with a million votes, beside one with hardly any."""

import random
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final

import uvloop

from benchmarks.client import burst, get
from benchmarks.databases import postgresql
from benchmarks.electorate import SECTIONS, fill, rated_page
from benchmarks.forms import vote_form
from benchmarks.news import SITE, storage
from benchmarks.posts import accepted
from benchmarks.rounds import interleaved
from benchmarks.servers import Server, serve
from benchmarks.table import Row
from engagement_widgets.pages.reference import page_id
from engagement_widgets.ratings.periods import Period
from engagement_widgets.ratings.ranking import RankingQuery, top_rated

PAGES: Final = 100_000
VOTES: Final = 1_000_000
HARDLY_ANY: Final = 1_000
"""Pages with a vote each, where the site is as good as empty: a first vote on a page also makes the page, which is
another case."""

ROUNDS: Final = 7
SECONDS: Final = 1.5
WRITERS: Final = 8
READERS: Final = 4
CALLS: Final = 10
PER_SECOND_AT_MOST: Final = 4_000

_seeds = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """One list to ask for."""

    name: str
    period: Period = Period.ALL
    section: str | None = None
    limit: int = 10


_RANKINGS: Final = (
    Ranking(name="the site, all time, 10"),
    Ranking(name="the site, this week, 10", period=Period.WEEK),
    Ranking(name="a section, this month, 10", period=Period.MONTH, section=SECTIONS[0]),
    Ranking(name="the site, all time, 100", limit=100),
)


def measure(folder: Path) -> list[Row]:
    """Votes and uncached reads a second, on SQLite and on PostgreSQL, and how long a ranking takes."""
    rows = _measure("SQLite", folder / "ratings.db", folder / "ratings-empty.db")
    with postgresql() as new_database:
        if new_database is not None:
            rows += _measure("PostgreSQL", new_database(), new_database())
    return rows


def _measure(kind: str, full: Path | str, empty: Path | str) -> list[Row]:
    today = date.today()  # noqa: DTZ011  (the servers' own day, which is this machine's)
    fill(full, pages=PAGES, votes=VOTES, today=today)
    fill(empty, pages=HARDLY_ANY, votes=HARDLY_ANY, today=today)
    with ExitStack() as running:
        there = running.enter_context(serve("root", full, cache_bytes=0))
        here = running.enter_context(serve("root", empty, cache_bytes=0))
        found = interleaved(
            ROUNDS,
            {
                "votes, empty": lambda: _votes(here, HARDLY_ANY),
                "votes, full": lambda: _votes(there, PAGES),
                "reads, empty": lambda: _reads(here, HARDLY_ANY),
                "reads, full": lambda: _reads(there, PAGES),
            },
        )
    rows = [
        Row(name=f"{kind}: votes, hardly any before", values=found["votes, empty"], unit="/s"),
        _beside(f"{kind}: votes, a million before", found["votes, full"], found["votes, empty"]),
        Row(name=f"{kind}: uncached reads, hardly any votes", values=found["reads, empty"], unit="/s"),
        _beside(f"{kind}: uncached reads, a million votes", found["reads, full"], found["reads, empty"]),
    ]
    return [*rows, *(row for ranking in _RANKINGS for row in _ranking_rows(kind, full, ranking, today))]


def _beside(name: str, values: list[float], beside: list[float]) -> Row:
    return Row(name=name, values=values, unit="/s", beside=beside, share=0.80)


def _votes(server: Server, pages: int) -> float:
    """First votes a second, each on a page of its own choice, among pages that exist."""
    chance = random.Random(next(_seeds))
    forms = (
        vote_form(rated_page(chance.randrange(pages)), chance.randint(1, 5))
        for _ in range(int(SECONDS * PER_SECOND_AT_MOST))
    )
    voted = uvloop.run(burst(server.port, list(forms), writers=WRITERS, seconds=SECONDS))
    accepted(voted.answers)
    return voted.per_second


def _reads(server: Server, pages: int) -> float:
    """The figures of one page after the other, none of them stored."""
    chance = random.Random(next(_seeds))
    keys = (rated_page(chance.randrange(pages)).key for _ in range(int(SECONDS * PER_SECOND_AT_MOST)))
    requests = [get(f"{server.base}/fragments/{page_id(SITE, key)}/rating.json") for key in keys]
    read = uvloop.run(burst(server.port, requests, writers=READERS, seconds=SECONDS))
    if refused := {answer.status for answer in read.answers} - {200}:
        raise RuntimeError(f"reads were answered {sorted(refused)}")
    return read.per_second


def _ranking_rows(kind: str, database: Path | str, ranking: Ranking, today: date) -> list[Row]:
    query = RankingQuery(section=ranking.section, period=ranking.period, limit=ranking.limit, today=today, minimum=3)
    first, later = zip(*(_ranking_times(database, query) for _ in range(ROUNDS)), strict=True)
    return [
        Row(name=f"{kind}: {ranking.name}: first call", values=first, unit="ms", most=50),
        Row(name=f"{kind}: {ranking.name}: later calls", values=later, unit="ms", most=50),
    ]


def _ranking_times(database: Path | str, query: RankingQuery) -> tuple[float, float]:
    """Milliseconds of the first call on a database just opened, and of the median of some more."""
    with storage(database) as opened:
        times = []
        for _ in range(1 + CALLS):
            began = time.perf_counter()
            if len(opened.read_sync(top_rated, query)) != query.limit:
                raise RuntimeError(f"the ranking is shorter than {query.limit}")
            times.append((time.perf_counter() - began) * 1000)
    return times[0], median(times[1:])
