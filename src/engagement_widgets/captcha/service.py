"""The life of a challenge: issued, looked at, spent once by any attempt, swept.

Units only: codes are drawn, and what was typed is hashed, before and outside the transaction.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, literal_column, null, select, tuple_, update

from engagement_widgets.captcha import failures
from engagement_widgets.captcha.recordings import Recording, keep_recording, silence
from engagement_widgets.captcha.tables import challenges
from engagement_widgets.captcha.work import puzzle
from engagement_widgets.hooks import Asker, Challenge, Verdict, Work
from engagement_widgets.pages.merges import MOVED, Merge, keeping, key_of
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

LIFETIME: Final = timedelta(minutes=10)
"""How long a challenge can be answered."""

KEPT: Final = timedelta(hours=1)
"""How long a row outlives its challenge, spent or not."""

CLOCK_SKEW: Final = timedelta(minutes=1)
"""How far two machines' clocks may be apart. A challenge from further ahead was issued before a clock went back."""

LEAST_TIME: Final = timedelta(seconds=2)
"""Nobody reads and types a code sooner after it was issued."""

DIGITS: Final = 32
"""Hexadecimal digits of an answer's hash: 128 bits."""

MOST_ROWS: Final = 50_000
"""Challenges that a site keeps; beyond it the oldest go, answered or not, so that a flood cannot fill the disk."""

SWEEP_LIMIT: Final = 50
"""Old rows that go with each new one: more than come, so the table shrinks back after a flood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Keep a challenge that was just drawn.

    Attributes:
        id: made by the caller, because the answer's hash is bound to it.
        purpose: what it may be spent on, at most 32 characters.
        page_id: the page it may be spent on.
        length: how many symbols the picture shows; 0 for no picture.
        answer_hashes: keyed hashes of id and each accepted code, `DIGITS` long, one after the other: `provider.seal`;
            "" for no picture.
        picture: PNG, emptied when the challenge is spent; None for no picture.
        replaces: the challenge that stood in its place and is spent with this.
        recording: the other way to answer it, where one was asked for.
        bound_to: hash of the reader or address that alone may answer; None lets anybody.
        work_bits: of the proof of work; without a picture it is the only way to answer.
    """

    id: UUID
    purpose: str
    page_id: UUID
    length: int
    answer_hashes: str = field(repr=False)
    picture: bytes | None = field(repr=False)
    replaces: UUID | None = None
    recording: Recording | None = None
    bound_to: str | None = None
    work_bits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An answer on its way to be judged.

    Attributes:
        id: the challenge.
        purpose: what it is spent on.
        page_id: the page it is spent on.
        asker: who answers.
        digests: of what was typed, read as a code, from `provider.digests`: one for every key.
        spoken: the same, read as the digits of a recording.
        zero_bits: what the nonce proves, from `work.zero_bits`.
    """

    id: UUID
    purpose: str
    page_id: UUID
    asker: Asker
    digests: tuple[str, ...] = field(repr=False)
    spoken: tuple[str, ...] = field(repr=False)
    zero_bits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of it: a verdict, or None where there is no such challenge to spend; or seconds to `wait` first."""

    verdict: Verdict | None = None
    wait: int = 0


_BOUND_EVERY = 64  # challenges: counting all of them at each would cost more than keeping one

_ROW = (challenges.c.site_id == bindparam("site")) & (challenges.c.id == bindparam("challenge"))

_MOVE = (
    update(challenges)
    .where(challenges.c.site_id == bindparam("site"), challenges.c.page_id == bindparam("page"))
    .values(page_id=bindparam("target"))
)
_KEEP = keeping(
    select(challenges.c.id).where(challenges.c.site_id == bindparam("site"), challenges.c.page_id == bindparam("page"))
)
_MOVE_BACK = (
    update(challenges)
    .where(
        challenges.c.site_id == bindparam("site"),
        challenges.c.page_id == bindparam("target"),
        challenges.c.id.in_(MOVED),
    )
    .values(page_id=bindparam("page"))
)
_ISSUE = insert(challenges)
# The row count decides who was first; PostgreSQL makes the second attempt wait and look again.
_SPEND = (
    update(challenges)
    .where(_ROW, challenges.c.spent_at.is_(None))
    .values(spent_at=bindparam("now"), picture=null())
    .returning(
        challenges.c.purpose,
        challenges.c.page_id,
        challenges.c.issued_at,
        challenges.c.expires_at,
        challenges.c.answer_hashes,
        challenges.c.spoken_hash,
        challenges.c.bound_to,
        challenges.c.work_bits,
    )
)
_PICTURE = select(challenges.c.picture).where(
    _ROW, challenges.c.spent_at.is_(None), challenges.c.expires_at > bindparam("now")
)
_KEY = tuple_(challenges.c.site_id, challenges.c.id)
# SKIP LOCKED: two sweeps never wait for each other (SQLite has one writer and ignores it).
_SWEEP = delete(challenges).where(
    _KEY.in_(
        select(challenges.c.site_id, challenges.c.id)
        .where(challenges.c.site_id == bindparam("site"), challenges.c.expires_at < bindparam("horizon"))
        .order_by(challenges.c.expires_at)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )
)

