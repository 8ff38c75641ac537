"""Removing for good what was deleted or marked as spam long ago: until then every move can be reversed.

A row that replies stand under, or that a closed case has its evidence of, is emptied (`remains`) and kept; it goes when
the last reply does. What an open case is about stays whole.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, Integer, and_, bindparam, delete, exists, false, func, or_, select, update

from engagement_widgets.comments.cases.freezing import FROZEN
from engagement_widgets.comments.cases.tables import case_comments
from engagement_widgets.comments.counters import Move, Shelf, count_move, reshelve
from engagement_widgets.comments.letters.tables import told
from engagement_widgets.comments.likes.ranking import rank
from engagement_widgets.comments.likes.tables import like_drops, likes
from engagement_widgets.comments.remains import IS_WHOLE, NOBODY
from engagement_widgets.comments.reports.tables import reports
from engagement_widgets.comments.rules.tables import bands, emergencies
from engagement_widgets.comments.search.index import index_comment
from engagement_widgets.comments.search.tables import comment_words
from engagement_widgets.comments.search.words import indexed
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments, holds, page_counts, versions
from engagement_widgets.comments.threads import standing_above
from engagement_widgets.journal.service import SYSTEM, Record, drop_undos, record
from engagement_widgets.storage.outbox import Chore
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

AT_ONCE: Final = 200
"""Comments purged in one transaction: no write waits longer for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """Purge what has stood in `deleted` or `spam` for longer than `after`, at most `most` comments."""

    after: timedelta
    most: int = AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgePage:
    """Purge what stands under a page, at most `most` comments."""

    page_id: UUID
    most: int = AT_ONCE


_SITE: "BindParameter[str]" = bindparam("site")
_BEFORE = bindparam("before", type_=Moment())
_reply = comments.alias("reply")
_IS_STOOD_ON = or_(
    exists().where(
        _reply.c.site_id == comments.c.site_id,
        _reply.c.parent_id == func.coalesce(comments.c.parent_id, comments.c.id),
        or_(comments.c.parent_id.is_(None), _reply.c.reply_to_id == comments.c.id),
    ),
    exists().where(case_comments.c.site_id == comments.c.site_id, case_comments.c.comment_id == comments.c.id),
)
_HAS_HAD_ITS_TIME = and_(
    comments.c.submitted_at < _BEFORE,
    *(
        or_(since.is_(None), since < _BEFORE)
        for since in (comments.c.decided_at, comments.c.withdrawn_at, comments.c.edited_at)
    ),
)
# PostgreSQL skips what a moderator has in hand; it is purged the next time.
_ROWS = select(
    comments.c.id,
    comments.c.page_id,
    comments.c.section,
    comments.c.parent_id,
    comments.c.thread_path,
    comments.c.status,
    comments.c.traits,
    comments.c.listed,
    comments.c.rank,
    IS_WHOLE.label("whole"),
    _IS_STOOD_ON.label("stays"),
).where(comments.c.site_id == _SITE, or_(IS_WHOLE, ~_IS_STOOD_ON))
_DUE = (
    _ROWS.where(
        comments.c.status.in_([Status.DELETED.value, Status.SPAM.value]),
        _HAS_HAD_ITS_TIME,
        ~FROZEN,
    )
    .order_by(comments.c.id.desc())  # replies before what they stand under
    .limit(bindparam("most", type_=Integer()))
    .with_for_update(skip_locked=True, of=comments)
)
_IDS: "BindParameter[Any]" = bindparam("ids", expanding=True)
_DROP_WITH_IT = tuple(
    delete(table).where(table.c.site_id == _SITE, table.c.comment_id.in_(_IDS))
    for table in (holds, versions, likes, reports, bands, told, comment_words)
)
_DROP = delete(comments).where(comments.c.site_id == _SITE, comments.c.id.in_(_IDS))
_EMPTY = (
    update(comments)
    .where(comments.c.site_id == _SITE, comments.c.id.in_(_IDS))
    .values(
        version=comments.c.version + 1,
        author_name="",
        author_email=None,
        is_staff=false(),
        reader=NOBODY,
        body="",
        body_hash="",
        submission_key=None,
        address_hash=None,
        decision_note=None,
        likes=0,
        reported=0,
        traits=0,
        group_id=None,
        rank=rank(0, 0),
    )
)
_ON_PAGE = (
    _ROWS.where(comments.c.page_id == bindparam("page"))
    .order_by(comments.c.submitted_at.desc(), comments.c.id.desc())
    .limit(bindparam("most", type_=Integer()))
    .with_for_update(of=comments)
)
_HIDE = (
    update(comments)
    .where(comments.c.site_id == _SITE, comments.c.id.in_(_IDS))
    .values(status=Status.DELETED.value, listed=comments.c.approved_replies > 0)
)
_DROP_OF_PAGE = (
    *(
        delete(table).where(table.c.site_id == _SITE, table.c.page_id == bindparam("page"))
        for table in (page_counts, like_drops)
    ),
    delete(emergencies).where(emergencies.c.site_id == _SITE, emergencies.c.subject == bindparam("held")),
)


