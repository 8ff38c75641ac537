"""What the ranking of pages reads: tallies by week and month, the site's votes by score, the day of a vote."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# The week's Monday, the month's first day. Votes from before are dated in the default zone of the settings.
_DIALECTS = {
    "sqlite": {
        "day": "date(created_at, '+7 hours')",
        "month": "'m' || strftime('%Y-%m-01', v.day)",
        "week": "'w' || date(v.day, '-6 days', 'weekday 1')",
    },
    "postgresql": {
        "day": "(created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
        "month": "'m' || to_char(v.day, 'YYYY-MM-01')",
        "week": "'w' || to_char(date_trunc('week', v.day::timestamp), 'YYYY-MM-DD')",
    },
}
# The binary logarithm of the votes, rounded down, 15 at the most.
_MAGNITUDE = "CASE " + " ".join(f"WHEN count(*) >= {2**power} THEN {power}" for power in range(15, -1, -1)) + " END"


def upgrade() -> None:
    words = _DIALECTS[op.get_bind().dialect.name]
    op.add_column("engagement_rating_votes", sa.Column("day", sa.Date()))
    op.execute(f"UPDATE engagement_rating_votes SET day = {words['day']}")
    with op.batch_alter_table("engagement_rating_votes") as batch:
        batch.alter_column("day", existing_type=sa.Date(), nullable=False)
    _create_tallies()
    for period in ("'all'", words["month"], words["week"]):
        op.execute(
            "INSERT INTO engagement_rating_tallies (site_id, period, page_id, section, votes, points, magnitude, mean) "
            f"SELECT v.site_id, {period}, v.page_id, p.section, count(*), sum(v.score), "
            f"{_MAGNITUDE}, sum(v.score) * 1000000 / count(*) "
            "FROM engagement_rating_votes v "
            "JOIN engagement_pages p ON p.site_id = v.site_id AND p.id = v.page_id "
            "GROUP BY 1, 2, 3, 4"
        )
    op.create_index(
        "ix_engagement_rating_tallies_site", "engagement_rating_tallies", ["site_id", "period", "magnitude", "mean"]
    )
    op.create_index(
        "ix_engagement_rating_tallies_section",
        "engagement_rating_tallies",
        ["site_id", "period", "section", "magnitude", "mean"],
    )
    op.execute(
        "INSERT INTO engagement_rating_site_counts (site_id, score, votes) "
        "SELECT site_id, score, count(*) FROM engagement_rating_votes GROUP BY site_id, score"
    )


def _create_tallies() -> None:
    op.create_table(
        "engagement_rating_tallies",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(11), nullable=False),
        sa.Column("section", sa.String(255), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("magnitude", sa.SmallInteger(), nullable=False),
        sa.Column("mean", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "page_id", "period", name="pk_engagement_rating_tallies"),
        sa.ForeignKeyConstraint(
            ["site_id", "page_id"],
            ["engagement_pages.site_id", "engagement_pages.id"],
            name="fk_engagement_rating_tallies_site_id_page_id",
        ),
    )
    op.create_table(
        "engagement_rating_site_counts",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "score", name="pk_engagement_rating_site_counts"),
    )