_NEWEST_TO_GO = (
    select(challenges.c.expires_at)
    .where(challenges.c.site_id == bindparam("site"))
    .order_by(challenges.c.expires_at.desc())
    .offset(bindparam("most"))
    .limit(literal_column("1"))
)
_BOUND = delete(challenges).where(
    challenges.c.site_id == bindparam("site"), challenges.c.expires_at <= bindparam("newest", type_=Moment())
)


def issue(tx: Tx, command: Issue) -> Challenge:
    """Keep a new challenge, spend the one it replaces, and sweep a few old ones on the way."""
    if command.replaces is not None:
        spend(tx, command.replaces)
    expires_at = tx.now + LIFETIME
    tx.execute(
        _ISSUE,
        {
            "site_id": tx.site,
            "id": command.id,
            "purpose": command.purpose,
            "page_id": command.page_id,
            "answer_hashes": command.answer_hashes,
            "spoken_hash": None if command.recording is None else command.recording.answer_hash,
            "bound_to": command.bound_to,
            "work_bits": command.work_bits,
            "picture": command.picture,
            "issued_at": tx.now,
            "expires_at": expires_at,
            "spent_at": None,
        },
    )
    if command.recording is not None:
        keep_recording(tx, command.id, command.recording, expires_at)
    sweep(tx, SWEEP_LIMIT)
    if command.id.int % _BOUND_EVERY == 0:
        bound(tx, MOST_ROWS)
    spoken = 0 if command.recording is None else command.recording.digits
    work = Work(puzzle=puzzle(command.id), bits=command.work_bits) if command.work_bits else None
    return Challenge(id=command.id, length=command.length, expires_at=expires_at, spoken=spoken, work=work)


def attempt(tx: Tx, command: Attempt) -> Judged:
    """Spend a challenge and judge the answer.

    Right or wrong, in time or late, for this page or another: the attempt spends it. So a picture is worth one guess.
    A wrong one is counted in the same transaction, so that none escapes the count.
    """
    wait = failures.seconds_to_wait(tx, command.asker)
    if wait:
        return Judged(wait=wait)
    row = spend(tx, command.id)
    if row is None:
        return Judged()
    if not row.issued_at - CLOCK_SKEW <= tx.now < row.expires_at:
        return Judged(verdict=Verdict.EXPIRED)
    # All of it in any case, so that a spliced page answers no sooner than a wrong code.
    seen, heard = is_among(command.digests, row.answer_hashes), is_among(command.spoken, row.spoken_hash or "")
    worked, has_code = command.zero_bits >= row.work_bits, bool(row.answer_hashes)
    right = seen or heard if has_code else worked and row.work_bits > 0
    # A browser may have got its cookie since: then it is still known by its address.
    is_theirs = row.bound_to in {None, command.asker.reader, command.asker.address}
    if not (right and is_theirs and row.purpose == command.purpose and row.page_id == command.page_id):
        failures.count_failure(tx, command.asker)
        return Judged(verdict=Verdict.WRONG)
    if not worked:
        return Judged(verdict=Verdict.IDLE)
    hasty = has_code and tx.now - row.issued_at < LEAST_TIME
    return Judged(verdict=Verdict.HASTY if hasty else Verdict.PASSED)


def is_among(digests: tuple[str, ...], hashes: str) -> bool:
    """Whether one of the digests is one of the hashes, in a time that says nothing about which, or how nearly."""
    kept = [hashes[at : at + DIGITS] for at in range(0, len(hashes), DIGITS)]
    return any([compare_digest(digest, one) for digest in digests for one in kept])  # noqa: C419  (every one of them)


def spend(tx: Tx, challenge_id: UUID) -> Any:  # noqa: ANN401  (what `_SPEND` returns)
    """Spend a challenge and give out its row, or None when it is spent already or unknown."""
    row = tx.execute(_SPEND, {"site": tx.site, "challenge": challenge_id, "now": tx.now}).one_or_none()
    if row is not None and row.spoken_hash is not None:
        silence(tx, challenge_id)
    return row


def move_challenges(tx: Tx, merge: Merge) -> None:
    """Let challenges that wait on one page be answered on another: the two have become one."""
    tx.execute(_KEEP, key_of(tx, merge))
    tx.execute(_MOVE, key_of(tx, merge))


def move_challenges_back(tx: Tx, merge: Merge) -> None:
    """Let them be answered where they were issued: the two pages are two again."""
    tx.execute(_MOVE_BACK, key_of(tx, merge))


def picture(tx: Tx, challenge_id: UUID) -> bytes | None:
    """The picture of a challenge that can still be answered. Looking never spends."""
    found: bytes | None = tx.execute(
        _PICTURE, {"site": tx.site, "challenge": challenge_id, "now": tx.now}
    ).scalar_one_or_none()
    return found


def sweep(tx: Tx, limit: int) -> int:
    """Delete at most `limit` challenges that expired more than `KEPT` ago, oldest first; say how many."""
    return tx.execute(_SWEEP, {"site": tx.site, "horizon": tx.now - KEPT, "most": limit}).rowcount


def bound(tx: Tx, most: int) -> int:
    """Delete the oldest challenges beyond `most`, and those issued at the same moment; say how many."""
    newest = tx.execute(_NEWEST_TO_GO, {"site": tx.site, "most": most}).scalar_one_or_none()
    return 0 if newest is None else tx.execute(_BOUND, {"site": tx.site, "newest": newest}).rowcount
