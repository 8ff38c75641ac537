"""What every test may ask for: a clock, and a fresh migrated database of either kind."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cluster import Cluster, binaries
from engagement_widgets.storage.migrate import upgrade
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Every asynchronous test runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL server, or a skip where its programs are not installed."""
    found = binaries()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL's server programs are not installed, and with CI=true nothing is skipped")
        pytest.skip("PostgreSQL's server programs are not installed (apt-get install postgresql)")
    cluster = Cluster(found)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def postgresql_url(cluster: Cluster) -> Iterator[str]:
    """A fresh PostgreSQL database at this release's schema."""
    url = cluster.new_database()
    yield url
    cluster.drop_database(url)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at this release's schema, to copy."""
    path = tmp_path_factory.mktemp("migrated") / "engagement.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A fresh SQLite file at this release's schema."""
    path = tmp_path / "engagement.db"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at nine in the morning in Hanoi, on 1 July 2026."""
    return FakeClock(datetime(2026, 7, 1, 2, 0, tzinfo=UTC))


@pytest.fixture
def storage(database_url: str, clock: FakeClock) -> Iterator[Storage]:
    """A booted storage of the site `test` on a fresh database, once on SQLite and once on PostgreSQL."""
    storage = Storage(url=database_url, site="test", clock=clock)
    storage.boot()
    yield storage
    storage.close()
