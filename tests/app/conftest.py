"""The whole library, mounted and filled."""

from collections.abc import Iterator

import pytest

from engagement_widgets.testing import FakeClock
from whole_site import Site, open_site, site_settings


@pytest.fixture
def site(sqlite_url: str, clock: FakeClock) -> Iterator[Site]:
    """A filled instance on SQLite, for what does not depend on the database."""
    made = open_site(site_settings(sqlite_url), clock)
    yield made
    made.engagement.close()


@pytest.fixture
def stored_site(database_url: str, clock: FakeClock) -> Iterator[Site]:
    """A filled instance on SQLite and on PostgreSQL in turn."""
    made = open_site(site_settings(database_url), clock)
    yield made
    made.engagement.close()
