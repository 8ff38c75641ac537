"""ddddocr, a reader that comes trained: on the whole picture, and on rows of it that overlap.

Its models go through a picture from left to right and say at every step which of 8,210 characters stands there, or
none. They are asked for those characters only that count as a symbol of our alphabet, which is more than the package
does by itself and reads more.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from engagement_widgets.captcha.codes import fold

if TYPE_CHECKING:
    from PIL import Image

_HEIGHT: Final = 64
"""What the models were trained on, in pixels; the width follows."""

_ROWS: Final = ((0.0, 0.6), (0.2, 0.8), (0.4, 1.0))
"""Where the picture is cut, as shares of its height: around each of the heights a symbol stands at."""

_APART: Final = 0.06
"""Share of the width within which two rows see one and the same symbol."""


class Model(StrEnum):
    """The two models for text that ddddocr ships."""

    COMMON = "common"
    BETA = "beta"


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A symbol, and where in the picture's width (0–1) the model was how sure (0–1) of it."""

    place: float
    symbol: str
    sure: float


def whole(model: Model, pngs: Sequence[bytes]) -> list[str]:
    """What the model makes of each picture as it is."""
    read = _reader(model)
    return ["".join(found.symbol for found in read(_grey(png))) for png in pngs]


def in_rows(model: Model, pngs: Sequence[bytes]) -> list[str]:
    """What it makes of each row alone, put in order of the columns; of what two rows see in one place the surer."""
    return [_joined(_reader(model), _grey(png)) for png in pngs]


def _joined(read: Callable[["Image.Image"], "list[Found]"], image: "Image.Image") -> str:
    edges = [(round(top * image.height), round(bottom * image.height)) for top, bottom in _ROWS]
    seen = [found for top, bottom in edges for found in read(image.crop((0, top, image.width, bottom)))]
    kept: list[Found] = []
    for found in sorted(seen, key=lambda found: -found.sure):
        if all(abs(found.place - other.place) >= _APART for other in kept):
            kept.append(found)
    return "".join(found.symbol for found in sorted(kept))


def _grey(png: bytes) -> "Image.Image":
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        return image.convert("RGB").convert("L")


@cache
def _reader(model: Model) -> Callable[["Image.Image"], list[Found]]:
    """Load a model once a process. The package has no types: this is where it ends."""
    import numpy as np
    from ddddocr import DdddOcr
    from PIL import Image

    owner: Any = DdddOcr(show_ad=False, beta=model is Model.BETA)  # kept by `read`: it unloads the model when it goes
    engine = owner.ocr_engine
    folded = [fold(char) if len(char) == 1 else "" for char in engine.get_charset()]
    kept = np.array([0, *(at for at, symbol in enumerate(folded) if symbol)])  # 0 is the model's "none"
    symbols = ["", *(symbol for symbol in folded if symbol)]
    asked = engine.session.get_inputs()[0].name

    def read(image: Image.Image) -> list[Found]:
        width = round(image.width * _HEIGHT / image.height)
        pixels = np.asarray(image.resize((width, _HEIGHT), Image.Resampling.LANCZOS), dtype=np.float32) / 255
        steps = owner.ocr_engine.session.run(None, {asked: pixels[None, None]})[0].reshape(-1, len(folded))[:, kept]
        likely = np.exp(steps - steps.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        return _spelled([(symbols[row.argmax()], float(row.max())) for row in likely])

    return read


def _spelled(steps: Sequence[tuple[str, float]]) -> list[Found]:
    """What such a model says step by step as symbols: a run of the same is one, and "" lies between."""
    found = []
    at = 0
    for symbol, run in groupby(steps, key=lambda step: step[0]):
        sure = [step[1] for step in run]
        if symbol:
            found.append(Found((at + len(sure) / 2) / len(steps), symbol, max(sure)))
        at += len(sure)
    return found
