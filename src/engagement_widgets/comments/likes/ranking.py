"""The order "Quan tâm nhất": how sure one can be that readers side with a comment."""

from math import sqrt
from typing import Final

Z: Final = 1.959963984540054
"""The normal distribution's 97.5 % quantile: the interval is one of 95 %."""

SCALE: Final = 1_000_000_000
"""Ranks are stored as whole billionths: they compare alike in both databases and in a cursor."""


def rank(likes: int, reported: int) -> int:
    """The lower bound of the Wilson score interval of the share of likes among the readers who judged, in billionths.

    Who judged is who liked or reported: of those who read and did neither nothing is known, so they are no trials. A
    report counts against a comment only while it is open; a moderator's decision closes it. Without reports the bound
    rises with every like, and so orders like their number; nobody's judgement is 0.

    E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, Journal of the American
    Statistical Association 22 (1927), 209–212; for orders by votes E. Miller, How Not To Sort By Average Rating (2009):
    (p + z²/2n − z·√((p(1−p) + z²/4n)/n)) / (1 + z²/n), with n trials of which the share p was in favour.
    """
    if not likes:
        return 0
    trials = likes + reported
    share, square = likes / trials, Z * Z
    margin = Z * sqrt((share * (1 - share) + square / (4 * trials)) / trials)
    return round((share + square / (2 * trials) - margin) / (1 + square / trials) * SCALE)
