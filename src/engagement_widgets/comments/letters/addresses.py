"""Which addresses may be written to. Rows name an address by its hash; the address itself stands with its comment."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, or_, select, update

from engagement_widgets.comments.letters.tables import addresses, told
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import NotFound
from engagement_widgets.events import EmailGiven
from engagement_widgets.storage.quotas import spend
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

UNCONFIRMED_LIFE = timedelta(days=7)
"""An address that nobody confirms, or whose server refuses, is forgotten then; typed again, it is asked again."""

# Of one network address, which thousands may share: what goes beyond is posted, and asked with a later comment.
ASKED_PER_NETWORK = 20
ASKED_WINDOW = timedelta(hours=1)


class Proof(StrEnum):
    """What is known of an address that comes with a comment: its sender typed it, or the host vouches for it."""

    TYPED = "typed"
    HOST = "host"


class Standing(StrEnum):
    """How an address stands to letters of this site. A `FORGOTTEN` one, or one that never was, has no row."""

    FORGOTTEN = "forgotten"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveAddress:
    """An address that came with a comment. `network`: keyed hash of the client's address; None counts against none."""

    address: str
    proof: Proof
    comment_id: UUID
    network: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """An address and one comment it was written about."""

    address_hash: str
    comment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """How an address stands, and whether letters about this comment are wanted."""

    standing: Standing
    muted: bool


_ADDRESS = and_(addresses.c.site_id == bindparam("site"), addresses.c.address_hash == bindparam("hash"))
_MAY_HEAR = and_(addresses.c.stopped_at.is_(None), addresses.c.refused_at.is_(None))
_KNOWN = select(addresses.c.confirmed_at).where(_ADDRESS, _MAY_HEAR)
_ASK = Upsert(lambda insert: insert(addresses).on_conflict_do_nothing().returning(addresses.c.asked_at))
_VOUCH = Upsert(
    lambda insert: (row := insert(addresses)).on_conflict_do_update(
        index_elements=["site_id", "address_hash"],
        set_={"confirmed_at": row.excluded.confirmed_at},
        where=addresses.c.confirmed_at.is_(None),
    )
)
_FORGET_ONE = delete(addresses).where(_ADDRESS)
_CONFIRM = (
    update(addresses)
    .where(_ADDRESS)
    .values(confirmed_at=bindparam("at", type_=Moment()), stopped_at=None, refused_at=None)
)
_STOP = Upsert(
    lambda insert: (row := insert(addresses)).on_conflict_do_update(
        index_elements=["site_id", "address_hash"],
        set_={"stopped_at": row.excluded.stopped_at},
        where=addresses.c.stopped_at.is_(None),
    )
)
_REFUSE = update(addresses).where(_ADDRESS).values(refused_at=bindparam("at", type_=Moment()))
_COMMENT = select(comments.c.id).where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
_MUTED = select(told.c.muted).where(told.c.site_id == bindparam("site"), told.c.comment_id == bindparam("comment"))
_MUTE = Upsert(
    lambda insert: (row := insert(told)).on_conflict_do_update(
        index_elements=["site_id", "comment_id"], set_={"muted": row.excluded.muted}
    )
)
_STANDING = select(addresses.c.confirmed_at, addresses.c.stopped_at).where(_ADDRESS)
_FORGET = delete(addresses).where(
    addresses.c.site_id == bindparam("site"),
    addresses.c.asked_at < bindparam("before", type_=Moment()),
    addresses.c.stopped_at.is_(None),
    or_(
        and_(addresses.c.confirmed_at.is_(None), addresses.c.refused_at.is_(None)),
        addresses.c.refused_at < bindparam("before", type_=Moment()),
    ),
)


def address_hash(address: str) -> str:
    """SHA-256 of an address as it is compared: without regard to case, in NFC.

    Without a key: the address stands in the same database beside its comment, and a key rotation must not let
    somebody be written to again who had stopped it.
    """
    same = unicodedata.normalize("NFC", address).casefold()
    return hashlib.sha256(b"engagement-widgets.address\x00" + same.encode()).hexdigest()


