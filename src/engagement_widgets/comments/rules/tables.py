"""The rules that differ from what is built in, the version of their set, and what repeats are found by."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from engagement_widgets.storage.schema import Json, Moment, id_column, metadata, site_column

rules = Table(
    "engagement_comment_rules",
    metadata,
    site_column(),
    Column("id", String(36), primary_key=True),  # a built-in rule's is its kind, another's a UUID
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("fields", Json, nullable=False),
    Column("params", Json, nullable=False),
    Column("action", String(16), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("note", Text, nullable=False),
)

rule_sets = Table(
    "engagement_comment_rule_sets",
    metadata,
    site_column(),
    Column("version", Integer, nullable=False),
)

# By weeks, so that old ones are deleted as one range of the key. Two weeks are looked through.
bands = Table(
    "engagement_comment_bands",
    metadata,
    site_column(),
    Column("week", Integer, primary_key=True, autoincrement=False),
    id_column("page_id"),
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    id_column("comment_id"),
    ForeignKeyConstraint(["site_id", "comment_id"], ["engagement_comments.site_id", "engagement_comments.id"]),
    sqlite_with_rowid=False,
)

blocks = Table(
    "engagement_comment_blocks",
    metadata,
    site_column(),
    Column("subject", String(260), primary_key=True),  # "u:" user id, "r:" reader, "e:" e-mail, "a:" address hash
    Column("id", Uuid(), nullable=False),
    Column("effect", String(16), nullable=False),
    Column("until", Moment()),
    Column("note", Text, nullable=False),
    Column("set_at", Moment(), nullable=False),
    Column("set_by", String(255), nullable=False),
    UniqueConstraint("site_id", "id"),
)

AUTO: Final = "auto:"
"""Before the subject of a hold that nobody but the brake set."""

emergencies = Table(
    "engagement_comment_emergencies",
    metadata,
    site_column(),
    # "site", "section:" its name, "page:" its id; "auto:" before it where nobody but the brake set it
    Column("subject", String(300), primary_key=True),
    Column("until", Moment(), nullable=False),
    Column("reason", Text, nullable=False),
    Column("banner", Text, nullable=False),
    Column("set_at", Moment(), nullable=False),
    Column("set_by", String(255), nullable=False),
    Column("figures", Json),  # what the brake saw; None for a hold by hand
)
