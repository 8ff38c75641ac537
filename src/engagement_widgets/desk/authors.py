"""Who wrote a comment, for the desk: everything that came under the same marks, though nobody has an account.

An author is named by a comment of theirs: their marks (host user or reader's cookie, e-mail, address) never stand in an
address of the desk. A mark ties comments together and proves no person: thousands share an address.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal_column, or_, select

from engagement_widgets.comments.blocks import ADDRESS_DAYS, Block, By, blocks_of
from engagement_widgets.comments.display import name_text
from engagement_widgets.comments.fields import normal_email
from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.desk.author_notes import Note, notes_about
from engagement_widgets.errors import NotFound
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.reach import require_section
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

RECENT: Final = 10
MOST_NAMES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorQuery:
    """The author of a comment, for one person at the desk: what they have to do with is all they see.

    Attributes:
        comment_id: any comment of the author's.
        viewer: who looks.
        by: the mark whose comments are listed.
        before: only those older than this one.
        size: how many are listed.
    """

    comment_id: UUID
    viewer: DeskUser
    by: By = By.READER
    before: UUID | None = None
    size: int = RECENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the comments under one mark stand. `first_at`: when the first of them came, None without any."""

    by: By
    counts: Mapping[Status, int]
    first_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastComment:
    """One comment of the author's, or one with the same text."""

    id: UUID
    name: str
    body: str
    status: Status
    note: str | None
    submitted_at: datetime
    page_title: str
    page_url: str
    section: str

    @property
    def author(self) -> str:
        """The name as shown."""
        return name_text(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """The documented context `author` of `engagement/desk/author_panel.html`.

    Attributes:
        comment_id: the comment they are named by.
        section: its *chuyên mục*.
        name: as they signed it.
        email: what they left, for the desk's eyes only.
        is_staff: the newsroom's own.
        is_host_user: known by the host's sign-in, else by the reader's cookie.
        names: every name used under the first mark, the latest first.
        tallies: one for each mark that there is.
        by: the mark whose comments are listed.
        comments: the latest under it.
        next: the comment after which the list goes on, None at its end.
        same_text: other comments with this text, by the same marks or on the same page.
        notes: what colleagues noted, the latest first.
        blocks: those that hold for this author now.
    """

    comment_id: UUID
    section: str
    name: str
    email: str | None = field(repr=False)
    is_staff: bool
    is_host_user: bool
    names: tuple[str, ...]
    tallies: tuple[Tally, ...]
    by: By
    comments: tuple[PastComment, ...]
    next: UUID | None
    same_text: tuple[PastComment, ...]
    notes: tuple[Note, ...]
    blocks: tuple[Block, ...]


_HERE = and_(comments.c.site_id == bindparam("site"), IS_WHOLE)
_COMMENT = select(comments).where(_HERE, comments.c.id == bindparam("comment"))
# `lower` and not what `normal_email` does to letters beyond ASCII, which mailboxes hardly have.
_lowered = func.lower(comments.c.author_email)
_UNDER: Final[Mapping[By, "ColumnElement[bool]"]] = {
    By.READER: comments.c.reader == bindparam("reader"),
    By.EMAIL: and_(
        comments.c.author_email > literal_column("''"),  # the partial index has these rows, in this order
        or_(_lowered == bindparam("email"), _lowered.like(bindparam("tagged_email"), escape="\\")),
    ),
    By.ADDRESS: and_(
        comments.c.address_hash.is_not(None),
        comments.c.address_hash == bindparam("address"),
        comments.c.submitted_at > bindparam("since", type_=Moment()),
    ),
}
# Without an order and a grouping, which would tempt a database without statistics away from the mark's own index; an
# author's rows are few enough to be sorted here.
_ROWS = {
    by: select(comments.c.id, comments.c.status, comments.c.submitted_at, comments.c.body_hash).where(_HERE, under)
    for by, under in _UNDER.items()
}
_TWINS = select(comments.c.id).where(
    _HERE, comments.c.page_id == bindparam("page"), comments.c.body_hash == bindparam("hash")
)
_PAST = (
    select(comments, pages.c.title, pages.c.url)
    .join(pages, and_(pages.c.site_id == comments.c.site_id, pages.c.id == comments.c.page_id))
    .where(_HERE, comments.c.id.in_(bindparam("ids", expanding=True)))
)
_NAMES = (
    select(comments.c.author_name)
    .where(_HERE, _UNDER[By.READER])
    .group_by(comments.c.author_name)
    .order_by(func.max(comments.c.submitted_at).desc())
    .limit(bindparam("size"))
)


def read_author(tx: Tx, query: AuthorQuery) -> Author:
    """The author of a comment.

    Raises:
        NotFound: `unknown_comment`.
        Refused: `section_required`, of that comment.
    """
    row = tx.execute(_COMMENT, {"site": tx.site, "comment": query.comment_id}).first()
    if row is None:
        raise NotFound("unknown_comment")
    require_section(query.viewer, row.section)
    params = _params(tx, row)
    marks = [by for by in By if params[by.value] is not None]
    by = query.by if query.by in marks else By.READER
    rows = {mark: tx.execute(_within(_ROWS[mark], query.viewer), params).all() for mark in marks}
    under = sorted((found.id for found in rows[by] if query.before is None or found.id < query.before), reverse=True)
    listed = under[: query.size]
    same_text = _same_text(tx, query, row, rows)
    past = _past_comments(tx, {*listed, *same_text})
    names = tx.execute(_within(_NAMES, query.viewer), {**params, "size": MOST_NAMES}).scalars()
    return Author(
        comment_id=row.id,
        section=row.section,
        name=name_text(row.author_name),
        email=row.author_email,
        is_staff=row.is_staff,
        is_host_user=row.reader.startswith("u:"),
        names=tuple(name_text(name) for name in names),
        tallies=tuple(_tally(mark, rows[mark]) for mark in marks),
        by=by,
        comments=tuple(past[comment_id] for comment_id in listed),
        next=listed[-1] if len(under) > query.size else None,
        same_text=tuple(past[comment_id] for comment_id in same_text),
        notes=notes_about(tx, row.reader),
        blocks=blocks_of(tx, _subjects(row)),
    )


def _params(tx: Tx, row: Any) -> dict[str, Any]:  # noqa: ANN401  (a row of `_COMMENT`)
    email = None if row.author_email is None else normal_email(row.author_email)
    name, _, domain = _escaped(email or "").rpartition("@")
    return {
        "site": tx.site,
        "comment": row.id,
        "reader": row.reader,
        "email": email,
        "tagged_email": f"{name}+%@{domain}",
        "address": row.address_hash,
        "since": tx.now - timedelta(days=ADDRESS_DAYS),
    }


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _within(statement: "Select[Any]", viewer: DeskUser) -> "Select[Any]":
    if viewer.sections is None:
        return statement
    return statement.where(comments.c.section.in_(sorted(viewer.sections)))


def _tally(by: By, rows: Sequence[Any]) -> Tally:
    counts = dict.fromkeys(Status, 0) | Counter(Status(row.status) for row in rows)
    return Tally(by=by, counts=counts, first_at=min((row.submitted_at for row in rows), default=None))


def _same_text(
    tx: Tx,
    query: AuthorQuery,
    row: Any,  # noqa: ANN401  (a row of `_COMMENT`)
    rows: Mapping[By, Sequence[Any]],
) -> list[UUID]:
    key = {"site": tx.site, "page": row.page_id, "hash": row.body_hash}
    found = set(tx.execute(_within(_TWINS, query.viewer), key).scalars())
    found |= {one.id for under in rows.values() for one in under if one.body_hash == row.body_hash}
    return sorted(found - {row.id}, reverse=True)[: query.size]


def _past_comments(tx: Tx, ids: Collection[UUID]) -> dict[UUID, PastComment]:
    rows = tx.execute(_PAST, {"site": tx.site, "ids": list(ids)}) if ids else ()
    return {row.id: _past(row) for row in rows}


def _past(row: Any) -> PastComment:  # noqa: ANN401  (a row of `_PAST`)
    return PastComment(
        id=row.id,
        name=row.author_name,
        body=row.body,
        status=Status(row.status),
        note=row.decision_note,
        submitted_at=row.submitted_at,
        page_title=row.title,
        page_url=row.url,
        section=row.section,
    )


def _subjects(row: Any) -> list[str]:  # noqa: ANN401  (a row of `_COMMENT`)
    email = None if row.author_email is None else f"e:{normal_email(row.author_email)}"
    address = None if row.address_hash is None else f"a:{row.address_hash}"
    return [subject for subject in (row.reader, email, address) if subject is not None]
