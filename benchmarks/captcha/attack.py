"""Shows fresh pictures to the readers and counts the codes they get whole."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from benchmarks.captcha import tesseract
from benchmarks.captcha.pictures import SOURCES, Sample
from benchmarks.captcha.pretrained import Model, in_rows, whole
from benchmarks.table import Row

Reader = Callable[[Sequence[bytes]], list[str]]

READERS: Final[dict[str, Sequence[Reader]]] = {
    "ddddocr": [partial(whole, model) for model in Model],
    "ddddocr, cut in rows": [partial(in_rows, model) for model in Model],
    "Tesseract": [partial(tesseract.read, psm, threshold=cut) for psm in (6, 7, 8) for cut in (False, True)],
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
