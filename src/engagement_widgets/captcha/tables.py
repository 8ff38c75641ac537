"""Challenges that wait for an answer. A row holds a keyed hash of the answer, never the answer."""

from sqlalchemy import Column, Index, LargeBinary, String, Table, Uuid

from engagement_widgets.storage.schema import Moment, id_column, metadata, site_column

challenges = Table(
    "engagement_challenges",
    metadata,
    site_column(),
    id_column(),
    Column("purpose", String(32), nullable=False),
    Column("page_id", Uuid(), nullable=False),
    Column("answer_hash", String(64), nullable=False),
    Column("picture", LargeBinary),  # emptied when the challenge is spent
    Column("issued_at", Moment(), nullable=False),
    Column("expires_at", Moment(), nullable=False),
    Column("spent_at", Moment()),
    Index(None, "site_id", "expires_at"),
)
