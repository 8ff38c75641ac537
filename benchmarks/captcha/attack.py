"""Shows fresh pictures to the readers and counts the codes they get whole."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from benchmarks.captcha.pictures import SOURCES, Sample
from benchmarks.captcha.readers import ddddocr, ddddocr_in_rows, tesseract
from benchmarks.table import Row

Reader = Callable[[Sequence[bytes]], list[str]]

MODELS: Final = ("old", "beta")
READERS: Final[dict[str, Sequence[Reader]]] = {
    "ddddocr": [partial(ddddocr, model) for model in MODELS],
    "ddddocr, cut in rows": [partial(ddddocr_in_rows, model) for model in MODELS],
    "Tesseract": [partial(tesseract, psm, threshold=cut) for psm in (6, 7, 8) for cut in (False, True)],
}
"""Each reader with its ways; the way that reads most counts."""

AIMS: Final = {"ddddocr": 1.0, "ddddocr, cut in rows": 2.0, "Tesseract": 0.5}
"""Per cent of whole codes at the normal level."""


def share(samples: Sequence[Sample], ways: Sequence[Reader]) -> float:
    """Per cent of the samples that the best way reads whole (one way for all), as the library would judge it."""
    pngs = [sample.png for sample in samples]
    return max(100 * sum(map(Sample.passes, samples, way(pngs))) / len(samples) for way in ways)


def measure(count: int) -> list[Row]:
    """Every reader on `count` pictures of every source."""
    rows = []
    for source, draw in SOURCES.items():
        samples = [draw() for _ in range(count)]
        for reader, ways in READERS.items():
            aim = AIMS[reader] if source == "ours, normal" else None
            rows.append(Row(name=f"{source}: {reader}", values=[share(samples, ways)], unit="%", most=aim))
    return rows
