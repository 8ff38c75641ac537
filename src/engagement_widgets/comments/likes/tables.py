"""Who likes which comment, and when a page's fragments were last dropped for it."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, String, Table

from engagement_widgets.storage.schema import Moment, id_column, metadata, site_column

likes = Table(
    "engagement_comment_likes",
    metadata,
    site_column(),
    Column("voter", String(260), primary_key=True),  # `u:` host user id, or `r:` reader hash
    id_column("comment_id"),
    Column("created_at", Moment(), nullable=False),
    ForeignKeyConstraint(["site_id", "comment_id"], ["engagement_comments.site_id", "engagement_comments.id"]),
    Index(None, "site_id", "comment_id"),
)

like_drops = Table(
    "engagement_comment_like_drops",
    metadata,
    site_column(),
    id_column("page_id"),
    Column("waiting", Integer, nullable=False),  # changes that no fragment shows yet
    Column("free_at", Moment(), nullable=False),  # from when on the page's fragments may be dropped for likes again
    ForeignKeyConstraint(["site_id", "page_id"], ["engagement_pages.site_id", "engagement_pages.id"]),
)
