"""People at the desk and their sessions. A session row holds a hash of its cookie, so a dump opens nothing."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from engagement_widgets.storage.schema import Moment, id_column, metadata, site_column

accounts = Table(
    "engagement_accounts",
    metadata,
    site_column(),
    id_column(),
    Column("login", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("one_time", Boolean, nullable=False, default=False),  # the password must be changed at first sign-in
    Column("created_at", Moment(), nullable=False),
    Column("last_login_at", Moment()),
    Column("previous_login_at", Moment()),
    Column("disabled_at", Moment()),
    UniqueConstraint("site_id", "login"),
)

sessions = Table(
    "engagement_desk_sessions",
    metadata,
    site_column(),
    id_column(),
    Column("token_hash", String(64), nullable=False),
    Column("account_id", Uuid(), nullable=False),
    Column("agent", String(200), nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("last_seen_at", Moment(), nullable=False),
    Column("expires_at", Moment(), nullable=False),  # whatever happens
    Column("idle_minutes", Integer, nullable=False),  # ends so long after last_seen_at; short on a shared computer
    Column("revoked_at", Moment()),
    ForeignKeyConstraint(["site_id", "account_id"], ["engagement_accounts.site_id", "engagement_accounts.id"]),
    UniqueConstraint("site_id", "token_hash"),
    Index(None, "site_id", "account_id"),
)
