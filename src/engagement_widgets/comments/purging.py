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

from sqlalchemy import BindParameter, Integer, Text, and_, bindparam, delete, exists, false, func, or_, select, update

from engagement_widgets.comments.cases.freezing import NOT_FROZEN
from engagement_widgets.comments.cases.tables import case_comments
from engagement_widgets.comments.counters import Shelf, reshelve
from engagement_widgets.comments.letters.tables import told
from engagement_widgets.comments.likes.ranking import rank
from engagement_widgets.comments.likes.tables import likes
from engagement_widgets.comments.remains import IS_WHOLE, NOBODY
from engagement_widgets.comments.reports.tables import reports
from engagement_widgets.comments.rules.tables import bands
from engagement_widgets.comments.search.index import index_comment
from engagement_widgets.comments.search.tables import comment_words
from engagement_widgets.comments.search.words import indexed
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments, holds, versions
from engagement_widgets.journal.service import SYSTEM, Record, record
from engagement_widgets.journal.tables import entries, undo_records
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
_DUE = (
    select(
        comments.c.id,
        comments.c.page_id,
        comments.c.section,
        comments.c.status,
        comments.c.listed,
        comments.c.rank,
        IS_WHOLE.label("whole"),
        _IS_STOOD_ON.label("stays"),
    )
    .where(
        comments.c.site_id == _SITE,
        comments.c.status.in_([Status.DELETED.value, Status.SPAM.value]),
        _HAS_HAD_ITS_TIME,
        NOT_FROZEN,
        or_(IS_WHOLE, ~_IS_STOOD_ON),
    )
    .order_by(comments.c.id.desc())  # replies before what they stand under
    .limit(bindparam("most", type_=Integer()))
    .with_for_update(skip_locked=True, of=comments)
)
_IDS: "BindParameter[Any]" = bindparam("ids", expanding=True)
_DROP_UNDO = delete(undo_records).where(
    undo_records.c.site_id == _SITE,
    undo_records.c.entry_id.in_(
        select(entries.c.id).where(
            entries.c.site_id == _SITE,
            entries.c.subject_kind == "comment",
            entries.c.subject_id.in_(bindparam("subjects", type_=Text(), expanding=True)),
        )
    ),
)
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


def purge_comments(tx: Tx, command: Purge) -> bool:
    """Remove what has had its time with all that hangs on it; tell whether more may be left for another transaction."""
    due = tx.execute(_DUE, {"site": tx.site, "before": tx.now - command.after, "most": command.most}).all()
    if due:
        _drop_with_them(tx, [row.id for row in due])
        _empty(tx, [row for row in due if row.stays])
        _drop(tx, [row.id for row in due if not row.stays])
        whole = [row for row in due if row.whole]
        _write_down(tx, whole)
        shelves = (Shelf(section=row.section, status=Status(row.status), traits=0) for row in whole)
        reshelve(tx, Counter(shelves), {})
    return len(due) == command.most


def purging(days: int) -> tuple[Chore, ...]:
    """The chore of the outbox that purges after so many days; none for 0."""

    def purge(tx: Tx, command: None) -> bool:
        del command
        return purge_comments(tx, Purge(after=timedelta(days=days)))

    return (purge,) if days else ()


def _drop_with_them(tx: Tx, ids: Sequence[UUID]) -> None:
    tx.execute(_DROP_UNDO, {"site": tx.site, "subjects": [str(one) for one in ids]})
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
        )
        record(tx, deed)
