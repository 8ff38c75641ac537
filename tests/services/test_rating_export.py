"""Exports on both databases: every vote once, no name of a reader, memory that does not grow with the votes."""

import csv
import json
import os
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from benchmarks.electorate import fill
from benchmarks.news import SITE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from engagement_widgets.hooks import Page
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.service import ensure_page
from engagement_widgets.ratings.export import SOURCES, START, Ask, Batch, ExportSubject, pseudonym
from engagement_widgets.ratings.export_files import ExportFormat, Writing
from engagement_widgets.ratings.recount import Recount, recount, recount_site
from engagement_widgets.ratings.service import CastRating, cast
from engagement_widgets.ratings.tables import tallies, totals, votes
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock

SECRETS = Secrets(("k" * 32,))
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 7, 1)
MOST_GROWTH = 12_000_000
PAGE = Page(key="tin/cho", url="/tin/cho", title="=Chợ", section="Đời sống")
OTHER = Page(key="tin/xe", url="/tin/xe", title="Xe; buýt", section="")


def writing(subject: ExportSubject, form: ExportFormat = ExportFormat.JSON) -> Writing:
    """How a file is written."""
    return Writing(source=SOURCES[subject], format=form, secrets=SECRETS, zone=ZONE)


def batches(storage: Storage, subject: ExportSubject, size: int) -> Iterator[Batch]:
    """Every batch, in order."""
    end = START
    while True:
        batch = storage.read_sync(SOURCES[subject].read, Ask(after=end, size=size))
        yield batch
        if batch.end is None:
            return
        end = batch.end


def exported(storage: Storage, subject: ExportSubject, size: int = 2) -> list[dict[str, Any]]:
    """The objects of a JSON file."""
    lines = "".join(writing(subject).write(batch).decode() for batch in batches(storage, subject, size))
    return [json.loads(line) for line in lines.splitlines()]


def rate(storage: Storage, page: Page, voter: str, score: int) -> None:
    """One vote."""
    storage.write_sync(cast, CastRating(page=page, voter=voter, score=score, day=TODAY, quota=voter))


def test_votes_are_told_without_their_voters(storage: Storage, clock: FakeClock) -> None:
    """A pseudonym stands for a reader, the same on every page, and neither user id nor hash is in the file."""
    rate(storage, PAGE, "u:mai@bao.example", 4)
    rate(storage, OTHER, "u:mai@bao.example", 5)
    clock.advance(timedelta(hours=1))
    rate(storage, PAGE, "u:mai@bao.example", 2)
    rate(storage, PAGE, "r:0123abcd", 1)
    found = exported(storage, ExportSubject.VOTES)

    name = pseudonym(SECRETS, "u:mai@bao.example")
    assert sorted((row["page_key"], row["voter"], row["score"]) for row in found) == sorted(
        [("tin/cho", name, 2), ("tin/xe", name, 5), ("tin/cho", pseudonym(SECRETS, "r:0123abcd"), 1)]
    )
    changed = next(row for row in found if (row["page_key"], row["score"]) == ("tin/cho", 2))
    assert (changed["cast_at"], changed["changed_at"]) == ("2026-07-01T02:00:00Z", "2026-07-01T03:00:00Z")
    assert not {"mai", "bao.example", "0123abcd"} & set(json.dumps(found).replace('"', " ").split())
    assert "mai" not in json.dumps(found)
    assert name != pseudonym(Secrets(("j" * 32,)), "u:mai@bao.example")


def test_a_csv_of_votes_opens_in_a_spreadsheet(storage: Storage) -> None:
    """A byte order mark, a header, semicolons; a title that looks like a formula is none."""
    rate(storage, PAGE, "r:mai", 4)
    to_write = writing(ExportSubject.VOTES, ExportFormat.CSV)
    raw = to_write.begin() + b"".join(to_write.write(batch) for batch in batches(storage, ExportSubject.VOTES, 10))

    assert raw.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";")
    told = dict(zip(header, row, strict=True))
    assert (told["page_title"], told["score"], told["cast_at"]) == ("'=Chợ", "4", "2026-07-01 09:00:00")


