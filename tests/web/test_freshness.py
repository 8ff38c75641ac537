"""One look at the change feed for many requests, and never a stale one."""

import asyncio

import pytest

from engagement_widgets.web.freshness import Freshness


class Feed:
    """Counts the looks and remembers what stood there at the last one."""

    def __init__(self) -> None:
        self.looks = 0
        self.committed = 0
        self.announced = 0

    async def poll(self) -> None:
        """What a storage does: at once, without giving way."""
        self.looks += 1
        self.announced = self.committed


async def _request(feed: Feed, freshness: Freshness) -> int:
    if not freshness.holds():
        await freshness.renew()
    return feed.announced


@pytest.mark.anyio
async def test_requests_that_arrive_together_share_a_look() -> None:
    """Thirty requests in one turn of the loop cost one poll."""
    feed = Feed()
    freshness = Freshness(feed.poll)
    await asyncio.gather(*(_request(feed, freshness) for _ in range(30)))
    assert feed.looks == 1


@pytest.mark.anyio
async def test_one_after_the_other_each_looks() -> None:
    """Also when nothing gave the loop a turn in between, as when a test calls the app twice."""
    feed = Feed()
    freshness = Freshness(feed.poll)
    for number in range(1, 6):
        feed.committed = number
        assert await _request(feed, freshness) == number
    assert feed.looks == 5


@pytest.mark.anyio
async def test_whoever_arrives_after_a_commit_sees_it() -> None:
    """However requests and commits interleave: a request never misses what was committed before its task began."""
    feed = Feed()
    freshness = Freshness(feed.poll)
    missed: list[tuple[int, int]] = []

    async def reader(known: int) -> None:
        if (seen := await _request(feed, freshness)) < known:
            missed.append((known, seen))

    async def writer() -> None:
        for _ in range(200):
            feed.committed += 1
            tasks.extend(asyncio.create_task(reader(feed.committed)) for _ in range(3))
            await asyncio.sleep(0)

    tasks: list[asyncio.Task[None]] = []
    await asyncio.gather(writer(), writer(), writer())
    await asyncio.gather(*tasks)
    assert not missed
    assert feed.looks < len(tasks)


def test_a_loop_that_ended_leaves_nothing_behind() -> None:
    """A look of one event loop does not serve the next loop of the same thread."""
    feed = Feed()
    freshness = Freshness(feed.poll)
    for number in range(1, 4):
        feed.committed = number
        assert asyncio.run(_request(feed, freshness)) == number
