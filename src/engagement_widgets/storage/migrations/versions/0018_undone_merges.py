"""What a merge of pages has moved and dropped, for as long as it can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

ROWS, VOTES = "engagement_page_merge_rows", "engagement_rating_merged_votes"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        ROWS,
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "merge_id", "row_id", name=f"pk_{ROWS}"),
    )
    op.create_index(f"ix_{ROWS}_site_id_until", ROWS, ["site_id", "until"])
    op.create_table(
        VOTES,
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("voter", sa.String(260), nullable=False),
        sa.Column("fate", sa.String(8), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("deed_id", sa.Uuid()),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "merge_id", "page_id", "voter", name=f"pk_{VOTES}"),
    )
    op.create_index(f"ix_{VOTES}_site_id_until", VOTES, ["site_id", "until"])
