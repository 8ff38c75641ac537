"""Reading: what a warm fragment costs beside an app that does nothing, and what a cold one costs."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.machine import resident_mb
from benchmarks.news import article
from benchmarks.rounds import interleaved
from benchmarks.rows import Thread, fill
from benchmarks.servers import Server, serve
from benchmarks.table import Row
from benchmarks.wrk import BROWSER, Wrk

ROUNDS: Final = 5
THREAD: Final = Thread(page=article("ben-pha"), size=100)
HTML: Final = f"/fragments/{THREAD.id}/comments.html"
JSON: Final = f"/fragments/{THREAD.id}/comments.json"

_OTHERS: Final = tuple(Thread(page=article(f"chuyen-{number}"), size=20) for number in range(30))
_COUNTS: Final = f"/api/v1/counts?pages={','.join(str(thread.id) for thread in _OTHERS)}"

_APPS: Final = {"empty": "/", "root": "/health", "empty_mounted": "/", "installed": "/health", "wrapped": "/health"}
_EMPTY: Final = "empty ASGI app"
_OF_EMPTY: Final = 0.70
_OF_ROOT: Final = 0.85
_EMPTY_MOUNTED: Final = "empty ASGI app, mounted in Starlette"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One address to read, and the case it is compared with."""

    name: str
    wrk: Wrk
    beside: str = "empty ASGI app"
    share: float | None = None


def measure(folder: Path) -> list[Row]:
    """Reads a second of one thread of 100 comments, and the memory of the server that answered them."""
    database = folder / "reads.db"
    fill(database, [THREAD, *_OTHERS])
    with ExitStack() as running:
        servers = {app: running.enter_context(serve(app, database, ready=ready)) for app, ready in _APPS.items()}
        cold = running.enter_context(serve("root", database, cache_bytes=0))
        root = servers["root"]
        cases = [*_warm(servers, _etag(root)), *_cold(root, cold)]
        found = interleaved(ROUNDS, {case.name: case.wrk.rate for case in cases})
        memory = resident_mb(root.pid)
    rows = [
        Row(
            name=case.name,
            values=found[case.name],
            unit="/s",
            beside=() if case.name == case.beside else found[case.beside],
            share=case.share,
        )
        for case in cases
    ]
    return [*rows, Row(name="memory of root after all of this", values=[memory], unit="MB")]


def _warm(servers: Mapping[str, Server], tag: str) -> list[Case]:
    known = {**BROWSER, "If-None-Match": tag}
    root, installed, wrapped = (servers[app] for app in ("root", "installed", "wrapped"))
    cases = [
        Case(name=_EMPTY, wrk=Wrk(servers["empty"].url("/"), headers=BROWSER)),
        Case(name="root: thread, HTML", wrk=Wrk(root.url(HTML), headers=BROWSER), share=_OF_EMPTY),
        Case(name="root: thread, JSON", wrk=Wrk(root.url(JSON), headers=BROWSER), share=_OF_EMPTY),
        Case(name="root: thread, HTML, 304", wrk=Wrk(root.url(HTML), headers=known), share=_OF_EMPTY),
        Case(name="root: thread, HTML, not compressed", wrk=Wrk(root.url(HTML))),
        Case(name=_EMPTY_MOUNTED, wrk=Wrk(servers["empty_mounted"].url("/"), headers=BROWSER)),
    ]
    for name, server, path in (
        ("installed", installed, HTML),
        ("installed", installed, JSON),
        ("wrapped", wrapped, HTML),
    ):
        kind = path.rpartition(".")[2].upper()
        wrk = Wrk(server.url(path), headers=BROWSER)
        cases.append(
            Case(name=f"{name}: thread, {kind}, of root", wrk=wrk, beside=f"root: thread, {kind}", share=_OF_ROOT)
        )
    return cases


def _cold(root: Server, cold: Server) -> list[Case]:
    return [
        Case(name="thread made anew, HTML, 1 reader", wrk=Wrk(cold.url(HTML), connections=1, headers=BROWSER)),
        Case(name="thread made anew, JSON, 1 reader", wrk=Wrk(cold.url(JSON), connections=1, headers=BROWSER)),
        Case(name="counts of 30 pages in one call", wrk=Wrk(root.url(_COUNTS))),
    ]


def _etag(server: Server) -> str:
    """The thread's tag, after a look at what is going to be measured: 100 comments, no fewer."""
    roots = json.loads(server.fetch(JSON).body)["comments"]
    shown = sum(1 + len(root["replies"]) for root in roots)
    if shown != THREAD.size:
        raise RuntimeError(f"the thread shows {shown} comments, not {THREAD.size}")
    return server.fetch(HTML, BROWSER).headers["etag"]
