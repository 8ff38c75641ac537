"""A reader of our own, trained on labelled pictures of one kind after it learnt its letters from plain ones.

It is a small network with two heads (`network`). One goes through the width and says at every step which symbol stands
there, or none (CTC); the other says which symbol stands at each place of the code. What both together find likelier
counts as a third way to read.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.captcha.attack import share
from benchmarks.captcha.lessons import collapsed, encoded, labelled, opened, plain_lesson, spelled
from benchmarks.captcha.pictures import SOURCES
from benchmarks.table import Row

if TYPE_CHECKING:
    from benchmarks.captcha.network import Network

SHOWN: Final = 500
"""Fresh pictures on which a reader is judged."""

AIMS: Final[Mapping[tuple[str, int], float]] = {
    ("ours, normal", 2_000): 40.0,
    ("ours, hard", 2_000): 25.0,
    ("ours, normal", 10_000): 75.0,
}
"""Per cent of whole codes, by kind and labelled pictures."""

_PLAIN: Final = 12_000
"""Plain pictures for the warm start."""


class Head(StrEnum):
    """What of the network is believed."""

    STEPS = "steps"
    PLACES = "places"
    SURER = "surer"


def measure(sources: Sequence[str], counts: Sequence[int], minutes: float) -> Iterable[Row]:
    """Warm up once; for every source and count train a copy, and let it read fresh pictures.

    Args:
        sources: keys of `SOURCES`.
        counts: labelled pictures.
        minutes: of one core for each training, and for the warm start.
    """
    import torch

    from benchmarks.captcha.network import Network, train

    torch.manual_seed(1)
    torch.set_num_threads(1)
    warm = Network()
    train(warm, plain_lesson(_PLAIN), minutes)
    for source in sources:
        fresh = [SOURCES[source]() for _ in range(SHOWN)]
        for count in counts:
            network = copy.deepcopy(warm)
            lesson = labelled([SOURCES[source]() for _ in range(count)])
            times = train(network, lesson, minutes)
            name = f"{source}: after {count:,} pictures, each seen {times:.0f} times"
            yield Row(name=name, values=[share(fresh, ways(network))], unit="%", most=AIMS.get((source, count)))


def ways(network: "Network") -> "list[partial[list[str]]]":
    """The reader by each head; as `share` asks for them."""
    return [partial(read, network, head) for head in Head]


def read(network: "Network", head: Head, pngs: Sequence[bytes]) -> list[str]:
    """What the network makes of these pictures."""
    from benchmarks.captcha.network import ask, likely

    said = ask(network, opened(pngs))
    by_steps, by_places = map(collapsed, said[0].argmax(2)), map(spelled, said[1].argmax(2))
    if head is Head.STEPS:
        return list(by_steps)
    if head is Head.PLACES:
        return list(by_places)
    choices = list(zip(by_steps, by_places, strict=True))
    chances = [likely(said, encoded(codes)) for codes in zip(*choices, strict=True)]
    return [codes[int(second > first)] for codes, first, second in zip(choices, *chances, strict=True)]
