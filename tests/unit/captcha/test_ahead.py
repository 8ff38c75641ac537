"""Pictures drawn ahead: each once, never more than a few, nothing of a parent's in its child, no thread that stays."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from engagement_widgets.captcha.ahead import KEPT, QUIET, Ahead, Drawn, draw_new
from engagement_widgets.captcha.levels import STYLES
from engagement_widgets.captcha.picture import Picture
from engagement_widgets.settings import CaptchaLevel

NORMAL, HARD = CaptchaLevel.NORMAL, CaptchaLevel.HARD


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "engagement-captcha"]


def _rested() -> None:
    for thread in _threads():
        thread.join(10)
        assert not thread.is_alive()


def _numbered() -> Callable[[CaptchaLevel], Drawn]:
    numbers = count()
    return lambda level: Drawn(code=f"{level}-{next(numbers)}", picture=Picture(png=b"", overlaps=()))


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    _rested()


def test_nothing_is_drawn_before_somebody_asks() -> None:
    """A process that never issues has no thread; the first to ask finds nothing and starts it."""
    ahead = Ahead()
    assert not _threads()
    assert ahead.take(NORMAL) is None
    assert len(_threads()) == 1


def test_a_few_wait_and_the_thread_ends() -> None:
    """As many as are kept, no more, and each with a code and a picture of its own."""
    ahead = Ahead()
    ahead.take(NORMAL)
    _rested()
    drawn = [one for one in (ahead.take(NORMAL) for _ in range(KEPT + 3)) if one is not None]
    assert len(drawn) == KEPT
    assert len({one.code for one in drawn}) == len({one.picture.png for one in drawn}) == KEPT
    assert all(len(one.code) == STYLES[NORMAL].length for one in drawn)


def test_drawing_waits_for_a_quiet_moment() -> None:
    """While pictures are taken one after the other nothing is drawn beside them."""
    drawn: list[float] = []

    def note(level: CaptchaLevel) -> Drawn:
        drawn.append(time.monotonic())
        return draw_new(level)

    ahead = Ahead(note)
    taken = []
    for _ in range(20):
        taken.append(time.monotonic())
        ahead.take(NORMAL)
        time.sleep(0.005)
    _rested()
    waits = [moment - max(one for one in taken if one <= moment) for moment in drawn]
    assert sum(wait < QUIET * 0.9 for wait in waits) <= 1  # one may be taken in the moment between look and drawing


def test_every_level_has_its_own() -> None:
    """Another level finds none of the first, and then its own."""
    ahead = Ahead()
    ahead.take(NORMAL)
    _rested()
    assert ahead.take(HARD) is None
    _rested()
    hard, normal = ahead.take(HARD), ahead.take(NORMAL)
    assert hard is not None
    assert normal is not None
    assert (len(hard.code), len(normal.code)) == (STYLES[HARD].length, STYLES[NORMAL].length)


def test_parallel_takers_never_share_one() -> None:
    """Eight threads at once, while it is refilled: every picture goes to one of them."""
    ahead = Ahead(_numbered())
    with ThreadPoolExecutor(8) as crowd:
        for _ in range(10):
            taken = list(crowd.map(ahead.take, [NORMAL, HARD] * 40))
            _rested()
            taken += list(crowd.map(ahead.take, [NORMAL, HARD] * 40))
            found = [one.code for one in taken if one is not None]
            assert len(set(found)) == len(found)
            assert len(found) >= 2 * KEPT


def test_a_failure_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that broke does not keep the next from starting."""
    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(args.exc_type))
    answers = iter([OSError("no font")])
    numbered = _numbered()

    def fail_once(level: CaptchaLevel) -> Drawn:
        for error in answers:
            raise error
        return numbered(level)

    ahead = Ahead(fail_once)
    ahead.take(NORMAL)
    _rested()
    assert told == [OSError]
    assert ahead.take(NORMAL) is None
    _rested()
    assert ahead.take(NORMAL) is not None


def test_a_child_begins_empty() -> None:
    """Nothing the parent drew is given out by its child, which draws its own; the parent keeps what it had."""
    ahead = Ahead()
    ahead.take(NORMAL)
    _rested()
    receiving, sending = os.pipe()
    child = os.fork()
    if not child:  # pragma: no cover  (another process)
        first = ahead.take(NORMAL)
        _rested()
        second = ahead.take(NORMAL)
        os.write(sending, b"empty" if first is None and second is not None else b"not")
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving) as told:
        assert told.read() == "empty"
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert sum(ahead.take(NORMAL) is not None for _ in range(KEPT + 1)) == KEPT
