"""A second factor, links to set a password, limits to sections, and what is noted about authors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0013"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
_HAS_ADDRESS = "address_hash IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("engagement_accounts") as batch:
        batch.add_column(sa.Column("sections", JSON))
        batch.add_column(sa.Column("email", sa.Text()))
        batch.add_column(sa.Column("totp_secret", sa.Text()))
        batch.add_column(sa.Column("totp_counter", sa.BigInteger()))
        batch.add_column(sa.Column("link_id", sa.Uuid()))
        batch.add_column(sa.Column("link_until", MOMENT))
        batch.create_unique_constraint("uq_engagement_accounts_site_id_link_id", ["site_id", "link_id"])
    op.add_column("engagement_desk_sessions", sa.Column("proved_at", MOMENT))
    op.execute("UPDATE engagement_desk_sessions SET proved_at = created_at")
    with op.batch_alter_table("engagement_desk_sessions") as batch:
        batch.alter_column("proved_at", existing_type=MOMENT, nullable=False)
    op.add_column("engagement_journal", sa.Column("section", sa.String(255)))
    _make_tables()
    op.drop_index("ix_engagement_comments_addresses", table_name="engagement_comments")
    op.create_index(
        "ix_engagement_comments_addresses",
        "engagement_comments",
        ["site_id", "submitted_at", "address_hash"],
        sqlite_where=sa.text(_HAS_ADDRESS),
        postgresql_where=sa.text(_HAS_ADDRESS),
    )


def _make_tables() -> None:
    op.create_table(
        "engagement_desk_recovery_codes",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("site_id", "account_id", "code_hash", name="pk_engagement_desk_recovery_codes"),
        sa.ForeignKeyConstraint(
            ["site_id", "account_id"],
            ["engagement_accounts.site_id", "engagement_accounts.id"],
            name="fk_engagement_desk_recovery_codes_site_id_account_id",
        ),
    )
    op.create_table(
        "engagement_author_notes",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.String(260), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("writer", sa.String(255), nullable=False),
        sa.Column("writer_name", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_author_notes"),
    )
    op.create_index("ix_engagement_author_notes_site_id_reader", "engagement_author_notes", ["site_id", "reader"])
