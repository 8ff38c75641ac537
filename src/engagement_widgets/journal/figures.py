"""How many deeds there were, counted from the journal itself: what was taken back does not count."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Uuid, and_, bindparam, func, select

from engagement_widgets.journal.tables import entries, undo_records
from engagement_widgets.kernel.ids import first_id
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedsQuery:
    """Which deeds: of these actions, in these sections (None: all), by spans of time.

    `bounds` are the ends of the spans, ascending: one more than there are spans.
    """

    actions: Collection[str]
    bounds: Sequence[datetime]
    sections: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """So many deeds of one action by one person. `name` is how the journal had them last."""

    action: str
    actor: str
    name: str
    count: int


_undone = undo_records.alias("undone")
# by id, which is time-ordered and leads the table: no index of its own is needed
_DEEDS = (
    select(entries.c.action, entries.c.actor, func.max(entries.c.actor_name).label("name"), func.count().label("deeds"))
    .select_from(
        entries.outerjoin(
            _undone,
            and_(
                _undone.c.site_id == entries.c.site_id,
                _undone.c.entry_id == entries.c.id,
                _undone.c.undone_at.is_not(None),
            ),
        )
    )
    .where(
        entries.c.site_id == bindparam("site"),
        entries.c.id >= bindparam("first", type_=Uuid()),
        entries.c.id < bindparam("last", type_=Uuid()),
        entries.c.action.in_(bindparam("actions", expanding=True)),
        _undone.c.id.is_(None),
    )
)
_IN_SECTIONS = _DEEDS.where(entries.c.section.in_(bindparam("sections", expanding=True)))
_GROUPED, _GROUPED_IN_SECTIONS = (
    statement.group_by(entries.c.action, entries.c.actor).order_by(entries.c.action, entries.c.actor)
    for statement in (_DEEDS, _IN_SECTIONS)
)


def count_deeds(tx: Tx, query: DeedsQuery) -> tuple[tuple[Deeds, ...], ...]:
    """The deeds of each span."""
    asked: dict[str, object] = {"site": tx.site, "actions": sorted(query.actions)}
    statement = _GROUPED
    if query.sections is not None:
        statement = _GROUPED_IN_SECTIONS
        asked["sections"] = sorted(query.sections)
    return tuple(
        tuple(
            Deeds(action=row.action, actor=row.actor, name=row.name, count=row.deeds)
            for row in tx.execute(statement, asked | {"first": first_id(since), "last": first_id(until)})
        )
        for since, until in zip(query.bounds, query.bounds[1:], strict=False)
    )
