"""Reasons to hold that come up after a comment was stored, and go again. No rule says them: their `rule` is empty."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from engagement_widgets.comments.counters import reshelve, shelf_of
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.tables import comments, holds
from engagement_widgets.comments.traits import BITS
from engagement_widgets.errors import Param
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

_HOLD = Upsert(
    lambda insert: (row := insert(holds)).on_conflict_do_update(
        index_elements=["site_id", "comment_id", "reason", "rule", "number"], set_={"params": row.excluded.params}
    )
)
_RELEASE = delete(holds).where(
    holds.c.site_id == bindparam("site"),
    holds.c.comment_id == bindparam("comment"),
    holds.c.reason == bindparam("why"),
)
_THIS = (comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
_STANDING = select(comments.c.section, comments.c.status, comments.c.traits).where(*_THIS)
_SET = update(comments).where(*_THIS).values(traits=bindparam("to_traits"))


def hold(tx: Tx, comment_id: UUID, reason: HeldReason, params: Mapping[str, Param]) -> None:
    """Note why a comment is held, with its figures of this moment.

    Called after its status has changed, where it does: the row that the caller has read knows nothing of the reason.
    """
    row = {"site_id": tx.site, "comment_id": comment_id, "reason": reason, "params": dict(params)}
    tx.execute(_HOLD[tx.dialect], row | {"rule": "", "number": 0, "rule_version": 0})
    _set_bit(tx, comment_id, reason, held=True)


def release(tx: Tx, comment_id: UUID, reason: HeldReason) -> None:
    """Forget a reason that is over."""
    tx.execute(_RELEASE, {"site": tx.site, "comment": comment_id, "why": reason})
    _set_bit(tx, comment_id, reason, held=False)


def _set_bit(tx: Tx, comment_id: UUID, reason: HeldReason, *, held: bool) -> None:
    if (bit := BITS.get(reason)) is None:
        return
    row = tx.execute(_STANDING, {"site": tx.site, "comment": comment_id}).one()
    traits = row.traits | bit if held else row.traits & ~bit
    if traits == row.traits:
        return
    tx.execute(_SET, {"site": tx.site, "comment": comment_id, "to_traits": traits})
    before, after = (shelf_of(row.section, Status(row.status), bits) for bits in (row.traits, traits))
    reshelve(tx, {before: 1}, {after: 1})
