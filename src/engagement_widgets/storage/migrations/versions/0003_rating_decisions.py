"""What editors decide about a page's rating: votes left out, pages frozen and reset, bursts flagged, private notes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

_PAGE = "site_id = engagement_rating_totals.site_id AND {} = engagement_rating_totals.page_id"
_VOTES = f"FROM engagement_rating_votes WHERE {_PAGE.format('page_id')}"
_CREATED = f"SELECT created_at FROM engagement_pages WHERE {_PAGE.format('id')}"


def upgrade() -> None:
    _widen_votes()
    _widen_totals()
    op.create_index("ix_engagement_undo_site_id_entry_id", "engagement_undo", ["site_id", "entry_id"])


def _widen_votes() -> None:
    op.add_column("engagement_rating_votes", sa.Column("counted", sa.Boolean()))
    op.add_column("engagement_rating_votes", sa.Column("deed_id", sa.Uuid()))
    op.add_column("engagement_rating_votes", sa.Column("is_new", sa.Boolean()))
    op.add_column("engagement_rating_votes", sa.Column("note", sa.Text()))
    op.execute("UPDATE engagement_rating_votes SET counted = true, is_new = false")
    with op.batch_alter_table("engagement_rating_votes") as batch:
        batch.alter_column("counted", existing_type=sa.Boolean(), nullable=False)
        batch.alter_column("is_new", existing_type=sa.Boolean(), nullable=False)
        batch.create_check_constraint("ck_engagement_rating_votes_score", "score BETWEEN 1 AND 5")


def _widen_totals() -> None:
    table = "engagement_rating_totals"
    op.add_column(table, sa.Column("version", sa.Integer()))
    op.add_column(table, sa.Column("frozen", sa.Boolean()))
    op.add_column(table, sa.Column("reset_at", MOMENT))
    op.add_column(table, sa.Column("first_rated_at", MOMENT))
    op.add_column(table, sa.Column("rated_at", MOMENT))
    op.add_column(table, sa.Column("recent", JSON))
    op.add_column(table, sa.Column("flagged_at", MOMENT))
    op.add_column(table, sa.Column("flag", JSON))
    op.execute(
        f"UPDATE {table} SET version = 0, frozen = false, recent = '[]', "
        f"first_rated_at = coalesce((SELECT min(created_at) {_VOTES}), ({_CREATED})), "
        f"rated_at = coalesce((SELECT max(updated_at) {_VOTES}), ({_CREATED}))"
    )
    with op.batch_alter_table(table) as batch:
        batch.alter_column("version", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("frozen", existing_type=sa.Boolean(), nullable=False)
        batch.alter_column("first_rated_at", existing_type=MOMENT, nullable=False)
        batch.alter_column("rated_at", existing_type=MOMENT, nullable=False)
        batch.alter_column("recent", existing_type=JSON, nullable=False)
        for score in range(1, 6):
            batch.create_check_constraint(f"ck_{table}_score_{score}", f"score_{score} >= 0")
    op.create_index("ix_engagement_rating_totals_site_id_rated_at_page_id", table, ["site_id", "rated_at", "page_id"])
    op.create_index(
        "ix_engagement_rating_totals_site_id_flagged_at",
        table,
        ["site_id", "flagged_at"],
        sqlite_where=sa.text("flagged_at IS NOT NULL"),
        postgresql_where=sa.text("flagged_at IS NOT NULL"),
    )
