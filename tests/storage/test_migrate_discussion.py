"""Comments of before keep their places when a database is brought to this release."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from engagement_widgets.comments.recent import RecentQuery, recent_comments
from engagement_widgets.comments.recount import Recount, recount
from engagement_widgets.comments.service import ThreadQuery, read_thread
from engagement_widgets.storage import migrate
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

BEFORE = "0003"
PAGE, ROOT, FIRST, SECOND, HIDDEN = (UUID(int=number) for number in (7, 11, 12, 13, 14))
AT = datetime(2025, 1, 1, tzinfo=UTC)
INSERT = (
    "INSERT INTO engagement_comments (site_id, id, page_id, parent_id, reply_to_id, status, version, author_name, "
    "is_staff, reader, body, body_hash, submitted_at, approved_replies, listed) VALUES "
    "('test', :id, :page, :parent, :answers, :status, 1, 'Mai', false, 'r:mai', 'Lời', 'h', :at, :replies, :listed)"
)


@pytest.fixture
def old_url(old_url: str) -> str:
    """The same with one thread."""
    _fill(old_url)
    return old_url


def _fill(url: str) -> None:
    engine = create_engine(url)
    is_sqlite = engine.dialect.name == "sqlite"
    at = AT.replace(tzinfo=None) if is_sqlite else AT
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO engagement_pages (site_id, id, key, url, title, section, created_at) "
                "VALUES ('test', :id, 'tin/1', '/tin/1', 'Tin', 'Đời sống', :at)"
            ),
            {"id": PAGE.hex, "at": at},
        )
        rows = (
            (ROOT, None, None, "approved", 2, True),
            (FIRST, ROOT, None, "approved", 0, False),
            (SECOND, ROOT, FIRST, "approved", 0, False),
            (HIDDEN, ROOT, None, "rejected", 0, False),
        )
        for number, (one, parent, answers, status, replies, listed) in enumerate(rows):
            row = {
                "id": one.hex,
                "page": PAGE.hex,
                "parent": parent and parent.hex,
                "answers": answers and answers.hex,
                "status": status,
                "at": at + timedelta(seconds=number),
                "replies": replies,
                "listed": listed,
            }
            connection.execute(text(INSERT), row)
        for status, comments in (("approved", 3), ("rejected", 1)):
            connection.execute(
                text("INSERT INTO engagement_comment_queue_counts VALUES ('test', :status, :comments)"),
                {"status": status, "comments": comments},
            )
        connection.execute(
            text("INSERT INTO engagement_comment_page_counts VALUES ('test', :page, 3)"), {"page": PAGE.hex}
        )
    engine.dispose()


def test_a_thread_of_before_stays_as_it_stood(old_url: str, clock: FakeClock) -> None:
    """One level deep, in its order, saying whom each answers; found by its section; and every figure is right."""
    migrate.upgrade(old_url)
    storage = Storage(url=old_url, site="test", clock=clock)
    storage.boot()
    found = storage.read_sync(read_thread, ThreadQuery(page_id=PAGE, root_id=ROOT))
    views = found.comments[0].replies
    assert [(view.id, view.depth, view.tells_answered) for view in views] == [(FIRST, 1, False), (SECOND, 1, True)]
    recent = storage.read_sync(recent_comments, RecentQuery(section="Đời sống"))
    assert [comment.id for comment in recent] == [SECOND, FIRST, ROOT]
    assert storage.read_sync(recount, Recount()).was_right
    storage.close()