def test_totals_are_a_row_a_page(storage: Storage) -> None:
    """Votes, their exact mean to four places, the five counters; a decimal comma in CSV, a number in JSON."""
    for number, score in enumerate((5, 5, 4)):
        rate(storage, PAGE, f"r:{number}", score)
    (row,) = exported(storage, ExportSubject.TOTALS)
    assert (row["votes"], row["average"]) == (3, 4.6667)
    assert [row[f"score_{score}"] for score in range(1, 6)] == [0, 0, 0, 1, 2]
    (batch,) = batches(storage, ExportSubject.TOTALS, 10)
    assert ";3;4,6667;0;0;0;1;2\r\n" in writing(ExportSubject.TOTALS, ExportFormat.CSV).write(batch).decode()


def test_nothing_is_exported_where_nobody_voted(storage: Storage) -> None:
    """An empty file of JSON, a header in CSV."""
    for subject in ExportSubject:
        assert exported(storage, subject) == []
        assert writing(subject, ExportFormat.CSV).begin().count(b"\r\n") == 1


def _fill(tx: Tx, named: list[tuple[str, str]]) -> None:
    for table in (votes, totals, tallies):
        tx.execute(delete(table))
    for key, voter in named:
        tx.execute(
            insert(votes),
            {
                "site_id": tx.site,
                "page_id": ensure_page(tx, Page(key=key, url="/", title=key)),
                "voter": voter,
                "score": 3,
                "day": TODAY,
                "created_at": tx.now,
                "updated_at": tx.now,
                "counted": True,
                "is_new": False,
            },
        )


NAMED = st.sets(st.tuples(st.sampled_from("abc"), st.sampled_from(["u:", "u:A", "u:a", "u:á", "u:ß", "r:0", "r:ff"])))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(NAMED, st.integers(1, 5))
def test_every_vote_is_told_once_whatever_the_batches(storage: Storage, named: set[tuple[str, str]], size: int) -> None:
    """Batches neither skip nor repeat a vote, wherever they end."""
    storage.write_sync(_fill, sorted(named))
    found = [(row["page_key"], row["voter"]) for row in exported(storage, ExportSubject.VOTES, size)]
    assert sorted(found) == sorted((key, pseudonym(SECRETS, voter)) for key, voter in named)
    assert storage.read_sync(SOURCES[ExportSubject.VOTES].count, None) == len(named)


def _resident() -> int:
    """What this process holds in memory, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _growth_of_export(url: str, clock: FakeClock) -> tuple[int, int]:
    """How many votes were written as CSV, to nowhere, and by how much the process had grown at the most."""
    storage = Storage(url=url, site=SITE, clock=clock)
    storage.boot()
    to_write, written, peak = writing(ExportSubject.VOTES, ExportFormat.CSV), 0, 0
    storage.read_sync(SOURCES[ExportSubject.VOTES].read, Ask())  # what is loaded once is not what is measured
    before = _resident()
    for batch in batches(storage, ExportSubject.VOTES, 1_000):
        assert to_write.write(batch)
        written += len(batch.rows)
        peak = max(peak, _resident())
    storage.close()
    return written, peak - before


def test_fifty_thousand_votes_stream_in_little_memory(sqlite_url: str, clock: FakeClock) -> None:
    """At no moment much more than a batch is held; and what was written in bulk for the benchmark is sound."""
    expected = fill(sqlite_url, pages=500, votes=50_000, today=TODAY)
    written, growth = _growth_of_export(sqlite_url, clock)
    assert written == expected > 45_000
    assert growth < MOST_GROWTH
    storage = Storage(url=sqlite_url, site=SITE, clock=clock)
    storage.boot()
    found = storage.read_sync(recount, Recount(size=1_000))
    assert (found.pages, found.differences, found.tallies, found.next_after) == (500, (), (), None)
    assert storage.read_sync(recount_site, False) is None
    storage.close()


@pytest.mark.long
def test_a_million_votes_stream_in_the_same_memory(database_url: str, clock: FakeClock) -> None:
    """Twenty times the votes, the same bound."""
    expected = fill(database_url, pages=100_000, votes=1_000_000, today=TODAY)
    written, growth = _growth_of_export(database_url, clock)
    assert written == expected > 990_000
    assert growth < MOST_GROWTH
