"""The one rule of what the public sees: a comment is public while it is approved.

Every way out (list, thread, count, recent comments, feed, API, permalink, the parent a reply needs) asks here. One that
left `approved` keeps its place as a line without name and text while approved replies stand under it (`listed`).

The conditions are literals, not bound values, and spelled like the partial indexes: SQLite uses such an index only
when it can read from the statement's text that the index covers it.
"""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, TextClause, and_, literal_column, text

from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments

_APPROVED: "ColumnElement[Any]" = literal_column(f"'{Status.APPROVED}'")

# Only for statements over the table under its own name; its truth value is not compared, as in the index.
LISTED: TextClause = text(f"{comments.name}.listed")


def public(table: FromClause = comments) -> "ColumnElement[bool]":
    """Condition: this comment may be shown."""
    return table.c.status == _APPROVED


def listed_reply() -> "ColumnElement[bool]":
    """Condition: this is a reply that may be shown, or the line that keeps the place of one."""
    return and_(comments.c.parent_id.is_not(None), LISTED)


def pinned() -> "ColumnElement[bool]":
    """Condition: this root is shown as pinned."""
    return and_(comments.c.pinned_at.is_not(None), public())


def is_public(status: str) -> bool:
    """Tell the same of a row that was read already."""
    return status == Status.APPROVED