def give_address(tx: Tx, given: GiveAddress) -> None:
    """Note an address that came with a comment; one that is new and only typed is asked for its consent, once."""
    known = {"site_id": tx.site, "address_hash": address_hash(given.address), "asked_at": tx.now}
    if given.proof is Proof.HOST:
        tx.execute(_VOUCH[tx.dialect], known | {"confirmed_at": tx.now})
        return
    if tx.execute(_ASK[tx.dialect], known).first() is None:
        return
    if given.network and spend(tx, f"letters:{given.network}", ASKED_PER_NETWORK, ASKED_WINDOW) is not None:
        tx.execute(_FORGET_ONE, {"site": tx.site, "hash": known["address_hash"]})
        return
    tx.emit(EmailGiven(**tx.event_fields(), comment_id=given.comment_id))


def may_hear(tx: Tx, address: str) -> bool:
    """Whether letters to this address may yet be sent: it is confirmed, or can still be."""
    return tx.execute(_KNOWN, {"site": tx.site, "hash": address_hash(address)}).first() is not None


def standing(tx: Tx, asked: Subscription) -> Subscribed:
    """How an address stands, and whether letters about this comment are wanted."""
    row = tx.execute(_STANDING, {"site": tx.site, "hash": asked.address_hash}).first()
    muted = tx.execute(_MUTED, {"site": tx.site, "comment": asked.comment_id}).scalar()
    if row is None:
        stands = Standing.FORGOTTEN
    elif row.stopped_at is not None:
        stands = Standing.STOPPED
    else:
        stands = Standing.ASKED if row.confirmed_at is None else Standing.CONFIRMED
    return Subscribed(standing=stands, muted=bool(muted))


def confirm(tx: Tx, asked: Subscription) -> Subscribed:
    """Letters are wanted, about this comment too; whatever was stopped before.

    Raises:
        NotFound: `unknown_letter`: the address has been forgotten since.
    """
    if not tx.execute(_CONFIRM, {"site": tx.site, "hash": asked.address_hash, "at": tx.now}).rowcount:
        raise NotFound("unknown_letter")
    if tx.execute(_MUTED, {"site": tx.site, "comment": asked.comment_id}).scalar():
        _set_muted(tx, asked.comment_id, muted=False)
    return standing(tx, asked)


def mute(tx: Tx, asked: Subscription) -> Subscribed:
    """No more letters about this comment.

    Raises:
        NotFound: `unknown_letter`: the comment is gone for good.
    """
    if tx.execute(_COMMENT, {"site": tx.site, "comment": asked.comment_id}).first() is None:
        raise NotFound("unknown_letter")
    _set_muted(tx, asked.comment_id, muted=True)
    return standing(tx, asked)


def stop(tx: Tx, asked: Subscription) -> Subscribed:
    """No more letters to this address, for good; also when it has been forgotten since."""
    row = {"site_id": tx.site, "address_hash": asked.address_hash, "asked_at": tx.now, "stopped_at": tx.now}
    tx.execute(_STOP[tx.dialect], row)
    return standing(tx, asked)


def refuse(tx: Tx, hashed: str) -> None:
    """Note that the address's mail server would not take a letter, for good: no more are sent there."""
    tx.execute(_REFUSE, {"site": tx.site, "hash": hashed, "at": tx.now})


def forget_unconfirmed(tx: Tx, command: None) -> None:
    """Delete the addresses that nobody confirmed in time, and those whose servers refused as long ago."""
    del command
    tx.execute(_FORGET, {"site": tx.site, "before": tx.now - UNCONFIRMED_LIFE})


def _set_muted(tx: Tx, comment_id: UUID, *, muted: bool) -> None:
    tx.execute(_MUTE[tx.dialect], {"site_id": tx.site, "comment_id": comment_id, "muted": muted})
