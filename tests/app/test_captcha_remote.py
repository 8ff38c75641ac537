"""A provider whose widget another service draws, and one that cannot issue, through the whole application."""

import re
from html import unescape
from typing import Any

import pytest
from starlette.requests import Request

from captcha_providers import SERVICE, AwayCaptcha, RemoteCaptcha
from captcha_ways import JSON, outcome
from engagement_widgets.testing import FakeClock
from whole_site import Site, open_site, reference, site_settings, stranger

pytestmark = pytest.mark.anyio

TYPED = {"name": "Lê Thị Sương", "body": "Xe sách <ghé> hẻm tôi."}
UNCHECKED = "Chưa kiểm tra được mã xác thực."
LANE = 'name="no_code"'


def opened(url: str, clock: FakeClock, **hooks: Any) -> Site:
    """A filled site with this captcha."""
    return open_site(site_settings(url), clock, **hooks)


async def test_the_widget_s_markup(sqlite_url: str, clock: FakeClock) -> None:
    """What the script needs, escaped; no picture, no deadline of ours; the way without beside it."""
    site = opened(sqlite_url, clock, captcha=RemoteCaptcha())
    async with stranger(site.app) as client:
        step = await client.post("/comments", data={**TYPED, "page": reference(site.ctx)})
        fetched = await client.post(
            "/captcha", data={"purpose": "comment", "page": reference(site.ctx)}, headers={"ew-partial": "1"}
        )
    for answer in (step, fetched):
        assert answer.status_code == 200
        options = re.search(r'data-ew-options="([^"]+)"', answer.text)
        assert options is not None
        assert unescape(options[1]) == '{"action": "comment", "language": "vi", "sitekey": "k\\"ey"}'
        assert f'data-ew-script="{SERVICE}/api.js"' in answer.text
        assert "dịch vụ Kiểm Tra" in answer.text
        assert "<img" not in answer.text
        assert "data-ew-expires" not in answer.text
        assert LANE in answer.text
    assert 'data-ew-widget="captcha"' in step.text
    assert "&lt;ghé&gt;" in step.text
    site.engagement.close()


@pytest.mark.parametrize(
    ("token", "status", "told"),
    [
        ("good:comment", 303, ""),
        ("good:form-contact", 422, "Bước kiểm tra chưa thành công."),
        ("", 422, "Vui lòng hoàn thành bước kiểm tra"),
        (None, 422, "Vui lòng hoàn thành bước kiểm tra"),
    ],
)
async def test_by_form(sqlite_url: str, clock: FakeClock, token: str | None, status: int, told: str) -> None:
    """In the service's own field; what is wrong leads to the widget, and the text is kept."""
    site = opened(sqlite_url, clock, captcha=RemoteCaptcha())
    given = {} if token is None else {"kiem-tra-response": token}
    async with stranger(site.app) as client:
        answer = await client.post(
            "/comments", data={**TYPED, "page": reference(site.ctx), "challenge": "any", "code": "good", **given}
        )
    assert answer.status_code == status
    if told:
        assert f'<a href="#ew-token">{told}' in answer.text
        assert 'id="ew-token"' in answer.text
        assert "&lt;ghé&gt;" in answer.text
    site.engagement.close()


async def test_by_program(sqlite_url: str, clock: FakeClock) -> None:
    """The API tells the widget, and takes its token as `code`."""
    site = opened(sqlite_url, clock, captcha=RemoteCaptcha())
    async with stranger(site.app, **JSON) as client:
        asked = {"purpose": "comment", "page": reference(site.ctx)}
        told = (await client.post("/api/v1/challenges", json=asked)).json()
        assert told["remote"]["script"] == f"{SERVICE}/api.js"
        assert told["remote"]["options"]["action"] == "comment"
        assert (told["picture"], told["work"]) == (None, None)
        sent = {**TYPED, "page": reference(site.ctx), "challenge": told["id"]}
        wrong = await client.post("/api/v1/comments", json={**sent, "code": "bad"})
        assert outcome(wrong) == (422, "wrong")
        assert wrong.json()["errors"][0]["field"] == "token"
        assert outcome(await client.post("/api/v1/comments", json=sent)) == (422, "required")
        assert outcome(await client.post("/api/v1/comments", json={**sent, "code": "good:comment"})) == (201, "")
    site.engagement.close()


