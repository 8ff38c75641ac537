"""A captcha service in a browser, through the whole site: a server elsewhere, with a script and a frame of its own."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from browsing import Watch, assert_clean, started
from serving import free_port, served

pytestmark = pytest.mark.browser
Visit: TypeAlias = Callable[..., tuple[Page, Watch]]
ROOT = Path(__file__).parents[2]
ARTICLE = "/news/1"
BODY = "Xe sách ghé hẻm tôi sáng thứ bảy."
SENT = "Đã gửi bình luận. Bình luận đang chờ duyệt."
UNCHECKED = "Chưa kiểm tra được mã xác thực."
UNOPENED = "Chưa mở được phần kiểm tra của Cloudflare Turnstile."
WRONG = "Bước kiểm tra chưa thành công."
EXPIRED = "Bước kiểm tra đã hết hạn."
WITHOUT = "Gửi không cần mã"
NARROW: ViewportSize = {"width": 360, "height": 760}


def running(folder: Path, app: str, port: int, path: str = "/", **environment: str) -> AbstractContextManager[str]:
    """A uvicorn of this app on this port."""
    command = [sys.executable, "-m", "uvicorn", "--port", str(port), app]
    paths = os.pathsep.join((str(ROOT / "examples"), str(ROOT / "tests")))
    return served(
        command,
        url=f"http://127.0.0.1:{port}{path}",
        log=folder / f"{port}.log",
        folder=folder,
        environment={**os.environ, "PYTHONPATH": paths, **environment},
    )


class Service:
    """The practice service, which can be away for a while."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port, self._stack = folder, free_port(), ExitStack()
        self.url = f"http://127.0.0.1:{self._port}"

    def up(self) -> None:
        """Begin to answer."""
        self._stack.enter_context(running(self._folder, "practice_captcha:app", self._port, "/api.js"))

    def down(self) -> None:
        """Answer no more."""
        self._stack.close()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Be down meanwhile."""
        self.down()
        try:
            yield
        finally:
            self.up()

    def token(self, **asked: str) -> str:
        """A token as the service makes them, for another site's widget as well."""
        usual = {"hostname": "127.0.0.1", "action": "comment"}
        answer = httpx.post(f"{self.url}/token", params=usual | asked)
        made: str = answer.json()["token"]
        return made


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service, running."""
    service = Service(tmp_path_factory.mktemp("service"))
    service.up()
    yield service
    service.down()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, service: Service) -> Iterator[str]:
    """A site that uses it."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    with running(folder, "captcha_service:app", port, ARTICLE, PRACTICE_URL=service.url):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visit(chromium: Browser, site: str, service: Service) -> Iterator[Visit]:
    """Open the article as a new reader: `visit(javascript=True, policy=…)`, the policy in place of the article's."""
    contexts = []

    def visited(*, javascript: bool = True, policy: str | None = None) -> tuple[Page, Watch]:
        context = chromium.new_context(base_url=site, java_script_enabled=javascript, viewport=NARROW)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        if policy is not None:
            page.route(f"{site}{ARTICLE}", lambda route: _under(policy, route))
        watch = Watch(site, service.url)
        watch.over(page)
        page.goto(ARTICLE)
        return page, watch

    yield visited
    for context in contexts:
        context.close()


def _under(policy: str, route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})


def write(page: Page, body: str = BODY) -> None:
    """Fill in the form."""
    page.get_by_label("Tên hiển thị").fill("Lê Thị Sương")
    page.get_by_label("Nội dung bình luận").fill(body)


def box(page: Page) -> Locator:
    """What the service asks people to tick, in its frame."""
    return page.frame_locator("iframe").get_by_role("checkbox")


def token_field(page: Page) -> Locator:
    """The service's field."""
    return page.locator("input[name=cf-turnstile-response]")


def tick(page: Page) -> None:
    """Pass the check."""
    box(page).check()
    expect(token_field(page)).not_to_have_value("")


def send(page: Page) -> None:
    """Press the button that people see."""
    page.locator(".ew-send").get_by_role("button", name="Gửi bình luận").click()


