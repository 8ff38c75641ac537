"""What the queue filters by beside each comment, groups of similar ones, and counters a section and reason."""

import sqlalchemy as sa
from alembic import op

from engagement_widgets.comments.display import find_links
from engagement_widgets.comments.traits import BITS, text_bits

revision = "0013"
down_revision = "0012"

COMMENTS = "engagement_comments"
COUNTS = "engagement_comment_queue_counts"
HOLDS = "engagement_comment_holds"
CHUNK = 500

_LANE = "traits & 2048 > 0"
_GROUP = "status = 'pending' AND group_id IS NOT NULL"
_QUEUE = "ix_engagement_comments_queue"
_QUEUED = ["site_id", "status", "submitted_at", "id", "traits", "reported", "section", "page_id", "group_id"]

_bits = sa.case(
    *((sa.column("reason") == reason.value, bit) for reason, bit in BITS.items()),
    else_=0,
)
_holds = sa.table(HOLDS, *map(sa.column, ("site_id", "comment_id", "reason")))
_comments = sa.table(
    COMMENTS, *map(sa.column, ("site_id", "id", "body", "status", "section", "traits", "reader", "group_id", "page_id"))
)
_BODIES = sa.select(_comments.c.site_id, _comments.c.id, _comments.c.body).execution_options(yield_per=CHUNK)
# Each reason once, however many findings it has.
_REASONS = (
    sa.select(_holds.c.site_id, _holds.c.comment_id, _bits.label("bit"))
    .distinct()
    .order_by(_holds.c.site_id, _holds.c.comment_id)
    .execution_options(yield_per=CHUNK)
)
_ADD = (
    sa.update(_comments)
    .where(_comments.c.site_id == sa.bindparam("site"), _comments.c.id == sa.bindparam("comment"))
    .values(traits=_comments.c.traits + sa.bindparam("bits", type_=sa.Integer()))
)


def upgrade() -> None:
    op.add_column(COMMENTS, sa.Column("traits", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(COMMENTS, sa.Column("group_id", sa.Uuid()))
    _fill_traits()
    op.drop_index(_QUEUE, COMMENTS)
    op.create_index(_QUEUE, COMMENTS, _QUEUED)
    # by text first: the same text is looked for on other pages too
    op.drop_index("ix_engagement_comments_twin", COMMENTS)
    op.create_index("ix_engagement_comments_twin", COMMENTS, ["site_id", "body_hash", "page_id"])
    for name, columns, condition in (
        ("lane", _QUEUED, _LANE),
        ("group", ["site_id", "group_id", "submitted_at", "id"], _GROUP),
    ):
        op.create_index(
            f"ix_engagement_comments_{name}",
            COMMENTS,
            columns,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    _count_anew()


def _fill_traits() -> None:
    """Groups are of what comes from now on: of older comments nobody has looked for what resembles them elsewhere."""
    connection = op.get_bind()
    for rows in connection.execute(_BODIES).partitions():
        found = [(row, text_bits(row.body, has_link=bool(find_links(row.body)))) for row in rows]
        if given := [{"site": row.site_id, "comment": row.id, "bits": bits} for row, bits in found if bits]:
            connection.execute(_ADD, given)
    for rows in connection.execute(_REASONS).partitions():
        given = [{"site": row.site_id, "comment": row.comment_id, "bits": row.bit} for row in rows if row.bit]
        if given:
            connection.execute(_ADD, given)


def _count_anew() -> None:
    op.drop_table(COUNTS)
    op.create_table(
        COUNTS,
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("section", sa.String(255), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("traits", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "section", "status", "traits", name=f"pk_{COUNTS}"),
    )
    kept = sa.case((_comments.c.status == "pending", _comments.c.traits.op("&")((1 << len(BITS)) - 1)), else_=0)
    counted = (
        sa.select(_comments.c.site_id, _comments.c.section, _comments.c.status, kept.label("kept"), sa.func.count())
        .where(_comments.c.reader != "")
        .group_by(_comments.c.site_id, _comments.c.section, _comments.c.status, sa.text("4"))
    )
    table = sa.table(COUNTS, *map(sa.column, ("site_id", "section", "status", "traits", "comments")))
    op.execute(sa.insert(table).from_select(["site_id", "section", "status", "traits", "comments"], counted))
