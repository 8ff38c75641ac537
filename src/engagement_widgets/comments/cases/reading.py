"""Cases as the desk and their notifiers read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Integer, Uuid, and_, bindparam, exists, func, select, tuple_

from engagement_widgets.comments.cases.evidence import fingerprint
from engagement_widgets.comments.cases.states import CaseStatus, Channel, case_code
from engagement_widgets.comments.cases.tables import case_comments, cases
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import NotFound
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.reach import require_section
from engagement_widgets.pages.service import PageRow, find_page
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

CaseKey: TypeAlias = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as the desk sees it.

    Attributes:
        id: its id.
        number: as people are told it, `KN-2026-000123`.
        status: where it stands.
        version: what a decision must name.
        name: of the notifier.
        email: of the notifier.
        phone: of the notifier.
        statement: what is unlawful, in the notifier's words.
        channel: how it came.
        recorded_by: who wrote it down where it came from outside, else None.
        comments: how many it is about.
        hides: its comments are hidden while it is open.
        opened_at: UTC.
        due_at: until when it must be decided.
        decided_at: when it was.
        decided_by: by whom.
        note: why.
    """

    id: UUID
    number: str
    status: CaseStatus
    version: int
    name: str
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    statement: str
    channel: Channel
    recorded_by: str | None
    comments: int
    hides: bool
    opened_at: datetime
    due_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """What a case keeps of one comment. `intact`: it still has the fingerprint it was stored with.

    `status` and `version` are of now; those of then are in `values`.
    """

    comment_id: UUID
    values: Mapping[str, Any]
    sha256: str
    intact: bool
    status: Status
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case with everything it keeps, and the sections it touches."""

    case: CaseView
    evidence: tuple[EvidenceView, ...]
    sections: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesQuery:
    """Cases of one status, the first due first; None for all that are decided, the latest first.

    `size` of them after a key (None: from the start). `viewer`: only those that this person may see (see
    `sections_of`); None for all.
    """

    status: CaseStatus | None
    size: int
    after: CaseKey | None = None
    viewer: DeskUser | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesPage:
    """One page; `next` is the key the following page comes after, None on the last."""

    cases: tuple[CaseView, ...]
    next: CaseKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeQuery:
    """A case, and who asks: every name this client writes under (`u:…`, `r:…`)."""

    case_id: UUID
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A case as its notifier sees it, and the page of its first comment."""

    case: CaseView
    page: PageRow


_COMMENTS_OF = (
    select(func.count())
    .where(case_comments.c.site_id == cases.c.site_id, case_comments.c.case_id == cases.c.id)
    .scalar_subquery()
    .label("comments")
)
_CASES = select(cases, _COMMENTS_OF).where(cases.c.site_id == bindparam("site"))
_CASE = _CASES.where(cases.c.id == bindparam("case"))
_OWN = _CASE.where(cases.c.reader.in_(bindparam("readers", expanding=True)))
_LIST = (
    _CASES.where(cases.c.status == bindparam("status"))
    .order_by(cases.c.due_at, cases.c.id)
    .limit(bindparam("size", type_=Integer()))
)
_MORE = _LIST.where(
    tuple_(cases.c.due_at, cases.c.id) > tuple_(bindparam("at", type_=Moment()), bindparam("id", type_=Uuid()))
)
_DECIDED = (
    _CASES.where(cases.c.decided_at.is_not(None))
    .order_by(cases.c.decided_at.desc(), cases.c.id.desc())
    .limit(bindparam("size", type_=Integer()))
)
_MORE_DECIDED = _DECIDED.where(
    tuple_(cases.c.decided_at, cases.c.id) < tuple_(bindparam("at", type_=Moment()), bindparam("id", type_=Uuid()))
)
_EVIDENCE = (
    select(
        case_comments.c.comment_id,
        case_comments.c.evidence,
        case_comments.c.sha256,
        comments.c.status,
        comments.c.version,
        comments.c.page_id,
    )
    .join(comments, and_(comments.c.site_id == case_comments.c.site_id, comments.c.id == case_comments.c.comment_id))
    .where(case_comments.c.site_id == bindparam("site"), case_comments.c.case_id == bindparam("case"))
    .order_by(case_comments.c.comment_id)
)


