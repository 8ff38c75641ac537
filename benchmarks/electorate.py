"""A site that has been rated for two years, written in bulk, with every figure as its votes say."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from sqlalchemy import Table, insert, text

from benchmarks.news import SITE, storage
from engagement_widgets import Page
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.tables import tallies, totals, votes
from engagement_widgets.ratings.tallies import Ballot, count_site, measured, tallied
from engagement_widgets.storage.units import Tx

SECTIONS: Final = ("Thời sự", "Đời sống", "Văn hóa", "Thể thao", "Kinh tế", "Giáo dục", "Sức khỏe", "Du lịch")

_CHUNK: Final = 2_000
_SCORES: Final = (1, 2, 3, 4, 5)
_TASTES: Final = ((4, 4, 12, 35, 45), (8, 8, 20, 34, 30), (30, 15, 15, 15, 25))
"""How readers vote: on most articles kindly, on some of them angrily."""

_HEAD: Final = 300
_DAYS: Final = 730

Rows: TypeAlias = dict[Table, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Pages to write in one transaction, by rank, each with its number of votes."""

    sizes: Sequence[tuple[int, int]]
    today: date


def rated_page(rank: int) -> Page:
    """The page of this rank, by votes."""
    section = SECTIONS[rank % len(SECTIONS)]
    return Page(key=f"bai/{rank}", url=f"/bai/{rank}", title=f"Bài thứ {rank}", section=section)


def fill(database: Path | str, *, pages: int, votes: int, today: date) -> int:
    """Write about so many votes on so many pages, and return how many there are.

    Every page has one; the others go by Zipf's law with a blunted head, as readers go to articles: a few have
    thousands, most a handful.
    """
    scale = (votes - pages) / sum(1 / (rank + _HEAD) for rank in range(pages))
    sizes = [(rank, 1 + round(scale / (rank + _HEAD))) for rank in range(pages)]
    sizes.sort(key=lambda size: page_id(SITE, rated_page(size[0]).key))  # rows then go to the ends of the indexes
    with storage(database) as opened:
        for start in range(0, pages, _CHUNK):
            opened.write_sync(_write, Chunk(sizes=sizes[start : start + _CHUNK], today=today))
        opened.write_sync(_analyse, None)
    return sum(size for _, size in sizes)


def _write(tx: Tx, chunk: Chunk) -> None:
    rows: Rows = {pages: [], votes: [], totals: [], tallies: []}
    by_score: Counter[int] = Counter()
    for rank, size in chunk.sizes:
        by_score.update(_rate(tx, rows, rank, size, chunk.today))
    for table, found in rows.items():
        tx.execute(insert(table), found)
    count_site(tx, by_score)


def _analyse(tx: Tx, command: None) -> None:
    """What PostgreSQL does by itself within the minute."""
    del command
    if tx.dialect == "postgresql":
        tx.execute(text("ANALYZE"))


def _rate(tx: Tx, rows: Rows, rank: int, size: int, today: date) -> Counter[int]:
    """The rows of one page and its votes."""
    page, chance = rated_page(rank), random.Random(rank)
    key = {"site_id": tx.site, "page_id": page_id(tx.site, page.key)}
    taste = chance.choices(_TASTES, (6, 3, 1))[0]
    published = today - timedelta(days=int(_DAYS * chance.random() ** 2))  # half of it in the last six months
    ballots = [
        Ballot(day=min(today, published + timedelta(days=int(chance.expovariate(0.5)))), score=score, by=1)
        for score in chance.choices(_SCORES, taste, k=size)
    ]
    rows[pages].append(
        {
            "site_id": tx.site,
            "id": key["page_id"],
            "key": page.key,
            "url": page.url,
            "title": page.title,
            "section": page.section,
            "locale": None,
            "created_at": tx.now,
        }
    )
    rows[votes] += [{**key, **_vote(ballot, chance)} for ballot in ballots]
    by_score = Counter(ballot.score for ballot in ballots)
    first, last = _noon(min(ballot.day for ballot in ballots)), _noon(max(ballot.day for ballot in ballots))
    rows[totals].append(
        {
            **key,
            **{f"score_{score}": by_score[score] for score in _SCORES},
            "version": 0,
            "frozen": False,
            "first_rated_at": first,
            "rated_at": last,
            "recent": [],
        }
    )
    rows[tallies] += [
        {
            **key,
            "period": period,
            "section": page.section,
            "votes": tally.votes,
            "points": tally.points,
            **dict(zip(("magnitude", "mean"), measured(tally), strict=True)),
        }
        for period, tally in tallied(ballots).items()
    ]
    return by_score


def _vote(ballot: Ballot, chance: random.Random) -> dict[str, Any]:
    noon = _noon(ballot.day)
    return {
        "voter": f"r:{chance.getrandbits(256):064x}",
        "score": ballot.score,
        "day": ballot.day,
        "created_at": noon,
        "updated_at": noon,
        "counted": True,
        "is_new": False,
    }


def _noon(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
