"""One look at the change feed for all the requests that one turn of the event loop serves."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any


class _Look(threading.local):
    """The last look of this thread, forgotten when its turn is over."""

    loop: asyncio.AbstractEventLoop | None = None
    task: asyncio.Task[Any] | None = None


class Freshness:
    """Polls once per turn of the loop; with many requests at once, most need no poll of their own.

    A poll must come after the arrival of every request it serves. It does: the look is forgotten by a callback
    queued when it was taken, and a request that runs before that callback was queued, so had arrived, before it. Only
    the task that looked cannot tell what it has waited for since, and looks again.

    Args:
        poll: announces what changed; it must not suspend, which both databases keep.
    """

    def __init__(self, poll: Callable[[], Awaitable[None]]) -> None:
        self._poll = poll
        self._look = _Look()

    def holds(self) -> bool:
        """True when another request has looked since this one arrived."""
        look, loop = self._look, asyncio.get_running_loop()
        return look.loop is loop and look.task is not asyncio.current_task(loop)

    async def renew(self) -> None:
        """Look, for this request and for those that have arrived."""
        look, loop = self._look, asyncio.get_running_loop()
        await self._poll()
        if look.loop is not loop:
            loop.call_soon(self._forget)
        look.loop, look.task = loop, asyncio.current_task(loop)

    def _forget(self) -> None:
        self._look.loop = self._look.task = None
