"""Reading a page while others write on it: how many reads are left, and how long the slowest wait."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles
from typing import Final

import uvloop

from benchmarks.client import Answer, get, paced
from benchmarks.forms import approval_forms, comment_forms
from benchmarks.news import LIVE, article
from benchmarks.posts import accepted
from benchmarks.rounds import interleaved
from benchmarks.rows import Thread, fill, hold, public_comments
from benchmarks.servers import Server, serve
from benchmarks.table import Row
from benchmarks.wrk import BROWSER, Wrk

ROUNDS: Final = 3
SECONDS: Final = 3
WRITES: Final = 10
"""Writes a second, beside as many reads as the server can answer."""

READS_PACED: Final = 100
POSTS_PACED: Final = 20
PACED_SECONDS: Final = 5

_HELD: Final = Thread(page=article("cho-duyet"), size=100)
_LIVE: Final = Thread(page=article(f"{LIVE}dang-ngay"), size=100)


def measure(folder: Path) -> list[Row]:
    """Reads a second beside writes, and the slowest hundredth at a fixed pace."""
    database = folder / "mixed.db"
    fill(database, [_HELD, _LIVE])
    approvals = iter(approval_forms(hold(database, _HELD.page, ROUNDS * SECONDS * WRITES)))
    with ExitStack() as running:
        empty = running.enter_context(serve("empty", database))
        server = running.enter_context(serve("root", database))
        wrk = Wrk(server.url(_path(_HELD)), headers=BROWSER)

        def posts(thread: Thread, count: int) -> list[bytes]:
            return comment_forms(database, thread.page, count)

        found = interleaved(
            ROUNDS,
            {
                "quiet": lambda: _reads(server, wrk, []),
                "posts": lambda: _reads(server, wrk, posts(_HELD, SECONDS * WRITES)),
                "approvals": lambda: _reads(server, wrk, [next(approvals) for _ in range(SECONDS * WRITES)]),
                "empty": lambda: _slowest(empty, "/", posts(_HELD, PACED_SECONDS * POSTS_PACED)),
                "held": lambda: _slowest(server, _path(_HELD), posts(_HELD, PACED_SECONDS * POSTS_PACED)),
                "live": lambda: _slowest(server, _path(_LIVE), posts(_LIVE, PACED_SECONDS * POSTS_PACED)),
            },
        )
    _expect(database, _HELD, ROUNDS * SECONDS * WRITES)
    _expect(database, _LIVE, ROUNDS * PACED_SECONDS * POSTS_PACED)
    quiet = found["quiet"]
    pace = f"99 % of {READS_PACED} reads/s beside {POSTS_PACED} posts/s"
    return [
        Row(name="thread, nobody writes", values=quiet, unit="/s"),
        Row(name=f"beside {WRITES} posts/s, held", values=found["posts"], unit="/s", beside=quiet, share=0.90),
        Row(name=f"beside {WRITES} approvals/s", values=found["approvals"], unit="/s", beside=quiet, share=0.90),
        Row(name=f"{pace}: empty ASGI app", values=found["empty"], unit="ms"),
        Row(name=f"{pace}, held", values=found["held"], unit="ms", most=10),
        Row(name=f"{pace}, published at once", values=found["live"], unit="ms", most=10),
    ]


def _expect(database: Path, thread: Thread, published: int) -> None:
    """What was said to be held or published must have been: a comment that is held makes no fragment old.

    Raises:
        RuntimeError: it was not.
    """
    public = public_comments(database, thread.page)
    if public != thread.size + published:
        raise RuntimeError(f"{public - thread.size} comments were published on {thread.page.key}, not {published}")


def _path(thread: Thread) -> str:
    """The oldest 100 comments: what is written meanwhile makes them old, and does not change how many there are."""
    return f"/fragments/{thread.id}/comments.html?sort=oldest"


def _reads(server: Server, wrk: Wrk, forms: Sequence[bytes]) -> float:
    """Reads a second while the forms are posted at their pace."""
    with wrk.start(SECONDS) as reading:
        accepted(uvloop.run(paced(server.port, forms, per_second=WRITES, seed=len(forms))))
        return wrk.result(reading)


def _slowest(server: Server, path: str, forms: Sequence[bytes]) -> float:
    """The wait, in milliseconds, that 99 of 100 reads stay below."""
    requests = [get(server.base + path, BROWSER)] * (READS_PACED * PACED_SECONDS)

    async def run() -> list[Answer]:
        reads = paced(server.port, requests, per_second=READS_PACED, seed=1)
        writes = paced(server.port, forms, per_second=POSTS_PACED, seed=2)
        return (await asyncio.gather(reads, writes))[0]

    waits = [answer.seconds for answer in uvloop.run(run())]
    return quantiles(waits, n=100)[98] * 1000
