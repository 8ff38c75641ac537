"""No code for a reader whose last comments were approved; codes again after one that was not."""

import re

import pytest

from captcha_ways import JSON, outcome, sending
from comment_factory import move, post
from engagement_widgets.comments.states import Status
from engagement_widgets.testing import FakeClock
from whole_site import READER_NAME, Site, open_site, reader, reference, site_settings, stranger

pytestmark = pytest.mark.anyio


def _bare(site: Site, body: str) -> dict[str, str]:
    return {name: value for name, value in sending(site, body=body).items() if name not in {"challenge", "code"}}


def _decided(site: Site, *statuses: Status) -> None:
    for status in statuses:
        site.clock.advance(1)
        move(site.storage, post(site.storage, reader=READER_NAME, body=f"Lời {site.clock.now()}").comment_id, status)


async def test_two_approved_comments_spare_the_code(stored_site: Site) -> None:
    """By form and API, in the field our script asks for, and with an error in the form; to nobody else."""
    site = stored_site
    asked = {"purpose": "comment", "page": reference(site.ctx)}
    async with reader(site) as browser:
        assert outcome(await browser.post("/api/v1/comments", json=_bare(site, "Một"))) == (422, "captcha_required")
        _decided(site, Status.APPROVED, Status.APPROVED)
        field = await browser.post("/captcha", data=asked, headers={"ew-partial": "1"})
        assert "Không cần mã xác thực" in field.text
        assert 'name="challenge"' not in field.text
        assert outcome(await browser.post("/comments", data=_bare(site, "Hai"), headers=JSON)) == (201, "")
        assert (await browser.post("/comments", data=_bare(site, "Ba"))).status_code == 303
        again = await browser.post("/comments", data=_bare(site, ""))
        assert again.status_code == 422
        assert 'name="challenge"' not in again.text
        assert len(re.findall('name="submission_key"', again.text)) == 1
        _decided(site, Status.SPAM)
        assert outcome(await browser.post("/comments", data=_bare(site, "Bốn"), headers=JSON))[0] == 422
    async with stranger(site.app, **JSON) as other:
        assert outcome(await other.post("/comments", data=_bare(site, "Năm"))) == (422, "captcha_required")


@pytest.mark.parametrize("until", [0, 3])
async def test_the_setting_says_after_how_many(sqlite_url: str, clock: FakeClock, until: int) -> None:
    """0 asks always."""
    site = open_site(site_settings(sqlite_url, captcha_until=until), clock)
    _decided(site, Status.APPROVED, Status.APPROVED)
    async with reader(site, **JSON) as browser:
        assert outcome(await browser.post("/comments", data=_bare(site, "Một"))) == (422, "captcha_required")
        _decided(site, Status.APPROVED)
        assert outcome(await browser.post("/comments", data=_bare(site, "Hai")))[0] == (422 if until == 0 else 201)
    site.engagement.close()
