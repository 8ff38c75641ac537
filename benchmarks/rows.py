"""Rows before and after: threads to read, comments that wait, and what the database holds in the end."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select

from benchmarks.news import SITE, opinion, storage
from engagement_widgets import Page
from engagement_widgets.comments.service import Recount, Status, body_hash, count_approved, recount
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.threads import path_of_reply
from engagement_widgets.kernel.ids import new_id
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.service import ensure_page
from engagement_widgets.ratings.tables import votes
from engagement_widgets.storage.units import Tx

REPLIES: Final = 4
"""Replies under each root: 20 roots with 4 each are the first page of every thread, 100 comments."""

DEPTH: Final = 3
_CHUNK = 2_000
BEGINNING: Final = datetime(2025, 1, 1, tzinfo=UTC)
SECONDS_APART: Final = 10
"""Between two roots of a thread, the first at the beginning."""
_INSERT = insert(comments)
_IDS = select(comments.c.id).where(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page"))
_ROOT_AT = _IDS.where(comments.c.parent_id.is_(None), comments.c.submitted_at == bindparam("at"))
_VOTES = select(func.count()).where(votes.c.site_id == bindparam("site"), votes.c.page_id == bindparam("page"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """An article with so many approved comments, a multiple of `REPLIES` + 1."""

    page: Page
    size: int

    @property
    def id(self) -> UUID:
        """The page's id."""
        return page_id(SITE, self.page.key)


def fill(database: Path | str, threads: Iterable[Thread]) -> None:
    """Write the threads, with every figure equal to its rows."""
    with storage(database) as opened:
        for thread in threads:
            roots = thread.size // (REPLIES + 1)
            for first in range(0, roots, _CHUNK):
                opened.write_sync(_write_roots, (thread.page, range(first, min(first + _CHUNK, roots))))
        opened.write_sync(recount, Recount(repair=True))


def hold(database: Path, page: Page, count: int) -> list[UUID]:
    """Write comments that wait for a moderator, and return their ids."""
    with storage(database) as opened:
        ids = opened.write_sync(_write_pending, (page, count))
        opened.write_sync(recount, Recount(repair=True))
    return ids


def stored_comments(database: Path, page: Page) -> set[UUID]:
    """The ids of every comment of a page."""
    with storage(database) as opened:
        return opened.read_sync(_comment_ids, page)


def public_comments(database: Path, page: Page) -> int:
    """How many comments of a page the public sees."""
    with storage(database) as opened:
        return opened.read_sync(count_approved, page_id(SITE, page.key))


def root_at(database: Path | str, page: Page, moment: datetime) -> UUID:
    """The root of a thread that was written at this moment."""
    with storage(database) as opened:
        return opened.read_sync(_root_at, (page, moment))


def stored_votes(database: Path, page: Page) -> int:
    """How many votes a page has."""
    with storage(database) as opened:
        return opened.read_sync(_count_votes, page)


def _write_roots(tx: Tx, command: tuple[Page, range]) -> None:
    page, numbers = command
    ensure_page(tx, page)
    rows: list[dict[str, Any]] = []
    for number in numbers:
        chance = random.Random(number)
        root = _row(tx, page, chance, at=BEGINNING + timedelta(seconds=SECONDS_APART * number))
        rows.append(root | {"approved_replies": REPLIES, "listed": True})
        path = ""
        for reply in range(1, REPLIES + 1):  # each answers the one before
            answer = _row(tx, page, chance, at=root["submitted_at"] + timedelta(seconds=reply))
            path = path_of_reply(path, answer["id"], depth=DEPTH)
            below = max(REPLIES - reply, 0) if reply < DEPTH else 0
            rows.append(
                answer | {"parent_id": root["id"], "thread_path": path, "approved_replies": below, "listed": True}
            )
    tx.execute(_INSERT, rows)


def _write_pending(tx: Tx, command: tuple[Page, int]) -> list[UUID]:
    page, count = command
    ensure_page(tx, page)
    chance = random.Random(count)
    rows = [_row(tx, page, chance, at=tx.now) | {"status": Status.PENDING, "decided_at": None} for _ in range(count)]
    tx.execute(_INSERT, rows)
    return [row["id"] for row in rows]


def _row(tx: Tx, page: Page, chance: random.Random, *, at: datetime) -> dict[str, Any]:
    identity = new_id(at)
    body = opinion(chance)
    return {
        "site_id": tx.site,
        "id": identity,
        "page_id": page_id(tx.site, page.key),
        "parent_id": None,
        "reply_to_id": None,
        "thread_path": "",
        "section": page.section,
        "status": Status.APPROVED,
        "version": 1,
        "author_name": "Trần Văn Hòa",
        "author_email": None,
        "is_staff": False,
        "reader": f"r:{identity.hex}",
        "body": body,
        "body_hash": body_hash(body),
        "submission_key": None,
        "submitted_at": at,
        "decided_at": at,
        "decided_by": None,
        "decision_note": None,
        "approved_replies": 0,
        "listed": False,
    }


def _comment_ids(tx: Tx, page: Page) -> set[UUID]:
    return set(tx.execute(_IDS, {"site": tx.site, "page": page_id(tx.site, page.key)}).scalars())


def _root_at(tx: Tx, command: tuple[Page, datetime]) -> UUID:
    page, moment = command
    asked = {"site": tx.site, "page": page_id(tx.site, page.key), "at": moment}
    found: UUID = tx.execute(_ROOT_AT, asked).scalar_one()
    return found


def _count_votes(tx: Tx, page: Page) -> int:
    return int(tx.execute(_VOTES, {"site": tx.site, "page": page_id(tx.site, page.key)}).scalar_one())
