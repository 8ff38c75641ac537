"""The recordings of challenges: some 55 kB each, so a site keeps few, shared fairly among the addresses that ask."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, tuple_

from engagement_widgets.captcha.tables import recordings
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

MOST_RECORDINGS: Final = 1_000
"""Recordings that a site keeps, some 60 MB. Beyond it the oldest of the address that has most of them fall silent;
their pictures can be answered still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Digits that were said.

    Attributes:
        digits: how many.
        answer_hash: keyed hash of id and digits, `service.DIGITS` long.
        wav: the sound, deleted when the challenge is spent.
        address: keyed hash of the address that asked for it.
    """

    digits: int
    answer_hash: str = field(repr=False)
    wav: bytes = field(repr=False)
    address: str


_SITE = recordings.c.site_id == bindparam("site")
_ROW = _SITE & (recordings.c.challenge_id == bindparam("challenge"))
_KEEP = insert(recordings)
_SILENCE = delete(recordings).where(_ROW)
_FIND = select(recordings.c.wav).where(_ROW, recordings.c.expires_at > bindparam("now", type_=Moment()))
_DROP_EXPIRED = delete(recordings).where(_SITE, recordings.c.expires_at <= bindparam("now", type_=Moment()))
_COUNT = select(func.count()).select_from(recordings).where(_SITE)
_FULLEST = (
    select(recordings.c.address)
    .where(_SITE)
    .group_by(recordings.c.address)
    .order_by(func.count().desc(), recordings.c.address)
    .limit(1)
    .scalar_subquery()
)
# SKIP LOCKED: two that make room never wait for each other (SQLite has one writer and ignores it).
_MAKE_ROOM = delete(recordings).where(
    tuple_(recordings.c.site_id, recordings.c.challenge_id).in_(
        select(recordings.c.site_id, recordings.c.challenge_id)
        .where(_SITE, recordings.c.address == _FULLEST)
        .order_by(recordings.c.expires_at, recordings.c.challenge_id)
        .limit(bindparam("excess"))
        .with_for_update(skip_locked=True)
    )
)


def keep_recording(tx: Tx, challenge_id: UUID, recording: Recording, expires_at: datetime) -> None:
    """Keep a recording until its challenge is spent; those that nobody can answer any more go, and those too many."""
    tx.execute(
        _KEEP,
        {
            "site_id": tx.site,
            "challenge_id": challenge_id,
            "address": recording.address,
            "wav": recording.wav,
            "expires_at": expires_at,
        },
    )
    tx.execute(_DROP_EXPIRED, {"site": tx.site, "now": tx.now})
    excess = tx.execute(_COUNT, {"site": tx.site}).scalar_one() - MOST_RECORDINGS
    if excess > 0:
        tx.execute(_MAKE_ROOM, {"site": tx.site, "excess": excess})


def silence(tx: Tx, challenge_id: UUID) -> None:
    """Delete the recording of a challenge that is spent."""
    tx.execute(_SILENCE, {"site": tx.site, "challenge": challenge_id})


def find_recording(tx: Tx, challenge_id: UUID) -> bytes | None:
    """The recording of a challenge that can still be answered. Listening never spends."""
    found: bytes | None = tx.execute(
        _FIND, {"site": tx.site, "challenge": challenge_id, "now": tx.now}
    ).scalar_one_or_none()
    return found
