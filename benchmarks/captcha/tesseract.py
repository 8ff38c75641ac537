"""Debian's Tesseract."""

import io
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engagement_widgets.captcha.codes import ALPHABET


def read(psm: int, pngs: Sequence[bytes], *, threshold: bool) -> list[str]:
    """What it makes of pictures three times as large, grey or black and white, with the alphabet as whitelist."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [_enlarged(png, Path(folder) / f"{at}.png", threshold=threshold) for at, png in enumerate(pngs)]
        return _read(psm, paths, Path(folder) / "list.txt")


def _read(psm: int, paths: Sequence[Path], listed: Path) -> list[str]:
    """One process reads them all. A picture that makes it crash, or of which it prints no page, counts as not read."""
    listed.write_text("\n".join(map(str, paths)))
    whitelist = f"tessedit_char_whitelist={ALPHABET}{ALPHABET.lower()}"
    command = ["tesseract", str(listed), "stdout", "--psm", str(psm), "-c", whitelist]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={"OMP_THREAD_LIMIT": "1"})
    pages = done.stdout.split("\f")[:-1]
    if done.returncode > 0:  # below 0 a signal ended it
        raise RuntimeError(f"Tesseract: {done.stderr[-300:]}")
    if done.returncode == 0 and len(pages) == len(paths):
        return pages
    if len(paths) == 1:
        return [""]
    middle = len(paths) // 2
    return [*_read(psm, paths[:middle], listed), *_read(psm, paths[middle:], listed)]


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
