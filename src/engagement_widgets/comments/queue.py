"""What the desk reads: comments of one status or all, each with its page, its parent and why it was held."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import Integer, Select, Uuid, and_, bindparam, func, select, text, tuple_

from engagement_widgets.comments import display
from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.reports.service import ReportView, reports_of
from engagement_widgets.comments.states import HeldReason, Sort, Status
from engagement_widgets.comments.tables import comments, holds, versions
from engagement_widgets.errors import NotFound, Param
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

QueueKey: TypeAlias = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuery:
    """Which comments: of one status or of all, `size` of them after a key (None: from the start).

    `reported`: of those alone with so many open reports or more, whatever their status.
    """

    status: Status | None
    size: int
    reported: int | None = None
    after: QueueKey | None = None
    sort: Sort = Sort.OLDEST


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldView:
    """A reason a comment was held for, with its figures. The sentence is `messages.held_sentence`.

    Attributes:
        reason: why.
        params: the figures.
        rule: the rule that said so, "" where no rule did.
        rule_version: as it stood then.
        field: `name`, `body` or `links`, where something was found there.
        span: from where to where; of the text, or of the name.
    """

    reason: HeldReason
    params: Mapping[str, Param]
    rule: str = ""
    rule_version: int = 0
    field: str | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerText:
    """A text that the author has replaced: when it had been written, and of which version it was."""

    version: int
    body: str
    written_at: datetime

    @property
    def body_html(self) -> Markup:
        """The text as HTML, escaped, with paragraphs and links."""
        return display.body_markup(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredView:
    """The comment that a reply answers, as the desk sees it."""

    id: UUID
    name: str
    body: str
    status: Status

    @property
    def author(self) -> str:
        """The name as shown."""
        return display.name_text(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """A comment as the desk sees it.

    Attributes:
        id: its id.
        version: what a decision must name.
        status: where it stands.
        name: the author's name as stored; templates use `author`.
        email: for the desk's eyes only.
        reader: who wrote it, as rows name readers.
        is_staff: written by the newsroom.
        body: the text as stored; templates use `body_html`.
        submitted_at: UTC.
        edited_at: when its author last changed the text, if ever.
        withdrawn_at: when its author took it back, if so.
        former: the texts before, oldest first.
        decided_at: of the last decision, if any.
        decided_by: the name of who made it; None where the page's rule published it.
        note: the reason its author reads.
        pinned: it stands first on its page, while it is approved.
        answered: what it answers, None for a root.
        holds: why it was held.
        likes: how many readers like it.
        reports: what readers reported, latest first.
        page_id: the page.
        page_title: its title.
        page_url: its address.
        section: its *chuyên mục*.
    """

    id: UUID
    version: int
    status: Status
    name: str
    email: str | None = field(repr=False)
    reader: str
    is_staff: bool
    body: str
    submitted_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None
    former: tuple[FormerText, ...]
    decided_at: datetime | None
    decided_by: str | None
    note: str | None
    pinned: bool
    answered: AnsweredView | None
    holds: tuple[HeldView, ...]
    likes: int
    reports: tuple[ReportView, ...]
    page_id: UUID
    page_title: str
    page_url: str
    section: str

    @property
    def author(self) -> str:
        """The name as shown."""
        return display.name_text(self.name)

    @property
    def avatar(self) -> str:
        """The letter beside the name."""
        return display.avatar_letter(self.name)

    @property
    def body_html(self) -> Markup:
        """The text as HTML, escaped, with paragraphs and links, and with marks around what rules found."""
        return display.body_markup(self.body, [held.span for held in self.holds if held.span and held.field != "name"])


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """One page of the queue; `next` is the key the following page comes after, None on the last."""

    items: tuple[QueueItem, ...]
    next: QueueKey | None


_answered = comments.alias("answered")
# a literal, so that SQLite sees that the partial index covers it
_IS_REPORTED = text(f"{comments.name}.reported > 0")
_ITEMS = (
    select(
        comments,
        pages.c.title,
        pages.c.url,
        pages.c.section,
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

_COUNT_REPORTED = select(func.count()).where(
    comments.c.site_id == bindparam("site"), _IS_REPORTED, comments.c.reported >= bindparam("least")
)
_KEY = tuple_(comments.c.submitted_at, comments.c.id)
_AFTER = tuple_(bindparam("at", type_=Moment()), bindparam("id", type_=Uuid()))


def _walks(statement: "Select[Any]", *, by_id: bool = False) -> "dict[tuple[Sort, bool], Select[Any]]":
    """The statement by order and by whether a key is given.

    All statuses together are walked by id, which is time-ordered: only the primary key spans them.
    """
    statement = statement.limit(bindparam("size", type_=Integer()))
    columns = (comments.c.id,) if by_id else (comments.c.submitted_at, comments.c.id)
    up = statement.order_by(*columns)
    down = statement.order_by(*(column.desc() for column in columns))
    given = bindparam("id", type_=Uuid())
    return {
        (Sort.OLDEST, False): up,
        (Sort.NEWEST, False): down,
        (Sort.OLDEST, True): up.where(comments.c.id > given if by_id else _KEY > _AFTER),
        (Sort.NEWEST, True): down.where(comments.c.id < given if by_id else _KEY < _AFTER),
    }


_ALL_WALKS = _walks(_ITEMS, by_id=True)
_STATUS_WALKS = _walks(_ITEMS.where(comments.c.status == bindparam("status")))
_REPORTED_WALKS = _walks(_ITEMS.where(_IS_REPORTED, comments.c.reported >= bindparam("least")))


def queue(tx: Tx, query: QueueQuery) -> QueuePage:
    """One page of the queue, in two statements."""
    params: dict[str, Any] = {"site": tx.site, "size": query.size + 1}
    walks = _ALL_WALKS
    if query.reported is not None:
        params["least"] = query.reported
        walks = _REPORTED_WALKS
    elif query.status is not None:
        params["status"] = query.status
        walks = _STATUS_WALKS
    if query.after is not None:
        params["at"], params["id"] = query.after
    found = list(tx.execute(walks[query.sort, query.after is not None], params))
    rows = found[: query.size]
    last = rows[-1] if len(found) > query.size else None
    return QueuePage(items=_items(tx, rows), next=None if last is None else (last.submitted_at, last.id))


def count_reported(tx: Tx, least: int) -> int:
    """How many comments have so many open reports or more."""
    return int(tx.execute(_COUNT_REPORTED, {"site": tx.site, "least": max(least, 1)}).scalar_one())


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
    )