def _request() -> Request:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": ("127.0.0.1", 1), "scheme": "http"}
    return Request(scope | {"server": ("127.0.0.1", 80), "query_string": b""})


async def test_in_a_form_of_the_host(sqlite_url: str, clock: FakeClock) -> None:
    """The widget with the form's purpose; another purpose's token is refused at the widget."""
    site = opened(sqlite_url, clock, captcha=RemoteCaptcha())
    made = await site.engagement.captcha.issue(_request(), purpose="contact", error="Sai rồi.")
    assert "form-contact" in made.field
    assert "Sai rồi." in made.field
    assert LANE not in made.field
    assert "Bước kiểm tra này cần JavaScript." in made.field
    for token, passed in (("good:form-contact", True), ("good:comment", False)):
        form = {"challenge": "any", "kiem-tra-response": token}
        answer = await site.engagement.captcha.verify(_request(), form, purpose="contact")
        assert answer.passed is passed
    assert answer.sentence.startswith("Bước kiểm tra chưa thành công.")
    site.engagement.close()


@pytest.mark.parametrize("fields", [{}, {"new_code": "1"}, {"challenge": "x", "code": "y"}])
async def test_no_challenge_can_be_had(sqlite_url: str, clock: FakeClock, fields: dict[str, str]) -> None:
    """Everything typed comes back as an error that passes, with the way without a code, which is taken."""
    site = opened(sqlite_url, clock, captcha=AwayCaptcha())
    sent = {**TYPED, "page": reference(site.ctx), **fields}
    async with stranger(site.app) as client:
        answer = await client.post("/comments", data=sent)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert f"<title>Lỗi: {UNCHECKED}" in answer.text
        assert "&lt;ghé&gt;" in answer.text
        assert LANE in answer.text
        taken = await client.post("/comments", data={**TYPED, "page": reference(site.ctx), "no_code": "1"})
        assert taken.status_code == 303
    site.engagement.close()


async def test_no_challenge_beside_another_mistake(sqlite_url: str, clock: FakeClock) -> None:
    """What is to be mended is told first; the way without a code stands in the captcha's place."""
    site = opened(sqlite_url, clock, captcha=AwayCaptcha())
    async with stranger(site.app) as client:
        answer = await client.post("/comments", data={**TYPED, "name": "", "page": reference(site.ctx)})
    assert answer.status_code == 422
    assert 'href="#ew-name"' in answer.text
    assert UNCHECKED in answer.text
    assert LANE in answer.text
    site.engagement.close()


async def test_no_challenge_for_the_script_and_for_programs(sqlite_url: str, clock: FakeClock) -> None:
    """The script gets the way without a code as the form's field, a program the problem."""
    site = opened(sqlite_url, clock, captcha=AwayCaptcha())
    asked = {"purpose": "comment", "page": reference(site.ctx)}
    async with stranger(site.app, **{"ew-partial": "1"}) as client:
        field = await client.post("/captcha", data=asked)
    assert field.status_code == 503
    assert "data-ew-captcha" in field.text
    assert 'name="submission_key"' in field.text
    assert LANE in field.text
    async with stranger(site.app, **JSON) as client:
        for answer in (
            await client.post("/captcha", data=asked),
            await client.post("/api/v1/challenges", json=asked),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "captcha_unavailable")
    site.engagement.close()


@pytest.mark.parametrize("offered", [True, False])
async def test_no_challenge_for_a_form_of_the_host(sqlite_url: str, clock: FakeClock, *, offered: bool) -> None:
    """Its page still comes, and so does the script's field; the way without a code stands where the form offers it."""
    site = opened(sqlite_url, clock, captcha=AwayCaptcha())
    made = await site.engagement.captcha.issue(_request(), purpose="contact", offers_no_code=offered)
    assert made.challenge is None
    found = re.search(r'data-ew-reference="([^"]+)"', made.field)
    assert found is not None
    async with stranger(site.app, **{"ew-partial": "1"}) as client:
        fetched = await client.post("/captcha", data={"form": found[1]})
    for text in (made.field, fetched.text):
        assert UNCHECKED in text
        assert (LANE in text) is offered
    site.engagement.close()
