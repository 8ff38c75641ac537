"""The short code that opens a receipt on another device: `K7RM-2CXF-94TN`.

Nothing is stored. The first three symbols tell when the comment was sent, so that few are looked at; the other nine
are of a keyed hash of its id. A key that is retired takes the codes made with it along.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, select

from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.storage.quotas import spend
from engagement_widgets.storage.units import Tx

SYMBOLS: Final = "23456789CFGHJKMNPQRTVX"
"""No vowel, W, Y or D, so Vietnamese keyboards leave a code alone, and one of each pair that looks alike."""

TIME_SYMBOLS: Final = 3
PROOF_SYMBOLS: Final = 9
"""Of 22 symbols each: 40.1 bits."""

SLOT: Final = timedelta(seconds=256)
"""So many of them as three symbols tell apart cover the 30 days of a receipt."""

MOST_IN_SLOT: Final = 50_000
TRIES_OF_ADDRESS: Final = 20
TRIES_OF_SITE: Final = 300
TRIES_WINDOW: Final = timedelta(minutes=10)

_PURPOSE = "receipt-code"
_SLOTS: Final = len(SYMBOLS) ** TIME_SYMBOLS
_SLOT_MS: Final = SLOT // timedelta(milliseconds=1)
_ID_TIME = 80  # a UUIDv7 has its milliseconds above so many bits
_GROUP = 4
_TYPED_LIMIT = 64
_SEPARATORS = re.compile(r"[\W_]+")
_LOOKALIKES = str.maketrans("SZBDO0", "528QQQ")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCode:
    """A code as typed that could be one: its place in time and its proof."""

    slot: int
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """A try to open a receipt. `address_hash`: keyed hash of the client's address."""

    slot: int
    address_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The ids of comments that came at the time a code tells; or the seconds to wait before another try."""

    ids: tuple[UUID, ...] = ()
    wait: int | None = None


_AT_THAT_TIME = (
    select(comments.c.id)
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.id >= bindparam("from_id", type_=Uuid()),
        comments.c.id < bindparam("to_id", type_=Uuid()),
    )
    .order_by(comments.c.id.desc())
    .limit(bindparam("most", type_=Integer()))
)


def receipt_code(secrets: Secrets, comment_id: UUID) -> str:
    """The code of a comment's receipt, in groups of four."""
    code = _spelled(_slot_of(comment_id), TIME_SYMBOLS) + _proof(secrets.keyed_hash(_PURPOSE, comment_id.bytes))
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def parse_receipt_code(raw: object) -> TypedCode:
    """What was typed: case, blanks and hyphens do not matter, nor do letters that look like another symbol.

    Raises:
        Invalid: `wrong_receipt_code` for what can be no code; `required`, `wrong_type`.
    """
    if raw is None or raw == "":
        raise Invalid([FieldError("receipt_code", "required")])
    if not isinstance(raw, str):
        raise Invalid([FieldError("receipt_code", "wrong_type")])
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", raw[:_TYPED_LIMIT])).upper().translate(_LOOKALIKES)
    if len(raw) > _TYPED_LIMIT or len(text) != TIME_SYMBOLS + PROOF_SYMBOLS or not set(text) <= set(SYMBOLS):
        raise wrong_code()
    slot = 0
    for symbol in text[:TIME_SYMBOLS]:
        slot = slot * len(SYMBOLS) + SYMBOLS.index(symbol)
    return TypedCode(slot=slot, proof=text[TIME_SYMBOLS:])


def wrong_code() -> Invalid:
    """The refusal of a code, the same whatever is wrong with it."""
    return Invalid([FieldError("receipt_code", "wrong_receipt_code")])


def look_up(tx: Tx, command: LookUp) -> Looked:
    """Count the try, and give the comments it may be about. A try too many is returned, not raised: it counts."""
    wait = spend(tx, f"receipt-code:{command.address_hash}", TRIES_OF_ADDRESS, TRIES_WINDOW)
    wait = wait or spend(tx, "receipt-code", TRIES_OF_SITE, TRIES_WINDOW)
    if wait is not None:
        return Looked(wait=wait)
    begin = _latest_begin(command.slot, tx.now)
    params = {
        "site": tx.site,
        "from_id": UUID(int=max(begin, 0) << _ID_TIME),
        "to_id": UUID(int=max(begin + _SLOT_MS, 0) << _ID_TIME),
        "most": MOST_IN_SLOT,
    }
    return Looked(ids=tuple(tx.execute(_AT_THAT_TIME, params).scalars()))


def find_proven(secrets: Secrets, ids: Iterable[UUID], proof: str) -> UUID | None:
    """The comment of these whose code ends in this proof, under any of the keys."""
    for comment_id in ids:
        if any(compare_digest(_proof(digest), proof) for digest in secrets.keyed_hashes(_PURPOSE, comment_id.bytes)):
            return comment_id
    return None


def _slot_of(comment_id: UUID) -> int:
    return (comment_id.int >> _ID_TIME) // _SLOT_MS % _SLOTS


def _latest_begin(slot: int, now: datetime) -> int:
    """Milliseconds since 1970 of the latest slot of this number that has begun."""
    current = int(now.timestamp() * 1000) // _SLOT_MS
    return (current - (current - slot) % _SLOTS) * _SLOT_MS


def _proof(digest: str) -> str:
    return _spelled(int(digest, 16), PROOF_SYMBOLS)


def _spelled(number: int, length: int) -> str:
    """The last so many digits of a number, written in our symbols."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(SYMBOLS))
        digits.append(SYMBOLS[digit])
    return "".join(reversed(digits))
