"""What a merge of pages is remembered by until it can no longer be undone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Delete, Integer, Select, Table, bindparam, delete, insert, select, tuple_

from engagement_widgets.pages.tables import merge_rows
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

AT_ONCE: Final = 1_000
"""Rows forgotten in one transaction: no write waits longer for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merge that is made, or undone.

    Attributes:
        id: what the rows of its record are found by; older than every later deed's.
        page_id: which page goes.
        into: which page stays. The caller holds both rows.
        until: for how long it can be undone.
    """

    id: UUID
    page_id: UUID
    into: UUID
    until: datetime


MOVED: Final = select(merge_rows.c.row_id).where(
    merge_rows.c.site_id == bindparam("site"), merge_rows.c.merge_id == bindparam("merge")
)
"""The ids that a merge has moved. The statement binds `site` and `merge`."""
_FORGET = delete(merge_rows).where(
    merge_rows.c.site_id == bindparam("site"), merge_rows.c.merge_id == bindparam("merge")
)


def keeping(ids: "Select[Any]") -> Any:  # noqa: ANN401  (SQLAlchemy's own type of such an insert)
    """Statement that remembers the ids which a select of one column finds. It binds `site`, `merge` and `until`."""
    named = ids.add_columns(
        bindparam("site", type_=merge_rows.c.site_id.type),
        bindparam("merge", type_=merge_rows.c.merge_id.type),
        bindparam("until", type_=Moment()),
    )
    return insert(merge_rows).from_select(["row_id", "site_id", "merge_id", "until"], named)


def key_of(tx: Tx, merge: Merge) -> dict[str, Any]:
    """The parameters that statements about a merge bind."""
    return {"site": tx.site, "merge": merge.id, "page": merge.page_id, "target": merge.into, "until": merge.until}


def forget_moved(tx: Tx, merge: Merge) -> None:
    """Forget what a merge has moved: it has been moved back."""
    tx.execute(_FORGET, {"site": tx.site, "merge": merge.id})


def over(table: Table) -> Delete:
    """Statement that deletes some rows of merges that can no longer be undone. It binds `site`, `now` and `most`."""
    key = tuple(table.primary_key.columns)
    old = select(*key).where(table.c.site_id == bindparam("site"), table.c.until <= bindparam("now", type_=Moment()))
    return delete(table).where(tuple_(*key).in_(old.limit(bindparam("most", type_=Integer()))))
