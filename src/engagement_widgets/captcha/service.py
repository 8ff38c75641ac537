"""The life of a challenge: issued, looked at, spent once by any attempt, swept.

Units only: codes are drawn and hashed before, and judged after, outside the transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, null, select, tuple_, update

from engagement_widgets.captcha.tables import challenges
from engagement_widgets.hooks import Challenge
from engagement_widgets.storage.units import Tx

LIFETIME: Final = timedelta(minutes=10)
"""How long a challenge can be answered."""

KEPT: Final = timedelta(hours=1)
"""How long a row outlives its challenge, spent or not."""

SWEEP_LIMIT: Final = 50
"""Old rows that go with each new one: more than come, so the table shrinks back after a flood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Keep a challenge that was just drawn.

    Attributes:
        id: made by the caller, because the answer's hash is bound to it.
        purpose: what it may be spent on, at most 32 characters.
        page_id: the page it may be spent on.
        length: how many symbols the picture shows.
        answer_hash: keyed hash of id and code, from `provider.seal`.
        picture: PNG, emptied when the challenge is spent.
        replaces: the challenge that stood in its place and is spent with this.
    """

    id: UUID
    purpose: str
    page_id: UUID
    length: int
    answer_hash: str = field(repr=False)
    picture: bytes = field(repr=False)
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a challenge was issued for, given out once, to the attempt that spent it."""

    purpose: str
    page_id: UUID
    issued_at: datetime
    expires_at: datetime
    spent_at: datetime
    answer_hash: str = field(repr=False)


_ROW = (challenges.c.site_id == bindparam("site")) & (challenges.c.id == bindparam("challenge"))

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
        challenges.c.answer_hash,
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
            "answer_hash": command.answer_hash,
            "picture": command.picture,
            "issued_at": tx.now,
            "expires_at": expires_at,
            "spent_at": None,
        },
    )
    sweep(tx, SWEEP_LIMIT)
    return Challenge(id=command.id, length=command.length, expires_at=expires_at)


def spend(tx: Tx, challenge_id: UUID) -> Spent | None:
    """Spend a challenge and say what it was for, or None when it is spent already or unknown.

    Right or wrong, in time or late, for this page or another: the attempt spends it. So a picture is worth one guess.
    """
    row = tx.execute(_SPEND, {"site": tx.site, "challenge": challenge_id, "now": tx.now}).one_or_none()
    if row is None:
        return None
    return Spent(
        purpose=row.purpose,
        page_id=row.page_id,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        spent_at=tx.now,
        answer_hash=row.answer_hash,
    )


def picture(tx: Tx, challenge_id: UUID) -> bytes | None:
    """The picture of a challenge that can still be answered. Looking never spends."""
    found: bytes | None = tx.execute(
        _PICTURE, {"site": tx.site, "challenge": challenge_id, "now": tx.now}
    ).scalar_one_or_none()
    return found


def sweep(tx: Tx, limit: int) -> int:
    """Delete at most `limit` challenges that expired more than `KEPT` ago, oldest first; say how many."""
    return tx.execute(_SWEEP, {"site": tx.site, "horizon": tx.now - KEPT, "most": limit}).rowcount
