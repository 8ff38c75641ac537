"""Replies that stand under replies, pinned comments, and the section that recent comments are found by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)
PATH = sa.String(192).with_variant(sa.String(192, collation="C"), "postgresql")
TABLE = "engagement_comments"

# Replies of before keep standing one level under their root.
_PATHS = {"sqlite": "id", "postgresql": "replace(id::text, '-', '')"}


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("thread_path", PATH, nullable=False, server_default=""))
    op.add_column(TABLE, sa.Column("section", sa.String(255), nullable=False, server_default=""))
    op.add_column(TABLE, sa.Column("pinned_at", MOMENT))
    path = _PATHS[op.get_bind().dialect.name]
    op.execute(f"UPDATE {TABLE} SET thread_path = {path}, listed = (status = 'approved') WHERE parent_id IS NOT NULL")
    op.execute(
        f"UPDATE {TABLE} SET section = coalesce((SELECT p.section FROM engagement_pages p "
        f"WHERE p.site_id = {TABLE}.site_id AND p.id = {TABLE}.page_id), '')"
    )
    op.drop_index("ix_engagement_comments_replies", TABLE)
    _index("replies", ["site_id", "parent_id", "thread_path"], "parent_id IS NOT NULL AND listed")
    _index("pinned", ["site_id", "page_id", "pinned_at"], "pinned_at IS NOT NULL")
    _index("section", ["site_id", "section", "submitted_at", "id"], "status = 'approved'")


def _index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(f"ix_{TABLE}_{name}", TABLE, columns, sqlite_where=condition, postgresql_where=condition)
