"""What one read costs when nothing is stored, and one post, on a page with few comments and on one with very many.

Reads are told in the server's own processor time; on PostgreSQL the database's time comes to it. A post is waited for.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import uvloop

from benchmarks.client import burst
from benchmarks.databases import postgresql
from benchmarks.forms import comment_forms
from benchmarks.machine import processor_seconds
from benchmarks.news import SECRETS, article
from benchmarks.posts import accepted
from benchmarks.rounds import interleaved
from benchmarks.rows import BEGINNING, REPLIES, SECONDS_APART, Thread, fill, root_at
from benchmarks.servers import Server, serve
from benchmarks.table import Row
from benchmarks.wrk import BROWSER, Wrk
from engagement_widgets import Page
from engagement_widgets.comments.views import Toward
from engagement_widgets.kernel.paging import encode_cursor

ROUNDS: Final = 5
AIM: Final = 20.0
"""Milliseconds for a page of comments that is made anew, and for a post."""
_POSTS: Final = 200
"""By one writer in each round, each waited for."""
_FEW: Final = 1_000
_MANY: Final = 100_000
_VERY_MANY: Final = 1_000_000


def measure(folder: Path) -> list[Row]:
    """Milliseconds of a read that one reader asks for, as JSON and as the page people see, and of a post; no cache."""
    rows = _measure("SQLite", folder / "growth.db", [_FEW, _MANY])
    with postgresql() as new_database:
        if new_database is not None:
            rows += _measure("PostgreSQL", new_database(), [_FEW, _MANY])
    return rows


def measure_long(folder: Path) -> list[Row]:
    """The same with a thread of a million comments, on SQLite."""
    return _measure("SQLite", folder / "growth.db", [_FEW, _MANY, _VERY_MANY])


def _measure(kind: str, database: Path | str, sizes: list[int]) -> list[Row]:
    threads = [Thread(page=article(f"dai-{size}"), size=size) for size in sizes]
    fill(database, threads)
    runs: dict[str, Callable[[], float]] = {}
    with serve("root", database, cache_bytes=0) as server:
        for thread in threads:
            permalink = root_at(database, thread.page, _middle(thread))
            for place, address in _addresses(thread, permalink).items():
                wrk = Wrk(server.url(address), connections=1, headers=BROWSER)
                runs[f"{kind}: {thread.size:,} comments, {place}"] = partial(_processor_milliseconds, server, wrk)
            runs[f"{kind}: {thread.size:,} comments, a post"] = partial(_posting, server, database, thread.page)
        found = interleaved(ROUNDS, runs)
    names = list(found)
    places = len(names) // len(threads)
    return [
        Row(
            name=name,
            values=found[name],
            unit="ms",
            beside=found[names[number % places]] if number >= places else (),
            most=AIM,
        )
        for number, name in enumerate(names)
    ]


def _processor_milliseconds(server: Server, wrk: Wrk) -> float:
    """What one read costs the server of its processor: the same however busy others keep the machine."""
    before = processor_seconds(server.pid)
    reads = wrk.rate()  # in one second
    return (processor_seconds(server.pid) - before) * 1000 / reads


def _addresses(thread: Thread, permalink: UUID) -> dict[str, str]:
    """What is read of a thread: the page that a permalink leads to holds the middle of it."""
    fragment, pages = f"/fragments/{thread.id}/comments", f"/pages/{thread.id}/comments"
    cursor = encode_cursor(SECRETS, (Toward.AFTER, _middle(thread).isoformat(), UUID(int=0).hex))
    return {
        "first page, JSON": f"{fragment}.json",
        "in the middle, JSON": f"{fragment}.json?cursor={cursor}",
        "permalink into the middle, JSON": f"/api/v1{pages}?at={permalink}",
        "first page, HTML": f"{fragment}.html",
        "permalink into the middle, HTML": f"{pages}?at={permalink}",
    }


def _posting(server: Server, database: Path | str, page: Page) -> float:
    """What a post takes one writer, who waits; they are held, so that the pages that are read stay as they are."""
    written = uvloop.run(burst(server.port, comment_forms(database, page, _POSTS), writers=1, seconds=60))
    accepted(written.answers)
    return 1000 / written.per_second


def _middle(thread: Thread) -> datetime:
    """When the root half-way down was written."""
    return BEGINNING + timedelta(seconds=SECONDS_APART) * (thread.size // (REPLIES + 1) // 2)
