"""Inserts that may find their row there already: both databases know them, each in a module of its own."""

from collections.abc import Callable
from typing import Any


class Upsert:
    """One statement a dialect, made at its first use: `tx.execute(_INSERT[tx.dialect], …)`.

    Not for both at import: PostgreSQL's module would cost every process on SQLite 2 MB and 25 ms of its start.

    Args:
        make: given the dialect's own `insert`, the statement.
    """

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make = make
        self._made: dict[str, Any] = {}

    def __getitem__(self, dialect: str) -> Any:  # noqa: ANN401  (the dialects' inserts share no class)
        made = self._made.get(dialect)
        if made is None:
            made = self._made[dialect] = self._make(_insert_of(dialect))
        return made


def _insert_of(dialect: str) -> Any:  # noqa: ANN401
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as of_sqlite

        return of_sqlite
    from sqlalchemy.dialects.postgresql import insert as of_postgresql

    return of_postgresql
