"""External checkers: each has its time, and one that keeps failing is left alone for a while. Failing means held."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import anyio

from engagement_widgets.comments.rules.rule import BUILT_IN, Finding, Rule
from engagement_widgets.comments.rules.ruleset import RuleSet
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.hooks import Clock, Opinion, SpamChecker, SpamVerdict, Suspect

FAILURES: Final = 5
"""Failures in a row after which a checker is not asked."""

PAUSE: Final = timedelta(seconds=30)
"""For how long. The first comment after it tries again."""

REASON_LENGTH: Final = 200

_logger = logging.getLogger(__name__)


class CheckerAway(Exception):
    """A checker gave no opinion."""


class BoundedChecker:
    """A `SpamChecker` with a time budget and a circuit breaker.

    Args:
        checker: the host's.
        seconds: what it may take.
        clock: tells when it is tried again.
    """

    def __init__(self, checker: SpamChecker, *, seconds: float, clock: Clock) -> None:
        self._checker = checker
        self._seconds = seconds
        self._clock = clock
        self._failures = 0
        self._closed_until: datetime | None = None
        self.name = checker.name

    async def __call__(self, suspect: Suspect, /) -> Opinion:
        """The checker's opinion.

        Raises:
            CheckerAway: it failed, was too slow, or is left alone for a while.
        """
        if self._closed_until is not None and self._clock.now() < self._closed_until:
            raise CheckerAway
        try:
            with anyio.fail_after(self._seconds):
                opinion = await self._checker(suspect)
                verdict = SpamVerdict(opinion.verdict)
        except Exception as error:
            self._fail(error)
            raise CheckerAway from error
        self._failures, self._closed_until = 0, None
        return Opinion(verdict=verdict, reason=str(opinion.reason)[:REASON_LENGTH])

    def _fail(self, error: Exception) -> None:
        self._failures += 1
        _logger.warning("the checker %s did not answer (%s)", self.name, type(error).__name__)
        if self._failures >= FAILURES:
            self._closed_until = self._clock.now() + PAUSE


async def ask_checkers(checkers: Sequence[SpamChecker], suspect: Suspect, rules: RuleSet) -> tuple[Finding, ...]:
    """What the checkers find, all of them asked at once, in the order they were given."""
    found: list[Finding | None] = [None] * len(checkers)

    async def ask(number: int, checker: SpamChecker) -> None:
        found[number] = await _ask(checker, suspect, rules)

    async with anyio.create_task_group() as group:
        for number, checker in enumerate(checkers):
            group.start_soon(ask, number, checker)
    return tuple(one for one in found if one is not None)


async def _ask(checker: SpamChecker, suspect: Suspect, rules: RuleSet) -> Finding | None:
    try:
        opinion = await checker(suspect)
    except CheckerAway:
        return Finding(rule=_rule(rules, HeldReason.CHECKER_UNAVAILABLE), params={"checker": checker.name})
    if opinion.verdict is SpamVerdict.HAM:
        return None
    rule = _rule(rules, HeldReason.CHECKER)
    if opinion.verdict is SpamVerdict.SPAM:
        rule = replace(rule, draft=replace(rule.draft, action=Action.SPAM))
    return Finding(rule=rule, params={"checker": checker.name, "why": opinion.reason})


def _rule(rules: RuleSet, kind: HeldReason) -> Rule:
    return rules.of(kind) or BUILT_IN[kind.value]
