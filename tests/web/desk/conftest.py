"""A whole instance behind the desk's routes, with our own accounts."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp

from desk_factory import MOUNT
from engagement_widgets import Engagement, Settings
from engagement_widgets.settings import Worker
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock


@pytest.fixture
def engagement(sqlite_url: str, clock: FakeClock) -> Iterator[Engagement]:
    """An instance on a fresh database."""
    settings = Settings(database_url=sqlite_url, secret_keys=("k" * 32,), site="test", worker=Worker.OFF)
    made = Engagement(settings, clock=clock)
    yield made
    made.close()


@pytest.fixture
def app(engagement: Engagement) -> ASGIApp:
    """The instance as a host mounts it."""
    return engagement.wrap(Starlette(), MOUNT)


@pytest.fixture
def storage(engagement: Engagement, app: ASGIApp) -> Storage:
    """Its database."""
    assert app is not engagement
    return engagement.boot().storage
