"""Cases, the comments they are about with the evidence, and the numbers given out a year."""

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
)

from engagement_widgets.storage.schema import Json, Moment, id_column, metadata, site_column

cases = Table(
    "engagement_cases",
    metadata,
    site_column(),
    id_column(),
    Column("year", Integer, nullable=False),  # in the site's zone
    Column("number", Integer, nullable=False),  # of that year
    Column("status", String(16), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("notifier_name", Text, nullable=False),
    Column("notifier_email", Text),
    Column("notifier_phone", Text),
    Column("channel", String(16), nullable=False, server_default="form"),
    Column("recorded_by", String(255)),  # who wrote down what came from outside
    Column("statement", Text, nullable=False),  # what is unlawful, in the notifier's words
    Column("reader", String(260), nullable=False),  # who sent the notice, as rows name readers
    Column("hides", Boolean, nullable=False),  # the comments are hidden while it is open
    Column("opened_at", Moment(), nullable=False),
    Column("due_at", Moment(), nullable=False),
    Column("decided_at", Moment()),
    Column("decided_by", String(255)),
    Column("decision_note", Text),
    UniqueConstraint("site_id", "year", "number"),
    CheckConstraint("status IN ('open', 'upheld', 'rejected')", name="status"),
    Index(None, "site_id", "status", "due_at", "id"),
    Index(None, "site_id", "decided_at", "id"),
)

case_comments = Table(
    "engagement_case_comments",
    metadata,
    site_column(),
    id_column("case_id"),
    id_column("comment_id"),
    Column("evidence", Json, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the evidence in canonical JSON
    Column("status_before", String(16), nullable=False),
    # The version that hiding left behind: another one tells that somebody has decided since. None where nothing hid.
    Column("hidden_version", Integer),
    ForeignKeyConstraint(["site_id", "case_id"], ["engagement_cases.site_id", "engagement_cases.id"]),
    ForeignKeyConstraint(["site_id", "comment_id"], ["engagement_comments.site_id", "engagement_comments.id"]),
    Index(None, "site_id", "comment_id"),
)

case_numbers = Table(
    "engagement_case_numbers",
    metadata,
    site_column(),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
