"""Programs that read pictures without any training: each takes pictures and returns what it thinks they say."""

import io
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engagement_widgets.captcha.codes import ALPHABET

if TYPE_CHECKING:
    from PIL import Image

_BANDS: Final = ((0, 50), (17, 67), (34, 84))
"""Upper and lower edge of the rows a picture is cut into, around the heights the symbols stand at."""

_NEAR: Final = 14.0
"""Columns of pixels within which two rows have read one and the same symbol."""


def ddddocr(model: str, pngs: Sequence[bytes]) -> list[str]:
    """The pretrained reader, `old` or `beta` model, on whole pictures."""
    reader = _ddddocr(model)
    return [reader.classification(png) for png in pngs]


def ddddocr_in_rows(model: str, pngs: Sequence[bytes]) -> list[str]:
    """The same on rows that overlap, each read alone; symbols are put in order by their columns."""
    from PIL import Image

    texts = []
    for png in pngs:
        with Image.open(io.BytesIO(png)) as image:
            grey = image.convert("L")
        found = [symbol for band in _BANDS for symbol in _located(model, grey.crop((0, band[0], grey.width, band[1])))]
        texts.append("".join(symbol for _, symbol in _merged(sorted(found))))
    return texts


def tesseract(psm: int, pngs: Sequence[bytes], *, threshold: bool) -> list[str]:
    """Debian's Tesseract with the alphabet as whitelist, on grey pictures three times as large, or on black and white.

    One process reads them all.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [_enlarged(png, Path(folder) / f"{at}.png", threshold=threshold) for at, png in enumerate(pngs)]
        listed = Path(folder) / "list.txt"
        listed.write_text("\n".join(map(str, paths)))
        whitelist = f"tessedit_char_whitelist={ALPHABET}{ALPHABET.lower()}"
        command = ["tesseract", str(listed), "stdout", "--psm", str(psm), "-c", whitelist]
        read = subprocess.run(command, check=True, capture_output=True, text=True, env={"OMP_THREAD_LIMIT": "1"})
    pages = read.stdout.split("\f")
    if len(pages) < len(pngs):
        raise RuntimeError(f"Tesseract read {len(pages)} of {len(pngs)} pictures: {read.stderr[-300:]}")
    return pages[: len(pngs)]


@cache
def _ddddocr(model: str) -> Any:  # noqa: ANN401  # the package ships no types
    from ddddocr import DdddOcr

    return DdddOcr(show_ad=False, beta=model == "beta")


def _located(model: str, row: "Image.Image") -> list[tuple[float, str]]:
    """Symbols of one row with the column each stands at, from the most likely answer at each step."""
    import numpy as np

    target = io.BytesIO()
    row.save(target, "PNG")
    answer = _ddddocr(model).classification(target.getvalue(), probability=True)
    steps = np.array(answer["probabilities"]).squeeze().argmax(axis=-1)
    wide = row.width / len(steps)
    found, at = [], 0
    for symbol, run in groupby(steps):
        length = len(list(run))
        text = str(answer["charset"][symbol]).upper()
        if text in ALPHABET and text:
            found.append(((at + length / 2) * wide, text))
        at += length
    return found


def _merged(found: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """One of each symbol that several rows saw in one place."""
    kept: list[tuple[float, str]] = []
    for column, symbol in found:
        if not any(symbol == other and column - seen < _NEAR for seen, other in kept):
            kept.append((column, symbol))
    return kept


def _enlarged(png: bytes, path: Path, *, threshold: bool) -> Path:
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        grey = image.convert("L")
    large = grey.resize((grey.width * 3, grey.height * 3), Image.Resampling.BICUBIC)
    if threshold:
        low, high = large.getextrema()
        middle = (float(low) + float(high)) / 2  # type: ignore[arg-type]  # of one channel
        large = large.point([255 * (value > middle) for value in range(256)])
    large.save(path)
    return path
