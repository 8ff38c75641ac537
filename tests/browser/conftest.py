"""A real Chromium in front of a real server. What a page may not do fails the test that opened it."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browsing import PLAIN_HOST, Newspaper, OpenPage, Watch
from engagement_widgets.app.assembly import make_storage
from engagement_widgets.kernel.clock import SystemClock
from newspaper import PASSWORD_FILE, site_settings
from serving import free_port, served

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
SECONDS = 10_000  # playwright counts in milliseconds


@pytest.fixture(scope="module")
def newspaper(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newspaper]:
    """A freshly seeded newspaper of this module's own, with the options the module's `NEWSPAPER` names.

    Settings come from the environment that a test gives as the fixture's parameter.
    """
    folder = tmp_path_factory.mktemp("newspaper")
    port = free_port()
    environment = os.environ | getattr(request, "param", {}) | {"PYTHONPATH": f"{ROOT}:{TESTS}"}
    command = [sys.executable, str(TESTS / "newspaper.py"), str(folder), str(port)]
    command += getattr(request.module, "NEWSPAPER", [])
    url = f"http://127.0.0.1:{port}"
    with served(command, url=url, log=folder / "log", folder=ROOT, environment=environment):
        storage = make_storage(site_settings(folder), SystemClock())
        storage.boot()
        yield Newspaper(url=url, storage=storage, password=(folder / PASSWORD_FILE).read_text())
        storage.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, or a skip where it is not installed."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed, and with CI=true nothing is skipped")
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
        arguments += [f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def watch(newspaper: Newspaper) -> Iterator[Watch]:
    """Fails the test for anything its pages may not do."""
    watch = Watch(newspaper.url)
    yield watch
    assert watch.problems == []


@pytest.fixture
def open_page(chromium: Browser, newspaper: Newspaper, watch: Watch) -> Iterator[OpenPage]:
    """Open a page as a person with a browser of their own: `open_page(path, javascript=True, **context)`."""
    contexts = []

    def opened(path: str, *, javascript: bool = True, **options: Any) -> Page:
        context = chromium.new_context(
            java_script_enabled=javascript,
            base_url=newspaper.url,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",  # a colour on its way to another is no state to judge
            **options,
        )
        context.set_default_timeout(SECONDS)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
