"""A reader of our own, trained on labelled pictures of one kind after it learnt its letters from plain ones.

It is a small network with two heads (`network`). One goes through the width and says at every step which symbol stands
there, or none (CTC); the other says which symbol stands at each place of the code. What both together find likelier
counts as a third way to read.
"""

import copy
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from benchmarks.captcha.attack import share
from benchmarks.captcha.pictures import SOURCES, Sample
from benchmarks.captcha.plain import draw
from benchmarks.table import Row
from engagement_widgets.captcha.codes import ALPHABET
from engagement_widgets.captcha.levels import STYLES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from benchmarks.captcha.network import Network

HEIGHT: Final = 48
WIDTH: Final = 128
"""Every picture is brought to this size, in pixels: a little more than half of ours."""

PLACES: Final = max(style.length for style in STYLES.values())
"""Symbols of the longest code."""

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

_LABELS: Final = "\0" + ALPHABET
"""By the classes of the network; 0 is "none"."""


class Head(StrEnum):
    """What of the network is believed."""

    STEPS = "steps"
    PLACES = "places"
    SURER = "surer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Pictures of one size with their codes.

    Attributes:
        pictures: grey, (n, `HEIGHT`, `WIDTH`).
        codes: (n, `PLACES`), as `encoded` gives them.
    """

    pictures: "NDArray[np.uint8]"
    codes: "NDArray[np.int64]"


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
    warm = Network(len(_LABELS), PLACES)
    lesson = plain_lesson(_PLAIN)
    train(warm, lesson.pictures, lesson.codes, minutes)
    for source in sources:
        fresh = [SOURCES[source]() for _ in range(SHOWN)]
        for count in counts:
            network = copy.deepcopy(warm)
            lesson = labelled([SOURCES[source]() for _ in range(count)])
            times = train(network, lesson.pictures, lesson.codes, minutes)
            name = f"{source}: after {count:,} pictures, each seen {times:.0f} times"
            yield Row(name=name, values=[share(fresh, ways(network))], unit="%", most=AIMS.get((source, count)))


def plain_lesson(count: int) -> Lesson:
    """Pictures that `plain` draws, the same ones every time, with codes of every length that the levels have."""
    chance = random.Random(1)
    codes = [_plain_code(chance) for _ in range(count)]
    return Lesson(pictures=_stacked(pixels(draw(code, chance)) for code in codes), codes=encoded(codes))


def _plain_code(chance: random.Random) -> str:
    return "".join(chance.sample(ALPHABET, chance.choice([style.length for style in STYLES.values()])))


def labelled(samples: Sequence[Sample]) -> Lesson:
    """These pictures with what is drawn on them."""
    return Lesson(
        pictures=_stacked(_opened(sample.png) for sample in samples), codes=encoded([sample.code for sample in samples])
    )


def ways(network: "Network") -> "list[partial[list[str]]]":
    """The reader by each head; as `share` asks for them."""
    return [partial(read, network, head) for head in Head]


def read(network: "Network", head: Head, pngs: Sequence[bytes]) -> list[str]:
    """What the network makes of these pictures."""
    from benchmarks.captcha.network import likely, read

    said = read(network, _stacked(map(_opened, pngs)))
    by_steps, by_places = map(collapsed, said[0].argmax(2)), map(spelled, said[1].argmax(2))
    if head is Head.STEPS:
        return list(by_steps)
    if head is Head.PLACES:
        return list(by_places)
    choices = list(zip(by_steps, by_places, strict=True))
    chances = [likely(said, encoded(codes)) for codes in zip(*choices, strict=True)]
    return [codes[int(second > first)] for codes, first, second in zip(choices, *chances, strict=True)]


def encoded(codes: Sequence[str]) -> "NDArray[np.int64]":
    """The classes of these codes, (n, `PLACES`): 0 after the end, and what would be one too many is left out."""
    import numpy as np

    classes = np.zeros((len(codes), PLACES), dtype=np.int64)
    for at, code in enumerate(codes):
        found = [_LABELS.index(symbol) for symbol in code[:PLACES]]
        classes[at, : len(found)] = found
    return classes


def collapsed(steps: Iterable[int]) -> str:
    """The code that these classes of steps from left to right mean: a run of the same is one, and 0 lies between."""
    return spelled(label for label, _ in groupby(steps))


def spelled(classes: Iterable[int]) -> str:
    """The symbols of these classes, without "none"."""
    return "".join(_LABELS[label] for label in classes if label)


def pixels(image: "Image.Image") -> "NDArray[np.uint8]":
    """Grey, (`HEIGHT`, `WIDTH`)."""
    import numpy as np
    from PIL import Image

    grey = image.convert("RGB").convert("L").resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    return np.asarray(grey, dtype=np.uint8)


def _opened(png: bytes) -> "NDArray[np.uint8]":
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        return pixels(image)


def _stacked(pictures: "Iterable[NDArray[np.uint8]]") -> "NDArray[np.uint8]":
    import numpy as np

    return np.stack(list(pictures))
