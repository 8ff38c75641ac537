"""One instance on a real SQLite file, with the web part alone: no slice, no host."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from engagement_widgets.captcha.provider import ImageCaptcha
from engagement_widgets.hooks import HostUser, Page, PageRules
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from engagement_widgets.web.assets import Assets
from engagement_widgets.web.context import Context
from engagement_widgets.web.fragments import FragmentServer, FragmentSpec
from engagement_widgets.web.layout import DefaultLayout
from engagement_widgets.web.templating import Templates
from engagement_widgets.web.throttle import Throttle
from engagement_widgets.web.urls import Urls

KEY = "k" * 32
NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


async def _identity(request: Request, /) -> HostUser | None:
    """The host's reader, told by a header."""
    name = request.headers.get("x-user")
    return HostUser(id=name, name=name) if name else None


async def _policy(page: Page, now: datetime, /) -> PageRules:
    """Everything is open."""
    del page, now
    return PageRules()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at this release's schema, to be copied: migrating costs more than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "web.db"
    storage = Storage(url=f"sqlite:///{path}", site="test", clock=FakeClock(NOW))
    storage.boot()
    storage.close()
    return path


@pytest.fixture
def storage(tmp_path: Path, migrated: Path) -> Iterator[Storage]:
    """A booted SQLite file. What the two databases do differently is proved in tests/storage."""
    shutil.copy(migrated, tmp_path / "web.db")
    storage = Storage(url=f"sqlite:///{tmp_path}/web.db", site="test", clock=FakeClock(NOW))
    storage.boot()
    yield storage
    storage.close()


@pytest.fixture
def make_context(storage: Storage) -> Callable[..., Context]:
    """A context: keywords are settings, but `base`, `layout` and `specs`."""

    def make(
        *, base: str = "/engagement", layout: Any = None, specs: tuple[FragmentSpec[Any], ...] = (), **values: Any
    ) -> Context:
        settings = Settings(**{"secret_keys": (KEY,), "site": "test", **values})
        secrets = Secrets(settings.secret_keys)
        urls = Urls(base, settings.public_url)
        assets = Assets(urls)
        templates = Templates(settings, assets, urls)
        return Context(
            settings=settings,
            clock=storage.clock,
            storage=storage,
            secrets=secrets,
            urls=urls,
            templates=templates,
            fragments=FragmentServer(settings, storage, templates, specs),
            assets=assets,
            throttle=Throttle(),
            identity=_identity,
            policy=_policy,
            layout=layout or DefaultLayout(templates),
            captcha=ImageCaptcha(storage=storage, secrets=secrets, clock=storage.clock),
            authorizer=None,
        )

    return make


@pytest.fixture
def ctx(make_context: Callable[..., Context]) -> Context:
    """The context with default settings, mounted at /engagement."""
    return make_context()
