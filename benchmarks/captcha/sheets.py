"""Contact sheets for people: numbered pictures at twice their size, the key in a file of its own, and a score.

A transcript has a line a picture, "number text", and is written before the key is opened.
"""

import io
from pathlib import Path
from typing import Final

from benchmarks.captcha.pictures import ours
from engagement_widgets.captcha.codes import fold
from engagement_widgets.settings import CaptchaLevel

_ACROSS, _DOWN = 3, 7
_TWICE: Final = 2
_LABEL: Final = 34


def make(folder: Path, level: CaptchaLevel, count: int) -> None:
    """Draw `count` fresh pictures on sheets, and write `key.txt` beside them."""
    from PIL import Image, ImageDraw, ImageFont

    folder.mkdir(parents=True, exist_ok=True)
    samples = [ours(level) for _ in range(count)]
    key = [f"{at} {' '.join([one.code, *sorted(one.accepted - {one.code})])}" for at, one in enumerate(samples, 1)]
    (folder / "key.txt").write_text("\n".join(key) + "\n")
    for first in range(0, count, _ACROSS * _DOWN):
        sheet = Image.new("RGB", (_ACROSS * 460, _DOWN * (168 + _LABEL)), "white")
        pen = ImageDraw.Draw(sheet)
        for place, sample in enumerate(samples[first : first + _ACROSS * _DOWN]):
            left, top = place % _ACROSS * 460 + 10, place // _ACROSS * (168 + _LABEL)
            pen.text((left, top + 4), str(first + place + 1), fill="black", font=ImageFont.load_default(24))
            with Image.open(io.BytesIO(sample.png)) as image:
                large = image.convert("RGB").resize((image.width * _TWICE, image.height * _TWICE))
            sheet.paste(large, (left, top + _LABEL))
        sheet.save(folder / f"sheet-{first // (_ACROSS * _DOWN) + 1}.png")


def score(key: Path, transcript: Path) -> str:
    """How many lines of the transcript pass, and which do not."""
    accepted = {line.split()[0]: line.split()[1:] for line in key.read_text().splitlines()}
    typed = dict(line.split(maxsplit=1) for line in transcript.read_text().splitlines() if line.strip())
    wrong = [f"{at}: {text} for {accepted[at][0]}" for at, text in typed.items() if fold(text) not in accepted[at]]
    return "\n".join([f"{len(typed) - len(wrong)} of {len(typed)} right", *wrong])
