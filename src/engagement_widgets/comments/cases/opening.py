"""Opening a case: a number, the evidence, the clock, and the comments hidden at once, all in one transaction.

To hide at once is a weapon, so it has bounds a day: for one reader, one address and the whole site, counted in
comments. Beyond them, and where nothing tells a person from a program, the case opens all the same, without hiding.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import Text, bindparam, insert, literal_column, select

from engagement_widgets.comments.cases.evidence import take_evidence
from engagement_widgets.comments.cases.reading import one_section, sections_of
from engagement_widgets.comments.cases.states import CaseStatus, Channel, case_code
from engagement_widgets.comments.cases.tables import case_comments, case_numbers, cases
from engagement_widgets.comments.decisions import change_status, lock_comment
from engagement_widgets.comments.held import hold
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.visibility import is_public
from engagement_widgets.errors import NotFound, TooMany
from engagement_widgets.events import CaseDue
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.reach import require_section
from engagement_widgets.journal.service import SYSTEM, Record, record
from engagement_widgets.pages.states import on_shown_page
from engagement_widgets.storage.quotas import spend, spend_spaced
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

QUOTA: Final = 5
# Of readers never seen before, from one address.
NEW_QUOTA: Final = 10
HIDDEN_BY_READER: Final = 5
HIDDEN_BY_ADDRESS: Final = 10
HIDDEN_ON_SITE: Final = 50
DAY: Final = timedelta(days=1)
RESEND_WINDOW: Final = timedelta(minutes=10)
REMINDED_BEFORE: Final = (timedelta(hours=12), timedelta(hours=2))
"""So long before its deadline colleagues are reminded of an open case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A notice as it was sent, parsed and checked.

    Attributes:
        comment_ids: the comments it is about, 1–10.
        channel: how it came.
        actor: the colleague who writes down what came from outside; no bounds of a day hold for them.
        name: of the notifier.
        email: of the notifier; one of this and `phone` is given.
        phone: of the notifier.
        statement: what is unlawful.
        reader: who sent it: `u:` and the host's user id, or `r:` and the reader's hash.
        address_hash: keyed hash of the client's address, which is not stored.
        is_new: this is the reader's first write at the site.
        hides: the comments may be hidden at once.
        deadline: until it must be decided.
        year: of this moment in the site's zone.
    """

    comment_ids: tuple[UUID, ...]
    name: str
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    statement: str
    reader: str
    address_hash: str
    is_new: bool
    hides: bool
    deadline: timedelta
    year: int
    channel: Channel = Channel.FORM
    actor: DeskUser | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A new case. `hides`: its comments are hidden."""

    case_id: UUID
    number: str
    due_at: datetime
    hides: bool


_RESENT = (
    select(cases.c.id, cases.c.year, cases.c.number, cases.c.due_at, cases.c.hides)
    .where(
        cases.c.site_id == bindparam("site"),
        cases.c.status == literal_column(f"'{CaseStatus.OPEN}'"),
        cases.c.reader == bindparam("reader"),
        cases.c.notifier_name == bindparam("name", type_=Text()),
        cases.c.statement == bindparam("statement", type_=Text()),
        cases.c.opened_at > bindparam("since", type_=Moment()),
    )
    .order_by(cases.c.id.desc())
    .limit(literal_column("1"))
)
_SUBJECTS = select(case_comments.c.comment_id).where(
    case_comments.c.site_id == bindparam("site"), case_comments.c.case_id == bindparam("case")
)
_SHOWN = select(comments.c.id).where(
    comments.c.site_id == bindparam("site"),
    comments.c.id.in_(bindparam("comments", expanding=True)),
    on_shown_page(comments.c.page_id),
)
_INSERT_CASE = insert(cases)
_INSERT_COMMENTS = insert(case_comments)
# The row's lock gives each number once; one that fails to commit gives its number back.
_NEXT_NUMBER = Upsert(
    lambda insert: (
        insert(case_numbers)
        .on_conflict_do_update(index_elements=["site_id", "year"], set_={"last": case_numbers.c.last + 1})
        .returning(case_numbers.c.last)
    )
)


def open_case(tx: Tx, command: OpenCase) -> Opened:
    """Open a case about public comments; a colleague's may be about any that still exist.

    What is sent a second time within `RESEND_WINDOW` opens nothing and is answered as the first time.

    Raises:
        NotFound: `unknown_comment`: one of them is not public, or its page is withdrawn; nothing is written.
        Refused: `section_required`, of a colleague.
        TooMany: `too_many_cases`.
    """
    rows = _lock_all(tx, command)
    if (first := _first_result(tx, command)) is not None:
        return first
    if command.actor is None:
        _require_public(tx, rows)
        _spend(tx, command)
    hides = command.hides and (command.actor is not None or _may_hide(tx, command))
    number = tx.execute(_NEXT_NUMBER[tx.dialect], {"site_id": tx.site, "year": command.year, "last": 1}).scalar_one()
    opened = Opened(
        case_id=tx.new_id(),
        number=case_code(command.year, number),
        due_at=tx.now + command.deadline,
        hides=hides,
    )
    _store(tx, command, opened, number)
    tx.execute(_INSERT_COMMENTS, [_take(tx, row, opened) for row in rows])
    after = {"status": CaseStatus.OPEN, "hidden": hides, "comments": len(rows)}
    actor, sections = command.actor or SYSTEM, sections_of(tx, opened.case_id)
    for section in sections:
        require_section(actor, section)
    deed = Record(
        actor=actor,
        action="case.opened",
        subject_kind="case",
        subject_id=opened.number,
        after=after,
        section=one_section(sections),
    )
    record(tx, deed)
    moments = reminders(tx.now, opened.due_at)
    for identity, moment in zip(reminder_ids(opened.case_id), moments, strict=False):
        tx.emit(CaseDue(id=identity, site=tx.site, at=tx.now, case_id=opened.case_id), not_before=moment)
    return opened


