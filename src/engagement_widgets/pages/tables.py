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
    Column("deleted_at", Moment()),  # withdrawn too, and purged some days later
    Column("purged_at", Moment()),  # nothing is left but the id, under which nobody writes again
    UniqueConstraint("site_id", "key"),
    ForeignKeyConstraint(["site_id", "moved_to"], ["engagement_pages.site_id", "engagement_pages.id"]),
)
# The ids of what a merge has moved, for as long as it can be undone. What is gone by then is not moved back.
merge_rows = Table(
    "engagement_page_merge_rows",
    metadata,
    site_column(),
    id_column("merge_id"),
    id_column("row_id"),
    Column("until", Moment(), nullable=False),
    Index(None, "site_id", "until"),
)
_UNUSUAL = "moved_to IS NOT NULL OR withdrawn_at IS NOT NULL"
Index(
    "ix_engagement_pages_unusual",
    pages.c.site_id,
    pages.c.id,
    sqlite_where=text(_UNUSUAL),
    postgresql_where=text(_UNUSUAL),
)
Index("ix_engagement_pages_age", pages.c.site_id, pages.c.created_at, pages.c.id)
_DELETED = "deleted_at IS NOT NULL AND purged_at IS NULL"
Index(
    "ix_engagement_pages_deleted",
    pages.c.site_id,
    pages.c.deleted_at,
    pages.c.id,
    sqlite_where=text(_DELETED),
    postgresql_where=text(_DELETED),
)
