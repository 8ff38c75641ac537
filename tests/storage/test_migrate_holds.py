"""Why comments wait is carried over when a database is brought to this release."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import create_engine, text

from engagement_widgets.comments.service import HeldReason, queue_item
from engagement_widgets.storage import migrate
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

BEFORE = "0005"
COMMENT = UUID(int=9)
PAGE = UUID(int=7)
HOLDS = {"premoderation": "{}", "has_links": '{"count": 2}', "crowd": "{}"}


def _fill(url: str) -> None:
    engine = create_engine(url)
    at = datetime(2026, 6, 1, tzinfo=UTC)
    moment = at.replace(tzinfo=None) if engine.dialect.name == "sqlite" else at
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO engagement_pages (site_id, id, key, url, title, section, created_at) "
                "VALUES ('test', :page, 'tin/1', '/tin/1', 'Tin', '', :at)"
            ),
            {"page": PAGE.hex, "at": moment},
        )
        connection.execute(
            text(
                "INSERT INTO engagement_comments (site_id, id, page_id, status, version, author_name, is_staff, "
                "reader, body, body_hash, submitted_at, approved_replies, listed, thread_path, section) "
                "VALUES ('test', :id, :page, 'pending', 1, 'Mai', false, 'r:mai', 'Xem a.vn b.vn', 'x', :at, "
                "0, false, '', '')"
            ),
            {"id": COMMENT.hex, "page": PAGE.hex, "at": moment},
        )
        for reason, params in HOLDS.items():
            connection.execute(
                text("INSERT INTO engagement_comment_holds VALUES ('test', :id, :reason, :params)"),
                {"id": COMMENT.hex, "reason": reason, "params": params},
            )
    engine.dispose()


def test_reasons_from_before_are_those_of_the_built_in_rules(old_url: str, clock: FakeClock) -> None:
    """Every row is there with its figures, its rule named by the reason, and without a place in the text."""
    _fill(old_url)
    migrate.upgrade(old_url)
    storage = Storage(url=old_url, site="test", clock=clock)
    storage.boot()
    try:
        found = storage.read_sync(queue_item, COMMENT).holds
    finally:
        storage.close()
    assert {(one.reason, one.rule, one.rule_version, one.span) for one in found} == {
        (HeldReason(reason), reason, 1, None) for reason in HOLDS
    }
    assert {one.reason: dict(one.params) for one in found}[HeldReason.HAS_LINKS] == {"count": 2}
