"""Pages that were deleted, and those of which nothing is left; pages by age, and what waits of a page.

Replies are found by what they stand under whatever their status, so that removing a comment does not read all of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"

COMMENTS = "engagement_comments"


def upgrade() -> None:
    for name in ("deleted_at", "purged_at"):
        op.add_column("engagement_pages", sa.Column(name, sa.DateTime(timezone=True)))
    op.create_index("ix_engagement_pages_age", "engagement_pages", ["site_id", "created_at", "id"])
    deleted = sa.text("deleted_at IS NOT NULL AND purged_at IS NULL")
    op.create_index(
        "ix_engagement_pages_deleted",
        "engagement_pages",
        ["site_id", "deleted_at", "id"],
        sqlite_where=deleted,
        postgresql_where=deleted,
    )
    waiting, replies = sa.text("status = 'pending'"), sa.text("parent_id IS NOT NULL")
    op.create_index(
        "ix_engagement_comments_waiting",
        COMMENTS,
        ["site_id", "page_id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index(
        "ix_engagement_comments_under",
        COMMENTS,
        ["site_id", "parent_id"],
        sqlite_where=replies,
        postgresql_where=replies,
    )
