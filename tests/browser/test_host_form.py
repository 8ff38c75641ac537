"""A form of the host with our captcha, in a browser, served by a real server, with and without JavaScript."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from browsing import Watch, started
from engagement_widgets import Settings
from engagement_widgets.app.assembly import make_storage
from engagement_widgets.app.keys import signing_keys
from engagement_widgets.captcha.provider import digests
from engagement_widgets.captcha.service import LEAST_TIME
from engagement_widgets.captcha.tables import challenges
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import KNOWN_CODE
from serving import free_port, served

pytestmark = pytest.mark.browser
ADDRESS = "/lien-he"
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[Storage, Secrets, str]]:
    """The example on a port of its own, and its database."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(EXAMPLES), "--port", str(port), "contact_form:app"]
    url = f"http://127.0.0.1:{port}"
    with served(command, url=f"{url}{ADDRESS}", log=tmp_path / "log", folder=tmp_path, environment=os.environ):
        settings = Settings(database_url=f"sqlite:///{tmp_path / 'contact.db'}")
        storage = make_storage(settings, SystemClock())
        storage.boot()
        yield storage, Secrets(signing_keys(settings)), url
        storage.close()


def _reseal(tx: Tx, command: tuple[Secrets, UUID]) -> None:
    secrets, one = command
    sealed = digests(secrets, one, KNOWN_CODE)[0]
    tx.execute(
        update(challenges).where(challenges.c.id == one).values(answer_hashes=sealed, issued_at=tx.now - LEAST_TIME)
    )


def _shown(page: Page) -> str:
    return page.locator("input[name=challenge]").input_value()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_writing_to_the_newsroom(chromium: Browser, host: tuple[Storage, Secrets, str], *, javascript: bool) -> None:
    """Another picture keeps the text (in its place with JavaScript); wrong is told at the field; right is taken."""
    storage, secrets, url = host
    context = chromium.new_context(base_url=url, java_script_enabled=javascript, viewport={"width": 360, "height": 760})
    page = context.new_page()
    watch = Watch(url)
    watch.over(page)
    page.goto(ADDRESS)
    page.get_by_label("Họ tên").fill("Lan")
    page.get_by_label("Nội dung").fill("Một góp ý")
    if javascript:
        started(page, "captcha")
    first = _shown(page)
    page.get_by_role("button", name="Đổi mã khác").click()
    expect(page.locator("input[name=challenge]")).not_to_have_value(first)
    if javascript:
        expect(page.get_by_role("textbox", name="Mã xác thực")).to_be_focused()
    page.get_by_role("textbox", name="Mã xác thực").fill("HHHHHH")
    page.get_by_role("button", name="Gửi liên hệ").click()
    expect(page.get_by_text("Mã xác thực không đúng")).to_be_visible()
    expect(page.get_by_label("Nội dung")).to_have_value("Một góp ý")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if javascript else True
    storage.write_sync(_reseal, (secrets, UUID(_shown(page))))
    page.get_by_role("textbox", name="Mã xác thực").fill(KNOWN_CODE.lower())
    page.get_by_role("textbox", name="Mã xác thực").press("Enter")
    expect(page.get_by_text("Đã nhận thư của Lan")).to_be_visible()
    assert watch.problems == []
    context.close()