def test_commenting_with_a_token(visit: Visit) -> None:
    """Drawn when the form is touched, in words; what was left out is told; ticked and sent; then drawn afresh."""
    page, watch = visit()
    started(page, "comments")
    assert page.locator("iframe").count() == 0
    write(page)
    expect(page.get_by_role("group", name="Bước kiểm tra")).to_contain_text("dịch vụ Cloudflare Turnstile")
    expect(box(page)).to_be_visible()
    assert_clean(page)
    send(page)
    expect(page.locator("[data-ew-summary]")).to_contain_text("Vui lòng hoàn thành bước kiểm tra")
    expect(box(page)).not_to_be_checked()
    assert_clean(page)
    tick(page)
    send(page)
    expect(page.get_by_text(SENT)).to_be_visible()
    assert page.locator("iframe").count() == 0
    write(page, f"{BODY} Lần hai.")
    tick(page)
    send(page)
    expect(page.locator("[data-ew-mine] article")).to_have_count(2)
    assert watch.problems == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (None, WRONG),
        ({"hostname": "bao-khac.example"}, WRONG),
        ({"action": "form-contact"}, WRONG),
        ({"seconds": "0"}, EXPIRED),
        ({"used": "1"}, EXPIRED),
    ],
    ids=["invented", "other-host", "other-purpose", "late", "twice"],
)
def test_a_token_that_is_not_good(visit: Visit, service: Service, asked: dict[str, str] | None, told: str) -> None:
    """Told in a sentence; the text is kept, nothing is posted, and the widget is drawn afresh and passes."""
    token = "invented" if asked is None else service.token(**asked)
    if asked == {"used": "1"}:
        spent = {"secret": "practice-secret", "response": token}
        assert httpx.post(f"{service.url}/siteverify", data=spent).json()["success"] is True
    page, watch = visit()
    started(page, "comments")
    write(page)
    tick(page)
    token_field(page).evaluate("(field, token) => { field.value = token; }", token)
    send(page)
    expect(page.locator("[data-ew-summary]")).to_contain_text(told)
    expect(page.get_by_label("Nội dung bình luận")).to_have_value(BODY)
    expect(token_field(page)).to_have_value("")
    expect(box(page)).not_to_be_checked()
    tick(page)
    send(page)
    expect(page.get_by_text(SENT)).to_be_visible()
    expect(page.locator("[data-ew-mine] article")).to_have_count(1)
    assert watch.problems == []


def test_the_token_is_renewed(visit: Visit) -> None:
    """When it has expired, and when a sending got no answer that says whether it is spent."""
    page, watch = visit()
    page.clock.install()
    started(page, "comments")
    write(page)
    tick(page)
    page.clock.fast_forward("03:00")
    expect(token_field(page)).to_have_value("")
    expect(box(page)).not_to_be_checked()
    tick(page)
    page.route("**/engagement/comments", lambda route: route.abort())
    send(page)
    expect(page.get_by_text("Chưa gửi được vì mất kết nối")).to_be_visible()
    expect(token_field(page)).to_have_value("")
    page.unroute("**/engagement/comments")
    tick(page)
    send(page)
    expect(page.get_by_text(SENT)).to_be_visible()
    assert watch.problems == ["error: Failed to load resource: net::ERR_FAILED"]


def test_on_our_own_pages(visit: Visit) -> None:
    """The second step, the form with errors and the list of comments draw it too, under a policy of ours."""
    page, watch = visit()
    page.locator("form[data-ew-form=comment]").evaluate(
        "form => { form.elements.name.value = 'Bé Na'; form.elements.body.value = 'Hay quá!'; form.submit(); }"
    )
    expect(page.get_by_text("Vui lòng hoàn thành bước kiểm tra rồi bấm")).to_be_visible()
    expect(box(page)).to_be_visible()
    assert_clean(page)
    send(page)
    assert page.title().startswith("Lỗi: Vui lòng hoàn thành bước kiểm tra")
    tick(page)
    send(page)
    expect(page.get_by_role("heading", name="Biên nhận")).to_be_visible()
    page.goto(ARTICLE)
    thread = page.locator("[data-ew-page]").get_attribute("data-ew-page")
    page.goto(f"/engagement/pages/{thread}/comments")
    started(page, "comments")
    write(page, "Một lần nữa.")
    tick(page)
    send(page)
    expect(page.get_by_text(SENT)).to_be_visible()
    assert watch.problems == []


def test_without_javascript(visit: Visit) -> None:
    """The step says what it is and offers the way without it, which keeps the text."""
    page, watch = visit(javascript=False)
    write(page)
    send(page)
    group = page.get_by_role("group", name="Bước kiểm tra")
    expect(group).to_contain_text("dịch vụ Cloudflare Turnstile")
    expect(group).to_contain_text("không có JavaScript? Vẫn gửi được")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Vui lòng hoàn thành bước kiểm tra, hoặc gửi không cần mã.")
    expect(page.get_by_label("Nội dung bình luận")).to_have_value(BODY)
    page.get_by_role("button", name=WITHOUT).click()
    expect(page.get_by_text(SENT)).to_be_visible()
    assert watch.problems == []


def test_the_service_goes_down(visit: Visit, service: Service) -> None:
    """Nothing passes; the form says so, keeps the text and offers the way without."""
    page, watch = visit()
    started(page, "comments")
    write(page)
    tick(page)
    with service.away():
        send(page)
        expect(page.locator("[data-ew-summary]")).to_contain_text(UNCHECKED)
        expect(page.get_by_label("Nội dung bình luận")).to_have_value(BODY)
        page.get_by_role("button", name=WITHOUT).click()
        expect(page.get_by_text(SENT)).to_be_visible()
    assert not [problem for problem in watch.problems if not problem.startswith("error: Failed to load resource")]


