"""How a comment comes in: once, with the reasons it waits for, in as few statements as will do.

A submission key names one sending. It is unguessable (`fields.parse_submission_key`), so that a resend answers the
first result instead of making a second comment: after a double click, a lost answer, the back button.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, insert, literal_column, select, true

from engagement_widgets.comments.brake import ASKED_EVERY, pull, pull_for, pull_for_site
from engagement_widgets.comments.counters import Move, make_move
from engagement_widgets.comments.emergencies import Scope
from engagement_widgets.comments.grouping import WAITING_TWIN, group_of
from engagement_widgets.comments.letters.addresses import GiveAddress, give_address
from engagement_widgets.comments.quotas import is_crowded, spend_quota
from engagement_widgets.comments.rules.case import Case, Ruling
from engagement_widgets.comments.rules.facts import GIVEN, QUESTIONS, bind
from engagement_widgets.comments.rules.judging import judge, store_bands, store_holds
from engagement_widgets.comments.search.index import index_comment
from engagement_widgets.comments.sending import Check, Submission, Submitted
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.threads import path_of_reply, standing_above
from engagement_widgets.comments.traits import reason_bits
from engagement_widgets.comments.visibility import public
from engagement_widgets.errors import Conflict, NotFound, Refused
from engagement_widgets.pages.service import ensure_page
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.prepared import Prepared
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

# The same text again is the same sending for this long: a second tab, or a form that brings no key, has no other sign.
RESEND_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Where a comment stands: under no root, or under one, answering the root or one of its replies.

    `answered_path` is the path of what it answers, "" for a root.
    """

    root_id: UUID | None = None
    reply_to_id: UUID | None = None
    answered_path: str = ""


