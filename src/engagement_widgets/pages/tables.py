"""What is being discussed: one row a page, created by the first accepted write."""

from sqlalchemy import Column, String, Table, Text, UniqueConstraint

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
    UniqueConstraint("site_id", "key"),
)
