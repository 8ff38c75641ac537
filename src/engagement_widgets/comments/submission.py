"""How a comment comes in: once, with the reasons it waits for, in as few statements as will do.

A submission key names one sending. It is unguessable (`fields.parse_submission_key`), so that a resend answers the
first result instead of making a second comment: after a double click, a lost answer, the back button.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, insert, literal_column, select, true

from engagement_widgets.comments.counters import Move, make_move
from engagement_widgets.comments.grouping import WAITING_TWIN, group_of
from engagement_widgets.comments.letters.addresses import GiveAddress, Proof, give_address
from engagement_widgets.comments.rules.case import Case, Examined, Ruling
from engagement_widgets.comments.rules.facts import GIVEN, QUESTIONS, bind
from engagement_widgets.comments.rules.judging import judge, store_bands, store_holds
from engagement_widgets.comments.search.index import index_comment
from engagement_widgets.comments.search.words import Word
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.threads import path_of_reply, standing_above
from engagement_widgets.comments.traits import reason_bits
from engagement_widgets.comments.visibility import public
from engagement_widgets.errors import Conflict, NotFound, Refused, TooMany
from engagement_widgets.hooks import Moderation, Page
from engagement_widgets.kernel.text import fold
from engagement_widgets.pages.service import ensure_page
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.quotas import spend, spend_spaced
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

# Of one reader, the first ever not counted.
QUOTA = 10
# From one address, which thousands may share. It closes the lane without a code, never the way with one.
NO_CODE_QUOTA = 20
# Of readers from one address of whom nothing was approved yet; the others are taken as well, and held for it. So a
# machine that changes its cookies does not fill the queue in the name of the many behind its address.
NEWCOMERS = 5
QUOTA_WINDOW = timedelta(minutes=10)
# The same text again is the same sending for this long: a second tab, or a form that brings no key, has no other sign.
RESEND_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A comment as it was sent, parsed and checked.

    Attributes:
        page: what it is about, as its page reference says.
        page_id: that page's id.
        reader: who writes: `u:` and the host's user id, or `r:` and the reader's hash.
        name: parsed by `fields.NAME`, or `fields.host_name`.
        email: parsed by `fields.parse_email`.
        letters: what is known of that address, where letters are to be sent to it; None for none.
        body: parsed by `fields.BODY`.
        body_hash: `body_hash(body)`.
        words: `search.words.indexed(name, body)`.
        examined: what rules and checkers found in it before.
        moderation: the page's rule at this moment.
        trust_after: approved comments that `Moderation.TRUST` asks for.
        parent: the comment it answers.
        is_staff: the host's identity says that the newsroom writes.
        no_code: sent without a captcha code.
        hasty: the captcha's code came back sooner than people type it.
        no_work: the browser did not do the work asked beside the code.
        trapped: a field was filled in that people do not see.
        is_new: this reader was unknown until now.
        submission_key: parsed by `fields.parse_submission_key`.
        address_hash: keyed hash of the client's address, stored for 30 days; counts comments without a code.
        reply_depth: levels below a root to which replies are indented, 1 to `MOST_DEPTH`.
    """

    page: Page
    page_id: UUID
    reader: str
    name: str
    email: str | None = field(repr=False)
    body: str
    body_hash: str
    words: tuple[Word, ...]
    examined: Examined
    moderation: Moderation
    letters: Proof | None = None
    trust_after: int = 3
    parent: UUID | None = None
    is_staff: bool = False
    no_code: bool = False
    hasty: bool = False
    no_work: bool = False
    trapped: bool = False
    is_new: bool = False
    submission_key: str | None = field(default=None, repr=False)
    address_hash: str | None = field(default=None, repr=False)
    reply_depth: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What became of a submission. `repeated`: it had come before; this is the first result again."""

    comment_id: UUID
    status: Status
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is asked before the captcha is spent."""

    page_id: UUID
    reader: str
    submission_key: str | None
    parent: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Where a comment stands: under no root, or under one, answering the root or one of its replies.

    `answered_path` is the path of what it answers, "" for a root.
    """

    root_id: UUID | None = None
    reply_to_id: UUID | None = None
    answered_path: str = ""


def body_hash(body: str) -> str:
    """SHA-256 of the folded text: the same for a text retyped with other case, marks or blanks."""
    return hashlib.sha256(fold(body).encode()).hexdigest()


_HERE = and_(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page"))
_KEY = and_(comments.c.site_id == bindparam("site"), comments.c.submission_key == bindparam("key"))
_FIRST = select(comments.c.id, comments.c.status, comments.c.reader)
_BY_KEY = _FIRST.where(_KEY)
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
    .subquery("here")
)
# One statement for everything the decision needs: a post must not cost a round trip a question.
_ASKED = (
    select(
        select(comments.c.id).where(_KEY).scalar_subquery().label("known"),
        WAITING_TWIN.label("waiting_twin"),
        *QUESTIONS,
    )
    .select_from(GIVEN)
    .subquery("asked")
)
# The page is joined to the answers, not to what they are asked about: SQLite would look `GIVEN` up for each of them.
_FACTS = select(
    _ASKED,
    _PAGE.c.id.label("page"),
    _PAGE.c.section,
    _PAGE.c.comments_closed_at,
    _PAGE.c.moved_to,
    _PAGE.c.withdrawn_at,
).select_from(_ASKED.outerjoin(_PAGE, true()))
_INSERT = insert(comments)
_INSERT_UNLESS_SENT = Upsert(
    lambda insert: (
        insert(comments)
        .on_conflict_do_nothing(index_elements=[comments.c.site_id, comments.c.submission_key])
        .returning(comments.c.id)
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
    section = sent.page.section if facts.section is None else facts.section
    sent = replace(sent, page=replace(sent.page, section=section))
    thread = _thread_of(tx, sent.page_id, sent.parent)
    _spend_quota(tx, sent)
    if not facts.known_reader and _crowded(tx, sent):
        case = replace(case, signs=case.signs | {HeldReason.CROWD})
    ruling = judge(tx, case, facts)
    return _store(tx, sent, thread, case, ruling, group_of(tx, ruling, facts.waiting_twin))


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


def _spend_quota(tx: Tx, sent: Submission) -> None:
    if sent.is_staff:
        return
    if sent.no_code and sent.address_hash:
        wait = spend(tx, f"comment-no-code:{sent.address_hash}", NO_CODE_QUOTA, QUOTA_WINDOW)
        if wait is not None:
            raise TooMany("no_code_busy", retry_after=wait)
    if sent.is_new:  # the first comment opens no bucket: most readers write once, and would leave a row each
        return
    spend_writing(tx, sent.reader)


def spend_writing(tx: Tx, reader: str) -> None:
    """Count one comment, or one change of a comment, of this reader.

    Raises:
        TooMany: `too_many_comments`.
    """
    # hashed, because a host's user id may be longer than a bucket's name
    bucket = f"comment:{hashlib.sha256(reader.encode()).hexdigest()}"
    wait = spend(tx, bucket, QUOTA, QUOTA_WINDOW)
    if wait is not None:
        raise TooMany("too_many_comments", retry_after=wait)


def _crowded(tx: Tx, sent: Submission) -> bool:
    """Whether this address has used up what its newcomers may send without being held for it. Counts.

    What another mark holds takes no room from the others.
    """
    is_marked = sent.no_code or sent.hasty or sent.no_work or sent.trapped
    if sent.is_staff or is_marked or not sent.address_hash or not sent.reader.startswith("r:"):
        return False
    return not spend_spaced(tx, f"comment-new:{sent.address_hash}", NEWCOMERS, QUOTA_WINDOW)


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
    elif tx.execute(_INSERT_UNLESS_SENT[tx.dialect], row).first() is None:  # stored by another process since we looked
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
