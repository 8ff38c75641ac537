"""A challenge and its picture over HTTP, beside django-simple-captcha: how many a second, and how long one takes.

Theirs is served the same way as ours, and once more by gunicorn, whose one worker with one thread keeps its
connections: the faster of the two is what ours is divided by. Their site has nothing but the captcha, and no commit
waits for the disk; ours waits.
"""

import json
import os
import subprocess
import time
from asyncio import gather, sleep
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import uvloop

from benchmarks.client import Connection, get, post
from benchmarks.machine import processor_seconds
from benchmarks.news import article, reference
from benchmarks.rounds import interleaved
from benchmarks.servers import HOUSE, UVICORN, Server, free_port, running, serve
from benchmarks.table import Row

ROUNDS: Final = 5
SECONDS: Final = 2.0
MANY: Final = 32
"""Readers who ask without a pause."""

CALM: Final = 25
PAUSE: Final = 0.2
"""Seconds between two readers where it is calm, and how many come."""

SHARE: Final = 3.0

_THEIRS: Final = HOUSE / ".venv/beside/django-simple-captcha/bin/python"  # made by `make bench`
_OURS: Final = "ours, normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where to ask, and how.

    Attributes:
        ask: makes the request for a challenge.
        picture: the path of its picture, told by the answer.
    """

    server: Server
    ask: Callable[[], bytes]
    picture: Callable[[bytes], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Pairs of challenge and picture a second, and the server's processor time for one."""

    per_second: float
    milliseconds: float


def measure(folder: Path) -> list[Row]:
    """Challenges with their pictures a second by readers who never pause, and the wait of one where it is calm.

    What each costs of the processor is beside it: others that keep the machine busy slow a rate, and not that.
    """
    with _sites(folder) as sites:
        many = interleaved(ROUNDS, {name: partial(_many, site) for name, site in sites.items()})
        calm = interleaved(ROUNDS, {name: partial(_calm, site) for name, site in sites.items()})
    rates = {name: [burst.per_second for burst in bursts] for name, bursts in many.items()}
    costs = {name: [burst.milliseconds for burst in bursts] for name, bursts in many.items()}
    return [
        *_rows(f"challenge and picture, {MANY} readers", "/s", rates),
        Row(name="ours, by theirs", values=rates[_OURS], unit="/s", beside=_best(rates, max), share=SHARE),
        *_rows("processor time of both", "ms", costs),
        Row(name="theirs, by ours", values=_best(costs, min), unit="ms", beside=costs[_OURS], share=SHARE),
        *_rows("the wait for both, where it is calm", "ms", calm),
        Row(name="theirs, by ours", values=_best(calm, min), unit="ms", beside=calm[_OURS], share=SHARE),
    ]


def _rows(what: str, unit: str, found: Mapping[str, Sequence[float]]) -> list[Row]:
    return [Row(name=f"{what}: {name}", values=values, unit=unit) for name, values in found.items()]


def _best(found: Mapping[str, Sequence[float]], better: Callable[[Sequence[float]], float]) -> list[float]:
    """The better of theirs, by rounds."""
    theirs = [values for name, values in found.items() if name != _OURS]
    return [better(values) for values in zip(*theirs, strict=True)]


def _many(site: Site) -> Burst:
    before = processor_seconds(site.server.pid)
    fetched, seconds = uvloop.run(_without_pause(site))
    spent = processor_seconds(site.server.pid) - before
    return Burst(per_second=fetched / seconds, milliseconds=spent * 1000 / fetched)


def _calm(site: Site) -> float:
    return uvloop.run(_now_and_then(site))


async def _without_pause(site: Site) -> tuple[int, float]:
    """How many were fetched, and in how many seconds."""
    began = time.perf_counter()

    async def read() -> int:
        connection, number = await Connection.open(site.server.port), 0
        while time.perf_counter() - began < SECONDS:
            await _both(site, connection)
            number += 1
        await connection.close()
        return number

    fetched = sum(await gather(*(read() for _ in range(MANY))))
    return fetched, time.perf_counter() - began


async def _now_and_then(site: Site) -> float:
    """The median of milliseconds from asking to the whole picture."""
    connection, waits = await Connection.open(site.server.port), []
    for _ in range(CALM):
        began = time.perf_counter()
        await _both(site, connection)
        waits.append((time.perf_counter() - began) * 1000)
        await sleep(PAUSE)
    await connection.close()
    return median(waits)


async def _both(site: Site, connection: Connection) -> None:
    """Ask for a challenge and fetch its picture.

    Raises:
        RuntimeError: one of them was refused.
    """
    told = await connection.ask(site.ask())
    if told.status != 200:
        raise RuntimeError(f"a challenge was answered {told.status}")
    shown = await connection.ask(get(site.picture(told.body)))
    if not shown.body.startswith(b"\x89PNG"):
        raise RuntimeError(f"a picture was answered {shown.status}")


@contextmanager
def _sites(folder: Path) -> Iterator[dict[str, Site]]:
    with ExitStack() as stack:
        ours = stack.enter_context(serve("root", folder / "challenges.db"))
        sites = {_OURS: Site(server=ours, ask=_ask_ours, picture=lambda told: str(json.loads(told)["picture"]))}
        for name, (module, options) in _SERVED.items():
            server = stack.enter_context(_their_server(folder, module, options))
            sites[name] = Site(server=server, ask=_ask_theirs, picture=lambda told: str(json.loads(told)["image_url"]))
        yield sites


_SERVED: Final = {
    "django-simple-captcha, uvicorn": ("asgi", (*UVICORN, "--lifespan", "off", "--port", "{port}")),
    "django-simple-captcha, gunicorn": (
        "wsgi",
        (
            *("-m", "gunicorn", "--workers", "1", "--worker-class", "gthread", "--threads", "1"),
            *("--control-socket", "{folder}/gunicorn", "--log-level", "warning", "--bind", "127.0.0.1:{port}"),
        ),
    ),
}


@contextmanager
def _their_server(folder: Path, module: str, options: Sequence[str]) -> Iterator[Server]:
    environment = {**os.environ, "PYTHONPATH": str(HOUSE), "DJANGO_DATABASE": str(folder / f"{module}.db")}
    site = "benchmarks.django_site"
    # in another folder: else the package `captcha` of ours could hide theirs
    subprocess.run([_THEIRS, "-m", site], env=environment, cwd=folder, check=True)
    port = free_port()
    command = [str(_THEIRS), *(option.format(port=port, folder=folder) for option in options), f"{site}:{module}"]
    with running(command, environment, port=port, base="", ready="/health") as server:
        yield server


def _ask_ours() -> bytes:
    return post("/captcha", {"purpose": "comment", "page": reference(article("hinh-moi"))}, accept="application/json")


def _ask_theirs() -> bytes:
    return get("/captcha/refresh/", {"X-Requested-With": "XMLHttpRequest"})