def test_the_script_does_not_come(visit: Visit, service: Service) -> None:
    """The form says so; "Thử lại" draws the widget once the service is back, and the text is kept."""
    with service.away():
        page, watch = visit()
        started(page, "comments")
        write(page)
        expect(page.get_by_text(UNOPENED)).to_be_visible()
        assert_clean(page)
        expect(page.get_by_role("button", name=WITHOUT)).to_be_visible()
    page.get_by_role("button", name="Thử lại").click()
    tick(page)
    send(page)
    expect(page.get_by_text(SENT)).to_be_visible()
    assert watch.problems == ["error: Failed to load resource: net::ERR_CONNECTION_REFUSED"]


@pytest.mark.parametrize(
    ("policy", "refusal"),
    [
        ("script-src 'self'", "violates the following Content Security Policy directive"),
        ("require-trusted-types-for 'script'", "requires 'TrustedScriptURL' assignment"),
    ],
    ids=["origin", "trusted-types"],
)
def test_the_article_lets_no_script_in(visit: Visit, policy: str, refusal: str) -> None:
    """A policy of the host that refuses the service's script costs the widget, never the comment."""
    page, watch = visit(policy=policy)
    started(page, "comments")
    write(page)
    expect(page.get_by_text(UNOPENED)).to_be_visible()
    page.get_by_role("button", name=WITHOUT).click()
    expect(page.get_by_text(SENT)).to_be_visible()
    assert watch.problems
    assert all(refusal in problem or "Refused" in problem or "blocked" in problem for problem in watch.problems)


def test_a_custom_element(chromium: Browser, tmp_path: Path) -> None:
    """Cap's way: in the article, on our own page, in a form of the host; its error is told, its token passes once."""
    near, far = free_port(), free_port()
    service, site = f"http://127.0.0.1:{far}", f"http://127.0.0.1:{near}"
    with (
        running(tmp_path, "captcha_element:service", far, "/assets/widget.js"),
        running(tmp_path, "captcha_element:site", near, ARTICLE, SERVICE_URL=service),
    ):
        page = chromium.new_page(base_url=site, viewport=NARROW)
        watch = Watch(site, service)
        watch.over(page)
        page.goto(ARTICLE)
        started(page, "comments")
        write(page)
        element = page.get_by_role("button", name="Xác nhận là người")
        element.click()
        expect(page.get_by_text("Chưa mở được phần kiểm tra của Cap.")).to_be_visible()
        element.click()
        expect(page.get_by_text("Chưa mở được phần kiểm tra của Cap.")).to_be_hidden()
        token = page.locator("input[name=cap-token]").input_value()
        assert token
        send(page)
        expect(page.get_by_text(SENT)).to_be_visible()
        page.goto(ARTICLE)
        page.locator("form[data-ew-form=comment]").evaluate(
            "form => { form.elements.name.value = 'Na'; form.elements.body.value = 'Hay quá!'; form.submit(); }"
        )
        element.wait_for()
        page.locator("input[name=cap-token]").evaluate("(field, token) => { field.value = token; }", token)
        send(page)
        expect(page.get_by_role("alert")).to_contain_text(WRONG)
        element.click()
        expect(page.locator("input[name=cap-token]")).not_to_have_value("")
        send(page)
        expect(page.get_by_role("heading", name="Biên nhận")).to_be_visible()
        page.goto("/lien-he")
        element.wait_for()
        page.get_by_role("button", name="Gửi thư").click()
        expect(page.get_by_text("Vui lòng hoàn thành bước kiểm tra")).to_be_visible()
        element.click()
        expect(page.locator("input[name=cap-token]")).not_to_have_value("")
        page.get_by_role("button", name="Gửi thư").click()
        expect(page.get_by_text("Đã nhận thư.")).to_be_visible()
        page.close()
    assert watch.problems == [
        "error: Failed to load resource: the server responded with a status of 500 (Internal Server Error)"
    ]


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_no_challenge_can_be_had(chromium: Browser, tmp_path: Path, *, javascript: bool) -> None:
    """A provider that cannot issue: the text is kept, and the way without a code leads to a comment."""
    port = free_port()
    with running(tmp_path, "captcha_away:app", port, ARTICLE):
        options: dict[str, Any] = {"java_script_enabled": javascript, "viewport": NARROW}
        page = chromium.new_page(base_url=f"http://127.0.0.1:{port}", **options)
        watch = Watch(f"http://127.0.0.1:{port}")
        page.on("pageerror", lambda error: watch.problems.append(str(error)))
        page.goto(ARTICLE)
        if javascript:
            started(page, "comments")
        write(page)
        if not javascript:
            send(page)
        expect(page.get_by_role("group", name="Bước kiểm tra")).to_contain_text(UNCHECKED)
        send(page)
        expect(page.get_by_text(UNCHECKED).first).to_be_visible()
        expect(page.get_by_label("Nội dung bình luận")).to_have_value(BODY)
        page.get_by_role("button", name="Thử lại").click()
        expect(page.get_by_role("button", name=WITHOUT)).to_be_visible()
        expect(page.get_by_label("Nội dung bình luận")).to_have_value(BODY)
        page.get_by_role("button", name=WITHOUT).click()
        expect(page.get_by_text(SENT)).to_be_visible()
        page.close()
    assert watch.problems == []
