"""What a reader is taught: pictures of one size as arrays, and their codes as the classes of a network."""

import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from benchmarks.captcha.pictures import Sample
from benchmarks.captcha.plain import draw
from engagement_widgets.captcha.codes import ALPHABET
from engagement_widgets.captcha.levels import STYLES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

HEIGHT: Final = 48
WIDTH: Final = 128
"""Every picture is brought to this size, in pixels: a little more than half of ours."""

STEPS: Final = WIDTH // 4
"""Columns in which a network looks for symbols."""

PLACES: Final = max(style.length for style in STYLES.values())
"""Symbols of the longest code."""

_LABELS: Final = "\0" + ALPHABET
CLASSES: Final = len(_LABELS)
"""The symbols, and before them "none", which is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Pictures with their codes.

    Attributes:
        pictures: grey, (n, `HEIGHT`, `WIDTH`).
        codes: (n, `PLACES`), as `encoded` gives them.
        steps: where it is known which symbol has its middle in which column, the class of each, (n, `STEPS`).
    """

    pictures: "NDArray[np.uint8]"
    codes: "NDArray[np.int64]"
    steps: "NDArray[np.int64] | None" = None


def plain_lesson(count: int) -> Lesson:
    """Pictures that `plain` draws, the same ones every time, with codes of every length that the levels have."""
    import numpy as np

    chance = random.Random(1)
    codes = [_plain_code(chance) for _ in range(count)]
    drawn = [draw(code, chance) for code in codes]
    classes, steps = encoded(codes), np.zeros((count, STEPS), dtype=np.int64)
    for at, (_, columns) in enumerate(drawn):
        steps[at, [int(column * STEPS) for column in columns]] = classes[at, : len(columns)]
    return Lesson(pictures=stacked(pixels(image) for image, _ in drawn), codes=classes, steps=steps)


def _plain_code(chance: random.Random) -> str:
    return "".join(chance.sample(ALPHABET, chance.choice([style.length for style in STYLES.values()])))


def labelled(samples: Sequence[Sample]) -> Lesson:
    """These pictures with what is drawn on them."""
    return Lesson(
        pictures=opened([sample.png for sample in samples]), codes=encoded([sample.code for sample in samples])
    )


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


def opened(pngs: Sequence[bytes]) -> "NDArray[np.uint8]":
    """The pixels of these pictures, (n, `HEIGHT`, `WIDTH`)."""
    from PIL import Image

    return stacked(pixels(Image.open(io.BytesIO(png))) for png in pngs)


def stacked(pictures: "Iterable[NDArray[np.uint8]]") -> "NDArray[np.uint8]":
    """Arrays of one shape as one array."""
    import numpy as np

    return np.stack(list(pictures))
