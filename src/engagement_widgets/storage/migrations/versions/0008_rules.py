"""Rules as data: why a comment waits, with rule and place; repeats, blocks, emergency holds, closed pages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
HOLDS = "engagement_comment_holds"


def upgrade() -> None:
    _widen_comments()
    _widen_holds()
    _create_rules()
    _create_bands()
    _create_blocks()
    op.add_column("engagement_pages", sa.Column("published_at", MOMENT))
    op.add_column("engagement_pages", sa.Column("comments_closed_at", MOMENT))


def _widen_comments() -> None:
    table = "engagement_comments"
    op.add_column(table, sa.Column("address_hash", sa.String(64)))
    op.drop_index("ix_engagement_comments_reader", table)
    op.create_index("ix_engagement_comments_reader", table, ["site_id", "reader", "submitted_at", "status"])
    op.create_index("ix_engagement_comments_arrivals", table, ["site_id", "page_id", "submitted_at"])
    op.create_index(
        "ix_engagement_comments_addresses",
        table,
        ["site_id", "submitted_at"],
        sqlite_where=sa.text("address_hash IS NOT NULL"),
        postgresql_where=sa.text("address_hash IS NOT NULL"),
    )


def _widen_holds() -> None:
    """Every reason so far was a built-in rule's, whose id is the reason."""
    op.drop_index(f"ix_{HOLDS}_site_id_reason", HOLDS)
    op.execute(f"ALTER TABLE {HOLDS} RENAME TO {HOLDS}_before")
    if op.get_bind().dialect.name == "postgresql":  # where names of constraints belong to the schema
        op.execute(f"ALTER TABLE {HOLDS}_before DROP CONSTRAINT pk_{HOLDS}")
        op.execute(f"ALTER TABLE {HOLDS}_before DROP CONSTRAINT fk_{HOLDS}_site_id_comment_id")
    op.create_table(
        HOLDS,
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(16)),
        sa.Column("span_start", sa.Integer()),
        sa.Column("span_end", sa.Integer()),
        sa.Column("params", JSON, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "comment_id", "reason", "rule", "number", name=f"pk_{HOLDS}"),
        sa.ForeignKeyConstraint(
            ["site_id", "comment_id"],
            ["engagement_comments.site_id", "engagement_comments.id"],
            name=f"fk_{HOLDS}_site_id_comment_id",
        ),
    )
    op.execute(
        f"INSERT INTO {HOLDS} (site_id, comment_id, reason, rule, number, rule_version, params) "
        f"SELECT site_id, comment_id, reason, reason, 0, 1, params FROM {HOLDS}_before"
    )
    op.drop_table(f"{HOLDS}_before")
    op.create_index(f"ix_{HOLDS}_site_id_reason", HOLDS, ["site_id", "reason"])


def _create_rules() -> None:
    op.create_table(
        "engagement_comment_rules",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_comment_rules"),
    )
    op.create_table(
        "engagement_comment_rule_sets",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name="pk_engagement_comment_rule_sets"),
    )


def _create_bands() -> None:
    op.create_table(
        "engagement_comment_bands",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "week", "page_id", "band", "comment_id", name="pk_engagement_comment_bands"),
        sa.ForeignKeyConstraint(
            ["site_id", "comment_id"],
            ["engagement_comments.site_id", "engagement_comments.id"],
            name="fk_engagement_comment_bands_site_id_comment_id",
        ),
        sqlite_with_rowid=False,
    )


def _create_blocks() -> None:
    op.create_table(
        "engagement_comment_blocks",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(260), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("effect", sa.String(16), nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "subject", name="pk_engagement_comment_blocks"),
        sa.UniqueConstraint("site_id", "id", name="uq_engagement_comment_blocks_site_id_id"),
    )
    op.create_table(
        "engagement_comment_emergencies",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("banner", sa.Text(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "subject", name="pk_engagement_comment_emergencies"),
    )
