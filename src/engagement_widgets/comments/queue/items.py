"""Comments as the desk sees them: each with its page, its parent, why it was held, and what readers reported."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select

from engagement_widgets.comments.queue.views import AnsweredView, FormerText, HeldView, QueueItem
from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.reports.service import ReportView, reports_of
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.tables import comments, holds, versions
from engagement_widgets.errors import NotFound
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.units import Tx

_answered = comments.alias("answered")
_ITEMS = (
    select(
        comments,
        pages.c.title,
        pages.c.url,
        _answered.c.id.label("answered_id"),
        _answered.c.author_name.label("answered_name"),
        _answered.c.body.label("answered_body"),
        _answered.c.status.label("answered_status"),
    )
    .select_from(comments)
    .join(pages, and_(pages.c.site_id == comments.c.site_id, pages.c.id == comments.c.page_id))
    .outerjoin(
        _answered,
        and_(
            _answered.c.site_id == comments.c.site_id,
            _answered.c.id == func.coalesce(comments.c.reply_to_id, comments.c.parent_id),
        ),
    )
    .where(comments.c.site_id == bindparam("site"), IS_WHOLE)
)
_ITEM = _ITEMS.where(comments.c.id == bindparam("comment"))
_ITEMS_OF = _ITEMS.where(comments.c.id.in_(bindparam("comments", expanding=True)))
_HOLDS = (
    select(
        holds.c.comment_id,
        holds.c.reason,
        holds.c.params,
        holds.c.rule,
        holds.c.rule_version,
        holds.c.field,
        holds.c.span_start,
        holds.c.span_end,
    )
    .where(holds.c.site_id == bindparam("site"), holds.c.comment_id.in_(bindparam("comments", expanding=True)))
    .order_by(holds.c.comment_id, holds.c.reason, holds.c.number)
)
_FORMER = (
    select(versions.c.comment_id, versions.c.version, versions.c.body, versions.c.written_at)
    .where(versions.c.site_id == bindparam("site"), versions.c.comment_id.in_(bindparam("comments", expanding=True)))
    .order_by(versions.c.comment_id, versions.c.version)
)


def queue_item(tx: Tx, comment_id: UUID) -> QueueItem:
    """One comment as the desk sees it.

    Raises:
        NotFound: `unknown_comment`.
    """
    row = tx.execute(_ITEM, {"site": tx.site, "comment": comment_id}).first()
    if row is None:
        raise NotFound("unknown_comment")
    return _items(tx, [row])[0]


def queue_items(tx: Tx, comment_ids: Sequence[UUID]) -> tuple[QueueItem, ...]:
    """These comments as the desk sees them, in this order."""
    rows = tx.execute(_ITEMS_OF, {"site": tx.site, "comments": comment_ids}).all() if comment_ids else []
    by_id = {item.id: item for item in _items(tx, rows)}
    return tuple(by_id[comment_id] for comment_id in comment_ids)


def _items(tx: Tx, rows: Sequence[Any]) -> tuple[QueueItem, ...]:
    held: dict[UUID, list[HeldView]] = {row.id: [] for row in rows}
    if rows:
        for hold in tx.execute(_HOLDS, {"site": tx.site, "comments": list(held)}):
            held[hold.comment_id].append(_held(hold))
    former = _former(tx, [row.id for row in rows if row.edited_at])
    told = reports_of(tx, list(held))
    return tuple(
        _item(row, tuple(_still(row, held[row.id])), tuple(former.get(row.id, ())), tuple(told[row.id])) for row in rows
    )


def _held(row: Any) -> HeldView:  # noqa: ANN401  (a row of `_HOLDS`)
    return HeldView(
        reason=HeldReason(row.reason),
        params=row.params,
        rule=row.rule,
        rule_version=row.rule_version,
        field=row.field,
        span=None if row.span_start is None else (row.span_start, row.span_end),
    )


def _former(tx: Tx, edited: Sequence[UUID]) -> dict[UUID, list[FormerText]]:
    found: dict[UUID, list[FormerText]] = {comment_id: [] for comment_id in edited}
    if edited:
        for row in tx.execute(_FORMER, {"site": tx.site, "comments": list(edited)}):
            text = FormerText(version=row.version, body=row.body, written_at=row.written_at)
            found[row.comment_id].append(text)
    return found


def _still(row: Any, held: Sequence[HeldView]) -> Iterator[HeldView]:  # noqa: ANN401  (a row of `_ITEMS`)
    """The reasons with the figures of now: reports are answered by a decision, and brought back by its undo."""
    for hold in held:
        if hold.reason is not HeldReason.REPORTED:
            yield hold
        elif row.reported:
            yield HeldView(reason=hold.reason, params={"count": row.reported})


def _item(
    row: Any,  # noqa: ANN401  (a row of `_ITEMS`)
    held: tuple[HeldView, ...],
    former: tuple[FormerText, ...],
    told: tuple[ReportView, ...],
) -> QueueItem:
    answered = None
    if row.answered_id is not None:
        answered = AnsweredView(
            id=row.answered_id,
            name=row.answered_name,
            body=row.answered_body,
            status=Status(row.answered_status),
        )
    return QueueItem(
        id=row.id,
        version=row.version,
        status=Status(row.status),
        name=row.author_name,
        email=row.author_email,
        reader=row.reader,
        is_staff=row.is_staff,
        body=row.body,
        submitted_at=row.submitted_at,
        edited_at=row.edited_at,
        withdrawn_at=row.withdrawn_at,
        former=former,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        note=row.decision_note,
        pinned=row.pinned_at is not None,
        answered=answered,
        holds=held,
        likes=row.likes,
        reports=told,
        page_id=row.page_id,
        page_title=row.title,
        page_url=row.url,
        section=row.section,
        group_id=row.group_id,
    )
