"""What an open case forbids: changing or removing what it is about.

Whoever edits, purges or erases a comment asks here first, in the same transaction.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, exists, literal_column, select

from engagement_widgets.comments.cases.states import CaseStatus, case_code
from engagement_widgets.comments.cases.tables import case_comments, cases
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import Conflict
from engagement_widgets.storage.units import Tx

_IS_OPEN = cases.c.status == literal_column(f"'{CaseStatus.OPEN}'")

FROZEN: "ColumnElement[bool]" = (
    exists()
    .where(
        case_comments.c.site_id == comments.c.site_id,
        case_comments.c.comment_id == comments.c.id,
        cases.c.site_id == case_comments.c.site_id,
        cases.c.id == case_comments.c.case_id,
        _IS_OPEN,
    )
    .correlate(comments)
)
"""Condition on the table of comments: an open case is about this one. For statements that read or change many."""


def _open_case() -> "Select[tuple[int, int]]":
    return (
        select(cases.c.year, cases.c.number)
        .join(
            case_comments,
            (case_comments.c.site_id == cases.c.site_id) & (case_comments.c.case_id == cases.c.id),
        )
        .where(
            case_comments.c.site_id == bindparam("site"),
            case_comments.c.comment_id == bindparam("comment"),
            _IS_OPEN,
        )
        .order_by(cases.c.id)
        .limit(1)
    )


_OPEN = _open_case()
_HIDING = _open_case().where(cases.c.hides)


def frozen(tx: Tx, comment_id: UUID) -> str | None:
    """The number of the open case that a comment is evidence in, or None."""
    return _number(tx, _OPEN, comment_id)


def require_thawed(tx: Tx, comment_id: UUID) -> None:
    """Stop what would change or remove evidence.

    Raises:
        Conflict: `case_open` {number}.
    """
    if (number := frozen(tx, comment_id)) is not None:
        raise Conflict("case_open", number=number)


def hidden_by(tx: Tx, comment_id: UUID) -> str | None:
    """The number of the open case that hides a comment, or None."""
    return _number(tx, _HIDING, comment_id)


def _number(tx: Tx, statement: "Select[tuple[int, int]]", comment_id: UUID) -> str | None:
    row = tx.execute(statement, {"site": tx.site, "comment": comment_id}).first()
    return None if row is None else case_code(row.year, row.number)
