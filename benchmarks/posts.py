"""Writing: acknowledged comments and votes a second, each durable, and whether the database agrees."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final
from uuid import UUID

import uvloop

from benchmarks.client import Answer, Burst, burst
from benchmarks.forms import comment_forms, vote_forms
from benchmarks.machine import durable_commits
from benchmarks.news import article
from benchmarks.rounds import interleaved
from benchmarks.rows import stored_comments, stored_votes
from benchmarks.servers import Server, serve
from benchmarks.table import Row

ROUNDS: Final = 3
SECONDS: Final = 2.0
PER_SECOND_AT_MOST: Final = 4_000
"""So many requests a second are made ready."""

_COMMENTED: Final = article("mot-van-binh-luan")
_RATED: Final = article("mot-van-danh-gia")
_FEW: Final = 8
_MANY: Final = 64


def measure(folder: Path) -> list[Row]:
    """Acknowledgements a second, beside what the disk can do."""
    database = folder / "posts.db"
    with serve("root", database) as server:
        found = interleaved(
            ROUNDS,
            {
                "few": lambda: _comments(server, database, _FEW),
                "many": lambda: _comments(server, database, _MANY),
                "votes": lambda: _votes(server, _MANY),
            },
        )
    disk = [durable_commits(folder, 0.5) for _ in range(ROUNDS)]
    few, many, votes = (found[name] for name in ("few", "many", "votes"))
    return [
        Row(name="the disk: commits of one writer who waits for each", values=disk, unit="/s"),
        _rate(f"comments, {_FEW} writers", few),
        _latency(f"comments, {_FEW} writers: median wait", few),
        _rate(f"comments, {_MANY} writers", many, least=1_000),
        _latency(f"comments, {_MANY} writers: median wait", many),
        _rate(f"votes, {_MANY} writers", votes),
        _latency(f"votes, {_MANY} writers: median wait", votes),
        _kept_comments(database, [*few, *many]),
        _kept_votes(database, votes),
    ]


def accepted(answers: Sequence[Answer]) -> int:
    """How many answers there are, all of them acceptances.

    Raises:
        RuntimeError: one was refused.
    """
    refused = {answer.status for answer in answers if answer.status != 303}
    if refused:
        raise RuntimeError(f"posts were answered {sorted(refused)}")
    return len(answers)


def _comments(server: Server, database: Path, writers: int) -> Burst:
    forms = comment_forms(database, _COMMENTED, int(SECONDS * PER_SECOND_AT_MOST))
    return uvloop.run(burst(server.port, forms, writers=writers, seconds=SECONDS))


def _votes(server: Server, writers: int) -> Burst:
    forms = vote_forms(_RATED, int(SECONDS * PER_SECOND_AT_MOST))
    return uvloop.run(burst(server.port, forms, writers=writers, seconds=SECONDS))


def _rate(name: str, bursts: Sequence[Burst], *, least: float | None = None) -> Row:
    rates = [accepted(burst.answers) / burst.seconds for burst in bursts]
    return Row(name=name, values=rates, unit="/s", least=least)


def _latency(name: str, bursts: Sequence[Burst]) -> Row:
    waits = [median(answer.seconds for answer in burst.answers) * 1000 for burst in bursts]
    return Row(name=name, values=waits, unit="ms")


def _kept_comments(database: Path, bursts: Sequence[Burst]) -> Row:
    """Every acknowledgement names its comment; exactly these must be in the database."""
    named = [answer.header(b"location").rpartition(b"/")[2].decode() for burst in bursts for answer in burst.answers]
    stored = stored_comments(database, _COMMENTED)
    if {UUID(name) for name in named} != stored or len(named) != len(stored):
        raise RuntimeError(f"{len(named)} comments were acknowledged, {len(stored)} are in the database")
    return Row(name="comments acknowledged = in the database", values=[len(stored)], unit="")


def _kept_votes(database: Path, bursts: Sequence[Burst]) -> Row:
    acknowledged, stored = sum(len(burst.answers) for burst in bursts), stored_votes(database, _RATED)
    if acknowledged != stored:
        raise RuntimeError(f"{acknowledged} votes were acknowledged, {stored} are in the database")
    return Row(name="votes acknowledged = in the database", values=[stored], unit="")
