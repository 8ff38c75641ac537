"""Ids that sort by time: UUIDv7 of RFC 9562, so that new rows land at the end of every index."""

import os
import threading
from datetime import datetime
from uuid import UUID

_COUNTER_BITS = 12
_COUNTER_END = 1 << _COUNTER_BITS
_VERSION = 7 << 76
_VARIANT = 2 << 62
_RANDOM_MASK = (1 << 62) - 1
_SET_BACK_MS = 10_000


def first_id(moment: datetime) -> UUID:
    """The least id that `new_id` may make of a moment: ids from one such to another are those of the span between."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


class _Sequence:
    """The last id's millisecond and counter (RFC 9562 §6.2, method 1), shared by the threads of a process.

    After a fork two processes continue from the same counter; the 62 random bits keep their ids apart.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms = -1
        self._counter = 0

    def next(self, ms: int) -> tuple[int, int]:
        """Return the millisecond and the counter of the next id.

        A clock that steps back a little keeps the old millisecond, so that ids still ascend. One that is set back
        by more than ten seconds was wrong before: its future must not be stamped on every id until it comes.
        """
        with self._lock:
            if self._ms - _SET_BACK_MS <= ms <= self._ms:
                self._counter += 1
                if self._counter == _COUNTER_END:
                    self._ms, self._counter = self._ms + 1, 0
            else:
                # The upper half stays free, so that a millisecond has room for at least 2,048 ids.
                self._ms, self._counter = ms, int.from_bytes(os.urandom(2)) >> 5
            return self._ms, self._counter


_sequence = _Sequence()


def new_id(now: datetime) -> UUID:
    """Make a UUIDv7 of this moment; ids of one process ascend, also within one millisecond. Thread-safe."""
    ms, counter = _sequence.next(int(now.timestamp() * 1000))
    random = int.from_bytes(os.urandom(8)) & _RANDOM_MASK
    return UUID(int=(ms << 80) | _VERSION | (counter << 64) | _VARIANT | random)
