"""A PostgreSQL server of our own, as the tests have one."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parent.parent / "tests"


@contextmanager
def postgresql() -> Iterator[Callable[[], str] | None]:
    """Makes databases and returns their URLs; None where its programs are not installed."""
    sys.path.append(str(TESTS))
    from cluster import Cluster, binaries

    found = binaries()
    if found is None:
        yield None
        return
    cluster = Cluster(found)
    try:
        cluster.start()
        yield cluster.new_database
    finally:
        cluster.stop()