_HERE = and_(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page"))
_KEY = and_(comments.c.site_id == bindparam("site"), comments.c.submission_key == bindparam("key"))
_FIRST = select(comments.c.id, comments.c.status, comments.c.reader)
_BY_KEY = Prepared(_FIRST.where(_KEY))
_RECENT = _FIRST.where(
    _HERE,
    comments.c.body_hash == bindparam("hash"),
    comments.c.reader == bindparam("reader"),
    comments.c.submitted_at > bindparam("since", type_=Moment()),
    comments.c.withdrawn_at.is_(None),
    func.coalesce(comments.c.reply_to_id, comments.c.parent_id).is_not_distinct_from(bindparam("parent", type_=Uuid())),
).limit(literal_column("1"))
_PARENT = select(comments.c.id, comments.c.parent_id, comments.c.thread_path).where(
    _HERE, comments.c.id == bindparam("parent"), public()
)
# PostgreSQL holds the row as a foreign key does: whoever merges or withdraws the page waits, or is waited for.
_PAGE = (
    select(pages.c.id, pages.c.section, pages.c.comments_closed_at, pages.c.moved_to, pages.c.withdrawn_at)
    .where(pages.c.site_id == bindparam("site"), pages.c.id == bindparam("page", type_=Uuid()))
    .with_for_update(read=True, key_share=True)
    .subquery("h")
)
# Short names: psycopg reads a statement anew that is longer than it remembers.
_k = comments.alias("k")
# One statement for everything the decision needs: a post must not cost a round trip a question.
_ASKED = (
    select(
        select(_k.c.id)
        .where(_k.c.site_id == bindparam("site"), _k.c.submission_key == bindparam("key"))
        .scalar_subquery()
        .label("known"),
        WAITING_TWIN.label("waits"),
        *QUESTIONS,
    )
    .select_from(GIVEN)
    .subquery("a")
)
# The page is joined to the answers, not to what they are asked about: SQLite would look `GIVEN` up for each of them.
_FACTS = Prepared(
    select(
        _ASKED,
        _PAGE.c.id.label("page"),
        _PAGE.c.section,
        _PAGE.c.comments_closed_at,
        _PAGE.c.moved_to,
        _PAGE.c.withdrawn_at,
    ).select_from(_ASKED.outerjoin(_PAGE, true()))
)
_INSERT = Prepared(insert(comments))
_INSERT_UNLESS_SENT = Prepared(
    Upsert(
        lambda insert: (
            insert(comments)
            .on_conflict_do_nothing(index_elements=[comments.c.site_id, comments.c.submission_key])
            .returning(comments.c.id)
        )
    )
)


def check_submission(tx: Tx, check: Check) -> Submitted | None:
    """The first result when this was sent before, else None once there is something to answer.

    Asked before the captcha is spent, and again inside `submit_comment`.

    Raises:
        Conflict: `submission_key_used`, by another reader.
        NotFound: `unknown_parent`.
    """
    if check.submission_key is not None:
        first = tx.execute(_BY_KEY, {"site": tx.site, "key": check.submission_key}).first()
        if first is not None:
            return _repeated(first, check.reader)
    _thread_of(tx, check.page_id, check.parent)
    return None


def submit_comment(tx: Tx, sent: Submission) -> Submitted:
    """Store a comment: held for every reason there is, or published when there is none.

    Raises:
        RulesChanged: the text has to be examined again.
        Conflict: `submission_key_used`.
        Invalid: `rejected_by_rule`.
        NotFound: `unknown_parent`: not a public comment of this page; `page_withdrawn`.
        Refused: `comments_closed`, by hand; `writer_blocked`.
        TooMany: `too_many_comments`, `no_code_busy`.
    """
    case = _case(sent)
    facts = tx.execute(_FACTS, {**bind(tx, case), "key": sent.submission_key}).one()
    if facts.moved_to is not None:  # since its page was asked for
        return submit_comment(tx, replace(sent, page_id=facts.moved_to))
    first = _first_result(tx, sent) if facts.known or facts.twin else None
    if first is not None:
        return first
    if facts.withdrawn_at is not None:
        raise NotFound("page_withdrawn")
    if facts.comments_closed_at is not None:
        raise Refused("comments_closed")
    if facts.page is None:
        page_id = ensure_page(tx, sent.page)
        if page_id != sent.page_id:  # another has just made it an alias
            return submit_comment(tx, replace(sent, page_id=page_id))
    if facts.section is not None and facts.section != sent.page.section:
        sent = replace(sent, page=replace(sent.page, section=facts.section))
    thread = _thread_of(tx, sent.page_id, sent.parent)
    spend_quota(tx, sent)
    if not facts.known_reader and is_crowded(tx, sent):
        case = replace(case, signs=case.signs | {HeldReason.CROWD})
    ruling = judge(tx, case, facts)
    return _store(tx, sent, thread, case, ruling, group_of(tx, ruling, facts.waits))


def _case(sent: Submission) -> Case:
    signs = {
        HeldReason.NO_CODE: sent.no_code,
        HeldReason.HASTY: sent.hasty,
        HeldReason.NO_WORK: sent.no_work,
        HeldReason.TRAP: sent.trapped,
    }
    return Case(
        page=sent.page,
        page_id=sent.page_id,
        reader=sent.reader,
        email=sent.email,
        address_hash=sent.address_hash,
        body=sent.body,
        body_hash=sent.body_hash,
        moderation=sent.moderation,
        trust_after=sent.trust_after,
        brakes=sent.brakes,
        is_staff=sent.is_staff,
        signs=frozenset(sign for sign, is_there in signs.items() if is_there),
        examined=sent.examined,
    )


def _first_result(tx: Tx, sent: Submission) -> Submitted | None:
    first = tx.execute(_BY_KEY, {"site": tx.site, "key": sent.submission_key}).first()
    if first is None:
        recent = {
            "site": tx.site,
            "page": sent.page_id,
            "hash": sent.body_hash,
            "reader": sent.reader,
            "since": tx.now - RESEND_WINDOW,
            "parent": sent.parent,
        }
        first = tx.execute(_RECENT, recent).first()
    return None if first is None else _repeated(first, sent.reader)


def _repeated(first: Any, reader: str) -> Submitted:  # noqa: ANN401  (a row of `_FIRST`)
    if first.reader != reader:
        raise Conflict("submission_key_used")
    return Submitted(comment_id=first.id, status=Status(first.status), repeated=True)


def _thread_of(tx: Tx, page_id: UUID, parent: UUID | None) -> Thread:
    if parent is None:
        return Thread()
    row = tx.execute(_PARENT, {"site": tx.site, "page": page_id, "parent": parent}).first()
    if row is None:
        raise NotFound("unknown_parent")
    if row.parent_id is None:
        return Thread(root_id=row.id)
    return Thread(root_id=row.parent_id, reply_to_id=row.id, answered_path=row.thread_path)


def _store(tx: Tx, sent: Submission, thread: Thread, case: Case, ruling: Ruling, group_id: UUID | None) -> Submitted:
    status = ruling.status
    comment_id = tx.new_id()
    is_public = status is Status.APPROVED
    path = path_of_reply(thread.answered_path, comment_id, depth=sent.reply_depth) if thread.root_id else ""
    row = _row(tx, sent, thread) | {
        "id": comment_id,
        "status": status,
        "thread_path": path,
        "listed": is_public,
        "decided_at": tx.now if is_public else None,
        "traits": reason_bits(found.rule.kind for found in ruling.findings) | sent.examined.traits,
        "group_id": group_id,
    }
    if tx.dialect == "sqlite":  # its one writer has looked for the key in this very transaction
        tx.execute(_INSERT, row)
    elif tx.execute(_INSERT_UNLESS_SENT, row).first() is None:  # stored by another process since we looked
        first = _first_result(tx, sent)
        if first is None:
            raise Conflict("submission_key_used")
        return first
    index_comment(tx, comment_id, sent.words)
    store_holds(tx, comment_id, ruling.findings)
    store_bands(tx, comment_id, case)
    if sent.email and sent.letters and not sent.trapped:
        given = GiveAddress(address=sent.email, proof=sent.letters, comment_id=comment_id, network=sent.address_hash)
        give_address(tx, given)
    above = standing_above(thread.root_id, path)
    move = Move(
        page_id=sent.page_id, section=row["section"], above=above, before=None, after=status, traits=row["traits"]
    )
    make_move(tx, comment_id, move)
    if ruling.wave is not None:
        pull(tx, pull_for(Scope.PAGE, str(sent.page_id), ruling.wave))
    if sent.brakes and comment_id.int % ASKED_EVERY == 0:
        pull_for_site(tx, case)
    return Submitted(comment_id=comment_id, status=status)


def _row(tx: Tx, sent: Submission, thread: Thread) -> dict[str, Any]:
    return {
        "site_id": tx.site,
        "page_id": sent.page_id,
        "parent_id": thread.root_id,
        "reply_to_id": thread.reply_to_id,
        "section": sent.page.section,
        "version": 1,
        "author_name": sent.name,
        "author_email": sent.email,
        "is_staff": sent.is_staff,
        "reader": sent.reader,
        "body": sent.body,
        "body_hash": sent.body_hash,
        "submission_key": sent.submission_key,
        "address_hash": sent.address_hash,
        "submitted_at": tx.now,
        "approved_replies": 0,
    }
