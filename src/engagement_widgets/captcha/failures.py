"""How often a client answered wrongly: counted with the answer itself, forgotten within the hour.

A reader (host's user, else cookie) who is wrong too often waits a little and then gets the hardest pictures. An
address alone never waits, because thousands may stand behind it: there the pictures only become harder.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, case, delete, func, literal_column, select, tuple_

from engagement_widgets.captcha.tables import failures
from engagement_widgets.hooks import Asker
from engagement_widgets.storage.measures import add_one
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.tx import Tx
from engagement_widgets.storage.upserts import Upsert

WINDOW: Final = timedelta(minutes=10)
"""How long wrong answers count, from the first."""

READER_RAISED: Final = 3
READER_LIMIT: Final = 5
"""Wrong answers of one reader from which on the pictures are harder, and from which on the reader waits."""

ADDRESS_RAISED: Final = 5
ADDRESS_HARD: Final = 20
"""Wrong answers from one address from which on its pictures are harder, and hardest."""

COOL_DOWN: Final = timedelta(minutes=2)
"""How long a reader waits; for `WINDOW` after that the pictures are the hardest."""

HARDEST: Final = 2
KEPT: Final = timedelta(hours=1)
WRONG: Final = "wrong_codes"
"""The measure of wrong answers an hour."""

SWEEP_LIMIT: Final = 20

_COUNTED: Final = 5_000  # addresses with wrong answers that are added up at most
_FIVE_WINDOWS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongRates:
    """So many wrong answers in the last `minutes`, where `usual` ones come in as many."""

    count: int
    usual: float
    minutes: int


_ROW = and_(failures.c.site_id == bindparam("site"), failures.c.client == bindparam("name"))
_FIND = select(failures.c.failures, failures.c.since, failures.c.cool_until).where(_ROW)
_RECENT = failures.c.since > bindparam("start", type_=Moment())
_KEY = tuple_(failures.c.site_id, failures.c.client)
_SWEEP = delete(failures).where(
    _KEY.in_(
        select(failures.c.site_id, failures.c.client)
        .where(failures.c.site_id == bindparam("site"), failures.c.last_at < bindparam("horizon", type_=Moment()))
        .order_by(failures.c.last_at)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )
)


_IS_LAST = and_(_RECENT, failures.c.failures + 1 >= bindparam("bound"))
_COUNT = Upsert(
    lambda insert: (row := insert(failures)).on_conflict_do_update(
        index_elements=["site_id", "client"],
        set_={
            "failures": case((_RECENT, failures.c.failures + 1), else_=1),
            "since": case((_RECENT, failures.c.since), else_=row.excluded.since),
            "cool_until": case((_IS_LAST, bindparam("until", type_=Moment())), else_=failures.c.cool_until),
            "last_at": row.excluded.last_at,
        },
    )
)


def _summed(*conditions: Any) -> Any:  # noqa: ANN401  (a scalar)
    rows: Select[Any] = (
        select(failures.c.failures)
        .where(failures.c.site_id == bindparam("site"), failures.c.client.like("a:%"), *conditions)
        .limit(literal_column(str(_COUNTED)))
    )
    return select(func.coalesce(func.sum(rows.subquery().c.failures), 0)).scalar_subquery()


_WRONG = select(
    _summed(failures.c.last_at > bindparam("since", type_=Moment())).label("now"),
    _summed(
        failures.c.last_at <= bindparam("since", type_=Moment()),
        failures.c.last_at > bindparam("before", type_=Moment()),
    ).label("before"),
)


def wrong_rates(tx: Tx, command: None = None) -> WrongRates:
    """Wrong answers of the whole site in the last `WINDOW`, beside the mean of the five windows before."""
    del command
    since = tx.now - WINDOW
    row = tx.execute(_WRONG, {"site": tx.site, "since": since, "before": since - WINDOW * _FIVE_WINDOWS}).one()
    return WrongRates(count=row.now, usual=row.before / _FIVE_WINDOWS, minutes=WINDOW // timedelta(minutes=1))


def seconds_to_wait(tx: Tx, asker: Asker) -> int:
    """How long this reader must wait before the next answer is looked at; 0 for everybody else."""
    row = None if asker.reader is None else _find(tx, _reader(asker.reader))
    if row is None or row.cool_until is None or row.cool_until <= tx.now:
        return 0
    wait: float = (row.cool_until - tx.now).total_seconds()
    return max(1, ceil(wait))


def steps(tx: Tx, asker: Asker) -> int:
    """By how many levels this client's pictures are harder than usual."""
    address = _find(tx, _address(asker))
    reader = None if asker.reader is None else _find(tx, _reader(asker.reader))
    if reader is not None and reader.cool_until is not None and tx.now < reader.cool_until + WINDOW:
        return HARDEST
    by_address, by_reader = (_recent(tx, row) for row in (address, reader))
    if by_address >= ADDRESS_HARD:
        return HARDEST
    return 1 if by_address >= ADDRESS_RAISED or by_reader >= READER_RAISED else 0


def count_failure(tx: Tx, asker: Asker) -> None:
    """Count one wrong answer of this client."""
    names = [_address(asker)] if asker.reader is None else [_address(asker), _reader(asker.reader)]
    for name in names:
        tx.execute(
            _COUNT[tx.dialect],
            {
                "site_id": tx.site,
                "client": name,
                "failures": 1,
                "since": tx.now,
                "cool_until": None,
                "last_at": tx.now,
                "start": tx.now - WINDOW,
                "bound": READER_LIMIT,
                "until": tx.now + COOL_DOWN,
            },
        )
    add_one(tx, WRONG)
    tx.execute(_SWEEP, {"site": tx.site, "horizon": tx.now - KEPT, "most": SWEEP_LIMIT})


def _find(tx: Tx, name: str) -> Any:  # noqa: ANN401  (a row of `_FIND`, or None)
    return tx.execute(_FIND, {"site": tx.site, "name": name}).one_or_none()


def _recent(tx: Tx, row: Any) -> int:  # noqa: ANN401  (a row of `_FIND`, or None)
    return int(row.failures) if row is not None and row.since > tx.now - WINDOW else 0


def _reader(name: str) -> str:
    return f"r:{name}"


def _address(asker: Asker) -> str:
    return f"a:{asker.address}"
