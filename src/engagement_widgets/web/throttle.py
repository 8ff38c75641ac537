"""Early refusal in memory: a flood is told to slow down before it costs a transaction.

The exact quota is kept by `storage.quotas` inside the write's own unit; this one is per process and forgets. Written
here because the memory store of `limits` 5.8 keeps every key for good and starts a thread at nearly every call.
"""

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engagement_widgets.errors import TooMany

LIMIT_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in any window of so many seconds."""

    calls: int
    seconds: float


RATES: Mapping[str, Rate] = MappingProxyType(
    {
        "rating": Rate(30, 60),
        "comment": Rate(20, 60),
        "like": Rate(60, 60),
        "report": Rate(10, 60),
        "case": Rate(10, 60),
        "captcha": Rate(60, 60),
        "captcha-address": Rate(1_200, 60),
        "captcha-spoken": Rate(10, 60),
        "captcha-spoken-address": Rate(60, 60),
        "sign-in": Rate(10, 60),
        "sign-in-code": Rate(10, 60),
    }
)


class Throttle:
    """Moving windows by name and client.

    Args:
        rates: the rate of every name that is checked.
        now: seconds that only grow.
    """

    def __init__(self, rates: Mapping[str, Rate] = RATES, now: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._now = now
        self._lock = threading.Lock()
        self._calls: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def check(self, name: str, key: str) -> None:
        """Count one call of this client.

        Raises:
            TooMany: `too_fast`; the refused call is not counted.
        """
        rate, now = self._rates[name], self._now()
        with self._lock:
            calls = self._calls.setdefault((name, key), deque(maxlen=rate.calls))
            self._calls.move_to_end((name, key))
            # Bounded: under a flood of addresses the one that called longest ago is forgotten first.
            if len(self._calls) > LIMIT_KEYS:
                self._calls.popitem(last=False)
            if len(calls) == rate.calls and (wait := calls[0] + rate.seconds - now) > 0:
                raise TooMany("too_fast", retry_after=max(1, math.ceil(wait)))
            calls.append(now)
