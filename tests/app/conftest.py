"""The whole library, mounted and filled: fresh for each test, or one for many tests that must not change it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from captcha_ways import known_code, known_digits
from engagement_widgets.captcha import ahead, provider
from engagement_widgets.testing import FakeClock
from whole_site import Site, open_site, site_settings


@contextmanager
def _opened(url: str, clock: FakeClock) -> Iterator[Site]:
    made = open_site(site_settings(url), clock)
    try:
        yield made
    finally:
        made.engagement.close()


@pytest.fixture
def site(sqlite_url: str, clock: FakeClock) -> Iterator[Site]:
    """A filled instance on SQLite, for what does not depend on the database."""
    with _opened(sqlite_url, clock) as made:
        yield made


@pytest.fixture
def stored_site(database_url: str, clock: FakeClock) -> Iterator[Site]:
    """A filled instance on SQLite and on PostgreSQL in turn."""
    with _opened(database_url, clock) as made:
        yield made


@pytest.fixture(scope="module")
def kept_site(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One instance on SQLite for all the tests of a module that write nothing."""
    path = tmp_path_factory.mktemp("kept") / "engagement.db"
    shutil.copy(migrated_file, path)
    with _opened(f"sqlite:///{path}", FakeClock(datetime(2026, 7, 1, 2, 0, tzinfo=UTC))) as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept_stored_site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """The same on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("kept_site")
        return
    url = request.getfixturevalue("cluster").new_database()
    with _opened(url, FakeClock(datetime(2026, 7, 1, 2, 0, tzinfo=UTC))) as made:
        yield made
    request.getfixturevalue("cluster").drop_database(url)


@pytest.fixture
def known_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every challenge has the known answer of its length: chance is all that is taken away."""
    monkeypatch.setattr(ahead, "new_code", known_code)
    monkeypatch.setattr(provider, "new_digits", known_digits)
