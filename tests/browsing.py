"""What the browser tests speak in: the served newspaper, and a watch over what its pages do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, expect

from engagement_widgets.storage.units import Storage

OpenPage: TypeAlias = Callable[..., Page]
# What stands in a frame is another service's page.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "iframes": False,
}

# Each width and each scheme once in `make test`; their other pairs, which share every rule, and forced colours in the
# long run.
LOOKS: Final = [
    pytest.param({"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}, id="wide-light"),
    pytest.param({"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}, id="narrow-dark"),
    pytest.param(
        {"viewport": {"width": 1280, "height": 900}, "forced_colors": "active"},
        id="forced-colors",
        marks=pytest.mark.long,
    ),
    pytest.param(
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}, id="wide-dark", marks=pytest.mark.long
    ),
    pytest.param(
        {"viewport": {"width": 320, "height": 640}, "color_scheme": "light"}, id="narrow-light", marks=pytest.mark.long
    ),
]

ASKED_FOR: Final = (
    "Failed to load resource: the server responded with a status of 4",
    "Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
)

PLAIN_HOST: Final = "bao.example"
"""This machine by a name that is not the loopback's: over http browsers give such a page no WebCrypto."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newspaper:
    """The served demonstration: its address, its database, the desk's first password and who has replaced it."""

    url: str
    storage: Storage
    password: str
    signed_in: list[str] = field(default_factory=list)


@dataclass
class Watch:
    """What pages did that they may not: console errors (refusals by CSP or Trusted Types are such), foreign requests.

    Chromium also prints every answer with a status of 400 and more, and every request without a connection; those are
    what the tests ask for.

    Attributes:
        origin: of the pages.
        service: origin of the one other server that they may ask, if any.
        problems: what was seen.
    """

    origin: str
    service: str = "data:"
    problems: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Watch this page from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(ASKED_FOR):
            self.problems.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, self.service, "data:", "blob:")):
            self.problems.append(f"request to {request.url}")


def started(page: Page, widget: str) -> None:
    """Wait until a widget's script has taken over: what is pressed before is sent as without JavaScript."""
    root = page.locator(f"[data-ew-widget={widget}]").first
    root.scroll_into_view_if_needed()
    expect(root).to_have_attribute("data-ew-started", "")


def rate(page: Page, score: int) -> None:
    """Choose and send."""
    page.locator(f"#ew-rating form[data-ew-form=rating] input[value='{score}']").check(force=True)
    page.get_by_role("button", name="Gửi đánh giá").click()


def assert_clean(page: Page, part: str | None = None) -> None:
    """No violation of axe-core in the page or in a part of it, and nothing wider than the window."""
    # the desk's sticky head covers half of whatever stops below it, wherever the page is scrolled to
    page.evaluate("document.querySelectorAll('.ew-top').forEach(head => { head.style.position = 'static'; })")
    found = Axe().run(page, context=part, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{width} px wider than the window"
