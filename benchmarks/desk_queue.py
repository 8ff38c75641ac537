"""How long a page of the queue takes with a hundred thousand comments waiting, from the request to the last byte.

On SQLite that is processor time of this process; on PostgreSQL, whose server works beside it, time on the clock.
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx
from sqlalchemy import insert, text
from starlette.applications import Starlette
from starlette.types import ASGIApp

from benchmarks.databases import TESTS, postgresql
from benchmarks.news import SITE, article
from benchmarks.rounds import interleaved
from benchmarks.rows import BEGINNING
from benchmarks.table import Row
from engagement_widgets import Engagement, Settings
from engagement_widgets.comments.rules.rule import BUILT_IN
from engagement_widgets.comments.search.tables import comment_words
from engagement_widgets.comments.search.words import indexed
from engagement_widgets.comments.service import HeldReason, Recount, Status, body_hash, recount
from engagement_widgets.comments.tables import comments, holds
from engagement_widgets.comments.traits import reason_bits, text_bits
from engagement_widgets.kernel.ids import new_id
from engagement_widgets.pages.service import ensure_page
from engagement_widgets.settings import Worker
from engagement_widgets.storage import migrate
from engagement_widgets.storage.units import Storage, Tx

COMMENTS: Final = 100_000
PAGES: Final = 1_000
ROUNDS: Final = 3
CALLS: Final = 3
MOST: Final = 100.0
"""Milliseconds a page may take."""

SECTIONS: Final = ("Đời sống", "Thời sự", "Giáo dục", "Kinh tế")
_WAVE: Final = 20_000
_CHUNK: Final = 2_000
_MOUNT: Final = "/engagement"
_RARE_EVERY: Final = 20_000
_LANE_EVERY: Final = 5_000
_INSERTS: Final = tuple(map(insert, (comments, holds, comment_words)))

# What somebody asks for, and whether something is there.
_VIEWS: Final = {
    "oldest first": ("", True),
    "newest first": ("sort=newest", True),
    "most pressing first": ("sort=priority", True),
    "all statuses": ("view=all", True),
    "an empty view": ("view=spam", False),
    "a common reason": ("reason=first_comment", True),
    "a rare reason": ("reason=impostor", True),
    "a reason of nobody": ("reason=case", False),
    "the lane without a code": ("reason=no_code", True),
    "a rare reason, most pressing first": ("reason=impostor&sort=priority", True),
    "one section": ("section=Kinh tế", True),
    "a section of nobody": ("section=Thời tiết", False),
    "an author by address": ("author=ban.doc.500@thu.example", True),
    "an author by name": ("author=nguyen thi thuy", True),
    "a day": ("from=2025-01-01&to=2025-01-01", True),
    "days before all": ("to=2024-01-01", False),
    "typed without marks, newest first": ("unmarked=1&sort=newest", True),
    "with a link, without a reply": ("link=1&unreplied=1", True),
    "a common word and a rare reason": ("q=không&reason=impostor", None),
    "what came meanwhile": ("news", True),
}


def measure(folder: Path) -> list[Row]:
    """Milliseconds of the first page of each view and filter."""
    rows = _measure("SQLite", f"sqlite:///{folder / 'queue.db'}", time.process_time)
    with postgresql() as new_database:
        if new_database is not None:
            rows += _measure("PostgreSQL", new_database(), time.perf_counter)
    return rows


def _measure(kind: str, url: str, clock: Callable[[], float]) -> list[Row]:
    sys.path.append(str(TESTS))
    from desk_factory import add_account, open_token

    migrate.upgrade(url)
    settings = Settings(database_url=url, secret_keys=("k" * 32,), site=SITE, worker=Worker.OFF)
    made = Engagement(settings)
    app = made.wrap(Starlette(), _MOUNT)
    try:
        opened = made.boot().storage
        _fill(opened)
        cookies = {"ew_desk": open_token(opened, add_account(opened))}
        asked = {
            name: partial(_milliseconds, app, cookies, query, clock, is_found)
            for name, (query, is_found) in _VIEWS.items()
        }
        found = interleaved(ROUNDS, asked)
    finally:
        made.close()
    return [Row(name=f"{kind}: {name}", values=values, unit="ms", most=MOST) for name, values in found.items()]


def _milliseconds(
    app: ASGIApp,
    cookies: dict[str, str],
    query: str,
    clock: Callable[[], float],
    is_found: bool | None,  # noqa: FBT001
) -> float:
    """The median of a few requests."""
    path = f"{_MOUNT}/desk/queue?{query}" if query != "news" else f"{_MOUNT}/desk/queue/news?seen={_SEEN}"

    async def ask() -> list[float]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
            times = []
            for _ in range(CALLS):
                began = clock()
                answer = await client.get(path)
                times.append((clock() - began) * 1000)
                answer.raise_for_status()
                there = "data-ew-row" in answer.text or '"count"' in answer.text
                if is_found is not None and there != is_found:
                    raise RuntimeError(f"{query}: found {there}")
            return times

    return median(asyncio.run(ask()))


_SEEN: Final = (BEGINNING + timedelta(seconds=COMMENTS - 100)).isoformat().replace("+", "%2B")


def _fill(opened: Storage) -> None:
    """Waiting comments with their reasons and words; a fifth of them is one wave."""
    texts = enumerate(_texts())
    while chunk := list(islice(texts, _CHUNK)):
        opened.write_sync(_write, chunk)
    opened.write_sync(recount, Recount(repair=True))
    opened.write_sync(_analyze, None)


def _texts() -> Iterator[str]:
    sys.path.append(str(TESTS))
    from clean_comments import clean_comments

    wave = "Nhận ngay quà khủng khi đăng ký hôm nay, truy cập https://qua.example nhé cả nhà"
    for number, one in enumerate(clean_comments(COMMENTS)):
        yield wave if _in_wave(number) else one


def _in_wave(number: int) -> bool:
    return COMMENTS // 2 <= number < COMMENTS // 2 + _WAVE


def _write(tx: Tx, chunk: list[tuple[int, str]]) -> None:
    chance = random.Random(chunk[0][0])
    rows = [_row(tx, chance.randrange(PAGES), number, body) for number, body in chunk]
    for statement, values in zip(
        _INSERTS,
        (
            rows,
            [one for row, (number, _) in zip(rows, chunk, strict=True) for one in _holds(row, number)],
            [_words(row) for row in rows],
        ),
        strict=True,
    ):
        tx.execute(statement, values)


def _reasons(number: int) -> set[HeldReason]:
    found = {HeldReason.PREMODERATION}
    if number % 3:
        found.add(HeldReason.FIRST_COMMENT)
    if number % _RARE_EVERY == 7:
        found.add(HeldReason.IMPOSTOR)
    if number % _LANE_EVERY == 9:
        found.add(HeldReason.NO_CODE)
    if _in_wave(number):
        found |= {HeldReason.DUPLICATE, HeldReason.HAS_LINKS}
    return found


_FIRST_OF_WAVE: Final = new_id(BEGINNING + timedelta(seconds=COMMENTS // 2))
_PARAMS: Final[dict[HeldReason, dict[str, Any]]] = {
    HeldReason.HAS_LINKS: {"count": 1},
    HeldReason.IMPOSTOR: {"name": "Tòa soạn"},
    HeldReason.DUPLICATE: {"of": str(_FIRST_OF_WAVE)},
}


def _row(tx: Tx, page: int, number: int, body: str) -> dict[str, Any]:
    at = BEGINNING + timedelta(seconds=number)
    about = article(f"bai-{page}")
    return {
        "site_id": tx.site,
        "id": _FIRST_OF_WAVE if number == COMMENTS // 2 else new_id(at),
        "page_id": ensure_page(tx, about),
        "thread_path": "",
        "section": SECTIONS[page % len(SECTIONS)],
        "status": Status.PENDING,
        "version": 1,
        "author_name": "Nguyễn Thị Thủy" if number % 50 == 0 else f"Bạn đọc {number % 977}",
        "author_email": None if number % 10 else f"ban.doc.{number}@thu.example",
        "is_staff": False,
        "reader": f"r:{number:064x}",
        "body": body,
        "body_hash": body_hash(body),
        "submitted_at": at,
        "approved_replies": 0,
        "listed": False,
        "traits": reason_bits(_reasons(number)) | text_bits(body, has_link="https:" in body),
        "group_id": _FIRST_OF_WAVE if _in_wave(number) else None,
    }


def _holds(row: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    for reason in sorted(_reasons(number)):
        yield {
            "site_id": row["site_id"],
            "comment_id": row["id"],
            "reason": reason.value,
            "rule": BUILT_IN[reason.value].id,
            "number": 0,
            "rule_version": 1,
            "field": None,
            "span_start": None,
            "span_end": None,
            "params": _PARAMS.get(reason, {}),
        }


def _words(row: dict[str, Any]) -> dict[str, Any]:
    words = indexed(row["author_name"], row["body"])
    return {
        "site_id": row["site_id"],
        "comment_id": row["id"],
        "folded": tuple(word.folded for word in words),
        "exact": tuple(word.exact for word in words),
    }


def _analyze(tx: Tx, command: None) -> None:
    """What PostgreSQL does by itself within the minute."""
    del command
    if tx.dialect == "postgresql":
        tx.execute(text("ANALYZE"))
