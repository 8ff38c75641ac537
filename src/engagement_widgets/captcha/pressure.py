"""How often answers fail on the whole site, as one process sees it: when most do, programs are at work."""

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=10)
LEAST: Final = 30
"""Answers below which their share of wrong ones says nothing."""

SHARE: Final = 0.5
"""Share of wrong answers from which on everybody's pictures are one level harder. Of people one in ten is wrong."""

_MOST = 2_000  # answers that are remembered


class Pressure:
    """The answers of the last minutes, in memory: a row of the site's own would be written by every post."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: deque[tuple[datetime, bool]] = deque(maxlen=_MOST)

    def note(self, at: datetime, *, failed: bool) -> None:
        """Remember one answer."""
        with self._lock:
            self._answers.append((at, failed))

    def steps(self, now: datetime) -> int:
        """By how many levels every picture is harder than usual: 0 or 1."""
        with self._lock:
            while self._answers and self._answers[0][0] <= now - WINDOW:
                self._answers.popleft()
            number, wrong = len(self._answers), sum(failed for _, failed in self._answers)
        return int(number >= LEAST and wrong >= SHARE * number)
