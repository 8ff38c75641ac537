"""Removing for good the votes of a page that was deleted long ago, and every figure with them."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Integer, bindparam, case, delete, literal_column, select, update

from engagement_widgets.journal.service import drop_undos
from engagement_widgets.ratings.journalling import SUBJECT
from engagement_widgets.ratings.state import ROW, hold_state
from engagement_widgets.ratings.tables import tallies, totals, votes
from engagement_widgets.ratings.tallies import Ballot, tally
from engagement_widgets.ratings.views import SCORES
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeVotes:
    """Purge the votes of a page, at most `most` of them."""

    page_id: UUID
    most: int


_PAGE: "BindParameter[Any]" = bindparam("page")
_OF_PAGE = (votes.c.site_id == bindparam("site"), votes.c.page_id == _PAGE)
_SOME = (
    select(votes.c.voter, votes.c.day, votes.c.score, votes.c.counted)
    .where(*_OF_PAGE)
    .order_by(votes.c.voter)
    .limit(bindparam("most", type_=Integer()))
)
_DROP = delete(votes).where(*_OF_PAGE, votes.c.voter.in_(bindparam("voters", expanding=True)))
_NOTHING = literal_column("0", Integer)
# A figure that has drifted is no reason to keep votes: none goes below zero.
_LESS = (
    update(totals)
    .where(ROW)
    .values(
        {
            name: case(
                (totals.c[name] > bindparam(f"less_{name}"), totals.c[name] - bindparam(f"less_{name}")), else_=_NOTHING
            )
            for name in (f"score_{score}" for score in SCORES)
        }
    )
)
_DROP_FIGURES = tuple(
    delete(table).where(table.c.site_id == bindparam("site"), table.c.page_id == _PAGE) for table in (tallies, totals)
)


def purge_votes(tx: Tx, command: PurgeVotes) -> bool:
    """Remove votes of a page, counted or not; tell whether more may be left. With the last go its figures."""
    here = {"site": tx.site, "page": command.page_id}
    hold_state(tx, command.page_id)
    gone = tx.execute(_SOME, {**here, "most": command.most}).all()
    if gone:
        tx.execute(_DROP, {**here, "voters": [row.voter for row in gone]})
        _uncount(tx, command.page_id, Counter((row.day, row.score) for row in gone if row.counted))
        return True
    for statement in _DROP_FIGURES:
        tx.execute(statement, here)
    drop_undos(tx, SUBJECT, [command.page_id])
    return False


def _uncount(tx: Tx, page_id: UUID, counted: Counter[Any]) -> None:
    less = dict.fromkeys((f"less_score_{score}" for score in SCORES), 0)
    for (_, score), number in counted.items():
        less[f"less_score_{score}"] += number
    tx.execute(_LESS, {"site": tx.site, "page": page_id, **less})
    if counted:
        tally(tx, page_id, [Ballot(day=day, score=score, by=-number) for (day, score), number in counted.items()])
