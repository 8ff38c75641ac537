"""Reporting a comment: one report a reader, and what so many of them do.

What counts is the number of reports since the comment was last decided. So a moderator who approves it in spite of
them has answered them all, an undo of that decision brings them back, and neither touches a row of theirs.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, exists, func, or_, select, update

from engagement_widgets.comments.decisions import change_status, lock_comment
from engagement_widgets.comments.held import hold
from engagement_widgets.comments.likes.dropping import likes_changed
from engagement_widgets.comments.likes.ranking import rank
from engagement_widgets.comments.places import read_comment
from engagement_widgets.comments.reports.reasons import ReportReason
from engagement_widgets.comments.reports.tables import reports
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.views import CommentView
from engagement_widgets.comments.visibility import is_public
from engagement_widgets.errors import Conflict, NotFound, Refused, TooMany
from engagement_widgets.journal.service import SYSTEM, Record, record
from engagement_widgets.pages.service import PageRow, find_page
from engagement_widgets.pages.states import on_shown_page
from engagement_widgets.storage.quotas import spend, spend_spaced
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

QUOTA: Final = 10
# Of readers never seen before, from one address.
NEW_QUOTA: Final = 30
QUOTA_WINDOW: Final = timedelta(minutes=10)
COUNTED_EVERY: Final = timedelta(days=1)
"""From one address so long only one report of a comment counts: three windows of a browser are no three readers."""

SHOWN: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as it was sent, parsed and checked.

    Attributes:
        comment_id: of which comment.
        reader: `u:<host user>` or `r:<reader hash>`; one report each a comment.
        names: every name this client writes under: no own comment can be reported.
        reason: what is wrong.
        text: in the reader's words, parsed by `reasons.TEXT`.
        address_hash: keyed hash of the client's address, which is not stored.
        to_hold: from how many counted reports on the comment is held; 0 never.
        hides: held means hidden until decided; else it stays public and the desk is told.
        is_new: this is the reader's first write at the site; the cookie goes out with the answer.
    """

    comment_id: UUID
    reader: str
    names: tuple[str, ...]
    reason: ReportReason
    text: str
    address_hash: str
    to_hold: int
    hides: bool
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a report did. `held`: it was the one that made them enough."""

    count: int
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """A comment, and who asks."""

    comment_id: UUID
    reader: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A comment for who may report it; `comment` is None once this reader did."""

    page: PageRow
    comment: CommentView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A report as the desk sees it. `is_open`: it came after the last decision."""

    reason: ReportReason
    text: str
    reported_at: datetime
    is_open: bool


_INSERT = Upsert(lambda insert: insert(reports).on_conflict_do_nothing())
_OWN = exists().where(
    reports.c.site_id == bindparam("site"),
    reports.c.comment_id == bindparam("comment"),
    reports.c.reader == bindparam("reader"),
)
_FIND_OWN = select(_OWN)
_PAGE_OF = select(comments.c.page_id).where(
    comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment")
)
_IS_SHOWN = _PAGE_OF.where(on_shown_page(comments.c.page_id))
_SET = (
    update(comments)
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
    .values(reported=bindparam("to_reported"), rank=bindparam("to_rank"))
)
# At most so many of each: a comment that half a town reported must not fill the page of a queue.
_OF_COMMENTS = (
    select(
        reports.c.comment_id,
        reports.c.reason,
        reports.c.text,
        reports.c.reported_at,
        or_(comments.c.decided_at.is_(None), reports.c.reported_at > comments.c.decided_at).label("is_open"),
        func.row_number().over(partition_by=reports.c.comment_id, order_by=reports.c.reported_at.desc()).label("place"),
    )
    .join(comments, (comments.c.site_id == reports.c.site_id) & (comments.c.id == reports.c.comment_id))
    .where(reports.c.site_id == bindparam("site"), reports.c.comment_id.in_(bindparam("comments", expanding=True)))
    .subquery()
)
_LATEST = select(_OF_COMMENTS).where(_OF_COMMENTS.c.place <= bindparam("most")).order_by(_OF_COMMENTS.c.place)


def report(tx: Tx, sent: Report) -> Reported:
    """Store a report; with the one that makes them enough the comment is held, once.

    Raises:
        NotFound: `unknown_comment`, also for one that is not public, or whose page is withdrawn.
        Refused: `own_report`.
        Conflict: `already_reported`.
        TooMany: `too_many_reports`.
    """
    row = _fetch(tx, sent)
    _spend(tx, sent)
    counted = spend_spaced(tx, f"report:{sent.comment_id.hex}:{sent.address_hash}", 1, COUNTED_EVERY)
    values = {
        "site_id": tx.site,
        "comment_id": sent.comment_id,
        "reader": sent.reader,
        "reason": sent.reason,
        "text": sent.text,
        "counted": counted,
        "reported_at": _moment(tx, row),
    }
    tx.execute(_INSERT[tx.dialect], values)
    count = row.reported + int(counted)
    if not counted:
        return Reported(count=count, held=False)
    figures = {"site": tx.site, "comment": row.id, "to_reported": count, "to_rank": rank(row.likes, count)}
    tx.execute(_SET, figures)
    if row.likes:  # the order of "Quan tâm nhất"
        likes_changed(tx, row.page_id)
    if not sent.to_hold or count < sent.to_hold:
        return Reported(count=count, held=False)
    return Reported(count=count, held=_hold(tx, row, count, sent))


def load_subject(tx: Tx, query: OwnReport) -> Subject:
    """What a reader sees before and after a report.

    Raises:
        NotFound: `unknown_comment`: not public, and not reported by this reader while it was.
    """
    page_id = tx.execute(_PAGE_OF, {"site": tx.site, "comment": query.comment_id}).scalar()
    page = None if page_id is None else find_page(tx, page_id)
    if page is None:
        raise NotFound("unknown_comment")
    if _has_reported(tx, query.comment_id, query.reader):
        return Subject(page=page, comment=None)
    return Subject(page=page, comment=read_comment(tx, query.comment_id).comment)


def reports_of(tx: Tx, comment_ids: Sequence[UUID]) -> dict[UUID, list[ReportView]]:
    """The latest reports of some comments, at most 50 each, in one statement."""
    found: dict[UUID, list[ReportView]] = {comment_id: [] for comment_id in comment_ids}
    asked = {"site": tx.site, "comments": list(comment_ids), "most": SHOWN}
    for row in tx.execute(_LATEST, asked) if comment_ids else ():
        view = ReportView(
            reason=ReportReason(row.reason), text=row.text, reported_at=row.reported_at, is_open=bool(row.is_open)
        )
        found[row.comment_id].append(view)
    return found


def _fetch(tx: Tx, sent: Report) -> Any:  # noqa: ANN401  (of `lock_comment`)
    row = lock_comment(tx, sent.comment_id)
    if _has_reported(tx, row.id, sent.reader):
        raise Conflict("already_reported")
    asked = {"site": tx.site, "comment": row.id}
    if not is_public(row.status) or tx.execute(_IS_SHOWN, asked).first() is None:
        raise NotFound("unknown_comment")
    if row.reader in sent.names:
        raise Refused("own_report")
    return row


def _moment(tx: Tx, row: Any) -> datetime:  # noqa: ANN401  (of `lock_comment`)
    """Now, and after the last decision, whose transaction this one may have waited for."""
    return tx.now if row.decided_at is None else max(tx.now, row.decided_at + timedelta(microseconds=1))


def _has_reported(tx: Tx, comment_id: UUID, reader: str | None) -> bool:
    asked = {"site": tx.site, "comment": comment_id, "reader": reader}
    return reader is not None and bool(tx.execute(_FIND_OWN, asked).scalar())


def _spend(tx: Tx, sent: Report) -> None:
    if sent.is_new:
        wait = spend(tx, f"report-new:{sent.address_hash}", NEW_QUOTA, QUOTA_WINDOW)
    else:
        wait = spend(tx, f"report:{hashlib.sha256(sent.reader.encode()).hexdigest()}", QUOTA, QUOTA_WINDOW)
    if wait is not None:
        raise TooMany("too_many_reports", retry_after=wait)


def _hold(tx: Tx, row: Any, count: int, sent: Report) -> bool:  # noqa: ANN401
    """The reason with its figure, and at the threshold the journal and, where the site says so, the queue."""
    hold(tx, row.id, HeldReason.REPORTED, {"count": count})
    if row.reported >= sent.to_hold and not sent.hides:
        return False
    after = Status.PENDING if sent.hides else Status(row.status)
    if sent.hides:
        change_status(tx, row, after)
    deed = Record(
        actor=SYSTEM,
        action="comment.reported",
        subject_kind="comment",
        subject_id=str(row.id),
        before={"status": row.status},
        after={"status": after, "reports": count},
        section=row.section,
    )
    record(tx, deed)
    return True
