"""The journal (append-only: a trigger refuses update and delete) and the records that undo reads."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, String, Table, Text, Uuid

from engagement_widgets.storage.schema import Json, Moment, id_column, metadata, site_column

entries = Table(
    "engagement_journal",
    metadata,
    site_column(),
    id_column(),
    Column("at", Moment(), nullable=False),
    Column("actor", String(255), nullable=False),
    Column("actor_name", String(255), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject_kind", String(32), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("why", Text),
    Column("section", String(255)),  # that it is about; None for what concerns the whole site
    Index(None, "site_id", "subject_kind", "subject_id"),
)

undo_records = Table(
    "engagement_undo",
    metadata,
    site_column(),
    id_column(),
    Column("entry_id", Uuid(), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("payload", Json, nullable=False),
    Column("expires_at", Moment(), nullable=False),
    Column("undone_at", Moment()),
    Column("undone_by", String(255)),
    ForeignKeyConstraint(["site_id", "entry_id"], ["engagement_journal.site_id", "engagement_journal.id"]),
    Index(None, "site_id", "entry_id"),
)
