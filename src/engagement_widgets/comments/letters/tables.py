"""Who may be written to, and what about: addresses by their hash alone, and the comments that were told of."""

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, String, Table

from engagement_widgets.storage.schema import Moment, id_column, metadata, site_column

addresses = Table(
    "engagement_letter_addresses",
    metadata,
    site_column(),
    Column("address_hash", String(64), primary_key=True),
    Column("asked_at", Moment(), nullable=False),
    Column("confirmed_at", Moment()),
    Column("stopped_at", Moment()),  # its owner wants no letters; kept for good
    Column("refused_at", Moment()),  # its mail server would not take one
    Index(None, "site_id", "asked_at"),
)

# Of a comment whose author is written to when it is answered.
told = Table(
    "engagement_letter_comments",
    metadata,
    site_column(),
    id_column("comment_id"),
    Column("muted", Boolean, nullable=False, default=False),
    Column("told_at", Moment()),
    Column("told_until", Moment()),  # replies that were public by then have been told of
    ForeignKeyConstraint(
        ["site_id", "comment_id"],
        ["engagement_comments.site_id", "engagement_comments.id"],
        ondelete="CASCADE",
    ),
)
