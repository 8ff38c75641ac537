"""Markup that is remembered: when a thread changes, ninety-nine of its hundred comments read as before."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from markupsafe import Markup

BYTES_A_LETTER = 4
"""What keeping a part costs for each letter of it: two for Vietnamese markup, as many for what it was made of."""


class Parts:
    """Finished parts by everything they were made of, the least recently used out first. Safe from every thread.

    Args:
        limit_bytes: upper bound of what is kept, about.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes // BYTES_A_LETTER
        self._lock = threading.Lock()
        self._letters = 0
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Markup]) -> Markup:
        """The part of this key, made now if it is not kept. Two threads may both make it; both make the same."""
        with self._lock:
            # out and in again: to find a key that holds a whole comment costs more than to move it
            if (kept := self._kept.pop(key, None)) is not None:
                self._kept[key] = kept
                return kept
        made = make()
        with self._lock:
            self._keep(key, made)
        return made

    def _keep(self, key: Hashable, made: Markup) -> None:
        self._letters += len(made) - len(self._kept.pop(key, ""))
        self._kept[key] = made
        while self._letters > self._limit:
            self._letters -= len(self._kept.popitem(last=False)[1])
