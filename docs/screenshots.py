"""Takes the pictures of the README from the demonstration: `python docs/screenshots.py [folder]`.

It starts the demonstration on a free port in a folder of its own, drives the system's Chromium over it and ends both.
The folder for the pictures is `docs/images` unless another is named.
"""  # noqa: INP001  (a script)

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, FloatRect, Locator, Page, sync_playwright

ROOT: Final = Path(__file__).parent.parent
ARTICLE: Final = "/bai/den-giay-dem-ram"
DESK: Final = "/engagement/desk"
OWN_PASSWORD: Final = "den giay dem ram"  # noqa: S105  (of an account that lives as long as this script)
WIDTH: Final = 1280
START_SECONDS: Final = 120
STEP_MILLISECONDS: Final = 15_000
COMMENTS_SHOWN: Final = 2
DESK_HEIGHT: Final = 860
MARGIN: Final = 24
LARGEST_BYTES: Final = 350_000


def main(folder: Path) -> None:
    """Take both pictures."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is not installed (apt-get install chromium)")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        _served(Path(scratch)) as (url, password),
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]) as browser,
    ):
        _article(_new_page(browser, url), folder / "article.png")
        _desk(_new_page(browser, url), password, folder / "desk.png")


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, str]]:
    """The demonstration's address and the desk's one-time password, until the block ends."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"PORT": str(port), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    told = folder / "told"
    with told.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "examples.demo"], cwd=folder, env=environment, stdout=output, stderr=output
        )
    try:
        yield url, _password(process, told, port)
    finally:
        process.terminate()
        process.wait(20)


def _password(process: "subprocess.Popen[bytes]", told: Path, port: int) -> str:
    """Wait until the demonstration has told its password and answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"password\s+(\S+)", told.read_text())
        if found is not None and _answers(port):
            return found[1]
        time.sleep(0.2)
    raise SystemExit(f"The demonstration did not start:\n{told.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _new_page(browser: Browser, url: str) -> Page:
    """A reader's page: light, Vietnamese, as wide as the pictures."""
    context = browser.new_context(
        base_url=url,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        viewport={"width": WIDTH, "height": 900},
        color_scheme="light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(STEP_MILLISECONDS)
    return context.new_page()


def _article(page: Page, target: Path) -> None:
    """Rating, form and the first comments, cut out of the article."""
    page.goto(ARTICLE)
    page.locator("#ew-comments").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    first = _box(page.locator("#ew-rating"))
    last = _box(page.locator("#ew-comments [data-ew-fragment] .ew-thread > li").nth(COMMENTS_SHOWN - 1))
    clip: FloatRect = {
        "x": first["x"] - MARGIN,
        "y": first["y"] - MARGIN,
        "width": first["width"] + 2 * MARGIN,
        "height": last["y"] + last["height"] - first["y"] + MARGIN,
    }
    _shoot(page, target, clip)


def _desk(page: Page, password: str, target: Path) -> None:
    """The queue, as it opens for somebody who has just signed in."""
    page.goto(DESK)
    page.fill("#ew-login", "truc-ban")
    page.fill("#ew-password", password)
    page.click(".ew-login button")
    page.fill("#ew-password", password)
    page.fill("#ew-new_password", OWN_PASSWORD)
    page.fill("#ew-again", OWN_PASSWORD)
    page.click("main form .ew-btn--primary")
    page.locator("[data-ew-card]").nth(2).wait_for()
    page.wait_for_load_state("networkidle")
    _shoot(page, target, {"x": 0, "y": 0, "width": WIDTH, "height": DESK_HEIGHT})


def _box(locator: Locator) -> FloatRect:
    """Where an element stands on the whole page."""
    box: FloatRect = locator.evaluate(
        "element => { const box = element.getBoundingClientRect();"
        " return {x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height}; }"
    )
    return box


def _shoot(page: Page, target: Path, clip: FloatRect) -> None:
    page.screenshot(path=target, clip=clip, full_page=True, animations="disabled")
    size = target.stat().st_size
    if size > LARGEST_BYTES:
        raise SystemExit(f"{target} is too large: {size} bytes")
    print(f"{target}: {size // 1000} kB")  # noqa: T201  (a script says what it made)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
