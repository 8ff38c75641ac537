"""The tables of storage itself: the change feed, the outbox, the exact quotas and figures over time."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from engagement_widgets.storage.schema import Json, Moment, id_column, metadata, site_column

changes = Table(
    "engagement_changes",
    metadata,
    Column("seq", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("site_id", String(64), nullable=False),
    Column("topic", String(64), nullable=False),
    Column("origin", String(16), nullable=False),  # the process that wrote it, which knows already
    Column("at", Moment(), nullable=False),
    Index(None, "at"),
    sqlite_autoincrement=True,  # a deleted tail must not give its numbers out again
)

outbox = Table(
    "engagement_outbox",
    metadata,
    site_column(),
    id_column(),
    Column("kind", String(64), nullable=False),
    Column("payload", Json, nullable=False),
    Column("not_before", Moment(), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("last_error", String(500)),
    Column("created_at", Moment(), nullable=False),
    Index(None, "site_id", "not_before", "id"),
)

quotas = Table(
    "engagement_quotas",
    metadata,
    site_column(),
    Column("bucket", String(128), primary_key=True),
    Column("window_start", Moment(), primary_key=True),
    Column("used", Integer, nullable=False),
    Column("expires_at", Moment(), nullable=False),
    Index(None, "site_id", "expires_at"),
)

measures = Table(
    "engagement_measures",
    metadata,
    site_column(),
    Column("measure", String(32), primary_key=True),
    Column("at", Moment(), primary_key=True),  # the beginning of an hour
    Column("section", String(255), primary_key=True),  # "" also for what belongs to none
    Column("value", Integer, nullable=False),
)
