"""What authors do to their own comments: change the text, take the comment back. Former texts are kept.

A changed text is judged as a new one is, by the same reasons. One that was public stays so when nothing holds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, and_, bindparam, case, insert, literal_column, or_, select, update

from engagement_widgets.comments.cases.freezing import frozen
from engagement_widgets.comments.counters import RECENT, Move, make_move
from engagement_widgets.comments.ownership import (
    ANSWERED,
    IS_AUTHORS,
    Author,
    Standing,
    authors_params,
    edit_refusal,
    withdrawal_refusal,
)
from engagement_widgets.comments.quotas import spend_writing
from engagement_widgets.comments.rules.case import Case, Examined
from engagement_widgets.comments.rules.judging import drop_bands, judge, replace_bands, replace_holds
from engagement_widgets.comments.rules.rule import BUILT_IN, Finding
from engagement_widgets.comments.search.index import index_comment
from engagement_widgets.comments.search.words import indexed
from engagement_widgets.comments.states import OF_THE_TEXT, HeldReason, Status
from engagement_widgets.comments.tables import comments, versions
from engagement_widgets.comments.threads import standing_above
from engagement_widgets.comments.traits import REASONS, reason_bits
from engagement_widgets.comments.visibility import is_public
from engagement_widgets.errors import Conflict, NotFound, Refused
from engagement_widgets.events import CommentEdited
from engagement_widgets.hooks import Moderation, Page
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Another text for a comment, parsed and checked.

    Attributes:
        comment_id: of which comment.
        author: who asks.
        version: the version the author has seen.
        body: parsed by `fields.BODY`.
        body_hash: `sending.body_hash(body)`.
        page: what the comment is about.
        examined: what rules and checkers found in the new text before.
        moderation: the page's rule at this moment.
        trust_after: approved comments that `Moderation.TRUST` asks for.
        window: for how long after sending a text can be changed.
        waits: a text that a moderator has approved waits again under the page's rule.
    """

    comment_id: UUID
    author: Author
    version: int
    body: str
    body_hash: str
    page: Page
    examined: Examined
    moderation: Moderation
    trust_after: int
    window: timedelta
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Take a comment back; the attributes are as in `Edit`."""

    comment_id: UUID
    author: Author
    window: timedelta


_ROW = (
    select(
        comments.c.id,
        comments.c.page_id,
        comments.c.section,
        comments.c.traits,
        comments.c.parent_id,
        comments.c.thread_path,
        comments.c.status,
        comments.c.version,
        comments.c.author_name,
        comments.c.body,
        comments.c.reader,
        comments.c.author_email,
        comments.c.address_hash,
        comments.c.is_staff,
        comments.c.submitted_at,
        comments.c.edited_at,
        comments.c.withdrawn_at,
        ANSWERED.label("answered"),
    )
    .where(IS_AUTHORS, comments.c.id == bindparam("comment"))
    .with_for_update(of=comments)
)
_KEEP = insert(versions)
_THIS = and_(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
_MOVED = {
    "status": bindparam("to_status"),
    "version": comments.c.version + 1,
    "listed": or_(bindparam("to_public", type_=Boolean()), comments.c.approved_replies > literal_column("0")),
    "pinned_at": case((bindparam("to_public", type_=Boolean()), comments.c.pinned_at)),
}
_EDIT = (
    update(comments)
    .where(_THIS)
    .values(
        **_MOVED,
        body=bindparam("to_body"),
        body_hash=bindparam("to_hash"),
        edited_at=bindparam("at", type_=Moment()),
        traits=bindparam("to_traits"),
    )
)
_WITHDRAW = update(comments).where(_THIS).values(**_MOVED, withdrawn_at=bindparam("at", type_=Moment()))


def edit_comment(tx: Tx, command: Edit) -> Status:
    """Put another text in the place of a comment's, and return where the comment then stands.

    A text that says what stands there already changes nothing, so that a second click is answered as the first.

    Raises:
        RulesChanged: the text has to be examined again.
        NotFound: `unknown_receipt`: none, somebody else's, or too old; nobody can tell which.
        Conflict: `comment_changed`: it is another version than the author has seen.
        Invalid: `rejected_by_rule`.
        Refused: `comment_decided`, `comment_disputed`, `comment_answered`, `edit_window_over`, `writer_blocked`.
        TooMany: `too_many_comments`.
    """
    row = _fetch(tx, command.comment_id, command.author)
    before = Status(row.status)
    if row.body == command.body:
        return before
    if row.version != command.version:
        raise Conflict("comment_changed")
    _refuse(edit_refusal(_standing(tx, row, command.window), tx.now))
    if not row.is_staff:
        spend_writing(tx, row.reader)
    changed = _case(row, command)
    ruling = judge(tx, changed)
    after = Status.PENDING if before is Status.PENDING and not ruling.findings else ruling.status
    _keep_former(tx, row)
    findings = _told(ruling.findings, before, after)
    replace_holds(tx, row.id, findings)
    replace_bands(tx, row.id, changed, former=row.body)
    traits = _traits(row, findings, command.examined)
    params = {"to_body": command.body, "to_hash": command.body_hash, "to_traits": traits}
    tx.execute(_EDIT, _moved(tx, row, after) | params)
    index_comment(tx, row.id, indexed(row.author_name, command.body))
    is_told = _move(tx, row, after, traits)
    if is_public(after) and not is_told:
        tx.touch(str(row.page_id))
        tx.touch(RECENT)
        tx.emit(CommentEdited(**tx.event_fields(), page_id=row.page_id, comment_id=row.id))
    return after


def withdraw_comment(tx: Tx, command: Withdraw) -> None:
    """Take a comment back for its author. A second time changes nothing.

    Raises:
        NotFound: `unknown_receipt`.
        Refused: `comment_decided`, `comment_disputed`, `withdrawal_window_over`.
    """
    row = _fetch(tx, command.comment_id, command.author)
    if row.withdrawn_at is not None:
        return
    _refuse(withdrawal_refusal(_standing(tx, row, command.window), tx.now))
    tx.execute(_WITHDRAW, _moved(tx, row, Status.DELETED))
    drop_bands(tx, row.id, row.page_id, row.body)
    _move(tx, row, Status.DELETED, row.traits)


def _fetch(tx: Tx, comment_id: UUID, author: Author) -> Any:  # noqa: ANN401  (a row of `_ROW`)
    row = tx.execute(_ROW, authors_params(tx, author) | {"comment": comment_id}).first()
    if row is None:
        raise NotFound("unknown_receipt")
    return row


def _standing(tx: Tx, row: Any, window: timedelta) -> Standing:  # noqa: ANN401
    return Standing(
        status=Status(row.status),
        submitted_at=row.submitted_at,
        answered=bool(row.answered),
        disputed=frozen(tx, row.id) is not None,  # asked once the row is held, for which a case may have been waited
        window=window,
    )


def _refuse(code: str | None) -> None:
    if code is not None:
        raise Refused(code)


def _case(row: Any, command: Edit) -> Case:  # noqa: ANN401
    """The new text before the rules. How the comment came in holds it no longer once it was approved."""
    is_spared = is_public(row.status) and not command.waits
    return Case(
        page=command.page,
        page_id=row.page_id,
        reader=row.reader,
        email=row.author_email,
        address_hash=row.address_hash,
        body=command.body,
        body_hash=command.body_hash,
        moderation=Moderation.POST if is_spared else command.moderation,
        trust_after=command.trust_after,
        is_staff=row.is_staff,
        examined=command.examined,
        comment_id=row.id,
    )


def _told(findings: Sequence[Finding], before: Status, after: Status) -> tuple[Finding, ...]:
    """Why it waits, also where that is the change alone."""
    was_public = is_public(before) and not is_public(after)
    nothing_else = after is Status.PENDING and not findings
    changed = (Finding(rule=BUILT_IN[HeldReason.EDITED.value]),) if was_public or nothing_else else ()
    return (*findings, *changed)


def _keep_former(tx: Tx, row: Any) -> None:  # noqa: ANN401
    tx.execute(
        _KEEP,
        {
            "site_id": tx.site,
            "comment_id": row.id,
            "version": row.version,
            "body": row.body,
            "written_at": row.edited_at or row.submitted_at,
        },
    )


def _moved(tx: Tx, row: Any, after: Status) -> dict[str, Any]:  # noqa: ANN401
    return {
        "site": tx.site,
        "comment": row.id,
        "to_status": after,
        "to_public": is_public(after),
        "at": tx.now,
    }


def _traits(row: Any, findings: Sequence[Finding], examined: Examined) -> int:  # noqa: ANN401
    """What is said of the new text; how the comment came in stays."""
    stays: int = row.traits & REASONS & ~reason_bits(OF_THE_TEXT)
    return stays | reason_bits(one.rule.kind for one in findings) | examined.traits


def _move(tx: Tx, row: Any, after: Status, traits: int) -> bool:  # noqa: ANN401
    move = Move(
        page_id=row.page_id,
        section=row.section,
        above=standing_above(row.parent_id, row.thread_path),
        before=Status(row.status),
        after=after,
        traits=traits,
        had=row.traits,
    )
    return make_move(tx, row.id, move)
