"""How long a search takes among a hundred thousand comments, on SQLite and on PostgreSQL, without HTTP."""

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final

from sqlalchemy import insert, text, update

from benchmarks.databases import TESTS, postgresql
from benchmarks.news import article, storage
from benchmarks.rounds import interleaved
from benchmarks.rows import BEGINNING
from benchmarks.table import Row
from engagement_widgets import Page
from engagement_widgets.comments.search.finding import Search, search
from engagement_widgets.comments.search.tables import comment_words
from engagement_widgets.comments.search.words import indexed, parse_query
from engagement_widgets.comments.service import Status, body_hash
from engagement_widgets.comments.tables import comments
from engagement_widgets.kernel.ids import new_id
from engagement_widgets.pages.service import ensure_page
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.units import Storage, Tx

COMMENTS: Final = 100_000
PAGES: Final = 1_000
ROUNDS: Final = 5
CALLS: Final = 5
MOST: Final = 50.0
"""Milliseconds a search may take."""

_SIZE: Final = 20
_CHUNK: Final = 2_000
_RARE_EVERY: Final = 5_000
_ADDRESS_EVERY: Final = 10
_NOTHING_THERE: Final = "Thời tiết"
_INSERT = insert(comments)
_INSERT_WORDS = insert(comment_words)
_SET_SECTION = update(pages).where(pages.c.key == article("bai-0").key).values(section=_NOTHING_THERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody searches for. `is_found`: something is there."""

    name: str
    query: str
    email: str | None = None
    section: str | None = None
    is_found: bool = True


_QUESTIONS: Final = (
    Question(name="a common word", query="không"),
    Question(name="a common word without marks", query="khong"),
    Question(name="a rare word", query="thuồng"),
    Question(name="a word of nobody", query="xyzzy", is_found=False),
    Question(name="three common words", query="con người làm"),
    Question(name="a common phrase", query='"đúng không"'),
    Question(name="a phrase of common words, nowhere", query='"các thì"', is_found=False),
    Question(name="a common and a rare word", query="không luồng"),
    Question(
        name="a whole sentence", query="mọi người cùng đọc và chia sẻ cho các con là đúng không ạ", is_found=False
    ),
    Question(name="an e-mail address", query="ban.doc.500@thu.example", email="ban.doc.500@thu.example"),
    Question(name="a common word, empty section", query="không", section=_NOTHING_THERE, is_found=False),
)


def measure(folder: Path) -> list[Row]:
    """Milliseconds of the first page of each search."""
    rows = _measure("SQLite", folder / "search.db")
    with postgresql() as new_database:
        if new_database is not None:
            rows += _measure("PostgreSQL", new_database())
    return rows


def _measure(kind: str, database: Path | str) -> list[Row]:
    with storage(database) as opened:
        _fill(opened)
        found = interleaved(ROUNDS, {one.name: partial(_milliseconds, opened, one) for one in _QUESTIONS})
    return [Row(name=f"{kind}: {name}", values=values, unit="ms", most=MOST) for name, values in found.items()]


def _milliseconds(opened: Storage, asked: Question) -> float:
    """The median of a few calls, from what was typed to the ids."""
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        command = Search(
            phrases=parse_query(asked.query),
            size=_SIZE,
            public_only=asked.email is None,
            email=asked.email,
            section=asked.section,
        )
        hits = opened.read_sync(search, command)
        times.append((time.perf_counter() - began) * 1000)
    if bool(hits.ids) != asked.is_found:
        raise RuntimeError(f"{asked.name}: found {len(hits.ids)}")
    return median(times)


def _fill(opened: Storage) -> None:
    """Approved comments with their words, written in bulk, and one page moved to a section of its own."""
    texts = enumerate(_texts())
    while chunk := list(islice(texts, _CHUNK)):
        opened.write_sync(_write, chunk)
    opened.write_sync(_finish, None)


def _texts() -> Iterator[str]:
    sys.path.append(str(TESTS))
    from clean_comments import clean_comments

    for number, one in enumerate(clean_comments(COMMENTS)):
        yield one if number % _RARE_EVERY else f"{one} Thuồng luồng có thật!"


def _write(tx: Tx, chunk: list[tuple[int, str]]) -> None:
    chance = random.Random(chunk[0][0])
    rows = [_row(tx, article(f"bai-{1 + chance.randrange(PAGES)}"), number, body) for number, body in chunk]
    tx.execute(_INSERT, rows)
    tx.execute(_INSERT_WORDS, [_words(row) for row in rows])


def _row(tx: Tx, page: Page, number: int, body: str) -> dict[str, Any]:
    at = BEGINNING + timedelta(seconds=number)
    return {
        "site_id": tx.site,
        "id": new_id(at),
        "page_id": ensure_page(tx, page),
        "thread_path": "",
        "section": page.section,
        "status": Status.APPROVED,
        "version": 1,
        "author_name": "Nguyễn Thị Thủy",
        "author_email": None if number % _ADDRESS_EVERY else f"ban.doc.{number}@thu.example",
        "is_staff": False,
        "reader": f"r:{number:064x}",
        "body": body,
        "body_hash": body_hash(body),
        "submitted_at": at,
        "decided_at": at,
        "approved_replies": 0,
        "listed": True,
    }


def _words(row: dict[str, Any]) -> dict[str, Any]:
    words = indexed(row["author_name"], row["body"])
    return {
        "site_id": row["site_id"],
        "comment_id": row["id"],
        "folded": tuple(word.folded for word in words),
        "exact": tuple(word.exact for word in words),
    }


def _finish(tx: Tx, command: None) -> None:
    """The empty section, and what PostgreSQL does by itself within the minute."""
    del command
    ensure_page(tx, article("bai-0"))
    tx.execute(_SET_SECTION)
    if tx.dialect == "postgresql":
        tx.execute(text("ANALYZE"))
