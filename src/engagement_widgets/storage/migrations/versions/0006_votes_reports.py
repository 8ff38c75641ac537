"""Likes of comments and the order they make, readers' reports, and cases about unlawful comments.

The new columns of comments have a default of the database's own: a process of the release before writes beside ours.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
COMMENTS = "engagement_comments"


def upgrade() -> None:
    _widen_comments()
    _create_likes()
    _create_reports()
    _create_cases()
    _create_case_comments()


def _widen_comments() -> None:
    for name in ("likes", "reported", "rank"):
        op.add_column(COMMENTS, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    helpful, reported = sa.text("parent_id IS NULL AND listed"), sa.text("reported > 0")
    op.create_index(
        "ix_engagement_comments_helpful",
        COMMENTS,
        ["site_id", "page_id", "rank", "id"],
        sqlite_where=helpful,
        postgresql_where=helpful,
    )
    op.create_index(
        "ix_engagement_comments_reported",
        COMMENTS,
        ["site_id", "submitted_at", "id"],
        sqlite_where=reported,
        postgresql_where=reported,
    )


def _comment_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["site_id", "comment_id"],
        [f"{COMMENTS}.site_id", f"{COMMENTS}.id"],
        name=f"fk_{table}_site_id_comment_id",
    )


def _create_likes() -> None:
    op.create_table(
        "engagement_comment_likes",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("voter", sa.String(260), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "voter", "comment_id", name="pk_engagement_comment_likes"),
        _comment_key("engagement_comment_likes"),
    )
    op.create_index(
        "ix_engagement_comment_likes_site_id_comment_id", "engagement_comment_likes", ["site_id", "comment_id"]
    )
    op.create_table(
        "engagement_comment_like_drops",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "page_id", name="pk_engagement_comment_like_drops"),
        sa.ForeignKeyConstraint(
            ["site_id", "page_id"],
            ["engagement_pages.site_id", "engagement_pages.id"],
            name="fk_engagement_comment_like_drops_site_id_page_id",
        ),
    )


def _create_reports() -> None:
    op.create_table(
        "engagement_comment_reports",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.String(260), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "comment_id", "reader", name="pk_engagement_comment_reports"),
        _comment_key("engagement_comment_reports"),
    )
    op.create_index("ix_engagement_comment_reports_site_id_reader", "engagement_comment_reports", ["site_id", "reader"])


def _create_cases() -> None:
    op.create_table(
        "engagement_case_numbers",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "year", name="pk_engagement_case_numbers"),
    )
    op.create_table(
        "engagement_cases",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("notifier_name", sa.Text(), nullable=False),
        sa.Column("notifier_email", sa.Text()),
        sa.Column("notifier_phone", sa.Text()),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("reader", sa.String(260), nullable=False),
        sa.Column("hides", sa.Boolean(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT),
        sa.Column("decided_by", sa.String(255)),
        sa.Column("decision_note", sa.Text()),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_cases"),
        sa.UniqueConstraint("site_id", "year", "number", name="uq_engagement_cases_site_id_year_number"),
        sa.CheckConstraint("status IN ('open', 'upheld', 'rejected')", name="ck_engagement_cases_status"),
    )
    op.create_index(
        "ix_engagement_cases_site_id_status_due_at_id", "engagement_cases", ["site_id", "status", "due_at", "id"]
    )


def _create_case_comments() -> None:
    op.create_table(
        "engagement_case_comments",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("status_before", sa.String(16), nullable=False),
        sa.Column("hidden_version", sa.Integer()),
        sa.PrimaryKeyConstraint("site_id", "case_id", "comment_id", name="pk_engagement_case_comments"),
        sa.ForeignKeyConstraint(
            ["site_id", "case_id"],
            ["engagement_cases.site_id", "engagement_cases.id"],
            name="fk_engagement_case_comments_site_id_case_id",
        ),
        _comment_key("engagement_case_comments"),
    )
    op.create_index(
        "ix_engagement_case_comments_site_id_comment_id", "engagement_case_comments", ["site_id", "comment_id"]
    )
