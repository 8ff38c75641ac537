"""What is being discussed: one row a page, created by the first accepted write."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, String, Table, Text, UniqueConstraint, Uuid, text

from engagement_widgets.storage.schema import Moment, id_column, metadata, site_column

pages = Table(
    "engagement_pages",
    metadata,
    site_column(),
    id_column(),
    Column("key", String(255), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("section", String(255), nullable=False),
    Column("locale", String(35)),
    Column("created_at", Moment(), nullable=False),
    Column("published_at", Moment()),  # as the host said with the first write
    Column("comments_closed_at", Moment()),  # by hand, at the desk
    Column("moved_to", Uuid()),  # an alias: whatever is asked of it is asked of that page, which is never one itself
    Column("withdrawn_at", Moment()),
    UniqueConstraint("site_id", "key"),
    ForeignKeyConstraint(["site_id", "moved_to"], ["engagement_pages.site_id", "engagement_pages.id"]),
)
_UNUSUAL = "moved_to IS NOT NULL OR withdrawn_at IS NOT NULL"
Index(
    "ix_engagement_pages_unusual",
    pages.c.site_id,
    pages.c.id,
    sqlite_where=text(_UNUSUAL),
    postgresql_where=text(_UNUSUAL),
)
