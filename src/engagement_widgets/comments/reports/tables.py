"""What readers reported."""

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, String, Table, Text

from engagement_widgets.storage.schema import Moment, id_column, metadata, site_column

reports = Table(
    "engagement_comment_reports",
    metadata,
    site_column(),
    id_column("comment_id"),
    Column("reader", String(260), primary_key=True),  # `u:` host user id, or `r:` reader hash
    Column("reason", String(32), nullable=False),
    Column("text", Text, nullable=False),
    # False for another report of the same comment from one address within a day: shown, and no reason to act.
    Column("counted", Boolean, nullable=False),
    Column("reported_at", Moment(), nullable=False),
    ForeignKeyConstraint(["site_id", "comment_id"], ["engagement_comments.site_id", "engagement_comments.id"]),
    Index(None, "site_id", "reader"),
)
