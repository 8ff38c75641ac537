"""Statements of busy units, made ready for the driver once.

At every execution SQLAlchemy works out anew which value goes where and how each is converted. For the statements of a
post that takes longer than SQLite takes to run them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import BindParameter, Connection, Dialect
from sqlalchemy.engine import IteratorResult, Result
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.types import TypeEngine

from engagement_widgets.storage.upserts import Upsert

Params: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
_Convert: TypeAlias = Callable[[Any], Any] | None

_NOTHING: Final[Mapping[str, Any]] = {}


class Prepared:
    """One statement, for `tx.execute` as any other; it is compiled at its first use with each database.

    Every execution brings the values of the same names. What differs from one to the next it cannot do: lists that
    are expanded, and defaults of columns that Python makes. What it selects or returns is read at once.

    Args:
        statement: a select, or an insert, update or delete with or without RETURNING; or the two of an `Upsert`.
    """

    def __init__(self, statement: Any) -> None:  # noqa: ANN401  (what SQLAlchemy's statements have in common is private)
        self._statement = statement
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: Connection, params: Params | None) -> Result[Any]:
        """Execute it with the values of one row, or of several."""
        dialect = connection.dialect
        ready = self._ready.get(dialect.name)
        if ready is None:
            statement = self._statement[dialect.name] if isinstance(self._statement, Upsert) else self._statement
            ready = self._ready[dialect.name] = _Ready(statement, dialect, _names(params))
        return ready.run(connection, params)


class _Ready:
    """Its words, where its values go, and how values and rows are converted."""

    def __init__(self, statement: Any, dialect: Dialect, names: Sequence[str]) -> None:  # noqa: ANN401
        self._dialect = dialect
        self._columns = _columns(statement)
        # as for many rows: else an insert would give back the key that its table makes, for which nobody asked
        compiled = statement.compile(dialect=dialect, column_keys=names, for_executemany=not self._columns)
        binds: dict[str, BindParameter[Any]] = {name: bind for bind, name in compiled.bind_names.items()}
        self._sql = str(compiled)
        self._fixed = {bind.key: bind.effective_value for bind in binds.values() if not bind.required}
        order = compiled.positiontup if compiled.positional else list(binds)
        self._names = None if compiled.positional else order
        self._keys = [binds[name].key for name in order]
        converts = (binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in order)
        self._to_driver = _converter(converts)
        self._metadata = SimpleResultMetaData([name for name, _ in self._columns])
        self._from_driver: Callable[[Iterable[Any]], tuple[Any, ...]] | None = None

    def run(self, connection: Connection, params: Params | None) -> Result[Any]:
        if params is None or isinstance(params, Mapping):
            result = connection.exec_driver_sql(self._sql, self._bound(params or _NOTHING))
        else:
            result = connection.exec_driver_sql(self._sql, [self._bound(row) for row in params])
        return self._read(result) if self._columns else result

    def _bound(self, params: Mapping[str, Any]) -> Any:  # noqa: ANN401  (a tuple or a dict, as the driver wants it)
        given = {**self._fixed, **params}
        values = self._to_driver([given[key] for key in self._keys])
        return values if self._names is None else dict(zip(self._names, values, strict=True))

    def _read(self, result: Any) -> Result[Any]:  # noqa: ANN401  (a CursorResult)
        if self._from_driver is None:
            kinds = (described[1] for described in result.cursor.description)
            self._from_driver = _converter(
                type_.dialect_impl(self._dialect).result_processor(self._dialect, kind)
                for (_, type_), kind in zip(self._columns, kinds, strict=True)
            )
        rows = [self._from_driver(row) for row in result.cursor.fetchall()]
        result.close()
        return IteratorResult(self._metadata, iter(rows))


def _converter(converts: Iterable[_Convert]) -> Callable[[Iterable[Any]], tuple[Any, ...]]:
    """From a row to the row with every value converted that has to be."""
    needed = [(place, convert) for place, convert in enumerate(converts) if convert is not None]

    def convert_row(row: Iterable[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, convert in needed:
            values[place] = convert(values[place])
        return tuple(values)

    return convert_row


def _names(params: Params | None) -> list[str]:
    first = params if params is None or isinstance(params, Mapping) else params[0]
    return list(first or ())


def _columns(statement: Any) -> tuple[tuple[str, TypeEngine[Any]], ...]:  # noqa: ANN401
    """Names and types of what it gives back."""
    described = statement.column_descriptions if statement.is_select else statement.returning_column_descriptions
    return tuple((one["name"], one["type"]) for one in described)
