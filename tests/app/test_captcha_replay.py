"""One picture is worth one guess: replayed, raced, refreshed, after a restart, in two processes, out of time."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

import captcha_peer
from captcha_ways import EXPIRED, JSON, WRONG, outcome, passes, sealed, sending, written
from engagement_widgets import Engagement
from engagement_widgets.captcha.service import LIFETIME
from engagement_widgets.testing import KNOWN_CODE, FakeClock
from whole_site import MOUNT, Site, challenge, open_site, reference, site_settings, stranger, unthrottle

pytestmark = pytest.mark.anyio


@pytest.fixture
def own_site(database_url: str) -> Iterator[Site]:
    """A site whose clock shows the real time, as the clocks of other processes do."""
    site = open_site(site_settings(database_url), FakeClock(datetime.now(UTC)))
    yield site
    site.engagement.close()


async def test_replayed_one_after_the_other(stored_site: Site) -> None:
    """The same id and answer as another sending, by the same and by another browser: refused."""
    fields = sending(stored_site)
    before = written(stored_site)
    async with stranger(stored_site.app, **JSON) as client:
        assert outcome(await client.post("/comments", data=fields)) == (201, "")
        again = sending(stored_site, challenge=fields["challenge"], body="Một lời khác")
        assert outcome(await client.post("/comments", data=again)) == WRONG
        assert outcome(await client.post("/api/v1/comments", json=again)) == WRONG
    assert not await passes(stored_site, fields["challenge"])
    assert written(stored_site) == before + 1


async def test_fifty_at_once(stored_site: Site) -> None:
    """Fifty parallel sendings with one right answer: exactly one passes."""
    one = challenge(stored_site.ctx)
    before = written(stored_site)
    async with stranger(stored_site.app, **JSON) as client:
        answers = await asyncio.gather(
            *(
                client.post("/comments", data=sending(stored_site, challenge=one, body=f"Lời thứ {number}"))
                for number in range(50)
            )
        )
    assert sorted(outcome(answer) for answer in answers) == [(201, ""), *[WRONG] * 49]
    assert written(stored_site) == before + 1


def test_two_processes_at_once(own_site: Site, database_url: str) -> None:
    """Twenty challenges answered by two server processes at the same time: each passes once."""
    challenges = [sealed(own_site.storage) for _ in range(20)]
    command = [sys.executable, captcha_peer.__file__, database_url, KNOWN_CODE, *challenges]
    peers = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
        )
        for _ in range(2)
    ]
    for peer in peers:
        assert peer.stdout is not None
        assert peer.stdout.readline() == "ready\n"
    for peer in peers:
        assert peer.stdin is not None
        peer.stdin.write("\n")
        peer.stdin.flush()
    accepted = [int(peer.communicate(timeout=60)[0]) for peer in peers]
    assert sum(accepted) == 20


async def test_replayed_after_a_restart(database_url: str, clock: FakeClock) -> None:
    """What one process has spent the next one knows; what waited still waits."""
    first = open_site(site_settings(database_url), clock)
    spent, waiting = challenge(first.ctx), challenge(first.ctx)
    assert await passes(first, spent)
    first.engagement.close()

    engagement = Engagement(site_settings(database_url), clock=clock)
    app = engagement.wrap(Starlette(), MOUNT)
    unthrottle(engagement.boot())
    second = Site(engagement=engagement, app=app, clock=clock, ids={}, comments={}, token="")
    assert not await passes(second, spent)
    assert await passes(second, waiting)
    engagement.close()


async def test_wrong_then_right(stored_site: Site) -> None:
    """A wrong guess, by form or API, and a right one on the same id: refused."""
    for path, kind in (("/comments", "data"), ("/api/v1/comments", "json")):
        fields = sending(stored_site, code="HHHHHH")
        async with stranger(stored_site.app, **JSON) as client:
            assert outcome(await client.post(path, **{kind: fields})) == WRONG  # type: ignore[arg-type]
        assert not await passes(stored_site, fields["challenge"])


async def test_another_picture_kills_the_first(stored_site: Site) -> None:
    """By the button without JavaScript, by the script's request, by the API: the old id is worth nothing more."""
    ctx = stored_site.ctx
    page = reference(ctx)
    async with stranger(stored_site.app) as client:
        olds = [challenge(ctx) for _ in range(3)]
        step = await client.post("/comments", data={**sending(stored_site, challenge=olds[0]), "new_code": "1"})
        asked = {"purpose": "comment", "page": page}
        field = await client.post("/captcha", data={**asked, "replaces": olds[1]})
        resource = await client.post("/api/v1/challenges", json={**asked, "replaces": olds[2]})
        assert [answer.status_code for answer in (step, field, resource)] == [200, 200, 201]
        for old in olds:
            assert (await client.get(f"/captcha/{old}.png")).status_code == 404
            assert not await passes(stored_site, old)
        assert (await client.post("/captcha", data={**asked, "replaces": ""})).status_code == 200
        for strange in ("x", " ", "0" * 5_000):
            assert (await client.post("/captcha", data={**asked, "replaces": strange})).status_code == 422


async def test_looking_never_burns(site: Site) -> None:
    """GET and HEAD of picture and form routes, with the answer in the address: the challenge can still be answered."""
    one = challenge(site.ctx)
    query = {"challenge": one, "code": "HHHHHH", "replaces": one, "new_code": "1"}
    async with stranger(site.app) as client:
        for path in (f"/captcha/{one}.png", "/captcha", "/comments", "/api/v1/challenges", "/api/v1/comments"):
            for method in ("GET", "HEAD", "OPTIONS"):
                await client.request(method, path, params=query)
        pictures = {(await client.get(f"/captcha/{one}.png")).content for _ in range(10)}
    assert len(pictures) == 1
    assert await passes(site, one)


async def test_a_second_too_late_and_clocks_set_back(stored_site: Site) -> None:
    """At its last second it passes; a late attempt burns, so turning the clock back revives nothing."""
    site = stored_site
    in_time, late, untouched = (challenge(site.ctx) for _ in range(3))
    site.clock.advance(LIFETIME - timedelta(seconds=1))
    assert await passes(site, in_time)
    site.clock.advance(2)
    async with stranger(site.app, **JSON) as client:
        assert outcome(await client.post("/comments", data=sending(site, challenge=late))) == EXPIRED
    site.clock.advance(-300)
    assert not await passes(site, late)
    assert await passes(site, untouched)  # the clock says that there is time, and nobody has tried it
    from_the_future = challenge(site.ctx)
    site.clock.advance(-3600)
    async with stranger(site.app, **JSON) as client:
        assert outcome(await client.post("/comments", data=sending(site, challenge=from_the_future))) == EXPIRED


@pytest.mark.long
async def test_ten_thousand_pairs(stored_site: Site) -> None:
    """Ten thousand challenges, each answered twice at the same moment: none passes twice, none fails twice."""
    for _ in range(200):
        challenges = [sealed(stored_site.storage) for _ in range(50)]
        before = written(stored_site)
        async with stranger(stored_site.app, **JSON) as client:
            answers = await asyncio.gather(
                *(client.post("/comments", data=sending(stored_site, challenge=one)) for one in challenges * 2)
            )
        passed = sum(answer.status_code == 201 for answer in answers)
        assert (passed, written(stored_site) - before) == (50, 50)
