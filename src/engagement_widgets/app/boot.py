"""One boot per process: started by whoever needs it first, awaited by everybody who comes meanwhile."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Boot(Generic[T]):
    """Runs a blocking `build` once, in a thread of its own, however many wait for it.

    A failure is told to everybody who waited and kept as `failure`; the next to come tries again.
    """

    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._running: Future[T] | None = None
        self.value: T | None = None
        self.failure: BaseException | None = None

    async def get(self) -> T:
        """The built value; the fast path is one attribute."""
        if self.value is not None:
            return self.value
        # shielded: one visitor who goes away must not cancel the boot for the others
        return await asyncio.shield(asyncio.wrap_future(self._start()))

    def get_sync(self) -> T:
        """The same for callers without an event loop."""
        return self.value if self.value is not None else self._start().result()

    def clear(self) -> None:
        """Forget the value, as after closing or in a forked child (whose locks and threads are not its own)."""
        self._lock = threading.Lock()
        self._running = None
        self.value = None
        self.failure = None

    def _start(self) -> "Future[T]":
        with self._lock:
            if self._running is None:
                self._running = Future()
                threading.Thread(target=self._run, args=(self._running,), name="engagement-boot", daemon=True).start()
            return self._running

    def _run(self, future: "Future[T]") -> None:
        try:
            value = self._build()
        except BaseException as error:  # noqa: BLE001  (whatever it was, the waiters are told)
            with self._lock:
                self.failure, self._running = error, None
            future.set_exception(error)
        else:
            with self._lock:
                self.value, self.failure = value, None
            future.set_result(value)
