"""Pages that were renamed or merged into another, and pages that were withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_UNUSUAL = "moved_to IS NOT NULL OR withdrawn_at IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("engagement_pages") as batch:
        batch.add_column(sa.Column("moved_to", sa.Uuid()))
        batch.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
        batch.create_foreign_key(
            "fk_engagement_pages_site_id_moved_to", "engagement_pages", ["site_id", "moved_to"], ["site_id", "id"]
        )
    op.create_index(
        "ix_engagement_pages_unusual",
        "engagement_pages",
        ["site_id", "id"],
        sqlite_where=sa.text(_UNUSUAL),
        postgresql_where=sa.text(_UNUSUAL),
    )