def reminders(opened_at: datetime, due_at: datetime) -> tuple[datetime, ...]:
    """When colleagues are reminded of a case; of one that leaves no time for that, once in the middle."""
    ahead = tuple(due_at - before for before in REMINDED_BEFORE if due_at - before > opened_at)
    return ahead or (opened_at + (due_at - opened_at) / 2,)


def reminder_ids(case_id: UUID) -> tuple[UUID, ...]:
    """The ids of the reminders of a case, those that wait and those that were sent: a decision takes them back."""
    return tuple(uuid5(case_id, f"due {number}") for number in range(len(REMINDED_BEFORE)))


def _lock_all(tx: Tx, command: OpenCase) -> list[Any]:
    """In the order of their ids, so that two cases never wait for each other."""
    return [lock_comment(tx, comment_id) for comment_id in sorted(command.comment_ids)]


def _require_public(tx: Tx, rows: Sequence[Any]) -> None:
    if not (all(is_public(row.status) for row in rows) and _are_on_shown_pages(tx, rows)):
        raise NotFound("unknown_comment")


def _first_result(tx: Tx, command: OpenCase) -> Opened | None:
    """What a double click or a lost answer has opened before."""
    asked = {"site": tx.site, "reader": command.reader, "name": command.name, "statement": command.statement}
    row = tx.execute(_RESENT, asked | {"since": tx.now - RESEND_WINDOW}).first()
    if row is None:
        return None
    subjects = tx.execute(_SUBJECTS, {"site": tx.site, "case": row.id}).scalars().all()
    if set(subjects) != set(command.comment_ids):
        return None
    return Opened(case_id=row.id, number=case_code(row.year, row.number), due_at=row.due_at, hides=row.hides)


def _are_on_shown_pages(tx: Tx, rows: Sequence[Any]) -> bool:
    shown = tx.execute(_SHOWN, {"site": tx.site, "comments": [row.id for row in rows]}).scalars()
    return {row.id for row in rows} == set(shown)


def _spend(tx: Tx, command: OpenCase) -> None:
    if command.is_new:
        wait = spend(tx, f"case-new:{command.address_hash}", NEW_QUOTA, DAY)
    else:
        wait = spend(tx, f"case:{_hashed(command.reader)}", QUOTA, DAY)
    if wait is not None:
        raise TooMany("too_many_cases", retry_after=wait)


def _may_hide(tx: Tx, command: OpenCase) -> bool:
    buckets = (
        (f"case-hides:{_hashed(command.reader)}", HIDDEN_BY_READER),
        (f"case-hides-at:{command.address_hash}", HIDDEN_BY_ADDRESS),
        ("case-hides", HIDDEN_ON_SITE),
    )
    return all(spend_spaced(tx, bucket, most, DAY) for bucket, most in buckets for _ in command.comment_ids)


def _hashed(reader: str) -> str:
    return hashlib.sha256(reader.encode()).hexdigest()


def _store(tx: Tx, command: OpenCase, opened: Opened, number: int) -> None:
    tx.execute(
        _INSERT_CASE,
        {
            "site_id": tx.site,
            "id": opened.case_id,
            "year": command.year,
            "number": number,
            "status": CaseStatus.OPEN,
            "version": 1,
            "notifier_name": command.name,
            "notifier_email": command.email,
            "notifier_phone": command.phone,
            "channel": command.channel,
            "recorded_by": None if command.actor is None else command.actor.name[:255],
            "statement": command.statement,
            "reader": command.reader,
            "hides": opened.hides,
            "opened_at": tx.now,
            "due_at": opened.due_at,
        },
    )


def _take(tx: Tx, row: Any, opened: Opened) -> dict[str, Any]:  # noqa: ANN401  (of `lock_comment`)
    """Copy a comment, then hold it; the evidence is what readers saw."""
    evidence = take_evidence(tx, row.id)
    hidden_version = change_status(tx, row, Status.PENDING) if opened.hides and is_public(row.status) else None
    hold(tx, row.id, HeldReason.CASE, {"number": opened.number, "hides": opened.hides})
    return {
        "site_id": tx.site,
        "case_id": opened.case_id,
        "comment_id": row.id,
        "evidence": dict(evidence.values),
        "sha256": evidence.sha256,
        "status_before": row.status,
        "hidden_version": hidden_version,
    }
