"""Proof of work in a browser: nothing is asked of people, sending waits for it, and a way stays without JavaScript."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browsing import PLAIN_HOST, Watch, started
from serving import free_port, served

pytestmark = pytest.mark.browser
ADDRESS = "/lien-he"
EXAMPLES = Path(__file__).parents[2] / "examples"
BITS = 14


@pytest.fixture
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The contact form of a site that wants no puzzle, but work of so many bits as the test says."""
    bits = getattr(request, "param", BITS)
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(EXAMPLES), "--port", str(port), "contact_form:app"]
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"ENGAGEMENT_CAPTCHA_WORK": str(bits), "ENGAGEMENT_CAPTCHA_PICTURE": "false"}
    with served(command, url=f"{url}{ADDRESS}", log=tmp_path / "log", folder=tmp_path, environment=environment):
        yield url


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_writing_without_a_puzzle(chromium: Browser, host: str, *, javascript: bool) -> None:
    """With JavaScript sending waits for the work and passes; without it people are told why, and can send."""
    context = chromium.new_context(
        base_url=host, java_script_enabled=javascript, viewport={"width": 360, "height": 760}
    )
    page = context.new_page()
    watch = Watch(host)
    watch.over(page)
    page.goto(ADDRESS)
    page.get_by_label("Họ tên").fill("Lan")
    page.get_by_label("Nội dung").fill("Một góp ý")
    assert page.get_by_role("img").count() == 0
    assert page.get_by_role("textbox", name="Mã xác thực").count() == 0
    without = page.get_by_role("button", name="Gửi không cần mã")
    if javascript:
        started(page, "captcha")
        expect(without).to_be_hidden()
        page.get_by_role("button", name="Gửi liên hệ").click()
    else:
        expect(page.get_by_text("cần JavaScript")).to_be_visible()
        page.get_by_role("button", name="Gửi liên hệ").click()
        expect(page.get_by_text("chưa làm xong bước kiểm tra")).to_be_visible()
        page.get_by_role("button", name="Gửi không cần mã").click()
    expect(page.get_by_text("Đã nhận thư của Lan")).to_be_visible(timeout=30_000)
    assert watch.problems == []
    context.close()


def test_on_the_second_step(chromium: Browser, tmp_path: Path) -> None:
    """A browser with JavaScript that comes there without our script having sent it does the work there."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--app-dir",
        str(EXAMPLES),
        "--port",
        str(port),
        "minimal_starlette:app",
    ]
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"ENGAGEMENT_CAPTCHA_WORK": str(BITS), "ENGAGEMENT_CAPTCHA_PICTURE": "false"}
    with served(command, url=f"{url}/news/1", log=tmp_path / "log", folder=tmp_path, environment=environment):
        page = chromium.new_page(base_url=url)
        watch = Watch(url)
        watch.over(page)
        page.goto("/news/1")
        page.locator("form[data-ew-form=comment]").evaluate(
            "form => { form.elements.name.value = 'Na'; form.elements.body.value = 'Hay quá!'; form.submit(); }"
        )
        expect(page.get_by_text("hoàn thành bước kiểm tra rồi bấm")).to_be_visible()
        started(page, "captcha")
        page.locator(".ew-send").get_by_role("button", name="Gửi bình luận").click()
        expect(page.get_by_role("heading", name="Biên nhận")).to_be_visible(timeout=30_000)
        page.close()
    assert watch.problems == []


def test_what_lacks_on_plain_http_is_told(chromium: Browser, host: str) -> None:
    """With JavaScript and without WebCrypto: the sentence names https too, and the way without a code works."""
    origin = host.replace("127.0.0.1", PLAIN_HOST)
    context = chromium.new_context(base_url=origin)
    page = context.new_page()
    watch = Watch(origin)
    watch.over(page)
    page.goto(ADDRESS)
    started(page, "captcha")
    assert page.evaluate("() => window.crypto.subtle === undefined")
    page.get_by_label("Họ tên").fill("Lan")
    page.get_by_label("Nội dung").fill("Một góp ý")
    expect(page.get_by_text("cần JavaScript và kết nối https")).to_be_visible()
    page.get_by_role("button", name="Gửi liên hệ").click()
    expect(page.get_by_text("chưa làm xong bước kiểm tra")).to_be_visible()
    page.get_by_role("button", name="Gửi không cần mã").click()
    expect(page.get_by_text("Đã nhận thư của Lan")).to_be_visible()
    assert watch.problems == []
    context.close()


@pytest.mark.parametrize("host", [24], indirect=True)
def test_progress_is_shown_and_typing_goes_on(chromium: Browser, host: str) -> None:
    """Work of minutes: how far it may be is told and grows, and the form takes what is typed meanwhile."""
    context = chromium.new_context(base_url=host)
    page = context.new_page()
    page.goto(ADDRESS)
    started(page, "captcha")
    progress = page.get_by_label("Đang chuẩn bị gửi…")
    expect(progress).to_be_visible()
    page.wait_for_function("() => document.querySelector('progress').value > 0")
    first = progress.evaluate("progress => progress.value")
    page.get_by_label("Nội dung").press_sequentially("Gõ được trong lúc chờ", timeout=10_000)
    expect(page.get_by_label("Nội dung")).to_have_value("Gõ được trong lúc chờ")
    assert progress.evaluate("progress => progress.value") > first
    context.close()
