"""The captcha in the host's own forms, and the provider that passes everything, on this machine alone."""

import re
import runpy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from captcha_ways import JSON, outcome, passes, sending
from engagement_widgets.captcha.issuing import form_id
from engagement_widgets.errors import MountError
from engagement_widgets.testing import KNOWN_CODE, FakeClock, KnownChallenges, PassingCaptcha, issue_known
from engagement_widgets.web.context import Context
from whole_site import Site, open_site, site_settings, stranger

pytestmark = pytest.mark.anyio

TYPED = {"name": "Lan", "message": "Một góp ý <b>"}
SAME_ORIGIN = {"sec-fetch-site": "same-origin", "ew-partial": "1"}


@pytest.fixture
async def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Any, httpx.AsyncClient]]:
    """The example, and a browser that visits it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENGAGEMENT_WORKER", "off")
    example = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "contact_form.py"))
    transport = httpx.ASGITransport(example["app"])
    async with (
        example["engagement"].lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        yield example["engagement"].boot(), client


def _known(ctx: Context, purpose: str = "form-contact") -> str:
    known = KnownChallenges(secrets=ctx.secrets, purpose=purpose, page_id=form_id(ctx.settings.site, purpose))
    return str(ctx.storage.write_sync(issue_known, known)[0])


def _value(html: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]+)"', html)
    assert found is not None, name
    return found[1]


async def test_the_whole_way_without_javascript(host: tuple[Context, httpx.AsyncClient]) -> None:
    """Shown, wrong with the text kept, another picture, right, once; without a code where the form offers it."""
    ctx, client = host
    page = await client.get("/lien-he")
    assert "engagement.js" in page.text
    assert 'name="no_code"' in page.text
    one = _known(ctx)
    wrong = await client.post("/lien-he", data={**TYPED, "challenge": one, "code": "HHHHHH"})
    assert wrong.status_code == 422
    assert "Mã xác thực không đúng" in wrong.text
    spoken = await client.post(
        "/lien-he", data={**TYPED, "challenge": _value(wrong.text, 'challenge" value'), "speak": "1"}
    )
    assert TYPED["name"] in spoken.text
    recording = await client.get(_value(spoken.text, 'preload="auto" src'))
    assert recording.content.startswith(b"RIFF")
    assert "Một góp ý &lt;b&gt;" in wrong.text
    assert (await client.post("/lien-he", data={**TYPED, "challenge": one, "code": KNOWN_CODE})).status_code == 422
    changed = await client.post("/lien-he", data={**TYPED, "challenge": _known(ctx), "code": "", "new_code": "1"})
    assert changed.status_code == 200
    assert "Một góp ý" in changed.text
    right = {**TYPED, "challenge": _known(ctx), "code": KNOWN_CODE}
    assert "Đã nhận thư của Lan" in (await client.post("/lien-he", data=right)).text
    assert (await client.post("/lien-he", data=right)).status_code == 422
    assert "sau các thư có mã" in (await client.post("/lien-he", data={**TYPED, "no_code": "1"})).text


@pytest.mark.parametrize("given", [{}, {"code": KNOWN_CODE}, {"challenge": "x", "code": "y"}, {"challenge": "x"}])
async def test_sent_without_the_widget(host: tuple[Context, httpx.AsyncClient], given: dict[str, str]) -> None:
    """Nothing, an answer alone, an id alone, both invented: never taken."""
    _, client = host
    assert (await client.post("/lien-he", data={**TYPED, **given})).status_code == 422


async def test_the_script_gets_another_picture(host: tuple[Context, httpx.AsyncClient]) -> None:
    """By the form's signed reference, which nobody else can make; the old picture is worth nothing more."""
    ctx, client = host
    reference = _value((await client.get("/lien-he")).text, "data-ew-reference")
    old = _known(ctx)
    asked = {"form": reference, "replaces": old, "prefix": "ew-"}
    fresh = await client.post("/engagement/captcha", data=asked, headers=SAME_ORIGIN)
    assert fresh.status_code == 200
    UUID(re.findall(r'name="challenge" value="([^"]+)"', fresh.text)[0])
    assert 'name="no_code"' in fresh.text
    spent = {**TYPED, "challenge": old, "code": KNOWN_CODE}
    assert (await client.post("/lien-he", data=spent)).status_code == 422
    for forged in ("", reference[:-2], "x.y"):
        refused = await client.post("/engagement/captcha", data={**asked, "form": forged}, headers=SAME_ORIGIN)
        assert refused.status_code == 404, forged


async def test_a_form_s_challenge_is_spent_on_nothing_else(site: Site, host: tuple[Context, httpx.AsyncClient]) -> None:
    """Neither on a comment, nor on another form of the host; a comment's is not spent on a form."""
    known = KnownChallenges(secrets=site.ctx.secrets, purpose="form-contact", page_id=form_id("test", "form-contact"))
    assert not await passes(site, str(site.storage.write_sync(issue_known, known)[0]))
    ctx, client = host
    for purpose in ("comment", "form-tip"):
        foreign = {**TYPED, "challenge": _known(ctx, purpose), "code": KNOWN_CODE}
        assert (await client.post("/lien-he", data=foreign)).status_code == 422
    with pytest.raises(ValueError, match="purpose"):
        await site.engagement.captcha.verify(None, {}, purpose="Liên hệ")  # type: ignore[arg-type]


async def test_the_passing_provider_stays_on_this_machine(sqlite_url: str, clock: FakeClock) -> None:
    """Any answer passes at home; no answer does not; another name, server, sender or a proxy: nothing passes."""
    site = open_site(site_settings(sqlite_url, insecure_http=True), clock, captcha=PassingCaptcha())
    async with stranger(site.app, **JSON) as client:
        assert outcome(await client.post("/comments", data=sending(site, code="x"))) == (201, "")
        bare = {name: value for name, value in sending(site).items() if name not in {"challenge", "code"}}
        assert outcome(await client.post("/comments", data=bare)) == (422, "captcha_required")
        for header in ({"x-forwarded-for": "127.0.0.1"}, {"forwarded": "for=127.0.0.1"}, {"host": "bao.example"}):
            with pytest.raises(MountError):
                await client.post("/comments", data=sending(site, code="x"), headers=header)
    for base, sender in (("http://10.0.0.5", "127.0.0.1"), ("http://127.0.0.1", "10.0.0.9")):
        transport = httpx.ASGITransport(site.app, client=(sender, 1))
        async with httpx.AsyncClient(transport=transport, base_url=base, headers=JSON) as client:
            with pytest.raises(MountError):
                await client.post("/engagement/comments", data=sending(site, code="x"))
    site.engagement.close()
