"""A pretrained reader on fresh pictures: a guard against drawing them easier to read than was published."""

from typing import Final

from benchmarks.captcha.attack import READERS, share
from benchmarks.captcha.pictures import ours
from benchmarks.captcha.pretrained import Found, _spelled

from engagement_widgets.settings import CaptchaLevel

COUNT: Final = 300
MOST: Final = 6.0
"""Per cent. Published is 2.3 and the aim is 1: this guards the state, it does not prove the aim.

A model that truly reads 2.3 of 100 gets more than 18 of 300 by chance in about one run of 10,000. One that reads 12 of
100 is found out in more than 999 of 1,000.
"""


def test_ddddocr_reads_no_more_than_was_published() -> None:
    """At the normal level, the better of its models, whole codes with the accepted swaps."""
    samples = [ours(CaptchaLevel.NORMAL) for _ in range(COUNT)]
    assert share(samples, READERS["ddddocr"]) <= MOST


def test_a_sample_is_passed_by_what_the_library_takes() -> None:
    """The code, in any case, and each swap of neighbours that the picture allows; nothing shorter."""
    for _ in range(20):
        sample = ours(CaptchaLevel.NORMAL)
        assert sample.code in sample.accepted
        assert all(sample.passes(accepted.lower()) for accepted in sample.accepted)
        assert not sample.passes(sample.code[:-1])


def test_a_run_of_steps_is_one_symbol() -> None:
    """Whatever lies between two runs makes two symbols of them, also of equal ones; places are shares of the width."""
    steps = [("", 0.9), ("K", 0.5), ("K", 0.8), ("", 0.9), ("K", 0.7), ("3", 0.6), ("", 1.0), ("", 1.0)]
    assert _spelled(steps) == [Found(0.25, "K", 0.8), Found(4.5 / 8, "K", 0.7), Found(5.5 / 8, "3", 0.6)]
