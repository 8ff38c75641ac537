"""Comments, their former texts, why they wait, and the counters that change in the same transaction."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from engagement_widgets.comments.threads import ID_LENGTH, MOST_DEPTH
from engagement_widgets.storage.schema import Json, Moment, id_column, metadata, site_column

_PATH = String(ID_LENGTH * MOST_DEPTH).with_variant(String(ID_LENGTH * MOST_DEPTH, collation="C"), "postgresql")

comments = Table(
    "engagement_comments",
    metadata,
    site_column(),
    id_column(),
    Column("page_id", Uuid(), nullable=False),
    Column("parent_id", Uuid()),  # the root it stands under; roots have none
    Column("reply_to_id", Uuid()),  # the comment it answers, when that is not the root
    # Below its root (`threads`), empty for a root. Compared by bytes on both databases.
    Column("thread_path", _PATH, nullable=False, server_default=""),
    Column("section", String(255), nullable=False, server_default=""),  # its page's: recent comments are found by it
    Column("status", String(16), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("author_name", Text, nullable=False),
    Column("author_email", Text),
    Column("is_staff", Boolean, nullable=False, default=False),
    Column("reader", String(260), nullable=False),  # who wrote it: "u:" host user id, or "r:" reader hash
    Column("body", Text, nullable=False),
    Column("body_hash", String(64), nullable=False),  # of the folded text: finds the same comment again
    Column("submission_key", String(64)),
    Column("address_hash", String(64)),  # keyed; erased after 30 days
    Column("submitted_at", Moment(), nullable=False),
    Column("decided_at", Moment()),
    Column("decided_by", String(255)),
    Column("decision_note", Text),  # the reason the author reads
    Column("edited_at", Moment()),  # by its author
    Column("withdrawn_at", Moment()),  # by its author: no moderator may publish it again
    Column("pinned_at", Moment()),  # of a root (*được ghim*); shown so while it is approved
    Column("approved_replies", Integer, nullable=False, default=0),  # that stand under it, at whatever depth
    # Listed while it is approved or still has approved replies under it.
    Column("listed", Boolean, nullable=False, default=False),
    Column("likes", Integer, nullable=False, server_default="0"),
    Column("reported", Integer, nullable=False, server_default="0"),  # counted reports since the last decision
    Column("rank", Integer, nullable=False, server_default="0"),  # `likes.ranking.rank` of the two
    Column("traits", Integer, nullable=False, server_default="0"),  # bits of `comments.traits`
    # The first of those it resembles, as was found when it came; of that first one its own id, once there is another.
    Column("group_id", Uuid()),
    ForeignKeyConstraint(["site_id", "page_id"], ["engagement_pages.site_id", "engagement_pages.id"]),
    ForeignKeyConstraint(["site_id", "parent_id"], ["engagement_comments.site_id", "engagement_comments.id"]),
    UniqueConstraint("site_id", "submission_key"),
    CheckConstraint("status IN ('pending', 'approved', 'rejected', 'spam', 'deleted')", name="status"),
)
# Partial on PostgreSQL too, by the migration: saying so here would import its dialect into every process on SQLite.
Index(
    "ix_engagement_comments_roots",
    comments.c.site_id,
    comments.c.page_id,
    comments.c.submitted_at,
    comments.c.id,
    sqlite_where=text("parent_id IS NULL AND listed"),
)
Index(
    "ix_engagement_comments_replies",
    comments.c.site_id,
    comments.c.parent_id,
    comments.c.thread_path,
    sqlite_where=text("parent_id IS NOT NULL AND listed"),
)
Index(
    "ix_engagement_comments_pinned",
    comments.c.site_id,
    comments.c.page_id,
    comments.c.pinned_at,
    sqlite_where=text("pinned_at IS NOT NULL"),
)
Index(
    "ix_engagement_comments_section",
    comments.c.site_id,
    comments.c.section,
    comments.c.submitted_at,
    comments.c.id,
    sqlite_where=text("status = 'approved'"),
)
# With all that the queue filters by: a filter reads the index alone.
_QUEUED = ("site_id", "status", "submitted_at", "id", "traits", "reported", "section", "page_id", "group_id")
Index(
    "ix_engagement_comments_queue",
    *(comments.c[name] for name in _QUEUED),
)
Index(
    "ix_engagement_comments_lane",
    *(comments.c[name] for name in _QUEUED),
    sqlite_where=text("traits & 2048 > 0"),
)
Index(
    "ix_engagement_comments_group",
    comments.c.site_id,
    comments.c.group_id,
    comments.c.submitted_at,
    comments.c.id,
    sqlite_where=text("status = 'pending' AND group_id IS NOT NULL"),
)
Index(
    "ix_engagement_comments_helpful",
    comments.c.site_id,
    comments.c.page_id,
    comments.c.rank,
    comments.c.id,
    sqlite_where=text("parent_id IS NULL AND listed"),
)
Index(
    "ix_engagement_comments_reported",
    comments.c.site_id,
    comments.c.submitted_at,
    comments.c.id,
    sqlite_where=text("reported > 0"),
)
Index(
    "ix_engagement_comments_reader",
    comments.c.site_id,
    comments.c.reader,
    comments.c.submitted_at,
    comments.c.status,
)
Index(
    "ix_engagement_comments_email",
    comments.c.site_id,
    comments.c.author_email,
    sqlite_where=text("author_email IS NOT NULL"),
)
Index("ix_engagement_comments_twin", comments.c.site_id, comments.c.body_hash, comments.c.page_id)
Index("ix_engagement_comments_arrivals", comments.c.site_id, comments.c.page_id, comments.c.submitted_at)
Index(
    "ix_engagement_comments_addresses",
    comments.c.site_id,
    comments.c.submitted_at,
    comments.c.address_hash,
    sqlite_where=text("address_hash IS NOT NULL"),
)
Index(
    "ix_engagement_comments_waiting",
    comments.c.site_id,
    comments.c.page_id,
    sqlite_where=text("status = 'pending'"),
)
Index(
    "ix_engagement_comments_under",
    comments.c.site_id,
    comments.c.parent_id,
    sqlite_where=text("parent_id IS NOT NULL"),
)

# One row a match: the rule that asked, and where in the text. What no rule of ours says has the rule "".
holds = Table(
    "engagement_comment_holds",
    metadata,
    site_column(),
    id_column("comment_id"),
    Column("reason", String(32), primary_key=True),
    Column("rule", String(36), primary_key=True, default=""),
    Column("number", Integer, primary_key=True, autoincrement=False, default=0),
    Column("rule_version", Integer, nullable=False, default=0),
    Column("field", String(16)),
    Column("span_start", Integer),
    Column("span_end", Integer),
    Column("params", Json, nullable=False),
    ForeignKeyConstraint(["site_id", "comment_id"], ["engagement_comments.site_id", "engagement_comments.id"]),
    Index(None, "site_id", "reason"),
)

versions = Table(
    "engagement_comment_versions",
    metadata,
    site_column(),
    id_column("comment_id"),
    Column("version", Integer, primary_key=True),  # the comment's, when this text was replaced
    Column("body", Text, nullable=False),
    Column("written_at", Moment(), nullable=False),
    ForeignKeyConstraint(["site_id", "comment_id"], ["engagement_comments.site_id", "engagement_comments.id"]),
)

page_counts = Table(
    "engagement_comment_page_counts",
    metadata,
    site_column(),
    id_column("page_id"),
    Column("approved", Integer, CheckConstraint("approved >= 0", name="approved"), nullable=False),
    ForeignKeyConstraint(["site_id", "page_id"], ["engagement_pages.site_id", "engagement_pages.id"]),
)

# Every figure of the desk's queue is a sum of these.
queue_counts = Table(
    "engagement_comment_queue_counts",
    metadata,
    site_column(),
    Column("section", String(255), primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("traits", Integer, primary_key=True, autoincrement=False),  # `traits.counted`
    Column("comments", Integer, CheckConstraint("comments >= 0", name="comments"), nullable=False),
)
