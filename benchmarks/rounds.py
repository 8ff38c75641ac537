"""Turn and turn about: A B C A B C. What disturbs the machine disturbs all of them, so ratios hold."""

from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


def interleaved(rounds: int, runs: Mapping[str, Callable[[], T]]) -> dict[str, list[T]]:
    """Run each of `runs` once a round, and return what each gave, one value a round."""
    found: dict[str, list[T]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            found[name].append(run())
    return found
