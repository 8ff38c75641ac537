"""Reasons to hold that come up after a comment was stored, and go again. No rule says them: their `rule` is empty."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import bindparam, delete

from engagement_widgets.comments.states import HeldReason
from engagement_widgets.comments.tables import holds
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


def hold(tx: Tx, comment_id: UUID, reason: HeldReason, params: Mapping[str, Param]) -> None:
    """Note why a comment is held, with its figures of this moment."""
    row = {"site_id": tx.site, "comment_id": comment_id, "reason": reason, "params": dict(params)}
    tx.execute(_HOLD[tx.dialect], row | {"rule": "", "number": 0, "rule_version": 0})


def release(tx: Tx, comment_id: UUID, reason: HeldReason) -> None:
    """Forget a reason that is over."""
    tx.execute(_RELEASE, {"site": tx.site, "comment": comment_id, "why": reason})
