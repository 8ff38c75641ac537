"""From the start of the process to the first whole answer, and what it holds in memory then."""

from pathlib import Path
from typing import Final

from benchmarks.machine import resident_mb
from benchmarks.news import article
from benchmarks.rounds import interleaved
from benchmarks.rows import Thread, fill
from benchmarks.servers import serve
from benchmarks.table import Row

ROUNDS: Final = 5
_THREAD: Final = Thread(page=article("buoi-sang"), size=100)
_FIRST: Final = f"/fragments/{_THREAD.id}/comments.html"


def measure(folder: Path) -> list[Row]:
    """Seconds and megabytes, uvicorn's own included; the empty app shows how much that is."""
    database = folder / "startup.db"
    fill(database, [_THREAD])

    def start(app: str, ready: str) -> tuple[float, float]:
        with serve(app, database, ready=ready) as server:
            return server.started, resident_mb(server.pid)

    found = interleaved(ROUNDS, {"empty": lambda: start("empty", "/"), "root": lambda: start("root", _FIRST)})
    empty, root = (list(zip(*found[name], strict=True)) for name in ("empty", "root"))
    return [
        Row(name="start to first answer: empty ASGI app", values=empty[0], unit="s"),
        Row(name="start to first answer: thread, HTML", values=root[0], unit="s", most=0.8),
        Row(name="memory then: empty ASGI app", values=empty[1], unit="MB"),
        Row(name="memory then: thread, HTML", values=root[1], unit="MB", most=80),
    ]
