"""How often people read the captcha's pictures rightly: sheets to transcribe blind, and the score of a transcript.

`sheets` draws numbered pictures and writes their key beside them, in a file that is opened last of all. A transcript
has a line `number code` for each picture, in any order; what cannot be read is `number ?`.
"""

import argparse
import io
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from engagement_widgets.captcha.codes import fold, new_code, swapped
from engagement_widgets.captcha.levels import STYLES
from engagement_widgets.captcha.picture import SIZE, draw
from engagement_widgets.settings import CaptchaLevel

KEY: Final = "key"
COLUMNS: Final = 4
ON_A_SHEET: Final = 20
_ENLARGED: Final = 2
_LABEL: Final = 30  # pixels above a picture, for its number
_GAP: Final = 16
_Z95: Final = 1.959964

Key = Mapping[int, tuple[str, ...]]
"""Of each picture, everything that passes; the code itself first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a transcript is worth.

    Attributes:
        right: pictures that would have passed.
        answered: pictures in the transcript.
        drawn: pictures in the key.
        misread: pairs of a symbol and what stood in its place, with how often.
        uneven: answers with more or fewer symbols than the picture.
    """

    right: int
    answered: int
    drawn: int
    misread: Mapping[tuple[str, str], int]
    uneven: int

    def __str__(self) -> str:
        """A few lines for people."""
        low, high = wilson(self.right, self.answered)
        rate = self.right / self.answered if self.answered else 0.0
        lines = [f"n {self.answered} of {self.drawn}, right {self.right}: {rate:.1%} (95 %: {low:.1%} – {high:.1%})"]
        lines += [f"{symbol} read as {read}: {times}" for (symbol, read), times in self.misread.items()]
        if self.uneven:
            lines.append(f"more or fewer symbols, or none that exist: {self.uneven}")
        return "\n".join(lines)


def wilson(right: int, answered: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; everything where nothing was answered."""
    if not answered:
        return 0.0, 1.0
    share, weight = right / answered, _Z95**2 / answered
    middle = share + weight / 2
    reach = _Z95 * math.sqrt(share * (1 - share) / answered + weight / answered / 4)
    return max(0.0, (middle - reach) / (1 + weight)), min(1.0, (middle + reach) / (1 + weight))


def make_sheets(folder: Path, level: CaptchaLevel, count: int) -> list[Path]:
    """Draw fresh pictures on sheets in `folder`, and write the key; the sheets' files."""
    folder.mkdir(parents=True, exist_ok=True)
    key: list[str] = []
    sheets: list[Path] = []
    for first in range(1, count + 1, ON_A_SHEET):
        numbers = range(first, min(first + ON_A_SHEET, count + 1))
        pictures = {}
        for number in numbers:
            code = new_code(STYLES[level].length)
            drawn = draw(code, level)
            pictures[number] = drawn.png
            key.append(" ".join([str(number), code, *(swapped(code, at) for at in drawn.overlaps)]))
        sheets.append(folder / f"sheet-{len(sheets) + 1}.png")
        _sheet(pictures).save(sheets[-1])
    (folder / KEY).write_text("".join(f"{line}\n" for line in key), encoding="utf-8")
    return sheets


def _sheet(pictures: Mapping[int, bytes]) -> Image.Image:
    wide, high = SIZE[0] * _ENLARGED, SIZE[1] * _ENLARGED
    rows = math.ceil(len(pictures) / COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (wide + _GAP) + _GAP, rows * (high + _LABEL + _GAP) + _GAP), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(_LABEL - 6)
    for place, (number, png) in enumerate(pictures.items()):
        row, column = divmod(place, COLUMNS)
        x, y = _GAP + column * (wide + _GAP), _GAP + row * (high + _LABEL + _GAP)
        pen.text((x, y), str(number), font=font, fill="black")
        with Image.open(io.BytesIO(png)) as picture:
            sheet.paste(picture.convert("RGB").resize((wide, high), Image.Resampling.BICUBIC), (x, y + _LABEL))
    return sheet


def read_key(path: Path) -> Key:
    """Read what `make_sheets` wrote."""
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {int(number): tuple(accepted) for number, *accepted in lines}


def score(key: Key, transcript: str) -> Score:
    """Judge a transcript as the captcha itself would; the last line about a picture counts.

    Raises:
        ValueError: a line is not about a picture of the key.
    """
    answers: dict[int, str] = {}
    for line in filter(str.strip, transcript.splitlines()):
        number, _, typed = line.strip().partition(" ")
        if not number.isdecimal() or int(number) not in key:
            raise ValueError(f"no picture of the key: {line!r}")
        answers[int(number)] = fold(typed)
    wrong = [(key[number], answer) for number, answer in answers.items() if answer not in key[number]]
    even = [(accepted, answer) for accepted, answer in wrong if len(answer) == len(accepted[0])]
    misread = Counter(pair for accepted, answer in even for pair in _differences(accepted, answer))
    return Score(
        right=len(answers) - len(wrong),
        answered=len(answers),
        drawn=len(key),
        misread=dict(misread.most_common()),
        uneven=len(wrong) - len(even),
    )


def _differences(accepted: tuple[str, ...], answer: str) -> list[tuple[str, str]]:
    """Where the answer leaves the accepted code that is nearest to it."""
    return min(
        ([pair for pair in zip(code, answer, strict=True) if pair[0] != pair[1]] for code in accepted),
        key=len,
    )


def main() -> None:
    """Make sheets, or score a transcript."""
    parser = argparse.ArgumentParser(prog="benchmarks.legibility", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    sheets = commands.add_parser("sheets", help="draw contact sheets and their key")
    sheets.add_argument("folder", type=Path)
    sheets.add_argument("--level", type=CaptchaLevel, default=CaptchaLevel.NORMAL)
    sheets.add_argument("--count", type=int, default=100)
    scored = commands.add_parser("score", help="compare a transcript with a key")
    scored.add_argument("key", type=Path)
    scored.add_argument("transcript", type=Path)
    chosen = parser.parse_args()
    if chosen.command == "sheets":
        for sheet in make_sheets(chosen.folder, chosen.level, chosen.count):
            print(sheet)
        print(f"the key, for later: {chosen.folder / KEY}")
    else:
        print(score(read_key(chosen.key), chosen.transcript.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
