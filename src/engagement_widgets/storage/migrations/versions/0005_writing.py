"""What authors do to their own comments: when they changed or took back one, and the texts they replaced."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("engagement_comments", sa.Column("edited_at", MOMENT))
    op.add_column("engagement_comments", sa.Column("withdrawn_at", MOMENT))
    op.create_table(
        "engagement_comment_versions",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "comment_id", "version", name="pk_engagement_comment_versions"),
        sa.ForeignKeyConstraint(
            ["site_id", "comment_id"],
            ["engagement_comments.site_id", "engagement_comments.id"],
            name="fk_engagement_comment_versions_site_id_comment_id",
        ),
    )
