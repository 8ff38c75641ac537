"""The first schema: every table of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_pages()
    _create_journal()
    _create_ratings()
    _create_comments()
    _create_captcha()
    _create_links()
    _create_desk()
    _create_storage()
    _make_journal_append_only()


def _create_pages() -> None:
    op.create_table(
        "engagement_pages",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("section", sa.String(255), nullable=False),
        sa.Column("locale", sa.String(35)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_pages"),
        sa.UniqueConstraint("site_id", "key", name="uq_engagement_pages_site_id_key"),
    )


def _create_journal() -> None:
    op.create_table(
        "engagement_journal",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("actor_name", sa.String(255), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("before", JSON),
        sa.Column("after", JSON),
        sa.Column("why", sa.Text()),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_journal"),
    )
    op.create_index(
        "ix_engagement_journal_site_id_subject_kind_subject_id",
        "engagement_journal",
        ["site_id", "subject_kind", "subject_id"],
    )
    op.create_table(
        "engagement_undo",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT),
        sa.Column("undone_by", sa.String(255)),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_undo"),
        sa.ForeignKeyConstraint(
            ["site_id", "entry_id"],
            ["engagement_journal.site_id", "engagement_journal.id"],
            name="fk_engagement_undo_site_id_entry_id",
        ),
    )


def _create_ratings() -> None:
    op.create_table(
        "engagement_rating_totals",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("score_1", sa.Integer(), nullable=False),
        sa.Column("score_2", sa.Integer(), nullable=False),
        sa.Column("score_3", sa.Integer(), nullable=False),
        sa.Column("score_4", sa.Integer(), nullable=False),
        sa.Column("score_5", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "page_id", name="pk_engagement_rating_totals"),
        sa.ForeignKeyConstraint(
            ["site_id", "page_id"],
            ["engagement_pages.site_id", "engagement_pages.id"],
            name="fk_engagement_rating_totals_site_id_page_id",
        ),
    )
    op.create_table(
        "engagement_rating_votes",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("voter", sa.String(260), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "page_id", "voter", name="pk_engagement_rating_votes"),
        sa.ForeignKeyConstraint(
            ["site_id", "page_id"],
            ["engagement_pages.site_id", "engagement_pages.id"],
            name="fk_engagement_rating_votes_site_id_page_id",
        ),
    )


def _create_comments() -> None:
    op.create_table(
        "engagement_comment_queue_counts",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "status", name="pk_engagement_comment_queue_counts"),
    )
    op.create_table(
        "engagement_comment_page_counts",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "page_id", name="pk_engagement_comment_page_counts"),
        sa.ForeignKeyConstraint(
            ["site_id", "page_id"],
            ["engagement_pages.site_id", "engagement_pages.id"],
            name="fk_engagement_comment_page_counts_site_id_page_id",
        ),
    )
    op.create_table(
        "engagement_comments",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid()),
        sa.Column("reply_to_id", sa.Uuid()),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_email", sa.Text()),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("reader", sa.String(260), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("submission_key", sa.String(64)),
        sa.Column("submitted_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT),
        sa.Column("decided_by", sa.String(255)),
        sa.Column("decision_note", sa.Text()),
        sa.Column("approved_replies", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_comments"),
        sa.CheckConstraint(
            "status IN ('pending', 'approved', 'rejected', 'spam', 'deleted')", name="ck_engagement_comments_status"
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "page_id"],
            ["engagement_pages.site_id", "engagement_pages.id"],
            name="fk_engagement_comments_site_id_page_id",
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "parent_id"],
            ["engagement_comments.site_id", "engagement_comments.id"],
            name="fk_engagement_comments_site_id_parent_id",
        ),
        sa.UniqueConstraint("site_id", "submission_key", name="uq_engagement_comments_site_id_submission_key"),
    )
    op.create_index("ix_engagement_comments_queue", "engagement_comments", ["site_id", "status", "submitted_at", "id"])
    op.create_index("ix_engagement_comments_reader", "engagement_comments", ["site_id", "reader", "status"])
    op.create_index(
        "ix_engagement_comments_replies",
        "engagement_comments",
        ["site_id", "parent_id", "submitted_at", "id"],
        sqlite_where=sa.text("status = 'approved' AND parent_id IS NOT NULL"),
        postgresql_where=sa.text("status = 'approved' AND parent_id IS NOT NULL"),
    )
    op.create_index(
        "ix_engagement_comments_roots",
        "engagement_comments",
        ["site_id", "page_id", "submitted_at", "id"],
        sqlite_where=sa.text("parent_id IS NULL AND listed"),
        postgresql_where=sa.text("parent_id IS NULL AND listed"),
    )
    op.create_index("ix_engagement_comments_twin", "engagement_comments", ["site_id", "page_id", "body_hash"])
    op.create_table(
        "engagement_comment_holds",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "comment_id", "reason", name="pk_engagement_comment_holds"),
        sa.ForeignKeyConstraint(
            ["site_id", "comment_id"],
            ["engagement_comments.site_id", "engagement_comments.id"],
            name="fk_engagement_comment_holds_site_id_comment_id",
        ),
    )
    op.create_index("ix_engagement_comment_holds_site_id_reason", "engagement_comment_holds", ["site_id", "reason"])


def _create_captcha() -> None:
    op.create_table(
        "engagement_challenges",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("answer_hashes", sa.String(256), nullable=False),
        sa.Column("spoken_hash", sa.String(32)),
        sa.Column("bound_to", sa.String(64)),
        sa.Column("work_bits", sa.Integer(), nullable=False),
        sa.Column("picture", sa.LargeBinary()),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("spent_at", MOMENT),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_challenges"),
    )
    op.create_index("ix_engagement_challenges_site_id_expires_at", "engagement_challenges", ["site_id", "expires_at"])
    op.create_table(
        "engagement_captcha_recordings",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("wav", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "challenge_id", name="pk_engagement_captcha_recordings"),
    )
    op.create_index(
        "ix_engagement_captcha_recordings_site_id_expires_at",
        "engagement_captcha_recordings",
        ["site_id", "expires_at"],
    )
    op.create_index(
        "ix_engagement_captcha_recordings_site_id_address", "engagement_captcha_recordings", ["site_id", "address"]
    )
    op.create_table(
        "engagement_captcha_failures",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("client", sa.String(80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("cool_until", MOMENT),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "client", name="pk_engagement_captcha_failures"),
    )
    op.create_index(
        "ix_engagement_captcha_failures_site_id_last_at", "engagement_captcha_failures", ["site_id", "last_at"]
    )


def _create_links() -> None:
    op.create_table(
        "engagement_link_groups",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_link_groups"),
        sa.UniqueConstraint("site_id", "name", name="uq_engagement_link_groups_site_id_name"),
    )
    op.create_table(
        "engagement_links",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("nofollow", sa.Boolean(), nullable=False),
        sa.Column("sponsored", sa.Boolean(), nullable=False),
        sa.Column("new_tab", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_links"),
        sa.ForeignKeyConstraint(
            ["site_id", "group_id"],
            ["engagement_link_groups.site_id", "engagement_link_groups.id"],
            name="fk_engagement_links_site_id_group_id",
        ),
    )
    op.create_index(
        "ix_engagement_links_site_id_group_id_position", "engagement_links", ["site_id", "group_id", "position"]
    )


def _create_desk() -> None:
    op.create_table(
        "engagement_accounts",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("one_time", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_login_at", MOMENT),
        sa.Column("previous_login_at", MOMENT),
        sa.Column("disabled_at", MOMENT),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_accounts"),
        sa.UniqueConstraint("site_id", "login", name="uq_engagement_accounts_site_id_login"),
    )
    op.create_table(
        "engagement_desk_sessions",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("idle_minutes", sa.Integer(), nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_desk_sessions"),
        sa.ForeignKeyConstraint(
            ["site_id", "account_id"],
            ["engagement_accounts.site_id", "engagement_accounts.id"],
            name="fk_engagement_desk_sessions_site_id_account_id",
        ),
        sa.UniqueConstraint("site_id", "token_hash", name="uq_engagement_desk_sessions_site_id_token_hash"),
    )
    op.create_index(
        "ix_engagement_desk_sessions_site_id_account_id", "engagement_desk_sessions", ["site_id", "account_id"]
    )


def _create_storage() -> None:
    op.create_table(
        "engagement_changes",
        sa.Column("seq", SEQUENCE, nullable=False, autoincrement=True),
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_engagement_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_engagement_changes_at", "engagement_changes", ["at"])
    op.create_table(
        "engagement_outbox",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(500)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_engagement_outbox"),
    )
    op.create_index("ix_engagement_outbox_site_id_not_before_id", "engagement_outbox", ["site_id", "not_before", "id"])
    op.create_table(
        "engagement_quotas",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("bucket", sa.String(128), nullable=False),
        sa.Column("window_start", MOMENT, nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "bucket", "window_start", name="pk_engagement_quotas"),
    )
    op.create_index("ix_engagement_quotas_site_id_expires_at", "engagement_quotas", ["site_id", "expires_at"])


def _make_journal_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER engagement_journal_no_{verb.lower()} BEFORE {verb} ON engagement_journal "
                "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION engagement_journal_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'the journal is append-only'; END$$"
    )
    op.execute(
        "CREATE TRIGGER engagement_journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON engagement_journal "
        "FOR EACH STATEMENT EXECUTE FUNCTION engagement_journal_refuse()"
    )
