"""How a case came and who wrote it down, decided cases in their order, and the figures of an automatic hold."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("engagement_cases") as batch:
        batch.add_column(sa.Column("channel", sa.String(16), nullable=False, server_default="form"))
        batch.add_column(sa.Column("recorded_by", sa.String(255)))
    op.create_index("ix_engagement_cases_site_id_decided_at_id", "engagement_cases", ["site_id", "decided_at", "id"])
    op.add_column("engagement_comment_emergencies", sa.Column("figures", JSON))
