"""People at the desk, their sessions, and what they note about authors.

A session row holds a hash of its cookie, and a recovery code's a hash of the code, so a dump opens nothing.
"""

from sqlalchemy import (
    BigInteger,
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

from engagement_widgets.storage.schema import Json, Moment, id_column, metadata, site_column

accounts = Table(
    "engagement_accounts",
    metadata,
    site_column(),
    id_column(),
    Column("login", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),  # "" until a person who was invited has set one
    Column("one_time", Boolean, nullable=False, default=False),  # the password must be changed at first sign-in
    Column("created_at", Moment(), nullable=False),
    Column("last_login_at", Moment()),
    Column("previous_login_at", Moment()),
    Column("disabled_at", Moment()),
    Column("sections", Json),  # the only ones they have to do with; None for all
    Column("email", Text),  # for letters to them alone
    Column("totp_secret", Text),  # sealed; None without a second factor
    Column("totp_counter", BigInteger),  # of the last code that was used; earlier ones are worth nothing
    Column("link_id", Uuid()),  # of the open link to set a password; its address carries this, signed
    Column("link_until", Moment()),
    UniqueConstraint("site_id", "login"),
    UniqueConstraint("site_id", "link_id"),
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
    Column("proved_at", Moment(), nullable=False),  # when its owner last showed the password in it
    ForeignKeyConstraint(["site_id", "account_id"], ["engagement_accounts.site_id", "engagement_accounts.id"]),
    UniqueConstraint("site_id", "token_hash"),
    Index(None, "site_id", "account_id"),
)

recovery_codes = Table(
    "engagement_desk_recovery_codes",
    metadata,
    site_column(),
    id_column("account_id"),
    Column("code_hash", String(64), primary_key=True),
    Column("used_at", Moment()),
    ForeignKeyConstraint(["site_id", "account_id"], ["engagement_accounts.site_id", "engagement_accounts.id"]),
)

# About who wrote a comment: named as its row names the writer, "u:" host user id or "r:" reader hash.
author_notes = Table(
    "engagement_author_notes",
    metadata,
    site_column(),
    id_column(),
    Column("reader", String(260), nullable=False),
    Column("body", Text, nullable=False),
    Column("written_at", Moment(), nullable=False),
    Column("writer", String(255), nullable=False),
    Column("writer_name", String(255), nullable=False),
    Index(None, "site_id", "reader"),
)
