"""Letters to authors: which addresses may be written to, and which comments they were told of."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "engagement_letter_addresses",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("stopped_at", MOMENT),
        sa.Column("refused_at", MOMENT),
        sa.PrimaryKeyConstraint("site_id", "address_hash", name="pk_engagement_letter_addresses"),
    )
    op.create_index(
        "ix_engagement_letter_addresses_site_id_asked_at", "engagement_letter_addresses", ["site_id", "asked_at"]
    )
    op.create_table(
        "engagement_letter_comments",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("told_at", MOMENT),
        sa.Column("told_until", MOMENT),
        sa.ForeignKeyConstraint(
            ["site_id", "comment_id"],
            ["engagement_comments.site_id", "engagement_comments.id"],
            name="fk_engagement_letter_comments_site_id_comment_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("site_id", "comment_id", name="pk_engagement_letter_comments"),
    )
