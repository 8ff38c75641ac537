"""How well people read the captcha: twenty pictures on a page that colleagues open on their phones.

Each answer is one line of a file: how many symbols the picture had, whether it was right, after how many seconds. The
captcha judges it as it would any other, and becomes harder after wrong answers: so answers count by length.
"""

import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl
from uuid import UUID

import anyio.to_thread
from starlette.requests import Request

from engagement_widgets import Engagement
from engagement_widgets.app.host_captcha import HostChallenge

PURPOSE = "doc-thu-ma"
PICTURES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was answered for pictures of one length. `rate` in per cent, `seconds` the median."""

    length: int
    answered: int
    rate: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One step of somebody's twenty.

    Attributes:
        done: how many this person has answered.
        right: how many of them rightly.
        last: whether the last one was right; None before the first.
        challenge: the next picture; None at the end.
        figures: of everybody, by length.
    """

    done: int
    right: int
    last: bool | None
    challenge: HostChallenge | None
    figures: list[Figures]

    total: int = PICTURES


async def next_trial(engagement: Engagement, results: Path, request: Request) -> Trial:
    """Judge what was answered, note it, and show the next picture."""
    typed = dict(parse_qsl((await request.body()).decode("utf-8", "replace"))) if request.method == "POST" else {}
    done, right, last = _count(typed.get("done")), _count(typed.get("right")), None
    if typed and not typed.get("new_code") and not typed.get("speak"):
        answer = await engagement.captcha.verify(request, typed, purpose=PURPOSE)
        if answer.verdict is not None:
            last = answer.passed
            done, right = done + 1, right + last
            line = {"length": _count(typed.get("length")), "right": last, "seconds": _age(typed.get("challenge", ""))}
            await anyio.to_thread.run_sync(_note, results, line)
    challenge = None
    if done < PICTURES:
        spoken = bool(typed.get("speak"))
        challenge = await engagement.captcha.issue(request, purpose=PURPOSE, spoken=spoken)
    figures = await anyio.to_thread.run_sync(read_figures, results)
    return Trial(done=done, right=right, last=last, challenge=challenge, figures=figures)


def read_figures(results: Path) -> list[Figures]:
    """The figures of everything that was answered so far."""
    lines = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    figures = []
    for length in sorted({line["length"] for line in lines}):
        some = [line for line in lines if line["length"] == length]
        figures.append(
            Figures(
                length=length,
                answered=len(some),
                rate=100 * sum(line["right"] for line in some) / len(some),
                seconds=statistics.median(line["seconds"] for line in some),
            )
        )
    return figures


def _note(results: Path, line: dict[str, float]) -> None:
    with results.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _age(challenge: str) -> float:
    """Seconds since a challenge was issued: its id begins with the moment, in milliseconds (RFC 9562)."""
    try:
        issued = (UUID(challenge).int >> 80) / 1000
    except ValueError:
        return 0.0
    return round(max(0.0, time.time() - issued), 1)


def _count(raw: str | None) -> int:
    return min(int(raw), PICTURES) if raw and raw.isascii() and raw.isdigit() else 0
