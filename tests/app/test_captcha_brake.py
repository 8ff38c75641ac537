"""Wrong codes pull the brake for the site, and while it stands pictures are a level harder."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from engagement_widgets.app.brake import LEAST, CaptchaBrake
from engagement_widgets.captcha.failures import count_failure, wrong_rates
from engagement_widgets.captcha.provider import ImageCaptcha
from engagement_widgets.comments.brake import LASTS
from engagement_widgets.comments.emergencies import Scope, list_emergencies
from engagement_widgets.hooks import Asker
from engagement_widgets.testing import FakeClock
from whole_site import Site, open_site, site_settings

pytestmark = pytest.mark.anyio


@pytest.fixture
def site(database_url: str, clock: FakeClock) -> Iterator[Site]:
    """A filled site."""
    made = open_site(site_settings(database_url), clock)
    yield made
    made.engagement.close()


def wrong(site: Site, number: int) -> None:
    """So many wrong answers, each from an address of its own."""
    for _ in range(number):
        site.storage.write_sync(count_failure, Asker(address=uuid4().hex, reader=None))


async def test_a_wave_of_wrong_codes_holds_the_site_for_an_hour(site: Site, clock: FakeClock) -> None:
    """From the floor on, where the fifty minutes before were quiet; pictures are harder until it is over."""
    brake = CaptchaBrake(site.storage, clock)
    page = UUID(site.ids["page_id"][0])
    wrong(site, LEAST - 1)
    await brake.failed()
    assert await brake.steps(page) == 0
    wrong(site, 1)
    await brake.failed()
    held = [one for one in site.storage.read_sync(list_emergencies, None) if one.automatic]
    assert [(one.scope, (one.figures or {})["cause"]) for one in held] == [(Scope.SITE, "captcha")]
    assert await brake.steps(page) == 1
    clock.advance(LASTS.total_seconds())
    assert await brake.steps(page) == 0


async def test_a_site_where_many_are_always_wrong_is_in_no_wave(site: Site, clock: FakeClock) -> None:
    """Its own last hour is what it is compared with."""
    brake = CaptchaBrake(site.storage, clock)
    for _ in range(5):
        wrong(site, LEAST // 2)
        clock.advance(600)
    wrong(site, LEAST + 10)
    assert site.storage.read_sync(wrong_rates, None).usual >= LEAST / 3
    await brake.failed()
    assert not [one for one in site.storage.read_sync(list_emergencies, None) if one.automatic]


@pytest.mark.parametrize("is_on", [True, False])
def test_the_setting_switches_it_off(sqlite_url: str, clock: FakeClock, is_on: bool) -> None:  # noqa: FBT001
    """Off, the captcha knows of no brake."""
    site = open_site(site_settings(sqlite_url, brake=is_on), clock)
    captcha = site.ctx.captcha
    site.engagement.close()
    assert isinstance(captcha, ImageCaptcha)
    assert (captcha.brake is not None) is is_on
