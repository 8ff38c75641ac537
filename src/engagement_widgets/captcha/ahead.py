"""Pictures drawn in quiet moments, so that who asks for one seldom waits for it."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engagement_widgets.captcha.codes import new_code
from engagement_widgets.captcha.levels import STYLES
from engagement_widgets.captcha.picture import Picture, draw
from engagement_widgets.settings import CaptchaLevel

KEPT: Final = 8
"""Pictures of one level that wait at most."""

QUIET: Final = 0.05
"""Seconds without anybody taking a picture after which one is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A fresh code and its picture."""

    code: str = field(repr=False)
    picture: Picture


def draw_new(level: CaptchaLevel, fonts: Path | None = None) -> Drawn:
    """Choose a code and draw it. Call it in a worker thread."""
    code = new_code(STYLES[level].length)
    return Drawn(code=code, picture=draw(code, level, fonts))


@dataclass(slots=True)
class _Stock:
    """What waits in one process, and whether a thread of it is at work."""

    pid: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    pools: dict[CaptchaLevel, deque[Drawn]] = field(default_factory=dict)
    taken: float = 0.0
    is_filling: bool = False


class Ahead:
    """A few pictures of each level that was ever asked for, each given out once.

    The thread that draws starts when one was taken and ends when all pools are full: nothing runs in a process that
    issues nothing, and there is nothing to close. A forked child begins empty.

    Args:
        draw: makes one; called in that thread.
    """

    def __init__(self, draw: Callable[[CaptchaLevel], Drawn] = draw_new) -> None:
        self._draw = draw
        self._stock = _Stock(os.getpid())

    def take(self, level: CaptchaLevel) -> Drawn | None:
        """A picture that nobody has seen, or None where none waits; never draws and never waits."""
        if self._stock.pid != os.getpid():  # the parent gives out what it drew, and its lock may be held for good
            self._stock = _Stock(os.getpid())
        stock = self._stock
        with stock.lock:
            pool = stock.pools.setdefault(level, deque())
            found = pool.popleft() if pool else None
            stock.taken = time.monotonic()
            starts = not stock.is_filling
            stock.is_filling = True
        if starts:
            threading.Thread(target=self._fill, args=(stock,), name="engagement-captcha").start()
        return found

    def _fill(self, stock: _Stock) -> None:
        try:
            while (level := _lacking(stock)) is not None:
                while (rest := stock.taken + QUIET - time.monotonic()) > 0:
                    time.sleep(rest)
                drawn = self._draw(level)
                with stock.lock:
                    stock.pools[level].append(drawn)
        except BaseException:
            stock.is_filling = False  # the next to take one tries again
            raise


def _lacking(stock: _Stock) -> CaptchaLevel | None:
    """The level of which fewest wait; None where all pools are full, and with it the thread's work is done."""
    with stock.lock:
        level = min(stock.pools, key=lambda one: len(stock.pools[one]))
        stock.is_filling = len(stock.pools[level]) < KEPT
        return level if stock.is_filling else None