def purge_comments(tx: Tx, command: Purge) -> bool:
    """Remove what has had its time with all that hangs on it; tell whether more may be left for another transaction."""
    due = tx.execute(_DUE, {"site": tx.site, "before": tx.now - command.after, "most": command.most}).all()
    if due:
        _remove(tx, due)
        whole = [row for row in due if row.whole]
        _write_down(tx, whole)
        _unshelve(tx, [(row.section, Status(row.status)) for row in whole])
    return len(due) == command.most


def purge_page_comments(tx: Tx, command: PurgePage) -> bool:
    """Remove comments of a page whatever their status, the latest first; tell whether more may be left.

    The caller holds the page, which is about to go, so that no journal entry tells of each.
    """
    key = {"site": tx.site, "page": command.page_id, "most": command.most}
    rows = tx.execute(_ON_PAGE, key).all()
    whole = [row for row in rows if row.whole]
    for row in whole:
        above = standing_above(row.parent_id, row.thread_path)
        hidden = Move(
            page_id=row.page_id,
            section=row.section,
            above=above,
            before=Status(row.status),
            after=Status.DELETED,
            traits=row.traits,
        )
        count_move(tx, hidden)
    if rows:
        tx.execute(_HIDE, {"site": tx.site, "ids": [row.id for row in rows]})
        _remove(tx, rows)
        _unshelve(tx, [(row.section, Status.DELETED) for row in whole])
        return True
    for statement in _DROP_OF_PAGE:
        tx.execute(statement, {"site": tx.site, "page": command.page_id, "held": f"page:{command.page_id}"})
    return False


def purging(days: int) -> tuple[Chore, ...]:
    """The chore of the outbox that purges after so many days; none for 0."""

    def purge(tx: Tx, command: None) -> bool:
        del command
        return purge_comments(tx, Purge(after=timedelta(days=days)))

    return (purge,) if days else ()


def _unshelve(tx: Tx, stood: Sequence[tuple[str, Status]]) -> None:
    """Take comments out of the queue's figures; those of what is deleted or spam are kept without reasons."""
    reshelve(tx, Counter(Shelf(section=section, status=status, traits=0) for section, status in stood), {})


def _remove(tx: Tx, rows: Sequence[Any]) -> None:
    _drop_with_them(tx, [row.id for row in rows])
    _empty(tx, [row for row in rows if row.stays])
    _drop(tx, [row.id for row in rows if not row.stays])


def _drop_with_them(tx: Tx, ids: Sequence[UUID]) -> None:
    drop_undos(tx, "comment", ids)
    for statement in _DROP_WITH_IT:
        tx.execute(statement, {"site": tx.site, "ids": ids})


def _empty(tx: Tx, rows: Sequence[Any]) -> None:
    if not rows:
        return
    tx.execute(_EMPTY, {"site": tx.site, "ids": [row.id for row in rows]})
    for row in rows:
        index_comment(tx, row.id, indexed("", ""))
        if row.listed and row.rank != rank(0, 0):  # its line stands elsewhere among the most liked
            tx.touch(str(row.page_id))


def _drop(tx: Tx, ids: Sequence[UUID]) -> None:
    if ids:
        tx.execute(_DROP, {"site": tx.site, "ids": ids})


def _write_down(tx: Tx, rows: Sequence[Any]) -> None:
    for row in rows:
        deed = Record(
            actor=SYSTEM,
            action="comment.purged",
            subject_kind="comment",
            subject_id=str(row.id),
            before={"status": row.status},
            section=row.section,
        )
        record(tx, deed)
