"""What readers' judgements make of a comment's figures, counted from their rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, or_, select, true, update

from engagement_widgets.comments.likes.ranking import rank
from engagement_widgets.comments.likes.tables import likes
from engagement_widgets.comments.reports.tables import reports
from engagement_widgets.comments.tables import comments
from engagement_widgets.storage.units import Tx

_LIKES = (
    select(func.count())
    .where(likes.c.site_id == comments.c.site_id, likes.c.comment_id == comments.c.id)
    .scalar_subquery()
)
_REPORTED = (
    select(func.count())
    .where(
        reports.c.site_id == comments.c.site_id,
        reports.c.comment_id == comments.c.id,
        reports.c.counted == true(),
        or_(comments.c.decided_at.is_(None), reports.c.reported_at > comments.c.decided_at),
    )
    .scalar_subquery()
)
# Of every comment that anybody judged or that a figure says somebody did.
_JUDGED = select(
    comments.c.id,
    comments.c.page_id,
    comments.c.likes,
    comments.c.reported,
    comments.c.rank,
    _LIKES.label("true_likes"),
    _REPORTED.label("true_reported"),
).where(
    comments.c.site_id == bindparam("site"),
    or_(comments.c.likes > 0, comments.c.reported > 0, comments.c.rank > 0, _LIKES > 0, _REPORTED > 0),
)
_SET = (
    update(comments)
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
    .values(likes=bindparam("to_likes"), reported=bindparam("to_reported"), rank=bindparam("to_rank"))
)


def count_judged(tx: Tx) -> Sequence[Any]:
    """The figures of every comment that was judged, kept and true."""
    return tx.execute(_JUDGED, {"site": tx.site}).all()


def true_rank(row: Any) -> int:  # noqa: ANN401  (a row of `_JUDGED`)
    """What the true figures make its rank."""
    return rank(row.true_likes, row.true_reported)


def repair_judged(tx: Tx, judged: Sequence[Any]) -> Sequence[Any]:
    """Write the true figures where the kept ones differ; the rows that did."""
    wrong = [
        row
        for row in judged
        if (row.likes, row.reported, row.rank) != (row.true_likes, row.true_reported, true_rank(row))
    ]
    for row in wrong:
        figures = {"to_likes": row.true_likes, "to_reported": row.true_reported, "to_rank": true_rank(row)}
        tx.execute(_SET, {"site": tx.site, "comment": row.id, **figures})
    return wrong
