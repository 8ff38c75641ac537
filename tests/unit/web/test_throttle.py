"""Early refusal: a moving window by client, bounded in memory."""

import pytest

from engagement_widgets.errors import TooMany
from engagement_widgets.web import throttle
from engagement_widgets.web.throttle import RATES, Rate, Throttle


class _Seconds:
    def __init__(self) -> None:
        self.value = 100.0

    def __call__(self) -> float:
        return self.value


def test_the_window_moves() -> None:
    """Three in ten seconds, never more, wherever the ten seconds begin."""
    seconds = _Seconds()
    throttle = Throttle({"comment": Rate(3, 10)}, seconds)
    for moment in (100.0, 104.0, 105.0):
        seconds.value = moment
        throttle.check("comment", "a")
    seconds.value = 109.5
    with pytest.raises(TooMany) as caught:
        throttle.check("comment", "a")
    assert caught.value.retry_after == 1
    seconds.value = 110.0
    throttle.check("comment", "a")
    with pytest.raises(TooMany) as caught:
        throttle.check("comment", "a")
    assert caught.value.retry_after == 4


def test_clients_and_names_do_not_share() -> None:
    """One client's flood refuses nobody else, and nothing else of his."""
    throttle = Throttle({"comment": Rate(1, 10), "rating": Rate(1, 10)}, _Seconds())
    throttle.check("comment", "a")
    throttle.check("comment", "b")
    throttle.check("rating", "a")
    with pytest.raises(TooMany) as caught:
        throttle.check("comment", "a")
    assert caught.value.code == "too_fast"


def test_refused_calls_are_not_counted() -> None:
    """Who keeps knocking is let in when the window opens, not later."""
    seconds = _Seconds()
    throttle = Throttle({"comment": Rate(1, 10)}, seconds)
    throttle.check("comment", "a")
    for moment in (101.0, 105.0, 109.0):
        seconds.value = moment
        with pytest.raises(TooMany):
            throttle.check("comment", "a")
    seconds.value = 110.0
    throttle.check("comment", "a")


def test_a_flood_of_addresses_takes_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client that called longest ago is forgotten first."""
    monkeypatch.setattr(throttle, "LIMIT_KEYS", 100)
    limiter = Throttle({"comment": Rate(1, 10)}, _Seconds())
    for number in range(1000):
        limiter.check("comment", str(number))
    assert len(limiter._calls) == 100
    with pytest.raises(TooMany):
        limiter.check("comment", "999")


def test_every_rate_lets_a_person_work() -> None:
    """The written rates refuse scripts, not readers: at least ten a minute."""
    assert all(rate.calls / rate.seconds >= 10 / 60 for rate in RATES.values())
