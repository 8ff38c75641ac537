"""What one read costs when nothing is stored, on a page with few comments and on one with very many."""

from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from benchmarks.news import SECRETS, article
from benchmarks.rounds import interleaved
from benchmarks.rows import BEGINNING, REPLIES, SECONDS_APART, Thread, fill
from benchmarks.servers import serve
from benchmarks.table import Row
from benchmarks.wrk import BROWSER, Wrk
from engagement_widgets.comments.views import Toward
from engagement_widgets.kernel.paging import encode_cursor

ROUNDS: Final = 3
_FEW: Final = 1_000
_MANY: Final = 100_000
_VERY_MANY: Final = 1_000_000


def measure(folder: Path) -> list[Row]:
    """Reads a second of one reader, as JSON: HTML would hide the database behind the template."""
    return _measure(folder, [_FEW, _MANY])


def measure_long(folder: Path) -> list[Row]:
    """The same with a thread of a million comments."""
    return _measure(folder, [_FEW, _MANY, _VERY_MANY])


def _measure(folder: Path, sizes: list[int]) -> list[Row]:
    database = folder / "growth.db"
    threads = [Thread(page=article(f"dai-{size}"), size=size) for size in sizes]
    fill(database, threads)
    with serve("root", database, cache_bytes=0) as server:
        runs = {}
        for thread in threads:
            address = f"/fragments/{thread.id}/comments.json"
            for place, query in (("first page", ""), ("in the middle", f"?cursor={_middle(thread)}")):
                wrk = Wrk(server.url(address + query), connections=1, headers=BROWSER)
                runs[f"{thread.size:,} comments, {place}"] = wrk.rate
        found = interleaved(ROUNDS, runs)
    names = list(found)
    return [
        Row(name=name, values=found[name], unit="/s", beside=found[names[number % 2]] if number > 1 else ())
        for number, name in enumerate(names)
    ]


def _middle(thread: Thread) -> str:
    """A cursor half-way down."""
    moment = BEGINNING + timedelta(seconds=SECONDS_APART) * (thread.size // (REPLIES + 1) // 2)
    return encode_cursor(SECRETS, (Toward.AFTER, moment.isoformat(), UUID(int=0).hex))
