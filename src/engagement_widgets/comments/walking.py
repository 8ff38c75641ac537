"""A page of a list, either way from a position: by the key of the row beside it, never by counting."""

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Integer, Select, bindparam

from engagement_widgets.comments.views import Position, Toward
from engagement_widgets.storage.units import Tx

SIZE = bindparam("size", type_=Integer())
"""How many rows a statement gives."""

Walks: TypeAlias = "dict[tuple[bool, Toward | None], Select[Any]]"
"""(ascending?, which way from the position) → the statement."""


def walks_through(
    statement: "Select[Any]",
    columns: "Sequence[Column[Any]]",
    key: "ColumnElement[Any]",
    given: "ColumnElement[Any]",
) -> Walks:
    """The statement for every way through a list: sorted by `columns`, whose values as one are `key`.

    `given` is the key of the position, of the parameters `at`, `id` and `path`.
    """
    up = statement.order_by(*columns).limit(SIZE)
    down = statement.order_by(*(column.desc() for column in columns)).limit(SIZE)
    return {
        (True, None): up,
        (False, None): down,
        (True, Toward.AFTER): up.where(key > given),
        (False, Toward.AFTER): down.where(key < given),
        (True, Toward.FROM): up.where(key >= given),
        (False, Toward.FROM): down.where(key <= given),
        # backwards, and turned round after reading
        (True, Toward.BEFORE): down.where(key < given),
        (False, Toward.BEFORE): up.where(key > given),
    }


def walk(
    tx: Tx,
    walks: Walks,
    *,
    by: str = "submitted_at",
    ascending: bool,
    position: Position | None,
    size: int,
    scope: dict[str, UUID],
) -> tuple[list[Any], Position | None, Position | None]:
    """The rows of one page, and the positions of the pages before and after it: None where there is none.

    Args:
        tx: where it is read.
        walks: the list, whose rows have `id`, `thread_path` and what `by` names.
        by: the column a position has as `at`.
        ascending: the direction of the list itself.
        position: where the page begins; None for the start of the list.
        size: rows a page.
        scope: what else the statements ask for beside the site.
    """
    params: dict[str, Any] = {"site": tx.site, **scope}
    if position is not None:
        params |= {"at": position.at, "id": position.id, "path": position.path}
    toward = position.toward if position else None
    found = list(tx.execute(walks[ascending, toward], params | {"size": size + 1}))
    rows, more = found[:size], len(found) > size
    if not rows:
        return [], None, None
    if toward is Toward.BEFORE:
        rows.reverse()
        return rows, _beside(rows[0], Toward.BEFORE, by) if more else None, _beside(rows[-1], Toward.AFTER, by)
    begins = position is None or (
        toward is Toward.FROM and not tx.execute(walks[ascending, Toward.BEFORE], params | {"size": 1}).first()
    )
    previous = None if begins else _beside(rows[0], Toward.BEFORE, by)
    return rows, previous, _beside(rows[-1], Toward.AFTER, by) if more else None


def _beside(row: Any, toward: Toward, by: str) -> Position:  # noqa: ANN401  (a row of `_COLUMNS`)
    return Position(toward=toward, at=getattr(row, by), id=row.id, path=row.thread_path)
