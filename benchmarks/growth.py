"""What one read costs when nothing is stored, and one post, on a page with few comments and on one with very many."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import uvloop

from benchmarks.client import burst
from benchmarks.forms import comment_forms
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

ROUNDS: Final = 3
AIM: Final = 20.0
"""Milliseconds for a page of comments that is made anew, and for a post."""
_POSTS: Final = 200
"""By one writer in each round, each waited for."""
_FEW: Final = 1_000
_MANY: Final = 100_000
_VERY_MANY: Final = 1_000_000


def measure(folder: Path) -> list[Row]:
    """Milliseconds a read of one reader: as JSON, where no template hides the database, and as the page people see."""
    return _measure(folder, [_FEW, _MANY])


def measure_long(folder: Path) -> list[Row]:
    """The same with a thread of a million comments."""
    return _measure(folder, [_FEW, _MANY, _VERY_MANY])


def _measure(folder: Path, sizes: list[int]) -> list[Row]:
    database = folder / "growth.db"
    threads = [Thread(page=article(f"dai-{size}"), size=size) for size in sizes]
    fill(database, threads)
    runs: dict[str, Callable[[], float]] = {}
    with serve("root", database, cache_bytes=0) as server:
        for thread in threads:
            permalink = root_at(database, thread.page, _middle(thread))
            for place, address in _addresses(thread, permalink).items():
                runs[f"{thread.size:,} comments, {place}"] = Wrk(
                    server.url(address), connections=1, headers=BROWSER
                ).rate
            runs[f"{thread.size:,} comments, a post"] = partial(_posts, server, database, thread.page)
        found = {name: [1000 / rate for rate in rates] for name, rates in interleaved(ROUNDS, runs).items()}
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


def _posts(server: Server, database: Path, page: Page) -> float:
    """Posts a second of one writer; they are held, so that the pages that are read stay what they are."""
    written = uvloop.run(burst(server.port, comment_forms(database, page, _POSTS), writers=1, seconds=60))
    accepted(written.answers)
    return written.per_second


def _middle(thread: Thread) -> datetime:
    """When the root half-way down was written."""
    return BEGINNING + timedelta(seconds=SECONDS_APART) * (thread.size // (REPLIES + 1) // 2)
