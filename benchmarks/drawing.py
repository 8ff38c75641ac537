"""Pictures of the captcha: what one costs, beside two libraries that sites use."""

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Final, TypedDict

from benchmarks.rounds import interleaved
from benchmarks.table import Row

ROUNDS: Final = 5
PICTURES: Final = 200
"""Of each kind, each round."""

_SCRIPT: Final = Path(__file__).with_name("drawer.py")
_BESIDE: Final = Path(__file__).parent.parent / ".venv" / "beside"  # made by `make bench`
_NORMAL: Final = "ours, normal"
_KINDS: Final = {
    "ours, easy": (sys.executable, "ours", "easy"),
    _NORMAL: (sys.executable, "ours", "normal"),
    "ours, hard": (sys.executable, "ours", "hard"),
    "captcha (lepture), 6 symbols": (str(_BESIDE / "captcha/bin/python"), "lepture", "6"),
    "django-simple-captcha, 4 symbols": (str(_BESIDE / "django-simple-captcha/bin/python"), "django", "4"),
    "django-simple-captcha, 6 symbols": (str(_BESIDE / "django-simple-captcha/bin/python"), "django", "6"),
}


class Drawn(TypedDict):
    """What the script tells of one round."""

    milliseconds: list[float]
    bytes: list[int]


def measure(folder: Path) -> list[Row]:
    """Milliseconds and bytes of one picture; the aims are for the normal level."""
    del folder
    found = interleaved(ROUNDS, {name: partial(_round, *kind) for name, kind in _KINDS.items()})
    return [row for name, rounds in found.items() for row in _rows(name, rounds)]


def _round(python: str, library: str, variant: str) -> Drawn:
    # -P: else the package `captcha` beside the script hides theirs
    command = [python, "-P", str(_SCRIPT), library, variant, str(PICTURES)]
    drawn: Drawn = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return drawn


def _rows(name: str, rounds: Sequence[Drawn]) -> list[Row]:
    middle, late, size = (2.0, 4.0, 3_000.0) if name == _NORMAL else (None, None, None)
    return [
        Row(name=name, values=[median(one["milliseconds"]) for one in rounds], unit="ms", most=middle),
        Row(
            name=f"{name}: 95th percentile",
            values=[quantiles(one["milliseconds"], n=20)[-1] for one in rounds],
            unit="ms",
            most=late,
        ),
        Row(name=f"{name}: bytes", values=[median(one["bytes"]) for one in rounds], unit="B", most=size),
    ]