_OF_CASE = and_(comments.c.site_id == case_comments.c.site_id, comments.c.id == case_comments.c.comment_id)
_SECTIONS = (
    select(comments.c.section)
    .distinct()
    .join(case_comments, _OF_CASE)
    .where(case_comments.c.site_id == bindparam("site"), case_comments.c.case_id == bindparam("case"))
)
_ELSEWHERE = exists().where(
    case_comments.c.site_id == cases.c.site_id,
    case_comments.c.case_id == cases.c.id,
    _OF_CASE,
    comments.c.section.not_in(bindparam("sections", expanding=True)),
)


def list_cases(tx: Tx, query: CasesQuery) -> CasesPage:
    """One page of cases."""
    params: dict[str, Any] = {"site": tx.site, "size": query.size + 1}
    if query.after is not None:
        params["at"], params["id"] = query.after
    if query.status is None:
        statement = _DECIDED if query.after is None else _MORE_DECIDED
    else:
        statement = _LIST if query.after is None else _MORE
        params["status"] = query.status
    if query.viewer is not None and query.viewer.sections is not None:
        statement = statement.where(~_ELSEWHERE)
        params["sections"] = sorted(query.viewer.sections)
    found = tx.execute(statement, params).all()
    rows = found[: query.size]
    following = None
    if len(found) > query.size:
        following = (rows[-1].due_at if query.status else rows[-1].decided_at, rows[-1].id)
    return CasesPage(cases=tuple(_view(row) for row in rows), next=following)


def sections_of(tx: Tx, case_id: UUID) -> frozenset[str]:
    """The sections that a case touches. Whoever has to do with it looks after all of them."""
    return frozenset(tx.execute(_SECTIONS, {"site": tx.site, "case": case_id}).scalars())


def read_case(tx: Tx, case_id: UUID) -> CaseFile:
    """One case with its evidence.

    Raises:
        NotFound: `unknown_case`.
    """
    key = {"site": tx.site, "case": case_id}
    row = tx.execute(_CASE, key).first()
    if row is None:
        raise NotFound("unknown_case")
    evidence = tuple(_evidence(kept) for kept in tx.execute(_EVIDENCE, key))
    return CaseFile(case=_view(row), evidence=evidence, sections=sections_of(tx, case_id))


def require_case(tx: Tx, case_id: UUID, actor: DeskUser) -> CaseFile:
    """One case for somebody who looks after all its sections.

    Raises:
        NotFound: `unknown_case`.
        Refused: `section_required`.
    """
    file = read_case(tx, case_id)
    for section in file.sections:
        require_section(actor, section)
    return file


def one_section(sections: frozenset[str]) -> str | None:
    """The section that a journal entry about a case names: None where it touches several."""
    return next(iter(sections)) if len(sections) == 1 else None


def read_notice(tx: Tx, query: NoticeQuery) -> Notice:
    """A case for who gave notice.

    Raises:
        NotFound: `unknown_case`: none, or somebody else's; nobody can tell which.
    """
    key = {"site": tx.site, "case": query.case_id}
    row = tx.execute(_OWN, key | {"readers": list(query.readers)}).first()
    first = None if row is None else tx.execute(_EVIDENCE, key).first()
    page = None if first is None else find_page(tx, first.page_id)
    if row is None or page is None:
        raise NotFound("unknown_case")
    return Notice(case=_view(row), page=page)


def _view(row: Any) -> CaseView:  # noqa: ANN401  (a row of `cases`)
    return CaseView(
        id=row.id,
        number=case_code(row.year, row.number),
        status=CaseStatus(row.status),
        version=row.version,
        name=row.notifier_name,
        email=row.notifier_email,
        phone=row.notifier_phone,
        statement=row.statement,
        channel=Channel(row.channel),
        recorded_by=row.recorded_by,
        comments=row.comments,
        hides=row.hides,
        opened_at=row.opened_at,
        due_at=row.due_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        note=row.decision_note,
    )


def _evidence(row: Any) -> EvidenceView:  # noqa: ANN401  (a row of `_EVIDENCE`)
    return EvidenceView(
        comment_id=row.comment_id,
        values=row.evidence,
        sha256=row.sha256,
        intact=fingerprint(row.evidence) == row.sha256,
        status=Status(row.status),
        version=row.version,
    )
