"""Linked websites in ordered groups."""

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

groups = Table(
    "engagement_link_groups",
    metadata,
    site_column(),
    id_column(),
    Column("name", String(64), nullable=False),  # what the host's template asks for: links("partners")
    Column("title", Text, nullable=False),
    Column("position", Integer, nullable=False),
    UniqueConstraint("site_id", "name"),
)

links = Table(
    "engagement_links",
    metadata,
    site_column(),
    id_column(),
    Column("group_id", Uuid(), nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("nofollow", Boolean, nullable=False, default=False),
    Column("sponsored", Boolean, nullable=False, default=False),
    Column("new_tab", Boolean, nullable=False, default=False),
    Column("hidden", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False, default=1),
    Column("created_at", Moment(), nullable=False),
    ForeignKeyConstraint(["site_id", "group_id"], ["engagement_link_groups.site_id", "engagement_link_groups.id"]),
    Index(None, "site_id", "group_id", "position"),
)
